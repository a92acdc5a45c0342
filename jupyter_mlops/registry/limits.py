"""What a registry takes as names and tags: MLflow's rules, said once, so that all refuse alike.

Nothing is cut: a value that is too long raises, before anything was made.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from jupyter_mlops.errors import Invalid
from jupyter_mlops.registry.model_version import NewVersion

__all__ = ["check_alias", "check_model_name", "check_new_version", "check_tags"]

_ALIAS = re.compile(r"[\w-]{1,255}")
_RESERVED_ALIAS = re.compile(r"latest|v\d+", re.IGNORECASE)
_TAG_KEY = re.compile(r"[/\w.\- :]{1,250}")
_TAG_VALUE_LIMIT = 100_000


def check_model_name(name: str) -> None:
    """Raise Invalid unless ``name`` can be the name of a model."""
    if not name.strip() or "/" in name or ":" in name or _climbs(name):
        hint = "any text without '/' and ':', for example 'churn'"
        raise Invalid(f"a model cannot be called {name!r}", hint=hint)


def check_alias(alias: str) -> None:
    """Raise Invalid unless ``alias`` can be an alias: ``latest`` and ``v3`` are MLflow's own."""
    if _RESERVED_ALIAS.fullmatch(alias):
        raise Invalid(f"the alias {alias!r} is reserved by MLflow", hint="for example 'champion'")
    if not _ALIAS.fullmatch(alias):
        hint = "letters, digits, '_' and '-' only, for example 'champion'"
        raise Invalid(f"{alias!r} cannot be an alias", hint=hint)


def check_tags(tags: Mapping[str, str]) -> None:
    """Raise Invalid unless every tag fits."""
    for key, value in tags.items():
        if not _TAG_KEY.fullmatch(key) or _climbs(key):
            hint = "1 to 250 letters, digits, blanks and '_-.:/'"
            raise Invalid(f"a tag cannot be called {key!r}", hint=hint)
        if len(value) > _TAG_VALUE_LIMIT:
            message = f"the tag {key!r} has {len(value):,} characters of {_TAG_VALUE_LIMIT:,}"
            raise Invalid(message, hint="keep the text as a file of the run and tag its digest")


def check_new_version(new: NewVersion) -> None:
    """Raise Invalid unless name, digest and tags of ``new`` fit."""
    check_model_name(new.name)
    check_tags(new.tags)
    if not new.digest:
        hint = "give the content hash of the file: it makes registering it twice safe"
        raise Invalid(f"the new version of {new.name!r} has no digest", hint=hint)


def _climbs(name: str) -> bool:
    """Whether ``name``, which MLflow may use as a path, is another path than it says."""
    normal = posixpath.normpath(name)
    return normal != name or normal == "." or normal.startswith(("..", "/"))
