"""A model registry in memory: for tests, and for a look at the contract in its simplest form."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from jupyter_mlops.errors import NotFound
from jupyter_mlops.model_names import check_alias
from jupyter_mlops.registry.limits import check_new_version, check_tags
from jupyter_mlops.registry.model_registry import ModelRegistry
from jupyter_mlops.registry.model_version import ModelVersion, NewVersion, RegisteredModel
from jupyter_mlops.registry.saved_model import read_model
from jupyter_mlops.settings import Settings

__all__ = ["MemoryModelRegistry"]


@dataclass(slots=True)
class _Entry:
    versions: list[ModelVersion] = field(default_factory=list)
    aliases: dict[str, int] = field(default_factory=dict)


class MemoryModelRegistry:
    """Keeps models for as long as it lives; files are read and checked, not kept."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._entries: dict[str, _Entry] = {}

    @classmethod
    def from_settings(cls, settings: Settings, state: Path) -> MemoryModelRegistry:  # noqa: ARG003 - memory has no place
        """Make a registry: settings say nothing about memory."""
        return cls()

    def register(self, new: NewVersion) -> ModelVersion:
        """Make a version; the same digest twice gives the version that exists."""
        check_new_version(new)
        with self._lock:
            entry = self._entries.get(new.name, _Entry())
            for version in entry.versions:
                if version.tags["mlops.model.digest"] == new.digest:
                    return self.get_version(new.name, version.version)
            saved = read_model(new.file, input_example=new.input_example)
            version = ModelVersion(
                name=new.name,
                version=len(entry.versions) + 1,
                run_id=new.run_id,
                creation_time=int(time.time() * 1000),
                tags={**new.tags, **saved.tags, "mlops.model.digest": new.digest},
            )
            entry.versions.append(version)
            self._entries[new.name] = entry
            return _held(version, {})

    def list_models(self) -> tuple[RegisteredModel, ...]:
        """Return every model, sorted by name, with its newest version and those with an alias."""
        with self._lock:
            models = [self.get_model(name) for name in sorted(self._entries)]
        return tuple(
            replace(model, versions=tuple(v for v in model.versions if _is_notable(v, model)))
            for model in models
        )

    def get_model(self, name: str) -> RegisteredModel:
        """Return one model with all its versions."""
        with self._lock:
            entry = self._entry(name)
            versions = tuple(_held(version, entry.aliases) for version in entry.versions[::-1])
            return RegisteredModel(name, aliases=dict(entry.aliases), versions=versions)

    def get_version(self, name: str, version_or_alias: int | str) -> ModelVersion:
        """Return one version, by number or by alias."""
        with self._lock:
            entry = self._entry(name)
            number = version_or_alias
            if isinstance(number, str):
                if number not in entry.aliases:
                    hint = f"aliases: {', '.join(sorted(entry.aliases)) or 'none'}"
                    raise NotFound(f"the model {name!r} has no alias {number!r}", hint=hint)
                number = entry.aliases[number]
            if not 1 <= number <= len(entry.versions):
                hint = f"versions: 1 to {len(entry.versions)}"
                raise NotFound(f"the model {name!r} has no version {number}", hint=hint)
            return _held(entry.versions[number - 1], entry.aliases)

    def set_alias(self, name: str, alias: str, version: int) -> None:
        """Give ``alias`` to ``version``; whoever held it loses it."""
        check_alias(alias)
        with self._lock:
            self._entry(name).aliases[alias] = self.get_version(name, version).version

    def set_tags(self, name: str, version: int, tags: dict[str, str]) -> None:
        """Set tags of a version, over what they were."""
        check_tags(tags)
        with self._lock:
            old = self.get_version(name, version)
            new = replace(old, aliases=(), tags={**old.tags, **tags})
            self._entry(name).versions[version - 1] = new

    def _entry(self, name: str) -> _Entry:
        if name not in self._entries:
            hint = f"models: {', '.join(sorted(self._entries)) or 'none'}"
            raise NotFound(f"there is no model {name!r}", hint=hint)
        return self._entries[name]


def _held(version: ModelVersion, aliases: Mapping[str, int]) -> ModelVersion:
    held = tuple(sorted(alias for alias, number in aliases.items() if number == version.version))
    return replace(version, aliases=held, tags=dict(version.tags))


def _is_notable(version: ModelVersion, model: RegisteredModel) -> bool:
    return bool(version.aliases) or version == model.versions[0]


if TYPE_CHECKING:
    _: ModelRegistry = MemoryModelRegistry()
