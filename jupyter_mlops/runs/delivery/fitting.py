"""Make values fit MLflow's limits, never silently; and refuse what does not.

MLflow cuts long values without a word and refuses a whole batch for one bad name. Whoever delivers
makes values fit: a name loses the characters that MLflow does not allow, and a value that is too
long is cut with a note and kept whole as an artifact. A store checks: what does not fit is Invalid.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from jupyter_mlops.errors import Invalid
from jupyter_mlops.runs.run import Metric

__all__ = [
    "Fitted",
    "check_metrics",
    "check_params",
    "check_path",
    "check_tags",
    "fit_line",
    "fit_metrics",
    "fit_name",
    "fit_params",
    "fit_tags",
    "fit_text",
]

NAME_LIMIT = 250
PARAM_LIMIT = 6000
TAG_LIMIT = 8000
_FILE_NAME_BYTES = 255
_INT64 = 2**63

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
    # A name is also a path to MLflow: it must not climb, begin at the root or be empty.
    parts = [part for part in _REFUSED.sub("_", name).split("/") if part not in ("", ".", "..")]
    fitted = "/".join(parts)
    if fitted.startswith(".."):
        fitted = "_" + fitted
    if len(fitted) > NAME_LIMIT:  # names that begin alike must not become one
        fitted = f"{fitted[: NAME_LIMIT - 9].rstrip('/')}-{_short_hash(fitted)}"
    return fitted or "_"


def fit_text(text: str) -> str:
    """Return ``text`` without what databases and files refuse: half characters and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def fit_line(text: str, *, default: str) -> str:
    """Return ``text`` as the name of a run or experiment: one line of 250 characters at most."""
    return " ".join(fit_text(text).split())[:NAME_LIMIT] or default


def fit_metrics(metrics: Iterable[Metric]) -> list[Metric]:
    """Return the points of one report with names that fit, each its own."""
    points = list(metrics)
    names = _names(point.key for point in points)
    return [replace(point, key=names[point.key]) for point in points]


def fit_params(params: Mapping[str, str]) -> Fitted:
    """Return parameters that fit; a value over 6,000 characters becomes ``params/NAME.txt``."""
    return _fit(params, limit=PARAM_LIMIT, folder="params")


def fit_tags(tags: Mapping[str, str]) -> Fitted:
    """Return tags that fit; a value over 8,000 characters becomes ``tags/NAME.txt``."""
    return _fit(tags, limit=TAG_LIMIT, folder="tags")


def check_metrics(metrics: Iterable[Metric]) -> None:
    """Raise Invalid for a name, time or step that MLflow would refuse."""
    for metric in metrics:
        _check_name(metric.key)
        if not 0 <= metric.timestamp < _INT64 or not -_INT64 <= metric.step < _INT64:
            message = f"metric {metric.key!r} has a time or step that is no 64-bit number"
            raise Invalid(message, hint="count steps from 0")


def check_params(params: Mapping[str, str]) -> None:
    """Raise Invalid for a name or value that MLflow would refuse or cut."""
    _check(params, limit=PARAM_LIMIT)


def check_tags(tags: Mapping[str, str]) -> None:
    """Raise Invalid for a name or value that MLflow would refuse or cut."""
    _check(tags, limit=TAG_LIMIT)


def check_path(path: str) -> None:
    """Raise Invalid for the path of an artifact that is absolute, climbs or is empty."""
    parts = path.split("/")
    too_long = any(len(part.encode("utf-8", "replace")) > _FILE_NAME_BYTES for part in parts)
    if too_long or "\0" in path or "\\" in path or any(p in ("", ".", "..") for p in parts):
        hint = "use a relative path such as plots/loss.png"
        raise Invalid(f"{path!r} cannot be the path of an artifact", hint=hint)


def _fit(given: Mapping[str, str], *, limit: int, folder: str) -> Fitted:
    values, texts = {}, {}
    names = _names(given)
    for name, value in given.items():
        key, text = names[name], fit_text(value)
        if len(text) > limit:
            path = f"{folder}/{_file_name(key)}.txt"
            note = f"... (cut at {limit} characters; whole in the artifact {path})"
            texts[path] = text
            text = text[: limit - len(note)] + note
        values[key] = text
    return Fitted(values, texts)


def _names(given: Iterable[str]) -> dict[str, str]:
    """Return each name as it fits; those that would become the same get a hash to tell them."""
    fitted: dict[str, str] = {}
    for name in sorted(set(given), key=lambda name: (fit_name(name) != name, name)):
        key = fit_name(name)
        if key != name and key in fitted.values():
            key = fit_name(f"{key[: NAME_LIMIT - 9]}-{_short_hash(name)}")
        fitted[name] = key
    return fitted


def _file_name(key: str) -> str:
    """Return a name as that of a file, in one folder: file systems count bytes."""
    name = key.replace("/", ".")
    if name == key and len(name.encode()) <= _FILE_NAME_BYTES - len(".txt"):
        return name
    return f"{name.encode()[:200].decode(errors='ignore')}-{_short_hash(key)}"


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def _check(values: Mapping[str, str], *, limit: int) -> None:
    for name, value in values.items():
        _check_name(name)
        if len(value) > limit:
            message = f"{name!r} has {len(value)} characters, {limit} is the most"
            raise Invalid(message, hint="keep it as an artifact")


def _check_name(name: str) -> None:
    """Refuse what MLflow refuses (mlflow.utils.validation)."""
    climbs = name.startswith(("..", "/")) or name == "." or posixpath.normpath(name) != name
    if len(name) > NAME_LIMIT or _REFUSED.search(name) or climbs:
        hint = f"use at most {NAME_LIMIT} letters, digits, blanks and the characters _ - . : /"
        raise Invalid(f"MLflow takes no name like {name[:80]!r}", hint=hint)
