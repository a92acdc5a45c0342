"""The same promises in an ipykernel that nbclient drives, as the Lab, papermill and CI do."""

from __future__ import annotations

import os
import signal
import time
from types import SimpleNamespace

import nbformat
import pytest
from filelock import FileLock
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from jupyter_mlops.cells.run_card import RUN_CARD_MIME
from jupyter_mlops.runs.delivery.attend import is_attended
from jupyter_mlops.runs.delivery.deliver import Deliverer
from jupyter_mlops.runs.memory_store import MemoryRunStore
from jupyter_mlops.runs.mlflow_store import MlflowRunStore
from jupyter_mlops.runs.run import RunStatus
from jupyter_mlops.settings import load_settings

pytestmark = pytest.mark.slow

LOAD = "%load_ext jupyter_mlops\nimport jupyter_mlops as mlops"

CELLS = {
    "load": LOAD,
    "value": "%%track value\nalpha = 2\nscore = alpha * 3\nscore",
    "quiet": "%%track quiet\nalpha = 2\nalpha;",
    "await": "%%track await\nimport asyncio\nwaited = await asyncio.sleep(0.01, 0.5)\nwaited",
    "line time": "%%track line-time\n%time x = abs(-3)",
    "cell time": "%%track cell-time\n%%time\ny = abs(-4)\ny",
    "failing": "%%track failing\nbeta = 1\n\n\n1 / 0",
    "usage": "%%track --unknown\nnever = True",
    "exit": "%%track exit\nimport sys\nsys.exit(3)",
    "log": "%%track log\nfor step in range(3):\n    mlops.log({'loss': 1 / (step + 1)}, step=step)",
    "outside": "mlops.log({'a': 1})\nmlops.log({'a': 2})",
    "output": "mlops.output('best', 'model.skops')",
    "misuse": "x = 1\nmlops.log({'a': 'text'})",
    "loaded": "import sys\nsorted({'mlflow', 'pandas', 'pydantic', 'nbformat'} & set(sys.modules))",
    "names": "'never' in globals(), score",
    "uri": "import os\nos.environ['MLFLOW_TRACKING_URI']",
    "status": "%mlops status",
}


def new_project(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mlops.toml").touch()
    return folder


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """A notebook that a kernel has executed to its end, errors allowed, and what it reported."""
    root = new_project(tmp_path_factory.mktemp("real") / "churn")
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS.values()]
    client = NotebookClient(
        nbformat.v4.new_notebook(cells=cells),
        resources={"metadata": {"path": str(root)}},
        allow_errors=True,
        timeout=120,
        kernel_name="python3",
    )
    journals = root / ".mlops" / "journal"
    journals.mkdir(parents=True)
    with FileLock(journals / "attended.lock"):  # this test delivers
        client.execute()
    store = MemoryRunStore()
    Deliverer(journals, store).deliver()
    outputs = dict(zip(CELLS, (cell.outputs for cell in client.nb.cells), strict=True))
    runs = {run.name: run for run in store.list_runs().runs}
    return SimpleNamespace(root=root, outputs=outputs, runs=runs, store=store)


def values(outputs):
    return [o.data["text/plain"] for o in outputs if o.output_type == "execute_result"]


def errors(outputs):
    return [output for output in outputs if output.output_type == "error"]


def text(outputs):
    return "".join(output.get("text", "") for output in outputs)


