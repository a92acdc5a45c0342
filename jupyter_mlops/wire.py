"""Nouns as JSON, and the JSON Schema that says what such JSON looks like.

Only what crosses a process or reaches the browser goes through here. Every noun is a frozen
dataclass; its JSON is an object with all of its fields. A float that JSON has no number for
travels as one of the strings of `NON_FINITE`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from jupyter_mlops.errors import Invalid

if TYPE_CHECKING:
    from pydantic_core import core_schema

__all__ = ["NON_FINITE", "from_json", "schema", "to_json"]

NON_FINITE = ("NaN", "Infinity", "-Infinity")

T = TypeVar("T")

_ADAPTERS: dict[type, TypeAdapter[Any]] = {}  # building one takes milliseconds, using it none


def to_json(noun: object) -> bytes:
    """Write a noun as JSON, every field of it.

    A field whose value is not of its type (a mapping must be a dict) is a mistake of ours and
    raises, so that nothing reaches a reader that the schema does not announce.
    """
    # A tuple of one, see `_adapter`: its brackets come off again.
    return _adapter(type(noun)).dump_json((noun,), warnings="error")[1:-1]


def from_json(noun: type[T], data: str | bytes) -> T:
    """Read a noun from JSON.

    Raises Invalid, naming the first field that is wrong, missing or unknown.
    """
    text = data.encode() if isinstance(data, str) else data
    try:
        (value,) = _adapter(noun).validate_json(b"[" + text + b"]")
    except ValidationError as error:
        raise _invalid(noun, error) from None
    return value  # type: ignore[no-any-return]


def schema(nouns: Iterable[type]) -> dict[str, Any]:
    """Describe nouns in one JSON Schema document (draft 2020-12).

    Each noun, and each that these are made of, is one of its ``$defs``; the document itself
    accepts the JSON of any of ``nouns``. The same nouns give the same document.
    """
    ordered = sorted(nouns, key=lambda noun: noun.__name__)
    references, document = TypeAdapter.json_schemas(
        [(noun.__name__, "serialization", TypeAdapter(noun)) for noun in ordered],
        schema_generator=_WireSchema,
    )
    definitions = document["$defs"]
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "title": "Wire",
        "description": "Whatever jupyter-mlops sends to the browser.",
        "anyOf": [references[noun.__name__, "serialization"] for noun in ordered],
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }


def _adapter(noun: type) -> TypeAdapter[Any]:
    if noun not in _ADAPTERS:
        # pydantic takes no configuration for a dataclass that is not its own, but hands down that
        # of what the dataclass stands in: hence the tuple of one.
        config = ConfigDict(ser_json_inf_nan="strings", extra="forbid")
        _ADAPTERS[noun] = TypeAdapter(tuple[noun], config=config)  # type: ignore[valid-type]
    return _ADAPTERS[noun]


def _invalid(noun: type, error: ValidationError) -> Invalid:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"][1:])
    place = f" at {field}" if field else ""
    return Invalid(
        f"this is no JSON of a {noun.__name__}: {first['msg']}{place}",
        hint="both sides must speak the same version of jupyter-mlops",
    )


class _WireSchema(GenerateJsonSchema):
    """JSON Schema from which TypeScript can be generated without noise."""

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        number = super().float_schema(schema)
        return {"anyOf": [number, {"type": "string", "enum": list(NON_FINITE)}]}

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        return {**super().dataclass_schema(schema), "additionalProperties": False}

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,  # noqa: FBT001 - pydantic's
    ) -> bool:
        # to_json writes every field, so a reader may rely on each.
        return self.mode == "serialization" or super().field_is_required(field, total)

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - pydantic's
        # A title becomes a type of its own in TypeScript: only nouns get one.
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        # What is always written needs no default.
        return self.generate_inner(schema["schema"])
