import logging
import threading
import time
from itertools import pairwise

import pytest
from filelock import FileLock

from jupyter_mlops.errors import NotFound, Unavailable
from jupyter_mlops.runs.delivery.attend import attend, is_attended
from jupyter_mlops.runs.delivery.deliver import Deliverer


class TestAttend:
    @pytest.fixture
    def stop(self):
        return threading.Event()

    def start(self, folder, store, stop):
        thread = threading.Thread(
            target=attend,
            args=(Deliverer(folder, store), folder),
            kwargs={"stop": stop.is_set, "interval": 0.01},
        )
        thread.start()
        return thread

    def until(self, condition):
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def test_what_is_reported_is_delivered_while_it_is_attended(self, journal, folder, store, stop):
        assert not is_attended(folder)
        thread = self.start(folder, store, stop)
        self.until(lambda: is_attended(folder))
        journal.begin()
        self.until(store.named)
        stop.set()
        thread.join()

        assert not is_attended(folder)

    def test_one_attends_and_another_leaves(self, folder, store, stop):
        Deliverer(folder, store)
        thread = self.start(folder, store, stop)
        self.until(lambda: is_attended(folder))

        attend(Deliverer(folder, store), folder, stop=lambda: False)  # returns

        assert thread.is_alive()
        stop.set()
        thread.join()

    def test_looking_whether_it_is_attended_keeps_nobody_from_attending(self, folder, store, stop):
        Deliverer(folder, store)
        lock = FileLock(folder / "attended.lock", thread_local=False)
        lock.acquire()
        thread = self.start(folder, store, stop)
        time.sleep(0.1)
        lock.release()

        self.until(lambda: is_attended(folder))
        assert thread.is_alive()
        stop.set()
        thread.join()

    def test_who_reports_while_the_attendant_leaves_is_attended(self, folder, store, open_journal):
        deliverer = Deliverer(folder, store)
        writers = []

        def stop():
            if writers:
                return store.named() is not None
            # The attendant holds its lock and has made up its mind: now a kernel begins.
            assert stop.asked == 0 or is_attended(folder)
            stop.asked += 1
            if stop.asked == 2:
                writers.append(open_journal())
                writers[0].begin()
                return True
            return False

        stop.asked = 0
        attend(deliverer, folder, stop=stop, interval=0.001)

        assert store.named()

    def test_a_store_that_does_not_answer_is_said_once_and_asked_again(
        self, journal, folder, store, stop, caplog
    ):
        asked = []

        def unavailable(*_):
            asked.append(time.monotonic())
            raise Unavailable("no answer")

        journal.begin()
        store.before = unavailable
        with caplog.at_level(logging.WARNING):
            thread = self.start(folder, store, stop)
            self.until(lambda: len(asked) > 4)
            store.before = lambda *_: None
            self.until(store.named)
        stop.set()
        thread.join()

        assert ["no answer"] == [record.getMessage() for record in caplog.records]
        gaps = [b - a for a, b in pairwise(asked)]
        assert gaps[3] > gaps[0]

    def test_an_attendant_that_pauses_leaves_at_once(self, journal, folder, store, stop):
        asked = []

        def unavailable(*_):
            asked.append(time.monotonic())
            raise Unavailable("no answer")

        journal.begin()
        store.before = unavailable
        thread = self.start(folder, store, stop)
        self.until(lambda: len(asked) > 6)  # the next pause lasts more than a second
        stop.set()
        thread.join()

        assert time.monotonic() - asked[-1] < 0.6

    def test_a_journal_that_is_kept_does_not_end_it(
        self, folder, store, stop, caplog, open_journal
    ):
        def gone(verb, arguments):
            if verb == "create_run" and arguments[0].experiment == "gone":
                raise NotFound("no experiment")

        store.before = gone
        first, second = open_journal(), open_journal()
        first.begin("kept", experiment="gone")
        thread = self.start(folder, store, stop)
        self.until(lambda: caplog.records)
        second.begin("delivered")
        self.until(lambda: store.named("delivered"))
        stop.set()
        thread.join()
