"""``jupyter mlops``: the command line, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from io import TextIOWrapper
from types import FrameType
from typing import TYPE_CHECKING

import click

from jupyter_mlops._version import __version__
from jupyter_mlops.cli.exit_code import ExitCode
from jupyter_mlops.errors import MlopsError, Unavailable
from jupyter_mlops.pipelines.executors.executor import OWN_VARIABLE
from jupyter_mlops.settings import MLFLOW_DEFAULTS

__all__ = ["cli", "main"]

_COMMANDS = {
    "models": "jupyter_mlops.cli.model:models",
    "run": "jupyter_mlops.cli.run:run",
    "runs": "jupyter_mlops.cli.runs:runs",
    "sync": "jupyter_mlops.cli.runs:sync",
}


class _LazyGroup(click.Group):
    """Imports a command only when it is called for: ``--help`` must not wait for MLflow."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="jupyter mlops")
def cli() -> None:
    """Track notebooks, run them as pipelines, govern the models that come out.

    \b
    jupyter mlops run                          the project's pipeline.yaml
    jupyter mlops run train.ipynb -p alpha 0.5 one notebook with parameters
    jupyter mlops runs                         what was run
    """  # noqa: D301 - the character that tells click to leave lines as they are


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with one of `ExitCode`."""
    own = [name for name in MLFLOW_DEFAULTS if name not in os.environ]
    os.environ.update({name: MLFLOW_DEFAULTS[name] for name in own})
    os.environ[OWN_VARIABLE] = " ".join([*os.environ.get(OWN_VARIABLE, "").split(), *own])
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal that has no check mark shows a question mark: no reason to stop.
        sys.stdout.reconfigure(errors="replace")
    sys.exit(_exit_code(lambda: cli.main(arguments, "jupyter mlops", standalone_mode=False)))


def _exit_code(command: Callable[[], object]) -> int:
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = command()
    except click.ClickException as error:
        error.show()
        return ExitCode.INVALID
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted")
        return ExitCode.INTERRUPTED
    except MlopsError as error:
        _say(f"error: {error}")
        return ExitCode.UNAVAILABLE if isinstance(error, Unavailable) else ExitCode.INVALID
    except BrokenPipeError:  # as of `jupyter mlops runs | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    return code if isinstance(code, int) else ExitCode.OK


def _say(text: str) -> None:
    click.echo(text, err=True)


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's
    raise KeyboardInterrupt


if TYPE_CHECKING:
    _: click.Command = cli

if __name__ == "__main__":
    main()
