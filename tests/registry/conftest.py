from __future__ import annotations

import json

import pandas as pd
import pytest
import skops.io
from sklearn.tree import DecisionTreeClassifier

from jupyter_mlops.registry.memory_registry import MemoryModelRegistry
from jupyter_mlops.registry.model_version import NewVersion

ROWS = {"columns": ["age", "income"], "data": [[30, 1.5], [60, 2.5], [45, 0.5]]}
LABELS = [0, 1, 0]


@pytest.fixture
def example(tmp_path):
    """Rows that the saved tree can predict."""
    (tmp_path / "example.json").write_text(json.dumps(ROWS))
    return tmp_path / "example.json"


@pytest.fixture
def new(tmp_path, example):
    """Describe a version of a real decision tree, with fields changed as keywords say."""
    tree = DecisionTreeClassifier(random_state=0).fit(pd.DataFrame(**ROWS), LABELS)
    skops.io.dump(tree, tmp_path / "model.skops")

    def new(**changed):
        known = {
            "name": "churn",
            "file": tmp_path / "model.skops",
            "digest": "d1",
            "run_id": "r1",
            "input_example": example,
        }
        return NewVersion(**{**known, **changed})

    return new


@pytest.fixture
def registry():
    return MemoryModelRegistry()
