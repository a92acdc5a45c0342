from dataclasses import fields
from pathlib import Path

import pytest

from jupyter_mlops.errors import Invalid
from jupyter_mlops.settings import (
    ROOT_VARIABLE,
    Settings,
    find_root,
    load_settings,
    without_credentials,
)


@pytest.fixture(autouse=True)
def untold(monkeypatch):
    monkeypatch.delenv(ROOT_VARIABLE, raising=False)


@pytest.fixture
def outside(tmp_path):
    """Skip where the folder for temporary files lies in a project itself."""
    if find_root(tmp_path) != tmp_path:
        pytest.skip("the folder for temporary files lies in a project")
    return tmp_path


class TestFindRoot:
    @pytest.mark.parametrize(
        ("mark", "text"),
        [("mlops.toml", ""), ("pyproject.toml", "[tool.jupyter-mlops]\n"), (".git", "gitdir: x")],
    )
    def test_the_nearest_mark_above_is_the_root(self, tmp_path, mark, text):
        (tmp_path / mark).write_text(text)
        inner = tmp_path / "a" / "b"
        inner.mkdir(parents=True)
        notebook = inner / "train.ipynb"
        notebook.touch()

        assert tmp_path == find_root(inner)
        assert tmp_path == find_root(notebook)

    def test_a_pyproject_without_our_table_is_no_mark(self, tmp_path):
        (tmp_path / "mlops.toml").touch()
        inner = tmp_path / "package"
        inner.mkdir()
        (inner / "pyproject.toml").write_text("tool = 3\n")

        assert tmp_path == find_root(inner)

    def test_a_folder_without_a_mark_is_its_own_root(self, outside):
        assert outside == find_root(outside)

    def test_who_started_the_kernel_may_tell_the_root_where_there_is_no_mark(
        self, outside, monkeypatch
    ):
        inner = outside / "a"
        inner.mkdir()
        monkeypatch.setenv(ROOT_VARIABLE, str(outside))

        assert outside == find_root(inner)
        assert Path("/") == find_root(Path("/"))  # not below what was told

    def test_a_mark_wins_over_what_was_told(self, outside, monkeypatch):
        inner = outside / "a"
        inner.mkdir()
        (inner / "mlops.toml").touch()
        monkeypatch.setenv(ROOT_VARIABLE, str(outside))

        assert inner == find_root(inner)


