"""The nouns of a pipeline: what is to be done, in what order, from what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NewType

__all__ = ["GateSpec", "ModelStep", "NotebookStep", "Pipeline", "Step", "StepName"]

StepName = NewType("StepName", str)


@dataclass(frozen=True, slots=True)
class GateSpec:
    """A gate of a model step: the name it is known by and its options."""

    kind: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What all steps have. ``needs`` holds every step that this one uses, written or implied.

    ``line`` is where the step stands in its pipeline file, counted from 1.
    """

    name: StepName
    needs: tuple[StepName, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookStep(Step):
    """A step that executes a notebook.

    ``parameters``, ``inputs`` and ``outputs`` may hold ``${{ }}`` expressions, which are
    resolved when the step is about to run. ``matrix`` gives one instance of the step for each
    combination of values. Paths are relative to the pipeline's folder, but ``notebook`` can be
    opened as it is.
    """

    notebook: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)
    matrix: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStep(Step):
    """A step that registers ``source`` (an expression) as a version of ``model``."""

    model: str
    source: str
    alias: str | None = None
    gates: tuple[GateSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Steps by name, in the order of the file, which is also a valid order to read them in."""

    name: str
    file: Path
    parameters: Mapping[str, Any]
    steps: Mapping[StepName, Step]

    @property
    def folder(self) -> Path:
        """The folder that relative paths start from and steps run in."""
        return self.file.parent
