import threading
import time
from contextlib import suppress

import pytest

from jupyter_mlops.errors import Conflict, Unavailable
from jupyter_mlops.runs import tracker as tracker_module
from jupyter_mlops.runs.delivery.journal import read_records
from jupyter_mlops.runs.environment import project_tags
from jupyter_mlops.runs.run import RunKey, RunStatus
from jupyter_mlops.runs.tracker import Tracker


@pytest.fixture
def root(tmp_path):
    (tmp_path / "train.ipynb").touch()
    return tmp_path


@pytest.fixture
def opened():
    return []


@pytest.fixture
def tracker(root, folder, store, opened):
    def open_store():
        opened.append(store)
        return store

    return Tracker(root, folder, store=open_store, experiment="churn")


def test_where_nothing_is_tracked_the_store_is_not_opened(tracker, opened, folder):
    with tracker:
        pass

    assert [] == opened
    assert not folder.exists()


def test_runs_are_delivered_when_the_work_is_done(tracker, store, root, folder):
    with tracker:
        pipeline = tracker.begin("pipeline", source=root / "pipeline.yaml", tags={"a": "b"})
        step = tracker.begin("train", source=root / "train.ipynb", parent=pipeline)
        tracker.journal.metrics(step, {"auc": 0.9})
        tracker.end(step, RunStatus.FAILED)
        tracker.end(pipeline, RunStatus.FINISHED)

    parent, child = store.named(pipeline), store.named(step)
    assert (parent.run_id, None) == (child.parent_id, parent.parent_id)
    assert (RunStatus.FINISHED, RunStatus.FAILED) == (parent.status, child.status)
    assert ("pipeline.yaml", "train.ipynb") == (parent.source, child.source)
    assert ("PROJECT", "NOTEBOOK") == (
        parent.tags["mlflow.source.type"],
        child.tags["mlflow.source.type"],
    )
    assert parent.user
    assert "b" == parent.tags["a"]
    assert project_tags(root).items() <= parent.tags.items()
    assert "mlflow==" in store.read_text(parent.run_id, "environment/requirements.txt")
    assert () == store.list_artifacts(child.run_id)
    assert [] == list(folder.glob("*.journal"))


def test_what_is_reported_arrives_while_the_work_goes_on(tracker, store, root):
    with tracker:
        key = tracker.begin("train", source=root / "train.ipynb")
        deadline = time.monotonic() + 20
        while store.named(key) is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        tracker.end(key, RunStatus.FINISHED)


def test_metrics_of_a_run_count_what_kernels_reported_on_it(tracker, root, open_journal):
    with tracker:
        key = tracker.begin("train", source=root / "train.ipynb")
        tracker.journal.metrics(key, {"mine": 1.0})
        kernel = open_journal()
        kernel.metrics(key, {"theirs": 2.0})

        assert {"mine": 1.0, "theirs": 2.0} == tracker.metrics(key)
        tracker.end(key, RunStatus.FINISHED)


def test_a_source_outside_of_the_project_is_named_without_its_folder(tracker, store, root):
    with tracker:
        key = tracker.begin("train", source=root.parent / "elsewhere.ipynb")
        assert "elsewhere.ipynb" == store.get_run(tracker.run_id(key)).source


def test_a_store_that_does_not_answer_is_said_before_anything_begins(tracker, store, root, folder):
    def unavailable():
        raise Unavailable("no answer")

    store.check = unavailable
    with tracker, pytest.raises(Unavailable):
        tracker.begin("train", source=root / "train.ipynb")

    assert [] == list(folder.glob("*.journal"))


def test_work_that_fails_leaves_no_run_open(tracker, store, root):
    with suppress(ZeroDivisionError), tracker:
        key = tracker.begin("train", source=root / "train.ipynb")
        raise ZeroDivisionError

    assert RunStatus.KILLED == store.named(key).status


def test_work_that_fails_is_not_drowned_by_a_store_that_does_not_answer(
    tracker, store, root, folder
):
    def unavailable(*_):
        raise Unavailable("no answer")

    tracker.__enter__()
    key = tracker.begin("train", source=root / "train.ipynb")
    store.before = unavailable
    tracker.journal.params(key, {"a": "1"})
    tracker.__exit__(ZeroDivisionError, ZeroDivisionError(), None)

    (left,) = folder.glob("*.journal")
    assert "params" in [record.kind for record in read_records(left)]


def test_a_journal_of_somebody_else_that_cannot_be_delivered_does_not_fail_the_work(
    tracker, store, root, open_journal
):
    def gone(verb, arguments):
        if verb == "create_run" and arguments[0].experiment == "deleted":
            raise Conflict("experiment 'deleted' was deleted")

    store.before = gone
    open_journal().begin("theirs", experiment="deleted")
    with tracker:
        key = tracker.begin("train", source=root / "train.ipynb")
        assert tracker.run_id(key)
        tracker.end(key, RunStatus.FINISHED)

    assert RunStatus.FINISHED == store.named(key).status


def test_threads_track_at_once(tracker, store, root, opened):
    keys: list[RunKey] = []

    def track(number):
        key = tracker.begin(f"step {number}", source=root / "train.ipynb")
        tracker.journal.metrics(key, {"m": float(number)})
        tracker.end(key, RunStatus.FINISHED)
        keys.append(key)

    with tracker:
        threads = [threading.Thread(target=track, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert 1 == len(opened)
    assert {float(number) for number in range(6)} == {store.named(k).metrics["m"] for k in keys}


def test_an_end_that_comes_while_the_store_is_away_does_not_wait_for_the_pause(
    tracker, store, root, monkeypatch
):
    monkeypatch.setattr(tracker_module, "_DELIVERY_SECONDS", 0)

    def unavailable(*_):
        raise Unavailable("no answer")

    tracker.__enter__()
    tracker.begin("train", source=root / "train.ipynb")
    store.before = unavailable
    time.sleep(1)  # the deliverer's pauses have become long
    began = time.monotonic()
    with pytest.raises(Unavailable):
        tracker.__exit__(None, None, None)

    assert time.monotonic() - began < 1
