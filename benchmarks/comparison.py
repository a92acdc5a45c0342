"""What is compared: each side a real program in a process of its own, in an empty folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["COMPARISONS", "Comparison"]

EXAMPLES = Path(__file__).parents[1] / "example-notebooks"

LOAD_EXTENSION = """
import time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
began = time.perf_counter()
shell.run_line_magic("load_ext", "jupyter_mlops")
print(time.perf_counter() - began)
"""

IMPORT = """
import time
import IPython.core.interactiveshell
began = time.perf_counter()
import {module}
print(time.perf_counter() - began)
"""

OUR_LOG = """
import statistics, time
import jupyter_mlops as mlops
times = []
for step in range(2000):
    began = time.perf_counter()
    mlops.log({"loss": 1 / (step + 1)}, step=step)
    times.append(time.perf_counter() - began)
print(statistics.median(times))
"""

MLFLOW_LOG = """
import statistics, time
import mlflow
times = []
with mlflow.start_run():
    for step in range(50):
        began = time.perf_counter()
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
        times.append(time.perf_counter() - began)
print(statistics.median(times))
"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two things that are measured one after the other; ``measure`` returns their seconds."""

    ours: str
    theirs: str
    measure: Callable[[], tuple[float, float]]
    explanation: str


def unchanged_pipeline() -> tuple[float, float]:
    """Execute the example pipeline twice in a new folder; return the second time and the first."""
    with TemporaryDirectory() as folder:
        shutil.copy(EXAMPLES / "mlops.toml", folder)
        example = Path(folder, "breast-cancer")
        example.mkdir()
        for file in (EXAMPLES / "breast-cancer").glob("*.*"):
            shutil.copy(file, example)
        command = ["-m", "jupyter_mlops.cli.main", "run", "breast-cancer/pipeline.yaml"]
        first, second = (_timed(command, folder) for _ in range(2))
        return second, first


def log_call() -> tuple[float, float]:
    """Log metrics; return the median seconds of one call, ours and MLflow's."""
    # The kernel of a pipeline step finds its run in the environment.
    ours = _printed(OUR_LOG, JUPYTER_MLOPS_ROOT=".", JUPYTER_MLOPS_RUN="benchmark")
    return ours, _printed(MLFLOW_LOG, MLFLOW_TRACKING_URI="sqlite:///mlflow.db")


def load_extension() -> tuple[float, float]:
    """Load our extension into a shell, and import MLflow beside one."""
    return _printed(LOAD_EXTENSION), _printed(IMPORT.format(module="mlflow"))


def import_package() -> tuple[float, float]:
    """Import our package, and MLflow."""
    modules = "jupyter_mlops", "mlflow"
    ours, theirs = (_printed(IMPORT.format(module=module)) for module in modules)
    return ours, theirs


COMPARISONS = (
    Comparison(
        "`jupyter mlops run`, nothing changed",
        "the first time, everything to do",
        unchanged_pipeline,
        "the whole command, on `example-notebooks/breast-cancer` in a new folder.",
    ),
    Comparison(
        "`mlops.log`, one call",
        "`mlflow.log_metric`, on SQLite",
        log_call,
        "what the notebook waits for. Ours is in the journal then, safe from `kill -9`; another "
        "process delivers it to MLflow.",
    ),
    Comparison(
        "`%load_ext jupyter_mlops`",
        "`import mlflow`",
        load_extension,
        "in a new process that has IPython loaded, as a kernel has.",
    ),
    Comparison(
        "`import jupyter_mlops`",
        "`import mlflow`",
        import_package,
        "the same, without the magics and hooks.",
    ),
)


def _timed(arguments: list[str], folder: str) -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=_environ(),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


def _printed(script: str, **environ: str) -> float:
    """Run a script in an empty folder; return the number that it prints last."""
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=folder,
            env=_environ(**environ),
            check=True,
            capture_output=True,
            text=True,
        )
    return float(done.stdout.split()[-1])


def _environ(**more: str) -> dict[str, str]:
    """Return the environment, without what would lead to somebody's own project or server."""
    ours = ("JUPYTER_MLOPS_", "MLFLOW_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "MLFLOW_DISABLE_TELEMETRY": "true", **more}
