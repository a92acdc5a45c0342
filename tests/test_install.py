"""What a user gets: a wheel that needs no Node, with both extensions enabled."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


# where jlpm and uv are, also for a pytest that was not called through `make`
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def run(*command, path=PATH):
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    said = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    built = list(folder.glob("*.whl"))
    assert 1 == len(built), said
    return built[0]


def test_there_is_one_version():
    package = json.loads((ROOT / "labextension" / "package.json").read_text())

    assert package["version"] == version("jupyter-mlops")


@pytest.mark.slow
def test_the_wheel_holds_the_production_build_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    shared = [name for name in names if "/share/jupyter/labextensions/jupyter-mlops/" in name]
    assert [name for name in shared if name.endswith("/static/style.js")]
    assert [name for name in shared if name.endswith("/install.json")]
    assert not [name for name in names if name.endswith(".map")]
    assert [name for name in names if name.endswith("jupyter_server_config.d/jupyter_mlops.json")]
    assert "jupyter_mlops/py.typed" in names
    assert "jupyter_mlops/widgets/static/run_table.js" in names
    assert "jupyter_mlops/server/events/changed.yaml" in names
    assert not [name for name in names if name.startswith(("tests/", "labextension/"))]


@pytest.mark.slow
def test_the_wheel_installs_without_node_and_both_extensions_are_on(wheel, tmp_path):
    # Only what the wheel itself asks for, with nothing but the new environment on the path.
    environment = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    python = environment / "bin" / "python"
    said = run(
        "uv", "pip", "install", "--quiet", "--python", python, "-c", "requirements.lock", wheel
    )
    path = f"{environment}/bin"

    labextensions = run(python, "-m", "jupyter", "labextension", "list", path=path)
    servers = run(python, "-m", "jupyter", "server", "extension", "list", path=path)

    assert shutil.which("node", path=path) is None
    line = next((x for x in labextensions.splitlines() if "jupyter-mlops v" in x), labextensions)
    assert ("enabled" in line, "OK" in line) == (True, True), said + line
    assert f"jupyter_mlops {version('jupyter-mlops')} OK" in " ".join(servers.split()), servers
