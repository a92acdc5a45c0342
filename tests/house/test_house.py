"""The house rules, checked: sizes, names, who may touch which library, what loads when."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "jupyter_mlops"
ROOMS = sorted(p for p in PACKAGE.rglob("*.py") if p.name != "_version.py")
SOURCES = sorted(
    p
    for p in (ROOT / "labextension" / "src").rglob("*.ts*")
    if p.name != "wire.ts"  # generated
)
TRAPS = {
    "abc", "base", "common", "controller", "core", "engine", "handler", "handlers", "helper",
    "helpers", "manager", "misc", "models", "service", "types", "util", "utils",
}  # fmt: skip
OWNERS = {
    "mlflow": ("mlflow_",),
    "papermill": ("papermill_",),
    "nbclient": ("papermill_",),
    "dask": ("dask_",),
    "nbformat": ("notebooks/",),
    "nbconvert": ("notebooks/",),
    "IPython": ("kernel/",),
    "comm": ("kernel/",),
    "tornado": ("server/",),
    "jupyter_server": ("server/",),
    "anywidget": ("widgets/",),
    "ipywidgets": ("widgets/",),
    "click": ("cli/",),
    "rich": ("cli/",),
    "pydantic": ("wire.py", "pipelines/spec.py", "pipelines/rules/", "settings.py"),
    "pandas": ("datasets/", "cells/", "registry/"),
    "numpy": ("datasets/", "cells/"),
}


def at(path):
    return path.relative_to(ROOT).as_posix()


def imports(tree):
    """Yield each absolute import of a module, with the module's name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node, node.module or ""


@pytest.mark.parametrize("room", [*ROOMS, *SOURCES], ids=at)
def test_a_room_is_small_and_named_for_what_it_holds(room):
    assert len(room.read_text().splitlines()) <= 400
    assert room.stem not in TRAPS


@pytest.mark.parametrize("folder", sorted({room.parent for room in ROOMS}), ids=at)
def test_a_folder_can_be_read_at_a_glance(folder):
    assert len([p for p in folder.glob("*.py") if not p.name.startswith("_")]) <= 9
    assert folder.name not in TRAPS


@pytest.mark.parametrize("room", ROOMS, ids=at)
def test_each_library_has_one_owner(room):
    place = room.relative_to(PACKAGE).as_posix()
    tree = ast.parse(room.read_text())
    if place.startswith("testing/"):
        return  # contract suites look at what they test from outside
    foreign = {
        library
        for _, name in imports(tree)
        if (library := name.partition(".")[0]) in OWNERS
        and not any(owner in place for owner in OWNERS[library])
        and not (place == "__init__.py" and library == "IPython")  # the type of a hook's argument
    }

    assert set() == foreign


@pytest.mark.parametrize("room", ROOMS, ids=at)
def test_a_function_fits_a_glance(room):
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(ast.parse(room.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > 60
    }

    assert {} == long


@pytest.mark.parametrize("room", ROOMS, ids=at)
def test_what_a_room_offers_is_listed_in_order(room):
    """``__all__`` is complete where it stands, sorted, and each of its names exists."""
    tree = ast.parse(room.read_text())
    listed = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    if not listed:
        assert [] == [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
        return

    assert sorted(listed[0]) == sorted(set(listed[0]))


@pytest.mark.parametrize("room", ROOMS, ids=at)
def test_data_frames_wait_until_they_are_needed(room):
    top = {
        name.partition(".")[0]
        for node in ast.parse(room.read_text()).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for _, name in imports(node)
    }

    assert set() == top & {"pandas", "numpy"}


@pytest.mark.parametrize(
    "module", ["jupyter_mlops", "jupyter_mlops.kernel.extension", "jupyter_mlops.cli.main"]
)
def test_heavy_imports_wait(module):
    program = (
        f"import sys, {module}\n"
        "heavy = ['mlflow', 'pandas', 'numpy', 'nbformat', 'papermill', 'pydantic', 'sqlalchemy']\n"
        "print([name for name in heavy if name in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert "[]" == done.stdout.strip()


def tracked():
    done = subprocess.run(
        ["git", "ls-files", "-z"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).exists()]


def test_tests_can_be_read_at_a_glance_too():
    long = {
        at(file): lines
        for file in tracked()
        if file.is_relative_to(ROOT / "tests") and file.suffix == ".py"
        if (lines := len(file.read_text().splitlines())) > 400
    }

    assert {} == long


def test_there_is_one_version():
    import jupyter_mlops

    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    package = json.loads((ROOT / "labextension" / "package.json").read_text())

    assert "jupyter_mlops/_version.py" == pyproject["tool"]["hatch"]["version"]["path"]
    assert jupyter_mlops.__version__ == package["version"]


def test_no_file_names_a_registry_or_somebodys_folder():
    # put together here, so that this file does not hold what it looks for
    words = [
        "/ro" + "ot/",
        "/ho" + "me/(?!ada/|me@)[a-z]",
        "registry.npm" + "js",
        "files.pythonhosted" + r"\.",
    ]
    words += ["registry.yarn" + "pkg", "pypi.org/" + "simple", "archive" + "Url"]
    pattern = re.compile("|".join(words).encode())
    guilty = [
        at(file)
        for file in tracked()
        if file.suffix not in (".png", ".parquet") and pattern.search(file.read_bytes())
    ]

    assert [] == guilty


def test_nothing_that_was_built_is_tracked():
    built = ("jupyter_mlops/_labextension/", "labextension/lib/", "node_modules/", "dist/", "site/")

    assert [] == [at(file) for file in tracked() if at(file).startswith(built)]


def test_example_notebooks_are_committed_without_outputs():
    for file in tracked():
        if file.suffix == ".ipynb":
            cells = json.loads(file.read_text())["cells"]
            assert [] == [cell["id"] for cell in cells if cell.get("outputs")], at(file)


def test_every_extension_point_has_a_protocol_a_group_and_a_suite():
    from jupyter_mlops.plugins import GROUPS

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    suites = {path.stem for path in (PACKAGE / "testing").glob("*_contract.py")}

    for group in declared:
        noun = group.removeprefix("jupyter_mlops.")
        assert noun in GROUPS
        singular = {"model_registries": "model_registry", "step_caches": "step_cache"}.get(
            noun, noun[:-1]
        )
        assert f"{singular}_contract" in suites
