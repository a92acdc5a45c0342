import shutil
from pathlib import Path

import numpy as np
import pytest

import jupyter_mlops as mlops
from jupyter_mlops.errors import Invalid
from jupyter_mlops.kernel.session import kernel_session
from jupyter_mlops.notebooks.scraps import SCRAP_MIME


@pytest.fixture
def open_run(shell):
    return kernel_session().begin("fit")


@pytest.fixture
def scraps(shell):
    return lambda: {
        output["data"][SCRAP_MIME]["name"]: output["data"][SCRAP_MIME]["data"]
        for output in shell.display_pub.outputs
        if SCRAP_MIME in output["data"]
    }


class TestLog:
    def test_numbers_become_points_of_the_open_run(self, open_run, delivered):
        mlops.log({"loss": 0.5, "auc": np.float32(0.25), "n": np.int64(3)}, step=np.int64(2))
        mlops.log({"loss": 0.25}, step=3)

        found = delivered()
        (run,) = found.runs
        assert {"loss": 0.25, "auc": 0.25, "n": 3.0} == run.metrics
        steps = [(p.key, p.step) for p in found.store._entries[run.run_id].points.values()]
        assert [("auc", 2), ("loss", 2), ("loss", 3), ("n", 2)] == sorted(steps)

    @pytest.mark.parametrize(
        ("metrics", "said"),
        [
            ({"name": "tree"}, "metric 'name' must be one number, not str"),
            ({"ok": True}, "metric 'ok' must be one number, not bool"),
            ({"xs": [1]}, "metric 'xs' must be one number, not list"),
            ([1], "metrics must be a dict, not list"),
            (0.5, "metrics must be a dict, not float"),
        ],
    )
    def test_what_is_no_number_is_invalid_and_nothing_is_logged(
        self, open_run, delivered, metrics, said
    ):
        with pytest.raises(Invalid) as raised:
            mlops.log({"good": 1.0, **metrics} if isinstance(metrics, dict) else metrics)

        assert said == raised.value.message
        assert raised.value.hint
        assert {} == delivered().runs[0].metrics

    @pytest.mark.parametrize("step", [0.5, "1", None, 2**63, -(2**63) - 1])
    def test_a_step_that_is_no_whole_number_is_invalid(self, open_run, step):
        with pytest.raises(Invalid, match="step must be a whole number"):
            mlops.log({"loss": 1.0}, step=step)


class TestParam:
    def test_everything_has_a_text(self, open_run, delivered):
        mlops.param(alpha=0.5, kind="tree", layers=[1, 2], none=None)

        expected = {"alpha": "0.5", "kind": "tree", "layers": "[1, 2]", "none": "None"}
        assert expected == delivered().runs[0].params


class TestWithoutARun:
    def test_it_is_said_once_and_does_no_harm(self, shell, capsys, delivered):
        for step in range(3):
            mlops.log({"loss": 1.0}, step=step)
            mlops.param(alpha=1)

        said = capsys.readouterr().err
        assert 1 == said.count("no run is open, nothing was logged")
        assert "%%track" in said
        assert () == delivered().runs

    def test_in_a_plain_program_too(self, root, capsys):
        mlops.log({"loss": 1.0})

        assert "no run is open" in capsys.readouterr().err


class TestInAStep:
    def test_reports_go_to_the_steps_run(self, journals, root, monkeypatch, capsys):
        monkeypatch.setenv("JUPYTER_MLOPS_RUN", "step")
        monkeypatch.setenv("JUPYTER_MLOPS_ROOT", str(root))
        mlops.log({"auc": 0.9})
        mlops.param(alpha=1)

        session = kernel_session()
        assert ("step", None) == (session.current, session.active)
        assert "" == capsys.readouterr().err
        assert session.journal.path.read_text().count('"step"') >= 2

    def test_a_tracked_cell_is_a_child_of_the_step(self, shell, monkeypatch, delivered, journals):
        from jupyter_mlops.kernel.session import close_session
        from jupyter_mlops.runs.delivery.journal import JournalWriter
        from jupyter_mlops.runs.run import RunKey
        from jupyter_mlops.runs.store import NewRun

        command = JournalWriter(journals)
        command.began(NewRun(RunKey("step"), "train", 1_000, "churn"))
        close_session()
        monkeypatch.setenv("JUPYTER_MLOPS_RUN", "step")
        shell.run_cell("%%track inner\nscore = len('abc')")
        mlops.log({"auc": 0.9})

        runs = {run.name: run for run in delivered().runs}
        assert runs["train"].run_id == runs["inner"].parent_id
        assert ({"score": 3.0}, {"auc": 0.9}) == (runs["inner"].metrics, runs["train"].metrics)
        command.close()


class TestTheUsersCellGoesOn:
    def test_where_the_journal_cannot_be_written(self, open_run, capsys):
        kernel_session().journal.close()
        for step in range(3):
            mlops.log({"loss": 1.0}, step=step)

        said = capsys.readouterr().err
        assert 1 == said.count("this and more was not logged: the journal ")

    def test_where_the_settings_are_wrong(self, root, capsys):
        (root / "mlops.toml").write_text("workers = 0\n")
        mlops.log({"loss": 1.0})

        assert "was not logged" in capsys.readouterr().err

    def test_where_the_project_is_gone(self, root, capsys):
        shutil.rmtree(root)
        mlops.log({"loss": 1.0})

        assert "was not logged" in capsys.readouterr().err


class TestOutput:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("best.skops", "best.skops"),
            (Path("models") / "best.skops", "models/best.skops"),
            ([1, 2.5, None], [1, 2.5, None]),
            ({"auc": np.float64(0.5), "n": np.int64(2**60)}, {"auc": 0.5, "n": 2**60}),
            (np.array([1, 2]), [1, 2]),
            ((1, "a"), [1, "a"]),
            (np.True_, True),
        ],
    )
    def test_what_json_can_hold_is_a_scrap(self, scraps, value, expected):
        mlops.output("best", value)

        assert {"best": expected} == scraps()

    @pytest.mark.parametrize("value", [object(), float("nan"), None, {1, 2}, b"x"])
    def test_what_it_cannot_is_invalid(self, scraps, value):
        with pytest.raises(Invalid) as raised:
            mlops.output("best", value)

        assert "'best'" in raised.value.message
        assert {} == scraps()

    def test_an_input_example_lies_beside_its_model(self, scraps, root):
        pandas = pytest.importorskip("pandas")
        frame = pandas.DataFrame({"größe": [1.5, 2.5]}, index=[7, 8])
        mlops.output("model", root / "model.skops", input_example=frame)

        file = root / "model.example.json"
        assert {"model": str(root / "model.skops"), "model.input_example": str(file)} == scraps()
        assert frame["größe"].tolist() == pandas.read_json(file, orient="split")["größe"].tolist()

    def test_an_input_example_is_a_data_frame(self, shell):
        with pytest.raises(Invalid, match="input_example must be a data frame, not list"):
            mlops.output("model", "model.skops", input_example=[[1]])

    def test_outside_of_a_notebook_it_does_nothing(self, root):
        mlops.output("best", 1)


def test_reporting_is_thread_safe(open_run, delivered):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: mlops.log({"loss": 1.0}, step=n), range(200)))

    found = delivered()
    assert 200 == len(found.store._entries[found.runs[0].run_id].points)
