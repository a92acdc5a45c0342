"""Read ``pipeline.yaml``: what its keys mean, and exactly where something is wrong with it.

A file is judged in stages, from its shape to what it passes to which notebook; the first stage
that finds anything ends the reading with the problem that stands first in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jupyter_mlops.errors import Invalid
from jupyter_mlops.notebooks.notebook import Notebook
from jupyter_mlops.notebooks.parameter_type import accepts, check_plain, kind_of
from jupyter_mlops.notebooks.parameters import check_parameters, read_parameters
from jupyter_mlops.notebooks.text_file import read_text, shown_path
from jupyter_mlops.pipelines.expressions import Scope, references, resolve
from jupyter_mlops.pipelines.graph import StepInstance
from jupyter_mlops.pipelines.pipeline import (
    GateSpec,
    ModelStep,
    NotebookStep,
    Pipeline,
    Step,
    StepName,
)
from jupyter_mlops.pipelines.rules.model_steps import model_steps
from jupyter_mlops.pipelines.rules.needs import circles, implied_needs, written_needs
from jupyter_mlops.pipelines.rules.outputs import outputs
from jupyter_mlops.pipelines.rules.parameters import parameters, passed
from jupyter_mlops.pipelines.rules.problem import Problem
from jupyter_mlops.pipelines.rules.references import wrong_references
from jupyter_mlops.pipelines.rules.structure import structure
from jupyter_mlops.pipelines.yaml_document import SIZE_LIMIT, KeyPath, YamlDocument, parse_yaml

__all__ = ["load_pipeline", "step_parameters"]


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _PipelineKeys(_Keys):
    name: str = Field(min_length=1)
    parameters: dict[str, Any] = {}
    steps: dict[str, dict[str, Any]] = Field(min_length=1)


class _NotebookKeys(_Keys):
    notebook: str = Field(min_length=1)
    needs: list[str] = []
    matrix: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    inputs: list[str] = []
    outputs: dict[str, str] = {}


class _ModelKeys(_Keys):
    model: str
    source: str = Field(alias="from")
    needs: list[str] = []
    alias: str | None = None
    gates: list[dict[str, Any]] = []


Keys = TypeVar("Keys", bound=_Keys)
Rule = Callable[[Pipeline], Iterator[Problem]]

SHAPES = {
    "string_type": "{} must be text",
    "string_too_short": "{} must not be empty",
    "list_type": "{} must be a list, like [a, b]",
    "dict_type": "{} must hold keys with values",
    "too_short": "{} must not be empty",
}
"""What pydantic's kinds of errors are called here; its own words speak of Python."""


def load_pipeline(path: Path, overrides: Mapping[str, Any]) -> Pipeline:
    """Read a pipeline file, with ``overrides`` in place of its parameters' defaults.

    Everything that can be known to be wrong before a step runs raises Invalid, with file, line
    and column: keys, names, expressions, circles, paths, notebooks and what is passed to them.
    Raises NotFound where there is no such file. The paths of notebooks are absolute.
    """
    document = parse_yaml(read_text(path, limit=SIZE_LIMIT), file=shown_path(path))
    problems: list[Problem] = []
    top = _read(_PipelineKeys, document.value, (), problems)
    kinds = dict(_steps(document.value, problems))
    _stop_at_first(problems, document)
    assert top is not None  # noqa: S101 - or there was a problem
    values = _parameters(top, overrides, problems)
    _stop_at_first(problems, document)
    scope = Scope(parameters=values)
    folder = path.absolute().parent
    steps: dict[StepName, Step] = {}
    for name, keys in kinds.items():
        step = (
            _model_step(name, keys, scope, problems)
            if isinstance(keys, _ModelKeys)
            else _notebook_step(name, keys, folder, scope, problems)
        )
        line = document.position(("steps", name), key=True).line
        steps[step.name] = replace(step, line=line)
    _stop_at_first(problems, document)
    return _judged(Pipeline(top.name, path.absolute(), values, steps), document)


