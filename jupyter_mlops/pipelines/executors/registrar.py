"""What the scheduler asks of the registry's side when a step registers a model.

Pipelines and registry are rooms of one floor and do not know each other; the project introduces
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from jupyter_mlops.pipelines.execution import StepOutcome
from jupyter_mlops.pipelines.pipeline import ModelStep
from jupyter_mlops.runs.run import RunKey

__all__ = ["ModelRequest", "Registrar"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """A model that a step asks to register.

    ``digest`` is the content hash of ``file``, ``metrics`` are those of the step that made it,
    ``tags`` the lineage to write on the version.
    """

    step: ModelStep
    file: Path
    digest: str
    input_example: Path | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


class Registrar(Protocol):
    """Registers models and lets gates decide on their aliases."""

    def check(self, step: ModelStep) -> None:
        """Raise Invalid for a gate or an alias of ``step`` that cannot be, before anything runs."""
        ...

    def current(self, request: ModelRequest) -> StepOutcome | None:
        """Return a cached outcome if the registry has it all already: version and alias."""
        ...

    def register(self, request: ModelRequest, run: RunKey) -> StepOutcome:
        """Register a model as made by ``run``, and move its alias if every gate passes.

        A refusal is an outcome. Raises Invalid for a model that cannot be registered.
        """
        ...
