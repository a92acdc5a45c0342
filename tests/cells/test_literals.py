import ast
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.cells.literals import bound_names, literal_params

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
LITERALS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        | st.sets(st.integers(0, 9), min_size=1)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("alpha = 0.5", {"alpha": "0.5"}),
        ("alpha = 0.10", {"alpha": "0.1"}),
        ("depth = -3; rate = 1e-4", {"depth": "-3", "rate": "0.0001"}),
        ("kind = 'ridge'", {"kind": "ridge"}),
        ("shuffle = True\nseed = None", {"shuffle": "True", "seed": "None"}),
        ("layers = [64, 32]", {"layers": "[64, 32]"}),
        ("one = (1,)\nnone = ()", {"one": "(1,)", "none": "()"}),
        ("grid = {'depth': [2, 'x']}", {"grid": "{'depth': [2, 'x']}"}),
        ("tags = {'b', 'a'}", {"tags": "{'a', 'b'}"}),
        ("rate: float = 0.1", {"rate": "0.1"}),
        ("a = b = 3", {"a": "3", "b": "3"}),
        ("a, b = 1, 'x'", {"a": "1", "b": "x"}),
        ("(a, [b, c]), d = (1, [2, 3]), 4", {"a": "1", "b": "2", "c": "3", "d": "4"}),
        ("z = 1 + 2j", {"z": "(1+2j)"}),
    ],
)
def test_a_literal_on_the_top_level_is_a_parameter(source, expected):
    assert expected == literal_params(source)


@pytest.mark.parametrize(
    "source",
    [
        "alpha = f(0.5)",
        "alpha = 0.5 * 2",
        "alpha = f'{x}'",
        "alpha = other",
        "alpha = [x]",
        "alpha = b'raw'",
        "alpha = ...",
        "alpha = 0x" + "f" * 5000,
        "_alpha = 0.5",
        "model.alpha = 0.5",
        "grid['alpha'] = 0.5",
        "alpha: float",
        "a, *b = 1, 2, 3",
        "a, b = pair",
        "a, b = 1, 2, 3",
        "if True:\n    alpha = 0.5",
        "for _ in range(3):\n    alpha = 0.5",
        "def f():\n    alpha = 0.5",
        "class Model:\n    alpha = 0.5",
        "print(alpha := 0.5)",
        "alpha = 0.5\n)",
        "",
        "get_ipython().run_line_magic('time', 'alpha = 0.5')",
    ],
)
def test_anything_else_is_none(source):
    assert {} == literal_params(source)


@pytest.mark.parametrize(
    "again",
    [
        "alpha = 2",
        "alpha += 1",
        "alpha: int = 2",
        "for alpha in range(3): pass",
        "for x, alpha in pairs: pass",
        "if late:\n    alpha = 2",
        "with open('f') as alpha: pass",
        "import alpha",
        "import alpha.beta",
        "from x import y as alpha",
        "def alpha(): pass",
        "async def alpha(): pass",
        "class alpha: pass",
        "try:\n    pass\nexcept ValueError as alpha:\n    pass",
        "del alpha",
        "print(alpha := 2)",
        "[alpha := x for x in y]",
        "match x:\n    case [alpha, *_]: pass",
        "match x:\n    case [*alpha]: pass",
        "a, (b, *alpha) = x",
    ],
)
def test_a_name_that_is_bound_again_is_no_parameter(again):
    assert {"beta": "2"} == literal_params(f"alpha = 1\nbeta = 2\n{again}")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "def f(alpha):\n    alpha = 2",
        "class C:\n    alpha = 2",
        "f = lambda alpha: alpha",
        "xs = [alpha for alpha in range(3)]",
        "xs = {a: alpha for a, alpha in pairs}",
        "print(alpha)",
        "model.alpha = 3",
    ],
)
def test_a_name_of_the_same_kind_elsewhere_does_no_harm(elsewhere):
    assert "1" == literal_params(f"alpha = 1\n{elsewhere}")["alpha"]


@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}x", fullmatch=True), LITERALS, max_size=4))
def test_every_literal_comes_back_as_text_that_means_it(values):
    source = "\n".join(f"{name} = {value!r}" for name, value in values.items())

    found = literal_params(source)

    assert list(values) == list(found)
    for name, value in values.items():
        assert value == (found[name] if isinstance(value, str) else ast.literal_eval(found[name]))


@given(st.text())
def test_whatever_a_cell_is_nothing_is_raised(source):
    literal_params(source)
    bound_names(source)


def test_what_python_warns_of_is_not_said_again(recwarn):
    assert {"pattern": "\\d"} == literal_params("pattern = '\\d'\nassert (1, 'x')\n1 is 1")
    assert [] == list(recwarn)


@pytest.mark.parametrize(
    "source", ["x = " + "+".join(["1"] * 3000), "x = " + "-" * 500 + "1", "x = " + "(" * 300]
)
def test_an_expression_of_great_depth_does_no_harm(source):
    literal_params("y = 2\n" + source)
    bound_names(source)


def test_a_set_has_the_same_text_in_each_process():
    script = (
        "from jupyter_mlops.cells.literals import literal_params\n"
        "print(literal_params(\"s = {'a', 'b', 'c', 'd'}\")['s'])"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert {"{'a', 'b', 'c', 'd'}\n"} == texts


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("score = model.score(X, y)", ["score"]),
        ("a, b = f()", ["a", "b"]),
        ("a, (b, *c) = f()", ["a", "b", "c"]),
        ("a, b = 1, f()", ["b"]),
        ("a = b = f()", ["a", "b"]),
        ("total += loss", ["total"]),
        ("score: float = f()", ["score"]),
        ("print(score := f())", ["score"]),
        ("for x in xs:\n    if x:\n        loss = f(x)", ["loss"]),
        ("with open(p) as f:\n    n = len(f.read())", ["n"]),
        ("try:\n    a = f()\nexcept E:\n    b = g()\nelse:\n    c = h()", ["a", "b", "c"]),
        ("x = 1\nx = f()", ["x"]),
        ("x = 1", []),
        ("_x = f()", []),
        ("def f():\n    x = g()", []),
        ("class C:\n    x = g()", []),
        ("f = lambda: (x := 1)", ["f"]),
        ("m.x = f()", []),
        ("import x", []),
        ("x = f()\n)", []),
    ],
)
def test_names_that_are_bound_to_no_literal_may_be_results(source, expected):
    assert expected == bound_names(source)
