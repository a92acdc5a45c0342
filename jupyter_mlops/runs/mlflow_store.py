"""Runs in MLflow: on a database (SQLite by default) or an ``mlflow server``."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from filelock import FileLock
from mlflow.entities import Experiment, Param, RunTag
from mlflow.entities import Metric as MlflowMetric
from mlflow.entities import Run as MlflowRun
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from sqlalchemy.exc import SQLAlchemyError

from jupyter_mlops.errors import Conflict, Invalid, MlopsError, NotFound, Unavailable
from jupyter_mlops.runs.run import Artifact, Metric, Run, RunId, RunKey, RunPage, RunStatus
from jupyter_mlops.runs.store import NewRun, RunStore
from jupyter_mlops.settings import Settings, without_credentials

__all__ = ["MlflowRunStore"]

PARENT_TAG = "mlflow.parentRunId"
KEY_TAG = "mlops.run_key"
_BATCH_METRICS = 1000  # the most that MLflow takes in one call
_BATCH_OTHERS = 100
_PROBE_SECONDS = 3

P = ParamSpec("P")
R = TypeVar("R")


def _translated(
    method: Callable[Concatenate[MlflowRunStore, P], R],
) -> Callable[Concatenate[MlflowRunStore, P], R]:
    """Raise errors of ours where MLflow or the database raise theirs."""

    @wraps(method)
    def call(self: MlflowRunStore, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(self, *args, **kwargs)
        except MlflowException as error:
            raise _translate(error, store=self.name) from error
        except (SQLAlchemyError, OSError) as error:
            raise _unavailable(self.name, error) from error

    return call


class MlflowRunStore:
    """Keeps runs in MLflow.

    ``artifact_root`` is where experiments that we make keep their files (ignored by an
    ``mlflow server``, which decides that itself); ``lock`` is a file that keeps two processes
    from creating the same database at once, which MLflow does not survive.
    """

    def __init__(self, tracking_uri: str, *, artifact_root: str, lock: Path) -> None:
        self.name = without_credentials(tracking_uri)
        self._uri = tracking_uri
        self._served = tracking_uri.startswith(("http://", "https://"))
        self._artifact_root = artifact_root
        self._lock = lock
        self._client: MlflowClient | None = None

    @classmethod
    def from_settings(cls, settings: Settings, state: Path) -> MlflowRunStore:
        """Make the store that the settings name."""
        lock = state / "store.lock"
        return cls(settings.tracking_uri, artifact_root=settings.artifact_root, lock=lock)

    @_translated
    def check(self) -> None:
        """Open the store, creating and migrating it under a file lock where needed."""
        if self._served:
            self._probe()
        self._open().search_experiments(max_results=1)

    @_translated
    def create_run(self, new: NewRun) -> RunId:
        """Begin a run; the same key twice gives the run that exists."""
        if (existing := self._find(new.key)) is not None:
            return existing
        tags = {**new.tags, KEY_TAG: new.key}
        if new.parent is not None and (parent := self._find(new.parent)) is not None:
            tags[PARENT_TAG] = parent
        run = self._open().create_run(
            self._experiment(new.experiment),
            start_time=new.start_time,
            tags=tags,
            run_name=new.name,
        )
        return RunId(run.info.run_id)

    @_translated
    def find_run(self, key: RunKey) -> RunId | None:
        """Return the id of the run that was begun with ``key``, if there is one."""
        return self._find(key)

    @_translated
    def log_metrics(self, run_id: RunId, metrics: Iterable[Metric]) -> None:
        """Add points, a thousand a call; MLflow's key makes a repeated point one."""
        points = [MlflowMetric(m.key, m.value, m.timestamp, m.step) for m in metrics]
        for start in range(0, len(points), _BATCH_METRICS):
            batch = points[start : start + _BATCH_METRICS]
            self._open().log_batch(run_id, metrics=batch, synchronous=True)

    @_translated
    def log_params(self, run_id: RunId, params: Mapping[str, str]) -> None:
        """Set parameters; one that has another value already raises Conflict."""
        items = [Param(key, value) for key, value in params.items()]
        for start in range(0, len(items), _BATCH_OTHERS):
            batch = items[start : start + _BATCH_OTHERS]
            self._open().log_batch(run_id, params=batch, synchronous=True)

    @_translated
    def set_tags(self, run_id: RunId, tags: Mapping[str, str]) -> None:
        """Set tags, over what they were."""
        items = [RunTag(key, value) for key, value in tags.items()]
        for start in range(0, len(items), _BATCH_OTHERS):
            batch = items[start : start + _BATCH_OTHERS]
            self._open().log_batch(run_id, tags=batch, synchronous=True)

    @_translated
    def log_text(self, run_id: RunId, text: str, path: str) -> None:
        """Keep ``text`` as the artifact ``path``, over what it was."""
        self._open().log_text(run_id, text, path)

    @_translated
    def log_file(self, run_id: RunId, file: Path, path: str) -> None:
        """Keep a copy of ``file`` in the artifact folder ``path``."""
        if not file.is_file():
            raise NotFound(f"{file} is not there any more", hint="keep it until it is delivered")
        self._open().log_artifact(run_id, str(file), path or None)

    @_translated
    def end_run(self, run_id: RunId, status: RunStatus, end_time: int) -> None:
        """End a run; ending it again overwrites."""
        self._open().set_terminated(run_id, status.value, end_time)

    @_translated
    def get_run(self, run_id: RunId) -> Run:
        """Return one run."""
        run = self._open().get_run(run_id)
        experiment = self._open().get_experiment(run.info.experiment_id)
        return _run(run, {experiment.experiment_id: experiment.name})

    @_translated
    def list_runs(
        self, *, limit: int = 100, page_token: str = "", parent: RunId | None = None
    ) -> RunPage:
        """Return a page of runs of all experiments, newest first."""
        names = {e.experiment_id: e.name for e in self._experiments()}
        if not names:
            return RunPage()
        page = self._open().search_runs(
            list(names),
            filter_string=f"tags.`{PARENT_TAG}` = '{parent}'" if parent else "",
            max_results=limit,
            order_by=["attributes.start_time DESC"],
            page_token=page_token or None,
        )
        token = page.token or ""  # on a database it is bytes, against MLflow's own annotation
        text = token.decode() if isinstance(token, bytes) else token
        return RunPage(tuple(_run(run, names) for run in page), text)

    @_translated
    def list_artifacts(self, run_id: RunId) -> tuple[Artifact, ...]:
        """Return every artifact of a run, folders walked, sorted by path."""
        found: list[Artifact] = []
        folders: list[str | None] = [None]
        while folders:
            for info in self._open().list_artifacts(run_id, folders.pop()):
                if info.is_dir:
                    folders.append(info.path)
                else:
                    found.append(Artifact(info.path, info.file_size or 0))
        return tuple(sorted(found, key=lambda artifact: artifact.path))

    @_translated
    def read_text(self, run_id: RunId, path: str, *, limit: int = 1_000_000) -> str:
        """Return the first ``limit`` characters of a text artifact."""
        if path not in {artifact.path for artifact in self.list_artifacts(run_id)}:
            raise NotFound(f"run {run_id} has no artifact {path!r}", hint="list its artifacts")
        file = Path(self._open().download_artifacts(run_id, path))
        with file.open(encoding="utf-8", errors="replace") as text:
            return text.read(limit)

    def _open(self) -> MlflowClient:
        if self._client is None:
            if self._served:
                self._client = MlflowClient(self._uri, self._uri)
            else:
                self._client = self._open_database()
        return self._client

    def _open_database(self) -> MlflowClient:
        """Create or migrate the database under the lock: MLflow's migrations do not share."""
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

        self._lock.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._lock):
            # Made here so that the Default experiment, too, keeps its files under our root:
            # MlflowClient would take ./mlruns of whatever folder the process stands in.
            SqlAlchemyStore(self._uri, self._artifact_root)  # type: ignore[no-untyped-call]
            return MlflowClient(self._uri, self._uri)

    def _probe(self) -> None:
        """Ask the server once, quickly: MLflow's client tries for minutes."""
        try:
            with urllib.request.urlopen(f"{self._uri}/health", timeout=_PROBE_SECONDS):  # noqa: S310 - http(s), from the settings
                return
        except urllib.error.HTTPError:
            return  # it answers; what it says to real calls is MLflow's matter
        except (OSError, ValueError) as error:
            raise _unavailable(self.name, error) from error

    def _experiments(self) -> list[Experiment]:
        return list(self._open().search_experiments(max_results=1000))

    def _experiment(self, name: str) -> str:
        client = self._open()
        if (existing := client.get_experiment_by_name(name)) is not None:
            if existing.lifecycle_stage == "deleted":
                hint = f"restore it: mlflow experiments restore -x {existing.experiment_id}"
                raise Conflict(f"experiment {name!r} was deleted", hint=hint)
            return str(existing.experiment_id)
        folder = re.sub(r"[^\w.-]+", "-", name)
        location = None if self._served else f"{self._artifact_root}/{folder}"
        try:
            return str(client.create_experiment(name, artifact_location=location))
        except MlflowException as error:
            made = client.get_experiment_by_name(name)  # by another process, just now?
            if error.error_code != "RESOURCE_ALREADY_EXISTS" or made is None:
                raise
            return str(made.experiment_id)

    def _find(self, key: RunKey) -> RunId | None:
        ids = [e.experiment_id for e in self._experiments()]
        if not ids:
            return None
        found = self._open().search_runs(ids, f"tags.`{KEY_TAG}` = '{key}'", max_results=1)
        return RunId(found[0].info.run_id) if found else None


