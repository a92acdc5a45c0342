"""What a notebook says of itself: ``mlops.log``, ``mlops.param``, ``mlops.output``.

They go to the run that is open: the tracked cell's, or that of the pipeline step whose notebook
this is. Where none is open (the notebook is only being tried out) they say so once and do no harm,
so that the same notebook works in the Lab, as a step, and in CI.
"""

from __future__ import annotations

import functools
import operator
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jupyter_mlops.cells.metrics import as_number
from jupyter_mlops.errors import Invalid, MlopsError
from jupyter_mlops.kernel.session import KernelSession, kernel_session
from jupyter_mlops.notebooks.scraps import scrap_bundle

__all__ = ["log", "output", "param"]


def log(metrics: Mapping[str, Any], *, step: int = 0) -> None:
    """Log numbers, such as ``mlops.log({"loss": 0.1}, step=3)``; ``step`` is their axis.

    Safe on disk when it returns, in microseconds. Raises Invalid for what is no number.
    """
    numbers, at = _numbers(metrics), _step(step)
    _report(lambda session: session.log_metrics(numbers, step=at))


def param(**params: Any) -> None:  # noqa: ANN401 - everything has a text
    """Log parameters, such as ``mlops.param(alpha=0.5, kind="ridge")``."""
    texts = {name: str(value) for name, value in params.items()}
    _report(lambda session: session.log_params(texts))


def output(name: str, value: Any, *, input_example: Any = None) -> None:  # noqa: ANN401 - JSON
    """Hand ``value`` to later steps of the pipeline as ``${{ steps.THIS.outputs.NAME }}``.

    ``value`` is a file's path or anything that JSON can hold; it is kept in the executed
    notebook as a scrap, which scrapbook can read too. ``input_example`` is for a model's file: a
    data frame of a few rows that the model can predict, from which its signature is taken.
    """
    _display(scrap_bundle(name, value))
    if input_example is not None:
        if not hasattr(input_example, "to_json"):
            kind = type(input_example).__name__
            message = f"input_example must be a data frame, not {kind}"
            raise Invalid(message, hint="pass X_test.head(5)")
        file = Path(str(value)).with_suffix(".example.json")
        file.write_text(input_example.to_json(orient="split", index=False), encoding="utf-8")
        _display(scrap_bundle(f"{name}.input_example", file.as_posix()))


def _numbers(metrics: object) -> dict[str, float]:
    if not isinstance(metrics, Mapping):
        message = f"metrics must be a dict, not {type(metrics).__name__}"
        raise Invalid(message, hint='such as mlops.log({"loss": 0.1})')
    numbers = {}
    for name, value in metrics.items():
        number = as_number(value)
        if number is None:
            message = f"metric {name!r} must be one number, not {type(value).__name__}"
            hint = "log text with mlops.param, other results with mlops.output"
            raise Invalid(message, hint=hint)
        numbers[str(name)] = number
    return numbers


def _step(step: Any) -> int:  # noqa: ANN401 - numpy's and torch's integers are none of Python's
    try:
        number = operator.index(step)
    except TypeError:
        number = 2**63
    if not -(2**63) <= number < 2**63:
        message = f"step must be a whole number of 64 bits, not {step!r}"
        raise Invalid(message, hint="count epochs or batches")
    return number


def _report(report: Callable[[KernelSession], None]) -> None:
    """Report to the open run; what is wrong on our side is no concern of the user's cell."""
    try:
        session = kernel_session()
        if session.current is not None:
            report(session)
            return
    except (MlopsError, OSError) as error:
        _say_once(f"this and more was not logged: {error}")
        return
    _say_once(
        "no run is open, nothing was logged. Head the cell with %%track, "
        "or execute the notebook: jupyter mlops run NOTEBOOK.ipynb"
    )


def _display(bundle: dict[str, Any]) -> None:
    from IPython.core.getipython import get_ipython

    if get_ipython() is not None:
        from IPython.display import display

        display(bundle, raw=True)


@functools.cache
def _say_once(text: str) -> None:
    sys.stderr.write(f"jupyter-mlops: {text}\n")
