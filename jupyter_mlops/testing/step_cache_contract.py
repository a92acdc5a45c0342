"""What every step cache must do. Subclass, supply the fixture, and pytest collects the rest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jupyter_mlops.datasets.fingerprint import fingerprint
from jupyter_mlops.pipelines.cache import StepCache, StepOutput, StepResult

__all__ = ["StepCacheContract"]

KEY = "a" * 64


class StepCacheContract:
    """The promises of the Protocol ``StepCache``, as tests.

    A subclass called ``Test...`` overrides the fixture, which gives an empty cache.
    """

    @pytest.fixture
    def cache(self, tmp_path: Path) -> StepCache:
        """Return a cache with nothing in it."""
        raise NotImplementedError

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Return a pipeline's folder with a file that a step made."""
        folder = tmp_path / "pipeline"
        (folder / "data").mkdir(parents=True)
        (folder / "data" / "train.csv").write_text("1,2\n")
        return folder

    @pytest.fixture
    def result(self, folder: Path) -> StepResult:
        """Return what that step left."""
        path = "data/train.csv"
        file = StepOutput(path, {path: fingerprint(folder / path)}, declared=True)
        outputs = {"train": file, "rows": StepOutput([1, None, "x"])}
        return StepResult(outputs, {"auc": 0.5}, "executions/1/a.ipynb", "fine")

    def test_what_was_never_put_is_not_there(self, cache: StepCache, folder: Path) -> None:
        """Ask an empty cache."""
        assert cache.get(KEY, folder) is None

    def test_a_result_comes_back_as_it_was(
        self, cache: StepCache, folder: Path, result: StepResult
    ) -> None:
        """Put and get."""
        cache.put(KEY, result, folder)

        assert result == cache.get(KEY, folder)
        assert cache.get("b" * 64, folder) is None

    @pytest.mark.parametrize("damage", ["removed", "changed"])
    def test_a_file_that_was_lost_since_is_restored(
        self, cache: StepCache, folder: Path, result: StepResult, damage: str
    ) -> None:
        """Remove or change the file in the pipeline's folder."""
        cache.put(KEY, result, folder)
        file = folder / "data" / "train.csv"
        if damage == "removed":
            file.unlink()
            file.parent.rmdir()
        else:
            file.write_text("something else")

        assert result == cache.get(KEY, folder)
        assert "1,2\n" == file.read_text()

    def test_a_folder_is_kept_and_restored_like_a_file(
        self, cache: StepCache, folder: Path
    ) -> None:
        """Declare the whole folder."""
        files = {"data": fingerprint(folder / "data")}
        result = StepResult({"all": StepOutput("data", files, declared=True)})
        cache.put(KEY, result, folder)
        (folder / "data" / "train.csv").unlink()

        assert result == cache.get(KEY, folder)
        assert "1,2\n" == (folder / "data" / "train.csv").read_text()

    @pytest.mark.parametrize("edit", ["changed", "removed"])
    def test_a_file_that_is_only_named_is_never_touched(
        self, cache: StepCache, folder: Path, edit: str
    ) -> None:
        """Edit a file that a result names but did not declare: no result, and no restoring."""
        file = folder / "config.yaml"
        file.write_text("old")
        named = StepOutput(["config.yaml"], {"config.yaml": fingerprint(file)})
        cache.put(KEY, StepResult({"config": named}), folder)
        assert cache.get(KEY, folder) is not None
        if edit == "changed":
            file.write_text("somebody's edit")
        else:
            file.unlink()

        assert cache.get(KEY, folder) is None
        assert ("somebody's edit" == file.read_text()) if file.exists() else edit == "removed"

    def test_changing_the_file_does_not_change_the_copy(
        self, cache: StepCache, folder: Path, result: StepResult
    ) -> None:
        """Append to the file in place, as a careless step would."""
        cache.put(KEY, result, folder)
        with (folder / "data" / "train.csv").open("a") as file:
            file.write("3,4\n")

        cache.get(KEY, folder)

        assert "1,2\n" == (folder / "data" / "train.csv").read_text()

    def test_several_may_put_the_same_at_once(
        self, cache: StepCache, folder: Path, result: StepResult
    ) -> None:
        """Put from eight threads."""
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: cache.put(KEY, result, folder), range(32)))

        assert result == cache.get(KEY, folder)
