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
    # It prints a run's address to our standard output at its end.
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
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

_ADDRESSES = ("tracking_uri", "registry_uri")


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

    A database or artifact folder that is given as a relative path lies in ``root``, whatever
    folder the process stands in.
    Raises Invalid, with file and line, for a key that does not exist or a value of a wrong type.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {
        "experiment": root.name or "default",
        "tracking_uri": f"sqlite:///{root / 'mlflow.db'}",
        "artifact_root": "mlartifacts",
    }
    values |= _from_file(root)
    for field in fields(Settings):
        name = _ENVIRONMENT.get(field.name, f"JUPYTER_MLOPS_{field.name.upper()}")
        if text := environ.get(name):
            values[field.name] = _from_text(field.name, text, variable=name)
    values |= {key: value for key, value in arguments.items() if value is not None}
    for key in _ADDRESSES:
        values[key] = _in_root(values.get(key, ""), root)
    if "://" not in values["artifact_root"]:
        values["artifact_root"] = str(root / values["artifact_root"])
    return Settings(**values)


def without_credentials(uri: str) -> str:
    """Return a store's address without the user, password and query that it may hold.

    >>> without_credentials("postgresql://me:p@ss@db/mlflow?sslmode=require")
    'postgresql://db/mlflow'
    """
    scheme, mark, rest = uri.partition("//")
    if not mark or uri.startswith("sqlite"):
        return re.split("[?#]", uri)[0] if mark else uri.partition("?")[0]  # a path may hold an @
    before, at, after = rest.rpartition("@")
    if at and re.search("[?#]", before):
        # A password with a ? in it, or a query with an @: no part is surely no secret.
        return f"{scheme}//..."
    return f"{scheme}//{re.split('[?#]', after)[0]}"


def _in_root(uri: str, root: Path) -> str:
    """Make the path of an SQLite file absolute."""
    scheme, mark, path = uri.partition(":///")
    if not mark or not scheme.startswith("sqlite") or path.startswith(":memory:"):
        return uri
    return f"{scheme}:///{root / path}"


def _pyproject_table(folder: Path) -> dict[str, Any] | None:
    file = folder / "pyproject.toml"
    if not file.is_file():
        return None
    tools = _read_toml(file).get("tool")
    table = tools.get("jupyter-mlops") if isinstance(tools, dict) else None
    return table if isinstance(table, dict) else None


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        hint = "make it readable, or work in another folder"
        raise Invalid(f"cannot be read: {error.strerror}", hint=hint, file=str(file)) from None
    except ValueError as error:  # TOMLDecodeError or UnicodeDecodeError
        place = re.search(r" \(at line (\d+), column (\d+)\)", str(error))
        line, column = map(int, place.groups()) if place else (0, 0)
        reason = str(error).replace(place.group(), "") if place else str(error)
        hint = "see https://toml.io for the format"
        raise Invalid(
            f"not valid TOML: {reason}", hint=hint, file=str(file), line=line, column=column
        ) from None


def _from_file(root: Path) -> dict[str, Any]:
    file, pyproject = root / "mlops.toml", root / "pyproject.toml"
    if file.is_file():
        table, header = _read_toml(file), ""
    else:
        file, table, header = pyproject, _pyproject_table(root) or {}, "[tool.jupyter-mlops]"
    kinds = {field.name: int if field.type == "int" else str for field in fields(Settings)}
    for key, value in table.items():
        message = hint = ""
        if key not in kinds:
            near = get_close_matches(key, kinds, n=1)
            message = f"unknown key {key!r}"
            hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(kinds)}"
        elif type(value) is not kinds[key]:
            wanted = "a whole number" if kinds[key] is int else "text in quotes"
            said = "" if key in _ADDRESSES else f", not {value!r}"  # it may hold a password
            message, hint = f"{key} must be {wanted}{said}", "correct the value"
        elif value == "" or (isinstance(value, int) and value < 1):
            message, hint = f"{key} must not be {value!r}", "leave the key away for its default"
        if message:
            line = _line(file, key, header=header)
            raise Invalid(message, hint=hint, file=str(file), line=line)
    return dict(table)


def _line(file: Path, key: str, *, header: str) -> int:
    """Return the line below ``header`` that sets ``key``: tomllib does not tell."""
    below = not header
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        below = below or line.strip() == header
        if below and line.split("=")[0].strip().strip("\"'") == key:
            return number
    return 0


def _from_text(name: str, text: str, *, variable: str) -> str | int:
    if name != "workers":
        return text
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise Invalid(f"{variable} must be a whole number, not {text!r}", hint="for example 2")
