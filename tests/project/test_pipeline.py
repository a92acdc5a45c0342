"""Pipelines executed for real but for the kernels: order, failures, interrupts, runs."""

from __future__ import annotations

import json
import signal
import threading
import time

import pytest
from plays import PIPELINE, Play, execute, play, prepare, statuses, train

from jupyter_mlops.errors import Conflict, Invalid, Unavailable
from jupyter_mlops.pipelines.execution import StepStatus, latest_execution, read_execution
from jupyter_mlops.pipelines.executors.executor import NotebookOutcome, NotebookStatus
from jupyter_mlops.project import Project
from jupyter_mlops.runs.memory_store import MemoryRunStore
from jupyter_mlops.runs.run import RunStatus


def test_steps_run_in_order_and_hand_on_what_they_made(project):
    execution, played = execute(project, play())

    assert StepStatus.DONE == execution.status
    assert "prepare" == played[0]
    assert {"train-depth=2", "train-depth=4"} == set(played[1:3])
    assert "evaluate" == played[3]
    assert {"best": "model-4.bin"} == execution.steps["evaluate"].outcome.outputs


def test_a_second_execution_runs_nothing_and_opens_no_run(project):
    execute(project, play())
    before = project.runs.list_runs().runs

    execution, played = execute(project, play())

    assert [] == played
    assert StepStatus.CACHED == execution.status
    assert {"best": "model-4.bin"} == execution.steps["evaluate"].outcome.outputs
    assert before == project.runs.list_runs().runs


def test_a_parameter_that_changed_runs_again_all_that_depends_on_it(project):
    execute(project, play())

    _, played = execute(project, play(), seed=2)

    assert ["evaluate", "prepare", "train-depth=2", "train-depth=4"] == sorted(played)


def test_a_step_that_makes_the_same_again_does_not_run_those_after_it(project):
    execute(project, play())

    def same(run):
        (run.folder / "data.csv").write_text("1\n")

    _, played = execute(project, play(prepare=same), seed=3)

    assert ["prepare"] == played


def test_an_output_that_was_deleted_is_restored_without_running_anything(project):
    execute(project, play())
    (project.root / "model-2.bin").unlink()
    (project.root / "data.csv").write_text("somebody's edit\n")

    _, played = execute(project, play())

    assert [] == played
    assert "1\n" == (project.root / "model-2.bin").read_text()
    assert "1\n" == (project.root / "data.csv").read_text()


def test_a_folder_can_be_an_output(project):
    text = PIPELINE.replace("outputs: {data: data.csv}", "outputs: {data: rows}")

    def write(run):
        (run.folder / "rows").mkdir(exist_ok=True)
        (run.folder / "rows" / "one.csv").write_text("1")

    plays = {"prepare": write, "train": lambda run: {"model": 1}, "evaluate": lambda run: None}
    text = text.replace('outputs: {model: "model-${{ matrix.depth }}.bin"}', "outputs: {}")
    execute(project, Play(dict(plays)), text=text)
    (project.root / "rows" / "one.csv").unlink()

    _, played = execute(project, Play(dict(plays)), text=text)

    assert [] == played
    assert "1" == (project.root / "rows" / "one.csv").read_text()


@pytest.mark.parametrize(
    ("cell", "again"),
    [
        ("# a comment\nprint( 'train' )", False),
        ("print('train', 2)", True),
    ],
)
def test_code_counts_but_its_formatting_does_not(project, cell, again):
    execute(project, play())
    file = project.root / "train.ipynb"
    notebook = json.loads(file.read_text())
    notebook["cells"][-1]["source"] = cell
    file.write_text(json.dumps(notebook))

    _, played = execute(project, play())

    assert again == ("train-depth=2" in played)


def test_a_failed_step_skips_what_needs_it_and_is_tried_again(project):
    failed = NotebookOutcome(NotebookStatus.FAILED, "ValueError: no", 2, "Traceback ...")

    execution, _ = execute(project, play(train=lambda run: failed), workers=1)

    assert StepStatus.FAILED == execution.status
    assert {
        "prepare": "done",
        "train[depth=2]": "failed",
        "train[depth=4]": "skipped",
        "evaluate": "skipped",
    } == statuses(execution)
    outcome = execution.steps["train[depth=2]"].outcome
    assert ("ValueError: no", 2) == (outcome.message, outcome.cell)
    assert (project.root / outcome.notebook).exists()
    assert ["train-depth=2", "train-depth=4", "evaluate"] == execute(project, play(), workers=1)[1]


def test_each_step_is_a_run_below_the_executions_own(project):
    failed = NotebookOutcome(NotebookStatus.FAILED, "ValueError: no", 2, "Traceback ...")

    execution, _ = execute(project, play(evaluate=lambda run: failed))

    runs = {run.name: run for run in project.runs.list_runs().runs}
    parent = runs.pop("trees")
    assert {"prepare", "train[depth=2]", "train[depth=4]", "evaluate"} == set(runs)
    assert {parent.run_id} == {run.parent_id for run in runs.values()}
    assert RunStatus.FAILED == parent.status
    assert RunStatus.FAILED == runs["evaluate"].status
    assert RunStatus.FINISHED == runs["prepare"].status
    assert {"seed": "1", "data": "data.csv"} == runs["prepare"].params
    assert "prepare.ipynb" == runs["prepare"].source
    assert execution.execution_id == parent.tags["mlops.execution"]
    assert "Traceback ..." == project.runs.read_text(runs["evaluate"].run_id, "exception.txt")
    files = [a.path for a in project.runs.list_artifacts(runs["prepare"].run_id)]
    assert ["notebook/prepare.ipynb"] == files


