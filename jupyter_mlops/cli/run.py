"""``jupyter mlops run``: execute a pipeline, or one notebook with papermill's flags."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from jupyter_mlops.cli.exit_code import ExitCode
from jupyter_mlops.cli.parameter_flags import Flags
from jupyter_mlops.errors import Invalid, NotFound
from jupyter_mlops.project import Project

__all__ = ["run"]


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.argument("output", required=False, type=click.Path(path_type=Path))
@click.option(
    "-p",
    "--parameters",
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help="A parameter; numbers, True, False and None are read as such.",
)
@click.option(
    "-r",
    "--parameters_raw",
    nargs=2,
    multiple=True,
    metavar="NAME TEXT",
    help="A parameter that is text whatever it looks like.",
)
@click.option(
    "-f",
    "--parameters_file",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Parameters from a YAML file.",
)
@click.option("-y", "--parameters_yaml", multiple=True, metavar="YAML", help="Parameters as YAML.")
@click.option(
    "-b",
    "--parameters_base64",
    multiple=True,
    metavar="BASE64",
    help="Parameters as base64 of YAML.",
)
@click.option("-j", "--workers", type=click.IntRange(min=1), help="How many steps may run at once.")
@click.option("-k", "--kernel", default="", help="Kernel to use instead of the notebook's own.")
@click.option(
    "--cwd",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that the notebook runs in; default: its own.",
)
@click.option("-e", "--experiment", help="MLflow experiment; default: the project's.")
@click.option("--name", default="", help="Name of the run; default: the notebook's.")
@click.option("--progress-bar/--no-progress-bar", default=True, help="Show progress live.")
@click.option("--log-output/--no-log-output", default=False, help="Print what the cells print.")
@click.option(
    "--start-timeout",
    type=float,
    default=60,
    show_default=True,
    help="Seconds to wait for the kernel.",
)
@click.option("--execution-timeout", type=float, help="Seconds that one cell may take.")
@click.option(
    "--report-mode/--no-report-mode", default=False, help="Hide the code in the executed notebook."
)
def run(path: Path | None, output: Path | None, **options: Any) -> int:  # noqa: ANN401 - click's
    """Execute a pipeline or one notebook, tracked.

    PATH is a pipeline.yaml (default: the one of this folder or project) or a notebook. A
    notebook's executed copy goes to OUTPUT, or is kept under .mlops/executions/; the notebook
    itself is never written to.

    \b
    jupyter mlops run
    jupyter mlops run pipeline.yaml -p seed 7 -j 4
    jupyter mlops run train.ipynb -p alpha 0.5
    jupyter mlops run train.ipynb out/train-{alpha}.ipynb -p alpha 0.5

    Exit codes: 0 all is well, 1 a step failed, 2 bad input, 3 a gate refused, 4 the run store
    does not answer, 124 a cell took too long, 130 interrupted.
    """  # noqa: D301 - the character that tells click to leave lines as they are
    _quiet_libraries(log_output=options["log_output"])
    project = Project.open(path, experiment=options.pop("experiment"))
    file = path or _default_pipeline(project)
    flags = Flags(
        base64=options.pop("parameters_base64"),
        files=options.pop("parameters_file"),
        yaml=options.pop("parameters_yaml"),
        typed=options.pop("parameters"),
        raw=options.pop("parameters_raw"),
    )
    if not file.exists():
        raise NotFound(f"there is no file {file}", hint="name a pipeline.yaml or a notebook")
    if file.suffix in (".yaml", ".yml"):
        _refuse("a pipeline", "output", "kernel", "cwd", "name", "log_output", "report_mode")
        _refuse("a pipeline", "start_timeout", "execution_timeout")
        return _run_pipeline(project, file, flags, **options)
    if file.suffix == ".ipynb":
        from jupyter_mlops.cli.run_notebook import run_notebook

        _refuse("a notebook", "workers")
        return run_notebook(project, file, output, flags, **options)
    message = f"{file} is neither a notebook nor a pipeline"
    raise Invalid(message, hint="name a file that ends in .ipynb, .yaml or .yml")


def _run_pipeline(
    project: Project,
    file: Path,
    flags: Flags,
    *,
    workers: int | None,
    progress_bar: bool,
    **_: Any,  # noqa: ANN401 - flags for notebooks
) -> int:
    from jupyter_mlops.cli.pipeline_report import PipelineView, print_report
    from jupyter_mlops.pipelines.execution import StepStatus
    from jupyter_mlops.pipelines.spec import load_pipeline
    from jupyter_mlops.project.pipeline import execute_pipeline

    pipeline = load_pipeline(file, flags.values(_text_parameters(file)))
    with PipelineView(live=progress_bar) as view:
        execution = execute_pipeline(project, pipeline, subscriber=view.show, workers=workers)
    print_report(execution, project)
    return {
        StepStatus.FAILED: ExitCode.FAILED,
        StepStatus.REFUSED: ExitCode.REFUSED,
        StepStatus.KILLED: ExitCode.INTERRUPTED,
    }.get(execution.status, ExitCode.OK)


def _text_parameters(file: Path) -> frozenset[str]:
    """Return which parameters of a pipeline have text for a default; nothing else is judged."""
    from jupyter_mlops.notebooks.text_file import read_text, shown_path
    from jupyter_mlops.pipelines.yaml_document import SIZE_LIMIT, parse_yaml

    document = parse_yaml(read_text(file, limit=SIZE_LIMIT), file=shown_path(file))
    defaults = document.value.get("parameters")
    if not isinstance(defaults, Mapping):
        return frozenset()
    return frozenset(name for name, value in defaults.items() if isinstance(value, str))


def _refuse(what: str, *names: str) -> None:
    """Raise Invalid for an option that was given and does nothing for ``what``."""
    context = click.get_current_context()
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if parameter.name in names and source is ParameterSource.COMMANDLINE:
            flag = "OUTPUT" if parameter.name == "output" else parameter.opts[-1]
            raise Invalid(f"{flag} is not for {what}", hint="leave it out")


def _default_pipeline(project: Project) -> Path:
    here = Path("pipeline.yaml")
    if here.exists():
        return here
    files = project.pipeline_files()
    if len(files) == 1:
        return files[0]
    if not files:
        hint = "name a notebook or a pipeline: jupyter mlops run FILE"
        raise NotFound(f"there is no pipeline.yaml in {project.root}", hint=hint)
    names = ", ".join(str(f.relative_to(project.root)) for f in files)
    raise Invalid(f"this project has several pipelines: {names}", hint="name one of them")


def _quiet_libraries(*, log_output: bool) -> None:
    """Keep MLflow's and papermill's own notices out of the output; warnings still come."""
    for name in ("alembic", "mlflow", "papermill"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if log_output:
        logging.basicConfig(format="%(message)s")
        logging.getLogger("papermill").setLevel(logging.INFO)
