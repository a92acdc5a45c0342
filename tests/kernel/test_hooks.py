import json
import threading

import pytest

from jupyter_mlops.kernel.session import kernel_session
from jupyter_mlops.runs.run import RunStatus


class TestATrackedCell:
    def test_is_a_run_with_parameters_metrics_and_source(self, shell, delivered, root):
        shell.run_cell("%%track\nalpha = 0.5\nscore = alpha * 2\nscore", cell_id="c1")

        found = delivered()

        (run,) = found.runs
        assert (RunStatus.FINISHED, "cell", "churn", "c1") == (
            run.status,
            run.name,
            run.experiment,
            run.cell_id,
        )
        assert ({"alpha": "0.5"}, {"score": 1.0}) == (run.params, run.metrics)
        assert run.user
        assert "NOTEBOOK" == run.tags["mlflow.source.type"]
        assert "alpha = 0.5\nscore = alpha * 2\nscore" == found.text("cell/source.py")
        assert "ipython==" in found.text("environment/requirements.txt")

    def test_knows_its_notebook(self, shell, delivered, root, monkeypatch):
        monkeypatch.setenv("JPY_SESSION_NAME", str(root / "notebooks" / "train.ipynb"))
        shell.run_cell("%%track\nx = 1")

        (run,) = delivered().runs
        assert ("train", "notebooks/train.ipynb") == (run.name, run.source)

    def test_shows_its_value_as_any_cell_does(self, shell):
        assert 3 == shell.run_cell("%%track\nx = 3\nx", store_history=True).result
        assert shell.run_cell("%%track\nx = 3\nx;", store_history=True).result is None
        assert 3 == shell.run_cell("%%track -q\n%time x\nx", store_history=True).result

    def test_may_await(self, shell, delivered):
        result = shell.run_cell(
            "%%track\nimport asyncio\nscore = await asyncio.sleep(0, 0.5)\nscore"
        )

        assert 0.5 == result.result
        assert {"score": 0.5} == delivered().runs[0].metrics

    def test_may_hold_line_magics(self, shell, delivered, capsys):
        shell.run_cell("%%track\nalpha = 2\n%time score = alpha * 2\n!echo said")

        assert "said" in capsys.readouterr().out
        assert {"alpha": "2"} == delivered().runs[0].params

    @pytest.mark.parametrize("gap", ["", "\n", "  \n\n"])
    def test_may_be_timed_on_its_second_line(self, shell, delivered, capsys, gap):
        shell.run_cell(f"%%track\n{gap}%%time\nalpha = 2\nscore = alpha * 2")

        assert "Wall time" in capsys.readouterr().out
        (run,) = delivered().runs
        assert ({"alpha": "2"}, {"score": 4.0}) == (run.params, run.metrics)

    @pytest.mark.parametrize("magic", ["%%time", "%%capture"])
    def test_may_stand_below_a_magic_that_only_watches(self, shell, delivered, magic):
        shell.run_cell(f"{magic}\n%%track fit -t a=b\nalpha = 2\nscore = alpha * 2")

        (run,) = delivered().runs
        assert ("fit", "b") == (run.name, run.tags["a"])
        assert ({"alpha": "2"}, {"score": 4.0}) == (run.params, run.metrics)

    def test_may_be_of_another_language(self, shell, delivered, capfd):
        shell.run_cell("%%track\n%%bash\nx=1; echo said $x")

        assert "said 1" in capfd.readouterr().out
        (run,) = delivered().runs
        assert (RunStatus.FINISHED, {}, {}) == (run.status, run.params, run.metrics)

    def test_may_be_empty(self, shell, delivered):
        shell.run_cell("%%track")
        shell.run_cell("%%track\n\n")

        assert [RunStatus.FINISHED] * 2 == [run.status for run in delivered().runs]

    def test_leaves_other_cells_alone(self, shell, delivered):
        shell.run_cell("x = 1")
        shell.run_cell("# %%track\nx = 1")
        shell.run_cell("%%tracking\nx = 1")
        shell.run_cell("")

        assert () == delivered().runs

    def test_says_by_a_comment_what_it_was(self, shell):
        shell.run_cell("%%track fit\nx = 1", store_history=True)

        assert shell.user_ns["In"][-1].startswith("# %%track fit")


