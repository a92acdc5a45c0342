"""The databases of MLflow: looked at without a change, and made so that a kill leaves no half."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path
from urllib.parse import quote

from filelock import FileLock
from mlflow.store.db.utils import _get_latest_schema_revision
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from jupyter_mlops.errors import Unavailable
from jupyter_mlops.settings import without_credentials

__all__ = ["check_up_to_date", "is_up_to_date", "make_up_to_date"]


def check_up_to_date(uri: str) -> None:
    """Raise Unavailable where MLflow could not use the database as it is; write nothing."""
    name = without_credentials(uri)
    try:
        current = is_up_to_date(uri)
    except (SQLAlchemyError, OSError, ImportError) as error:  # ImportError: its driver
        said = str(error).replace(uri, name).splitlines()[0]
        hint = "check MLFLOW_TRACKING_URI"
        raise Unavailable(f"the database {name} does not answer: {said}", hint=hint) from None
    if not current:
        hint = "`jupyter mlops runs` in the project makes it one; `mlflow db upgrade` renews it"
        message = f"{name} is no database of the MLflow that is installed"
        raise Unavailable(message, hint=hint)


def is_up_to_date(uri: str) -> bool:
    """Return whether MLflow as it is installed can use the database as it is; write nothing.

    Raises SQLAlchemyError where it cannot be read.
    """
    file = _file(uri)
    if file is not None and not file.exists():
        return False
    engine = create_engine(uri) if file is None else _read_only(file)
    try:
        tables = inspect(engine).get_table_names()
        if not {"alembic_version", "experiments"} <= set(tables):
            return False
        with engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
            head = _get_latest_schema_revision()  # type: ignore[no-untyped-call]
            return [head] == list(found)
    finally:
        engine.dispose()


def make_up_to_date(uri: str, *, artifact_root: str, lock: Path) -> None:
    """Create or migrate the database, under the lock: MLflow's migrations do not share.

    A new SQLite database is made beside its place and put there whole: half made, MLflow could
    never open it again.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(lock):
        if is_up_to_date(uri):
            return
        file = _file(uri)
        if file is None or (file.exists() and file.stat().st_size > 0):
            _migrate(uri, artifact_root)
            return
        # One of several projects that share it has its own lock, and so its own name here.
        new = file.with_name(f".{file.name}.{zlib.crc32(str(lock).encode()):08x}.new")
        file.parent.mkdir(parents=True, exist_ok=True)
        for left in (new, new.with_name(f"{new.name}-journal")):
            left.unlink(missing_ok=True)
        address = make_url(uri).set(database=str(new))
        _migrate(address.render_as_string(hide_password=False), artifact_root)
        if file.exists() and file.stat().st_size > 0:  # made meanwhile, by plain MLflow
            new.unlink()
        else:
            new.replace(file)


def _migrate(uri: str, artifact_root: str) -> None:
    # With our root, so that the Default experiment, too, keeps its files there: MLflowClient
    # would take ./mlruns of whatever folder the process stands in.
    store = SqlAlchemyStore(uri, artifact_root)  # type: ignore[no-untyped-call]
    store.engine.dispose()


def _file(uri: str) -> Path | None:
    """Return the file of a SQLite database."""
    url = make_url(uri)
    name = url.database or ""
    plain = name and not name.startswith((":memory:", "file:"))
    return Path(name) if url.get_backend_name() == "sqlite" and plain else None


def _read_only(file: Path) -> Engine:
    address = f"file:{quote(str(file))}?mode=ro"
    return create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False)
    )
