import threading
import time
from dataclasses import replace

import pytest
from filelock import FileLock

from jupyter_mlops.errors import Unavailable
from jupyter_mlops.runs.delivery import deliver
from jupyter_mlops.runs.delivery.deliver import Deliverer, undelivered
from jupyter_mlops.runs.run import RunKey, RunStatus


class Dies(BaseException):
    """The delivering process is killed."""


def reported(open_journal, folder, tmp_path):
    """Report two runs in two journals, with each kind of record, some of them refused."""
    file = tmp_path / "f.txt"
    file.write_text("x")
    first, second = open_journal(folder), open_journal(folder)
    second.begin("parent")
    key = first.begin("child", parent=RunKey("parent"))
    for step in range(3):
        first.metrics(key, {"m": float(step)}, step=step)
        second.metrics(RunKey("parent"), {"m": float(step)}, step=step)
    first.params(key, {"alpha": "1"})
    first.params(key, {"alpha": "2", "beta": "1" * 7_000})
    first.text(key, "a.txt", "x")
    first.file(key, file)
    first.file(key, tmp_path / "gone.txt")
    first.ended(key, RunStatus.FAILED)
    first.close()
    second.tags(RunKey("parent"), {"a": "b"})
    second.close()


def everything(store):
    """Return all that a store holds, but for what is new each time."""
    found = {}
    for entry in store._entries.values():
        points = sorted((p.key, p.step, p.value) for p in entry.points.values())
        parent = store.get_run(entry.run.parent_id).name if entry.run.parent_id else None
        run = replace(entry.run, run_id="", parent_id=parent, end_time=None)
        found.setdefault(run.name, []).append((run, points, entry.files))
    return found


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("failure", [Dies, Unavailable])
def test_a_failure_at_any_call_delivers_each_record_once(
    tmp_path, make_store, open_journal, moment, failure
):
    expected = make_store()
    calls = []
    expected.before = lambda *call: calls.append(call)
    reported(open_journal, tmp_path / "expected", tmp_path)
    Deliverer(tmp_path / "expected", expected).deliver()
    assert {"parent", "child"} == everything(expected).keys()
    assert len(calls) > 15

    for fatal in range(len(calls)):
        folder, store = tmp_path / str(fatal), make_store()
        reported(open_journal, folder, tmp_path)
        left = iter(range(len(calls) * 2))

        def fail(verb, arguments, left=left, fatal=fatal):
            if next(left) == fatal:
                raise failure("now")

        setattr(store, moment, fail)
        for _ in range(3):
            try:
                Deliverer(folder, store).deliver()
            except failure:
                continue

        assert everything(expected) == everything(store)
        assert [] == list(folder.glob("*.journal"))


class TestAtOnce:
    def test_where_another_process_delivers_one_does_not(self, journal, folder, store):
        journal.begin()
        with FileLock(folder / "deliver.lock"):
            assert not Deliverer(folder, store).deliver()
        assert store.named() is None

        assert Deliverer(folder, store).deliver()
        assert store.named()

    def test_threads_that_deliver_at_once_deliver_once(self, journal, folder, store):
        store.before = lambda *_: time.sleep(0.001)
        shared = Deliverer(folder, store)
        deliverers = [shared, shared, shared, Deliverer(folder, store)]
        for number in range(5):
            key = journal.begin(f"run {number}")
            for step in range(10):
                journal.metrics(key, {"m": 1.0}, step=step)
                journal.params(key, {f"p{step}": "1"})
        threads = [threading.Thread(target=d.wait, kwargs={"timeout": 60}) for d in deliverers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert 5 == len(store.list_runs().runs)
        assert [10] * 5 == [store.number_of_points(f"run {number}") for number in range(5)]

    def test_delivering_ends_however_fast_a_writer_is(self, journal, deliverer, store):
        key = journal.begin()
        store.after = lambda verb, _: (
            journal.metrics(key, {"m": 1.0}, step=time.monotonic_ns())
            if verb == "log_metrics"
            else None
        )
        journal.metrics(key, {"m": 1.0})

        deliverer.deliver()

        assert 1 == store.number_of_points()
        assert undelivered(journal.path.parent) > 0


class TestWait:
    def test_a_store_that_is_busy_for_a_moment_is_waited_for(self, journal, deliverer, store):
        journal.begin()
        failures = iter([True, True, True, False])

        def busy(*_):
            if next(failures, False):
                raise Unavailable("database is locked")

        store.before = busy
        deliverer.wait(timeout=5)

        assert store.named()

    def test_a_store_that_stays_away_is_unavailable(self, journal, deliverer, store, monkeypatch):
        monkeypatch.setattr(deliver, "_PATIENCE_SECONDS", 0.1)
        journal.begin()

        def unavailable(*_):
            raise Unavailable("no answer")

        store.before = unavailable
        with pytest.raises(Unavailable, match="no answer"):
            deliverer.wait(timeout=60)

    def test_another_deliverer_that_does_not_get_on_is_not_waited_for_longer_than_said(
        self, journal, folder, deliverer
    ):
        journal.begin()
        with (
            FileLock(folder / "deliver.lock"),
            pytest.raises(Unavailable, match=r"within 0 s.*jupyter mlops sync"),
        ):
            deliverer.wait(timeout=0.1)

    def test_nothing_to_deliver_is_delivered(self, deliverer, store):
        def never(*_):
            raise AssertionError

        store.before = never
        deliverer.wait(timeout=0)
