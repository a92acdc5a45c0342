"""Promote: let gates judge a model version, move the alias if all pass, record the decision."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jupyter_mlops.errors import Invalid, NotFound
from jupyter_mlops.model_names import check_alias
from jupyter_mlops.registry.gate import Candidate, Gate, Outcome, Verdict
from jupyter_mlops.registry.model_registry import ModelRegistry
from jupyter_mlops.registry.model_version import ModelVersion

__all__ = ["Promotion", "promote", "promotions_of"]

_TAG = "mlops.promotion."


@dataclass(frozen=True, slots=True)
class Promotion:
    """A decision on who holds an alias.

    ``moved`` says that every verdict passed and ``version`` holds the alias. ``previous`` is who
    held it before: ``version`` itself where it did already, None where nobody did.
    ``decided_at`` is in milliseconds since the epoch.
    """

    model: str
    version: int
    alias: str
    moved: bool
    previous: int | None
    verdicts: tuple[Verdict, ...]
    decided_at: int


def promote(  # noqa: PLR0913 - what a decision consists of, all but two by keyword
    registry: ModelRegistry,
    version: ModelVersion,
    *,
    alias: str,
    gates: Iterable[Gate],
    candidate: Candidate,
    decided_at: int | None = None,
) -> Promotion:
    """Move ``alias`` to ``version`` if every gate passes ``candidate``; no gates pass everything.

    All gates are asked, so that one decision shows all that is wrong. The decision is a tag of the
    version, whatever it is. Raises Invalid, before anything happens, for a name that cannot be an
    alias, and what the registry raises.
    """
    check_alias(alias)
    verdicts = tuple(gate.judge(candidate) for gate in gates)
    promotion = Promotion(
        model=version.name,
        version=version.version,
        alias=alias,
        moved=all(verdict.passed for verdict in verdicts),
        previous=_holder(registry, version.name, alias=alias),
        verdicts=verdicts,
        decided_at=int(time.time() * 1000) if decided_at is None else decided_at,
    )
    # The record comes first: one without its move can be seen and repeated, but a move
    # without its record could never be explained.
    record = {_tag_of(promotion): _to_text(promotion)}
    registry.set_tags(version.name, version.version, record)
    if promotion.moved:
        registry.set_alias(version.name, alias, version.version)
    return promotion


def promotions_of(version: ModelVersion) -> tuple[Promotion, ...]:
    """Return the decisions that ``version`` was put to, newest first."""
    found = [
        _from_text(version, alias=key.removeprefix(_TAG).rpartition(".")[0], text=text)
        for key, text in version.tags.items()
        if key.startswith(_TAG)
    ]
    return tuple(sorted(found, key=lambda promotion: -promotion.decided_at))


def _holder(registry: ModelRegistry, model: str, *, alias: str) -> int | None:
    try:
        return registry.get_version(model, alias).version
    except NotFound:
        return None


def _tag_of(promotion: Promotion) -> str:
    # One tag for each decision: nothing is read and written back, so two of them at once lose
    # none, and a later one never overwrites an earlier one. An alias has no dots.
    return f"{_TAG}{promotion.alias}.{promotion.decided_at}"


def _to_text(promotion: Promotion) -> str:
    record = {
        "outcome": "moved" if promotion.moved else "refused",
        "previous": promotion.previous,
        "decided_at": promotion.decided_at,
        "verdicts": [
            {
                "gate": verdict.gate,
                "outcome": verdict.outcome.value,
                "reason": verdict.reason,
                # JSON has no NaN, and a browser will read this.
                "evidence": {
                    key: value if math.isfinite(value) else None
                    for key, value in verdict.evidence.items()
                },
            }
            for verdict in promotion.verdicts
        ],
    }
    return json.dumps(record, allow_nan=False)


def _from_text(version: ModelVersion, *, alias: str, text: str) -> Promotion:
    try:
        record = json.loads(text)
        return Promotion(
            model=version.name,
            version=version.version,
            alias=alias,
            moved=record["outcome"] == "moved",
            previous=record["previous"],
            verdicts=tuple(_verdict(item) for item in record["verdicts"]),
            decided_at=record["decided_at"],
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        message = f"a promotion record of {version.name} {version.version} is damaged: {error}"
        hint = f"see the version's tags {_TAG}{alias}.*: somebody edited one"
        raise Invalid(message, hint=hint) from None


def _verdict(item: dict[str, Any]) -> Verdict:
    evidence = {
        key: math.nan if value is None else float(value) for key, value in item["evidence"].items()
    }
    return Verdict(item["gate"], Outcome(item["outcome"]), item["reason"], evidence)
