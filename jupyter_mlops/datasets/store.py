"""What the project asks of the place that keeps its datasets."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from jupyter_mlops.datasets.dataset import Digest

__all__ = ["DatasetStore"]


class DatasetStore(Protocol):
    """Keeps contents of files and folders by their digest; content that is in never changes.

    Safe to call from any thread and from several processes at once. The caller keeps what it
    hands in and owns what it is given: neither is ever shared with the store. Each verb raises
    ``Unavailable`` where the store does not answer.
    """

    def put(self, path: Path) -> Digest:
        """Keep the content of a file or folder; the digest is that of `fingerprint`.

        Putting what is there already changes nothing. Raises ``NotFound`` where ``path`` is not
        there and ``Invalid`` where it cannot be a dataset. While somebody writes into it, what is
        kept is some mixture, under that mixture's digest.
        """
        ...

    def get(self, digest: Digest, to: Path) -> None:
        """Make ``to`` be the file or folder with that content, in place of what was there.

        Folders above it are made. ``to`` holds the old content or the new, never a mixture or a
        part. Raises ``NotFound`` for content that is not in the store and ``Invalid`` for content
        that was damaged there (which can then be put again); ``to`` is then as it was.
        """
        ...

    def has(self, digest: Digest) -> bool:
        """Tell whether the content is there, without reading it."""
        ...
