"""What a step hands on: values, and the files that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from jupyter_mlops.datasets.dataset import Digest
from jupyter_mlops.datasets.fingerprint import fingerprint
from jupyter_mlops.errors import MlopsError, NotFound
from jupyter_mlops.pipelines.cache import StepOutput

__all__ = ["collect_outputs"]

_LONGEST_PATH = 1000


def collect_outputs(
    scraps: Mapping[str, Any], declared: Mapping[str, str], folder: Path
) -> dict[str, StepOutput]:
    """Return the outputs of a step by name.

    ``scraps`` are what its notebook handed on, ``declared`` the paths that it was asked to write,
    relative to ``folder``. Only these are the step's own: a file that a scrap merely names is
    remembered by its content but never put back. Raises NotFound for a declared one that was not
    written.
    """
    outputs = {
        name: StepOutput(value, dict(_named_files(value, folder))) for name, value in scraps.items()
    }
    for name, path in declared.items():
        if not (folder / path).exists():
            hint = f"write it in the notebook, or take {name!r} out of the step's outputs"
            raise NotFound(f"the notebook did not write its output {path}", hint=hint)
        outputs[name] = StepOutput(path, {path: fingerprint(folder / path)}, declared=True)
    return outputs


def _named_files(value: Any, folder: Path) -> Iterator[tuple[str, Digest]]:  # noqa: ANN401 - JSON
    """Yield each file or folder below ``folder`` that a value names, with its content's digest."""
    if isinstance(value, str):
        digest = _digest(value, folder)
        if digest is not None:
            yield value, digest
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _named_files(item, folder)
    elif isinstance(value, list):
        for item in value:
            yield from _named_files(item, folder)


def _digest(text: str, folder: Path) -> Digest | None:
    """Return the digest of what ``text`` names below ``folder``, None if it is only text."""
    path = PurePosixPath(text)
    if not path.parts or path.is_absolute() or ".." in path.parts or len(text) > _LONGEST_PATH:
        return None
    try:
        return fingerprint(folder / path) if (folder / path).exists() else None
    except (MlopsError, OSError, ValueError):
        return None  # too long a name, a zero byte, no permission: it is text
