from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticSerializationError

from jupyter_mlops import wire
from jupyter_mlops.cells.run_card import RunCard
from jupyter_mlops.errors import Invalid
from jupyter_mlops.runs.run import Artifact, Run, RunId, RunStatus
from jupyter_mlops.server.pages import ErrorPage, RunDetails, RunRow, RunsPage, StepRow
from jupyter_mlops.server.schema import NOUNS

texts = st.text(max_size=20)
run_rows = st.builds(
    RunRow,
    run=st.builds(
        Run,
        params=st.dictionaries(texts, texts, max_size=3),
        metrics=st.dictionaries(texts, st.floats(allow_nan=False), max_size=3),
        tags=st.dictionaries(texts, texts, max_size=3),
    ),
)


def a_run(**changes: object) -> Run:
    fields = {
        "run_id": RunId("a" * 32),
        "name": "train",
        "status": RunStatus.FINISHED,
        "experiment": "trees",
        "start_time": 1_700_000_000_000,
    }
    return Run(**(fields | changes))


@given(st.builds(RunDetails, row=run_rows, children=st.lists(run_rows, max_size=2).map(tuple)))
def test_what_is_written_is_read_back_equal(details):
    assert details == wire.from_json(RunDetails, wire.to_json(details))


@given(st.builds(RunsPage, rows=st.lists(run_rows, max_size=3).map(tuple)))
def test_what_is_written_is_what_the_schema_announces(page):
    validator = jsonschema.Draft202012Validator(wire.schema([RunsPage]))

    assert [] == list(validator.iter_errors(json.loads(wire.to_json(page))))


@pytest.mark.parametrize(
    ("value", "text"), [(math.nan, "NaN"), (math.inf, "Infinity"), (-math.inf, "-Infinity")]
)
def test_a_float_that_json_lacks_travels_as_its_name(value, text):
    data = wire.to_json(a_run(metrics={"loss": value}))

    assert text == json.loads(data)["metrics"]["loss"]
    assert repr(value) == repr(wire.from_json(Run, data).metrics["loss"])
    assert text in wire.NON_FINITE


def test_every_field_is_written_even_where_it_has_its_default():
    assert {field.name for field in fields(Run)} == set(json.loads(wire.to_json(a_run())))


def test_a_whole_number_may_stand_where_a_float_is_asked_for():
    assert {"n": 3} == json.loads(wire.to_json(a_run(metrics={"n": 3})))["metrics"]


def test_a_value_of_the_wrong_type_is_not_written():
    with pytest.raises(PydanticSerializationError, match="int"):
        wire.to_json(Artifact(path="model.skops", size="big"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"path": "a", "size": "big"}', "at size"),
        (b'{"path": "a"}', "Field required at size"),
        (b'{"path": "a", "size": 1, "colour": "red"}', "at colour"),
        ("{", "no JSON of a Artifact"),
        ("1], [2", "no JSON of a Artifact"),
        ("", "no JSON of a Artifact"),
    ],
)
def test_json_that_does_not_fit_is_refused_naming_the_field(data, said):
    with pytest.raises(Invalid) as error:
        wire.from_json(Artifact, data)

    assert said in str(error.value)
    assert error.value.hint


def test_the_schema_does_not_depend_on_the_order_of_the_nouns():
    assert json.dumps(wire.schema(NOUNS)) == json.dumps(wire.schema(NOUNS[::-1]))


def test_the_schema_names_every_noun_and_what_it_is_made_of():
    document = wire.schema([RunDetails, ErrorPage])

    assert ["Artifact", "ErrorPage", "Run", "RunDetails", "RunRow", "RunStatus"] == list(
        document["$defs"]
    )
    assert [{"$ref": "#/$defs/ErrorPage"}, {"$ref": "#/$defs/RunDetails"}] == document["anyOf"]
    jsonschema.Draft202012Validator.check_schema(document)


@pytest.mark.parametrize("noun", NOUNS)
def test_a_reader_may_rely_on_every_field_and_meets_no_other(noun):
    definition = wire.schema([noun])["$defs"][noun.__name__]

    assert [field.name for field in fields(noun)] == list(definition["properties"])
    assert list(definition["properties"]) == definition["required"]
    assert definition["additionalProperties"] is False


def test_only_nouns_have_titles_so_that_typescript_gets_no_needless_types():
    def titles(part: object) -> list[str]:
        if isinstance(part, dict):
            own = [part["title"]] if isinstance(part.get("title"), str) else []
            return own + [title for value in part.values() for title in titles(value)]
        return (
            [title for value in part for title in titles(value)] if isinstance(part, list) else []
        )

    document = wire.schema(NOUNS)

    assert sorted(["Wire", *document["$defs"]]) == sorted(titles(document))


def test_a_float_is_a_number_or_one_of_three_names():
    definition = wire.schema([StepRow, RunCard])["$defs"]["RunCard"]

    assert {
        "anyOf": [{"type": "number"}, {"enum": list(wire.NON_FINITE), "type": "string"}]
    } == definition["properties"]["metrics"]["additionalProperties"]


def test_two_nouns_of_one_name_are_not_confused():
    @dataclass(frozen=True, slots=True)
    class Run:
        colour: str

    document = wire.schema([Run, RunRow])
    validator = jsonschema.Draft202012Validator(document)

    assert validator.is_valid({"colour": "red"})
    assert validator.is_valid(json.loads(wire.to_json(RunRow(run=a_run()))))
