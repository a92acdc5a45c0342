import json
import math
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.errors import Invalid
from jupyter_mlops.pipelines.yaml_document import SIZE_LIMIT, Position, parse_yaml

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=8)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)


def value(text):
    return parse_yaml(f"a: {text}", file="p.yaml").value["a"]


def refused(text):
    start = time.perf_counter()
    with pytest.raises(Invalid) as caught:
        parse_yaml(text, file="p.yaml")
    assert time.perf_counter() - start < 5
    assert caught.value.file == "p.yaml"
    return caught.value


@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=3))
def test_json_is_read_as_json(document):
    text = json.dumps(document, ensure_ascii=False)

    assert document == parse_yaml(text, file="p.yaml").value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("False", False),
        ("0", 0),
        ("-12", -12),
        ("1e-3", 0.001),
        ("1.5", 1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("0.10", 0.1),
        ("-.inf", -math.inf),
        ("word", "word"),
        ("2024-01-01", "2024-01-01"),
        ("1.2.3", "1.2.3"),
        ("'1'", "1"),
        ('"no"', "no"),
        ("|\n  1", "1"),
        ("y", "y"),
        ("${{ parameters.seed }}", "${{ parameters.seed }}"),
        ("models/m-${{ matrix.depth }}.skops", "models/m-${{ matrix.depth }}.skops"),
        ("['${{ a }}', 1]", ["${{ a }}", 1]),
    ],
)
def test_a_value_is_what_it_looks_like(text, expected):
    read = value(text)

    assert expected == read
    assert type(expected) is type(read)


def test_not_a_number_is_read():
    assert math.isnan(value(".nan"))


@pytest.mark.parametrize(
    "text",
    [
        *("yes", "no", "on", "off", "No", "OFF"),
        *("010", "0o17", "0x1F", "0b1", "1:30", "12:30:45", "1_000", "-1_0.5"),
    ],
)
def test_what_the_versions_of_yaml_read_differently_is_refused(text):
    error = refused(f"a: {text}")

    assert f"p.yaml:1:4: {text} means one thing in YAML 1.1 and another in 1.2" in str(error)
    assert error.hint.startswith(f'write "{text}" for the text')


def test_keys_and_values_know_where_they_stand():
    document = parse_yaml(
        "name: x\nsteps:\n  train:\n    needs: [a, bb]\n  ü x : 1\n", file="p.yaml"
    )

    assert document.keys == {
        ("name",): Position(1, 1),
        ("steps",): Position(2, 1),
        ("steps", "train"): Position(3, 3),
        ("steps", "train", "needs"): Position(4, 5),
        ("steps", "ü x"): Position(5, 3),
    }
    assert Position(4, 12) == document.position(("steps", "train", "needs"))
    assert Position(4, 16) == document.position(("steps", "train", "needs", 1))
    assert Position(4, 5) == document.position(("steps", "train", "needs"), key=True)


def test_what_is_not_there_is_placed_at_what_it_would_lie_in():
    document = parse_yaml("a:\n  b: 1", file="p.yaml")

    assert Position(2, 3) == document.position(("a", "missing", 3))
    assert Position(1, 1) == document.position(("missing",), key=True)


def test_an_error_can_be_made_to_point_at_a_key_or_its_value():
    document = parse_yaml("a:\n  b: 1", file="p.yaml")

    assert "p.yaml:2:6: wrong (do it)" == str(document.invalid(("a", "b"), "wrong", hint="do it"))
    assert "p.yaml:2:3: wrong" == str(document.invalid(("a", "b"), "wrong", key=True))


def test_an_error_is_one_line_whatever_it_is_about():
    document = parse_yaml('"a\\nb": 1', file="p.yaml")

    assert r"p.yaml:1:1: wrong: a\nb" == str(document.invalid(("a\nb",), "wrong: a\nb", key=True))


