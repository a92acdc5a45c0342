"""Introduce pipelines to the registry: what a model step asks for, done by gates and aliases."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from jupyter_mlops import plugins
from jupyter_mlops.errors import Invalid, NotFound
from jupyter_mlops.model_names import check_alias, check_model_name
from jupyter_mlops.pipelines.execution import StepOutcome, StepStatus
from jupyter_mlops.pipelines.executors.registrar import ModelRequest, Registrar
from jupyter_mlops.pipelines.pipeline import ModelStep
from jupyter_mlops.registry.gate import Candidate, Gate
from jupyter_mlops.registry.model_registry import ModelRegistry
from jupyter_mlops.registry.model_version import DIGEST_TAG, ModelVersion, NewVersion
from jupyter_mlops.registry.promotion import promote
from jupyter_mlops.runs.run import RunKey
from jupyter_mlops.runs.tracker import Tracker

__all__ = ["ProjectRegistrar"]


class ProjectRegistrar:
    """Registers models in the project's registry, which is opened when there is one to register."""

    def __init__(self, registry: Callable[[], ModelRegistry], tracker: Tracker) -> None:
        self._open_registry = registry
        self._tracker = tracker

    def check(self, step: ModelStep) -> None:
        """Raise Invalid for a gate, an alias or a model's name that cannot be."""
        check_model_name(step.model)
        if step.alias is not None:
            check_alias(step.alias)
        _gates(step)

    def current(self, request: ModelRequest) -> StepOutcome | None:
        """Return a cached outcome if the registry has it all already: version and alias.

        The gates are asked again: one that has become stricter is no matter of the past.
        """
        step = request.step
        try:
            model = self._open_registry().get_model(step.model)
        except NotFound:
            return None
        version = next(
            (v for v in model.versions if v.tags.get(DIGEST_TAG) == request.digest), None
        )
        if version is None or (step.alias is not None and step.alias not in version.aliases):
            return None
        candidate = Candidate(step.model, request.metrics)
        if not all(gate.judge(candidate).passed for gate in _gates(step)):
            return None
        label = f"{version.name} version {version.version}"
        message = f"{label} is {step.alias}" if step.alias else label
        return StepOutcome(StepStatus.CACHED, _outputs(step, version), request.metrics, message)

    def register(self, request: ModelRequest, run: RunKey) -> StepOutcome:
        """Register a model; its alias moves if every gate passes."""
        step = request.step
        new = NewVersion(
            name=step.model,
            file=request.file,
            digest=request.digest,
            run_id=self._tracker.run_id(run),
            input_example=request.input_example,
            tags=request.tags,
        )
        version = self._open_registry().register(new)
        label = f"{version.name} version {version.version}"
        if step.alias is None:
            return StepOutcome(StepStatus.DONE, _outputs(step, version), request.metrics, label)
        return self._promote(step, version, request)

    def _promote(
        self, step: ModelStep, version: ModelVersion, request: ModelRequest
    ) -> StepOutcome:
        alias = step.alias or ""
        promotion = promote(
            self._open_registry(),
            version,
            alias=alias,
            gates=_gates(step),
            candidate=Candidate(step.model, request.metrics),
        )
        label = f"{version.name} version {version.version}"
        outputs = _outputs(step, version)
        if promotion.moved:
            return StepOutcome(StepStatus.DONE, outputs, request.metrics, f"{label} is {alias}")
        reasons = "; ".join(v.reason for v in promotion.verdicts if not v.passed)
        message = f"{label} did not become {alias}: {reasons}"
        return StepOutcome(StepStatus.REFUSED, outputs, request.metrics, message)


def _outputs(step: ModelStep, version: ModelVersion) -> dict[str, str | int]:
    outputs: dict[str, str | int] = {"model": version.name, "version": version.version}
    return {**outputs, "alias": step.alias} if step.alias else outputs


def _gates(step: ModelStep) -> list[Gate]:
    """Make the gates of a step; what is wrong with one is told with the step's place."""
    gates: list[Gate] = []
    for spec in step.gates:
        kind: type[Gate] = plugins.load("gates", spec.kind)
        try:
            gates.append(kind.from_options(spec.options))
        except Invalid as error:
            message = f"step {step.name!r}: {error.message}"
            raise Invalid(message, hint=error.hint) from None
    return gates


if TYPE_CHECKING:

    def _conforms(registrar: ProjectRegistrar) -> Registrar:
        return registrar