def step_parameters(
    step: NotebookStep, notebook: Notebook, scope: Scope, instance: StepInstance
) -> dict[str, Any]:
    """Return what ``instance`` of ``step`` passes to its notebook, resolved and checked.

    Its parameters, the values of its matrix and, where the notebook declares a parameter of that
    name, the paths of its outputs. Raises Invalid as `check_parameters` and `resolve` do.
    """
    given = passed(step, notebook, read_parameters(notebook))
    scope = replace(scope, matrix=instance.values)
    return check_parameters(notebook, resolve(given, scope))


def _judged(pipeline: Pipeline, document: YamlDocument) -> Pipeline:
    """Apply every rule; return the pipeline with the needs that its steps imply."""
    early: list[Rule] = [structure, written_needs, wrong_references, outputs]
    for rule in early:
        _stop_at_first(rule(pipeline), document)
    needs = implied_needs(pipeline)
    steps = {name: replace(step, needs=needs[name]) for name, step in pipeline.steps.items()}
    pipeline = replace(pipeline, steps=steps)
    late: list[Rule] = [circles, model_steps, parameters]
    for rule in late:
        _stop_at_first(rule(pipeline), document)
    return pipeline


def _stop_at_first(problems: Iterable[Problem], document: YamlDocument) -> None:
    """Raise the problem that stands first in the file, if there is one."""
    found = list(problems)
    if not found:
        return

    def place(problem: Problem) -> tuple[int, int]:
        at = document.position(problem.path, key=problem.at_key)
        return at.line, at.column

    first = min(found, key=place)
    if first.error.file:  # it stands in a notebook
        raise first.error
    error = first.error
    raise document.invalid(first.path, error.message, hint=error.hint, key=first.at_key)


def _read(kind: type[Keys], value: object, at: KeyPath, problems: list[Problem]) -> Keys | None:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
    unknown = [detail for detail in details if detail["type"] == "extra_forbidden"]
    for detail in unknown:
        path = (*at, *detail["loc"])
        problems.append(Problem(path, _unknown_key(str(path[-1]), kind), at_key=True))
    for detail in details:
        path = (*at, *detail["loc"])
        if detail["type"] == "missing":
            if not unknown:  # which is the missing one, misspelt
                problems.append(Problem(at, Invalid(f"`{path[-1]}` is missing"), at_key=True))
        elif detail["type"] != "extra_forbidden":
            problems.append(_misshaped(path, detail["type"], detail["msg"], detail["input"]))
    return None


def _misshaped(path: KeyPath, kind: str, message: str, value: object) -> Problem:
    last = path[-1]
    name = f"`{last}`" if isinstance(last, str) else f"item {last + 1}"
    shape = SHAPES.get(kind, f"{{}}: {message}").format(name)
    if value is None:
        return Problem(path, Invalid(f"{shape} (it is empty)"), at_key=True)
    return Problem(path, Invalid(f"{shape}, not {value!r:.60}"))


def _unknown_key(key: str, *kinds: type[_Keys]) -> Invalid:
    known = [field.alias or name for kind in kinds for name, field in kind.model_fields.items()]
    near = get_close_matches(key, known, n=1)
    hint = (
        f"did you mean `{near[0]}`?" if near else f"known here: {', '.join(dict.fromkeys(known))}"
    )
    return Invalid(f"unknown key `{key}`", hint=hint)


def _steps(
    document: Mapping[str, Any], problems: list[Problem]
) -> Iterator[tuple[str, _NotebookKeys | _ModelKeys]]:
    steps = document.get("steps")
    for name, value in steps.items() if isinstance(steps, dict) else ():
        at: KeyPath = ("steps", name)
        if not isinstance(value, dict):
            continue  # the pipeline's own keys say so
        if "notebook" in value and "model" in value:
            error = Invalid("a step has a `notebook` or a `model`, not both", hint="make it two")
            problems.append(Problem((*at, "model"), error, at_key=True))
        elif "notebook" not in value and "model" not in value:
            near = get_close_matches("notebook", value, n=1) or get_close_matches("model", value)
            error = Invalid(f"step {name!r} has no `notebook`", hint="name one, or a `model`")
            if near:
                error = _unknown_key(near[0], _NotebookKeys, _ModelKeys)
            problems.append(Problem((*at, *near[:1]), error, at_key=True))
        else:
            kind = _NotebookKeys if "notebook" in value else _ModelKeys
            keys = _read(kind, value, at, problems)
            if isinstance(keys, _NotebookKeys | _ModelKeys):
                yield name, keys


