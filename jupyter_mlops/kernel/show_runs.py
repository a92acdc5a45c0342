"""``mlops.show_runs``: the project's newest runs as a table in the notebook."""

from __future__ import annotations

from contextlib import suppress

from jupyter_mlops.errors import Invalid, Unavailable
from jupyter_mlops.kernel.session import kernel_session
from jupyter_mlops.widgets.run_table import RunTable

__all__ = ["show_runs"]

_MOST = 1000
_DELIVERY_SECONDS = 5


def show_runs(limit: int = 20) -> RunTable:
    """Show the newest runs of this project, of all experiments, as a table that can be sorted.

    What this kernel has just reported is among them, if the store takes it within some seconds.
    Raises Unavailable where the store does not answer. This loads MLflow into the kernel.
    """
    if not isinstance(limit, int) or not 0 < limit <= _MOST:  # type: ignore[redundant-expr]
        raise Invalid(f"limit must be from 1 to {_MOST}, not {limit!r}", hint="for example 20")
    project = kernel_session().project
    project.prepare()
    with suppress(Unavailable):
        project.deliverer.wait(timeout=_DELIVERY_SECONDS)
    return RunTable(project.runs.list_runs(limit=limit).runs)
