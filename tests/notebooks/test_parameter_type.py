import enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.errors import Invalid
from jupyter_mlops.notebooks.parameter_type import (
    accepts,
    check_plain,
    kind_of,
    kind_of_annotation,
)

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("annotation", "fitting", "unfitting"),
    [
        ("int", [1, -1], [True, 1.0, "1", None]),
        ("float", [1.5, 1], [True, "1.5", None]),
        ("str", ["", "a"], [1, None, ["a"]]),
        ("bool", [True], [1, "true", None]),
        ("list", [[], [1, "a"]], [{}, "a"]),
        ("dict", [{}, {"a": 1}], [[], "a"]),
        ("tuple", [[1, 2]], ["(1, 2)"]),
        ("None", [None], [0, ""]),
        ("int | None", [1, None], ["1", 1.5]),
        ("int | str | None", [1, "a", None], [1.5, []]),
        ("Optional[int]", [1, None], ["1"]),
        ("typing.Optional[int]", [1, None], ["1"]),
        ("Union[int, str]", [1, "a"], [None]),
        ("Union[int, Optional[str]]", [1, "a", None], [[]]),
        ("list[int]", [[], [1, 2]], [["a"], [1, None], 1]),
        ("List[int]", [[1]], [["a"]]),
        ("list[int | None]", [[1, None]], [["a"]]),
        ("dict[str, float]", [{"a": 1}], [{"a": "b"}]),
        ("Dict[str, list[int]]", [{"a": [1]}], [{"a": ["b"]}]),
        ("Literal['rbf', 'poly', 3]", ["rbf", 3], ["linear", 3.0, True]),
        ("'int'", [1], ["1"]),
        ("Any", [1, "a", None, []], []),
        ("object", [1, "a", None, []], []),
        ("np.ndarray", [1, "a", None, []], []),
        ("not python (", [1, "a", None, []], []),
    ],
)
def test_an_annotation_accepts_what_it_says(annotation, fitting, unfitting):
    assert [True] * len(fitting) == [accepts(annotation, value) for value in fitting]
    assert [False] * len(unfitting) == [accepts(annotation, value) for value in unfitting]


@given(PLAIN)
def test_the_kind_of_a_plain_value_accepts_it(value):
    assert accepts(kind_of(value), value)


@pytest.mark.parametrize(
    ("annotation", "kind"),
    [
        ("int", "int"),
        ("int | None", "int"),
        ("None | int", "int"),
        ("Optional[float]", "float"),
        ("int | str", "any"),
        ("tuple[int, int]", "list"),
        ("list[int]", "list"),
        ("Literal['a', 'b']", "str"),
        ("Literal['a', 1]", "any"),
        ("Literal[A]", "any"),
        ("Path", "any"),
        ("None", "any"),
        ("", "any"),
    ],
)
def test_the_kind_of_an_annotation_is_the_one_that_it_allows_beside_none(annotation, kind):
    assert kind == kind_of_annotation(annotation)


@pytest.mark.parametrize(
    ("value", "kind"),
    [(1, "int"), (True, "bool"), ((1,), "list"), (None, "any"), ({1}, "any"), (b"a", "any")],
)
def test_the_kind_of_a_default_is_its_type(value, kind):
    assert kind == kind_of(value)


@given(PLAIN)
def test_plain_values_may_be_passed(value):
    check_plain(value, "parameter 'a'")


class Sly(str):
    __slots__ = ()

    def __repr__(self):
        return "evil()"


class Level(enum.IntEnum):
    LOW = 1


@pytest.mark.parametrize(
    "value", [(1, 2), b"a", {1}, object(), Sly("a"), Level.LOW, [(1,)], {"a": b""}]
)
def test_a_value_that_is_not_plain_may_not_be_passed(value):
    with pytest.raises(Invalid, match=r"parameter 'a' is of type \w+, which cannot be passed"):
        check_plain(value, "parameter 'a'")


@pytest.mark.parametrize("key", [1, None, Sly("a")])
def test_a_key_that_is_not_text_may_not_be_passed(key):
    with pytest.raises(Invalid, match="which is not text"):
        check_plain({key: 1}, "parameter 'a'")


def test_a_value_nested_too_deeply_may_not_be_passed():
    value = []
    value.append(value)

    with pytest.raises(Invalid, match="nested more than 20 deep"):
        check_plain(value, "parameter 'a'")
