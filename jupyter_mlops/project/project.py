"""The project: the one place where settings are opened, plug-ins picked and stores built.

Every doorway (command line, kernel, server) is handed a `Project`; nothing below it knows one.
Stores are built when they are first asked for, so that a doorway pays only for what it uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mlops import plugins
from jupyter_mlops.settings import STATE_FOLDER, Settings, find_root, load_settings

if TYPE_CHECKING:
    from jupyter_mlops.pipelines.cache import StepCache
    from jupyter_mlops.pipelines.executors.executor import Executor
    from jupyter_mlops.registry.model_registry import ModelRegistry
    from jupyter_mlops.runs.delivery.deliver import Deliverer
    from jupyter_mlops.runs.store import RunStore

__all__ = ["Project"]

_NOT_SEARCHED = {"node_modules", "__pycache__", "site-packages", "mlartifacts", "mlruns"}
_SEARCH_DEPTH = 4


class Project:
    """A folder with its settings, its stores and its state."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root
        self.settings = settings

    @classmethod
    def open(cls, path: Path | None = None, **arguments: Any) -> Project:  # noqa: ANN401 - each setting has a type
        """Open the project that ``path`` (default: the current folder) belongs to.

        ``arguments`` are settings that win over files and environment.
        Raises Invalid where the settings are not valid.
        """
        root = find_root(path or Path.cwd())
        return cls(root, load_settings(root, **arguments))

    @property
    def state(self) -> Path:
        """The folder of what can be rebuilt or is still to be delivered."""
        return self.root / STATE_FOLDER

    @property
    def journals(self) -> Path:
        """The folder where processes report what they do."""
        return self.state / "journal"

    @property
    def executions(self) -> Path:
        """The folder with one folder for each execution."""
        return self.state / "executions"

    @cached_property
    def runs(self) -> RunStore:
        """The place that keeps runs."""
        kind = plugins.load("run_stores", self.settings.run_store)
        store: RunStore = kind.from_settings(self.settings, self.state)
        return store

    @cached_property
    def registry(self) -> ModelRegistry:
        """The place that keeps models."""
        kind = plugins.load("model_registries", self.settings.model_registry)
        registry: ModelRegistry = kind.from_settings(self.settings, self.state)
        return registry

    @cached_property
    def step_cache(self) -> StepCache:
        """The place that keeps what steps made."""
        kind = plugins.load("step_caches", self.settings.step_cache)
        cache: StepCache = kind.from_settings(self.settings, self.state)
        return cache

    @cached_property
    def executor(self) -> Executor:
        """What runs a step."""
        executor: Executor = plugins.load("executors", self.settings.executor)()
        return executor

    @cached_property
    def deliverer(self) -> Deliverer:
        """What brings the journals to the run store."""
        from jupyter_mlops.runs.delivery.deliver import Deliverer

        return Deliverer(self.journals, self.runs)

    @property
    def tracked(self) -> bool:
        """Whether anything was ever tracked here: asking for runs must not make a database."""
        kind, _, file = self.settings.tracking_uri.partition("sqlite:///")
        if self.settings.run_store != "mlflow" or kind:
            return True
        return Path(file.partition("?")[0]).exists() or any(self.journals.glob("*.journal"))

    def prepare(self) -> None:
        """Make the state folder, ignored by git, and open the run store.

        Raises Unavailable where the store does not answer.
        """
        self.make_state()
        self.runs.check()

    def make_state(self) -> None:
        """Make the state folder, with a ``.gitignore`` that keeps it out of the repository."""
        self.journals.mkdir(parents=True, exist_ok=True)
        ignore = self.state / ".gitignore"
        if not ignore.exists():
            ignore.write_text("# made by jupyter-mlops: all here can be rebuilt\n*\n")

    def pipeline_files(self) -> tuple[Path, ...]:
        """Return every ``pipeline.yaml`` (or ``*.pipeline.yaml``) of the project, sorted."""
        return tuple(sorted(self._search(self.root, depth=0)))

    def _search(self, folder: Path, *, depth: int) -> Iterator[Path]:
        try:
            entries = sorted(folder.iterdir())
        except OSError:
            return  # a folder that we may not read holds no pipeline of ours
        for entry in entries:
            if entry.name.endswith((".pipeline.yaml", ".pipeline.yml")) or entry.name in (
                "pipeline.yaml",
                "pipeline.yml",
            ):
                yield entry
            elif (
                depth < _SEARCH_DEPTH
                and not entry.name.startswith(".")
                and entry.name not in _NOT_SEARCHED
                and entry.is_dir()
                and not entry.is_symlink()
            ):
                yield from self._search(entry, depth=depth + 1)
