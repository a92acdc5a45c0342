import getpass
import subprocess
import sys

import pytest

from jupyter_mlops.runs import environment
from jupyter_mlops.runs.environment import (
    GitState,
    describe_environment,
    git_state,
    git_tags,
    user_name,
)


@pytest.fixture
def git(tmp_path, monkeypatch):
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
    folder = tmp_path / "project"
    folder.mkdir()

    def run(*arguments):
        settings = ["-c", "user.name=Ada", "-c", "user.email=ada@localhost"]
        command = ["git", "-C", str(folder), *settings, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    run.folder = folder
    run("init", "-b", "main")
    return run


class TestGitState:
    def test_a_commit_is_told_with_its_branch_and_repository(self, git):
        (git.folder / "a.py").write_text("x = 1\n")
        git("add", "a.py")
        git("commit", "-m", "first")
        git("remote", "add", "origin", "https://ada:secret@host/churn.git")

        state = git_state(git.folder)

        commit = git("rev-parse", "HEAD")
        assert GitState(commit, "main", "https://host/churn.git", dirty=False) == state

    def test_a_change_makes_it_dirty_and_a_new_file_does_not(self, git):
        (git.folder / "a.py").write_text("x = 1\n")
        git("add", "a.py")
        git("commit", "-m", "first")
        (git.folder / "new.py").touch()
        assert not git_state(git.folder).dirty

        (git.folder / "a.py").write_text("x = 2\n")
        assert git_state(git.folder).dirty

    def test_a_folder_below_is_of_the_same_tree(self, git):
        (git.folder / "sub").mkdir()
        git("commit", "--allow-empty", "-m", "first")

        assert git_state(git.folder / "sub") == git_state(git.folder)

    def test_a_detached_head_has_no_branch(self, git):
        git("commit", "--allow-empty", "-m", "first")
        git("checkout", "--detach")

        assert "" == git_state(git.folder).branch

    def test_a_tree_without_a_commit_has_no_state(self, git):
        assert git_state(git.folder) is None

    def test_a_folder_outside_of_git_has_no_state(self, tmp_path, monkeypatch):
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

        assert git_state(tmp_path) is None

    def test_a_machine_without_git_has_no_state(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))

        assert git_state(tmp_path) is None

    def test_a_git_that_hangs_is_left_behind(self, tmp_path, monkeypatch):
        slow = tmp_path / "git"
        slow.write_text("#!/bin/sh\nexec sleep 60\n")
        slow.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        monkeypatch.setattr(environment, "_GIT_SECONDS", 0.2)

        assert git_state(tmp_path) is None


def test_the_tags_are_those_that_mlflow_knows():
    state = GitState("c" * 40, "main", "https://host/churn.git", dirty=True)

    assert {
        "mlflow.source.git.commit": "c" * 40,
        "mlflow.source.git.branch": "main",
        "mlflow.source.git.repoURL": "https://host/churn.git",
        "mlflow.source.git.dirty": "true",
    } == git_tags(state)
    assert {"mlflow.source.git.commit", "mlflow.source.git.dirty"} == set(
        git_tags(GitState("c", "", "", dirty=False))
    )
    assert {} == git_tags(None)


class TestUserName:
    def test_a_hub_says_who_works(self, monkeypatch):
        monkeypatch.setenv("JUPYTERHUB_USER", "ada")

        assert "ada" == user_name()

    def test_else_the_account_does(self, monkeypatch):
        monkeypatch.delenv("JUPYTERHUB_USER", raising=False)

        assert getpass.getuser() == user_name()

    @pytest.mark.parametrize("error", [KeyError, OSError, ImportError])
    def test_an_account_may_have_no_name(self, monkeypatch, error):
        monkeypatch.delenv("JUPYTERHUB_USER", raising=False)

        def nameless():
            raise error

        monkeypatch.setattr(getpass, "getuser", nameless)

        assert "" == user_name()


class TestDescribeEnvironment:
    def test_it_is_a_requirements_file_headed_by_python(self):
        head, *lines = describe_environment().splitlines()

        assert head.startswith(f"# Python {sys.version.split()[0]} on ")
        names = [line.split("==")[0].lower() for line in lines]
        assert sorted(names) == names
        assert {"mlflow", "ipython", "filelock"} <= set(names)

    def test_what_is_installed_meanwhile_is_seen(self, tmp_path, monkeypatch):
        monkeypatch.syspath_prepend(tmp_path)
        assert "brandnew==" not in describe_environment()

        info = tmp_path / "brandnew-2.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: brandnew\nVersion: 2.0\n")

        assert "\nbrandnew==2.0\n" in describe_environment()

    def test_an_installation_that_was_broken_off_does_no_harm(self, tmp_path, monkeypatch):
        (tmp_path / "broken-1.0.dist-info").mkdir()
        monkeypatch.syspath_prepend(tmp_path)

        assert "mlflow==" in describe_environment()

    def test_nothing_is_looked_for_twice(self):
        describe_environment()
        before = environment._requirements.cache_info().misses
        describe_environment()

        assert before == environment._requirements.cache_info().misses