class TestFailures:
    def test_a_cell_that_raises_fails_once_in_its_own_lines(self, shell, delivered, capsys):
        result = shell.run_cell("%%track\nalpha = 1\n\ndef f():\n    1 / 0\n\nf()")

        said = capsys.readouterr()
        assert isinstance(result.error_in_exec, ZeroDivisionError)
        assert 1 == (said.out + said.err).count("ZeroDivisionError: division by zero")
        assert "line 5, in f" in said.out or "Cell In[1], line 5" in said.out
        found = delivered()
        (run,) = found.runs
        assert (RunStatus.FAILED, {"alpha": "1"}, {}) == (run.status, run.params, run.metrics)
        exception = found.text("exception.txt")
        assert exception.rstrip().endswith("ZeroDivisionError: division by zero")
        assert "line 5" in exception
        assert "jupyter_mlops" not in exception

    def test_a_cell_that_is_no_python_fails(self, shell, delivered):
        shell.run_cell("%%track\nx = (")

        (run,) = delivered().runs
        assert RunStatus.FAILED == run.status

    def test_numbers_of_an_earlier_execution_are_not_taken_for_results(self, shell, delivered):
        shell.run_cell("score = 0.9\ndef f(): raise ValueError")
        shell.run_cell("%%track\nscore = f()")

        assert {} == delivered().runs[0].metrics

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ("raise KeyboardInterrupt", RunStatus.KILLED),
            ("import asyncio\nraise asyncio.CancelledError", RunStatus.KILLED),
            ("await __import__('asyncio').sleep(0)\nraise KeyboardInterrupt", RunStatus.KILLED),
            ("import sys\nsys.exit()", RunStatus.FINISHED),
            ("import sys\nsys.exit(3)", RunStatus.FAILED),
            ("raise BaseException", RunStatus.FAILED),
        ],
    )
    @pytest.mark.filterwarnings("ignore:To exit")
    def test_the_status_says_how_it_ended(self, shell, delivered, body, status):
        shell.run_cell(f"%%track\n{body}")
        shell.run_cell("%%track after\nx = 1")

        assert [status, RunStatus.FINISHED] == [run.status for run in delivered().runs]

    def test_a_cell_that_the_shell_gave_up_is_killed(self, shell, delivered):
        # As in ipykernel, where an exception may come out of the cell's own coroutine.
        info = type("Info", (), {"raw_cell": "%%track\nx = 1", "cell_id": None})()
        shell.events.trigger("pre_run_cell", info)
        shell.events.trigger("post_run_cell", None)

        assert RunStatus.KILLED == delivered().runs[0].status

    def test_a_beginning_that_was_interrupted_holds_up_no_later_cell(self, shell, delivered):
        kernel_session().begin("interrupted")
        shell.run_cell("%%track later\nx = 1")

        statuses = {run.name: run.status for run in delivered().runs}
        assert {"interrupted": RunStatus.KILLED, "later": RunStatus.FINISHED} == statuses


class TestTheLine:
    def test_names_tags_and_describes_the_run(self, shell, delivered):
        shell.run_cell(
            "%%track 'the baseline' -e risk -t team=credit -t 'note=a = b' --description '1st try'"
        )

        (run,) = delivered().runs
        assert ("the baseline", "risk") == (run.name, run.experiment)
        expected = {"team": "credit", "note": "a = b", "mlflow.note.content": "1st try"}
        assert expected.items() <= run.tags.items()

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("--parms a", "unrecognized arguments: --parms"),
            ("a b", "unrecognized arguments: b"),
            ("-t team", "a tag is NAME=VALUE, not 'team'"),
            ("-t =x", "a tag is NAME=VALUE, not '=x'"),
            ("'a", "No closing quotation"),
        ],
    )
    def test_that_is_wrong_is_said_and_the_cell_does_not_run(
        self, shell, delivered, capsys, line, said
    ):
        result = shell.run_cell(f"%%track {line}\nran = True")

        spoken = capsys.readouterr()
        assert not result.success
        assert "ran" not in shell.user_ns
        assert said in spoken.out + spoken.err
        assert "Traceback" not in spoken.out + spoken.err
        assert () == delivered().runs

    def test_names_what_is_logged(self, shell, delivered):
        shell.run_cell("n = 3\nframe = list('ab')\nbest = 0.9")
        shell.run_cell("%%track -p n,frame -m best\nloss = n * 0.5\nn2 = n + 1")

        (run,) = delivered().runs
        assert {"n": "3", "frame": "['a', 'b']"} == run.params
        assert {"best": 0.9, "loss": 1.5, "n2": 4.0} == run.metrics

    def test_wins_over_what_is_found(self, shell, delivered):
        shell.run_cell("%%track -p count -m alpha\nalpha = 0.5\ncount = len('abc')")

        (run,) = delivered().runs
        assert ({"count": "3"}, {"alpha": 0.5}) == (run.params, run.metrics)

    def test_that_names_what_is_not_there_says_so(self, shell, delivered, capsys):
        shell.run_cell("%%track -p nothing,x -m never,text\nx = 1\ntext = 'abc'")

        said = capsys.readouterr().err
        assert "there is no variable 'nothing'" in said
        assert "there is no variable 'never'" in said
        assert "text is no number but abc" in said
        (run,) = delivered().runs
        assert (RunStatus.FINISHED, "1") == (run.status, run.params["x"])

    def test_that_names_what_a_failed_cell_did_not_come_to_is_silent(self, shell, capsys):
        shell.run_cell("%%track -p later\n1 / 0\nlater = 1")

        assert "there is no variable" not in capsys.readouterr().err

    def test_may_ask_to_look_for_nothing(self, shell, delivered):
        shell.run_cell(
            "%%track --no-auto -p alpha\nalpha = 1\nbeta = 2\nscore = f = abs(-1)\nscore"
        )

        (run,) = delivered().runs
        assert ({"alpha": "1"}, {}) == (run.params, run.metrics)

    def test_may_ask_for_quiet(self, shell, cards, delivered):
        shell.run_cell("%%track -q\nx = 1")

        assert [] == cards()
        assert 1 == len(delivered().runs)


