"""Find implementations by name in our entry-point groups.

Built-ins are declared in our own ``pyproject.toml`` through the same groups as a stranger's.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from jupyter_mlops.errors import NotFound

__all__ = ["GROUPS", "load", "names"]

GROUPS = {
    "executors": "executor",
    "run_stores": "run store",
    "step_caches": "step cache",
    "dataset_stores": "dataset store",
    "model_registries": "model registry",
    "checks": "check",
    "gates": "gate",
    "exporters": "exporter",
}
"""Our groups, each with what one of its members is called. Entry points name them
``jupyter_mlops.GROUP``."""


def names(group: str) -> list[str]:
    """List the names that are installed in one of our groups, sorted."""
    return sorted({point.name for point in entry_points(group=f"jupyter_mlops.{group}")})


def load(group: str, name: str) -> Any:  # noqa: ANN401 - the group's Protocol is the type
    """Load the implementation that ``group`` (one of `GROUPS`) knows as ``name``.

    Raises NotFound, with the names that do exist, or with what is wrong with the package that
    offers it.
    """
    for point in entry_points(group=f"jupyter_mlops.{group}", name=name):
        try:
            return point.load()
        except (ImportError, AttributeError) as error:
            raise _broken(GROUPS[group], point, error) from error
    existing = names(group)
    near = get_close_matches(name, existing, n=1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    hint = f"{meant}installed: {', '.join(existing) or 'none'}"
    raise NotFound(f"no {GROUPS[group]} is called {name!r}", hint=hint)


def _broken(kind: str, point: EntryPoint, error: Exception) -> NotFound:
    package = point.dist.name if point.dist else "an unknown package"
    message = f"the {kind} {point.name!r} of {package} cannot be loaded: {error}"
    return NotFound(message, hint=f"install {package} again, with all that it needs")
