import os

import pytest

from jupyter_mlops.kernel.extension import load
from jupyter_mlops.kernel.session import kernel_session


def callbacks(shell):
    return [
        callback
        for event in ("pre_run_cell", "post_run_cell")
        for callback in shell.events.callbacks[event]
        if "CellHooks" in repr(callback)
    ]


def test_loading_twice_is_loading_once(shell, delivered):
    load(shell)
    shell.run_cell("%load_ext jupyter_mlops")
    shell.run_cell("%reload_ext jupyter_mlops")
    shell.run_cell("%%track\nx = 1")

    assert 2 == len(callbacks(shell))
    assert 1 == len(delivered().runs)


def test_unloading_leaves_nothing(bare_shell, capsys):
    before = dict(vars(bare_shell))
    transformers = list(bare_shell.input_transformers_cleanup)
    bare_shell.run_cell("%load_ext jupyter_mlops")
    bare_shell.run_cell("%unload_ext jupyter_mlops")

    assert [] == callbacks(bare_shell)
    assert transformers == bare_shell.input_transformers_cleanup
    assert before.keys() >= {n for n in vars(bare_shell) if "mlops" in n}
    assert "MLFLOW_TRACKING_URI" not in os.environ
    bare_shell.run_cell("%mlops status")
    bare_shell.run_cell("%%track\nx = 1")
    said = capsys.readouterr()
    assert "`%mlops` not found" in said.out + said.err
    assert "`%%track` not found" in said.out + said.err


def test_loading_again_after_unloading_tracks_again(shell, delivered):
    shell.run_cell("%%track first\nx = 1")
    shell.run_cell("%unload_ext jupyter_mlops")
    shell.run_cell("%load_ext jupyter_mlops")
    shell.run_cell("%%track second\nx = 1")

    assert ["first", "second"] == sorted(run.name for run in delivered().runs)


def test_reloading_opens_the_project_anew(shell, root):
    (root / "mlops.toml").write_text('experiment = "renamed"\n')
    assert "churn" == kernel_session().project.settings.experiment

    shell.run_cell("%reload_ext jupyter_mlops")

    assert "renamed" == kernel_session().project.settings.experiment


class TestPlainMlflow:
    def test_uses_the_store_of_the_project(self, shell, root):
        assert f"sqlite:///{root}/mlflow.db" == os.environ["MLFLOW_TRACKING_URI"]

    def test_uses_it_from_any_folder_of_the_project(self, bare_shell, root, monkeypatch):
        notebooks = root / "notebooks"
        notebooks.mkdir()
        monkeypatch.chdir(notebooks)
        load(bare_shell)

        assert f"sqlite:///{root}/mlflow.db" == os.environ["MLFLOW_TRACKING_URI"]

    def test_keeps_what_the_user_chose(self, bare_shell, monkeypatch):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://localhost:5000")
        bare_shell.run_cell("%load_ext jupyter_mlops")
        assert "http://localhost:5000" == os.environ["MLFLOW_TRACKING_URI"]

        bare_shell.run_cell("%unload_ext jupyter_mlops")
        assert "http://localhost:5000" == os.environ["MLFLOW_TRACKING_URI"]

    def test_follows_the_settings_when_they_change(self, shell, root):
        (root / "mlops.toml").write_text('tracking_uri = "sqlite:///other.db"\n')

        shell.run_cell("%reload_ext jupyter_mlops")

        assert f"sqlite:///{root}/other.db" == os.environ["MLFLOW_TRACKING_URI"]

    @pytest.mark.slow
    def test_writes_beside_the_tracked_cells(self, shell, root, tmp_path, monkeypatch):
        import mlflow
        from mlflow import MlflowClient

        before = mlflow.get_tracking_uri()
        assert f"sqlite:///{root}/mlflow.db" == before
        with mlflow.start_run() as run:
            mlflow.log_metric("m", 1.0)

        store = kernel_session().project.runs
        assert {"m": 1.0} == store.get_run(run.info.run_id).metrics
        assert MlflowClient(before).get_run(run.info.run_id)
