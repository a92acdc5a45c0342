from __future__ import annotations

import json
import pkgutil
import sys

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from jupyter_mlops.errors import Invalid, MissingExtra
from jupyter_mlops.registry.saved_model import TRUSTED_TYPES, read_model

ROWS = pd.DataFrame(
    {"age": [30.0, 60.0, 45.0, 20.0] * 5, "town": ["Bonn", "Ulm", "Bonn", "Jena"] * 5}
)
LABELS = [0, 1, 0, 1] * 5
COLUMNS = ColumnTransformer(
    [
        ("numbers", StandardScaler(), make_column_selector(dtype_include="number")),
        ("words", OneHotEncoder(handle_unknown="ignore"), ["town"]),
    ]
)


@pytest.mark.parametrize(
    "model",
    [
        LogisticRegression(),
        RandomForestClassifier(3),
        GradientBoostingClassifier(n_estimators=3),
        HistGradientBoostingClassifier(max_iter=3),
        KNeighborsClassifier(algorithm="kd_tree"),
        GaussianProcessClassifier(),
        MLPClassifier(max_iter=5000),
        VotingClassifier([("a", LogisticRegression()), ("b", RandomForestClassifier(3))]),
        GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=StratifiedKFold(2)),
        make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()),
    ],
    ids=lambda model: type(model).__name__,
)
def test_the_usual_models_of_scikit_learn_are_trusted(model, tmp_path):
    rows = ROWS[["age"]]
    model.fit(rows, LABELS)
    skops.io.dump(model, tmp_path / "model.skops")
    rows.to_json(tmp_path / "rows.json", orient="split")

    saved = read_model(tmp_path / "model.skops", input_example=tmp_path / "rows.json")

    assert list(model.predict(rows)) == list(saved.predictions)


def test_a_pipeline_over_columns_of_several_types_is_trusted(tmp_path):
    model = make_pipeline(COLUMNS, LogisticRegression()).fit(ROWS, LABELS)
    skops.io.dump(model, tmp_path / "model.skops")
    ROWS.to_json(tmp_path / "rows.json", orient="split")

    saved = read_model(tmp_path / "model.skops", input_example=tmp_path / "rows.json")

    assert list(model.predict(ROWS)) == list(saved.predictions)


def test_only_the_types_that_a_model_needs_are_trusted(tmp_path):
    skops.io.dump(RandomForestClassifier(1).fit([[1], [2]], [0, 1]), tmp_path / "model.skops")

    saved = read_model(tmp_path / "model.skops")

    assert ("sklearn.tree._tree.Tree",) == saved.trusted_types
    assert set(saved.trusted_types) < TRUSTED_TYPES


def test_every_trusted_type_exists_and_is_no_way_out_of_scikit_learn():
    # nothing that starts a process, opens a file or imports a module may slip in
    assert {"functools", "numpy", "scipy", "sklearn"} == {
        name.partition(".")[0] for name in TRUSTED_TYPES
    }
    # scikit-learn 1.9 has it no more
    older = {"sklearn.compose._column_transformer._RemainderColsList"}
    assert all(pkgutil.resolve_name(name) for name in TRUSTED_TYPES - older)
    assert {"functools.partial"} == {n for n in TRUSTED_TYPES if n.startswith("functools")}


def test_a_partial_function_is_judged_by_what_it_calls(tmp_path):
    from functools import partial
    from subprocess import getoutput

    strange = FunctionTransformer(partial(getoutput, encoding="utf-8"))
    skops.io.dump(make_pipeline(strange, LogisticRegression()), tmp_path / "model.skops")

    with pytest.raises(Invalid, match=r"subprocess\.getoutput"):
        read_model(tmp_path / "model.skops")


def test_the_types_of_an_input_example_are_those_of_its_json(new, tmp_path):
    # pandas.read_json would make dates of the first column, by its name
    rows = {"columns": ["created_at", "income"], "data": [[1, 1.0], [2, 2.0]]}
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    model = LogisticRegression().fit(pd.DataFrame(**rows), [0, 1])
    skops.io.dump(model, tmp_path / "model.skops")

    saved = read_model(tmp_path / "model.skops", input_example=tmp_path / "rows.json")

    assert ["int64", "float64"] == [str(kind) for kind in saved.example.dtypes]


def test_an_mlflow_folder_cannot_be_given_an_input_example(tmp_path, example):
    (tmp_path / "MLmodel").write_text("flavors: {sklearn: {}}")

    with pytest.raises(Invalid, match="its own input example"):
        read_model(tmp_path, input_example=example)


def test_without_skops_the_extra_is_named(new, monkeypatch):
    file = new().file
    monkeypatch.setitem(sys.modules, "skops.io", None)

    with pytest.raises(MissingExtra, match=r"jupyter-mlops\[sklearn\]"):
        read_model(file)


def test_a_torn_file_is_refused(new):
    file = new().file
    whole = file.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 10):
        file.write_bytes(whole[:length])
        with pytest.raises(Invalid) as raised:
            read_model(file)
        assert str(file) == raised.value.file
