"""Track runs from a process that may wait: the command line, a pipeline.

Reports go the same way as a kernel's, through a journal, so that nothing is lost or stays open
when this process is killed; a thread delivers them beside the work.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from jupyter_mlops.errors import MlopsError
from jupyter_mlops.runs.delivery.attend import attend
from jupyter_mlops.runs.delivery.deliver import Deliverer
from jupyter_mlops.runs.delivery.journal import JournalWriter, now_ms
from jupyter_mlops.runs.environment import (
    describe_environment,
    git_state,
    git_tags,
    project_tags,
    user_name,
)
from jupyter_mlops.runs.run import RunId, RunKey, RunStatus, new_run_key
from jupyter_mlops.runs.store import NewRun, RunStore

__all__ = ["Tracker"]

_DELIVERY_SECONDS = 120


class Tracker:
    """Opens runs and reports what they do; a context manager. Safe from any thread.

    The store is opened with the first run: where nothing has to be tracked it is not touched,
    and MLflow not even imported.
    """

    def __init__(
        self, root: Path, journals: Path, *, store: Callable[[], RunStore], experiment: str
    ) -> None:
        self._root = root
        self._folder = journals
        self._open_store = store
        self.experiment = experiment
        self._lock = threading.Lock()
        self._journal: JournalWriter | None = None
        self._git: Mapping[str, str] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._attend, name="deliverer", daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._journal is None:
            return
        self._stopped.set()
        self._thread.join()
        self._journal.close()
        if error is None:
            self._deliver()
        # Once more: the journal goes when its writer has gone, also if all was delivered before.
        with suppress(MlopsError):  # an error that ends the work says more; what is kept stays
            self._deliverer.deliver()

    @property
    def journal(self) -> JournalWriter:
        """Where reports on an open run go; opened, with the store, when first asked for.

        Raises Unavailable where the store does not answer.
        """
        with self._lock:
            if self._journal is None:
                self._store.check()
                self._git = git_tags(git_state(self._root))
                self._journal = JournalWriter(self._folder)
                self._thread.start()
            return self._journal

    def begin(
        self,
        name: str,
        *,
        source: Path,
        parent: RunKey | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> RunKey:
        """Open a run for the notebook or pipeline ``source``."""
        journal, key = self.journal, new_run_key()
        all_tags = {
            "mlflow.user": user_name(),
            "mlflow.source.type": "NOTEBOOK" if source.suffix == ".ipynb" else "PROJECT",
            "mlflow.source.name": self._relative(source),
            **project_tags(self._root),
            **self._git,
            **(tags or {}),
        }
        journal.began(NewRun(key, name, now_ms(), self.experiment, parent, all_tags))
        if parent is None:
            journal.text(key, "environment/requirements.txt", describe_environment())
        return key

    def end(self, key: RunKey, status: RunStatus) -> None:
        """End a run."""
        self.journal.ended(key, status)

    def metrics(self, key: RunKey) -> Mapping[str, float]:
        """Return the newest metrics of a run, after all that was reported is delivered."""
        return self._store.get_run(self.run_id(key)).metrics

    def run_id(self, key: RunKey) -> RunId:
        """Return the store's id of a run, after all that was reported is delivered."""
        self._deliver()
        run_id = self._deliverer.run_id(key)
        if run_id is None:  # the store has lost what it acknowledged
            raise RuntimeError(f"run {key} was delivered but is not in the store")
        return run_id

    @cached_property
    def _store(self) -> RunStore:
        return self._open_store()

    @cached_property
    def _deliverer(self) -> Deliverer:
        return Deliverer(self._folder, self._store)

    def _deliver(self) -> None:
        # All journals, for kernels report on our runs too; but none but ours may fail us.
        self._deliverer.wait(timeout=_DELIVERY_SECONDS, own=self.journal.path)

    def _attend(self) -> None:
        attend(self._deliverer, self._folder, stop=self._stopped.is_set)

    def _relative(self, source: Path) -> str:
        try:
            return source.resolve().relative_to(self._root).as_posix()
        except ValueError:
            return source.name
