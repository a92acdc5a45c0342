"""Runs in MLflow: on a database (SQLite by default) or an ``mlflow server``."""

from __future__ import annotations

import json
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from mlflow.entities import Experiment, Param, RunTag, ViewType
from mlflow.entities import Metric as MlflowMetric
from mlflow.entities import Run as MlflowRun
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from sqlalchemy.exc import SQLAlchemyError

from jupyter_mlops.errors import Conflict, Invalid, MlopsError, NotFound, Unavailable
from jupyter_mlops.runs.delivery.fitting import check_metrics, check_params, check_path, check_tags
from jupyter_mlops.runs.run import Artifact, Metric, Run, RunId, RunKey, RunPage, RunStatus
from jupyter_mlops.runs.store import NewRun, RunStore
from jupyter_mlops.settings import Settings, without_credentials

__all__ = ["MlflowRunStore"]

PARENT_TAG = "mlflow.parentRunId"
KEY_TAG = "mlops.run_key"
_BATCH_METRICS = 1000  # the most that MLflow takes in one call
_BATCH_OTHERS = 100
_PAGE = 1000  # experiments in one call
_BATCH_BYTES = 900_000  # of JSON; an MLflow server takes a million
_PROBE_SECONDS = 3
_TRUST_SECONDS = 10  # a server that answered is not asked again for so long

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T", MlflowMetric, Param, RunTag)


