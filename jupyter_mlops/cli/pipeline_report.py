"""Show a pipeline while it is executed, and how it went."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from jupyter_mlops.cli.console import console, duration, file_text, status_text, table
from jupyter_mlops.pipelines.execution import (
    Execution,
    ExecutionBegan,
    ExecutionEvent,
    StepEnded,
    StepOutcome,
    StepState,
    StepStatus,
    fold_one,
)
from jupyter_mlops.project import Project

__all__ = ["PipelineView", "print_report"]


class PipelineView:
    """Follows the events of an execution: a live table on a terminal, lines elsewhere."""

    def __init__(self, *, live: bool) -> None:
        self._console = console()
        self._lock = threading.Lock()
        self._execution: Execution | None = None
        self._live: Live | None = None
        if live and self._console.is_terminal:
            self._live = Live(
                console=self._console,
                get_renderable=self._render,
                refresh_per_second=8,
                transient=True,
            )

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, event: ExecutionEvent) -> None:
        """Take an event; called from several threads, which it never disturbs."""
        with self._lock:
            self._execution = fold_one(self._execution, event)
            if self._live is None:
                self._print(event)

    def _print(self, event: ExecutionEvent) -> None:
        if isinstance(event, ExecutionBegan):
            self._console.print(f"{event.pipeline}: {len(event.steps)} steps")
        elif isinstance(event, StepEnded) and self._execution is not None:
            state = self._execution.steps[event.step]
            line = Text.assemble(
                status_text(state.status), f" {event.step} {duration(state.duration)}"
            )
            self._console.print(line)

    def _render(self) -> RenderableType:
        execution = self._execution
        if execution is None:
            return Text("")
        grid = table(["step", "status", "time", ""], right=["time"])
        now = time.time()
        for name, state in execution.steps.items():
            took = state.duration
            if state.status is StepStatus.RUNNING and state.began is not None:
                took = now - state.began
            grid.add_row(Text(name), status_text(state.status), duration(took), _cells(state))
        elapsed = duration(now - execution.began)
        return Group(Text(f"{execution.pipeline}  {elapsed}", style="bold"), grid)


def print_report(execution: Execution, project: Project) -> None:
    """Print how an execution went: steps, metrics, model, where its notebooks lie."""
    out = console()
    grid = table(["step", "status", "time", "metrics"], right=["time"])
    for name, state in execution.steps.items():
        metrics = state.outcome.metrics if state.outcome else {}
        shown = "  ".join(f"{key}={value:.4g}" for key, value in metrics.items())
        grid.add_row(Text(name), status_text(state.status), duration(state.duration), Text(shown))
    out.print(grid)
    for name, state in execution.steps.items():
        _print_outcome(name, state, project)
    if execution.status is StepStatus.CACHED:
        out.print("everything is up to date")
    kept = {(project.root / o.notebook).parent for o in _outcomes(execution) if o.notebook}
    for folder in sorted(kept):
        if folder.exists():  # those of earlier executions may have been deleted
            out.print(f"executed notebooks: {file_text(folder)}", soft_wrap=True)


def _outcomes(execution: Execution) -> list[StepOutcome]:
    return [state.outcome for state in execution.steps.values() if state.outcome is not None]


def _print_outcome(name: str, state: StepState, project: Project) -> None:
    outcome = state.outcome
    if outcome is None or not outcome.message or state.status is StepStatus.SKIPPED:
        return
    out = console()
    if state.status.ok:
        out.print(Text.assemble(("model: ", "bold"), outcome.message), soft_wrap=True)
        if outcome.metrics:
            best = ", ".join(f"{key} = {value:.4g}" for key, value in outcome.metrics.items())
            out.print(Text.assemble(("best metrics: ", "bold"), best), soft_wrap=True)
        return
    where = f", cell {outcome.cell}" if outcome.cell else ""
    label = Text.assemble((f"{state.status.value}: ", "bold red"), f"{name}{where}: ")
    out.print(label + Text(outcome.message), soft_wrap=True)
    notebook = project.root / outcome.notebook
    if outcome.notebook and notebook.exists():
        out.print(f"  open it: jupyter lab {file_text(notebook)}", soft_wrap=True)


def _cells(state: StepState) -> str:
    if state.status is not StepStatus.RUNNING or not state.cells:
        return ""
    return f"cell {state.cell}/{state.cells}"
