from pathlib import Path

import pytest

from jupyter_mlops.errors import Invalid
from jupyter_mlops.notebooks.notebook import Cell, Notebook
from jupyter_mlops.notebooks.parameters import Parameter, check_parameters, read_parameters

CELL = """\
%matplotlib inline
import os

seed = 42  # the random seed
rate: float = 0.1  #   step width
name = "a"  # type: str  the name
old = None  # type: Optional[int]
f = dict(a=1)
path: str | None = None
size: int
a = b = [
    1,
]  # both
x, y = 1, 2
if seed:
    hidden = 1
seed.attribute = 3
"""


def notebook(source=CELL, *tags, kind="code", language="python"):
    cells = (
        Cell("a", "code", "before = 1", ("my-parameters-here",)),
        Cell("b", kind, source, tags or ("parameters",)),
        Cell("c", "code", "after = 1", ("parameters",)),
    )
    return Notebook(Path("train.ipynb"), cells, language=language)


def refused(given, source=CELL, **options):
    with pytest.raises(Invalid) as caught:
        check_parameters(notebook(source, **options), given)
    return str(caught.value)


def test_parameters_are_read_with_defaults_types_comments_and_lines():
    expected = [
        Parameter(
            name="seed",
            source="42",
            default=42,
            is_literal=True,
            kind="int",
            help="the random seed",
            line=4,
        ),
        Parameter(
            name="rate",
            source="0.1",
            default=0.1,
            is_literal=True,
            annotation="float",
            kind="float",
            help="step width",
            line=5,
        ),
        Parameter(
            name="name",
            source='"a"',
            default="a",
            is_literal=True,
            annotation="str",
            kind="str",
            help="the name",
            line=6,
        ),
        Parameter(
            name="old",
            source="None",
            is_literal=True,
            annotation="Optional[int]",
            kind="int",
            line=7,
        ),
        Parameter(name="f", source="dict(a=1)", line=8),
        Parameter(
            name="path",
            source="None",
            is_literal=True,
            annotation="str | None",
            kind="str",
            line=9,
        ),
        Parameter(name="size", source="", annotation="int", kind="int", line=10),
        Parameter(
            name="a",
            source="[\n    1,\n]",
            default=[1],
            is_literal=True,
            kind="list",
            help="both",
            line=11,
        ),
        Parameter(
            name="b",
            source="[\n    1,\n]",
            default=[1],
            is_literal=True,
            kind="list",
            help="both",
            line=11,
        ),
    ]

    parameters = read_parameters(notebook())

    assert expected == list(parameters.values())
    assert [p.name for p in expected] == list(parameters)
    assert ["size"] == [p.name for p in expected if p.required]


def test_a_tag_that_only_contains_the_word_is_not_it():
    assert read_parameters(notebook("a = 1", "my-parameters", "Parameters")) == read_parameters(
        Notebook(Path("x"), (Cell("c", "code", "after = 1", ("parameters",)),))
    )


def test_a_notebook_without_the_cell_declares_nothing_and_accepts_nothing():
    bare = Notebook(Path("train.ipynb"), (Cell("a", "code", "a = 1"),))

    assert read_parameters(bare) is None
    assert {} == check_parameters(bare, {})
    with pytest.raises(Invalid) as caught:
        check_parameters(bare, {"a": 1, "b": 2})
    assert (
        "train.ipynb: the notebook accepts no parameters, but 'a' is given "
        "(tag the cell that assigns the defaults 'parameters')"
    ) == str(caught.value)


def test_the_first_tagged_cell_must_be_code():
    with pytest.raises(Invalid, match="the first cell tagged parameters is markdown, not code"):
        read_parameters(notebook(kind="markdown"))


def test_the_cell_must_be_python():
    with pytest.raises(Invalid, match="the cell tagged parameters is not valid Python"):
        read_parameters(notebook("a = = 1"))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"seed": 7},
        {"rate": 1},
        {"f": 7, "path": None},
        {"path": "x", "a": ["b"], "old": 3},
    ],
)
def test_what_fits_is_accepted(given):
    assert given | {"size": 1} == check_parameters(notebook(), given | {"size": 1})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"sed": 1},
            (
                "train.ipynb: the notebook has no parameter 'sed' (did you mean 'seed'? "
                "it declares: seed, rate, name, old, f, path, size, a, b)"
            ),
        ),
        (
            {"seed": "7"},
            "train.ipynb: parameter 'seed' must be int, not '7' (that is of type str)",
        ),
        (
            {"seed": True},
            "train.ipynb: parameter 'seed' must be int, not True (that is of type bool)",
        ),
        (
            {"path": 1},
            "train.ipynb: parameter 'path' must be str | None, not 1 (that is of type int)",
        ),
        (
            {"seed": 1},
            (
                "train.ipynb: parameter 'size' has no value "
                "(give one, or assign a default in the notebook)"
            ),
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_name_type_and_value(given, message):
    assert message == refused(given)


@pytest.mark.parametrize("name", ["a=1;b", "a b", "1a", "", "a\nb", "a; import os"])
def test_a_name_that_could_carry_code_is_refused(name):
    assert "is no name of a parameter" in refused({name: 1})
    assert "is no name of a parameter" in refused({name: 1}, language="r")


@pytest.mark.parametrize("value", [(1, "'); evil(); ('"), b"a", object()])
def test_a_value_that_could_carry_code_is_refused(value):
    assert "which cannot be passed" in refused({"f": value})
    assert "which cannot be passed" in refused({"f": value}, language="r")


def test_of_another_language_names_and_types_are_taken_on_trust():
    other = notebook("alpha <- 0.5", language="r")

    assert {"alpha": "x"} == check_parameters(other, {"alpha": "x"})


def test_a_long_value_is_cut_in_the_message():
    assert len(refused({"seed": "x" * 10_000})) < 200
