"""Load and unload the IPython extension."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from IPython.core.interactiveshell import InteractiveShell

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.kernel import mlops_magic, track_magic
from jupyter_mlops.kernel.hooks import CellHooks
from jupyter_mlops.kernel.session import close_session, kernel_session

__all__ = ["load", "unload"]

_SLOT = "_jupyter_mlops"
"""The shell's attribute that holds what we registered: it belongs to the shell and goes with it."""

_URI = "MLFLOW_TRACKING_URI"


@dataclass(frozen=True, slots=True)
class _Loaded:
    hooks: CellHooks
    tracking_uri: str  # what we put into the environment, empty where it was set already


def load(shell: InteractiveShell) -> None:
    """Register the magics and begin to listen for tracked cells; doing so twice is once.

    Plain MLflow in the notebook then uses the project's store, unless the user has chosen one.
    """
    unload(shell)
    track_magic.register(shell)
    mlops_magic.register(shell)
    hooks = CellHooks(shell, kernel_session)
    hooks.register()
    setattr(shell, _SLOT, _Loaded(hooks, _share_tracking_uri()))


def unload(shell: InteractiveShell) -> None:
    """Stop listening, forget the magics and end the session."""
    loaded: _Loaded | None = getattr(shell, _SLOT, None)
    if loaded is None:
        return
    delattr(shell, _SLOT)
    loaded.hooks.unregister()
    track_magic.unregister(shell)
    mlops_magic.unregister(shell)
    close_session()
    if loaded.tracking_uri and os.environ.get(_URI) == loaded.tracking_uri:
        del os.environ[_URI]


def _share_tracking_uri() -> str:
    if os.environ.get(_URI):
        return ""
    try:
        uri = kernel_session().project.settings.tracking_uri
    except (MlopsError, OSError) as error:  # OSError: a folder that is gone
        sys.stderr.write(f"jupyter-mlops: this project cannot be opened: {error}\n")
        return ""
    os.environ[_URI] = uri
    return uri
