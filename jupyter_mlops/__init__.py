"""From a notebook cell to a governed model, without leaving JupyterLab.

In a notebook: ``%load_ext jupyter_mlops``, then head a cell with ``%%track``. In code::

    import jupyter_mlops as mlops

    mlops.log({"loss": 0.1}, step=3)

Everything is loaded when it is first used: importing this package imports no MLflow and no pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from jupyter_mlops._version import __version__

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_mlops.errors import MlopsError
    from jupyter_mlops.kernel.reporting import log, output, param
    from jupyter_mlops.kernel.show_runs import show_runs
    from jupyter_mlops.project import Project

__all__ = ["MlopsError", "Project", "__version__", "log", "output", "param", "show_runs"]

_HOMES = {
    "MlopsError": "jupyter_mlops.errors",
    "Project": "jupyter_mlops.project",
    "log": "jupyter_mlops.kernel.reporting",
    "output": "jupyter_mlops.kernel.reporting",
    "param": "jupyter_mlops.kernel.reporting",
    "show_runs": "jupyter_mlops.kernel.show_runs",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any of the public names
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Let IPython know ``%%track`` and ``%mlops`` (``%load_ext jupyter_mlops``)."""
    from jupyter_mlops.kernel.extension import load

    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take them away again (``%unload_ext jupyter_mlops``)."""
    from jupyter_mlops.kernel.extension import unload

    unload(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "_labextension", "dest": "jupyter-mlops"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from jupyter_mlops.server.app import MlopsExtensionApp

    return [{"module": "jupyter_mlops.server.app", "app": MlopsExtensionApp}]