def test_an_alias_stands_for_its_anchor():
    document = parse_yaml("a: &x {b: [1, 2]}\nc: *x", file="p.yaml")

    assert document.value == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}}
    assert Position(2, 4) == document.position(("c", "b", 1))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "p.yaml: the file holds nothing where keys are expected"),
        ("# a comment", "p.yaml: the file holds nothing where keys are expected"),
        ("just text", "p.yaml: the file holds a str where keys are expected"),
        ("- 1", "p.yaml: the file holds a list where keys are expected"),
        ("a: 1\n---\nb: 2", "p.yaml:2:1: the file holds a second document"),
        (
            "a: 1\na: 3",
            "p.yaml:2:1: the key 'a' is here for the second time (the first is at line 1,",
        ),
        ("x: {a: 1, 'a': 2}", "p.yaml:1:11: the key 'a' is here for the second time"),
        ("on: 1", "p.yaml:1:1: on means one thing in YAML 1.1 and another in 1.2"),
        ("1: a", 'p.yaml:1:1: the key 1 is read as int, not as text (write "1")'),
        ("true: a", "p.yaml:1:1: the key true is read as bool, not as text"),
        ("null: a", "p.yaml:1:1: the key null is read as NoneType, not as text"),
        ("[1]: a", "p.yaml:1:1: a key must be plain text"),
        ("? {a: 1}\n: b", "p.yaml:1:3: a key must be plain text"),
        ("a: &x b\n*x : c", "p.yaml:2:1: a key must be plain text"),
        ("!!str a: 1", "p.yaml:1:1: a key must be plain text"),
        ("<<: {a: 1}", "p.yaml:1:1: merge keys (<<) are not supported (write the keys out)"),
        ("a: !!binary aGk=", "p.yaml:1:4: the tag 'tag:yaml.org,2002:binary' is not supported"),
        ("a: !!python/object/apply:os.system [ls]", "p.yaml:1:4: the tag 'tag:yaml.org,2002:py"),
        ("a: !x {}", "p.yaml:1:4: the tag '!x' is not supported"),
        ("a: *x", "p.yaml:1:4: *x is unknown (there must be an &x before it)"),
        ("a: &x [*x]", "p.yaml:1:8: *x stands inside of itself"),
        ("a: " + "1" * 5000, "p.yaml:1:4: this number has too many digits (quote it)"),
        ("ok: ä\na: \x07", "p.yaml:2:4: the character '\\x07' may not stand in YAML (remove it)"),
        ("a: \ufffe", "p.yaml:1:4: the character '\\ufffe' may not stand in YAML"),
    ],
)
def test_what_is_not_plain_is_refused_at_its_place(text, message):
    assert str(refused(text)).startswith(message)


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("a: [${{ b }}]", "p.yaml:1:6", 'quote an expression inside of [ ] or { }: "${{ ... }}"'),
        (
            "a: {b: ${{ c }}}",
            "p.yaml:1:9",
            'quote an expression inside of [ ] or { }: "${{ ... }}"',
        ),
        ("a:\n\t- b", "p.yaml:2:1", "indent with spaces, not with tabs"),
        ("a: @x", "p.yaml:1:4", "quote text that begins with this character"),
        ("a: b: c", "p.yaml:1:5", "quote text that holds a colon, or check the indentation"),
        ("a: b\n c: d", "p.yaml:2:3", "quote text that holds a colon, or check the indentation"),
        ("a: 'x", "p.yaml:1:6", ""),
        ("a: [1,\n", "p.yaml:2:1", ""),
    ],
)
def test_what_is_not_yaml_is_refused_at_its_place_with_advice(text, place, hint):
    error = refused(text)

    assert error.message.startswith("the file is not valid YAML: ")
    assert (place, hint) == (error.place, error.hint)


@pytest.mark.parametrize(
    "text",
    ["[" * 500_000, "- " * 500_000, "{a: " * 200_000, "? " * 500_000, "a: " + "[" * 100],
    ids=lambda text: text[:4],
)
def test_deep_nesting_is_refused_quickly(text):
    assert "nested more than 50 deep" in str(refused(text)) or "must be plain" in str(refused(text))


def test_nesting_up_to_the_limit_is_read():
    assert value("[" * 49 + "]" * 49)
    assert "p.yaml:1:53: this is nested more than 50 deep" == str(refused("a: " + "[" * 50))


def test_a_billion_laughs_are_refused_quickly():
    levels = [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]

    error = refused("\n".join(["a0: &a0 [x,x,x,x,x,x,x,x,x]", *levels]))

    assert "more than 100,000 values, its aliases written out" in error.message


def test_a_file_over_the_limit_is_refused():
    assert "larger than 1,048,576 characters" in str(refused("a: " + "x" * SIZE_LIMIT))


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_and_never_breaks(text):
    with suppress(Invalid):
        assert isinstance(parse_yaml(text, file="p.yaml").value, dict)


@given(st.text("ab:-[]{}&*!|>'\"#%@`,?\n\t $<~0", max_size=40))
def test_any_text_made_of_yamls_own_signs_is_read_or_refused_and_never_breaks(text):
    with suppress(Invalid):
        assert isinstance(parse_yaml(text, file="p.yaml").value, dict)
