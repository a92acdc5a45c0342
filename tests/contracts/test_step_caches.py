import pytest

from jupyter_mlops.pipelines.cache import LocalStepCache
from jupyter_mlops.runs.delivery.journal import frame
from jupyter_mlops.testing.step_cache_contract import KEY, StepCacheContract


class TestLocalStepCache(StepCacheContract):
    @pytest.fixture
    def cache(self, tmp_path):
        return LocalStepCache(tmp_path / "cache")

    @pytest.mark.parametrize("damage", [b"", b"{", b"[]", frame({"outputs": 3}), b"\xff"])
    def test_a_damaged_result_is_as_good_as_none(self, cache, folder, result, tmp_path, damage):
        cache.put(KEY, result, folder)
        (tmp_path / "cache" / "steps" / f"{KEY}.json").write_bytes(damage)

        assert cache.get(KEY, folder) is None

    def test_a_damaged_copy_is_never_restored(self, cache, folder, result, tmp_path):
        cache.put(KEY, result, folder)
        blobs = [p for p in (tmp_path / "cache" / "blobs").rglob("*") if p.is_file()]
        assert blobs
        for blob in blobs:
            blob.chmod(0o600)
            blob.write_bytes(b"rotten")
        (folder / "data" / "train.csv").unlink()

        assert cache.get(KEY, folder) is None
        assert not (folder / "data" / "train.csv").exists()
