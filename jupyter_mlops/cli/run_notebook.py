"""Execute one notebook from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from jupyter_mlops.cli.console import console
from jupyter_mlops.cli.exit_code import ExitCode
from jupyter_mlops.cli.parameter_flags import Flags
from jupyter_mlops.errors import Invalid
from jupyter_mlops.notebooks.notebook import read_notebook
from jupyter_mlops.notebooks.parameters import check_parameters, read_parameters
from jupyter_mlops.pipelines.execution import new_execution_id
from jupyter_mlops.pipelines.executors.executor import NotebookOutcome, NotebookRun, NotebookStatus
from jupyter_mlops.project import Project
from jupyter_mlops.project.notebook import execute_notebook

__all__ = ["run_notebook"]

_EXIT_CODES = {
    NotebookStatus.DONE: ExitCode.OK,
    NotebookStatus.FAILED: ExitCode.FAILED,
    NotebookStatus.TIMEOUT: ExitCode.TIMEOUT,
    NotebookStatus.KILLED: ExitCode.INTERRUPTED,
}


def run_notebook(
    project: Project,
    file: Path,
    output: Path | None,
    flags: Flags,
    **options: Any,  # noqa: ANN401 - click's
) -> int:
    """Execute one notebook as a run, and say how it went."""
    run = _notebook_run(project, file, output, flags, options)
    out = console()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn("cell {task.completed:.0f}/{task.total:.0f}"),
        TimeElapsedColumn(),
        console=out,
        transient=True,
        disable=not (options["progress_bar"] and out.is_terminal),
    ) as bar:
        line = bar.add_task(file.name, total=1)
        outcome = execute_notebook(
            project,
            run,
            name=options["name"],
            progress=lambda cell, cells: bar.update(line, completed=cell, total=cells),
        )
    _say(outcome, run, project)
    return _EXIT_CODES[outcome.status]


def _notebook_run(
    project: Project, file: Path, output: Path | None, flags: Flags, options: dict[str, Any]
) -> NotebookRun:
    notebook = read_notebook(file)
    declared = read_parameters(notebook) or {}
    texts = frozenset(name for name, parameter in declared.items() if parameter.kind == "str")
    parameters = check_parameters(notebook, flags.values(texts))
    if output is None:
        output = project.executions / new_execution_id() / file.name
    output = _filled(output, parameters)
    if output.resolve() == file.resolve():
        hint = "name another file, or none: the copy is kept under .mlops/executions/"
        raise Invalid("a notebook is never written to, so OUTPUT must be another file", hint=hint)
    return NotebookRun(
        notebook=file.resolve(),
        output=output.resolve(),
        folder=(options["cwd"] or file.parent).resolve(),
        parameters=parameters,
        kernel=options["kernel"],
        cell_timeout=options["execution_timeout"],
        start_timeout=options["start_timeout"],
        log_output=options["log_output"],
        report_mode=options["report_mode"],
    )


def _filled(output: Path, parameters: dict[str, Any]) -> Path:
    """Fill ``{name}`` in a path with the parameter's value, as papermill does."""
    try:
        return Path(str(output).format(**parameters))
    except (KeyError, IndexError, ValueError) as error:
        message = f"OUTPUT names {error} in braces, which is no parameter that was given"
        raise Invalid(message, hint="give it by -p, or take it out") from None


def _say(outcome: NotebookOutcome, run: NotebookRun, project: Project) -> None:
    out = console()
    kept = run.output
    if kept.is_relative_to(project.root):
        kept = kept.relative_to(project.root)
    if outcome.status is NotebookStatus.DONE:
        out.print(f"[green]✓[/] {run.notebook.name} ran", soft_wrap=True)
    else:
        where = f" in cell {outcome.cell}" if outcome.cell else ""
        out.print(f"[red]✗[/] {run.notebook.name} {outcome.status.value}{where}:", end=" ")
        out.print(outcome.message, markup=False, soft_wrap=True)
        if outcome.traceback:
            out.print(outcome.traceback, markup=False, soft_wrap=True)
    out.print(f"executed notebook: {kept}", markup=False, soft_wrap=True)