class TestANotebook:
    def test_every_tracked_cell_that_ran_is_a_run(self, notebook):
        assert {
            "value": "FINISHED",
            "quiet": "FINISHED",
            "await": "FINISHED",
            "line-time": "FINISHED",
            "cell-time": "FINISHED",
            "failing": "FAILED",
            "exit": "FAILED",
            "log": "FINISHED",
        } == {name: run.status.value for name, run in notebook.runs.items()}

    def test_values_are_displayed_as_ever(self, notebook):
        assert ["6"] == values(notebook.outputs["value"])
        assert [] == values(notebook.outputs["quiet"])
        assert ["0.5"] == values(notebook.outputs["await"])
        assert ["4"] == values(notebook.outputs["cell time"])
        assert "Wall time" in text(notebook.outputs["cell time"])

    def test_what_was_found_is_in_the_run(self, notebook):
        runs = notebook.runs
        assert ({"alpha": "2"}, {"score": 6.0}) == (runs["value"].params, runs["value"].metrics)
        assert {"waited": 0.5} == runs["await"].metrics
        assert {"y": 4.0} == runs["cell-time"].metrics
        assert {"loss": 1 / 3} == runs["log"].metrics

    def test_an_error_is_shown_once_at_its_own_line(self, notebook):
        (error,) = errors(notebook.outputs["failing"])

        assert "ZeroDivisionError" == error.ename
        plain = "\n".join(error.traceback)
        assert "line 5" in plain
        assert 1 == plain.count("division by zero")
        assert "jupyter_mlops" not in plain
        assert "line 5" in notebook.store.read_text(
            notebook.runs["failing"].run_id, "exception.txt"
        )

    def test_an_option_that_is_unknown_is_said_and_the_cell_does_not_run(self, notebook):
        said = text(notebook.outputs["usage"])

        assert "UsageError: unrecognized arguments: --unknown" in said
        assert ["(False, 6)"] == values(notebook.outputs["names"])

    def test_cards_are_shown_and_brought_up_to_date_in_place(self, notebook):
        for name, status in (("value", "FINISHED"), ("failing", "FAILED"), ("await", "FINISHED")):
            cards = [o.data for o in notebook.outputs[name] if RUN_CARD_MIME in o.get("data", {})]
            assert [status] == [card[RUN_CARD_MIME]["status"] for card in cards]
            assert {"text/html", "text/plain"} <= cards[0].keys()

    def test_reports_outside_of_a_run_are_said_once(self, notebook):
        assert 1 == text(notebook.outputs["outside"]).count("no run is open")

    def test_misuse_is_said_without_our_frames(self, notebook):
        (error,) = errors(notebook.outputs["misuse"])

        plain = "\n".join(error.traceback)
        assert "Invalid: metric 'a' must be one number, not str" in plain
        assert "in line 2: mlops.log" in plain
        assert "reporting.py" not in plain

    def test_an_output_is_a_scrap_of_the_notebook(self, notebook):
        from jupyter_mlops.notebooks.scraps import SCRAP_MIME

        (output,) = notebook.outputs["output"]
        assert "model.skops" == output.data[SCRAP_MIME]["data"]

    def test_nothing_heavy_was_loaded_into_the_kernel(self, notebook):
        assert ["[]"] == values(notebook.outputs["loaded"])

    def test_plain_mlflow_would_use_the_same_store(self, notebook):
        assert [f"'sqlite:///{notebook.root}/mlflow.db'"] == values(notebook.outputs["uri"])

    def test_status_is_said(self, notebook):
        assert f"project      {notebook.root}" in text(notebook.outputs["status"])


@pytest.mark.parametrize(
    ("cell", "error", "statuses"),
    [
        ("%%track fit\n1 / 0", "ZeroDivisionError", [RunStatus.FAILED]),
        ("%%track --unknown\nx = 1", "UsageError", []),
    ],
)
def test_execution_stops_at_a_tracked_cell_that_fails(tmp_path, cell, error, statuses):
    root = new_project(tmp_path / "churn")
    sources = [LOAD, cell, "open('later', 'w')"]
    client = NotebookClient(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources]),
        resources={"metadata": {"path": str(root)}},
        timeout=120,
        kernel_name="python3",
    )
    with pytest.raises(CellExecutionError, match=error):
        client.execute()

    assert not (root / "later").exists()
    assert client.nb.cells[2].execution_count is None
    assert statuses == [run.status for run in settled_store(root).list_runs().runs]


