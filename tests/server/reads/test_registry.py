from __future__ import annotations

import pytest

from jupyter_mlops.server.pages import ModelsPage
from jupyter_mlops.server.reads.registry import models_page


def test_models_come_with_versions_and_aliases(mlflow_database, tmp_path, open_project):
    from mlflow import MlflowClient

    client = MlflowClient(mlflow_database.uri, mlflow_database.uri)
    run_id = mlflow_database.create_run(auc=0.9)
    client.create_registered_model("oaks", description="what an oak is worth")
    for _ in range(2):
        client.create_model_version("oaks", str(mlflow_database.artifacts / "model"), run_id)
    client.set_registered_model_alias("oaks", "champion", "1")
    (tmp_path / "mlops.toml").write_text(f"tracking_uri = '{mlflow_database.uri}'\n")

    (oaks,) = models_page(open_project(tmp_path, "")).models

    assert ("oaks", "what an oak is worth") == (oaks.name, oaks.description)
    assert {"champion": 1} == oaks.aliases
    assert (2, run_id) == (oaks.versions[0].version, oaks.versions[0].run_id)


def test_a_project_without_models_has_an_empty_page(trees):
    assert ModelsPage() == models_page(trees)


@pytest.mark.parametrize("settings", ["", "registry_uri = 'sqlite:///{folder}/models.db'"])
def test_looking_at_a_folder_makes_nothing_in_it(tmp_path, open_project, settings):
    (tmp_path / "mlops.toml").write_text(settings.format(folder=tmp_path))

    assert ModelsPage() == models_page(open_project(tmp_path, ""))
    assert ["mlops.toml"] == [entry.name for entry in tmp_path.iterdir()]


def test_models_elsewhere_are_read_without_making_a_run_store(
    mlflow_database, tmp_path, open_project
):
    (tmp_path / "mlops.toml").write_text(f"registry_uri = '{mlflow_database.uri}'\n")
    before = set(tmp_path.iterdir())

    assert ModelsPage() == models_page(open_project(tmp_path, ""))
    assert before == set(tmp_path.iterdir())