def test_an_output_that_was_not_written_fails_the_step(project):
    execution, _ = execute(project, play(prepare=lambda run: None))

    outcome = execution.steps["prepare"].outcome
    assert StepStatus.FAILED == outcome.status
    assert "did not write its output data.csv" in outcome.message
    run = next(run for run in project.runs.list_runs().runs if run.name == "prepare")
    assert RunStatus.FAILED == run.status
    assert "did not write" in project.runs.read_text(run.run_id, "exception.txt")


def test_an_output_that_no_step_gave_fails_the_step_that_asks_for_it(project):
    text = PIPELINE.replace("outputs: {model:", "outputs: {other:")

    execution, _ = execute(project, play(), text=text)

    outcome = execution.steps["evaluate"].outcome
    assert StepStatus.FAILED == outcome.status
    assert "model" in outcome.message


def test_independent_steps_run_at_once(project):
    both = threading.Barrier(2, timeout=10)

    def meet(run):
        both.wait()
        train(run)

    execution, _ = execute(project, play(train=meet), workers=2)

    assert StepStatus.DONE == execution.status


def test_an_interrupt_stops_what_runs_and_is_told(project):
    executor = play()

    def interrupted(run):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        assert executor.cancelled.wait(10)
        return NotebookOutcome(NotebookStatus.KILLED, "cancelled")

    executor.plays["train"] = interrupted
    execution, _ = execute(project, executor, workers=1)

    assert StepStatus.KILLED == execution.status
    assert {"prepare": "done", "train[depth=2]": "killed", "train[depth=4]": "killed"} == {
        name: status for name, status in statuses(execution).items() if name != "evaluate"
    }
    parent = next(run for run in project.runs.list_runs().runs if run.name == "trees")
    assert RunStatus.KILLED == parent.status


def test_a_store_that_goes_away_stops_everything_and_no_step_stays_running(project):
    class Gone(MemoryRunStore):
        def get_run(self, run_id):
            raise Unavailable("the run store went away", hint="wait")

    project.__dict__["runs"] = Gone()

    with pytest.raises(Unavailable):
        execute(project, play())

    execution = latest_execution(project.executions, "pipeline.yaml")
    assert StepStatus.FAILED == execution.status
    assert {
        "prepare": "failed",
        "train[depth=2]": "skipped",
        "train[depth=4]": "skipped",
        "evaluate": "skipped",
    } == statuses(execution)
    assert "went away" in execution.steps["prepare"].outcome.message


def test_a_pipeline_file_may_be_a_link_to_elsewhere(project, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "pipeline.yaml"
    elsewhere.write_text("name: linked\nsteps:\n  train:\n    notebook: train.ipynb\n")
    (project.root / "pipeline.yaml").symlink_to(elsewhere)

    execution, _ = execute(project, play(train=lambda run: None), text=elsewhere.read_text())

    assert StepStatus.DONE == execution.status
    assert "pipeline.yaml" == execution.file


def test_a_folder_is_executed_by_one_at_a_time(project):
    refused = []

    def again(run):
        with pytest.raises(Conflict) as caught:
            execute(project, play())
        refused.append(str(caught.value))
        prepare(run)

    execution, _ = execute(project, play(prepare=again))

    assert StepStatus.DONE == execution.status
    assert ["being executed already" in said for said in refused] == [True]
    execute(project, play())


def test_a_thousand_steps_cost_little_each(project):
    text = "name: many\nsteps:\n  train:\n    notebook: train.ipynb\n    matrix: {depth: [%s]}\n"
    text %= ", ".join(map(str, range(1000)))
    executor = play(train=lambda run: None)
    before = time.process_time()

    execution, played = execute(project, executor, text=text, workers=4)

    assert (1000, StepStatus.DONE) == (len(played), execution.status)
    # Two reads of a notebook, a run in memory and four events each: cubic work took minutes.
    assert time.process_time() - before < 60


def test_a_store_that_does_not_answer_is_told_before_any_step_runs(project):
    executor = play()
    unreachable = Project.open(project.root, run_store="mlflow", tracking_uri="http://127.0.0.1:9")

    with pytest.raises(Unavailable):
        execute(unreachable, executor)

    assert [] == executor.played


def test_what_was_shown_live_is_what_is_read_back(project):
    execution, _ = execute(project, play())

    assert execution == read_execution(project.executions / execution.execution_id)


def test_the_notebooks_are_never_written_to(project):
    before = {file: file.read_bytes() for file in project.root.glob("*.ipynb")}

    execute(project, play())

    assert before == {file: file.read_bytes() for file in project.root.glob("*.ipynb")}


@pytest.mark.parametrize(
    ("alias", "gates", "said"),
    [
        ("latest", "[{metric: auc, min: 0.5}]", "latest"),
        ("champion", "[{metric: auc, minimum: 0.5}]", "minimum"),
    ],
)
def test_a_gate_or_alias_that_cannot_be_is_told_before_anything_runs(project, alias, gates, said):
    executor = play()
    text = (
        PIPELINE
        + f"""
      register:
        model: trees
        from: "${{{{ steps.evaluate.outputs.best }}}}"
        alias: {alias}
        gates: {gates}
"""
    )

    with pytest.raises(Invalid) as caught:
        execute(project, executor, text=text)

    assert said in str(caught.value)
    assert [] == executor.played
