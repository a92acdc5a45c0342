import json
import math
import os
import resource
import signal
import subprocess
import sys
import time
from itertools import pairwise
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.errors import Unavailable
from jupyter_mlops.runs.delivery.journal import (
    JournalWriter,
    frame,
    points,
    read_records,
    unframe,
    whole_size,
)
from jupyter_mlops.runs.run import Metric, RunKey, RunStatus
from jupyter_mlops.runs.store import NewRun

KEY = RunKey("k" * 32)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.text(), JSON, max_size=4)


@pytest.fixture
def journal(tmp_path):
    writer = JournalWriter(tmp_path)
    yield writer
    writer.close()


def kinds(journal):
    return [record.kind for record in read_records(journal.path)]


class TestFrame:
    @given(OBJECTS)
    def test_any_object_comes_back_from_its_line(self, data):
        line = frame(data)

        assert data == unframe(line)
        assert 1 == line.count(b"\n")
        assert line.endswith(b"\n")

    def test_numbers_without_a_value_come_back(self):
        data = unframe(frame({"a": [math.nan, math.inf, -math.inf]}))

        assert math.isnan(data["a"][0])
        assert [math.inf, -math.inf] == data["a"][1:]

    @given(OBJECTS, st.data())
    def test_a_line_that_is_cut_is_none(self, data, draw):
        line = frame(data)
        cut = draw.draw(st.integers(0, len(line) - 2))

        assert unframe(line[:cut]) is None
        assert unframe(line[:cut] + b"\n") is None

    @given(OBJECTS, st.data())
    def test_a_line_with_another_byte_is_none(self, data, draw):
        line = bytearray(frame(data))
        at = draw.draw(st.integers(0, len(line) - 2))
        line[at] = draw.draw(st.integers(0, 255).filter(lambda byte: byte != line[at]))

        assert unframe(bytes(line)) is None

    @given(st.binary())
    def test_garbage_is_none(self, garbage):
        assert unframe(garbage) is None

    @pytest.mark.parametrize(
        "line", [b"00000000 %s {}" % (b"9" * 5000), b"+%07x 2 {}\n" % 0, b"", b"\n", b"{}\n"]
    )
    def test_what_is_nearly_a_line_is_none(self, line):
        assert unframe(line) is None


class TestReadRecords:
    LINES = st.lists(
        st.builds(
            lambda key, values: {"k": "params", "r": key, "b": {"values": values}},
            st.text(max_size=5),
            st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3),
        ),
        max_size=6,
    )

    @given(LINES, st.data())
    def test_a_file_cut_anywhere_yields_the_records_before_the_cut(
        self, tmp_path_factory, lines, draw
    ):
        file = tmp_path_factory.getbasetemp() / "cut.journal"
        whole = b"".join(map(frame, lines))
        cut = draw.draw(st.integers(0, len(whole)))
        file.write_bytes(whole[:cut])
        finished = whole[:cut].count(b"\n")

        found = list(read_records(file))

        assert lines[:finished] == [{"k": r.kind, "r": r.key, "b": r.body} for r in found]
        assert whole_size(file) == (found[-1].end if found else 0)

    @given(LINES, st.lists(st.binary(max_size=20).filter(lambda b: b"\n" not in b), min_size=1))
    def test_damaged_lines_are_passed_over(self, tmp_path_factory, lines, garbage):
        file = tmp_path_factory.getbasetemp() / "damaged.journal"
        file.write_bytes(
            b"".join(b + b"\n" + frame(d) for b, d in zip(garbage, lines, strict=False))
        )

        found = [{"k": r.kind, "r": r.key, "b": r.body} for r in read_records(file)]

        assert lines[: len(garbage)] == found

    def test_reading_goes_on_where_it_ended(self, journal):
        for number in range(3):
            journal.params(KEY, {"p": str(number)})
        records = list(read_records(journal.path))

        for record, following in pairwise(records):
            assert following == next(read_records(journal.path, record.end))
        assert [] == list(read_records(journal.path, records[-1].end))
        assert records[:2] == list(read_records(journal.path, 0, records[1].end))

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"k": "metrics", "r": "k"},
            {"k": "metrics", "r": "k", "b": {}},
            {"k": "metrics", "r": "k", "b": {"time": "now", "step": 0, "values": {}}},
            {"k": "metrics", "r": "k", "b": {"time": 1, "step": 0, "values": [1]}},
            {"k": "began", "r": "k", "b": {"name": "n"}},
            {"k": 1, "r": "k", "b": {}},
            {"k": "ended", "r": 1, "b": {"time": 1, "status": "FAILED"}},
            {"k": "ended", "r": "k", "b": None},
        ],
    )
    def test_a_record_that_is_not_as_ours_is_damaged(self, tmp_path, data):
        file = tmp_path / "strange.journal"
        file.write_bytes(frame(data))

        assert [] == list(read_records(file))

    def test_a_kind_that_a_newer_version_writes_is_read(self, tmp_path):
        file = tmp_path / "newer.journal"
        file.write_bytes(frame({"k": "figure", "r": "k", "b": {"svg": ""}}))

        assert ["figure"] == [record.kind for record in read_records(file)]


class TestWholeSize:
    @given(st.lists(st.binary(max_size=300_000), max_size=2), st.integers(0, 200_000))
    def test_an_unfinished_line_does_not_count(self, tmp_path_factory, lines, length):
        file = tmp_path_factory.getbasetemp() / "size.journal"
        whole = b"".join(line.replace(b"\n", b"") + b"\n" for line in lines)
        file.write_bytes(whole + b"x" * length)

        assert len(whole) == whole_size(file)

    def test_a_journal_that_was_removed_has_none(self, tmp_path):
        assert 0 == whole_size(tmp_path / "gone.journal")


