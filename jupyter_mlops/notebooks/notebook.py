"""A notebook as it lies on disk: its cells and what kernel it asks for.

Reading imports no nbformat, which costs seconds; only notebooks older than format 4 need it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from jupyter_mlops.errors import Invalid
from jupyter_mlops.notebooks.text_file import read_text, shown_path

__all__ = ["Cell", "Notebook", "read_notebook", "read_notebook_json"]

FORMAT = 4
"""The nbformat that is current since 2015; older ones are upgraded when they are read."""

KINDS = frozenset({"code", "markdown", "raw"})

KIND_NAMES: Mapping[type, str] = {dict: "a JSON object", list: "a list", str: "text"}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell. ``kind`` is ``code``, ``markdown`` or ``raw``; before format 4.5 cells have no id."""

    cell_id: str
    kind: str
    source: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook's cells, the kernel it asks for (may be empty) and the language it is in."""

    path: Path
    cells: tuple[Cell, ...]
    kernel: str = ""
    language: str = "python"

    @property
    def code_cells(self) -> tuple[Cell, ...]:
        """Return the cells that a kernel executes."""
        return tuple(cell for cell in self.cells if cell.kind == "code")


def read_notebook(path: Path) -> Notebook:
    """Read a notebook of any format.

    Raises NotFound, with a hint at a file of nearly that name, and Invalid for whatever papermill
    or JupyterLab could not open, with the file and, where it is known, line and column.
    """
    file = shown_path(path)
    document = read_notebook_json(path)
    metadata = _mapping(document, "metadata", "the notebook", file)
    _optional(metadata, "papermill", "metadata", file, kind=dict)
    kernelspec = _optional(metadata, "kernelspec", "metadata", file, kind=dict) or {}
    language = _optional(metadata, "language_info", "metadata", file, kind=dict) or {}
    written = _optional(language, "name", "language_info", file, kind=str)
    spoken = _optional(kernelspec, "language", "kernelspec", file, kind=str)
    return Notebook(
        path=path,
        cells=tuple(
            _cell(raw, f"cell {number}", file)
            for number, raw in enumerate(document["cells"], start=1)
        ),
        kernel=_optional(kernelspec, "name", "kernelspec", file, kind=str) or "",
        language=(written or spoken or "python").lower(),
    )


def read_notebook_json(path: Path) -> dict[str, Any]:
    """Read a notebook's JSON in format 4, outputs and all; only what is on top is checked.

    Raises as `read_notebook` does.
    """
    file = shown_path(path)
    document = _parse(read_text(path), file)
    if not isinstance(document, dict):
        raise Invalid("the notebook is not a JSON object", hint="is it another file?", file=file)
    version = document.get("nbformat")
    if not isinstance(version, int) or isinstance(version, bool):
        raise Invalid("there is no nbformat number: this is not a notebook", file=file)
    if version > FORMAT:
        message = f"the notebook is of format {version}, newer than the {FORMAT} known here"
        raise Invalid(message, hint="upgrade jupyter-mlops", file=file)
    if version < FORMAT:
        document = _upgrade(document, file)
    if not isinstance(document.get("cells"), list):
        raise Invalid("the notebook has no list of cells", file=file)
    minor = document.get("nbformat_minor")
    if not isinstance(minor, int) or isinstance(minor, bool):
        hint = 'add "nbformat_minor": 5 to it'
        raise Invalid("the notebook has no nbformat_minor number", hint=hint, file=file)
    return document


def _parse(text: str, file: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Invalid(
            f"the notebook is not valid JSON: {error.msg}",
            hint=_json_hint(text),
            file=file,
            line=error.lineno,
            column=error.colno,
        ) from error
    except RecursionError as error:
        raise Invalid("the notebook is nested too deeply", file=file) from error
    except ValueError as error:  # an integer of thousands of digits
        raise Invalid(f"the notebook is not valid JSON: {error}", file=file) from error


def _json_hint(text: str) -> str:
    if "\n<<<<<<< " in text:
        return "it holds marks of a git merge conflict: resolve it, with nbdime for example"
    return "restore it from git or a checkpoint"


def _upgrade(document: dict[str, Any], file: str) -> dict[str, Any]:
    import nbformat

    try:
        old = nbformat.from_dict(document)  # type: ignore[no-untyped-call]
        upgraded: dict[str, Any] = nbformat.convert(old, FORMAT)  # type: ignore[no-untyped-call]
    except Exception as error:  # the converters check nothing: any error may come out of them
        message = f"the notebook of format {document['nbformat']} cannot be upgraded: {error!r}"
        raise Invalid(message, hint="open and save it in JupyterLab", file=file) from error
    return upgraded


def _cell(raw: object, name: str, file: str) -> Cell:
    if not isinstance(raw, dict):
        raise Invalid(f"{name} is not a JSON object", file=file)
    kind = raw.get("cell_type")
    if not isinstance(kind, str) or kind not in KINDS:
        raise Invalid(f"{name} has the unknown cell_type {kind!r}", file=file)
    tags = _mapping(raw, "metadata", name, file).get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        message = f"the tags of {name} are not a list of strings: {tags!r}"
        raise Invalid(message, hint='write them like "tags": ["parameters"]', file=file)
    _optional(raw, "attachments", name, file, kind=dict)
    for output in _optional(raw, "outputs", name, file, kind=list) or ():
        if not isinstance(output, dict) or not isinstance(output.get("data", {}), dict):
            hint = "clear the outputs in JupyterLab"
            raise Invalid(
                f"{name} has an output that is none: {output!r:.60}", hint=hint, file=file
            )
    cell_id = raw.get("id", "")
    return Cell(
        cell_id=cell_id if isinstance(cell_id, str) else "",
        kind=kind,
        source=_source(raw, name, file),
        tags=tuple(tags),
    )


def _optional(raw: Mapping[str, Any], key: str, name: str, file: str, *, kind: type[T]) -> T | None:
    """Return a value that need not be there, but is of its kind if it is."""
    value = raw.get(key)
    if isinstance(value, kind):
        return value
    if key in raw:
        message = f"{key} of {name} is not {KIND_NAMES[kind]}: {value!r:.60}"
        raise Invalid(message, hint="open and save the notebook in JupyterLab", file=file)
    return None


def _source(raw: Mapping[str, Any], name: str, file: str) -> str:
    source = raw.get("source")
    if isinstance(source, str):
        return source
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    message = f"{name} has no source" if source is None else f"the source of {name} is not text"
    raise Invalid(message, hint="open and save the notebook in JupyterLab", file=file)


def _mapping(raw: Mapping[str, Any], key: str, name: str, file: str) -> dict[str, Any]:
    value = raw.get(key)
    if not isinstance(value, dict):
        raise Invalid(f"{name} has no {key}", hint=f'add "{key}": {{}} to it', file=file)
    return value
