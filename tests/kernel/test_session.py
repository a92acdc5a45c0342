import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jupyter_mlops.errors import Unavailable
from jupyter_mlops.kernel import session as session_module
from jupyter_mlops.kernel.session import close_session, kernel_session, notebook_path
from jupyter_mlops.runs.delivery.deliver import Deliverer
from jupyter_mlops.runs.delivery.journal import read_records
from jupyter_mlops.runs.environment import git_state, project_tags
from jupyter_mlops.runs.memory_store import MemoryRunStore
from jupyter_mlops.runs.run import RunStatus


def deliver(journals):
    store = MemoryRunStore()
    Deliverer(journals, store).deliver()
    return {run.name: run for run in store.list_runs().runs}


class TestKernelSession:
    def test_nothing_is_written_before_something_is_reported(self, journals):
        assert kernel_session().current is None

        assert [] == list(journals.glob("*.journal"))

    def test_the_state_folder_is_made_and_kept_out_of_git(self, journals, root):
        kernel_session().begin("fit")

        assert (root / ".mlops" / ".gitignore").read_text().endswith("*\n")

    def test_a_run_says_which_project_it_is_of(self, journals, root):
        kernel_session().begin("fit")
        close_session()

        assert project_tags(root).items() <= deliver(journals)["fit"].tags.items()

    def test_git_is_looked_at_beside_the_cell(self, journals, root, monkeypatch):
        settings = ["-c", "user.name=Ada", "-c", "user.email=ada@localhost"]
        for command in (["init", "-b", "main"], ["commit", "--allow-empty", "-m", "first"]):
            subprocess.run(["git", *settings, *command], cwd=root, check=True, capture_output=True)
        kernel_session().begin("fit")
        close_session()

        tags = deliver(journals)["fit"].tags
        assert git_state(root).commit == tags["mlflow.source.git.commit"]
        assert "main" == tags["mlflow.source.git.branch"]

    def test_a_git_that_is_slow_does_not_hold_up_the_cell(self, journals, monkeypatch):
        monkeypatch.setattr(session_module, "git_state", lambda _: time.sleep(1))
        began = time.monotonic()
        kernel_session().begin("fit")

        assert time.monotonic() - began < 0.5

    def test_a_run_that_is_open_when_the_session_ends_is_killed(self, journals):
        session = kernel_session()
        session.end(session.begin("ended"), RunStatus.FINISHED)
        session.begin("open")
        session.close()

        assert session.current is None
        runs = deliver(journals)
        assert (RunStatus.FINISHED, RunStatus.KILLED) == (runs["ended"].status, runs["open"].status)

    def test_a_state_folder_that_cannot_be_made_is_unavailable(self, root):
        (root / ".mlops").touch()

        with pytest.raises(Unavailable, match="cannot be made"):
            kernel_session().begin("fit")

    def test_a_kernel_that_was_told_its_project_belongs_to_it(self, journals, root, monkeypatch):
        elsewhere = root.parent / "elsewhere"
        elsewhere.mkdir()
        monkeypatch.chdir(elsewhere)
        monkeypatch.setenv("JUPYTER_MLOPS_ROOT", str(root))
        monkeypatch.setenv("JUPYTER_MLOPS_RUN", "step")

        assert (root, "step") == (kernel_session().project.root, kernel_session().step_run)

    def test_nobody_is_started_for_a_step(self, root, monkeypatch):
        monkeypatch.setenv("JUPYTER_MLOPS_RUN", "step")
        monkeypatch.setattr(subprocess, "Popen", None)
        monkeypatch.setattr(session_module, "git_state", lambda _: None)

        kernel_session().begin("inner")


class TestForks:
    def fork(self, work):
        child = os.fork()
        if child == 0:
            try:
                work()
            finally:
                os._exit(0)
        os.waitpid(child, 0)

    def test_a_child_reports_on_the_same_run_in_a_journal_of_its_own(self, journals):
        session = kernel_session()
        run = session.begin("fit")
        session.log_metrics({"parent": 1.0})
        self.fork(lambda: kernel_session().log_metrics({"child": 2.0}))
        session.log_metrics({"after": 3.0})

        _, second = sorted(journals.glob("*.journal"))
        assert {"metrics"} == {r.kind for r in read_records(second)} - {"opened"}
        session.end(run, RunStatus.FINISHED)
        session.close()
        found = deliver(journals)["fit"]
        assert {"parent": 1.0, "child": 2.0, "after": 3.0} == found.metrics
        assert RunStatus.FINISHED == found.status

    def test_a_child_that_ends_does_not_end_its_parent(self, journals):
        session = kernel_session()
        session.begin("fit")
        self.fork(lambda: (kernel_session().log_metrics({"child": 2.0}), close_session()))

        assert RunStatus.RUNNING == deliver(journals)["fit"].status
        session.log_metrics({"after": 3.0})

    def test_a_child_that_outlives_its_parent_does_not_keep_its_run_open(
        self, journals, root, python_path
    ):
        script = (
            "import os, time\n"
            "from jupyter_mlops.kernel.session import kernel_session\n"
            "kernel_session().begin('fit')\n"
            "child = os.fork()\n"
            "if child == 0: os.close(1); time.sleep(60); os._exit(0)\n"
            "print(child, flush=True); os.kill(os.getpid(), 9)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=root, stdout=subprocess.PIPE, check=False
        )
        child = int(done.stdout)
        try:
            assert RunStatus.KILLED == deliver(journals)["fit"].status
        finally:
            os.kill(child, 9)


class TestNotebookPath:
    @pytest.fixture(autouse=True)
    def untold(self, root):
        return root

    def test_who_executes_the_notebook_knows_best(self, monkeypatch):
        monkeypatch.setenv("JPY_SESSION_NAME", "/work/lab.ipynb")
        assert Path("/work/lab.ipynb") == notebook_path({})

        monkeypatch.setenv("JUPYTER_MLOPS_NOTEBOOK", "/work/step.ipynb")
        assert Path("/work/step.ipynb") == notebook_path({})

    def test_vs_code_tells_it_in_the_namespace(self):
        assert Path("/work/code.ipynb") == notebook_path({"__vsc_ipynb_file__": "/work/code.ipynb"})

    @pytest.mark.parametrize("name", ["", "console-1", "/work/Console 1", "/work/script.py"])
    def test_a_session_that_is_no_notebook_has_none(self, monkeypatch, name):
        monkeypatch.setenv("JPY_SESSION_NAME", name)

        assert notebook_path({}) is None
