"""Something wrong in a pipeline file, and the keys that lead to it."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_mlops.errors import Invalid
from jupyter_mlops.pipelines.yaml_document import KeyPath

__all__ = ["Problem"]


@dataclass(frozen=True, slots=True)
class Problem:
    """An error, and where it stands: at a value or, with ``at_key``, at the key of one.

    Whoever read the file turns the keys into a line and a column.
    """

    path: KeyPath
    error: Invalid
    at_key: bool = False
