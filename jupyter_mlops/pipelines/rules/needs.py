"""Rules for what must be done before what."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import chain
from pathlib import PurePosixPath

from jupyter_mlops.errors import Invalid
from jupyter_mlops.pipelines.expressions import Scope, references, resolve
from jupyter_mlops.pipelines.graph import expand, order
from jupyter_mlops.pipelines.pipeline import NotebookStep, Pipeline, Step, StepName
from jupyter_mlops.pipelines.rules.outputs import written_by
from jupyter_mlops.pipelines.rules.problem import Problem
from jupyter_mlops.pipelines.rules.references import expressions

__all__ = ["circles", "implied_needs", "written_needs"]


def written_needs(pipeline: Pipeline) -> Iterator[Problem]:
    """Find needs for a step that is not there, or for the step itself."""
    for name, step in pipeline.steps.items():
        for index, needed in enumerate(step.needs):
            if needed == name:
                error = Invalid(f"step {name!r} needs itself", hint="take this need away")
                yield Problem(("steps", name, "needs", index), error)
            elif needed not in pipeline.steps:
                others = [other for other in pipeline.steps if other != name]
                near = get_close_matches(needed, others, n=1)
                hint = f"there are: {', '.join(others)}" if others else "there is no other step"
                hint = f"did you mean {near[0]!r}?" if near else hint
                error = Invalid(f"there is no step {needed!r}", hint=hint)
                yield Problem(("steps", name, "needs", index), error)


def implied_needs(pipeline: Pipeline) -> dict[StepName, tuple[StepName, ...]]:
    """Return whom each step needs: whom it says, whose outputs it names, whose files it reads."""
    writers = _Writers(pipeline)
    needs = {}
    for name, step in pipeline.steps.items():
        used = [StepName(r.step) for r in references(list(expressions(step).values())) if r.step]
        files = [writer for path in _read(step, pipeline) for writer in writers.of(path)]
        used += [writer for writer in files if writer != name]
        needs[name] = tuple(dict.fromkeys([*step.needs, *used]))
    return needs


def circles(pipeline: Pipeline) -> Iterator[Problem]:
    """Find steps that need each other."""
    try:
        order({name: step.needs for name, step in pipeline.steps.items()})
    except Invalid as error:
        first = error.message.partition(": ")[2].partition(" -> ")[0]
        yield Problem(("steps", first), error, at_key=True)


class _Writers:
    """Who writes a path, something below it, or a folder that it lies in."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._at: dict[PurePosixPath, list[StepName]] = {}
        self._below: dict[PurePosixPath, list[StepName]] = {}
        for name, step in pipeline.steps.items():
            for instance in expand(step):
                for path in map(PurePosixPath, written_by(instance, pipeline).values()):
                    self._at.setdefault(path, []).append(name)
                    for folder in path.parents:
                        self._below.setdefault(folder, []).append(name)

    def of(self, path: PurePosixPath) -> list[StepName]:
        around = [self._at.get(place, []) for place in (path, *path.parents)]
        return [*self._below.get(path, []), *chain.from_iterable(around)]


def _read(step: Step, pipeline: Pipeline) -> list[PurePosixPath]:
    """Return the inputs that are known before anything ran."""
    if not isinstance(step, NotebookStep) or not step.inputs:
        return []
    known = [path for path in step.inputs if not any(r.step for r in references(path))]
    scopes = [Scope(pipeline.parameters, instance.values) for instance in expand(step)]
    paths = (str(resolve(path, scope)) for path in known for scope in scopes)
    return [PurePosixPath(path) for path in dict.fromkeys(paths)]
