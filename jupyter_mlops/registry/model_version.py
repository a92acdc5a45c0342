"""A version of a registered model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NewType

from jupyter_mlops.runs.run import RunId

__all__ = ["DIGEST_TAG", "Alias", "ModelVersion", "NewVersion", "RegisteredModel"]

Alias = NewType("Alias", str)

DIGEST_TAG = "mlops.model.digest"
"""The tag of a version that holds the content hash of what was registered."""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One version of a model. ``creation_time`` is in milliseconds since the epoch."""

    name: str
    version: int
    run_id: RunId | None
    creation_time: int
    aliases: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A model, its versions (newest first) and who holds which alias.

    ``versions`` are all of them, or in a list of models the newest and those with an alias.
    """

    name: str
    description: str = ""
    aliases: Mapping[str, int] = field(default_factory=dict)
    versions: tuple[ModelVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What is to become a version of the model ``name``.

    ``file`` is the saved model; ``input_example`` a JSON file of rows (pandas' ``split``
    orientation) that the model can predict, from which the signature is inferred.
    ``digest`` is the content hash of ``file`` and makes registering the same thing twice safe.
    """

    name: str
    file: Path
    digest: str
    run_id: RunId
    input_example: Path | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
