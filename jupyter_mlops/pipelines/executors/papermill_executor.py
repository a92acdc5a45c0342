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
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import papermill
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillException, PapermillExecutionError
from papermill.translators import papermill_translators

from jupyter_mlops.errors import Invalid, MlopsError
from jupyter_mlops.notebooks.notebook import Notebook, read_notebook
from jupyter_mlops.notebooks.text_file import shown_path
from jupyter_mlops.pipelines.executors.executor import (
    Executor,
    NotebookOutcome,
    NotebookRun,
    NotebookStatus,
    Progress,
    kernel_environ,
)

__all__ = ["PapermillExecutor", "check_kernel"]

_ENGINE = "jupyter_mlops_executor"
_LOG_TAIL = 4000
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_ERROR_MARKER = "papermill-error-cell-tag"
_INJECTED = "injected-parameters"


class PapermillExecutor:
    """Executes each notebook in a kernel and a thread of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: set[_Job] = set()
        self._cancelled = False

    def execute(self, run: NotebookRun, progress: Progress) -> NotebookOutcome:
        """Execute one notebook; an interrupt (KeyboardInterrupt) stops it and is raised."""
        job = _Job(run, progress)
        with self._lock:
            self._jobs.add(job)
            if self._cancelled:
                job.cancel()
        try:
            # In a thread of its own, whose event loop is nobody else's, and where no
            # interrupt falls into the middle of a kernel's start.
            with ThreadPoolExecutor(1, thread_name_prefix="notebook") as pool:
                future = pool.submit(job.execute)
                try:
                    return future.result()
                except BaseException:
                    job.cancel()
                    raise
        finally:
            with self._lock:
                self._jobs.discard(job)

    def cancel(self) -> None:
        """Kill every kernel that is at work, with all that it has started."""
        with self._lock:
            self._cancelled = True
            jobs = list(self._jobs)
        for job in jobs:
            job.cancel()


class _Job:
    """One notebook while it is executed."""

    def __init__(self, run: NotebookRun, progress: Progress) -> None:
        self.run = run
        self.client: _Client | None = None
        self._progress = progress
        self._cancelled = threading.Event()
        self._source: Notebook | None = None
        self._numbers: Sequence[int] = ()
        self._cell = 0

    def cancel(self) -> None:
        """Kill the kernel now, or as soon as there is one."""
        self._cancelled.set()
        if self.client is not None:
            self.client.kill()

    def check(self) -> None:
        """Raise if the notebook was cancelled."""
        if self._cancelled.is_set():
            raise _CancelledError

    def begin(self, cell: object, cell_index: int) -> None:  # noqa: ARG002 - nbclient's names
        """Take note that a cell begins."""
        self.check()
        if number := self._number(cell_index):
            self._cell = number
            self._progress(number, max(self._numbers))

    def number_cells(self, executed: Sequence[Any]) -> None:
        """Learn which cell of the source each executed one is."""
        assert self._source is not None  # noqa: S101 - read before papermill executes
        self._numbers = _source_numbers(self._source, executed)

    def execute(self) -> NotebookOutcome:
        """Execute it, whatever happens."""
        try:
            self.check()
            self._execute()
            outcome = NotebookOutcome(NotebookStatus.DONE)
        except Exception as error:  # noqa: BLE001 - one notebook's trouble is its own outcome
            outcome = self._outcome(error)
        finally:
            _close_loop()
        if self._cancelled.is_set():
            outcome = NotebookOutcome(NotebookStatus.KILLED, "cancelled", self._cell)
        if outcome.status is NotebookStatus.DONE or outcome.status is NotebookStatus.KILLED:
            kernel_log(self.run.output).unlink(missing_ok=True)
        return outcome

    def _execute(self) -> None:
        run = self.run
        run.output.parent.mkdir(parents=True, exist_ok=True)
        self._source = read_notebook(run.notebook)
        papermill.execute_notebook(
            _literal(run.notebook),
            _literal(run.output),
            parameters=dict(run.parameters),
            engine_name=_ENGINE,
            kernel_name=run.kernel or None,
            language=_language(self._source),
            progress_bar=False,
            log_output=run.log_output,
            report_mode=run.report_mode,
            start_timeout=run.start_timeout,
            execution_timeout=run.cell_timeout,
            job=self,
        )

    def _outcome(self, error: Exception) -> NotebookOutcome:
        status, log = NotebookStatus.FAILED, kernel_log(self.run.output)
        match error:
            case PapermillExecutionError():
                log.unlink(missing_ok=True)
                return _cell_outcome(error, self._number(error.cell_index), self.run.output)
            case CellTimeoutError():
                log.unlink(missing_ok=True)
                message, story = f"a cell ran longer than {self.run.cell_timeout:.0f} s", ""
                status = NotebookStatus.TIMEOUT
            case DeadKernelError():
                message = "the kernel died: killed, out of memory, or it called os._exit"
                story = _read(log)
            case _KernelNotStartedError():
                message, story = f"the kernel did not start: {error}", _read(log)
            case NoSuchKernel():
                message, story = f"there is no kernel {error.name!r} ({_installed()})", ""
            case MlopsError():
                message, story = str(error), ""
            case _:
                message = f"{type(error).__name__}: {error}"
                story = "".join(traceback.format_exception(error))
        return NotebookOutcome(status, message.strip().splitlines()[0], self._cell, story)

    def _number(self, index: int) -> int:
        return self._numbers[index] if index < len(self._numbers) else 0


class _CancelledError(Exception):
    """The notebook was cancelled."""


class _KernelNotStartedError(Exception):
    """The kernel's process ended, or did not answer, before it was ready."""


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, whose kernel can be killed at any time, its start included."""

    def __init__(self, nb_man: NotebookExecutionManager, *, job: _Job, **options: object) -> None:
        super().__init__(nb_man, **options)
        self._job = job
        self.on_cell_start = job.begin

    def execute(self, **options: Any) -> None:  # noqa: ANN401 - those of jupyter_client
        """Execute the cells; whatever happens, no kernel is left."""
        try:
            super().execute(**options)
        finally:
            if self.km is not None:  # nbclient leaves one that has started and not answered
                self._cleanup_kernel()

    def start_new_kernel(self, **options: Any) -> None:  # noqa: ANN401
        """Start the kernel's process."""
        self._job.check()
        super().start_new_kernel(**options)
        self._check()

    def start_new_kernel_client(self) -> None:
        """Wait until the kernel answers."""
        try:
            super().start_new_kernel_client()
        except Exception as error:
            raise _KernelNotStartedError(str(error)) from error
        self._check()

    def kill(self) -> None:
        """Kill the kernel's process, if there is one by now."""
        process = getattr(getattr(self.km, "provisioner", None), "process", None)
        if process is not None:
            with suppress(ProcessLookupError, PermissionError):
                # jupyter_client starts each kernel as the leader of a process group.
                os.killpg(process.pid, signal.SIGKILL)

    def _check(self) -> None:
        try:
            self._job.check()
        except _CancelledError:
            self.kill()  # it was cancelled when there was no process yet
            raise


