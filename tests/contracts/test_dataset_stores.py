import pytest

from jupyter_mlops.datasets.local_store import LocalDatasetStore
from jupyter_mlops.testing.dataset_store_contract import DatasetStoreContract


class TestLocal(DatasetStoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        return LocalDatasetStore(tmp_path / "store")
