"""Find implementations by name in our entry-point groups.

Built-ins are declared in our own ``pyproject.toml`` through the same groups as a stranger's.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Any

from jupyter_mlops.errors import NotFound

__all__ = ["GROUPS", "load", "names"]

GROUPS = (
    "executors",
    "run_stores",
    "step_caches",
    "dataset_stores",
    "model_registries",
    "checks",
    "gates",
    "exporters",
)


def names(group: str) -> list[str]:
    """List the names that are installed in one of our groups, sorted."""
    return sorted({point.name for point in entry_points(group=f"jupyter_mlops.{group}")})


def load(group: str, name: str) -> Any:  # noqa: ANN401 - the group's Protocol is the type
    """Load the implementation that ``group`` (one of `GROUPS`) knows as ``name``.

    Raises NotFound, with the names that do exist.
    """
    for point in entry_points(group=f"jupyter_mlops.{group}", name=name):
        return point.load()
    existing = names(group)
    near = get_close_matches(name, existing, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"installed: {', '.join(existing) or 'none'}"
    message = f"no {group.replace('_', ' ')[:-1]} is called {name!r}"
    raise NotFound(message, hint=hint)