class _Engine(NBClientEngine):  # type: ignore[misc]
    """papermill's own engine, told where to run, with what environment, and whom to tell."""

    @classmethod
    def execute_managed_notebook(  # noqa: PLR0913 - papermill's own arguments, and ours
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        job: _Job,
        log_output: bool = False,
        start_timeout: float = 60,
        execution_timeout: float | None = None,
        **_: Any,  # noqa: ANN401 - papermill passes more than an engine needs
    ) -> None:
        run = job.run
        job.number_cells(nb_man.nb.cells)
        job.client = client = _Client(
            nb_man,
            job=job,
            kernel_name=kernel_name,
            timeout=execution_timeout,
            startup_timeout=start_timeout,
            log_output=log_output,
        )
        with kernel_log(run.output).open("wb") as stderr:
            # Folder and environment by argument and not by os.chdir and os.environ, as
            # papermill would: other notebooks run in other threads of this process.
            client.execute(cwd=str(run.folder), env=kernel_environ(run), stderr=stderr)


papermill_engines.register(_ENGINE, _Engine)


def check_kernel(notebook: Notebook, kernel: str = "", *, parameters: bool = False) -> None:
    """Raise Invalid unless the kernel that ``notebook`` would be executed in is installed.

    ``kernel`` takes the place of the one that the notebook names; with ``parameters`` papermill
    must also know how to write these in the kernel's language.
    """
    file = shown_path(notebook.path)
    name = kernel or notebook.kernel
    if not name:
        hint = f"choose one in JupyterLab, or give --kernel NAME; {_installed()}"
        raise Invalid("the notebook names no kernel", hint=hint, file=file)
    try:
        KernelSpecManager().get_kernel_spec(name)
    except NoSuchKernel:
        hint = f"give --kernel NAME; {_installed()}"
        raise Invalid(f"there is no kernel {name!r}", hint=hint, file=file) from None
    if parameters:
        try:
            papermill_translators.find_translator(name, _language(notebook))
        except PapermillException:
            message = f"papermill cannot pass parameters to a notebook in {notebook.language}"
            hint = "leave the parameters out, or correct the notebook's language_info"
            raise Invalid(message, hint=hint, file=file) from None


def kernel_log(output: Path) -> Path:
    """Return where what a kernel itself says goes; it is kept only if the kernel fails."""
    return output.with_suffix(".kernel.log")


def _language(notebook: Notebook) -> str:
    """Return what papermill calls a notebook's language: lower case, but for one."""
    return "R" if notebook.language == "r" else notebook.language


def _installed() -> str:
    names = sorted(KernelSpecManager().find_kernel_specs())
    return f"installed: {', '.join(names) or 'none'}"


def _literal(path: Path) -> str:
    """Return a path that papermill, which fills in what stands in braces, leaves as it is."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _source_numbers(source: Notebook, executed: Sequence[Any]) -> Sequence[int]:
    """Return for each executed cell its number in ``source``; 0 for one that papermill added."""
    # It takes its own banners of an earlier execution out, and puts the parameters in.
    numbers = [n for n, cell in enumerate(source.cells, 1) if _ERROR_MARKER not in cell.tags]
    if len(executed) > len(numbers):
        tagged = (i for i, cell in enumerate(executed) if _INJECTED in cell.metadata.tags)
        numbers.insert(next(tagged, 0), 0)
    return numbers


def _cell_outcome(error: PapermillExecutionError, number: int, output: Path) -> NotebookOutcome:
    message = f"{error.ename}: {error.evalue}".splitlines()[0]
    trace = _ANSI.sub("", "\n".join(error.traceback))
    if not error.traceback:
        # Some errors (IPython's UsageError) are no more than a line on stderr.
        trace = _stderr(output)
        message = trace.strip().splitlines()[-1] if trace.strip() else message
    return NotebookOutcome(NotebookStatus.FAILED, message, number, trace)


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
        # A timeout leaves nbclient's tasks waiting for a kernel that is gone.
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.close()


def _read(log: Path) -> str:
    return log.read_text(errors="replace")[-_LOG_TAIL:] if log.exists() else ""


if TYPE_CHECKING:
    _: Executor = PapermillExecutor()
