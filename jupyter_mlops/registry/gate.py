"""A gate: a condition that a model version must meet before an alias moves to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

__all__ = ["Candidate", "Gate", "Outcome", "Verdict"]


class Outcome(StrEnum):
    """Whether a gate lets a candidate pass; ``UNKNOWN`` (could not tell) never does."""

    PASSED = "passed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate found, and why, in words that a reviewer can read."""

    gate: str
    outcome: Outcome
    reason: str
    evidence: Mapping[str, float] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether the candidate may pass."""
        return self.outcome is Outcome.PASSED


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a gate may look at: the model's name and the metrics of the step that made it."""

    model: str
    metrics: Mapping[str, float]


class Gate(Protocol):
    """Judges candidates. A gate has no state and may be asked from any thread.

    A gate class is found by its name in the entry-point group ``jupyter_mlops.gates`` and made
    by ``from_options``.
    """

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Gate:
        """Make a gate from its keys in ``pipeline.yaml``; raises ``Invalid`` for wrong ones."""
        ...

    def judge(self, candidate: Candidate) -> Verdict:
        """Return a verdict; never raises for a bad candidate."""
        ...
