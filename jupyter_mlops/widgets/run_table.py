"""A table of runs in a notebook: sortable with a kernel, plain HTML in a saved notebook."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from jupyter_mlops.runs.run import Run

__all__ = ["RunTable"]

_STATIC = Path(__file__).parent / "static"


class RunTable(anywidget.AnyWidget):
    """Show runs as a table that sorts by a click, or Enter, on a column's head.

    ``columns`` are the heads; ``rows`` hold for each run the text of each cell and the number
    that it sorts by, or null where it sorts as text.
    """

    _esm = _STATIC / "run_table.js"
    _css = _STATIC / "run_table.css"
    columns = traitlets.List(traitlets.Unicode()).tag(sync=True)
    rows: traitlets.List[list[dict[str, Any]]] = traitlets.List().tag(sync=True)

    def __init__(self, runs: Iterable[Run]) -> None:
        runs = tuple(runs)
        metrics = sorted({name for run in runs for name in run.metrics})
        params = sorted({name for run in runs for name in run.params})
        rows = [_row(run, metrics, params) for run in runs]
        super().__init__(columns=["run", "status", "seconds", *metrics, *params], rows=rows)

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ANN401 - IPython's
        """Return the live table and, for whoever has no kernel, the same as HTML and text."""
        data, metadata = super()._repr_mimebundle_(**options) or ({}, {})
        return {**data, "text/html": self.html(), "text/plain": self.text()}, metadata

    def html(self) -> str:
        """Return the table as HTML; every text in it is escaped."""
        heads = "".join(f"<th>{html.escape(column)}</th>" for column in self.columns)
        rows = (
            "".join(f"<td>{html.escape(cell['text'])}</td>" for cell in row) for row in self.rows
        )
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"

    def text(self) -> str:
        """Return the table as lines of text, cells parted by two blanks."""
        lines = [self.columns, *([cell["text"] for cell in row] for row in self.rows)]
        return "\n".join("  ".join(line) for line in lines)


def _row(run: Run, metrics: list[str], params: list[str]) -> list[dict[str, Any]]:
    seconds = None if run.end_time is None else (run.end_time - run.start_time) / 1000
    return [
        _cell(run.name),
        _cell(run.status.value.lower()),
        _cell("" if seconds is None else f"{seconds:.1f}", seconds),
        *(_number(run.metrics.get(name)) for name in metrics),
        *(_param(run.params.get(name, "")) for name in params),
    ]


def _cell(text: str, number: float | None = None) -> dict[str, Any]:
    return {"text": text, "number": number if number is not None and _is_json(number) else None}


def _number(value: float | None) -> dict[str, Any]:
    return _cell("") if value is None else _cell(f"{value:.6g}", value)


def _param(text: str) -> dict[str, Any]:
    try:
        return _cell(text, float(text))
    except ValueError:
        return _cell(text)


def _is_json(number: float) -> bool:
    """Return whether a number can travel to the browser: NaN and infinities cannot."""
    return math.isfinite(number)
