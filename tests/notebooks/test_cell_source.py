import ast
import warnings

import pytest

from jupyter_mlops.notebooks.cell_source import parse_cell


def unparsed(source):
    return ast.unparse(parse_cell(source).tree)


def test_plain_python_is_parsed_as_it_stands():
    assert "x = (a\n  % b)" == parse_cell("x = (a\n  % b)").text


@pytest.mark.parametrize(
    ("line", "python"),
    [
        ("%matplotlib inline", "__ipython__('%matplotlib inline')"),
        ("!pip list", "__ipython__('!pip list')"),
        ("?len", "__ipython__('?len')"),
        ("len?", "__ipython__('len?')"),
        ("np.array??", "__ipython__('np.array??')"),
        ("files = !ls", "files = __ipython__('!ls')"),
        ("a['k'] = %magic x", "a['k'] = __ipython__('%magic x')"),
        ("if x:\n    %time f()", "if x:\n    __ipython__('%time f()')"),
        ("%%time\nf()", "__ipython__('%%time')\nf()"),
        ("\n%%track --name x\nf()", "f()"),
        ("await f()", "await f()"),
    ],
)
def test_what_only_ipython_understands_becomes_a_call(line, python):
    assert python == unparsed(line)


def test_lines_keep_their_numbers():
    tree = parse_cell("%%track\n%time a\nb = 1").tree

    assert [2, 3] == [statement.lineno for statement in tree.body]


@pytest.mark.parametrize(
    "source",
    [
        "%%bash\necho 1",
        "%%html\n<b>",
        "def f(:",
        "x <- c(1, 2",
        "(" * 1000,
        "1+" * 20_000 + "1",
        "a\0b",
        "a = '\ud800'",
    ],
    ids=lambda source: ascii(source)[:12],
)
def test_what_is_not_python_is_none(source):
    assert parse_cell(source) is None


def test_an_invalid_escape_in_a_notebook_warns_nobody():
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        assert r"x = '\\d'" == unparsed(r"x = '\d'")
