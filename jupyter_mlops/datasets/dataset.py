"""A dataset: a file or folder of data, and the versions of its content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NewType

__all__ = ["Dataset", "DatasetVersion", "Digest"]

Digest = NewType("Digest", str)
"""The sha256 of a file's content in hex; of a folder's listing, and then ``.dir`` at its end."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A file or folder that holds data, under the name that people use for it."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """What a dataset held at one time. ``size`` is in bytes, of all files together."""

    name: str
    path: Path
    digest: Digest
    size: int
