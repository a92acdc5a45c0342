"""Execute one notebook from the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Any
from uuid import uuid4

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from jupyter_mlops.cli.console import console, file_text
from jupyter_mlops.cli.exit_code import ExitCode
from jupyter_mlops.cli.parameter_flags import Flags
from jupyter_mlops.errors import Invalid
from jupyter_mlops.notebooks.notebook import read_notebook
from jupyter_mlops.notebooks.parameters import check_parameters, read_parameters
from jupyter_mlops.notebooks.text_file import shown_path
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
        TextColumn("{task.description}", markup=False),
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
    _say(outcome, run)
    return _EXIT_CODES[outcome.status]


def _notebook_run(
    project: Project, file: Path, output: Path | None, flags: Flags, options: dict[str, Any]
) -> NotebookRun:
    notebook = read_notebook(file)
    declared = read_parameters(notebook) or {}
    texts = frozenset(name for name, parameter in declared.items() if parameter.kind == "str")
    parameters = check_parameters(notebook, flags.values(texts))
    if project.settings.executor == "papermill":  # another may know other kernels
        from jupyter_mlops.pipelines.executors.papermill_executor import check_kernel

        check_kernel(notebook, options["kernel"], parameters=bool(parameters))
    return NotebookRun(
        notebook=file.resolve(),
        output=(
            project.executions / new_execution_id() / file.name
            if output is None
            else _checked_output(_filled(output, parameters), file)
        ).resolve(),
        folder=(options["cwd"] or file.parent).resolve(),
        parameters=parameters,
        kernel=options["kernel"],
        cell_timeout=options["execution_timeout"],
        start_timeout=options["start_timeout"],
        log_output=options["log_output"],
        report_mode=options["report_mode"],
    )


class _Template(Formatter):
    """Fills names in and nothing else: a value's attributes and items are not for paths."""

    def get_field(
        self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[Any, str]:
        del args
        return kwargs[field_name], field_name


def _filled(output: Path, parameters: Mapping[str, Any]) -> Path:
    """Fill ``{name}`` in OUTPUT with the parameter's value, and ``{pm.run_uuid}``, as papermill."""
    values = {"pm.run_uuid": str(uuid4()), **parameters}
    try:
        return Path(_Template().vformat(str(output), (), values))
    except KeyError as error:
        message = f"OUTPUT names {error} in braces, which is no parameter that was given"
        raise Invalid(message, hint="give it by -p, or take it out") from None
    except (ValueError, TypeError) as error:
        hint = "write {name} for a parameter, and {{ or }} for a brace"
        raise Invalid(f"OUTPUT {str(output)!r} is no template: {error}", hint=hint) from None


def _checked_output(output: Path, notebook: Path) -> Path:
    """Return ``output``, after making its folder, if an executed copy can be written there."""
    try:
        existed = output.exists()
        if existed and output.samefile(notebook):  # also by a link, or in another case
            hint = "name another file, or none: the copy is kept under .mlops/executions/"
            message = "a notebook is never written to, so OUTPUT must be another file"
            raise Invalid(message, hint=hint)
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("ab"):  # what permissions and disks say is known only by trying
            pass
        if not existed:
            output.unlink()
    except (OSError, ValueError) as error:  # ValueError: a NUL in it
        reason = getattr(error, "strerror", None) or str(error)
        message = f"OUTPUT cannot be written: {reason}"
        raise Invalid(message, hint="name another file", file=shown_path(output)) from None
    return output


def _say(outcome: NotebookOutcome, run: NotebookRun) -> None:
    out = console()
    name = run.notebook.name
    if outcome.status is NotebookStatus.DONE:
        out.print(Text.assemble(("✓", "green"), f" {name} ran"), soft_wrap=True)
    else:
        where = f" in cell {outcome.cell}" if outcome.cell else ""
        said = f" {name} {outcome.status.value}{where}: {outcome.message}"
        out.print(Text.assemble(("✗", "red"), said), soft_wrap=True)
        if outcome.traceback:
            out.print(outcome.traceback, soft_wrap=True)
    if run.output.exists():
        out.print(f"executed notebook: {file_text(run.output)}", soft_wrap=True)