class Kernel:
    """A kernel in a project folder, driven cell by cell."""

    def __init__(self, root):
        self.manager, self.client = start_new_kernel(kernel_name="python3", cwd=str(root))
        self.run(LOAD)

    def start(self, source, *, cell_id="c1"):
        """Ask for a cell as JupyterLab does."""
        content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False}
        message = self.client.session.msg("execute_request", content)
        message["metadata"] = {"cellId": cell_id}
        self.client.shell_channel.send(message)

    def run(self, source):
        return self.client.execute_interactive(
            source, timeout=60, output_hook=lambda message: None
        )["content"]["status"]

    def stop(self):
        self.client.stop_channels()
        if self.manager.is_alive():
            self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


@pytest.fixture
def root(tmp_path):
    return new_project(tmp_path / "fresh")


@pytest.fixture
def kernel(root):
    kernel = Kernel(root)
    yield kernel
    kernel.stop()


def until(condition, *, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def settled_store(root):
    """Return the project's store once all is delivered and nobody attends any more."""
    journals = root / ".mlops" / "journal"
    until(lambda: not list(journals.glob("*.journal")) and not is_attended(journals))
    return MlflowRunStore.from_settings(load_settings(root, environ={}), root / ".mlops")


def test_a_run_appears_in_mlflow_while_its_kernel_lives_and_nothing_is_left_after(kernel, root):
    kernel.run("%%track fit\nalpha = 1\nscore = abs(-2)")
    journals = root / ".mlops" / "journal"
    assert until(lambda: is_attended(journals), seconds=30)
    until((root / "mlflow.db").exists)
    store = MlflowRunStore.from_settings(load_settings(root, environ={}), root / ".mlops")
    (run,) = until(lambda: store.list_runs().runs)
    until(lambda: store.get_run(run.run_id).metrics)
    assert (
        RunStatus.FINISHED
        == until(lambda: store.get_run(run.run_id).end_time and store.get_run(run.run_id)).status
    )
    assert kernel.manager.is_alive()

    kernel.stop()
    settled_store(root)
    assert {"deliver.lock", "attended.lock"} == {path.name for path in journals.iterdir()}


def test_a_kernel_that_is_killed_in_mid_cell_leaves_its_run_killed(kernel, root):
    kernel.start(
        "%%track fit\nimport time\nmlops.log({'loss': 0.5})\nopen('on', 'w')\ntime.sleep(99)"
    )
    until((root / "on").exists)
    os.kill(kernel.manager.provisioner.pid, signal.SIGKILL)

    (run,) = settled_store(root).list_runs().runs
    assert (RunStatus.KILLED, {"loss": 0.5}, "c1") == (run.status, run.metrics, run.cell_id)


@pytest.mark.parametrize(
    "sleep",
    [
        "import time\nopen('on', 'w')\ntime.sleep(99)",
        # ipykernel hears of an interrupt when its event loop next has something to do
        "import asyncio\nopen('on', 'w')\nfor _ in range(999): await asyncio.sleep(0.1)",
    ],
    ids=["sleep", "await"],
)
def test_a_cell_that_is_interrupted_is_killed_and_the_next_is_tracked(kernel, root, sleep):
    kernel.start(f"%%track broken\n{sleep}")
    until((root / "on").exists)
    kernel.manager.interrupt_kernel()
    assert "error" == kernel.client.get_shell_msg(timeout=60)["content"]["status"]
    assert "ok" == kernel.run("%%track next\nscore = abs(-1)")
    kernel.stop()

    statuses = {run.name: run.status for run in settled_store(root).list_runs().runs}
    assert {"broken": RunStatus.KILLED, "next": RunStatus.FINISHED} == statuses


def test_modules_of_the_users_do_not_get_into_the_process_that_delivers(kernel, root):
    for name in ("click.py", "random.py", "mlflow.py"):
        (root / name).write_text("raise SystemExit('the wrong module')\n")
    kernel.run("%%track fit\nx = 1")
    kernel.stop()

    assert ["fit"] == [run.name for run in settled_store(root).list_runs().runs]
