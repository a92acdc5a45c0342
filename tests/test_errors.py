import pickle

import pytest
from IPython.core.interactiveshell import InteractiveShell

from jupyter_mlops import errors
from jupyter_mlops.errors import (
    Conflict,
    Invalid,
    MissingExtra,
    MlopsError,
    NotFound,
    Unavailable,
)

EVERY = [
    MlopsError("it broke", hint="mend it"),
    NotFound("no run 7"),
    Invalid("unknown key", hint="did you mean 'name'?", file="pipeline.yaml", line=3, column=5),
    Conflict("changed"),
    Unavailable("no answer", hint="wait"),
    MissingExtra("skops", extra="sklearn"),
]


def test_every_error_is_an_mlops_error_and_drawn_in_the_tree():
    for name in errors.__all__:
        assert issubclass(getattr(errors, name), MlopsError)
        assert name in errors.__doc__


def test_an_error_says_what_happened_and_what_to_do():
    assert "it broke (mend it)" == str(EVERY[0])
    assert "no run 7" == str(EVERY[1])
    assert "skops is not installed (pip install 'jupyter-mlops[sklearn]')" == str(EVERY[5])


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ({"file": "p.yaml", "line": 3, "column": 5}, "p.yaml:3:5: bad"),
        ({"file": "p.yaml", "line": 3}, "p.yaml:3: bad"),
        ({"file": "p.yaml", "column": 5}, "p.yaml: bad"),
        ({"line": 3}, "bad"),
        ({}, "bad"),
    ],
)
def test_what_is_invalid_says_where_it_stands_as_far_as_that_is_known(place, expected):
    assert expected == str(Invalid("bad", **place))


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_an_error_comes_whole_through_another_process(error):
    copy = pickle.loads(pickle.dumps(error))

    assert (type(error), str(error), error.hint) == (type(copy), str(copy), copy.hint)
    assert vars(error) == vars(copy)


def test_a_notebook_shows_the_users_line_and_no_frames_of_ours(capsys):
    shell = InteractiveShell()
    shell.run_cell("import jupyter_mlops as mlops\n\nmlops.log({'a': 'b'})  # here")
    shown = capsys.readouterr()

    assert "Invalid: metric 'a' must be one number, not str" in shown.out
    assert "in line 3: mlops.log({'a': 'b'})  # here" in shown.out
    assert "reporting.py" not in shown.out + shown.err
    assert "Traceback" not in shown.out + shown.err
