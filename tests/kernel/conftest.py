from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from jupyter_mlops.cells.run_card import RUN_CARD_MIME
from jupyter_mlops.kernel import reporting
from jupyter_mlops.kernel.session import close_session
from jupyter_mlops.runs.delivery.deliver import Deliverer
from jupyter_mlops.runs.memory_store import MemoryRunStore

VARIABLES = (
    "JPY_SESSION_NAME",
    "JUPYTER_MLOPS_NOTEBOOK",
    "JUPYTER_MLOPS_ROOT",
    "JUPYTER_MLOPS_RUN",
    "MLFLOW_EXPERIMENT_NAME",
    "MLFLOW_TRACKING_URI",
)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A project that this process stands in, and nothing of any other."""
    # set, then deleted: whatever a test sets is gone after it
    for name in VARIABLES:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    root = tmp_path / "churn"
    root.mkdir()
    (root / "mlops.toml").touch()
    monkeypatch.chdir(root)
    close_session()
    reporting._say_once.cache_clear()
    yield root
    close_session()


@pytest.fixture
def journals(root):
    """The project's journals, which somebody attends to: no process is started for them."""
    folder = root / ".mlops" / "journal"
    folder.mkdir(parents=True)
    with FileLock(folder / "attended.lock"):
        yield folder


@pytest.fixture
def bare_shell(journals):
    """IPython as a kernel has it, in this process."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=config)
    shell.display_pub = CapturingDisplayPublisher()
    yield shell
    if "jupyter_mlops" in shell.extension_manager.loaded:
        shell.extension_manager.unload_extension("jupyter_mlops")
    InteractiveShell.clear_instance()


@pytest.fixture
def shell(bare_shell):
    """The same with our extension."""
    bare_shell.extension_manager.load_extension("jupyter_mlops")
    return bare_shell


@pytest.fixture
def cards(shell):
    """Return the cards that were shown or brought up to date, oldest first."""
    return lambda: [
        output["data"][RUN_CARD_MIME]
        for output in shell.display_pub.outputs
        if RUN_CARD_MIME in output["data"]
    ]


class Delivered:
    """What a store has when all journals are delivered."""

    def __init__(self, folder: Path) -> None:
        self.store = MemoryRunStore()
        Deliverer(folder, self.store).deliver()
        self.runs = self.store.list_runs().runs[::-1]

    def text(self, path: str, run=None) -> str:
        return self.store.read_text((run or self.runs[0]).run_id, path)


@pytest.fixture
def delivered(journals, shell):
    """End the session and deliver what it reported."""

    def deliver():
        close_session()
        return Delivered(journals)

    return deliver


@pytest.fixture
def python_path(monkeypatch):
    """Let processes that a test starts see the package, wherever they stand."""
    package = str(Path(reporting.__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([package, os.environ.get("PYTHONPATH", "")]))
