import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from mlflow import MlflowClient

from jupyter_mlops.runs.delivery.deliver import Deliverer, undelivered
from jupyter_mlops.runs.mlflow_store import MlflowRunStore
from jupyter_mlops.runs.run import RunStatus

HERE = Path(__file__).parent


@pytest.mark.slow
def test_of_what_was_acknowledged_nothing_is_lost_and_nothing_is_there_twice(
    empty_mlflow_database, tmp_path, folder
):
    database, said = tmp_path / "mlflow.db", tmp_path / "acknowledged"
    shutil.copy(empty_mlflow_database, database)
    folder.mkdir()

    def script(name, *arguments):
        return [sys.executable, str(HERE / name), str(folder), *map(str, arguments)]

    writers = [
        subprocess.Popen(script("report_until_killed.py", f"{said}{number}")) for number in range(2)
    ]
    try:
        subprocess.run(script("deliver_and_be_killed.py", database, 20, 1), check=True, timeout=250)
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
    uri = f"sqlite:///{database}"
    store = MlflowRunStore(uri, artifact_root=str(tmp_path / "artifacts"), lock=tmp_path / "lock")
    assert undelivered(folder) > 0
    Deliverer(folder, store).deliver()

    acknowledged = defaultdict(list)
    for number in range(2):
        for line in Path(f"{said}{number}").read_text().splitlines():
            key, what = line.split()
            acknowledged[key].append(what)
    runs = {run.tags["mlops.run_key"]: run for run in store.list_runs(limit=10_000).runs}
    assert len(runs) == len(store.list_runs(limit=10_000).runs)  # no key twice
    assert acknowledged.keys() <= runs.keys()
    assert len(runs) - len(acknowledged) <= 2  # begun, but killed before the first point
    client = MlflowClient(uri, uri)
    unacknowledged = 0
    for key, run in runs.items():
        stored = [point.step for point in client.get_metric_history(run.run_id, "m")]
        expected = [int(what) for what in acknowledged[key] if what.isdigit()]
        assert expected == stored[: len(expected)]
        assert len(set(stored)) == len(stored)
        unacknowledged += len(stored) - len(expected)
        if "FINISHED" in acknowledged[key]:
            assert RunStatus.FINISHED == run.status
            assert store.read_text(run.run_id, "last.txt") == run.params["last"] == str(stored[-1])
        else:
            assert run.status in (RunStatus.KILLED, RunStatus.FINISHED)
    assert unacknowledged <= 2  # reported, but killed before it was said
    assert [] == list(folder.glob("*.journal"))
    assert sum(len(steps) for steps in acknowledged.values()) > 1_000
