"""The step cache: what a step made, found again by its fingerprint.

A result is kept only for a step that succeeded. Its files lie beside it by content, so that a file
that was removed or changed since is restored instead of made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, Protocol, Self

from jupyter_mlops.datasets.dataset import Digest
from jupyter_mlops.datasets.fingerprint import fingerprint
from jupyter_mlops.datasets.local_store import LocalDatasetStore
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.runs.delivery.journal import frame, unframe
from jupyter_mlops.settings import Settings

__all__ = ["LocalStepCache", "StepCache", "StepOutput", "StepResult"]


@dataclass(frozen=True, slots=True)
class StepOutput:
    """A value that a step hands on, with the digests of the files and folders that it names.

    Paths are relative to the pipeline's folder. A ``declared`` output is the step's own and is put
    back where it was changed or lost; any other file that is merely named is never touched.
    """

    value: Any
    files: Mapping[str, Digest] = field(default_factory=dict)
    declared: bool = False


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step that succeeded left. ``notebook`` is the executed one, relative to the root."""

    outputs: Mapping[str, StepOutput] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    notebook: str = ""
    message: str = ""


class StepCache(Protocol):
    """Keeps results. Safe from any thread and for several processes at once.

    A result that is damaged, or whose files are, is as good as none: ``get`` returns None, and the
    step runs again.
    """

    @classmethod
    def from_settings(cls, settings: Settings, state: Path) -> Self:
        """Make the cache for a project; ``state`` is its folder for what can be rebuilt."""
        ...

    def get(self, fingerprint: str, folder: Path) -> StepResult | None:
        """Return the result of a step, with its files in place below ``folder``."""
        ...

    def put(self, fingerprint: str, result: StepResult, folder: Path) -> None:
        """Keep the result of a step and copies of its files, which lie below ``folder``."""
        ...


class LocalStepCache:
    """Keeps results in a folder."""

    def __init__(self, folder: Path) -> None:
        self._steps = folder / "steps"
        self._blobs = LocalDatasetStore(folder / "blobs")

    @classmethod
    def from_settings(cls, settings: Settings, state: Path) -> Self:  # noqa: ARG003 - the same for all
        """Make the cache in the project's state folder."""
        return cls(state / "cache")

    def get(self, fingerprint: str, folder: Path) -> StepResult | None:
        """Return the result of a step, with its files in place below ``folder``."""
        result = self._read(fingerprint)
        if result is None:
            return None
        try:
            named = [file for output in result.outputs.values() for file in _files(output)]
            for path, digest, declared in named:
                if not declared and not _is(folder / path, digest):
                    return None  # it is somebody else's, and no more what it was
            for path, digest, declared in named:
                if declared and not _is(folder / path, digest):
                    self._blobs.get(digest, folder / path)
        except (MlopsError, OSError):
            return None  # a blob is missing or damaged
        return result

    def put(self, fingerprint: str, result: StepResult, folder: Path) -> None:
        """Keep the result of a step and copies of its files, which lie below ``folder``."""
        for output in result.outputs.values():
            for path, digest, declared in _files(output):
                if declared and not self._blobs.has(digest):
                    self._blobs.put(folder / path)
        self._steps.mkdir(parents=True, exist_ok=True)
        # Written aside under a name of its own: others may put the same at the same time.
        with NamedTemporaryFile(dir=self._steps, suffix=".new", delete=False) as new:
            new.write(frame(asdict(result)))
        Path(new.name).replace(self._steps / f"{fingerprint}.json")

    def _read(self, fingerprint: str) -> StepResult | None:
        try:
            data = unframe((self._steps / f"{fingerprint}.json").read_bytes())
        except OSError:
            return None
        if data is None:
            return None
        try:
            outputs = {name: StepOutput(**output) for name, output in data.pop("outputs").items()}
            return StepResult(outputs=outputs, **data)
        except (AttributeError, TypeError, KeyError):
            return None  # written by another version


def _files(output: StepOutput) -> list[tuple[str, Digest, bool]]:
    return [(path, digest, output.declared) for path, digest in output.files.items()]


def _is(path: Path, digest: Digest) -> bool:
    return path.exists() and fingerprint(path) == digest


if TYPE_CHECKING:
    _: StepCache = LocalStepCache(Path())
