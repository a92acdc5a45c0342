import pytest
from filelock import FileLock

from jupyter_mlops.kernel.session import kernel_session


def test_status_says_what_goes_on(shell, capsys, root):
    shell.run_cell("%mlops")
    first = capsys.readouterr().out
    shell.run_cell("%%track fit -q\n%mlops status")
    second = capsys.readouterr().out

    for line in (
        f"project      {root}",
        "experiment   churn",
        f"run store    sqlite:///{root}/mlflow.db",
        "open run     none",
        "undelivered  0 bytes, being delivered",
    ):
        assert line in first
    assert "open run     fit" in second
    assert "undelivered  0 bytes" not in second


def test_status_shows_no_password(bare_shell, capsys, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://ada:secret@localhost:5000")
    bare_shell.run_cell("%load_ext jupyter_mlops\n%mlops")

    said = capsys.readouterr().out
    assert "run store    http://localhost:5000" in said
    assert "secret" not in said


def test_status_says_that_nobody_delivers(root, capsys):
    from jupyter_mlops.kernel.mlops_magic import mlops

    mlops("")
    assert "nobody delivers" in capsys.readouterr().out

    journals = kernel_session().project.journals
    journals.mkdir(parents=True)
    mlops("status")
    assert "nobody delivers" in capsys.readouterr().out
    with FileLock(journals / "attended.lock"):
        mlops("status")
    assert "being delivered" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["%%track", "%mlops status", "mlops.log", "mlops.output"])
def test_help_names_what_there_is(shell, capsys, name):
    shell.run_cell("%mlops help")

    assert name in capsys.readouterr().out


def test_another_word_is_an_error_of_usage(shell, capsys):
    shell.run_cell("%mlops frobnicate")

    said = capsys.readouterr()
    assert "UsageError: %mlops knows status and help, not 'frobnicate'" in said.out + said.err


def test_a_project_that_cannot_be_opened_is_said_without_a_traceback(bare_shell, capsys, root):
    (root / "mlops.toml").write_text("workers = 0\n")
    bare_shell.run_cell("%load_ext jupyter_mlops\n%mlops status")

    said = capsys.readouterr()
    assert "UsageError: " in said.out + said.err
    assert "workers must not be 0" in said.out + said.err
    assert "Traceback" not in said.out + said.err
