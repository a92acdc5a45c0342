"""Where things lie: between the paths that the browser knows and those of the file system."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from jupyter_mlops.errors import Invalid

__all__ = ["contents_path", "existing_folder"]


def existing_folder(server_root: Path, path: str) -> Path:
    """Return the folder, or nearest folder above, that the contents path ``path`` names.

    Raises Invalid for a path that leads, or whose links lead, out of ``server_root``.
    """
    if PurePosixPath(path).is_absolute() or Path(path).anchor or ".." in Path(path).parts:
        raise _invalid(path, "must be relative, without '..'")
    try:
        root = server_root.resolve()
        place = (root / path).resolve()
        if not place.is_relative_to(root):
            raise _invalid(path, "leads out of the folder that the server shows")
        while not place.is_dir() and place != root:
            place = place.parent
    except (OSError, RuntimeError, ValueError) as error:
        # too long, a loop of links, or a NUL byte
        raise _invalid(path, f"is not a path: {error}") from None
    return place


def contents_path(server_root: Path, file: Path) -> str:
    """Return the contents path of ``file``; empty where the server does not show it."""
    try:
        relative = Path(os.path.normpath(file)).relative_to(server_root)
    except ValueError:
        return ""
    hidden = any(part.startswith(".") for part in relative.parts)
    return "" if hidden or relative == Path() or not _exists(file) else relative.as_posix()


def _exists(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:  # a name that is too long, or a folder that may not be read
        return False


def _invalid(path: str, why: str) -> Invalid:
    return Invalid(f"the path {path!r} {why}", hint="use the path of a file or folder in the Lab")
