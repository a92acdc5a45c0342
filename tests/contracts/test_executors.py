import pytest

from jupyter_mlops.pipelines.executors.papermill_executor import PapermillExecutor
from jupyter_mlops.testing.executor_contract import ExecutorContract


@pytest.mark.slow
class TestPapermillExecutor(ExecutorContract):
    @pytest.fixture
    def executor(self):
        return PapermillExecutor()
