import math
import time

import pytest

from jupyter_mlops.errors import Conflict, Unavailable
from jupyter_mlops.runs.delivery import deliver
from jupyter_mlops.runs.delivery.deliver import Deliverer, undelivered
from jupyter_mlops.runs.delivery.journal import frame
from jupyter_mlops.runs.run import RunKey, RunStatus


class TestWhatIsDelivered:
    def test_a_run_arrives_as_it_was_reported(self, journal, deliverer, store, tmp_path):
        file = tmp_path / "table.csv"
        file.write_text("a,b\n")
        key = journal.begin(team="risk")
        journal.metrics(key, {"loss": 0.5, "nan": math.nan}, step=1)
        journal.metrics(key, {"loss": 0.25}, step=2)
        journal.params(key, {"alpha": "1"})
        journal.tags(key, {"late": "yes"})
        journal.text(key, "cell/source.py", "x = 1")
        journal.file(key, file, "data")
        journal.ended(key, RunStatus.FINISHED)

        assert deliverer.deliver()

        run = store.named()
        assert ("run", RunStatus.FINISHED, 1_000, "churn") == (
            run.name,
            run.status,
            run.start_time,
            run.experiment,
        )
        assert 0 <= time.time() * 1000 - run.end_time < 60_000
        assert {"alpha": "1"} == run.params
        assert 0.25 == run.metrics["loss"]
        assert math.isnan(run.metrics["nan"])
        assert {"team": "risk", "late": "yes"}.items() <= run.tags.items()
        paths = [artifact.path for artifact in store.list_artifacts(run.run_id)]
        assert ["cell/source.py", "data/table.csv"] == paths
        assert run.run_id == deliverer.run_id(key)
        assert 0 == undelivered(journal.path.parent)

    def test_what_is_reported_later_arrives_later(self, journal, deliverer, store):
        key = journal.begin()
        deliverer.deliver()
        assert RunStatus.RUNNING == store.named().status

        for step in range(3):
            journal.metrics(key, {"loss": 1 / (step + 1)}, step=step)
            assert undelivered(journal.path.parent) > 0
            deliverer.deliver()

        assert (3, 1 / 3) == (store.number_of_points(), store.named().metrics["loss"])

    def test_values_are_made_to_fit_and_kept_whole(self, journal, deliverer, store):
        long, note = "x" * 9_000, "note"
        key = journal.begin(**{"mlflow.note.content": long, note: "short"})
        journal.params(key, {"source (raw)": long})
        journal.metrics(key, {"loss (train)": 0.5})
        journal.text(key, "half.txt", "a\ud800")

        deliverer.deliver()

        run = store.named()
        assert {"source _raw_"} == run.params.keys()
        assert {"loss _train_": 0.5} == run.metrics
        assert long == store.read_text(run.run_id, "params/source _raw_.txt")
        assert long == store.read_text(run.run_id, "tags/mlflow.note.content.txt")
        assert "a?" == store.read_text(run.run_id, "half.txt")

    def test_many_points_are_delivered_stretch_by_stretch(
        self, journal, deliverer, store, monkeypatch
    ):
        monkeypatch.setattr(deliver, "_STRETCH", 7)
        sizes = []
        store.before = lambda verb, arguments: (
            sizes.append(len(arguments[1])) if verb == "log_metrics" else None
        )
        key = journal.begin()
        for step in range(50):
            journal.metrics(key, {"loss": 0.5}, step=step)

        deliverer.deliver()

        assert 50 == store.number_of_points()
        assert [7] * 7 + [1] == sizes

    def test_a_child_finds_its_parent_whose_journal_has_its_turn_later(
        self, folder, store, open_journal
    ):
        child, parent = open_journal(), open_journal()
        parent.begin("parent")
        child.begin("child", parent=RunKey("parent"))
        parent.metrics(RunKey("parent"), {"m": 1.0})

        Deliverer(folder, store).deliver()

        assert store.named("parent").run_id == store.named("child").parent_id
        assert {"m": 1.0} == store.named("parent").metrics
        assert 2 == len(store.list_runs().runs)

    def test_a_kernel_may_report_on_a_run_that_another_process_began(
        self, folder, store, open_journal
    ):
        kernel, command = open_journal(), open_journal()
        command.begin("step")
        kernel.metrics(RunKey("step"), {"auc": 0.9})

        Deliverer(folder, store).deliver()

        assert {"auc": 0.9} == store.named("step").metrics


