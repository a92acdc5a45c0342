"""Values that a notebook hands on, kept in its outputs the way scrapbook keeps them.

``scrapbook.read_notebook(path).scraps`` reads what we write, and we read what ``scrapbook.glue``
wrote as JSON or text.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from jupyter_mlops.errors import Invalid
from jupyter_mlops.notebooks.notebook import read_notebook_json

__all__ = ["SCRAP_MIME", "read_scraps", "scrap_bundle"]

SCRAP_MIME = "application/scrapbook.scrap.json+json"
TEXT_SCRAP_MIME = "application/scrapbook.scrap.text+json"


def scrap_bundle(name: str, value: object) -> dict[str, dict[str, Any]]:
    """Make the mime bundle that, displayed, keeps ``value`` in the notebook under ``name``.

    Paths become text, numpy's numbers and arrays plain ones. Raises Invalid for a value that has
    no JSON form, and for None, which scrapbook's schema does not know.
    """
    try:
        data = json.loads(json.dumps(value, default=_plain, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        hint = "save it to a file and hand on the path"
        raise Invalid(f"output {name!r} has no JSON form: {error}", hint=hint) from error
    if data is None:
        raise Invalid(f"output {name!r} is None", hint="hand on a value")
    return {SCRAP_MIME: {"name": name, "data": data, "encoder": "json", "version": 1}}


def read_scraps(path: Path) -> dict[str, Any]:
    """Return the values that an executed notebook handed on, by name; the last of a name counts.

    Outputs that are not as they should be are passed over. Raises as `read_notebook` does where
    the file is no notebook.
    """
    return {
        scrap["name"]: scrap["data"]
        for cell in read_notebook_json(path)["cells"]
        for output in _items(cell, "outputs")
        for mime, scrap in _members(output, "data")
        if mime in {SCRAP_MIME, TEXT_SCRAP_MIME}
        and isinstance(scrap, dict)
        and isinstance(scrap.get("name"), str)
        and "data" in scrap
    }


def _plain(value: object) -> object:
    """Turn what the ``json`` module does not know into what it does."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    tolist = getattr(value, "tolist", None)  # numpy's numbers and arrays, pandas' columns
    if callable(tolist):
        return tolist()
    raise TypeError(f"{type(value).__name__} is no text, number, list or dict")


def _items(raw: object, key: str) -> list[Any]:
    value = raw.get(key) if isinstance(raw, dict) else None
    return value if isinstance(value, list) else []


def _members(raw: object, key: str) -> list[tuple[str, Any]]:
    value = raw.get(key) if isinstance(raw, dict) else None
    return list(value.items()) if isinstance(value, dict) else []