def _run(run: MlflowRun, experiments: Mapping[str, str]) -> Run:
    info, tags = run.info, run.data.tags
    parent = tags.get(PARENT_TAG)
    return Run(
        run_id=RunId(info.run_id),
        name=info.run_name or "",
        status=RunStatus(info.status),
        experiment=experiments.get(info.experiment_id, info.experiment_id),
        start_time=info.start_time or 0,
        end_time=info.end_time,
        parent_id=RunId(parent) if parent else None,
        user=tags.get("mlflow.user", ""),
        source=tags.get("mlflow.source.name", ""),
        cell_id=tags.get("mlops.cell_id", ""),
        params=dict(run.data.params),
        metrics=dict(run.data.metrics),
        tags=dict(tags),
    )


def _translate(error: MlflowException, *, store: str) -> MlopsError:
    code: Any = error.error_code
    message = str(error.message).splitlines()[0] if error.message else str(error)
    if code == "RESOURCE_DOES_NOT_EXIST":
        return NotFound(message, hint="list the runs to find its id")
    if code == "INVALID_PARAMETER_VALUE":
        if "Changing param values" in message or "already logged" in message:
            return Conflict(message, hint="begin a new run to use another value")
        return Invalid(message, hint="see the limits of MLflow")
    return _unavailable(store, error)


def _unavailable(store: str, error: Exception) -> Unavailable:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return Unavailable(
        f"the run store {store} does not answer: {reason}",
        hint="check MLFLOW_TRACKING_URI and that the server runs",
    )


if TYPE_CHECKING:
    _: RunStore = MlflowRunStore("", artifact_root="", lock=Path())
