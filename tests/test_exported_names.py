import importlib
import inspect
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import jupyter_mlops

PACKAGE = Path(jupyter_mlops.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if not path.name.startswith("__")
)


def test_the_public_names_are_few_sorted_and_all_there():
    names = jupyter_mlops.__all__

    assert ["MlopsError", "Project", "__version__", "log", "output", "param", "show_runs"] == names
    assert sorted(names) == names
    assert len(names) <= 20
    for name in names:
        assert getattr(jupyter_mlops, name) is not None


def test_dir_shows_what_is_public_and_no_more():
    assert jupyter_mlops.__all__ == dir(jupyter_mlops)


@pytest.mark.parametrize("name", sorted(set(jupyter_mlops.__all__) - {"__version__"}))
def test_every_public_name_says_what_it_is_for(name):
    assert inspect.getdoc(getattr(jupyter_mlops, name))


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'track'"):
        jupyter_mlops.track  # noqa: B018 - the look is the test


def test_a_subpackage_is_not_hidden_by_a_name():
    from jupyter_mlops import runs

    assert inspect.ismodule(runs)


def test_what_type_checkers_see_is_what_there_is():
    source = (PACKAGE / "__init__.py").read_text()
    for name, home in jupyter_mlops._HOMES.items():
        assert hasattr(importlib.import_module(home), name)
        assert f"from {home} import" in source


def test_every_name_loads_alone():
    for name in jupyter_mlops._HOMES:
        subprocess.run([sys.executable, "-c", f"from jupyter_mlops import {name}"], check=True)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_offers_what_it_lists(module):
    if module == "jupyter_mlops.server.reads.__main__":
        return
    loaded = importlib.import_module(module)
    for name in getattr(loaded, "__all__", []):
        assert hasattr(loaded, name)


def test_the_version_is_that_of_the_installed_package():
    assert version("jupyter-mlops") == jupyter_mlops.__version__


def test_jupyter_finds_the_lab_and_the_server_extension():
    assert [{"src": "_labextension", "dest": "jupyter-mlops"}] == (
        jupyter_mlops._jupyter_labextension_paths()
    )
    (point,) = jupyter_mlops._jupyter_server_extension_points()
    assert "jupyter_mlops.server.app" == point["module"]
    assert "jupyter_mlops" == point["app"].name
