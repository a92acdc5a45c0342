from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_mlops.server import pages
from jupyter_mlops.server.schema import NOUNS, document

LABEXTENSION = Path(__file__).parents[2] / "labextension"
GENERATOR = LABEXTENSION / "node_modules" / "json-schema-to-typescript"


def test_every_page_is_in_the_document():
    named = set(json.loads(document())["$defs"])
    written = {name for name, value in vars(pages).items() if dataclasses.is_dataclass(value)}

    assert written <= named
    assert "RunCard" in named
    assert set(pages.__all__) < {noun.__name__ for noun in NOUNS}


def test_the_module_prints_the_document():
    printed = subprocess.run(
        [sys.executable, "-m", "jupyter_mlops.server.schema"], capture_output=True, check=True
    )

    assert document() == printed.stdout.decode()


@pytest.mark.slow
@pytest.mark.skipif(not GENERATOR.is_dir(), reason="labextension/node_modules: run `make setup`")
def test_the_browsers_types_are_those_of_the_schema():
    checked = subprocess.run(
        ["node", "scripts/wire.mjs", "--check"],
        cwd=LABEXTENSION,
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (checked.returncode, checked.stderr)
