"""What a notebook says of itself: ``mlops.log``, ``mlops.param``, ``mlops.output``.

They go to the run that is open: the tracked cell's, or that of the pipeline step whose notebook
this is. Where none is open (the notebook is only being tried out) they say so once and do no harm,
so that the same notebook works in the Lab, as a step, and in CI.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_mlops.cells.metrics import as_number
from jupyter_mlops.errors import Invalid
from jupyter_mlops.kernel.session import kernel_session
from jupyter_mlops.notebooks.scraps import scrap_bundle

__all__ = ["log", "output", "param"]


def log(metrics: Mapping[str, Any], *, step: int = 0) -> None:
    """Log numbers, such as ``mlops.log({"loss": 0.1}, step=3)``; ``step`` is their axis.

    Safe on disk when it returns, in microseconds. Raises Invalid for what is no number.
    """
    numbers = {}
    for name, value in metrics.items():
        number = as_number(value)
        if number is None:
            kind = type(value).__name__
            hint = "log text with mlops.param, other results with mlops.output"
            raise Invalid(f"metric {name!r} must be one number, not {kind}", hint=hint)
        numbers[str(name)] = number
    session = kernel_session()
    if session.current is None:
        _say_untracked()
    else:
        session.journal.metrics(session.current, numbers, step=step)
        session.metrics.update(numbers)


def param(**params: Any) -> None:  # noqa: ANN401 - everything has a text
    """Log parameters, such as ``mlops.param(alpha=0.5, kind="ridge")``."""
    session = kernel_session()
    if session.current is None:
        _say_untracked()
    else:
        texts = {name: str(value) for name, value in params.items()}
        session.journal.params(session.current, texts)
        session.params.update(texts)


def output(name: str, value: Any, *, input_example: Any = None) -> None:  # noqa: ANN401 - JSON
    """Hand ``value`` to later steps of the pipeline as ``${{ steps.THIS.outputs.NAME }}``.

    ``value`` is a file's path or anything that JSON can hold; it is kept in the executed
    notebook as a scrap, which scrapbook can read too. ``input_example`` is for a model's file: a
    data frame of a few rows that the model can predict, from which its signature is taken.
    """
    _display(scrap_bundle(name, _plain(name, value)))
    if input_example is not None:
        if not hasattr(input_example, "to_json"):
            kind = type(input_example).__name__
            raise Invalid(
                f"input_example must be a data frame, not {kind}", hint="pass X_test.head(5)"
            )
        file = Path(str(value)).with_suffix(".example.json")
        file.write_text(input_example.to_json(orient="split", index=False))
        _display(scrap_bundle(f"{name}.input_example", file.as_posix()))


def _plain(name: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return ``value`` as JSON holds it; a number of numpy or torch becomes a plain one."""
    if isinstance(value, Path):
        return value.as_posix()
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(name, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(name, item) for item in value]
    if (number := as_number(value)) is not None:
        return int(number) if number.is_integer() and "int" in type(value).__name__ else number
    hint = "save it to a file and hand on its path"
    raise Invalid(f"output {name!r} cannot be a {type(value).__name__}", hint=hint)


def _display(bundle: dict[str, Any]) -> None:
    from IPython.core.getipython import get_ipython

    if get_ipython() is not None:
        from IPython.display import display

        display(bundle, raw=True)


@functools.cache
def _say_untracked() -> None:
    sys.stderr.write(
        "jupyter-mlops: no run is open, nothing was logged. Head the cell with %%track, "
        "or execute the notebook: jupyter mlops run NOTEBOOK.ipynb\n"
    )
