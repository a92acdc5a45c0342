from __future__ import annotations

from jupyter_mlops.server.reads.project import project_page


def test_a_store_is_named_without_what_opens_it(tmp_path, open_project, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    uri = "postgresql://ada:p/ss@db.example/m"
    (tmp_path / "mlops.toml").write_text(f"tracking_uri = '{uri}'\n")

    assert "postgresql://db.example/m" == project_page(open_project(tmp_path, "")).store


def test_an_address_that_is_none_is_still_named(tmp_path, open_project, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "mlops.toml").write_text("tracking_uri = 'http://[::1'\n")

    assert "http://[::1" == project_page(open_project(tmp_path, "")).store
