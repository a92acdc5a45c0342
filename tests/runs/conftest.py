from __future__ import annotations

import pytest

from jupyter_mlops.runs.delivery.deliver import Deliverer
from jupyter_mlops.runs.delivery.journal import JournalWriter
from jupyter_mlops.runs.memory_store import MemoryRunStore
from jupyter_mlops.runs.run import RunKey
from jupyter_mlops.runs.store import NewRun

VERBS = {
    "create_run",
    "end_run",
    "find_run",
    "log_file",
    "log_metrics",
    "log_params",
    "log_text",
    "set_tags",
}


class UnsteadyStore(MemoryRunStore):
    """A store in memory each of whose verbs first calls ``before`` and at last ``after``."""

    def __init__(self):
        super().__init__()
        self.before = self.after = lambda verb, arguments: None
        self._inside = False

    def __getattribute__(self, name):
        verb = super().__getattribute__(name)
        if name not in VERBS or self._inside:
            return verb

        def call(*arguments, **named):
            self.before(name, arguments)
            self._inside = True
            try:
                result = verb(*arguments, **named)
            finally:
                self._inside = False
            self.after(name, arguments)
            return result

        return call

    def named(self, key="run"):
        entries = [entry for entry in self._entries.values() if entry.key == key]
        return self.get_run(entries[0].run.run_id) if entries else None

    def number_of_points(self, key="run"):
        return len(self._entries[self.named(key).run_id].points)


class Writer(JournalWriter):
    """A journal in which runs begin with few words."""

    def begin(self, key="run", *, parent=None, experiment="churn", **tags):
        self.began(NewRun(RunKey(key), key, 1_000, experiment, parent, tags))
        return RunKey(key)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "journal"


@pytest.fixture
def make_store():
    return UnsteadyStore


@pytest.fixture
def store(make_store):
    return make_store()


@pytest.fixture
def deliverer(folder, store):
    return Deliverer(folder, store)


@pytest.fixture
def open_journal(folder):
    writers = []

    def make(folder=folder):
        writers.append(Writer(folder))
        return writers[-1]

    yield make
    for writer in writers:
        writer.close()


@pytest.fixture
def journal(open_journal):
    return open_journal()