class TestLoadSettings:
    def test_an_empty_project_has_one_database_at_its_root(self, tmp_path):
        settings = load_settings(tmp_path, environ={})

        expected = Settings(
            experiment=tmp_path.name,
            tracking_uri=f"sqlite:///{tmp_path}/mlflow.db",
            artifact_root=f"{tmp_path}/mlartifacts",
        )
        assert expected == settings

    def test_arguments_win_over_environment_over_file_over_defaults(self, tmp_path):
        (tmp_path / "mlops.toml").write_text('experiment = "file"\nworkers = 3\nexecutor = "x"\n')
        environ = {"MLFLOW_EXPERIMENT_NAME": "environment", "JUPYTER_MLOPS_WORKERS": "4"}

        settings = load_settings(tmp_path, environ=environ, workers=5, executor=None)

        assert ("environment", 5, "x") == (settings.experiment, settings.workers, settings.executor)

    def test_every_setting_can_be_set_by_file_and_by_environment(self, tmp_path):
        names = {
            "tracking_uri": "MLFLOW_TRACKING_URI",
            "registry_uri": "MLFLOW_REGISTRY_URI",
            "experiment": "MLFLOW_EXPERIMENT_NAME",
        }
        for field in fields(Settings):
            value = "7" if field.type == "int" else "s3://somewhere"
            name = names.get(field.name, f"JUPYTER_MLOPS_{field.name.upper()}")
            (tmp_path / "mlops.toml").write_text(
                f"{field.name} = {value if field.type == 'int' else repr(value)}\n"
            )
            by_file = load_settings(tmp_path, environ={})
            (tmp_path / "mlops.toml").write_text("")
            by_environment = load_settings(tmp_path, environ={name: value})

            assert by_file == by_environment
            assert value == str(getattr(by_file, field.name))

    def test_pyproject_is_read_where_there_is_no_file_of_ours(self, tmp_path):
        (tmp_path / "pyproject.toml").write_text('[tool.jupyter-mlops]\nexperiment = "churn"\n')
        assert "churn" == load_settings(tmp_path, environ={}).experiment

        (tmp_path / "mlops.toml").write_text('experiment = "risk"\n')
        assert "risk" == load_settings(tmp_path, environ={}).experiment

    @pytest.mark.parametrize("how", ["file", "environment", "argument"])
    def test_a_relative_database_lies_in_the_root_wherever_the_process_stands(
        self, tmp_path, monkeypatch, how
    ):
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        monkeypatch.chdir(elsewhere)
        uri, environ, arguments = "sqlite:///runs/mlflow.db", {}, {}
        if how == "file":
            (tmp_path / "mlops.toml").write_text(f'tracking_uri = "{uri}"\n')
        elif how == "environment":
            environ = {"MLFLOW_TRACKING_URI": uri}
        else:
            arguments = {"tracking_uri": uri}

        settings = load_settings(tmp_path, environ=environ, **arguments)

        assert f"sqlite:///{tmp_path}/runs/mlflow.db" == settings.tracking_uri

    @pytest.mark.parametrize(
        "uri",
        ["sqlite:////srv/mlflow.db", "http://localhost:5000", "postgresql://db/x", "databricks"],
    )
    def test_another_address_stays_as_it_is(self, tmp_path, uri):
        assert uri == load_settings(tmp_path, environ={"MLFLOW_TRACKING_URI": uri}).tracking_uri

    def test_artifacts_go_where_they_are_told_to(self, tmp_path):
        (tmp_path / "mlops.toml").write_text('artifact_root = "files"\n')
        assert f"{tmp_path}/files" == load_settings(tmp_path, environ={}).artifact_root

        (tmp_path / "mlops.toml").write_text('artifact_root = "s3://bucket/files"\n')
        assert "s3://bucket/files" == load_settings(tmp_path, environ={}).artifact_root

    @pytest.mark.parametrize(
        ("text", "place", "message", "hint"),
        [
            (
                '\nexperimnt = "x"\n',
                (2, 0),
                "unknown key 'experimnt'",
                "did you mean 'experiment'?",
            ),
            ("zzz = 1\n", (1, 0), "unknown key 'zzz'", "known keys: experiment"),
            ("workers = 'two'\n", (1, 0), "workers must be a whole number, not 'two'", "correct"),
            ("workers = true\n", (1, 0), "workers must be a whole number, not True", "correct"),
            ("workers = 0\n", (1, 0), "workers must not be 0", "default"),
            ("workers = -1\n", (1, 0), "workers must not be -1", "default"),
            ("experiment = 3\n", (1, 0), "experiment must be text in quotes, not 3", "correct"),
            ("experiment = ''\n", (1, 0), "experiment must not be ''", "default"),
            (
                "tracking_uri = ['http://ada:secret@h']\n",
                (1, 0),
                "tracking_uri must be text in quotes",
                "correct",
            ),
            ("experiment = \n", (1, 14), "not valid TOML: Invalid value", "toml.io"),
        ],
    )
    def test_a_mistake_in_the_file_is_told_with_its_place(
        self, tmp_path, text, place, message, hint
    ):
        file = tmp_path / "mlops.toml"
        file.write_text(text)

        with pytest.raises(Invalid) as raised:
            load_settings(tmp_path, environ={})

        error = raised.value
        assert (str(file), *place) == (error.file, error.line, error.column)
        assert message == error.message
        assert hint in error.hint

    def test_a_mistake_in_pyproject_is_looked_for_in_our_table(self, tmp_path):
        file = tmp_path / "pyproject.toml"
        file.write_text("[project]\nname = 'x'\n\n[tool.jupyter-mlops]\nname = 'x'\n")

        with pytest.raises(Invalid) as raised:
            load_settings(tmp_path, environ={})

        assert 5 == raised.value.line

    def test_a_file_that_is_no_text_is_invalid(self, tmp_path):
        (tmp_path / "mlops.toml").write_bytes(b"experiment = '\xff'")

        with pytest.raises(Invalid, match="not valid TOML"):
            load_settings(tmp_path, environ={})

    @pytest.mark.parametrize("text", ["two", "0", "-1", "1.5"])
    def test_a_mistake_in_the_environment_names_the_variable(self, tmp_path, text):
        with pytest.raises(Invalid, match="JUPYTER_MLOPS_WORKERS must be a whole number"):
            load_settings(tmp_path, environ={"JUPYTER_MLOPS_WORKERS": text})

    def test_an_empty_variable_is_no_setting(self, tmp_path):
        settings = load_settings(tmp_path, environ={"MLFLOW_TRACKING_URI": ""})

        assert f"sqlite:///{tmp_path}/mlflow.db" == settings.tracking_uri


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("http://me:secret@host:5000/path", "http://host:5000/path"),
        ("https://host/path?token=secret", "https://host/path"),
        ("postgresql+psycopg2://me:se/cr@et@db/x?password=secret", "postgresql+psycopg2://db/x"),
        ("sqlite:////home/me@work/mlflow.db", "sqlite:////home/me@work/mlflow.db"),
        ("git@host:me/project.git", "git@host:me/project.git"),
        ("https://ada:p%40ss@mlflow.example/x?key=1#f", "https://mlflow.example/x"),
        ("https://ada:p@ss@mlflow.example:8443", "https://mlflow.example:8443"),
        ("postgresql://ada:p/ss@db/m", "postgresql://db/m"),
        ("postgresql://ada:p?ss@db/m", "postgresql://..."),
        ("postgresql://ada:p#ss@db/m", "postgresql://..."),
        ("https://mlflow.example/x?token=se@cret", "https://..."),
        ("http://[::1", "http://[::1"),
        ("sqlite:///mlflow.db?password=secret", "sqlite:///mlflow.db"),
        ("/home/ada/mlruns", "/home/ada/mlruns"),
        ("databricks", "databricks"),
        ("", ""),
    ],
)
def test_an_address_is_shown_without_what_is_secret_in_it(uri, expected):
    assert expected == without_credentials(uri)