def _translated(
    method: Callable[Concatenate[MlflowRunStore, P], R],
) -> Callable[Concatenate[MlflowRunStore, P], R]:
    """Raise errors of ours where MLflow or the database raise theirs.

    A server is asked first whether it is there, for MLflow's client tries for minutes.
    """

    @wraps(method)
    def call(self: MlflowRunStore, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            self._probe()
            return method(self, *args, **kwargs)
        except MlflowException as error:
            raise self._translate(error) from error
        except (SQLAlchemyError, OSError, ImportError) as error:  # ImportError: a database's driver
            raise self._unavailable(error) from error

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
        self._answered = float("-inf")

    @classmethod
    def from_settings(cls, settings: Settings, state: Path) -> MlflowRunStore:
        """Make the store that the settings name."""
        lock = state / "store.lock"
        return cls(settings.tracking_uri, artifact_root=settings.artifact_root, lock=lock)

    @_translated
    def check(self) -> None:
        """Open the store, creating and migrating it under a file lock where needed."""
        self._open().search_experiments(max_results=1)

    @_translated
    def create_run(self, new: NewRun) -> RunId:
        """Begin a run; the same key twice gives the run that exists."""
        check_tags(new.tags)
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
        metrics = list(metrics)
        check_metrics(metrics)
        points = [MlflowMetric(m.key, m.value, m.timestamp, m.step) for m in metrics]
        for batch in _batches(points, most=_BATCH_METRICS):
            self._open().log_batch(run_id, metrics=batch, synchronous=True)

    @_translated
    def log_params(self, run_id: RunId, params: Mapping[str, str]) -> None:
        """Set parameters; one that has another value already raises Conflict."""
        check_params(params)
        items = [Param(key, value) for key, value in params.items()]
        for batch in _batches(items, most=_BATCH_OTHERS):
            self._open().log_batch(run_id, params=batch, synchronous=True)

    @_translated
    def set_tags(self, run_id: RunId, tags: Mapping[str, str]) -> None:
        """Set tags, over what they were."""
        check_tags(tags)
        items = [RunTag(key, value) for key, value in tags.items()]
        for batch in _batches(items, most=_BATCH_OTHERS):
            self._open().log_batch(run_id, tags=batch, synchronous=True)

    @_translated
    def log_text(self, run_id: RunId, text: str, path: str) -> None:
        """Keep ``text`` as the artifact ``path``, over what it was."""
        check_path(path)
        self._open().log_text(run_id, text, path)

    @_translated
    def log_file(self, run_id: RunId, file: Path, path: str) -> None:
        """Keep a copy of ``file`` in the artifact folder ``path``."""
        check_path(f"{path}/{file.name}" if path else file.name)
        try:
            file.open("rb").close()
        except OSError as error:
            hint = "keep it until it is delivered"
            raise NotFound(f"{file} cannot be read: {error.strerror}", hint=hint) from error
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
        names = {e.experiment_id: e.name for e in self._experiments(ViewType.ACTIVE_ONLY)}
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
    def list_artifacts(self, run_id: RunId, *, limit: int = 100_000) -> tuple[Artifact, ...]:
        """Return at most ``limit`` artifacts of a run, folders walked, sorted by path."""
        found: list[Artifact] = []
        folders: list[str | None] = [None]
        looked = 0
        while folders and max(looked, len(found)) < limit:
            looked += 1
            for info in self._open().list_artifacts(run_id, folders.pop()):
                if info.is_dir:
                    folders.append(info.path)
                else:
                    found.append(Artifact(info.path, info.file_size or 0))
        return tuple(sorted(found, key=lambda artifact: artifact.path)[:limit])

    @_translated
    def read_text(self, run_id: RunId, path: str, *, limit: int = 1_000_000) -> str:
        """Return the first ``limit`` characters of a text artifact."""
        client = self._open()
        folder = path.rpartition("/")[0] or None
        listed = client.list_artifacts(run_id, folder) if _is_inside(path) else []
        if not any(info.path == path and not info.is_dir for info in listed):
            raise NotFound(f"run {run_id} has no artifact {path!r}", hint="list its artifacts")
        with TemporaryDirectory() as here:
            # A file that lies on this machine is read where it is, however large.
            local = re.match(r"/|file:", client.get_run(run_id).info.artifact_uri or "")
            file = Path(client.download_artifacts(run_id, path, None if local else here))
            with file.open(encoding="utf-8", errors="replace") as text:
                return text.read(limit)

    def _open(self) -> MlflowClient:
        if self._client is None:
            database = re.match(r"(sqlite|postgresql|mysql|mssql)[:+]", self._uri)
            try:
                self._client = (
                    self._open_database() if database else MlflowClient(self._uri, self._uri)
                )
            except MlflowException as error:  # whatever it is: what is reported is not at fault
                raise self._unavailable(error) from error
        return self._client

    def _open_database(self) -> MlflowClient:
        from jupyter_mlops.runs.mlflow_database import is_up_to_date, make_up_to_date

        # Looked at first: MLflow would try for two minutes to open what cannot be read.
        if not is_up_to_date(self._uri):
            make_up_to_date(self._uri, artifact_root=self._artifact_root, lock=self._lock)
        return MlflowClient(self._uri, self._uri)

    def _probe(self) -> None:
        """Ask a server whether it is there, unless it answered a moment ago."""
        if not self._served or time.monotonic() - self._answered < _TRUST_SECONDS:
            return
        address = f"{self.name.rstrip('/')}/health"
        try:
            urllib.request.urlopen(address, timeout=_PROBE_SECONDS).close()  # noqa: S310 - http(s), see `_served`
        except urllib.error.HTTPError as error:
            error.close()  # it answers; what it says to real calls is MLflow's matter
        except urllib.error.URLError as error:
            # MLflow has its own settings for certificates: let it try.
            if not isinstance(error.reason, ssl.SSLError):
                raise
        except HTTPException as error:
            raise self._unavailable(error) from error
        self._answered = time.monotonic()

    def _experiments(self, view: int) -> Iterator[Experiment]:
        token: str | None = None
        while token != "":
            page = self._open().search_experiments(view, max_results=_PAGE, page_token=token)
            yield from page
            token = page.token or ""

    def _experiment(self, name: str) -> str:
        client = self._open()
        if (existing := client.get_experiment_by_name(name)) is not None:
            if existing.lifecycle_stage == "deleted":
                hint = f"restore it: mlflow experiments restore -x {existing.experiment_id}"
                raise Conflict(f"experiment {name!r} was deleted", hint=hint)
            return str(existing.experiment_id)
        folder = re.sub(r"[^\w-]+", "-", name)[:60]
        location = None if self._served else f"{self._artifact_root}/{folder}"
        try:
            return str(client.create_experiment(name, artifact_location=location))
        except MlflowException as error:
            made = client.get_experiment_by_name(name)  # by another process, just now?
            if error.error_code != "RESOURCE_ALREADY_EXISTS" or made is None:
                raise
            return str(made.experiment_id)

    def _find(self, key: RunKey) -> RunId | None:
        # Deleted ones too: what still arrives for a run that was deleted must not make it anew.
        ids = [experiment.experiment_id for experiment in self._experiments(ViewType.ALL)]
        if not ids:
            return None
        named = f"tags.`{KEY_TAG}` = '{key}'"
        found = self._open().search_runs(ids, named, ViewType.ALL, max_results=1)
        return RunId(found[0].info.run_id) if found else None

    def _translate(self, error: MlflowException) -> MlopsError:
        code: Any = error.error_code
        message = self._said(error.message or error)
        if code == "RESOURCE_DOES_NOT_EXIST":
            return NotFound(message, hint="list the runs to find its id")
        if code == "INVALID_PARAMETER_VALUE":
            if "Changing param values" in message or "already logged" in message:
                return Conflict(message, hint="begin a new run to use another value")
            return Invalid(message, hint="correct what MLflow names")
        return self._unavailable(error)

    def _unavailable(self, error: Exception) -> Unavailable:
        self._answered = float("-inf")
        return Unavailable(
            f"the run store {self.name} does not answer: {self._said(error)}",
            hint="check MLFLOW_TRACKING_URI and that the server runs",
        )

    def _said(self, error: object) -> str:
        """Return the first line of what MLflow said, without the credentials in our address."""
        text = str(error) or type(error).__name__
        return text.replace(self._uri, self.name).splitlines()[0]


def _batches(items: list[T], *, most: int) -> Iterator[list[T]]:
    """Cut ``items`` into batches of at most ``most``, and of what a server takes in one call."""
    batch: list[T] = []
    size = 0
    for item in items:
        bytes_ = len(json.dumps([item.key, str(item.value)])) + 100
        if batch and (len(batch) == most or size + bytes_ > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += bytes_
    if batch:
        yield batch


def _is_inside(path: str) -> bool:
    try:
        check_path(path)
    except Invalid:
        return False
    return True


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


if TYPE_CHECKING:
    _: RunStore = MlflowRunStore("", artifact_root="", lock=Path())