class TestDamage:
    def test_a_damaged_line_takes_no_other_with_it(self, journal, deliverer, store):
        key = journal.begin()
        with journal.path.open("ab") as file:
            file.write(b"garbage\n" + frame({"k": "params", "r": key, "b": {}}))
        journal.params(key, {"after": "1"})
        with journal.path.open("ab") as file:
            file.write(b"more garbage\n")

        deliverer.wait(timeout=5)

        assert {"after": "1"} == store.named().params
        assert 0 == undelivered(journal.path.parent)

    def test_reports_on_a_run_whose_beginning_was_lost_are_dropped(self, journal, deliverer, store):
        journal.metrics(RunKey("lost"), {"m": 1.0})
        journal.ended(RunKey("lost"), RunStatus.FINISHED)
        journal.begin()
        journal.close()

        deliverer.deliver()

        assert [RunKey("run")] == [run.tags["mlops.run_key"] for run in store.list_runs().runs]
        assert 0 == undelivered(journal.path.parent)

    def test_an_unfinished_line_is_waited_for(self, journal, deliverer, store):
        key = journal.begin()
        line = frame({"k": "params", "r": key, "b": {"values": {"late": "1"}}})
        with journal.path.open("ab") as file:
            file.write(line[:20])
        deliverer.wait(timeout=5)
        assert {} == store.named().params

        with journal.path.open("ab") as file:
            file.write(line[20:])
        deliverer.wait(timeout=5)
        assert {"late": "1"} == store.named().params

    @pytest.mark.parametrize("state", ["", "{", "[]", '{"offset": 0}', "null"])
    def test_a_state_that_is_damaged_delivers_again_and_changes_nothing(
        self, journal, deliverer, store, state
    ):
        key = journal.begin()
        journal.metrics(key, {"m": 1.0})
        journal.params(key, {"alpha": "1"})
        deliverer.deliver()
        before = store.named()

        journal.path.with_suffix(".state").write_text(state)
        deliverer.deliver()

        assert [before] == list(store.list_runs().runs)
        assert 1 == store.number_of_points()

    def test_what_a_deliverer_that_died_left_beside_no_journal_is_removed(self, folder, deliverer):
        for name in ("gone.state", "gone.state.new"):
            (folder / name).write_text("{}")

        deliverer.deliver()

        assert [] == [path.name for path in folder.glob("gone*")]


class TestTheDead:
    def test_a_writer_that_is_gone_leaves_no_run_open_and_no_file(
        self, journal, deliverer, store, folder
    ):
        journal.begin("open")
        journal.begin("finished")
        journal.ended(RunKey("finished"), RunStatus.FINISHED)
        journal.close()

        deliverer.deliver()

        assert RunStatus.KILLED == store.named("open").status
        assert store.named("open").end_time
        assert RunStatus.FINISHED == store.named("finished").status
        assert {"deliver.lock"} == {path.name for path in folder.iterdir()}

    def test_a_writer_that_lives_keeps_its_runs_open(self, journal, deliverer, store):
        journal.begin()
        for _ in range(3):
            deliverer.deliver()

        assert RunStatus.RUNNING == store.named().status
        assert journal.path.exists()

    def test_a_run_that_was_deleted_meanwhile_holds_up_nothing(
        self, journal, deliverer, store, folder
    ):
        key = journal.begin()
        deliverer.deliver()
        store._entries.clear()
        journal.metrics(key, {"m": 1.0})
        journal.params(key, {"a": "1"})
        journal.begin("next")
        journal.close()

        deliverer.deliver()

        assert RunStatus.KILLED == store.named("next").status
        assert [] == list(folder.glob("*.journal"))


