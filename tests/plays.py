"""Pipelines executed for real but for the kernels: their notebooks are played by a script."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from textwrap import dedent

from jupyter_mlops.notebooks.scraps import scrap_bundle
from jupyter_mlops.pipelines.executors.executor import (
    NotebookOutcome,
    NotebookRun,
    NotebookStatus,
    Progress,
)
from jupyter_mlops.pipelines.spec import load_pipeline
from jupyter_mlops.project import Project
from jupyter_mlops.project.pipeline import execute_pipeline

DONE = NotebookOutcome(NotebookStatus.DONE)


@dataclass
class Play:
    """An executor that does what ``plays`` says for a notebook, without a kernel."""

    plays: dict[str, Callable[[NotebookRun], NotebookOutcome | dict | None]]
    played: list[str] = field(default_factory=list)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def execute(self, run: NotebookRun, progress: Progress) -> NotebookOutcome:
        progress(1, 1)
        self.played.append(run.output.stem)
        said = self.plays.get(run.notebook.stem, lambda run: None)(run)
        outputs = said if isinstance(said, dict) else {}
        bundles = [
            {"output_type": "display_data", "data": scrap_bundle(name, value), "metadata": {}}
            for name, value in outputs.items()
        ]
        notebook = json.loads(run.notebook.read_text())
        notebook["cells"][-1]["outputs"] = bundles
        run.output.parent.mkdir(parents=True, exist_ok=True)
        run.output.write_text(json.dumps(notebook))
        return said if isinstance(said, NotebookOutcome) else DONE

    def cancel(self) -> None:
        self.cancelled.set()


PIPELINE = """
    name: trees
    parameters: {seed: 1}
    steps:
      prepare:
        notebook: prepare.ipynb
        parameters: {seed: "${{ parameters.seed }}"}
        outputs: {data: data.csv}
      train:
        notebook: train.ipynb
        matrix: {depth: [2, 4]}
        parameters: {data: "${{ steps.prepare.outputs.data }}"}
        outputs: {model: "model-${{ matrix.depth }}.bin"}
      evaluate:
        notebook: evaluate.ipynb
        parameters: {models: "${{ steps.train.outputs.model }}"}
"""


def prepare(run):
    (run.folder / "data.csv").write_text(f"{run.parameters['seed']}\n")


def train(run):
    text = (run.folder / run.parameters["data"]).read_text()
    (run.folder / f"model-{run.parameters['depth']}.bin").write_text(text)


def evaluate(run):
    return {"best": run.parameters["models"][-1]}


def play(**others):
    return Play({"prepare": prepare, "train": train, "evaluate": evaluate, **others})


def execute(project, executor, *, text=PIPELINE, workers=2, file=None, **parameters):
    """Execute a pipeline with ``executor`` in place of the project's."""
    file = file or project.root / "pipeline.yaml"
    file.write_text(dedent(text))
    fresh = Project(project.root, project.settings)
    for name in ("runs", "registry"):
        fresh.__dict__[name] = getattr(project, name)
    fresh.__dict__["executor"] = executor
    events = []
    execution = execute_pipeline(
        fresh, load_pipeline(file, parameters), subscriber=events.append, workers=workers
    )
    return execution, executor.played


def statuses(execution):
    return {name: str(state.status) for name, state in execution.steps.items()}
