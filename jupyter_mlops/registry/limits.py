"""What a registry takes as a version and its tags: MLflow's rules, so that all refuse alike.

Nothing is cut: a value that is too long raises, before anything was made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from jupyter_mlops.errors import Invalid
from jupyter_mlops.model_names import check_model_name, climbs
from jupyter_mlops.registry.model_version import NewVersion

__all__ = ["check_new_version", "check_tags"]

_DIGEST = re.compile(r"[\w.:-]{1,250}", re.ASCII)
_TAG_KEY = re.compile(r"[/\w.\- :]{1,250}")
_TAG_VALUE_LIMIT = 100_000


def check_tags(tags: Mapping[str, str]) -> None:
    """Raise Invalid unless every tag fits."""
    for key, value in tags.items():
        if not _TAG_KEY.fullmatch(key) or climbs(key):
            hint = "1 to 250 letters, digits, blanks and '_-.:/'"
            raise Invalid(f"a tag cannot be called {key!r}", hint=hint)
        if len(value) > _TAG_VALUE_LIMIT:
            message = f"the tag {key!r} has {len(value):,} characters of {_TAG_VALUE_LIMIT:,}"
            raise Invalid(message, hint="keep the text as a file of the run and tag its digest")


def check_new_version(new: NewVersion) -> None:
    """Raise Invalid unless name, digest and tags of ``new`` fit."""
    check_model_name(new.name)
    check_tags(new.tags)
    if not _DIGEST.fullmatch(new.digest):
        message = f"{new.digest!r} is no digest of the new version of {new.name!r}"
        hint = "give the content hash of the file: it makes registering it twice safe"
        raise Invalid(message, hint=hint)
