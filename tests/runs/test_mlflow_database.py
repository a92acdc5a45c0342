from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from jupyter_mlops.errors import Unavailable
from jupyter_mlops.runs.mlflow_database import (
    check_up_to_date,
    is_up_to_date,
    make_up_to_date,
)

MAKE = """
import sys
from pathlib import Path
from jupyter_mlops.runs.mlflow_database import make_up_to_date
folder = Path(sys.argv[1])
uri = f"sqlite:///{folder}/mlflow.db"
make_up_to_date(uri, artifact_root=str(folder / "artifacts"), lock=folder / "lock")
"""


def make(folder):
    uri = f"sqlite:///{folder}/mlflow.db"
    make_up_to_date(uri, artifact_root=str(folder / "artifacts"), lock=folder / "lock")
    return uri


def test_a_database_that_was_made_is_up_to_date_and_alone(tmp_path):
    uri = make(tmp_path)

    assert is_up_to_date(uri)
    assert {"lock", "mlflow.db"} == {entry.name for entry in tmp_path.iterdir()}


def test_an_empty_file_is_no_obstacle(tmp_path):
    (tmp_path / "mlflow.db").touch()

    assert is_up_to_date(make(tmp_path))


@pytest.mark.slow
def test_a_process_that_is_killed_while_it_makes_a_database_leaves_none(tmp_path):
    with subprocess.Popen([sys.executable, "-W", "ignore", "-c", MAKE, str(tmp_path)]) as process:
        while not (begun := [f for f in tmp_path.glob(".mlflow.db.*.new") if f.stat().st_size]):
            assert process.poll() is None
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
    assert begun
    assert not (tmp_path / "mlflow.db").exists()

    assert is_up_to_date(make(tmp_path))
    assert {"lock", "mlflow.db"} == {entry.name for entry in tmp_path.iterdir()}


def test_looking_at_what_is_not_there_makes_nothing(tmp_path):
    uri = f"sqlite:///{tmp_path}/mlflow.db"

    assert not is_up_to_date(uri)
    with pytest.raises(Unavailable, match="no database of the MLflow"):
        check_up_to_date(uri)
    assert [] == list(tmp_path.iterdir())


def test_looking_at_the_database_of_somebody_else_leaves_it_as_it_is(tmp_path):
    file = tmp_path / "diary.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE diary (day)")
    before = file.read_bytes()

    with pytest.raises(Unavailable, match="no database of the MLflow"):
        check_up_to_date(f"sqlite:///{file}")
    assert before == file.read_bytes()


def test_looking_at_a_database_of_another_mlflow_leaves_it_as_it_is(tmp_path):
    uri = make(tmp_path)
    file = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("UPDATE alembic_version SET version_num = 'older'")
        other.execute("DROP TABLE scorers")
    before = file.read_bytes()

    with pytest.raises(Unavailable, match="no database of the MLflow") as error:
        check_up_to_date(uri)
    assert "mlflow db upgrade" in error.value.hint
    assert before == file.read_bytes()


def test_what_is_no_database_is_said_without_a_traceback(tmp_path):
    (tmp_path / "notes.db").write_text("these are my notes " * 100)

    with pytest.raises(Unavailable, match="not a database"):
        check_up_to_date(f"sqlite:///{tmp_path}/notes.db")
