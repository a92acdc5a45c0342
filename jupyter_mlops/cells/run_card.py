"""The card that a tracked cell shows while it runs and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["RUN_CARD_MIME", "RunCard"]

RUN_CARD_MIME = "application/vnd.jupyter-mlops.run+json"


@dataclass(frozen=True, slots=True)
class RunCard:
    """What a run card says; it travels as `RUN_CARD_MIME`.

    ``run_key`` names the run before and after the run store knows it. ``start_time`` is in
    milliseconds since the epoch, ``duration`` in seconds.
    """

    run_key: str
    name: str
    experiment: str
    status: Literal["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]
    start_time: int
    duration: float | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    exception: str = ""
