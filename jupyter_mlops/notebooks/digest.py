"""Tell whether the code of a notebook changed, and not only how it looks."""

from __future__ import annotations

import ast
import hashlib

from jupyter_mlops.notebooks.cell_source import parse_cell
from jupyter_mlops.notebooks.notebook import Notebook

__all__ = ["code_digest"]

FORMAT = b"jupyter-mlops code 1"
"""Hashed first; a change of how cells are normalised counts it up."""

SKIPPED = frozenset({"skip-execution"})
"""Tag of cells that nbclient passes over."""

INJECTED = frozenset({"injected-parameters"})
"""Tag of the cell that papermill puts in the place of its predecessor."""


def code_digest(notebook: Notebook, *, injected: bool = False) -> str:
    """Hash what a notebook executes: sha256 over its code cells in their order.

    Comments, blank lines, formatting, ``%%track``, empty cells, markdown, outputs and metadata do
    not count; docstrings, magics and the parameters cell do. A cell of injected parameters counts
    only if ``injected``: it is executed where no parameters take its place. The digest may differ
    between two minor versions of Python, whose syntax trees differ.
    """
    digest = hashlib.sha256(FORMAT)
    python = notebook.language == "python"
    passed_over = SKIPPED if injected else SKIPPED | INJECTED
    for cell in notebook.code_cells:
        code = b"" if passed_over.intersection(cell.tags) else _code(cell.source, python=python)
        if code:
            digest.update(b"\n%d\n" % len(code))
            digest.update(code)
    return digest.hexdigest()


def _code(source: str, *, python: bool) -> bytes:
    """Return what counts of a cell: its syntax tree, or its text where it is no Python."""
    try:
        cell = parse_cell(source) if python else None
        if cell is not None:
            return ast.dump(cell.tree).encode() if cell.tree.body else b""
    except RecursionError:  # parsed, but too deep to be written down
        pass
    lines = (line.rstrip() for line in source.strip().splitlines())
    text = "\n".join(lines).encode("utf-8", "surrogatepass")
    return b"text:" + text if text else b""
