"""Read files that people write by hand, and say clearly what is wrong with them."""

from __future__ import annotations

import codecs
import stat
from difflib import get_close_matches
from pathlib import Path

from jupyter_mlops.errors import Invalid, NotFound

__all__ = ["read_text", "shown_path"]

WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""What UTF-16 begins with; UTF-32 little-endian begins with the first of them as well."""


def shown_path(path: Path) -> str:
    """Return ``path`` as messages show it: relative where it lies below the working folder."""
    try:
        return path.relative_to(Path.cwd()).as_posix() if path.is_absolute() else path.as_posix()
    except (ValueError, OSError):  # it lies elsewhere, or the working folder is gone
        return path.as_posix()


def read_text(path: Path, *, limit: int = 0) -> str:
    """Read a UTF-8 file of at most ``limit`` bytes (0: of any size).

    Raises NotFound where there is no file, naming one that is called nearly so, and Invalid
    for a folder, an empty or too large file and for bytes that are not UTF-8, with their place.
    """
    file = shown_path(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise Invalid("this is a folder", hint="name a file in it", file=file)
        if not stat.S_ISREG(status.st_mode):
            raise Invalid("this is not a regular file", file=file)
        if limit and status.st_size > limit:
            message = f"the file has {status.st_size:,} bytes, more than the {limit:,} allowed"
            raise Invalid(message, file=file)
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # ValueError: a NUL in it
        raise NotFound(f"there is no file {file}", hint=_near_file(path)) from error
    except OSError as error:
        raise Invalid(f"the file cannot be read: {error.strerror}", file=file) from error
    if not data.strip():
        raise Invalid("the file is empty", file=file)
    return _decode(data, file)


def _decode(data: bytes, file: str) -> str:
    """Turn bytes into text; a byte order mark is refused because papermill refuses it too."""
    hint = "save it as UTF-8 without a byte order mark"
    if data.startswith(codecs.BOM_UTF8):
        message = "the file begins with a byte order mark"
        raise Invalid(message, hint=hint, file=file, line=1, column=1)
    if data.startswith(WIDE_MARKS) or b"\0" in data[:4]:
        raise Invalid("the file is UTF-16 or UTF-32", hint=hint, file=file, line=1, column=1)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        raise Invalid(
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            hint="save the file as UTF-8",
            file=file,
            line=before.count("\n") + 1,
            column=len(before) - before.rfind("\n"),
        ) from error


def _near_file(path: Path) -> str:
    """Name the file beside ``path`` that was probably meant."""
    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder {shown_path(folder)} either"
    try:
        names = [p.name for p in folder.iterdir() if p.suffix == path.suffix and p.is_file()]
    except OSError:
        return "check the path"
    near = get_close_matches(path.name, names, n=1)
    if near:
        return f"did you mean {shown_path(folder / near[0])}?"
    some = ", ".join(sorted(names)[:5])
    return f"in {shown_path(folder)} there are: {some}" if some else "check the path"
