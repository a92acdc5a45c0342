"""Datasets in a folder of this machine (or of a shared disk), each content once."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_mlops.datasets.dataset import Digest
from jupyter_mlops.datasets.fingerprint import (
    FOLDER_SUFFIX,
    check_digest,
    fingerprint,
    folder_entries,
    is_folder_digest,
    listing,
    parse_listing,
    sha256_of_file,
)
from jupyter_mlops.errors import Invalid, MlopsError, NotFound, Unavailable

if TYPE_CHECKING:
    from jupyter_mlops.datasets.store import DatasetStore

__all__ = ["LocalDatasetStore"]


class LocalDatasetStore:
    """Keeps each file as ``<folder>/<first two digits>/<digest>``, each folder as its listing.

    Files are written aside, flushed to the disk and renamed, so that whoever dies in between
    leaves nothing half under a digest. They are copied in and out, never linked: a notebook that
    appends to its output must not change what is kept. Every byte that goes out is hashed first;
    what does not match is removed from the store, so that it can be put again.

    Replacing a folder takes two renames: a process killed between them leaves the old one beside
    its place, under a name that ends in ``.old``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, path: Path) -> Digest:
        """Copy a file or folder into the store."""
        if not path.is_dir():
            return self._put_file(path)
        entries = folder_entries(path)
        files = {name: self._put_file(file) if file else "" for name, file in entries.items()}
        text = listing(files)
        digest = Digest(hashlib.sha256(text).hexdigest() + FOLDER_SUFFIX)
        if not self._blob(digest).exists():
            with self._writing() as scratch:
                scratch.write_bytes(text)
                self._keep(scratch, digest)
        return digest

    def get(self, digest: Digest, to: Path) -> None:
        """Copy a content out of the store, checked."""
        if not self.has(check_digest(digest)):
            message = f"there is no content {digest} in {self.folder}"
            raise NotFound(message, hint="run the step that makes it, or put it again")
        if _holds(to, digest):
            return
        scratch = to.with_name(f".{to.name}.{uuid.uuid4().hex}.tmp")
        try:
            to.parent.mkdir(parents=True, exist_ok=True)
            if is_folder_digest(digest):
                self._get_folder(digest, scratch)
            else:
                self._get_file(digest, scratch)
            _replace(scratch, to)
        except OSError as error:
            message = f"content {digest} cannot be copied to {to}: {error.strerror}"
            raise Unavailable(message, hint="is the disk full or read-only?") from error
        finally:
            _remove(scratch)

    def has(self, digest: Digest) -> bool:
        """Tell whether the content is there, of a folder every file of it."""
        blob = self._blob(check_digest(digest))
        if not blob.exists():
            return False
        if not is_folder_digest(digest):
            return True
        try:
            return all(self._blob(file).exists() for file in self._listed(digest).values() if file)
        except MlopsError:
            return False

    def _blob(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest

    def _put_file(self, path: Path) -> Digest:
        digest = Digest(sha256_of_file(path))
        if not self._blob(digest).exists():
            with self._writing() as scratch:
                shutil.copyfile(path, scratch)
                digest = Digest(sha256_of_file(scratch))  # it may have changed in the meantime
                self._keep(scratch, digest)
        return digest

    def _keep(self, scratch: Path, digest: Digest) -> None:
        with scratch.open("rb+") as file:
            os.fsync(file.fileno())
        scratch.chmod(0o444)
        blob = self._blob(digest)
        blob.parent.mkdir(exist_ok=True)
        scratch.replace(blob)

    @contextmanager
    def _writing(self) -> Iterator[Path]:
        """Offer a path on the store's own disk, from which a rename is atomic."""
        scratch = self.folder / "tmp" / uuid.uuid4().hex
        try:
            scratch.parent.mkdir(parents=True, exist_ok=True)
            yield scratch
        except OSError as error:
            message = f"the dataset store {self.folder} cannot be written: {error.strerror}"
            raise Unavailable(message, hint="is the disk full or read-only?") from error
        finally:
            _remove(scratch)

    def _get_file(self, digest: str, to: Path) -> None:
        blob = self._blob(digest)
        try:
            shutil.copyfile(blob, to)
        except FileNotFoundError as error:
            raise NotFound(f"there is no content {digest} in {self.folder}") from error
        if sha256_of_file(to) != digest:
            self._refuse(blob)

    def _get_folder(self, digest: Digest, to: Path) -> None:
        to.mkdir()
        for name, file in self._listed(digest).items():
            path = to / name
            folder = path.parent if file else path
            folder.mkdir(parents=True, exist_ok=True)
            if file:
                self._get_file(file, path)

    def _listed(self, digest: Digest) -> dict[str, str]:
        """Read a folder's listing, checked; a shared store may hold what a stranger wrote."""
        blob = self._blob(digest)
        text = blob.read_bytes()
        if hashlib.sha256(text).hexdigest() + FOLDER_SUFFIX != digest:
            self._refuse(blob)
        return parse_listing(text)

    def _refuse(self, blob: Path) -> None:
        blob.unlink(missing_ok=True)
        message = f"the content {blob.name} was damaged in {self.folder}"
        raise Invalid(message, hint="it has been removed: put it again or run its step again")


def _holds(path: Path, digest: Digest) -> bool:
    try:
        return fingerprint(path) == digest
    except MlopsError:
        return False


def _replace(new: Path, to: Path) -> None:
    """Rename ``new`` to ``to``; where either is a folder, what is there must go aside first."""
    if not new.is_dir() and not to.is_dir():
        new.replace(to)
        return
    old = new.with_suffix(".old")
    with suppress(FileNotFoundError):
        to.rename(old)
    try:
        new.rename(to)
    except OSError:
        old.rename(to)
        raise
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):  # it is scratch: what went wrong before is what counts
            path.unlink(missing_ok=True)


if TYPE_CHECKING:
    _: DatasetStore = LocalDatasetStore(Path())
