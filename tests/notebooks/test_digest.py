from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.notebooks.digest import code_digest
from jupyter_mlops.notebooks.notebook import Cell, Notebook


def code(source, *tags):
    return Cell("id", "code", source, tags)


def digest(*cells, language="python"):
    cells = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    return code_digest(Notebook(Path("nb.ipynb"), tuple(cells), language=language))


STATEMENTS = st.sampled_from(
    [
        "x = 1",
        "def f(a):\n    '''Do.'''\n    return a % 2",
        "for i in range(3):\n    print(i)",
        "data = {'a': [1, 2],\n        'b': 3}",
        "text = '''\n# no comment\n%no magic\n'''",
        "%matplotlib inline",
        "files = !ls",
        "await g()",
    ]
)
NOISE = st.sampled_from(["", "   ", "# a comment", "#", "    # indented", "\t"])


@given(st.lists(STATEMENTS, min_size=1, max_size=5), st.data())
def test_comments_and_blank_lines_between_statements_never_count(statements, data):
    noisy = []
    for statement in statements:
        noisy += [*data.draw(st.lists(NOISE, max_size=3)), statement]
    noisy += data.draw(st.lists(NOISE, max_size=3))

    assert digest("\n".join(statements)) == digest("\n".join(noisy))


@given(st.text() | st.text("%!?a=1 \n\t'\"#(\\", max_size=30))
def test_any_text_has_a_digest(source):
    assert 64 == len(digest(source))
    assert digest(source) == digest("", source)


LITERALS = st.one_of(
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
    st.text(),
    st.lists(st.integers(), max_size=3),
)


@given(LITERALS, LITERALS)
def test_a_changed_literal_always_counts(one, other):
    same = repr(one) == repr(other)

    assert same == (digest(f"x = {one!r}") == digest(f"x = {other!r}"))


@given(st.lists(st.sampled_from(["a = 1", "b = 2", "c = 3", "%%bash\necho"]), max_size=4))
def test_empty_cells_never_count_and_order_always_does(sources):
    spread = [cell for source in sources for cell in ("", source, "# only a comment", "\n\n")]

    assert digest(*sources) == digest(*spread)
    assert (sources == sources[::-1]) == (digest(*sources) == digest(*sources[::-1]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("f( 1,2 )", "f(1, 2)"),
        ("x = 'a'", 'x = "a"'),
        ("f()  # why", "f()"),
        ("x = (1 +\n  2)", "x = 1 + 2"),
        ("%%track\nf()", "f()"),
        ("%%track --name a\nf()", "%%track --name b\nf()"),
        ("%time f()  ", "%time f()"),
        ("%%bash\necho 1  \n", "%%bash\necho 1"),
        ("f();", "f()"),
    ],
)
def test_how_code_is_written_does_not_count(one, other):
    assert digest(one) == digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = True"),
        ("x = 1", "x = 1.0"),
        ("'''One.'''", "'''Two.'''"),
        ("def f():\n    '''One.'''", "def f():\n    '''Two.'''"),
        ("%time f()", "%time g()"),
        ("!pip install a", "!pip install b"),
        ("%%bash\necho 1", "%%bash\necho 2"),
        ("%%bash\nx = 1", "%%bash\nx=1"),
        ("%%time\nf()", "f()"),
        ("def f(:\n  1", "def f(:\n  2"),
        ("if a:\n    b()\nc()", "if a:\n    b()\n    c()"),
        ("1+" * 20_000 + "1", "1+" * 20_000 + "2"),
        ("a = '\ud800'", "a = '\ud801'"),
    ],
    ids=lambda source: ascii(source)[:20],
)
def test_what_code_does_counts(one, other):
    assert digest(one) != digest(other)


def test_cells_are_told_apart():
    assert digest("a()", "b()") != digest("a()\nb()")


def test_markdown_and_raw_cells_do_not_count():
    assert digest("a()") == digest(Cell("m", "markdown", "# a"), "a()", Cell("r", "raw", "b()"))


def test_ids_and_most_tags_do_not_count():
    assert digest("a()") == digest(Cell("other", "code", "a()", ("hide-input", "parameters")))


def test_the_parameters_cell_counts():
    assert digest(code("a = 1", "parameters")) != digest(code("a = 2", "parameters"))


@pytest.mark.parametrize("tag", ["injected-parameters", "skip-execution"])
def test_a_cell_that_is_not_executed_does_not_count(tag):
    assert digest("b()") == digest(code("a = 1", tag), "b()")


def test_another_language_is_compared_as_text():
    assert digest("x<-1", language="r") != digest("x < -1", language="r")
    assert digest("x <- 1", language="r") == digest("\nx <- 1  \n", "", language="r")
