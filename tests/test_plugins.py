import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from jupyter_mlops import plugins
from jupyter_mlops.errors import NotFound
from jupyter_mlops.runs.memory_store import MemoryRunStore

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"


@pytest.fixture
def strangers(tmp_path, monkeypatch):
    """Install a package of somebody else's, with one plug-in that works and two that do not."""
    (tmp_path / "strangers.py").write_text("class Store: pass\n")
    (tmp_path / "needy.py").write_text("import a_package_that_is_not_there\n")
    info = tmp_path / "strangers-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strangers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[jupyter_mlops.run_stores]\n"
        "ours = strangers:Store\n"
        "needy = needy:Store\n"
        "renamed = strangers:Stores\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("strangers", None)


def test_a_built_in_is_found_by_its_name():
    assert plugins.load("run_stores", "memory") is MemoryRunStore
    assert {"memory", "mlflow"} <= set(plugins.names("run_stores"))


def test_every_built_in_can_be_loaded_and_its_group_is_one_of_ours():
    groups = tomllib.loads(PYPROJECT.read_text())["project"]["entry-points"]
    ours = [
        EntryPoint(name, value, group)
        for group, points in groups.items()
        if group.startswith("jupyter_mlops.")
        for name, value in points.items()
    ]

    assert ours
    for point in ours:
        assert point.group.removeprefix("jupyter_mlops.") in plugins.GROUPS
        assert callable(point.load())


def test_a_strangers_plug_in_is_found_like_ours(strangers):
    assert "ours" in plugins.names("run_stores")
    assert "Store" == plugins.load("run_stores", "ours").__name__


@pytest.mark.parametrize(
    ("name", "reason"), [("needy", "a_package_that_is_not_there"), ("renamed", "Stores")]
)
def test_a_plug_in_that_is_broken_says_whose_it_is_and_why(strangers, name, reason):
    with pytest.raises(NotFound) as raised:
        plugins.load("run_stores", name)

    assert f"the run store {name!r} of strangers cannot be loaded" in raised.value.message
    assert reason in raised.value.message
    assert "strangers" in raised.value.hint


def test_a_name_that_is_unknown_gets_the_nearest_and_the_list():
    with pytest.raises(NotFound) as raised:
        plugins.load("run_stores", "mlfow")

    assert "no run store is called 'mlfow'" == raised.value.message
    assert "did you mean 'mlflow'?" in raised.value.hint
    assert "memory, mlflow" in raised.value.hint


def test_a_registry_is_no_registrie():
    with pytest.raises(NotFound, match="no model registry is called 'x'"):
        plugins.load("model_registries", "x")


def test_a_group_without_members_says_so():
    with pytest.raises(NotFound, match="installed: none"):
        plugins.load("exporters", "airflow")
