from __future__ import annotations

import pytest

from jupyter_mlops.server.reads.project import without_credentials


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("sqlite:////home/ada/trees/mlflow.db", "sqlite:////home/ada/trees/mlflow.db"),
        ("sqlite:///mlflow.db", "sqlite:///mlflow.db"),
        ("https://mlflow.example", "https://mlflow.example"),
        ("https://mlflow.example:8443/x", "https://mlflow.example:8443/x"),
        ("https://ada:p%40ss@mlflow.example/x?key=1#f", "https://mlflow.example/x"),
        ("https://ada:p@ss@mlflow.example", "https://mlflow.example"),
        ("postgresql+psycopg2://ada:pass@db:5432/m", "postgresql+psycopg2://db:5432/m"),
        ("/home/ada/mlruns", "/home/ada/mlruns"),
        ("databricks", "databricks"),
    ],
)
def test_a_store_is_named_without_what_opens_it(uri, name):
    assert name == without_credentials(uri)