class TestRefused:
    def test_a_parameter_that_changed_is_said_and_takes_no_other_with_it(
        self, journal, deliverer, store
    ):
        key = journal.begin()
        journal.params(key, {"alpha": "1"})
        journal.params(key, {"alpha": "2", "beta": "1", "gamma": "2"})
        journal.params(key, {"delta": "1"})

        deliverer.deliver()

        run = store.named()
        assert {"alpha": "1", "beta": "1", "gamma": "2", "delta": "1"} == run.params
        assert "alpha" in run.tags["mlops.refused.params.alpha"]
        assert ["mlops.refused.params.alpha"] == [t for t in run.tags if "refused" in t]

    def test_a_file_that_is_gone_is_said(self, journal, deliverer, store, tmp_path):
        key = journal.begin()
        journal.file(key, tmp_path / "gone.csv")
        journal.ended(key, RunStatus.FINISHED)

        deliverer.deliver()

        run = store.named()
        assert "gone.csv" in run.tags["mlops.refused.file"]
        assert RunStatus.FINISHED == run.status

    def test_a_point_that_no_store_takes_is_said_and_takes_no_other_with_it(
        self, journal, deliverer, store
    ):
        key = journal.begin()
        journal.metrics(key, {"m": 1.0}, step=1)
        journal.metrics(key, {"far": 1.0}, step=2**63)
        journal.metrics(key, {"m": 2.0}, step=2)

        deliverer.deliver()

        run = store.named()
        assert {"m": 2.0} == run.metrics
        assert "far" in run.tags["mlops.refused.metrics"]


class TestKept:
    def fails(self, *, experiment):
        def before(verb, arguments):
            if verb == "create_run" and arguments[0].experiment == experiment:
                raise Conflict(f"experiment {experiment!r} was deleted", hint="restore it")

        return before

    def test_what_the_store_may_take_one_day_stays_and_holds_up_no_other_journal(
        self, folder, store, deliverer, open_journal
    ):
        store.before = self.fails(experiment="deleted")
        first, second = open_journal(), open_journal()
        first.begin("kept", experiment="deleted")
        first.metrics(RunKey("kept"), {"m": 1.0})
        second.begin("delivered")
        second.metrics(RunKey("kept"), {"from elsewhere": 1.0})

        with pytest.raises(Conflict, match="was deleted"):
            deliverer.deliver()
        assert store.named("delivered")
        assert undelivered(folder) > 0

        store.before = lambda *_: None
        deliverer.wait(timeout=5)
        assert {"m": 1.0, "from elsewhere": 1.0} == store.named("kept").metrics

    def test_who_waits_for_its_own_journal_is_not_failed_by_anothers(
        self, folder, store, deliverer, open_journal
    ):
        store.before = self.fails(experiment="deleted")
        other, own = open_journal(), open_journal()
        other.begin("kept", experiment="deleted")
        own.begin("mine")

        deliverer.wait(timeout=5, own=own.path)

        assert store.named("mine")
        for path in (None, other.path):
            with pytest.raises(Conflict):
                deliverer.wait(timeout=5, own=path)

    def test_a_store_that_does_not_answer_loses_nothing(self, journal, deliverer, store):
        key = journal.begin()
        journal.metrics(key, {"m": 1.0})

        def unavailable(*_):
            raise Unavailable("no answer")

        store.before = unavailable
        with pytest.raises(Unavailable):
            deliverer.deliver()
        journal.close()
        with pytest.raises(Unavailable):
            deliverer.deliver()
        assert journal.path.exists()

        store.before = lambda *_: None
        deliverer.deliver()
        assert ({"m": 1.0}, RunStatus.KILLED) == (store.named().metrics, store.named().status)
