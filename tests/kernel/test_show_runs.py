import shutil

import pytest
from filelock import FileLock

import jupyter_mlops as mlops
from jupyter_mlops.errors import Invalid, Unavailable
from jupyter_mlops.kernel import show_runs
from jupyter_mlops.kernel.session import kernel_session


@pytest.fixture
def database(empty_mlflow_database, root):
    shutil.copy(empty_mlflow_database, root / "mlflow.db")


def texts(table):
    return [[cell["text"] for cell in row] for row in table.rows]


def test_what_was_just_tracked_is_shown(shell, database):
    shell.run_cell("%%track first\nalpha = 1")
    shell.run_cell("%%track second\nscore = abs(-2)")

    table = shell.run_cell("import jupyter_mlops as mlops\nmlops.show_runs()").result

    assert ["run", "status", "seconds", "score", "alpha"] == table.columns
    assert [["second", "finished", "2", ""], ["first", "finished", "", "1"]] == [
        [row[0], row[1], row[3], row[4]] for row in texts(table)
    ]
    assert ["second"] == [row[0] for row in texts(mlops.show_runs(limit=1))]


def test_a_saved_notebook_keeps_it_as_html(shell, database):
    shell.run_cell("%%track '<img src=x>'\nx = 1\nimport jupyter_mlops as mlops")
    shell.display_pub.outputs.clear()
    shell.run_cell("display(mlops.show_runs())")

    (output,) = shell.display_pub.outputs
    assert "<td>&lt;img src=x&gt;</td>" in output["data"]["text/html"]


def test_a_project_without_runs_has_an_empty_table(shell, database):
    assert [] == mlops.show_runs().rows


@pytest.mark.parametrize("limit", [0, -1, 1001, "20", None, 2.5])
def test_a_limit_that_makes_no_sense_is_invalid(shell, limit):
    with pytest.raises(Invalid, match="limit must be from 1 to 1000"):
        mlops.show_runs(limit)


def test_a_store_that_does_not_answer_is_said_without_our_frames(bare_shell, capsys, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    bare_shell.run_cell("%load_ext jupyter_mlops\nimport jupyter_mlops as mlops")
    result = bare_shell.run_cell("mlops.show_runs()")

    said = capsys.readouterr().out
    assert isinstance(result.error_in_exec, Unavailable)
    assert "does not answer" in said
    assert "in line 1: mlops.show_runs()" in said
    assert "mlflow_store.py" not in said


def test_runs_of_a_kernel_that_is_kept_from_delivering_do_not_hide_the_others(
    shell, database, journals, monkeypatch
):
    monkeypatch.setattr(show_runs, "_DELIVERY_SECONDS", 0.1)
    project = kernel_session().project
    shell.run_cell("%%track fit\nx = 1")
    project.prepare()
    project.deliverer.deliver()
    shell.run_cell("%%track waiting\nx = 1")
    with FileLock(journals / "deliver.lock"):
        assert ["fit"] == [row[0] for row in texts(mlops.show_runs())]
