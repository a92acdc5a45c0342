import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.errors import Invalid
from jupyter_mlops.pipelines.expressions import Reference, Scope, parse, references, resolve

SCOPE = Scope(
    parameters={"seed": 42, "rate": 0.5, "name": "x", "flag": True, "none": None},
    matrix={"depth": 2},
    outputs={"pre-pare": {"train": "data/train.parquet"}, "train": {"model": ["a", "b"]}},
)
TEXT = st.text("a ${}.x", max_size=20)
VALUES = st.recursive(
    TEXT | st.integers() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
)


def escaped(value):
    if isinstance(value, str):
        return value.replace("${{", "$${{")
    if isinstance(value, list):
        return [escaped(item) for item in value]
    return {k: escaped(v) for k, v in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${{ parameters.seed }}", 42),
        ("${{parameters.rate}}", 0.5),
        ("${{   parameters.flag\t}}", True),
        ("${{ parameters.none }}", None),
        ("${{ matrix.depth }}", 2),
        ("${{ steps.pre-pare.outputs.train }}", "data/train.parquet"),
        ("${{ steps.train.outputs.model }}", ["a", "b"]),
    ],
)
def test_an_expression_alone_is_the_value_itself(text, value):
    resolved = resolve(text, SCOPE)

    assert value == resolved
    assert type(value) is type(resolved)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ""),
        ("plain", "plain"),
        ("models/m-${{ matrix.depth }}.skops", "models/m-2.skops"),
        ("${{ parameters.name }}${{ parameters.seed }}", "x42"),
        ("${{ parameters.rate }} ${{ parameters.flag }} ${{ parameters.none }}", "0.5 true null"),
        ("$${{ parameters.seed }}", "${{ parameters.seed }}"),
        ("$${{ a ${{ matrix.depth }}", "${{ a 2"),
        ("{{ a }} $5 ${b}", "{{ a }} $5 ${b}"),
    ],
)
def test_inside_text_a_value_becomes_text(text, value):
    assert value == resolve(text, SCOPE)


def test_lists_and_mappings_are_resolved_through_and_through():
    value = {"a": ["${{ matrix.depth }}", {"b": ("${{ parameters.name }}",)}], "c": 3}

    assert {"a": [2, {"b": ["x"]}], "c": 3} == resolve(value, SCOPE)


def test_what_a_value_brings_is_not_looked_at_again():
    scope = Scope(parameters={"a": "${{ parameters.b }}", "b": "secret"})

    assert "${{ parameters.b }}" == resolve("${{ parameters.a }}", scope)
    assert "<${{ parameters.b }}>" == resolve("<${{ parameters.a }}>", scope)


@given(VALUES)
def test_what_is_escaped_means_itself(value):
    assert value == resolve(escaped(value), Scope())
    assert () == references(escaped(value))


@given(st.text())
def test_text_without_an_opening_means_itself(text):
    assert text.replace("${{", "") == resolve(text.replace("${{", ""), Scope())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "${{ parameters.sed }}",
            "${{ parameters.sed }}: there is no parameter 'sed' (did you mean 'seed'?)",
        ),
        (
            "${{ matrix.x }}",
            "${{ matrix.x }}: there is no matrix value 'x' (known: depth)",
        ),
        (
            "${{ steps.prepare.outputs.train }}",
            (
                "${{ steps.prepare.outputs.train }}: there is no step 'prepare' "
                "(did you mean 'pre-pare'?)"
            ),
        ),
        (
            "${{ steps.train.outputs.modle }}",
            "${{ steps.train.outputs.modle }}: there is no output 'modle' (did you mean 'model'?)",
        ),
        (
            "m-${{ steps.train.outputs.model }}",
            (
                "${{ steps.train.outputs.model }} is a list, which cannot stand in text "
                "(let the expression stand alone)"
            ),
        ),
        ("a ${{ b", "an expression is not closed (end it with }})"),
    ],
)
def test_what_leads_nowhere_is_refused_with_a_hint(text, message):
    with pytest.raises(Invalid) as caught:
        resolve({"a": [text]}, SCOPE)

    assert message == str(caught.value)


def test_an_empty_scope_says_that_nothing_is_known():
    with pytest.raises(Invalid, match=r"\(known: none\)"):
        resolve("${{ matrix.a }}", Scope())


@pytest.mark.parametrize(
    "inner",
    [
        "",
        "parameters",
        "parameters.",
        "parameters.a.b",
        "parameters['a']",
        "secrets.a",
        "steps.a",
        "steps.a.b",
        "steps.a.inputs.b",
        "steps.a.outputs",
        "steps..outputs.b",
        "1 + 1",
        "__import__('os').system('ls')",
        "parameters.a or parameters.b",
        "parameters.ä",
        "parameters.1a",
        "matrix. a",
    ],
)
def test_anything_but_a_reference_is_refused(inner):
    with pytest.raises(Invalid, match="is no reference"):
        parse(f"${{{{ {inner} }}}}")


def test_references_are_listed_in_their_order():
    value = {"a": ["x ${{ steps.b.outputs.c }} ${{ matrix.d }}", 1], "e": "${{ parameters.f }}"}

    assert [
        Reference("steps", "c", "b"),
        Reference("matrix", "d"),
        Reference("parameters", "f"),
    ] == list(references(value))
    assert ["steps.b.outputs.c", "matrix.d", "parameters.f"] == list(map(str, references(value)))
