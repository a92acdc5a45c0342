import asyncio

import pytest
from IPython.core.interactiveshell import InteractiveShell

from jupyter_mlops.cells.capture import CellCapture, capture, status_of
from jupyter_mlops.runs.run import RunStatus


def raised(error):
    with pytest.raises(type(error)):
        raise error
    return error


def test_a_cell_gives_parameters_metrics_and_nothing_else():
    found = capture("alpha = 0.5\nscore = f(alpha)", {"alpha": 0.5, "score": 0.9})

    assert CellCapture(RunStatus.FINISHED, {"alpha": "0.5"}, {"score": 0.9}) == found


def test_without_automatic_nothing_is_looked_for():
    found = capture("alpha = 0.5\nscore = f()", {"score": 0.9}, result=3, automatic=False)

    assert CellCapture(RunStatus.FINISHED) == found


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, RunStatus.FINISHED),
        (ValueError("x"), RunStatus.FAILED),
        (KeyboardInterrupt(), RunStatus.KILLED),
        (asyncio.CancelledError(), RunStatus.KILLED),
        (SystemExit(), RunStatus.FINISHED),
        (SystemExit(0), RunStatus.FINISHED),
        (SystemExit(""), RunStatus.FINISHED),
        (SystemExit(3), RunStatus.FAILED),
        (SystemExit("no data"), RunStatus.FAILED),
        (GeneratorExit(), RunStatus.FAILED),
    ],
    ids=repr,
)
def test_the_status_says_how_the_cell_ended(error, expected):
    assert expected == status_of(error)
    assert expected == capture("", {}, error=error).status


def test_a_cell_that_failed_keeps_its_parameters_and_no_numbers_of_an_earlier_time():
    error = raised(ValueError("no such column"))

    found = capture("alpha = 0.5\nscore = f()", {"score": 0.9}, error=error)

    assert ({"alpha": "0.5"}, {}) == (found.params, found.metrics)
    assert "ValueError: no such column" == found.summary
    assert found.exception.rstrip().endswith("ValueError: no such column")


def test_an_exit_without_an_error_is_no_exception():
    found = capture("x = f()", {"x": 1.0}, error=raised(SystemExit(0)))

    assert ("", "", {"x": 1.0}) == (found.exception, found.summary, found.metrics)


def test_the_traceback_begins_in_the_users_cell():
    shell = InteractiveShell()
    result = shell.run_cell("def inner():\n    1 / 0\n\ninner()", silent=True)

    found = capture("", {}, error=result.error_in_exec)

    assert "interactiveshell.py" not in found.exception
    assert "inner()" in found.exception
    assert "ZeroDivisionError: division by zero" == found.summary


def test_a_syntax_error_has_a_summary_on_one_line():
    shell = InteractiveShell()
    result = shell.run_cell("x = (", silent=True)

    found = capture("x = (", {}, error=result.error_before_exec)

    assert RunStatus.FAILED == found.status
    assert found.summary.startswith("SyntaxError: ")
    assert "\n" not in found.summary


def test_an_exception_that_cannot_be_shown_is_captured_anyway():
    class Bad(Exception):
        def __str__(self):
            raise RuntimeError("never")

    found = capture("", {}, error=raised(Bad()))

    assert found.summary.startswith("Bad")
    assert "Bad" in found.exception


def test_a_message_of_any_length_has_a_short_summary_and_a_whole_traceback():
    found = capture("", {}, error=raised(ValueError("x" * 10_000)))

    assert 500 == len(found.summary)
    assert "x" * 10_000 in found.exception
