"""Execute notebooks with papermill: its parameters, its tags, its file format.

What papermill says in the notebook's metadata is not trusted: it records a dead kernel, a timeout
and an interrupt as success. The outcome is taken from the exceptions instead.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import papermill
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillExecutionError

from jupyter_mlops.pipelines.executors.executor import (
    Executor,
    NotebookOutcome,
    NotebookRun,
    NotebookStatus,
    Progress,
)

__all__ = ["PapermillExecutor"]

_ENGINE = "jupyter_mlops_executor"
_LOG_TAIL = 4000
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class PapermillExecutor:
    """Executes each notebook in a kernel of its own, in the calling thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: set[PapermillNotebookClient] = set()
        self.cancelled = False

    def execute(self, run: NotebookRun, progress: Progress) -> NotebookOutcome:
        """Execute one notebook; the executed copy is at ``run.output`` whatever happens."""
        run.output.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._execute(run, progress)
        finally:
            _close_loop()

    def _execute(self, run: NotebookRun, progress: Progress) -> NotebookOutcome:
        try:
            papermill.execute_notebook(
                str(run.notebook),
                str(run.output),
                parameters=dict(run.parameters),
                engine_name=_ENGINE,
                kernel_name=run.kernel or None,
                progress_bar=False,
                log_output=run.log_output,
                report_mode=run.report_mode,
                start_timeout=run.start_timeout,
                execution_timeout=run.cell_timeout,
                run=run,
                progress=progress,
                executor=self,
            )
        except PapermillExecutionError as error:
            kernel_log(run.output).unlink(missing_ok=True)
            return self._failed(_cell_outcome(error, run.output))
        except CellTimeoutError:
            message = f"a cell ran longer than {run.cell_timeout:.0f} s"
            return self._failed(NotebookOutcome(NotebookStatus.TIMEOUT, message))
        except DeadKernelError:
            message = "the kernel died: killed, out of memory, or it called os._exit"
            log = _read(kernel_log(run.output))
            return self._failed(NotebookOutcome(NotebookStatus.FAILED, message, traceback=log))
        except (NoSuchKernel, ValueError, RuntimeError) as error:
            # No kernel of that name, none named at all, or it did not start.
            message = f"the kernel did not start: {error}"
            log = _read(kernel_log(run.output))
            return self._failed(NotebookOutcome(NotebookStatus.FAILED, message, traceback=log))
        kernel_log(run.output).unlink(missing_ok=True)
        return NotebookOutcome(NotebookStatus.DONE)

    def cancel(self) -> None:
        """Kill every kernel that is at work, with all that it has started."""
        with self._lock:
            self.cancelled = True
            clients = list(self._clients)
        for client in clients:
            _kill(client)

    def attach(self, client: PapermillNotebookClient) -> Callable[[], None]:
        """Remember a client while it executes, so that it can be cancelled."""
        with self._lock:
            self._clients.add(client)

        def detach() -> None:
            with self._lock:
                self._clients.discard(client)

        return detach

    def _failed(self, outcome: NotebookOutcome) -> NotebookOutcome:
        if self.cancelled:
            return NotebookOutcome(NotebookStatus.KILLED, "cancelled", outcome.cell)
        return outcome


class _Engine(NBClientEngine):  # type: ignore[misc]
    """papermill's own engine, told where to run, with what environment, and whom to tell."""

    @classmethod
    def execute_managed_notebook(  # noqa: PLR0913 - papermill's own arguments, and ours
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        run: NotebookRun,
        progress: Progress,
        executor: PapermillExecutor,
        log_output: bool = False,
        start_timeout: float = 60,
        execution_timeout: float | None = None,
        **_: Any,  # noqa: ANN401 - papermill passes more than an engine needs
    ) -> None:
        cells = len(nb_man.nb.cells)
        log = kernel_log(run.output)
        client = PapermillNotebookClient(
            nb_man,
            kernel_name=kernel_name,
            timeout=execution_timeout,
            startup_timeout=start_timeout,
            log_output=log_output,
        )

        def begin(cell: object, cell_index: int) -> None:  # noqa: ARG001 - nbclient's names
            if executor.cancelled:  # while the kernel was starting, and could not be killed yet
                _kill(client)
            progress(cell_index + 1, cells)

        client.on_cell_start = begin
        detach = executor.attach(client)
        try:
            with log.open("wb") as stderr:
                # Folder and environment by argument and not by os.chdir and os.environ, as
                # papermill would: other notebooks run in other threads of this process.
                environ = {**os.environ, **run.environ}
                client.execute(cwd=str(run.folder), env=environ, stderr=stderr)
        finally:
            detach()


papermill_engines.register(_ENGINE, _Engine)


def kernel_log(output: Path) -> Path:
    """Return where what a kernel itself says goes; it is kept only if the kernel fails."""
    return output.with_suffix(".kernel.log")


def _cell_outcome(error: PapermillExecutionError, output: Path) -> NotebookOutcome:
    cell = int(error.cell_index)
    message = f"{error.ename}: {error.evalue}".splitlines()[0]
    trace = _ANSI.sub("", "\n".join(error.traceback))
    if not error.traceback:
        # Some errors (IPython's UsageError) are no more than a line on stderr.
        trace = _stderr(output)
        message = trace.strip().splitlines()[-1] if trace.strip() else message
    return NotebookOutcome(NotebookStatus.FAILED, message, cell + 1, trace)


def _stderr(notebook: Path) -> str:
    """Return what the failed cell wrote to stderr; papermill has put cells of its own around it."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    texts = [
        output["text"]
        for cell in cells
        if cell["metadata"].get("papermill", {}).get("exception")
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
    ]
    return _ANSI.sub("", "".join("".join(text) for text in texts))


def _close_loop() -> None:
    """Close the event loop that jupyter_core made for this thread: it never does itself."""
    with suppress(RuntimeError):  # there is none
        loop = asyncio.get_event_loop()
        if loop.is_running():
            return
        # A timeout leaves nbclient's tasks waiting for a kernel that is gone.
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.close()


def _read(log: Path) -> str:
    return log.read_text(errors="replace")[-_LOG_TAIL:] if log.exists() else ""


def _kill(client: PapermillNotebookClient) -> None:
    provisioner = getattr(client.km, "provisioner", None)
    process = getattr(provisioner, "process", None)
    if process is None:
        return
    with suppress(ProcessLookupError, PermissionError):
        # jupyter_client starts each kernel as the leader of a process group.
        os.killpg(process.pid, signal.SIGKILL)


if TYPE_CHECKING:
    _: Executor = PapermillExecutor()
