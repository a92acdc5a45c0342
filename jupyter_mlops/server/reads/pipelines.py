"""Read pipelines and how they went last."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.pipelines.execution import (
    Execution,
    StepState,
    StepStatus,
    latest_execution,
)
from jupyter_mlops.pipelines.graph import Graph
from jupyter_mlops.pipelines.pipeline import ModelStep, Pipeline, Step
from jupyter_mlops.pipelines.spec import load_pipeline
from jupyter_mlops.server.pages import ExecutionRow, PipelineRow, PipelinesPage, StepRow
from jupyter_mlops.server.reads.opened import OpenedProject

__all__ = ["pipelines_page"]

ExecutionStatus = Literal["running", "done", "failed", "refused", "killed"]
RowStatus = Literal["none", "running", "done", "cached", "failed", "refused", "skipped", "killed"]

_EXECUTION_STATUS: Mapping[StepStatus, ExecutionStatus] = {
    StepStatus.RUNNING: "running",
    StepStatus.DONE: "done",
    StepStatus.CACHED: "done",
    StepStatus.FAILED: "failed",
    StepStatus.REFUSED: "refused",
    StepStatus.KILLED: "killed",
}

# Of a step's instances, what is true of any of them is told of the step: the first that applies.
_TELLING: tuple[tuple[StepStatus, RowStatus], ...] = (
    (StepStatus.RUNNING, "running"),
    (StepStatus.FAILED, "failed"),
    (StepStatus.KILLED, "killed"),
    (StepStatus.REFUSED, "refused"),
    (StepStatus.SKIPPED, "skipped"),
    (StepStatus.WAITING, "none"),
    (StepStatus.DONE, "done"),
    (StepStatus.CACHED, "cached"),
)


def pipelines_page(opened: OpenedProject) -> PipelinesPage:
    """Read every pipeline file of the project that the server shows, those with mistakes too."""
    files = [file for file in opened.project.pipeline_files() if opened.contents_path(file)]
    return PipelinesPage(tuple(_row(opened, file) for file in files))


def _row(opened: OpenedProject, file: Path) -> PipelineRow:
    place = opened.contents_path(file)
    try:
        pipeline = load_pipeline(file, {})
        graph = Graph(pipeline)
    except MlopsError as error:
        return PipelineRow(_name(file), place, error=_said(error, opened.project.root))
    relative = file.relative_to(opened.project.root).as_posix()
    execution = latest_execution(opened.project.executions, relative)
    told = _execution(execution) if execution is not None else None
    return PipelineRow(pipeline.name, place, _steps(pipeline, graph, execution), told)


def _name(file: Path) -> str:
    """Name a pipeline that does not say its name."""
    stem = file.name.partition(".")[0]
    return file.parent.name if stem == "pipeline" else stem


def _said(error: MlopsError, root: Path) -> str:
    """Say what is wrong with a file, and where, in the project's own paths."""
    return str(error).replace(f"{root}{os.sep}", "")


def _execution(execution: Execution) -> ExecutionRow:
    return ExecutionRow(
        execution.execution_id,
        _EXECUTION_STATUS[execution.status],
        start_time=round(execution.began * 1000),
        end_time=None if execution.ended is None else round(execution.ended * 1000),
    )


def _steps(pipeline: Pipeline, graph: Graph, execution: Execution | None) -> tuple[StepRow, ...]:
    known = execution.steps if execution is not None else {}
    states: dict[str, list[StepState]] = {name: [] for name in pipeline.steps}
    for instance in graph.instances:
        if instance.key in known:
            states[instance.step.name].append(known[instance.key])
    return tuple(_step(step, states[step.name]) for step in pipeline.steps.values())


def _step(step: Step, states: Iterable[StepState]) -> StepRow:
    statuses = {state.status for state in states}
    return StepRow(
        name=step.name,
        kind="model" if isinstance(step, ModelStep) else "notebook",
        needs=tuple(step.needs),
        status=next((told for status, told in _TELLING if status in statuses), "none"),
        duration=_duration(states),
    )


def _duration(states: Iterable[StepState]) -> float | None:
    """Return how long it took from the first instance's beginning to the last one's end."""
    began = [state.began for state in states if state.began is not None]
    ended = [state.ended for state in states if state.ended is not None]
    return max(ended) - min(began) if began and ended else None
