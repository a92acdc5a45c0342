from pathlib import Path

from jupyter_mlops.kernel import hooks
from jupyter_mlops.kernel.session import KernelSession, kernel_session
from jupyter_mlops.runs.run import RunStatus


def test_a_journal_that_cannot_be_written_is_said_once(shell, capsys, root, monkeypatch):
    (root / "file").touch()
    monkeypatch.setattr(
        type(kernel_session().project), "state", property(lambda _: root / "file" / "state")
    )
    results = [shell.run_cell(f"%%track\nx = {n}\nx").result for n in range(3)]

    assert [0, 1, 2] == results
    said = capsys.readouterr().err
    assert 1 == said.count("tracking is off, your cells are not affected")
    assert "%reload_ext jupyter_mlops" in said


def test_a_session_that_raises_is_said_once_until_it_is_loaded_again(
    shell, capsys, monkeypatch, delivered
):
    def broken(*_, **__):
        raise RuntimeError("our own mistake")

    with monkeypatch.context() as patched:
        patched.setattr(KernelSession, "end", broken)
        assert 1 == shell.run_cell("%%track\n1").result
        assert 2 == shell.run_cell("%%track\n2").result
    assert 1 == capsys.readouterr().err.count("our own mistake")
    assert 3 == shell.run_cell("%%track\n3").result

    shell.run_cell("%reload_ext jupyter_mlops")
    assert 4 == shell.run_cell("%%track again\n4").result
    assert "tracking is off" not in capsys.readouterr().err
    runs = {run.name: run for run in delivered().runs}
    assert {"cell", "again"} == runs.keys()
    assert (RunStatus.KILLED, RunStatus.FINISHED) == (runs["cell"].status, runs["again"].status)


def test_settings_that_are_wrong_are_said_in_one_line(bare_shell, capsys, root):
    (root / "mlops.toml").write_text('experimnt = "x"\n')
    bare_shell.extension_manager.load_extension("jupyter_mlops")

    said = capsys.readouterr().err
    assert "mlops.toml:1: unknown key 'experimnt' (did you mean 'experiment'?)" in said
    assert 1 == said.count("\n")
    assert 1 == bare_shell.run_cell("%%track\n1").result


def test_values_that_misbehave_do_not_lose_the_others(shell, delivered, capsys):
    shell.run_cell(
        "class Bad:\n"
        "    def __str__(self): raise ValueError\n"
        "    def __bool__(self): raise ValueError\n"
        "    def __eq__(self, other): raise ValueError\n"
        "    __hash__ = None\n"
        "    shape = ()\n"
        "    def item(self): raise ValueError\n"
    )
    shell.run_cell("%%track -p bad -m bad\nbad = Bad()\nalpha = 1\nscore = len('a')")

    (run,) = delivered().runs
    assert RunStatus.FINISHED == run.status
    assert {"alpha": "1", "bad": "<Bad that cannot be shown: ValueError>"} == run.params
    assert {"score": 1.0} == run.metrics
    assert "bad is no number" in capsys.readouterr().err


def test_a_value_like_no_other_costs_only_what_is_found_by_itself(shell, delivered, capsys):
    shell.run_cell(
        "class Worse:\n    shape = ()\n    def item(self): raise Exception('no such luck')\n"
    )
    shell.run_cell("%%track -p alpha\nworse = Worse()\nalpha = 1")
    shell.run_cell("%%track\nbeta = 1")

    first, second = delivered().runs
    assert (RunStatus.FINISHED, {"alpha": "1"}) == (first.status, first.params)
    assert {"beta": "1"} == second.params
    assert "values of this cell were not looked at" in capsys.readouterr().err


def test_a_transformer_that_refuses_the_cell_does_not_stop_tracking(shell, delivered):
    def refuse(lines):
        if "refused" in "".join(lines):
            raise SyntaxError("refused")
        return lines

    shell.input_transformers_post.append(refuse)
    shell.run_cell("%%track\nrefused = 1")
    shell.run_cell("%%track\nx = 1")

    statuses = [run.status for run in delivered().runs]
    assert [RunStatus.FAILED, RunStatus.FINISHED] == statuses


def test_tracking_costs_a_cell_little(shell):
    shell.run_cell("%%track -q\nx = 1")
    shell.run_cell(
        "import time\nbegan = time.perf_counter()\n"
        "for _ in range(20): get_ipython().run_cell('%%track -q\\nx = 1')\n"
        "took = (time.perf_counter() - began) / 20"
    )

    assert shell.user_ns["took"] < 0.2


def test_this_is_the_only_place_that_catches_broadly():
    package = Path(hooks.__file__).parents[1]
    broad = {
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        if "except Exception" in file.read_text() or "except BaseException" in file.read_text()
    }

    assert {"kernel/hooks.py"} == {name for name in broad if name.startswith("kernel/")}
