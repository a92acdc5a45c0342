from __future__ import annotations

import pytest

from jupyter_mlops.project import Project
from jupyter_mlops.testing.executor_contract import write_notebook


@pytest.fixture
def project(tmp_path):
    (tmp_path / "mlops.toml").write_text(
        'experiment = "plays"\nrun_store = "memory"\nmodel_registry = "memory"\n'
    )
    for name in ("prepare", "train", "evaluate"):
        declared = "seed = 0\ndepth = 0\nmodels = None\ndata = 'data.csv'"
        write_notebook(tmp_path / f"{name}.ipynb", [f"print('{name}')"], parameters=declared)
    return Project.open(tmp_path)
