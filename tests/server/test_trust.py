from __future__ import annotations

import pytest

from jupyter_mlops.errors import Invalid, Unavailable
from jupyter_mlops.server.trust import check_trusted, hosts


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://ada:pw@mlflow.mine.example/x")
    monkeypatch.setenv("MLFLOW_REGISTRY_URI", "postgresql://ada:p/s@s@own.example/m")


@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost:5000",
        "http://127.3.2.1",
        "http://[::1]:5000",
        "http://mlflow.mine.example:8080",
        "https://LISTED.example/x",
        "postgresql://ada:p%2Fss@listed.example/m",
        "postgresql://ada:p/s@s@own.example/m",
        "postgresql:///m",
        "sqlite:////home/ada/a b@evil.example/mlflow.db",
        "databricks",
    ],
)
def test_this_machine_the_environments_hosts_and_those_listed_are_trusted(uri):
    check_trusted(uri, ["listed.example"])


@pytest.mark.parametrize(
    "uri",
    [
        "http://evil.example",
        "http://localhost@evil.example",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "postgresql://localhost:5432/x@evil.example/m",
        "postgresql://localhost:1?x@evil.example/m",
        "postgresql://localhost:1#x@evil.example/m",
        "postgresql://localhost/m?host=evil.example",
        "postgresql://localhost/m?hostaddr=evil.example",
        "mssql+pyodbc:///?odbc_connect=evil.example",
    ],
)
def test_any_other_host_is_not_however_it_is_hidden(uri):
    with pytest.raises(Unavailable, match=r"wants to use (127.0.0.1.|localhost.)?evil.example"):
        check_trusted(uri, ["listed.example"])


@pytest.mark.parametrize(
    "uri", ["http://[::1", "http://evil\\@localhost", "http://localhost\tx", "http://h:port"]
)
def test_what_cannot_be_told_apart_for_sure_is_refused(uri):
    with pytest.raises(Invalid, match="is not an address"):
        hosts(uri)
