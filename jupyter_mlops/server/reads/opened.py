"""The projects that the reading process holds open."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from jupyter_mlops.errors import Unavailable
from jupyter_mlops.project import Project
from jupyter_mlops.server.reads.location import contents_path, existing_folder
from jupyter_mlops.settings import find_root

__all__ = ["OpenedProject", "OpenedProjects", "database"]

_SETTINGS_FILES = ("mlops.toml", "pyproject.toml")
_CLOSE_SECONDS = 10.0

Stop = Callable[[], None]


class OpenedProject:
    """A project as the server sees it. Safe to use from any thread."""

    def __init__(self, project: Project, server_root: Path) -> None:
        self.project = project
        self._server_root = server_root
        self._preparing = Lock()
        self._ready = False

    @property
    def used(self) -> bool:
        """Whether anything was ever tracked here: looking at a folder must not make a database."""
        settings = self.project.settings
        return settings.run_store != "mlflow" or _exists(settings.tracking_uri)

    @property
    def governed(self) -> bool:
        """Whether there can be a model."""
        settings = self.project.settings
        uri = settings.registry_uri or settings.tracking_uri
        return settings.model_registry != "mlflow" or _exists(uri)

    def contents_path(self, source: Path | str = "") -> str:
        """Return the contents path of a file of the project, or of its root."""
        return contents_path(self._server_root, self.project.root / source)

    def prepare(self) -> None:
        """Open the run store; raises Unavailable where it does not answer.

        A database is opened once. A server is asked each time: it may be gone, and saying so
        takes MLflow's own client a minute.
        """
        with self._preparing:
            if not self._ready:
                try:
                    self.project.prepare()
                except OSError as error:
                    hint = f"make {self.project.state} a folder that you may write to"
                    raise Unavailable(f"the project cannot be opened: {error}", hint=hint) from None
                self._ready = database(self.project.settings.tracking_uri) is not None

    def settle(self, deadline: float) -> None:
        """Wait until ``deadline`` for a database that is just being made."""
        if self._preparing.acquire(timeout=max(0.0, deadline - time.monotonic())):
            self._preparing.release()


class OpenedProjects:
    """Opens each project once, and again when its settings change.

    ``attend`` is called with each project that is opened and returns what ends its attention.
    """

    def __init__(self, server_root: Path, attend: Callable[[OpenedProject], Stop]) -> None:
        self._server_root = server_root.resolve()
        self._attend = attend
        self._lock = Lock()
        self._opened: dict[Path, tuple[tuple[float, ...], OpenedProject, Stop]] = {}

    def open(self, path: str) -> OpenedProject:
        """Return the project of a contents path.

        Raises Invalid for a path outside of the server's root, or settings that are not valid.
        """
        root = find_root(existing_folder(self._server_root, path))
        written = tuple(_changed(root / name) for name in _SETTINGS_FILES)
        with self._lock:
            if root in self._opened:
                before, opened, stop = self._opened[root]
                if before == written:
                    return opened
                stop()
                del self._opened[root]
            opened = OpenedProject(Project.open(root), self._server_root)
            self._opened[root] = written, opened, self._attend(opened)
            return opened

    def close(self) -> None:
        """Leave no database half made; MLflow could not open it again."""
        deadline = time.monotonic() + _CLOSE_SECONDS
        for _, opened, _ in self._opened.values():
            opened.settle(deadline)


def database(uri: str) -> Path | None:
    """Return the file of a store that is a SQLite database."""
    parts = urlsplit(uri)
    return Path(parts.path[1:]) if parts.scheme.partition("+")[0] == "sqlite" else None


def _exists(uri: str) -> bool:
    file = database(uri)
    return file is None or file.exists()


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
