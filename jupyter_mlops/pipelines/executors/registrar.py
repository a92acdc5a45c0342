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
    ``run`` is the step's own run, ``tags`` the lineage to write on the version.
    """

    step: ModelStep
    file: Path
    digest: str
    run: RunKey
    input_example: Path | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


class Registrar(Protocol):
    """Registers models and lets gates decide on their aliases."""

    def check(self, step: ModelStep) -> None:
        """Raise Invalid for a gate or an alias of ``step`` that cannot be, before anything runs."""
        ...

    def register(self, request: ModelRequest) -> StepOutcome:
        """Register a model and move its alias if every gate passes; refused is an outcome."""
        ...
