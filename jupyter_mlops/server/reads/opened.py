"""The projects that the reading process holds open."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from threading import Lock, Semaphore
from urllib.parse import urlsplit

from jupyter_mlops.errors import Unavailable
from jupyter_mlops.project import Project
from jupyter_mlops.registry.model_registry import ModelRegistry
from jupyter_mlops.runs.environment import project_tags
from jupyter_mlops.server.reads.location import contents_path, existing_folder
from jupyter_mlops.server.trust import check_trusted
from jupyter_mlops.settings import find_root

__all__ = ["OpenedProject", "OpenedProjects", "database"]

_SETTINGS_FILES = ("mlops.toml", "pyproject.toml")
_CLOSE_SECONDS = 10.0
_IDLE_SECONDS = 600.0
_LOCK_SECONDS = 20.0
_MOST_READS = 10  # of one project at once: its store may hang, and others want to read, too
_DATABASE = re.compile("(sqlite|postgresql|mysql|mssql)[:+]")
_OWN_DATABASE = "mlflow.db"

Stop = Callable[[], None]


class OpenedProject:
    """A project as the server sees it. Safe to use from any thread.

    Reading never creates or migrates anything, and contacts no host but the trusted ones.
    """

    def __init__(
        self, project: Project, server_root: Path, *, trusted_hosts: Iterable[str] = ()
    ) -> None:
        self.project = project
        self._server_root = server_root
        self._trusted_hosts = tuple(trusted_hosts)
        self._preparing = Lock()
        self._ready: set[str] = set()
        self._reads = Semaphore(_MOST_READS)

    @property
    def used(self) -> bool:
        """Whether anything was ever tracked here: looking at a folder must not make a database."""
        settings = self.project.settings
        return settings.run_store != "mlflow" or _exists(settings.tracking_uri)

    @property
    def governed(self) -> bool:
        """Whether there can be a model."""
        settings = self.project.settings
        return settings.model_registry != "mlflow" or _exists(self._registry_uri)

    @property
    def owns_store(self) -> bool:
        """Whether the runs are in a database of the project's folder, and so all its own."""
        settings = self.project.settings
        file = database(settings.tracking_uri)
        in_root = file is not None and file.is_relative_to(self.project.root)
        return settings.run_store != "mlflow" or in_root

    @cached_property
    def tags(self) -> Mapping[str, str]:
        """What the runs of this project are known by."""
        return project_tags(self.project.root)

    @cached_property
    def registry(self) -> ModelRegistry:
        """The models, opened without the run store, which need not be there."""
        settings = self.project.settings
        if settings.model_registry != "mlflow" or self._registry_uri == settings.tracking_uri:
            return self.project.registry
        alone = replace(settings, tracking_uri=self._registry_uri, registry_uri="")
        return Project(self.project.root, alone).registry

    def contents_path(self, source: Path | str = "") -> str:
        """Return the contents path of a file of the project, or of its root."""
        return contents_path(self._server_root, self.project.root / source)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read from a store; raises Unavailable where too many do so already."""
        if not self._reads.acquire(blocking=False):
            raise Unavailable(
                "too many requests wait for this project's store", hint="try again in a minute"
            )
        try:
            yield
        finally:
            self._reads.release()

    def prepare(self) -> None:
        """Open the run store for reading.

        Raises Unavailable where it does not answer, is not trusted or must be migrated first.
        A server is asked each time: it may be gone, and saying so takes MLflow's own client a
        minute.
        """
        settings = self.project.settings
        if settings.run_store == "mlflow":
            self._check(settings.tracking_uri)
        self.project.runs.check()

    def prepare_registry(self) -> None:
        """Open the registry for reading; raises Unavailable as `prepare` does."""
        if self.project.settings.model_registry == "mlflow":
            self._check(self._registry_uri)

    def check_delivery(self) -> None:
        """Raise Unavailable where the server must not deliver; a kernel's own process may.

        A database is made or migrated only in its default place; elsewhere it may be anybody's.
        """
        settings = self.project.settings
        if settings.run_store != "mlflow":
            return
        own = self.project.root / _OWN_DATABASE
        if database(settings.tracking_uri) == own and own.resolve() == own:
            return
        self._check(settings.tracking_uri)

    def prepare_delivery(self) -> None:
        """Make the state folder and the run store ready to be written."""
        with self._preparing:
            try:
                self.project.prepare()
            except OSError as error:
                hint = f"make {self.project.state} a folder that you may write to"
                raise Unavailable(f"the project cannot be opened: {error}", hint=hint) from None

    def settle(self, deadline: float) -> None:
        """Wait until ``deadline`` for a database that is just being made."""
        if database(self.project.settings.tracking_uri) is None:
            return
        if self._preparing.acquire(timeout=max(0.0, deadline - time.monotonic())):
            self._preparing.release()

    @property
    def _registry_uri(self) -> str:
        settings = self.project.settings
        return settings.registry_uri or settings.tracking_uri

    def _check(self, uri: str) -> None:
        check_trusted(uri, self._trusted_hosts)
        if uri in self._ready or not _DATABASE.match(uri):
            return
        from jupyter_mlops.runs.mlflow_database import check_up_to_date

        if not self._preparing.acquire(timeout=_LOCK_SECONDS):
            raise Unavailable("the database is just being made", hint="try again in a minute")
        try:
            check_up_to_date(uri)
            self._ready.add(uri)
        finally:
            self._preparing.release()


@dataclass(slots=True)
class _Entry:
    written: tuple[float, ...]
    opened: OpenedProject
    stop: Stop
    asked: float = field(default_factory=time.monotonic)


class OpenedProjects:
    """Opens each project once, and again when its settings change.

    ``attend`` is called with each project that is opened and returns what ends its attention;
    ``trusted_hosts`` may be contacted because a project's file names them.
    """

    def __init__(
        self,
        server_root: Path,
        attend: Callable[[OpenedProject], Stop],
        *,
        trusted_hosts: Iterable[str] = (),
    ) -> None:
        self._server_root = server_root.resolve()
        self._attend = attend
        self._trusted_hosts = tuple(trusted_hosts)
        self._lock = Lock()
        self._entries: dict[Path, _Entry] = {}

    def open(self, path: str) -> OpenedProject:
        """Return the project of a contents path.

        Raises Invalid for a path outside of the server's root, or settings that are not valid.
        """
        root = find_root(existing_folder(self._server_root, path))
        written = tuple(_changed(root / name) for name in _SETTINGS_FILES)
        with self._lock:
            if (entry := self._entries.get(root)) is not None:
                if entry.written == written:
                    entry.asked = time.monotonic()
                    return entry.opened
                entry.stop()
                del self._entries[root]
            opened = OpenedProject(
                Project.open(root), self._server_root, trusted_hosts=self._trusted_hosts
            )
            self._entries[root] = _Entry(written, opened, self._attend(opened))
            return opened

    def forget(self) -> None:
        """Leave alone the projects that nobody looks at any more, and those that are gone."""
        now = time.monotonic()
        with self._lock:
            for root, entry in list(self._entries.items()):
                idle = now - entry.asked > _IDLE_SECONDS
                reports = idle and any(entry.opened.project.journals.glob("*.journal"))
                if (idle and not reports) or not root.is_dir():
                    entry.stop()
                    del self._entries[root]

    def close(self) -> None:
        """Leave no database half made; MLflow could not open it again."""
        deadline = time.monotonic() + _CLOSE_SECONDS
        with self._lock:
            entries = list(self._entries.values())
        for entry in entries:
            entry.stop()
        for entry in entries:
            entry.opened.settle(deadline)


def database(uri: str) -> Path | None:
    """Return the file of a store that is a SQLite database."""
    try:
        parts = urlsplit(uri)
    except ValueError:  # no address at all: `check_trusted` says so
        return None
    return Path(parts.path[1:]) if parts.scheme.partition("+")[0] == "sqlite" else None


def _exists(uri: str) -> bool:
    file = database(uri)
    return file is None or file.exists()


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