class TestJournalWriter:
    def test_every_report_is_on_disk_when_the_call_returns(self, journal, tmp_path):
        new = NewRun(KEY, "fit", 1_000, "churn", RunKey("p"), {"team": "risk"})
        before = time.time() * 1000 - 1
        journal.began(new)
        journal.metrics(KEY, {"loss": 0.5, "nan": math.nan}, step=3)
        journal.params(KEY, {"alpha": "1"})
        journal.tags(KEY, {"a": "b"})
        journal.text(KEY, "cell/source.py", "x = 1\nü\ud800")
        journal.file(KEY, tmp_path / "f.csv", "data")
        journal.ended(KEY, RunStatus.FAILED)
        after = time.time() * 1000 + 1

        opened, *records = read_records(journal.path)

        assert {"version": 1, "pid": os.getpid()}.items() <= opened.body.items()
        assert {KEY} == {record.key for record in records}
        bodies = {record.kind: record.body for record in records}
        assert {
            "name": "fit",
            "time": 1_000,
            "experiment": "churn",
            "parent": "p",
            "tags": {"team": "risk"},
        } == bodies["began"]
        loss, nan = points(records[1])
        assert Metric("loss", 0.5, loss.timestamp, 3) == loss
        assert before <= loss.timestamp <= after
        assert math.isnan(nan.value)
        assert {"values": {"alpha": "1"}} == bodies["params"]
        assert {"values": {"a": "b"}} == bodies["tags"]
        assert {"path": "cell/source.py", "text": "x = 1\nü\ud800"} == bodies["text"]
        assert {"file": str(tmp_path / "f.csv"), "path": "data"} == bodies["file"]
        assert "FAILED" == bodies["ended"]["status"]

    def test_journals_sort_by_the_time_of_their_beginning(self, tmp_path):
        writers = [JournalWriter(tmp_path) for _ in range(5)]

        assert [w.path for w in writers] == sorted(tmp_path.glob("*.journal"))
        for writer in writers:
            writer.close()

    def test_threads_do_not_tear_each_others_records(self, journal):
        def report(number):
            for step in range(200):
                journal.metrics(KEY, {f"m{number}": float(step)}, step=step)

        threads = [Thread(target=report, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        found = [p for r in read_records(journal.path) if r.kind == "metrics" for p in points(r)]
        assert 800 == len(found)
        for number in range(4):
            assert list(range(200)) == [p.step for p in found if p.key == f"m{number}"]

    def test_a_record_that_a_full_disk_tore_takes_no_other_with_it(self, journal):
        journal.params(KEY, {"before": "1"})
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        size = journal.path.stat().st_size
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + 30, hard))
            with pytest.raises(Unavailable, match="cannot be written") as raised:
                journal.params(KEY, {"torn": "1" * 100})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, ignored)
        assert "full" in raised.value.hint
        assert size + 30 == journal.path.stat().st_size
        assert ["opened", "params"] == kinds(journal)

        journal.params(KEY, {"after": "1"})

        assert [{"before": "1"}, {"after": "1"}] == [
            r.body["values"] for r in read_records(journal.path) if r.kind == "params"
        ]

    def test_a_folder_that_cannot_be_made_is_unavailable(self, tmp_path):
        (tmp_path / "file").touch()

        with pytest.raises(Unavailable, match="cannot be written"):
            JournalWriter(tmp_path / "file" / "journal")

    def test_a_closed_journal_takes_nothing_more(self, journal):
        journal.close()
        journal.close()

        with pytest.raises(Unavailable):
            journal.params(KEY, {"late": "1"})

    def test_others_may_not_read_it(self, journal):
        assert 0o600 == journal.path.stat().st_mode & 0o777

    def test_what_was_acknowledged_before_kill_9_is_there(self, tmp_path):
        script = (
            "import sys\n"
            "from pathlib import Path\n"
            "from jupyter_mlops.runs.delivery.journal import *\n"
            "journal = JournalWriter(Path(sys.argv[1]))\n"
            "for step in range(10**9):\n"
            "    journal.metrics('k', {'m': 1.0}, step=step); print(step, flush=True)\n"
        )
        command = [sys.executable, "-c", script, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            for _ in range(500):
                process.stdout.readline()
            process.kill()
            said = process.stdout.read().splitlines()
        acknowledged = int(said[-2 if len(said) > 1 else -1]) if said else 499

        (path,) = tmp_path.glob("*.journal")
        steps = [r.body["step"] for r in read_records(path) if r.kind == "metrics"]

        assert list(range(len(steps))) == steps
        assert len(steps) > acknowledged


def test_a_record_costs_microseconds(journal):
    began = time.perf_counter()
    for step in range(1000):
        journal.metrics(KEY, {"loss": 0.5}, step=step)

    assert (time.perf_counter() - began) / 1000 < 0.001


def test_a_line_is_readable_by_people(journal):
    journal.params(KEY, {"alpha": "1"})
    line = journal.path.read_text().splitlines()[1]
    checksum, length, payload = line.split(" ", 2)

    assert 8 == len(checksum)
    assert len(payload) == int(length)
    assert {"k": "params", "r": KEY, "b": {"values": {"alpha": "1"}}} == json.loads(payload)
