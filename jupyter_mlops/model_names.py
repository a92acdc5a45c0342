"""What a model and an alias may be called: MLflow's rules, said once, so that all refuse alike."""

from __future__ import annotations

import posixpath
import re

from jupyter_mlops.errors import Invalid

__all__ = ["check_alias", "check_model_name", "climbs"]

_ALIAS = re.compile(r"[\w-]{1,255}")
_RESERVED_ALIAS = re.compile(r"latest|v\d+", re.IGNORECASE)


def check_model_name(name: str) -> None:
    """Raise Invalid unless ``name`` can be the name of a model.

    MLflow takes quotes and backslashes as well, but cannot find such a name again: it stands in
    quotes in the filter of a search.
    """
    if not name.strip() or set(name) & set("/:'\"\\") or climbs(name):
        hint = "any text without / : \\ and quotes that does not begin with .., for example churn"
        raise Invalid(f"{name!r} is no name for a model", hint=hint)


def check_alias(alias: str) -> None:
    """Raise Invalid unless ``alias`` can be an alias: ``latest`` and ``v3`` are MLflow's own."""
    if not _ALIAS.fullmatch(alias) or _RESERVED_ALIAS.fullmatch(alias):
        hint = "use letters, digits, - and _; latest, v1, v2 and so on are MLflow's own"
        raise Invalid(f"{alias!r} is no name for an alias", hint=hint)


def climbs(name: str) -> bool:
    """Whether ``name``, which MLflow may use as a path, is another path than it says."""
    normal = posixpath.normpath(name)
    return normal != name or normal == "." or normal.startswith(("..", "/"))
