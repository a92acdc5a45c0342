"""What of a pipeline is to be done before what."""

from __future__ import annotations

import hashlib
import heapq
import itertools
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jupyter_mlops.errors import Invalid
from jupyter_mlops.pipelines.pipeline import NotebookStep, Pipeline, Step, StepName

__all__ = ["Graph", "StepInstance", "expand", "order"]

BARE = re.compile(r"(?!(?:true|false|null|NaN|Infinity)$)[A-Za-z_][\w.-]*", re.ASCII)
"""Text that needs no quotes to be told from a number or a word of JSON."""

UNSAFE = re.compile(r"[^\w.,=+-]+", re.ASCII)
SLUG_LENGTH = 100


@dataclass(frozen=True, slots=True, eq=False)
class StepInstance:
    """One of the times that a step runs; ``values`` are those of its matrix, if it has one."""

    step: Step
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What people call it, like ``train[max_depth=2]``; no other instance is called so."""
        return f"{self.step.name}[{self._written()}]" if self.values else str(self.step.name)

    @property
    def slug(self) -> str:
        """The same for file names, like ``train-max_depth=2``; as unique as `key`."""
        if not self.values:
            return str(self.step.name)
        slug = f"{self.step.name}-{self._written()}"
        if len(slug) <= SLUG_LENGTH and not UNSAFE.search(slug):
            return slug
        digest = hashlib.sha256(self.key.encode()).hexdigest()[:12]
        return f"{UNSAFE.sub('_', slug)[:SLUG_LENGTH]}-{digest}"

    def __eq__(self, other: object) -> bool:
        """Compare by key as well: 1 and True are one value to Python, and two instances here."""
        if not isinstance(other, StepInstance):
            return NotImplemented
        return self.key == other.key and self.step == other.step

    def __hash__(self) -> int:
        return hash(self.key)

    def _written(self) -> str:
        return ",".join(f"{name}={_written(value)}" for name, value in self.values.items())


class Graph:
    """The instances of a pipeline's steps and what each depends on.

    ``instances`` stand in an order in which they can run one by one: otherwise that of the file,
    and of each matrix. A step depends on every instance of the steps that it needs.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        """Raises Invalid where steps need each other in a circle, or one that is not there."""
        needs = {name: step.needs for name, step in pipeline.steps.items()}
        self._needed_by: dict[StepName, list[StepName]] = {name: [] for name in needs}
        self._of = {name: expand(pipeline.steps[name]) for name in order(needs)}
        for name in self._of:
            for needed in dict.fromkeys(needs[name]):
                self._needed_by[needed].append(name)
        self.instances = tuple(itertools.chain.from_iterable(self._of.values()))

    def dependencies(self, instance: StepInstance) -> tuple[StepInstance, ...]:
        """Return what must have ended well before ``instance`` can run."""
        return self._instances(dict.fromkeys(instance.step.needs))

    def dependants(self, instance: StepInstance) -> tuple[StepInstance, ...]:
        """Return what waits for ``instance``, directly."""
        return self._instances(self._needed_by[instance.step.name])

    def ready(self, done: Collection[str]) -> tuple[StepInstance, ...]:
        """Return what can run once the instances with the keys ``done`` have ended well."""
        ended = frozenset(done)
        left = [instance for instance in self.instances if instance.key not in ended]
        waiting = {instance.step.name for instance in left}
        return tuple(i for i in left if waiting.isdisjoint(i.step.needs))

    def _instances(self, names: Collection[StepName]) -> tuple[StepInstance, ...]:
        return tuple(itertools.chain.from_iterable(self._of[name] for name in names))


def expand(step: Step) -> tuple[StepInstance, ...]:
    """Return a step's instances: one for each combination in its matrix, the last name fastest."""
    if not isinstance(step, NotebookStep) or not step.matrix:
        return (StepInstance(step),)
    combinations = itertools.product(*step.matrix.values())
    return tuple(
        StepInstance(step, dict(zip(step.matrix, values, strict=True))) for values in combinations
    )


def order(needs: Mapping[StepName, Sequence[StepName]]) -> tuple[StepName, ...]:
    """Return the names, each after all that it needs, and otherwise as they come.

    Raises Invalid, showing the circle, where there is no such order, and for a name that is
    needed and not there.
    """
    place = {name: index for index, name in enumerate(needs)}
    missing = {name: set(needed) for name, needed in needs.items()}
    needed_by: dict[StepName, list[StepName]] = {name: [] for name in needs}
    for name, needed in missing.items():
        for other in needed:
            if other not in place:
                raise Invalid(f"step {name!r} needs {other!r}, which is no step")
            needed_by[other].append(name)
    names = list(needs)
    free = [place[name] for name in names if not missing[name]]
    ordered = []
    while free:
        name = names[heapq.heappop(free)]
        ordered.append(name)
        for other in needed_by[name]:
            missing[other].remove(name)
            if not missing[other]:
                heapq.heappush(free, place[other])
    if len(ordered) < len(names):
        circle = _circle({name: left for name in names if (left := missing[name])}, place)
        message = f"steps need each other in a circle: {' -> '.join(circle)}"
        raise Invalid(message, hint="take one of these needs away")
    return tuple(ordered)


def _circle(
    missing: Mapping[StepName, set[StepName]], place: Mapping[StepName, int]
) -> list[StepName]:
    """Follow needs that are never met until a name comes again, which it must."""
    walk: dict[StepName, None] = {}
    name = next(iter(missing))
    while name not in walk:
        walk[name] = None
        name = min((other for other in missing[name] if other in missing), key=place.__getitem__)
    circle = list(walk)[list(walk).index(name) :]
    first = circle.index(min(circle, key=place.__getitem__))
    circle = circle[first:] + circle[:first]
    return [*circle, circle[0]]


def _written(value: object) -> str:
    if isinstance(value, str) and BARE.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
