from __future__ import annotations

import json

import pytest

from jupyter_mlops.runs.run import Run, RunId, RunStatus
from jupyter_mlops.widgets.run_table import RunTable


def run(name, *, end=3500, **values):
    return Run(
        run_id=RunId(name),
        name=name,
        status=RunStatus.FINISHED,
        experiment="e",
        start_time=1000,
        end_time=end,
        **values,
    )


def test_every_metric_and_param_of_any_run_has_a_column():
    table = RunTable([run("a", metrics={"auc": 0.5}), run("b", params={"kind": "tree"})])

    assert ["run", "status", "seconds", "auc", "kind"] == table.columns
    assert [["a", "finished", "2.5", "0.5", ""], ["b", "finished", "2.5", "", "tree"]] == [
        [cell["text"] for cell in row] for row in table.rows
    ]


def test_numbers_sort_as_numbers_and_text_as_text():
    table = RunTable([run("a", end=None, params={"p": "10"}), run("b", params={"p": "x"})])

    assert [[None, None, None, 10], [None, None, 2.5, None]] == [
        [cell["number"] for cell in row] for row in table.rows
    ]


def test_what_is_no_number_travels_as_text_only():
    table = RunTable([run("a", metrics={"loss": float("nan"), "up": float("inf")})])

    assert ["nan", "inf"] == [cell["text"] for cell in table.rows[0][3:]]
    json.dumps(table.rows, allow_nan=False)


def test_a_saved_notebook_shows_it_without_a_kernel_and_escaped():
    data, _ = RunTable([run("<img src=x onerror=alert(1)>")])._repr_mimebundle_()

    assert "application/vnd.jupyter.widget-view+json" in data
    assert "<td>&lt;img src=x onerror=alert(1)&gt;</td>" in data["text/html"]
    assert "<img" not in data["text/html"]
    assert data["text/plain"].startswith("run  status  seconds")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.5", 0.5),
        ("-3", -3),
        ("1e-3", 0.001),
        ("nan", None),
        ("1" * 400, None),
        ("1" * 6000, None),
        ("[" * 6000, None),
        ("True", None),
        ("", None),
    ],
)
def test_a_param_sorts_as_a_number_where_it_is_one(text, number):
    table = RunTable([run("a", params={"p": text})])

    assert {"text": text, "number": number} == table.rows[0][3]
    json.dumps(table.rows, allow_nan=False)


def test_no_runs_are_an_empty_table():
    assert ["run", "status", "seconds"] == RunTable([]).columns
