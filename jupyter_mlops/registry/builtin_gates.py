"""The gates that come with us; a stranger's are found the same way, by entry point."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Real
from typing import TYPE_CHECKING, Any

from jupyter_mlops.errors import Invalid
from jupyter_mlops.registry.gate import Candidate, Gate, Outcome, Verdict

__all__ = ["MetricGate"]


@dataclass(frozen=True, slots=True)
class MetricGate:
    """Passes a candidate whose metric is at least ``minimum`` and at most ``maximum``.

    In ``pipeline.yaml``: ``metric: test_auc`` with ``min: 0.95``, ``max:``, or both.
    """

    metric: str
    minimum: float | None = None
    maximum: float | None = None

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> MetricGate:
        """Make the gate from its keys in ``pipeline.yaml``; raises Invalid for wrong ones."""
        for key in options:
            if key not in ("metric", "min", "max"):
                hint = _nearest(str(key), ("metric", "min", "max"), kind="keys")
                raise Invalid(f"a metric gate has no key {key!r}", hint=hint)
        metric = options.get("metric")
        if not isinstance(metric, str) or not metric:
            message = f"metric must be the name of a metric, not {metric!r}"
            raise Invalid(message, hint="for example metric: test_auc")
        minimum, maximum = _limit(options, "min"), _limit(options, "max")
        if minimum is None and maximum is None:
            message = f"the gate on {metric!r} has no limit"
            raise Invalid(message, hint="add min: or max:, for example min: 0.95")
        if minimum is not None and maximum is not None and minimum > maximum:
            message = f"the gate on {metric!r} lets nothing pass: min {minimum} > max {maximum}"
            raise Invalid(message, hint="exchange min and max")
        return cls(metric, minimum, maximum)

    def judge(self, candidate: Candidate) -> Verdict:
        """Compare the candidate's metric with the limits, which pass themselves."""
        value: object = candidate.metrics.get(self.metric)
        if value is None:
            hint = _nearest(self.metric, candidate.metrics, kind="metrics")
            return self._verdict(Outcome.UNKNOWN, f"there is no metric {self.metric!r}: {hint}")
        # Real rather than float: a plug-in may hand over NumPy's numbers.
        if not isinstance(value, Real) or math.isnan(value):
            return self._verdict(Outcome.UNKNOWN, f"{self.metric} = {value} is not a number")
        return self._compare(float(value))

    def _compare(self, value: float) -> Verdict:
        if self.minimum is not None and value < self.minimum:
            outcome, relation = Outcome.REFUSED, f"below {self.minimum:g}"
        elif self.maximum is not None and value > self.maximum:
            outcome, relation = Outcome.REFUSED, f"above {self.maximum:g}"
        elif self.minimum is None:
            outcome, relation = Outcome.PASSED, f"at most {self.maximum:g}"
        elif self.maximum is None:
            outcome, relation = Outcome.PASSED, f"at least {self.minimum:g}"
        else:
            outcome, relation = Outcome.PASSED, f"between {self.minimum:g} and {self.maximum:g}"
        # Six digits are enough to read, unless they make a value look like the limit it missed.
        shown = f"{value:.6g}"
        if outcome is Outcome.REFUSED and relation.endswith(f" {shown}"):
            shown = repr(value)
        return self._verdict(outcome, f"{self.metric} = {shown} is {relation}", value=value)

    def _verdict(self, outcome: Outcome, reason: str, *, value: float | None = None) -> Verdict:
        known = {self.metric: value, "min": self.minimum, "max": self.maximum}
        evidence = {key: number for key, number in known.items() if number is not None}
        return Verdict("metric", outcome, reason, evidence)


def _limit(options: Mapping[str, Any], key: str) -> float | None:
    value = options.get(key)
    if value is None:
        return None
    # A bool is an int to Python, but `min: true` is a mistake to us.
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Invalid(f"{key} must be a number, not {value!r}", hint=f"for example {key}: 0.95")
    return float(value)


def _nearest(name: str, existing: Iterable[str], *, kind: str) -> str:
    names = sorted(existing)
    if near := get_close_matches(name, names, n=1):
        return f"did you mean {near[0]!r}?"
    return f"{kind}: {', '.join(names) or 'none'}"


if TYPE_CHECKING:
    _gate: type[Gate] = MetricGate
