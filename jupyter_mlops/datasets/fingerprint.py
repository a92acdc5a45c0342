"""Tell contents apart by hash: of one file, or of a folder and all that is in it.

A file's digest is the sha256 of its bytes, the same that ``sha256sum`` prints. A folder's is the
sha256 of its listing. Names and contents count; times, owners and permissions do not.

A symbolic link counts as what it points to, when it is what is asked for or a file inside a
folder. Links to folders inside a folder are refused, because they may lead in circles or out of
it, and so is what is neither file nor folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from jupyter_mlops.datasets.dataset import Dataset, DatasetVersion, Digest
from jupyter_mlops.errors import Invalid, NotFound

__all__ = [
    "FOLDER_SUFFIX",
    "check_digest",
    "fingerprint",
    "folder_entries",
    "is_folder_digest",
    "listing",
    "parse_listing",
    "read_version",
    "sha256_of_file",
]

FOLDER_SUFFIX = ".dir"
"""Ends the digest of a folder, as in DVC, so that a digest tells what it is of."""

DIGEST = re.compile(r"[0-9a-f]{64}(\.dir)?")


def fingerprint(path: Path) -> Digest:
    """Hash the content of a file or folder.

    Raises NotFound where nothing is there and Invalid for what cannot be a dataset.
    """
    if stat.S_ISDIR(_status(path).st_mode):
        entries = folder_entries(path)
        files = {name: sha256_of_file(file) if file else "" for name, file in entries.items()}
        return Digest(hashlib.sha256(listing(files)).hexdigest() + FOLDER_SUFFIX)
    return Digest(sha256_of_file(path))


def read_version(dataset: Dataset) -> DatasetVersion:
    """Return what the dataset holds now; raises as `fingerprint` does."""
    digest = fingerprint(dataset.path)
    files = [dataset.path]
    if is_folder_digest(digest):
        files = [file for file in folder_entries(dataset.path).values() if file is not None]
    size = sum(file.stat().st_size for file in files)
    return DatasetVersion(dataset.name, dataset.path, digest, size)


def sha256_of_file(path: Path) -> str:
    """Hash a file's bytes, a little at a time, whatever its size."""
    if not stat.S_ISREG(_status(path).st_mode):
        raise Invalid(f"{path} is neither a file nor a folder", hint="copy its content to a file")
    try:
        with path.open("rb", buffering=0) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}") from error


def listing(files: Mapping[str, str]) -> bytes:
    """Write a folder's listing: each relative path with its file's hash, sorted by path.

    The path of an empty folder ends with a slash and has no hash.
    """
    lines = (json.dumps([name, files[name]], separators=(",", ":")) for name in sorted(files))
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def parse_listing(text: bytes) -> dict[str, str]:
    """Read what `listing` wrote; Invalid where it names anything outside its folder."""
    try:
        files: dict[object, object] = dict(json.loads(line) for line in text.splitlines())
    except (TypeError, ValueError) as error:
        raise Invalid(f"{text[:40]!r} is no listing of a folder") from error
    checked = {}
    for name, file in files.items():
        if not isinstance(name, str) or not isinstance(file, str) or not _lies_below(name):
            raise Invalid(f"a folder's listing names {name!r:.80}, which cannot lie in it")
        checked[name] = check_digest(file) if file else ""
    return checked


def folder_entries(folder: Path) -> dict[str, Path | None]:
    """Return every file below ``folder`` by its relative path, and empty folders with None."""
    return dict(_walk(folder, PurePosixPath()))


def is_folder_digest(digest: Digest) -> bool:
    """Tell whether a digest is of a folder."""
    return digest.endswith(FOLDER_SUFFIX)


def check_digest(digest: str) -> Digest:
    """Raise Invalid unless ``digest`` has the form of one, so that it may become a path."""
    if not DIGEST.fullmatch(digest):
        raise Invalid(f"{digest!r:.80} is no digest", hint="it is 64 hexadecimal digits")
    return Digest(digest)


def _walk(folder: Path, at: PurePosixPath) -> Iterator[tuple[str, Path | None]]:
    try:
        children = sorted(os.scandir(folder), key=lambda child: child.name)
    except OSError as error:
        raise Invalid(f"{folder} cannot be read: {error.strerror}") from error
    if not children and at.parts:
        yield f"{at}/", None
    for child in children:
        path = Path(child.path)
        if child.is_dir(follow_symlinks=False):
            yield from _walk(path, at / child.name)
        elif child.is_dir():
            message = f"{path} is a link to a folder, which a dataset cannot hold"
            raise Invalid(message, hint="put the folder itself there")
        else:
            yield str(at / child.name), path


def _lies_below(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and parts[0] != "/" and ".." not in parts and "\0" not in name


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        what = "a link to nothing" if path.is_symlink() else "not there"
        raise NotFound(f"{path} is {what}", hint="check the path") from error
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}") from error