def _parameters(
    top: _PipelineKeys, overrides: Mapping[str, Any], problems: list[Problem]
) -> dict[str, Any]:
    """Return the pipeline's parameters with what the command line gives in place of defaults."""
    for name, default in top.parameters.items():
        try:
            check_plain(default, f"parameter {name!r}")
            computed = references(default)
        except Invalid as error:
            problems.append(Problem(("parameters", name), error))
            continue
        if computed:
            message = "a parameter's default is a plain value"
            problems.append(Problem(("parameters", name), Invalid(message, hint="write it out")))
    for name, value in overrides.items():
        given = f"-p {name} {value!r:.60}"
        if name not in top.parameters:
            near = get_close_matches(name, top.parameters, n=1)
            known = f"it has: {', '.join(top.parameters) or 'none'}"
            hint = f"did you mean {near[0]!r}? {known}" if near else known
            raise Invalid(f"{given}: the pipeline has no parameter {name!r}", hint=hint)
        check_plain(value, given)
        kind = kind_of(top.parameters[name])
        if not accepts(kind, value):
            hint = f"its default is {top.parameters[name]!r:.60}"
            raise Invalid(f"{given}: parameter {name!r} must be {kind}", hint=hint)
    return {**top.parameters, **overrides}


def _notebook_step(
    name: str, keys: _NotebookKeys, folder: Path, scope: Scope, problems: list[Problem]
) -> NotebookStep:
    matrix = {}
    for key, value in keys.matrix.items():
        try:
            matrix[key] = _matrix_values(key, resolve(value, scope))
        except Invalid as error:
            problems.append(Problem(("steps", name, "matrix", key), error))
    return NotebookStep(
        name=StepName(name),
        needs=tuple(map(StepName, keys.needs)),
        notebook=folder / _text(("steps", name, "notebook"), keys.notebook, scope, problems),
        parameters=keys.parameters,
        matrix=matrix,
        inputs=tuple(keys.inputs),
        outputs=keys.outputs,
    )


def _matrix_values(key: str, values: object) -> tuple[Any, ...]:
    check_plain(values, f"the matrix of {key!r}")
    if isinstance(values, list):
        return tuple(values)
    raise Invalid(f"the matrix needs a list for {key!r}", hint=f"write it like {key}: [1, 2]")


def _model_step(name: str, keys: _ModelKeys, scope: Scope, problems: list[Problem]) -> ModelStep:
    at: KeyPath = ("steps", name)
    gates = []
    for index, options in enumerate(keys.gates):
        try:
            gates.append(_gate(resolve(options, scope)))
        except Invalid as error:
            problems.append(Problem((*at, "gates", index), error))
    alias = keys.alias
    return ModelStep(
        name=StepName(name),
        needs=tuple(map(StepName, keys.needs)),
        model=_text((*at, "model"), keys.model, scope, problems),
        source=keys.source,
        alias=alias if alias is None else _text((*at, "alias"), alias, scope, problems),
        gates=tuple(gates),
    )


def _text(path: KeyPath, text: str, scope: Scope, problems: list[Problem]) -> str:
    """Resolve what must be known before anything runs, so of parameters alone."""
    try:
        value = resolve(text, scope)
    except Invalid as error:
        problems.append(Problem(path, error))
        return text
    if not isinstance(value, str):
        problems.append(Problem(path, Invalid(f"`{path[-1]}` must be text, not {value!r:.60}")))
    return str(value)


def _gate(options: Mapping[str, Any]) -> GateSpec:
    """Tell a gate by its key ``gate``, or by the first key that is the name of one."""
    if "metric" in options and "gate" not in options:
        return GateSpec("metric", options)  # the usual one; looking for plug-ins takes time
    from jupyter_mlops import plugins

    known = plugins.names("gates")
    kind = options.get("gate") or next((key for key in options if key in known), None)
    if kind not in known:
        wanted = str(kind or next(iter(options), ""))
        near = get_close_matches(wanted, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"installed: {', '.join(known) or 'none'}"
        raise Invalid(f"no gate is called {wanted!r}", hint=hint)
    return GateSpec(kind, {key: value for key, value in options.items() if key != "gate"})
