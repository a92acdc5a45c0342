"""The recipe of a step instance: what its result depends on, and a fingerprint of it.

What counts: which step it is and the folder that it runs in, the code cells (comments and
formatting do not), the parameters, the content of declared inputs and of what earlier steps hand
on, the kernel's name, and the outputs that are asked for. What does not count yet: files that the
notebook reads without their being declared, the modules that it imports, installed packages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Recipe"]

RECIPE_VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a step instance is made from.

    ``step`` is the instance's key, ``folder`` where it runs, relative to the project's root.
    ``code`` is the digest of the notebook's code. ``inputs`` are content digests by path,
    ``upstream`` earlier steps' outputs with the digests of the files that they name, ``outputs``
    the paths of declared outputs by name.
    """

    step: str = ""
    folder: str = ""
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
