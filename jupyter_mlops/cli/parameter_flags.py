"""papermill's ways to give parameters on the command line, and its order among them."""

from __future__ import annotations

import base64 as base64_codec
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_mlops.errors import Invalid, NotFound

__all__ = ["Flags", "coerce"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What was given: ``-b`` < ``-f`` < ``-y`` < ``-p`` < ``-r``, as in papermill."""

    base64: Sequence[str] = ()
    files: Sequence[Path] = ()
    yaml: Sequence[str] = ()
    typed: Sequence[tuple[str, str]] = ()
    raw: Sequence[tuple[str, str]] = ()

    def values(self, texts: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Return the parameters; those in ``texts`` are text, so ``-p name 7`` gives ``"7"``.

        Raises Invalid for what is no YAML, NotFound for a file that is not there.
        """
        found: dict[str, Any] = {}
        for encoded in self.base64:
            found |= _yaml(_decoded(encoded), "-b")
        for file in self.files:
            found |= _yaml(_text(file), str(file))
        for text in self.yaml:
            found |= _yaml(text, "-y")
        for name, text in self.typed:
            found[name] = text if name in texts else coerce(text)
        return found | dict(self.raw)


def coerce(text: str) -> bool | int | float | str | None:
    """Return what a text stands for, as papermill's ``-p`` reads it.

    >>> coerce("0.5"), coerce("True"), coerce("None"), coerce("a")
    (0.5, True, None, 'a')
    """
    words = {"True": True, "False": False, "None": None}
    if text in words:
        return words[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _decoded(text: str) -> str:
    try:
        return base64_codec.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Invalid("-b is no base64 of YAML", hint="base64 < parameters.yaml") from None


def _text(file: Path) -> str:
    from jupyter_mlops.notebooks.text_file import read_text

    if not file.exists():
        raise NotFound(f"there is no parameter file {file}", hint="correct the path")
    return read_text(file)


def _yaml(text: str, source: str) -> Mapping[str, Any]:
    from jupyter_mlops.pipelines.yaml_document import parse_yaml

    return parse_yaml(text, file=source).value
