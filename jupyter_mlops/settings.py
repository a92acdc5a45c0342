"""Settings of a project: defaults < ``mlops.toml`` < environment < arguments.

A project is a folder with an ``mlops.toml``, a ``pyproject.toml`` that has a
``[tool.jupyter-mlops]`` table, or a git repository: whichever is found first, going up.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from jupyter_mlops.errors import Invalid

__all__ = [
    "MLFLOW_DEFAULTS",
    "NOTEBOOK_VARIABLE",
    "ROOT_VARIABLE",
    "RUN_VARIABLE",
    "STATE_FOLDER",
    "Settings",
    "find_root",
    "load_settings",
    "without_credentials",
]

STATE_FOLDER = ".mlops"
"""The folder in a project's root that holds what can be rebuilt or is still to be delivered."""

RUN_VARIABLE = "JUPYTER_MLOPS_RUN"
"""Tells a kernel which run it works for: the key of a pipeline step's or notebook's run."""

ROOT_VARIABLE = "JUPYTER_MLOPS_ROOT"
"""Tells a kernel which project it belongs to, where its folder does not."""

NOTEBOOK_VARIABLE = "JUPYTER_MLOPS_NOTEBOOK"
"""Tells a kernel which notebook it executes."""

MLFLOW_DEFAULTS: Mapping[str, str] = {
    # An unreachable server blocks MLflow's client for minutes with its own defaults (7 retries).
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "WARNING",  # each migration of a new database is a line otherwise
    "GIT_PYTHON_REFRESH": "quiet",
}
"""What processes of ours (never the user's kernel) ask of MLflow, unless the user says else."""

_ENVIRONMENT = {
    "tracking_uri": "MLFLOW_TRACKING_URI",
    "registry_uri": "MLFLOW_REGISTRY_URI",
    "experiment": "MLFLOW_EXPERIMENT_NAME",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; loaded once.

    ``registry_uri`` may be empty: then the registry is where the runs are. ``artifact_root``
    is where experiments that we make on a database keep their files; an ``mlflow server``
    decides that itself. ``workers`` is how many steps may run at once.
    """

    experiment: str
    tracking_uri: str
    artifact_root: str
    registry_uri: str = ""
    run_store: str = "mlflow"
    model_registry: str = "mlflow"
    step_cache: str = "local"
    executor: str = "papermill"
    workers: int = 2


def find_root(start: Path) -> Path:
    """Return the project's root for a file or folder, or ``start``'s own folder if there is none.

    A Jupyter server tells the kernels that it starts which root to take in that last case, by
    ``JUPYTER_MLOPS_ROOT``.
    """
    start = start.resolve()
    folder = start if start.is_dir() else start.parent
    for candidate in (folder, *folder.parents):
        if (candidate / "mlops.toml").is_file() or (candidate / ".git").exists():
            return candidate
        if _pyproject_table(candidate) is not None:
            return candidate
    told = os.environ.get(ROOT_VARIABLE, "")
    if told and folder.is_relative_to(told):
        return Path(told)
    return folder


def load_settings(
    root: Path, *, environ: Mapping[str, str] | None = None, **arguments: object
) -> Settings:
    """Load the settings of the project at ``root``.

    Raises Invalid, with file and line, for a key that does not exist or a value of a wrong type.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {
        "experiment": root.name or "default",
        "tracking_uri": f"sqlite:///{root / 'mlflow.db'}",
        "artifact_root": str(root / "mlartifacts"),
    }
    values |= _from_file(root)
    for field in fields(Settings):
        name = _ENVIRONMENT.get(field.name, f"JUPYTER_MLOPS_{field.name.upper()}")
        if text := environ.get(name):
            values[field.name] = _from_text(field.name, text, variable=name)
    values |= {key: value for key, value in arguments.items() if value is not None}
    return Settings(**values)


def without_credentials(uri: str) -> str:
    """Return a store's address without the user, password and query that it may hold."""
    return re.sub(r"//[^/@]*@", "//", uri.partition("?")[0])


def _pyproject_table(folder: Path) -> dict[str, Any] | None:
    file = folder / "pyproject.toml"
    if not file.is_file():
        return None
    table = _read_toml(file).get("tool", {}).get("jupyter-mlops")
    return table if isinstance(table, dict) else None


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        hint = "see https://toml.io for the format"
        raise Invalid(f"not valid TOML: {error}", hint=hint, file=str(file)) from None


def _from_file(root: Path) -> dict[str, Any]:
    file = root / "mlops.toml"
    table = _read_toml(file) if file.is_file() else _pyproject_table(root)
    if not file.is_file():
        file = root / "pyproject.toml"
    kinds = {field.name: int if field.type == "int" else str for field in fields(Settings)}
    for key, value in (table or {}).items():
        if key not in kinds:
            near = get_close_matches(key, kinds, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(kinds)}"
            raise Invalid(f"unknown key {key!r}", hint=hint, file=str(file), line=_line(file, key))
        if type(value) is not kinds[key]:
            wanted = "a whole number" if kinds[key] is int else "text in quotes"
            message = f"{key} must be {wanted}, not {value!r}"
            raise Invalid(message, hint="correct the value", file=str(file), line=_line(file, key))
    return dict(table or {})


def _line(file: Path, key: str) -> int:
    """Return the line that ``key`` is set on: tomllib does not tell."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if line.split("=")[0].strip().strip("\"'") == key:
            return number
    return 0


def _from_text(name: str, text: str, *, variable: str) -> str | int:
    if name != "workers":
        return text
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise Invalid(f"{variable} must be a whole number, not {text!r}", hint="for example 2")
