"""The contract of executors, as a test class to subclass.

Usage::

    class TestMyExecutor(ExecutorContract):
        @pytest.fixture
        def executor(self):
            return MyExecutor()
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from jupyter_mlops.notebooks.scraps import read_scraps
from jupyter_mlops.pipelines.executors.executor import (
    OWN_VARIABLE,
    Executor,
    NotebookOutcome,
    NotebookRun,
    NotebookStatus,
)

__all__ = ["ExecutorContract", "write_notebook"]


def write_notebook(path: Path, cells: Sequence[str], *, parameters: str = "") -> Path:
    """Write a Python notebook; ``parameters`` becomes its first cell, tagged."""
    made: list[dict[str, Any]] = [_cell(parameters, ["parameters"])] if parameters else []
    made += [_cell(source, []) for source in cells]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {
        "cells": [cell | {"id": f"cell-{index}"} for index, cell in enumerate(made)],
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(notebook))
    return path


def _cell(source: str, tags: list[str]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": tags} if tags else {},
        "outputs": [],
        "source": source,
    }


class ExecutorContract:
    """What every executor promises. Subclass it and supply the fixture ``executor``."""

    @pytest.fixture
    def executor(self) -> Executor:
        """Return the executor to test."""
        raise NotImplementedError

    def test_parameters_reach_the_notebook_and_its_scraps_come_back(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        """Run a notebook with every kind of value, and read them back."""
        values = {"a": 0.5, "b": 'it\'s "x"\n', "c": [1, None, True], "d": {"e": float("inf")}}
        code = "import jupyter_mlops as mlops\nmlops.output('all', [a, b, c, str(d)])"
        notebook = write_notebook(
            tmp_path / "n.ipynb", [code], parameters="a = None\nb = None\nc = None\nd = None"
        )
        before = notebook.read_bytes()
        seen: list[tuple[int, int]] = []

        outcome = executor.execute(
            _run(notebook, parameters=values), lambda cell, cells: seen.append((cell, cells))
        )

        assert NotebookOutcome(NotebookStatus.DONE) == outcome
        scraps = read_scraps(notebook.with_name("out.ipynb"))
        assert {"all": [0.5, 'it\'s "x"\n', [1, None, True], "{'e': inf}"]} == scraps
        assert [(1, 2), (2, 2)] == seen
        assert before == notebook.read_bytes()

    def test_a_failing_cell_is_an_outcome_and_the_notebook_is_kept(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        """Fail in the second cell: the third does not run."""
        cells = ["x = 1", "1 / 0", "open('third', 'w')"]

        outcome = executor.execute(_run(write_notebook(tmp_path / "n.ipynb", cells)), _ignore)

        assert NotebookStatus.FAILED == outcome.status
        assert 2 == outcome.cell
        assert "ZeroDivisionError: division by zero" == outcome.message
        assert "line 1" in outcome.traceback
        assert "\x1b" not in outcome.traceback
        assert "ZeroDivisionError" in (tmp_path / "out.ipynb").read_text()
        assert not (tmp_path / "third").exists()

    def test_an_error_that_is_only_a_line_on_stderr_is_told_too(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        """Call a magic wrongly: IPython shows no error output for it."""
        notebook = write_notebook(tmp_path / "n.ipynb", ["%no_such_magic"])

        outcome = executor.execute(_run(notebook), _ignore)

        assert (NotebookStatus.FAILED, 1) == (outcome.status, outcome.cell)
        assert "no_such_magic" in outcome.message

    def test_a_kernel_that_dies_is_a_failure(self, executor: Executor, tmp_path: Path) -> None:
        """Kill the kernel from inside: no exception, no success."""
        cells = ["import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]

        outcome = executor.execute(_run(write_notebook(tmp_path / "n.ipynb", cells)), _ignore)

        assert NotebookStatus.FAILED == outcome.status
        assert "kernel died" in outcome.message
        assert (tmp_path / "out.ipynb").exists()

    def test_a_cell_that_takes_too_long_is_a_timeout(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        """Sleep past the limit."""
        notebook = write_notebook(tmp_path / "n.ipynb", ["import time; time.sleep(60)"])

        outcome = executor.execute(_run(notebook, cell_timeout=1), _ignore)

        assert NotebookStatus.TIMEOUT == outcome.status

    def test_a_kernel_that_does_not_exist_is_a_failure(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        """Ask for a kernel that nobody installed."""
        notebook = write_notebook(tmp_path / "n.ipynb", ["1"])

        outcome = executor.execute(_run(notebook, kernel="no-such-kernel"), _ignore)

        assert NotebookStatus.FAILED == outcome.status
        assert "no-such-kernel" in outcome.message

    def test_cancel_stops_what_runs_and_leaves_no_kernel(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        """Cancel from another thread; the kernel's process is gone afterwards."""
        code = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(60)"
        run = _run(write_notebook(tmp_path / "n.ipynb", [code]))
        outcomes: list[NotebookOutcome] = []
        thread = threading.Thread(target=lambda: outcomes.append(executor.execute(run, _ignore)))
        thread.start()
        pid = _wait_for(tmp_path / "pid")

        executor.cancel()
        thread.join(20)

        assert [NotebookStatus.KILLED] == [outcome.status for outcome in outcomes]
        assert not Path(f"/proc/{pid}").exists()

    def test_after_a_cancel_nothing_is_executed(self, executor: Executor, tmp_path: Path) -> None:
        """Cancel first: the notebook that is asked for afterwards does not run."""
        notebook = write_notebook(tmp_path / "n.ipynb", ["open('ran', 'w')"])

        executor.cancel()
        outcome = executor.execute(_run(notebook), _ignore)

        assert NotebookStatus.KILLED == outcome.status
        assert not (tmp_path / "ran").exists()

    @pytest.mark.parametrize("delay", [0, 0.02, 0.1, 0.3, 0.5, 0.8, 1.2, 2])
    def test_cancel_while_the_kernel_starts_stops_it(
        self, executor: Executor, tmp_path: Path, delay: float
    ) -> None:
        """Cancel at any moment: the notebook never comes to its end, and no kernel is left."""
        code = ["import time; time.sleep(25)", "open('ran', 'w')"]
        run = _run(write_notebook(tmp_path / "n.ipynb", code), environ={"MARK": str(tmp_path)})
        outcomes: list[NotebookOutcome] = []
        thread = threading.Thread(target=lambda: outcomes.append(executor.execute(run, _ignore)))
        thread.start()
        time.sleep(delay)

        executor.cancel()
        thread.join(20)

        assert [NotebookStatus.KILLED] == [outcome.status for outcome in outcomes]
        assert not (tmp_path / "ran").exists()
        assert [] == _processes_with(f"MARK={tmp_path}")

    @pytest.mark.parametrize("declared", ["", "a = 1"])
    def test_a_cell_is_numbered_as_in_the_notebook_itself(
        self, executor: Executor, tmp_path: Path, declared: str
    ) -> None:
        """Pass parameters, for which a cell is put in; then execute the executed copy again."""
        source = write_notebook(tmp_path / "n.ipynb", ["x = 1", "1 / 0"], parameters=declared)
        for notebook in (source, tmp_path / "executed.ipynb"):
            seen: list[int] = []

            def progress(cell: int, cells: int, seen: list[int] = seen) -> None:
                assert cell <= cells
                seen.append(cell)

            outcome = executor.execute(_run(notebook, parameters={"a": 2}), progress)

            assert "ZeroDivisionError: division by zero" == outcome.message
            cells = json.loads(notebook.read_text())["cells"]
            assert "1 / 0" == "".join(cells[outcome.cell - 1]["source"])
            assert outcome.cell == seen[-1]
            (tmp_path / "out.ipynb").rename(tmp_path / "executed.ipynb")

    def test_a_path_may_hold_braces(self, executor: Executor, tmp_path: Path) -> None:
        """Execute in a folder whose name looks like a template."""
        folder = tmp_path / "r{x}" / "{0}"
        folder.mkdir(parents=True)

        outcome = executor.execute(_run(write_notebook(folder / "n.ipynb", ["1"])), _ignore)

        assert NotebookOutcome(NotebookStatus.DONE) == outcome
        assert (folder / "out.ipynb").exists()

    def test_a_notebook_that_cannot_be_read_is_a_failure(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        """Ask for what is no notebook."""
        (tmp_path / "n.ipynb").write_text("[]")

        outcome = executor.execute(_run(tmp_path / "n.ipynb"), _ignore)

        assert NotebookStatus.FAILED == outcome.status
        assert "n.ipynb" in outcome.message

    def test_an_output_that_cannot_be_written_is_a_failure(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        """Let a folder lie where the executed copy is to go."""
        (tmp_path / "out.ipynb").mkdir()

        outcome = executor.execute(_run(write_notebook(tmp_path / "n.ipynb", ["1"])), _ignore)

        assert NotebookStatus.FAILED == outcome.status
        assert "out.ipynb" in outcome.message

    def test_what_this_process_set_for_itself_is_not_in_the_kernel(
        self, executor: Executor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Leave the user's variables, take ours out."""
        monkeypatch.setenv("THEIRS", "1")
        monkeypatch.setenv("OURS", "1")
        monkeypatch.setenv(OWN_VARIABLE, "OURS")
        code = (
            "import os, jupyter_mlops as mlops\n"
            f"mlops.output('seen', [n in os.environ for n in ('THEIRS', 'OURS', '{OWN_VARIABLE}')])"
        )

        executor.execute(_run(write_notebook(tmp_path / "n.ipynb", [code])), _ignore)

        assert {"seen": [True, False, False]} == read_scraps(tmp_path / "out.ipynb")

    def test_it_runs_where_and_with_what_it_is_told(
        self, executor: Executor, tmp_path: Path
    ) -> None:
        """See the folder and the environment from inside."""
        code = (
            "import os, jupyter_mlops as mlops\n"
            "mlops.output('seen', [os.getcwd(), os.environ['COLOUR']])"
        )
        folder = tmp_path / "elsewhere"
        folder.mkdir()
        notebook = write_notebook(tmp_path / "n.ipynb", [code])

        executor.execute(_run(notebook, folder=folder, environ={"COLOUR": "teal"}), _ignore)

        assert {"seen": [str(folder), "teal"]} == read_scraps(tmp_path / "out.ipynb")


def _run(notebook: Path, **options: Any) -> NotebookRun:  # noqa: ANN401 - each field has a type
    return NotebookRun(
        notebook=notebook,
        output=notebook.with_name("out.ipynb"),
        **{"folder": notebook.parent, **options},
    )


def _ignore(cell: int, cells: int) -> None:
    del cell, cells


def _wait_for(file: Path, *, seconds: float = 30) -> int:
    deadline = time.monotonic() + seconds
    while not (file.exists() and file.read_text()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{file} was not written")
        time.sleep(0.05)
    return int(file.read_text())


def _processes_with(variable: str) -> list[str]:
    """Return the commands of the processes that have a variable in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile, or is another user's
            if variable.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_text())
    return found
