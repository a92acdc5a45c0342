"""What the project asks of the place that keeps its models."""

from __future__ import annotations

from typing import Protocol

from jupyter_mlops.registry.model_version import ModelVersion, NewVersion, RegisteredModel

__all__ = ["ModelRegistry"]


class ModelRegistry(Protocol):
    """Keeps models, their versions and aliases. Safe to call from any thread.

    Each verb raises ``Unavailable`` where the registry does not answer and ``NotFound`` where
    a model, version or alias is not there.
    """

    def register(self, new: NewVersion) -> ModelVersion:
        """Make a version, its model first where needed.

        A version of the model that bears the same digest (tag ``mlops.model.digest``) already
        is returned instead of making another. Raises ``Invalid`` for a file that no supported
        safe format fits, or an input example that the model cannot predict.
        """
        ...

    def list_models(self) -> tuple[RegisteredModel, ...]:
        """Return every model, sorted by name, with its newest version and those with an alias.

        They are sorted newest first.
        """
        ...

    def get_model(self, name: str) -> RegisteredModel:
        """Return one model with all its versions, newest first."""
        ...

    def get_version(self, name: str, version_or_alias: int | str) -> ModelVersion:
        """Return one version, by number or by alias."""
        ...

    def set_alias(self, name: str, alias: str, version: int) -> None:
        """Give ``alias`` to ``version``; whoever held it loses it."""
        ...

    def set_tags(self, name: str, version: int, tags: dict[str, str]) -> None:
        """Set tags of a version, over what they were."""
        ...
