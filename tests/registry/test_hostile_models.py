"""Saved models as an enemy, or a broken disk, would write them."""

from __future__ import annotations

import io
import json
import warnings
import zipfile

import numpy as np
import pytest
import scipy.sparse
import skops.io
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from jupyter_mlops.errors import Invalid, NotFound
from jupyter_mlops.registry import saved_model
from jupyter_mlops.registry.saved_model import read_model

WHOLE = skops.io.dumps(DecisionTreeClassifier(random_state=0).fit([[1], [2]], [0, 1]))
SCHEMA = json.loads(zipfile.ZipFile(io.BytesIO(WHOLE)).read("schema.json"))
FEW = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
VALUES = st.sampled_from([None, "", "x", "builtins", "eval", "numpy", [], {}, -1, 1e308, 10**30])


@pytest.fixture
def file(tmp_path):
    return tmp_path / "model.skops"


def _places(node):
    """Yield each container of a JSON document with each of its keys."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        yield node, key
        if isinstance(value, dict | list):
            yield from _places(value)


def _with_schema(text, *, whole=WHOLE, compression=zipfile.ZIP_STORED):
    """Put another ``schema.json`` into a model."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, text if name == "schema.json" else old.read(name), compression)
    return changed.getvalue()


def _refusal(file, content):
    """Write the file and read it: what is wrong with it, or nothing."""
    file.write_bytes(content)
    refused = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the readers think of it
            read_model(file)
    except Invalid as error:
        refused = error
    if refused is None:
        return ""
    assert str(file) == refused.file
    assert refused.hint
    return refused.message


@FEW
@given(changes=st.dictionaries(st.integers(0, len(WHOLE) - 1), st.integers(0, 255), max_size=5))
def test_whatever_bytes_change_a_model_is_read_or_refused(file, changes):
    content = bytearray(WHOLE)
    for place, value in changes.items():
        content[place] = value

    _refusal(file, content)


@FEW
@given(data=st.data())
def test_whatever_its_schema_says_a_model_is_read_or_refused(file, data):
    schema = json.loads(json.dumps(SCHEMA))
    node, key = data.draw(st.sampled_from(list(_places(schema))))
    node[key] = data.draw(VALUES)

    _refusal(file, _with_schema(json.dumps(schema)))


@pytest.mark.parametrize("method", [1, 99])
def test_an_unknown_compression_is_refused(file, method):
    content = bytearray(WHOLE)
    for magic, place in ((b"PK\3\4", 8), (b"PK\1\2", 10)):  # local and central header
        content[content.index(magic) + place] = method

    assert "compression method" in _refusal(file, content)


def test_a_member_that_lies_outside_the_file_is_refused(file):
    content = bytearray(WHOLE)
    start = content.index(b"PK\1\2")
    content[start + 42 : start + 46] = b"\xff\xff\xff\x7f"

    assert _refusal(file, content)


def test_compressed_bytes_that_are_none_are_refused(file):
    content = bytearray(_with_schema(json.dumps(SCHEMA), compression=zipfile.ZIP_DEFLATED))
    content[60:90] = b"\xff" * 30

    assert "cannot be read" in _refusal(file, content)


@pytest.mark.parametrize("depth", [1000, 100_000])
def test_a_schema_without_a_bottom_is_refused(file, depth):
    for opening, end in (("[", "]"), ('{"content":', "}")):
        deep = opening * depth + "1" + end * depth

        assert _refusal(file, _with_schema(f'{{"protocol": 2, "content": {deep}}}'))

    node = json.dumps({**SCHEMA, "content": "HERE"})
    assert _refusal(file, _with_schema(node.replace('"HERE"', "[" * depth + "]" * depth)))


def test_a_model_that_unpacks_to_too_much_is_refused(file, monkeypatch):
    model = LogisticRegression().fit([[1], [2]], [0, 1])
    model.zeros_ = np.zeros(100_000)
    content = skops.io.dumps(model, compression=zipfile.ZIP_DEFLATED)
    assert len(content) < 50_000
    assert not _refusal(file, content)

    monkeypatch.setattr(saved_model, "_UNPACKED_LIMIT", 500_000)

    assert "which is too much" in _refusal(file, content)


def test_a_model_that_names_one_file_often_is_refused(file, monkeypatch):
    model = LogisticRegression().fit([[1], [2]], [0, 1])
    model.zeros_ = np.zeros(10_000)
    model.same_ = [model.zeros_] * 20
    whole = skops.io.dumps(model)
    monkeypatch.setattr(saved_model, "_UNPACKED_LIMIT", 500_000)
    assert not _refusal(file, whole)  # one object, read once

    schema = json.loads(zipfile.ZipFile(io.BytesIO(whole)).read("schema.json"))
    for node, key in _places(schema):
        if key == "__id__":
            node[key] = id(node)  # each another object

    assert "which is too much" in _refusal(file, _with_schema(json.dumps(schema), whole=whole))


def test_a_sparse_matrix_that_unpacks_to_too_much_is_refused(file, monkeypatch):
    model = LogisticRegression().fit([[1], [2]], [0, 1])
    model.zeros_ = scipy.sparse.csr_matrix(np.ones((100, 1000)))
    content = skops.io.dumps(model)
    assert len(content) < 50_000
    assert "too much" not in _refusal(file, content)

    monkeypatch.setattr(saved_model, "_UNPACKED_LIMIT", 500_000)

    assert "which is too much" in _refusal(file, content)


def test_a_schema_that_unpacks_to_too_much_is_refused(file, monkeypatch):
    monkeypatch.setattr(saved_model, "_SCHEMA_LIMIT", 100)

    assert "which is too much" in _refusal(file, WHOLE)


def test_a_folder_is_no_file(file):
    file.mkdir()

    with pytest.raises(Invalid, match="cannot be read") as raised:
        read_model(file)

    assert str(file) == raised.value.file


def test_a_name_that_no_file_can_have_is_refused(tmp_path):
    with pytest.raises((Invalid, NotFound), match="xxx"):
        read_model(tmp_path / ("x" * 300 + ".skops"))


@pytest.mark.parametrize(
    "text", ["[" * 5000, "flavors: 2001-99-99", "flavors: !!float x", "? {}\n: {}", "\0"]
)
def test_a_description_that_cannot_be_read_is_refused(tmp_path, text):
    (tmp_path / "MLmodel").write_text(text)

    with pytest.raises(Invalid) as raised:
        read_model(tmp_path)

    assert str(tmp_path / "MLmodel") == raised.value.file


@pytest.mark.parametrize("text", ["[" * 100_000, '{"columns": ["a"], "data": 1e999}', "\udcff"])
def test_an_example_that_cannot_be_read_is_refused(file, tmp_path, text):
    file.write_bytes(WHOLE)
    example = tmp_path / "example.json"
    example.write_text(text, errors="surrogateescape")

    with pytest.raises(Invalid) as raised:
        read_model(file, input_example=example)

    assert str(example) == raised.value.file


def test_an_example_that_is_a_folder_is_refused(file, tmp_path):
    file.write_bytes(WHOLE)

    with pytest.raises(Invalid, match="not an input example"):
        read_model(file, input_example=tmp_path)
