"""Read registered models."""

from __future__ import annotations

from jupyter_mlops.server.pages import ModelsPage
from jupyter_mlops.server.reads.opened import OpenedProject

__all__ = ["models_page"]


def models_page(opened: OpenedProject) -> ModelsPage:
    """Read every model with its newest versions."""
    if not opened.governed:
        return ModelsPage()
    opened.prepare_registry()
    return ModelsPage(opened.registry.list_models())
