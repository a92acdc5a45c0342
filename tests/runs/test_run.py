from dataclasses import FrozenInstanceError

import pytest
from mlflow.entities import RunStatus as MlflowRunStatus

from jupyter_mlops.runs.run import Run, RunId, RunStatus, new_run_key


def test_our_states_are_mlflows():
    assert set(MlflowRunStatus.all_status()) == {
        MlflowRunStatus.from_string(status.value) for status in RunStatus
    }


def test_keys_are_never_the_same():
    keys = {new_run_key() for _ in range(1000)}

    assert 1000 == len(keys)
    assert all(len(key) == 32 and key.isalnum() for key in keys)


def test_a_run_does_not_change():
    run = Run(RunId("r"), "fit", RunStatus.RUNNING, "churn", 1_000)

    with pytest.raises(FrozenInstanceError):
        run.name = "other"
