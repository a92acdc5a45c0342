"""Make values fit MLflow's limits, never silently.

MLflow cuts long values without a word and refuses a whole batch for one bad name. Here a name
loses the characters that MLflow does not allow, and a value that is too long is cut with a note
and kept whole as an artifact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from jupyter_mlops.runs.run import Metric

__all__ = ["Fitted", "fit_metrics", "fit_name", "fit_params", "fit_tags"]

NAME_LIMIT = 250
PARAM_LIMIT = 6000
TAG_LIMIT = 8000

_REFUSED = re.compile(r"[^\w.\- :/]")


@dataclass(frozen=True, slots=True)
class Fitted:
    """Values that fit, and what did not as texts by artifact path."""

    values: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


def fit_name(name: str) -> str:
    """Return ``name`` as MLflow takes it: word characters, ``. - : /`` and blanks, 250 at most.

    >>> fit_name("loss (train)")
    'loss _train_'
    """
    fitted = _REFUSED.sub("_", name)[:NAME_LIMIT].strip()
    # A name is also a path to MLflow: it must not climb or be empty.
    parts = [part for part in fitted.split("/") if part not in ("", ".", "..")]
    return "/".join(parts) or "_"


def fit_metrics(metrics: Iterable[Metric]) -> list[Metric]:
    """Return the points with names that fit."""
    return [replace(metric, key=fit_name(metric.key)) for metric in metrics]


def fit_params(params: Mapping[str, str]) -> Fitted:
    """Return parameters that fit; a value over 6,000 characters becomes ``params/NAME.txt``."""
    return _fit(params, limit=PARAM_LIMIT, folder="params")


def fit_tags(tags: Mapping[str, str]) -> Fitted:
    """Return tags that fit; a value over 8,000 characters becomes ``tags/NAME.txt``."""
    return _fit(tags, limit=TAG_LIMIT, folder="tags")


def _fit(given: Mapping[str, str], *, limit: int, folder: str) -> Fitted:
    values, texts = {}, {}
    for name, value in given.items():
        key = fit_name(name)
        if len(value) > limit:
            path = f"{folder}/{key}.txt"
            note = f"... (cut at {limit} characters; whole in the artifact {path})"
            texts[path] = value
            value = value[: limit - len(note)] + note  # noqa: PLW2901 - what is kept of it
        values[key] = value
    return Fitted(values, texts)
