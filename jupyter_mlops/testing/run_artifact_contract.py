"""What every run store must do with artifacts: the part of `RunStoreContract` that needs files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jupyter_mlops.errors import Invalid, NotFound
from jupyter_mlops.runs.run import Artifact, RunId, RunKey, new_run_key
from jupyter_mlops.runs.store import NewRun, RunStore

__all__ = ["RunArtifactContract", "new_run"]


def new_run(key: RunKey | None = None, **said: Any) -> NewRun:  # noqa: ANN401 - fields of `NewRun`
    """Announce a run: ``said`` of it, or what will do."""
    said = {"name": "fit", "start_time": 1_000, "experiment": "churn", **said}
    return NewRun(key or new_run_key(), **said)


class RunArtifactContract:
    """The promises of the Protocol ``RunStore`` on artifacts, as tests."""

    @pytest.fixture
    def store(self) -> RunStore:
        """Make the store to be tested, empty."""
        raise NotImplementedError

    @pytest.fixture
    def run_id(self, store: RunStore) -> RunId:
        """Begin a run."""
        return store.create_run(new_run())

    def test_texts_and_files_are_artifacts(
        self, store: RunStore, run_id: RunId, tmp_path: Path
    ) -> None:
        """Keep them by path, sorted, over what they were."""
        file = tmp_path / "table.csv"
        file.write_bytes(b"a,b\n1,2\n")
        assert () == store.list_artifacts(run_id)
        store.log_text(run_id, "first", "notes/one.txt")
        store.log_text(run_id, "gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n", "notes/one.txt")
        store.log_file(run_id, file, "data/raw")
        store.log_file(run_id, file, "")
        file.unlink()

        assert (
            Artifact("data/raw/table.csv", 8),
            Artifact("notes/one.txt", 5),
            Artifact("table.csv", 8),
        ) == store.list_artifacts(run_id)
        assert "a,b\n1,2\n" == store.read_text(run_id, "data/raw/table.csv")
        assert "gr\N{LATIN SMALL LETTER U WITH DIAERESIS}n" == store.read_text(
            run_id, "notes/one.txt"
        )
        assert "gr" == store.read_text(run_id, "notes/one.txt", limit=2)

    def test_a_file_that_is_no_text_is_read_anyway(
        self, store: RunStore, run_id: RunId, tmp_path: Path
    ) -> None:
        """Put a sign where a byte is no character."""
        file = tmp_path / "model.bin"
        file.write_bytes(b"ab\xff\x00c")
        store.log_file(run_id, file, "")

        assert "ab\N{REPLACEMENT CHARACTER}\0c" == store.read_text(run_id, "model.bin")

    @pytest.mark.parametrize(
        "path", ["", "/etc/hosts", "../up.txt", "a/../../up.txt", "a//b", "a/"]
    )
    def test_an_artifact_stays_inside_its_run(
        self, store: RunStore, run_id: RunId, tmp_path: Path, path: str
    ) -> None:
        """Refuse paths that lead out, to writers and to readers."""
        file = tmp_path / "file.txt"
        file.write_text("x")
        with pytest.raises(Invalid):
            store.log_text(run_id, "x", path)
        with pytest.raises(NotFound):
            store.read_text(run_id, path)
        if path:
            with pytest.raises(Invalid):
                store.log_file(run_id, file, path)

        assert () == store.list_artifacts(run_id)

    def test_a_file_that_is_gone_is_not_found(
        self, store: RunStore, run_id: RunId, tmp_path: Path
    ) -> None:
        """Say so, instead of waiting for it."""
        with pytest.raises(NotFound) as raised:
            store.log_file(run_id, tmp_path / "gone.csv", "")

        assert raised.value.hint
