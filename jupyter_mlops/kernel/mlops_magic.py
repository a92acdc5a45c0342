"""``%mlops status | help``: what the project and this kernel's tracking are up to."""

from __future__ import annotations

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.kernel.session import kernel_session
from jupyter_mlops.runs.delivery.attend import is_attended
from jupyter_mlops.runs.delivery.deliver import undelivered
from jupyter_mlops.settings import without_credentials

__all__ = ["mlops", "register", "unregister"]

_NAME = "mlops"

_HELP = """\
%%track [NAME] [options]   track a cell as a run (%%track? shows the options)
%mlops status              the project, its store, what is still to be delivered
%mlops help                this page
mlops.log({...}, step=)    log metrics to the open run    (import jupyter_mlops as mlops)
mlops.param(name=value)    log parameters
mlops.output(name, value)  hand a result to later steps of the pipeline
mlops.show_runs(limit=20)  show the newest runs as a table"""


def mlops(line: str) -> None:
    """Show what jupyter-mlops is up to: ``%mlops status`` or ``%mlops help``."""
    verb = line.strip() or "status"
    if verb not in ("help", "status"):
        raise UsageError(f"%mlops knows status and help, not {verb!r}")
    try:
        print(_HELP if verb == "help" else _status())  # noqa: T201 - what was asked for
    except MlopsError as error:
        raise UsageError(str(error)) from None


def _status() -> str:
    session = kernel_session()
    project, journals = session.project, session.project.journals
    waiting = undelivered(journals) if journals.is_dir() else 0
    attended = journals.is_dir() and is_attended(journals)
    return "\n".join(
        [
            f"project      {project.root}",
            f"experiment   {project.settings.experiment}",
            f"run store    {without_credentials(project.settings.tracking_uri)}",
            f"open run     {session.active.name if session.active else 'none'}",
            f"undelivered  {waiting} bytes, {'being delivered' if attended else 'nobody delivers'}",
        ]
    )


def register(shell: InteractiveShell) -> None:
    """Let ``shell`` know ``%mlops``."""
    shell.register_magic_function(mlops, magic_kind="line", magic_name=_NAME)  # type: ignore[call-arg, arg-type]


def unregister(shell: InteractiveShell) -> None:
    """Let ``shell`` forget ``%mlops``."""
    shell.magics_manager.magics["line"].pop(_NAME, None)
