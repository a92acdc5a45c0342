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
from pathlib import Path
from typing import Any

import pytest

from jupyter_mlops.notebooks.scraps import read_scraps
from jupyter_mlops.pipelines.executors.executor import (
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
        assert [(1, 3), (2, 3), (3, 3)] == seen
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