class TestWhatTheCellReportsItself:
    def test_wins_over_what_is_found(self, shell, delivered):
        shell.run_cell(
            "%%track\n"
            "import jupyter_mlops as mlops\n"
            "alpha = 0.5\n"
            "mlops.param(alpha='chosen')\n"
            "for step in range(3):\n"
            "    loss = 1 / (step + 1)\n"
            "    mlops.log({'loss': loss}, step=step)\n"
        )

        found = delivered()
        (run,) = found.runs
        assert ({"alpha": "chosen"}, {"loss": 1 / 3}) == (run.params, run.metrics)
        assert 3 == len(found.store._entries[run.run_id].points)
        assert [] == [tag for tag in run.tags if "refused" in tag]

    def test_is_on_its_card(self, shell, cards):
        shell.run_cell(
            "%%track\nimport jupyter_mlops as mlops\n"
            "mlops.log({'loss': 0.5})\nmlops.param(kind='tree')\nalpha = 1"
        )

        assert ({"loss": 0.5}, {"kind": "tree", "alpha": "1"}) == (
            cards()[-1]["metrics"],
            cards()[-1]["params"],
        )


class TestNestedCells:
    def test_belong_to_the_cell_that_runs_them(self, shell, delivered, capsys):
        shell.run_cell(
            "%%track outer\n"
            "shell = get_ipython()\n"
            "shell.run_cell('')\n"
            "shell.run_cell('inner = 1')\n"
            "shell.run_cell('%%track inner\\ninner = 2')\n"
            "shell.run_cell('1 / 0')\n"
            "score = len('abc')\n"
        )

        assert "belongs to its run" in capsys.readouterr().err
        (run,) = delivered().runs
        assert ("outer", RunStatus.FINISHED, {"score": 3.0}) == (run.name, run.status, run.metrics)

    def test_in_another_thread_end_nothing(self, shell, delivered):
        go, done = threading.Event(), threading.Event()
        shell.user_ns |= {"go": go, "done": done}

        def subshell():
            go.wait(20)
            info = type("Info", (), {"raw_cell": "y = 1", "cell_id": None})()
            result = type("Result", (), {"info": info, "error_in_exec": None})()
            shell.events.trigger("pre_run_cell", info)
            shell.events.trigger("post_run_cell", result)
            done.set()

        thread = threading.Thread(target=subshell)
        thread.start()
        shell.run_cell("%%track\ngo.set()\ndone.wait(20)\nscore = len('ab')")
        thread.join()

        (run,) = delivered().runs
        assert {"score": 2.0} == run.metrics


class TestTheCard:
    def test_is_shown_at_once_and_brought_up_to_date(self, shell, cards):
        shell.run_cell("%%track fit\nalpha = 1\nscore = len('abc')")

        running, ended = cards()
        assert ("RUNNING", None, {}) == (running["status"], running["duration"], running["params"])
        assert ("FINISHED", {"alpha": "1"}, {"score": 3.0}) == (
            ended["status"],
            ended["params"],
            ended["metrics"],
        )
        assert ended["duration"] >= 0
        first, second = shell.display_pub.outputs
        assert first["transient"]["display_id"] == second["transient"]["display_id"]
        assert second["update"]

    def test_says_what_went_wrong(self, shell, cards):
        shell.run_cell("%%track\nraise ValueError('no such column')")

        assert ("FAILED", "ValueError: no such column") == (
            cards()[-1]["status"],
            cards()[-1]["exception"],
        )

    def test_is_json_whatever_the_numbers_are(self, shell, cards):
        shell.run_cell("import math\nnan, inf = math.nan, math.inf")
        shell.run_cell("%%track\na = nan * 1\nb = inf * 1\nc = -inf * 1")

        card = cards()[-1]
        assert {"a": "NaN", "b": "Infinity", "c": "-Infinity"} == card["metrics"]
        json.dumps(card, allow_nan=False)

    def test_is_small_however_large_the_values_are(self, shell, cards, delivered):
        body = "\n".join(f"p{n} = {'x' * 1000!r}" for n in range(200))
        shell.run_cell(f"%%track\n{body}")

        card = cards()[-1]
        assert 50 == len(card["params"])
        assert 200 == len(card["params"]["p0"])
        (run,) = delivered().runs
        assert 200 == len(run.params)
        assert 1000 == len(run.params["p0"])
