import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.exceptions import MlflowException
from mlflow.utils.validation import _validate_param_name

from jupyter_mlops.errors import Invalid
from jupyter_mlops.runs.delivery.fitting import (
    check_metrics,
    check_params,
    check_path,
    check_tags,
    fit_line,
    fit_metrics,
    fit_name,
    fit_params,
    fit_tags,
    fit_text,
)
from jupyter_mlops.runs.run import Metric

# like names that occur, and like none that does
NAMES = st.text(st.sampled_from("ab./\\: _-(\n\0é☃"), max_size=12) | st.text(max_size=600)


def mlflow_takes(name):
    try:
        _validate_param_name(name)
    except MlflowException:
        return False
    return "\n" not in name and len(name) <= 250


@given(NAMES)
def test_a_fitted_name_is_one_that_mlflow_takes(name):
    assert mlflow_takes(fit_name(name))


@given(NAMES)
def test_a_name_that_mlflow_takes_stays_as_it_is(name):
    if mlflow_takes(name):
        assert name == fit_name(name)


@given(NAMES)
def test_a_store_refuses_exactly_the_names_that_mlflow_does(name):
    try:
        check_params({name: ""})
    except Invalid:
        assert not mlflow_takes(name)
    else:
        assert mlflow_takes(name)


@given(st.dictionaries(NAMES, st.text()))
def test_fitted_values_pass_the_check_and_none_is_lost(values):
    params, tags = fit_params(values), fit_tags(values)

    check_params(params.values)
    check_tags(tags.values)
    assert len(values) == len(params.values) == len(tags.values)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("loss", "loss"),
        ("val/loss 1.0:a-b", "val/loss 1.0:a-b"),
        ("größe", "größe"),
        ("loss (train)", "loss _train_"),
        ("a\tb\n", "a_b_"),
        ("/etc/./../passwd//", "etc/passwd"),
        ("...x", "_...x"),
        ("", "_"),
        ("..", "_"),
    ],
)
def test_a_name_loses_only_what_mlflow_does_not_take(name, expected):
    assert expected == fit_name(name)


def test_long_names_that_begin_alike_stay_different():
    first, second = fit_name("x" * 300 + "1"), fit_name("x" * 300 + "2")

    assert first != second
    assert 250 == len(first) == len(second)
    assert first == fit_name("x" * 300 + "1")


def test_names_that_would_become_one_stay_different():
    fitted = fit_params({"a(": "1", "a[": "2", "a_": "3"})

    assert 3 == len(fitted.values)
    assert "3" == fitted.values["a_"]
    points = [Metric("a(", 1.0, 1), Metric("a[", 2.0, 1), Metric("a_", 3.0, 1)]
    assert 3 == len({point.key for point in fit_metrics(points)})


@pytest.mark.parametrize(
    ("fit", "limit", "folder"), [(fit_params, 6000, "params"), (fit_tags, 8000, "tags")]
)
def test_a_value_that_is_too_long_is_cut_with_a_note_and_kept_whole(fit, limit, folder):
    whole = "x" * (limit + 1)

    fitted = fit({"long": whole, "fits": "x" * limit})

    assert {f"{folder}/long.txt": whole} == fitted.texts
    assert limit == len(fitted.values["long"])
    note = f"... (cut at {limit} characters; whole in the artifact {folder}/long.txt)"
    assert fitted.values["long"].endswith(note)
    assert "x" * limit == fitted.values["fits"]


@given(NAMES)
def test_what_was_cut_lies_at_a_path_that_file_systems_take(name):
    for path in fit_params({name: "x" * 6001}).texts:
        check_path(path)


def test_what_was_cut_of_two_lies_in_two_places():
    values = {"a/b": "1" * 6001, "a.b": "2" * 6001, "é" * 200 + "1": "3" * 6001}

    assert 3 == len(fit_params(values).texts)


@given(st.text(st.characters()))
def test_a_fitted_text_can_be_written(text):
    fitted = fit_text(text)

    assert len(text) == len(fitted.encode().decode())
    assert "\0" not in fitted
    if text.isprintable():
        assert text == fitted


def test_half_characters_and_nul_are_replaced():
    assert "a?b\N{REPLACEMENT CHARACTER}c" == fit_text("a\ud800b\0c")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fit", "fit"),
        ("  two\nlines\t", "two lines"),
        ("", "run"),
        (" \n", "run"),
        ("x" * 300, "x" * 250),
        ("#&/()", "#&/()"),
    ],
)
def test_the_name_of_a_run_is_one_line(text, expected):
    assert expected == fit_line(text, default="run")


@pytest.mark.parametrize("step", [2**63, -(2**63) - 1])
def test_a_step_that_no_database_holds_is_refused(step):
    check_metrics([Metric("m", 1.0, 0, 2**63 - 1), Metric("m", 1.0, 2**63 - 1, -(2**63))])

    with pytest.raises(Invalid):
        check_metrics([Metric("m", 1.0, 0, step)])


@pytest.mark.parametrize(
    "path", ["a.txt", "a/b/c.txt", "with blank/ü.txt", string.ascii_letters, "x" * 255]
)
def test_a_path_inside_is_taken(path):
    check_path(path)


@pytest.mark.parametrize(
    "path", ["", "/a", "a/", "a//b", ".", "..", "a/../b", "a\0", "a\\b", "x" * 256, "é" * 128]
)
def test_a_path_that_leads_out_or_cannot_be_is_refused(path):
    with pytest.raises(Invalid):
        check_path(path)
