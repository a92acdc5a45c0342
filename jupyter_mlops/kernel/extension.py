"""Load and unload the IPython extension."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell

from jupyter_mlops.kernel import mlops_magic, track_magic
from jupyter_mlops.kernel.hooks import CellHooks
from jupyter_mlops.kernel.session import kernel_session

__all__ = ["load", "unload"]

_SLOT = "_jupyter_mlops_hooks"
"""The shell's attribute that holds our hooks: they belong to it and go with it."""


def load(shell: InteractiveShell) -> None:
    """Register the magics and begin to listen for tracked cells; doing so twice is once."""
    unload(shell)
    track_magic.register(shell)
    mlops_magic.register(shell)
    hooks = CellHooks(shell, kernel_session)
    hooks.register()
    setattr(shell, _SLOT, hooks)


def unload(shell: InteractiveShell) -> None:
    """Stop listening and forget the transformer."""
    hooks: CellHooks | None = getattr(shell, _SLOT, None)
    if hooks is not None:
        hooks.unregister()
        delattr(shell, _SLOT)
    transformers = shell.input_transformers_cleanup
    if track_magic.drop_track_line in transformers:
        transformers.remove(track_magic.drop_track_line)
