"""What every dataset store must do. Subclass, supply the fixture, and pytest collects the rest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jupyter_mlops.datasets.dataset import Digest
from jupyter_mlops.datasets.fingerprint import fingerprint
from jupyter_mlops.datasets.store import DatasetStore
from jupyter_mlops.errors import Invalid, NotFound

__all__ = ["DatasetStoreContract"]


class DatasetStoreContract:
    """The promises of the Protocol ``DatasetStore``, as tests.

    A subclass called ``Test...`` overrides the fixture, which gives an empty store::

        class TestMyStore(DatasetStoreContract):
            @pytest.fixture
            def store(self, tmp_path):
                return MyStore(tmp_path / "store")
    """

    @pytest.fixture
    def store(self, tmp_path: Path) -> DatasetStore:
        """Return a store with nothing in it."""
        raise NotImplementedError

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        """Write a file larger than one read."""
        path = tmp_path / "in" / "data.bin"
        path.parent.mkdir()
        path.write_bytes(bytes(range(256)) * 5000)
        return path

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Write a folder with folders in it, of which one is empty, and two equal files."""
        folder = tmp_path / "in folder"
        (folder / "a" / "ü b").mkdir(parents=True)
        (folder / "empty").mkdir()
        (folder / "a" / "one.csv").write_bytes(b"1,2\n")
        (folder / "a" / "ü b" / "same.csv").write_bytes(b"1,2\n")
        (folder / "none.csv").write_bytes(b"")
        return folder

    def test_what_was_put_has_its_fingerprint(
        self, store: DatasetStore, file: Path, folder: Path
    ) -> None:
        """Name content as `fingerprint` does."""
        assert fingerprint(file) == store.put(file)
        assert fingerprint(folder) == store.put(folder)

    def test_a_file_comes_back(self, store: DatasetStore, file: Path, tmp_path: Path) -> None:
        """Give back every byte, also where the folder is not there yet."""
        to = tmp_path / "out" / "new" / "data.bin"

        store.get(store.put(file), to)

        assert file.read_bytes() == to.read_bytes()

    def test_a_folder_comes_back(self, store: DatasetStore, folder: Path, tmp_path: Path) -> None:
        """Give back every file and every folder, the empty one too."""
        to = tmp_path / "out" / "folder"

        store.get(store.put(folder), to)

        assert _contents(folder) == _contents(to)

    def test_only_what_was_put_is_there(self, store: DatasetStore, file: Path) -> None:
        """Tell whether content is there."""
        digest = fingerprint(file)

        assert not store.has(digest)
        store.put(file)
        assert store.has(digest)

    def test_putting_twice_gives_the_same(
        self, store: DatasetStore, file: Path, folder: Path
    ) -> None:
        """Keep one content once."""
        assert store.put(file) == store.put(file)
        assert store.put(folder) == store.put(folder)

    def test_what_is_not_there_is_not_found(self, store: DatasetStore, tmp_path: Path) -> None:
        """Raise NotFound for content and for paths, and leave the target as it was."""
        to = tmp_path / "target"
        to.write_text("old")

        for digest in ("0" * 64, "0" * 64 + ".dir"):
            with pytest.raises(NotFound):
                store.get(Digest(digest), to)
            assert not store.has(Digest(digest))
        with pytest.raises(NotFound):
            store.put(tmp_path / "nowhere")
        assert to.read_text() == "old"

    @pytest.mark.parametrize("digest", ["", "abc", "../../etc/passwd", "0" * 63 + "/", "G" * 64])
    def test_what_is_no_digest_is_invalid(
        self, store: DatasetStore, tmp_path: Path, digest: str
    ) -> None:
        """Never make a path of what is no digest."""
        with pytest.raises(Invalid):
            store.get(Digest(digest), tmp_path / "target")
        with pytest.raises(Invalid):
            store.has(Digest(digest))

    def test_what_is_there_is_replaced(
        self, store: DatasetStore, file: Path, folder: Path, tmp_path: Path
    ) -> None:
        """Put a file in place of a folder and the other way round, and leave nothing beside."""
        out = tmp_path / "out"
        to = out / "target"
        digests = [store.put(file), store.put(folder)]

        for digest in [*digests, *digests, digests[1]]:
            store.get(digest, to)
            assert digest == fingerprint(to)
            assert [to] == list(out.iterdir())

        (to / "extra.csv").write_text("of another run")
        store.get(digests[1], to)
        assert _contents(folder) == _contents(to)

    def test_the_store_shares_nothing_with_the_caller(
        self, store: DatasetStore, file: Path, tmp_path: Path
    ) -> None:
        """Keep the content whatever is written to the file put in or to the one given out."""
        content = file.read_bytes()
        digest = store.put(file)
        first, second = tmp_path / "first", tmp_path / "second"
        store.get(digest, first)

        for path in (file, first):
            with path.open("r+b") as opened:
                opened.write(b"changed")
        store.get(digest, second)

        assert content == second.read_bytes()

    def test_many_threads_may_put_and_get_the_same(
        self, store: DatasetStore, folder: Path, tmp_path: Path
    ) -> None:
        """Serve all of them, each with the whole content."""

        def put_and_get(number: int) -> Digest:
            to = tmp_path / "out" / str(number)
            store.get(store.put(folder), to)
            return fingerprint(to)

        with ThreadPoolExecutor(8) as threads:
            digests = set(threads.map(put_and_get, range(16)))

        assert {fingerprint(folder)} == digests


def _contents(folder: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }
