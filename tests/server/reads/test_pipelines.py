from __future__ import annotations

import json

import pytest

from jupyter_mlops.pipelines.execution import (
    ExecutionBegan,
    ExecutionEnded,
    ExecutionId,
    ExecutionJournal,
    StepBegan,
    StepEnded,
    StepOutcome,
    StepStatus,
)
from jupyter_mlops.server.pages import ExecutionRow, PipelinesPage, StepRow
from jupyter_mlops.server.reads.pipelines import pipelines_page

PIPELINE = """\
name: forest
steps:
  prepare:
    notebook: prepare.ipynb
  train:
    notebook: train.ipynb
    needs: [prepare]
    matrix:
      depth: [2, 4]
  choose:
    notebook: choose.ipynb
    needs: [train]
  register:
    model: oaks
    from: ${{ steps.choose.outputs.best }}
"""
STEPS = ("prepare", "train[depth=2]", "train[depth=4]", "choose", "register")
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "id": "a",
            "metadata": {"tags": ["parameters"]},
            "source": "depth = 1",
            "outputs": [],
            "execution_count": None,
        }
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}
OK, CACHED, FAILED = StepStatus.DONE, StepStatus.CACHED, StepStatus.FAILED


@pytest.fixture
def forest(tmp_path, open_project):
    (tmp_path / "forest" / "deep").mkdir(parents=True)
    (tmp_path / "forest" / "mlops.toml").touch()
    for notebook in ("prepare", "train", "choose"):
        (tmp_path / "forest" / f"{notebook}.ipynb").write_text(json.dumps(NOTEBOOK))
    (tmp_path / "forest" / "pipeline.yaml").write_text(PIPELINE)
    return open_project(tmp_path, "forest")


def executed(opened, number, *events, steps=STEPS, running=None):
    """Leave the journal of an execution behind."""
    execution_id = ExecutionId(f"20261121-08450{number}-1a2b3c")
    journal = ExecutionJournal(opened.project.executions / execution_id)
    began = ExecutionBegan(
        time=100.0 * number,
        execution_id=execution_id,
        pipeline="forest",
        file="pipeline.yaml",
        steps=steps,
    )
    for event in (began, *events):
        journal.write(event)
    if running:
        running(journal.close)
    else:
        journal.close()
    return execution_id


def ran(step, began, ended, status=OK):
    return (
        StepBegan(step=step, time=began),
        StepEnded(step=step, time=ended, outcome=StepOutcome(status)),
    )


def statuses(opened):
    (row,) = pipelines_page(opened).pipelines
    return {step.name: step.status for step in row.steps}


def test_a_pipeline_is_told_with_its_steps_as_the_file_has_them(forest):
    (row,) = pipelines_page(forest).pipelines

    assert ("forest", "forest/pipeline.yaml", None, "") == (
        row.name,
        row.contents_path,
        row.execution,
        row.error,
    )
    assert (
        StepRow("prepare", "notebook"),
        StepRow("train", "notebook", ("prepare",)),
        StepRow("choose", "notebook", ("train",)),
        StepRow("register", "model", ("choose",)),
    ) == row.steps


def test_the_newest_execution_is_told(forest):
    executed(forest, 1, ExecutionEnded(time=101.0, status=FAILED))
    newest = executed(forest, 2, ExecutionEnded(time=201.5, status=OK))

    (row,) = pipelines_page(forest).pipelines

    assert ExecutionRow(newest, "done", 200_000, 201_500) == row.execution


def test_an_execution_that_found_everything_done_is_done(forest):
    executed(forest, 1, ExecutionEnded(status=CACHED))

    (row,) = pipelines_page(forest).pipelines

    assert "done" == row.execution.status


def test_a_running_execution_shows_how_far_it_is(forest, request):
    began = StepBegan(step="train[depth=2]", time=101)
    executed(forest, 1, *ran("prepare", 100, 101), began, running=request.addfinalizer)

    (row,) = pipelines_page(forest).pipelines

    assert ("running", None) == (row.execution.status, row.execution.end_time)
    assert ["done", "running", "none", "none"] == [step.status for step in row.steps]
    assert [1.0, None, None, None] == [step.duration for step in row.steps]


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (OK, OK, "done"),
        (CACHED, CACHED, "cached"),
        (CACHED, OK, "done"),
        (OK, FAILED, "failed"),
        (FAILED, StepStatus.SKIPPED, "failed"),
        (OK, StepStatus.SKIPPED, "skipped"),
        (FAILED, StepStatus.KILLED, "failed"),
        (OK, StepStatus.REFUSED, "refused"),
    ],
)
def test_what_is_true_of_one_instance_is_told_of_its_step(forest, first, second, told):
    executed(
        forest,
        1,
        *ran("train[depth=2]", 101, 103, first),
        *ran("train[depth=4]", 102, 106, second),
        ExecutionEnded(status=OK),
    )

    assert told == statuses(forest)["train"]


def test_a_step_took_from_its_first_beginning_to_its_last_end(forest):
    executed(forest, 1, *ran("train[depth=4]", 102, 106), *ran("train[depth=2]", 101, 103))

    (row,) = pipelines_page(forest).pipelines

    assert 5.0 == row.steps[1].duration


def test_an_execution_of_another_time_says_nothing_of_steps_that_it_did_not_know(forest):
    executed(forest, 1, *ran("other", 100, 101), ExecutionEnded(status=OK), steps=("other",))

    assert {"none"} == set(statuses(forest).values())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: forest\nstep: {}\n", "step"),
        ("name: [\n", "pipeline.yaml:"),
        (PIPELINE.replace("[prepare]", "[register]"), "register"),
        (PIPELINE.replace("prepare.ipynb", "gone.ipynb"), "gone.ipynb"),
    ],
)
def test_a_pipeline_with_a_mistake_is_listed_with_it(forest, text, said):
    (forest.project.root / "pipeline.yaml").write_text(text)

    (row,) = pipelines_page(forest).pipelines

    assert said in row.error
    assert "pipeline.yaml:" in row.error
    assert str(forest.project.root) not in row.error
    assert ("forest", "forest/pipeline.yaml", ()) == (row.name, row.contents_path, row.steps)


def test_a_mistake_in_one_file_keeps_no_other_from_being_listed(forest):
    (forest.project.root / "deep" / "night.pipeline.yaml").write_text("nonsense")

    rows = pipelines_page(forest).pipelines

    assert ["night", "forest"] == [row.name for row in rows]
    assert [True, False] == [bool(row.error) for row in rows]


def test_a_project_without_pipelines_has_an_empty_page(tmp_path, open_project):
    (tmp_path / "mlops.toml").touch()

    assert PipelinesPage() == pipelines_page(open_project(tmp_path, ""))


def test_a_pipeline_above_what_the_server_shows_is_not_told(tmp_path, open_project):
    (tmp_path / "mlops.toml").touch()
    (tmp_path / "pipeline.yaml").write_text(PIPELINE)
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "b.pipeline.yaml").write_text(PIPELINE)

    page = pipelines_page(open_project(tmp_path / "shown", ""))

    assert ["b.pipeline.yaml"] == [row.contents_path for row in page.pipelines]
