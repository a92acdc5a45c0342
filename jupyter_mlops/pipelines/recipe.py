"""The recipe of a step instance: all that its result depends on, and a fingerprint of it.

Two recipes with one fingerprint give the same result, so it is made once. What counts: the code
cells (comments and formatting do not), the parameters, the content of declared inputs and of what
earlier steps hand on, the kernel, and the outputs that are asked for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Recipe"]

RECIPE_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a step instance is made from.

    ``code`` is the digest of a notebook's code, empty for a model step. ``inputs`` are content
    digests by path, ``upstream`` digests (or values) of earlier steps' outputs by expression,
    ``outputs`` the paths of declared outputs by name.
    """

    code: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    upstream: Mapping[str, Any] = field(default_factory=dict)
    kernel: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all of it, as 64 hex digits."""
        text = json.dumps({"version": RECIPE_VERSION, **asdict(self)}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
