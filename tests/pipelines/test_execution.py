from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.pipelines.execution import (
    CellBegan,
    ExecutionBegan,
    ExecutionEnded,
    ExecutionId,
    ExecutionJournal,
    StepBegan,
    StepEnded,
    StepOutcome,
    StepStatus,
    fold,
    fold_one,
    latest_execution,
    new_execution_id,
    read_execution,
)

NAMES = ("a", "b[x=1]", "ü")
names = st.sampled_from(NAMES)
times = st.floats(0, 2e9)
outcomes = st.builds(
    StepOutcome,
    status=st.sampled_from(StepStatus),
    outputs=st.dictionaries(st.text(max_size=4), st.one_of(st.text(), st.integers()), max_size=2),
    metrics=st.dictionaries(st.text(max_size=4), st.floats(allow_nan=False), max_size=2),
    message=st.text(),
    notebook=st.text(max_size=4),
    cell=st.integers(0, 9),
)
events = st.one_of(
    st.builds(StepBegan, time=times, step=names),
    st.builds(CellBegan, time=times, step=names, cell=st.integers(1, 9), cells=st.just(9)),
    st.builds(StepEnded, time=times, step=names, outcome=outcomes),
    st.builds(ExecutionEnded, time=times, status=st.sampled_from(StepStatus)),
)


def began(execution_id="20261121-084500-abcdef", *, file="pipeline.yaml"):
    return ExecutionBegan(
        time=1.0, execution_id=ExecutionId(execution_id), pipeline="p", file=file, steps=NAMES
    )


@given(story=st.lists(events, max_size=20))
def test_what_is_read_back_is_what_was_shown_live(tmp_path_factory, story):
    folder = tmp_path_factory.mktemp("execution")
    journal = ExecutionJournal(folder)
    live = None
    for event in (began(), *story):
        journal.write(event)
        live = fold_one(live, event)

    assert live == read_execution(folder)
    journal.close()


def test_a_torn_last_event_is_left_out(tmp_path):
    journal = ExecutionJournal(tmp_path)
    journal.write(began())
    journal.write(StepBegan(time=2.0, step="a"))
    file = tmp_path / "events.journal"
    file.write_bytes(file.read_bytes()[:-10])

    assert fold([began()]) == read_execution(tmp_path)
    journal.close()


def test_an_execution_whose_process_died_was_killed(tmp_path):
    journal = ExecutionJournal(tmp_path)
    for event in (
        began(),
        StepBegan(time=2.0, step="a"),
        StepEnded(time=3.0, step="a", outcome=StepOutcome(StepStatus.DONE)),
        StepBegan(time=4.0, step="ü"),
    ):
        journal.write(event)
    assert StepStatus.RUNNING == read_execution(tmp_path).status

    journal.close()

    execution = read_execution(tmp_path)
    assert StepStatus.KILLED == execution.status
    assert {"a": "done", "b[x=1]": "killed", "ü": "killed"} == {
        name: str(state.status) for name, state in execution.steps.items()
    }


def test_a_step_that_ended_knows_how_long_it_took():
    outcome = StepOutcome(StepStatus.DONE)

    execution = fold(
        [began(), StepBegan(time=2.0, step="a"), StepEnded(time=5.5, step="a", outcome=outcome)]
    )

    assert 3.5 == execution.steps["a"].duration
    assert StepStatus.DONE == execution.steps["a"].status
    assert StepStatus.WAITING == execution.steps["ü"].status


def test_a_cached_step_took_no_time():
    outcome = StepOutcome(StepStatus.CACHED)

    execution = fold([began(), StepEnded(time=5.5, step="a", outcome=outcome)])

    assert execution.steps["a"].duration is None


def test_the_latest_execution_of_a_pipeline_is_found_among_others(tmp_path):
    for execution_id, file in [
        ("20261121-084500-aaaaaa", "one.yaml"),
        ("20261121-084501-bbbbbb", "one.yaml"),
        ("20261121-084502-cccccc", "other.yaml"),
    ]:
        journal = ExecutionJournal(tmp_path / execution_id)
        journal.write(began(execution_id, file=file))
        journal.close()
    (tmp_path / "20261121-084503-dddddd").mkdir()

    assert "20261121-084501-bbbbbb" == latest_execution(tmp_path, "one.yaml").execution_id
    assert latest_execution(tmp_path, "none.yaml") is None
    assert latest_execution(tmp_path / "nowhere", "one.yaml") is None


def test_ids_sort_by_time_and_differ():
    ids = []
    for _ in range(20):
        ids.append(new_execution_id())
        time.sleep(0.002)

    assert sorted(set(ids)) == ids
