"""Model steps: registered once, promoted by gates, and always what the registry says."""

from __future__ import annotations

import pytest
from plays import Play, execute, statuses

from jupyter_mlops.errors import Unavailable
from jupyter_mlops.pipelines.execution import StepStatus
from jupyter_mlops.registry.memory_registry import MemoryModelRegistry
from jupyter_mlops.registry.promotion import promotions_of
from jupyter_mlops.runs.delivery.journal import JournalWriter
from jupyter_mlops.runs.run import RunStatus
from jupyter_mlops.settings import RUN_VARIABLE

PIPELINE = """
    name: trees
    parameters: {seed: 1, min: 0.5}
    steps:
      train:
        notebook: train.ipynb
        parameters: {seed: "${{ parameters.seed }}"}
        outputs: {best: m.skops}
      register:
        model: trees
        from: "${{ steps.train.outputs.best }}"
        alias: champion
        gates:
          - metric: auc
            min: ${{ parameters.min }}
"""


@pytest.fixture
def train(project):
    """Play a notebook that trains a real model whose auc is a tenth of the seed."""

    def train(run):
        import pandas as pd
        import skops.io
        from sklearn.linear_model import Ridge

        seed = run.parameters["seed"]
        rows = pd.DataFrame({"x": [0.0, 1.0]})
        skops.io.dump(Ridge().fit(rows, [0.0, float(seed)]), run.folder / "m.skops")
        (run.folder / "m.example.json").write_text(
            '{"columns": ["x"], "index": [0], "data": [[0.5]]}'
        )
        journal = JournalWriter(project.journals)
        journal.metrics(run.environ[RUN_VARIABLE], {"auc": seed / 10})
        journal.close()
        return {"best.input_example": "m.example.json"}

    return lambda: Play({"train": train})


def champion(project):
    return project.registry.get_version("trees", "champion").version


def run_of(project, name):
    return next(run for run in project.runs.list_runs().runs if run.name == name)


def test_a_model_that_passes_becomes_champion_with_its_lineage(project, train):
    execution, _ = execute(project, train(), text=PIPELINE, seed=9)

    assert StepStatus.DONE == execution.status
    outcome = execution.steps["register"].outcome
    assert "trees version 1 is champion" == outcome.message
    assert {"model": "trees", "version": 1, "alias": "champion"} == outcome.outputs
    version = project.registry.get_version("trees", "champion")
    assert run_of(project, "register").run_id == version.run_id
    assert execution.execution_id == version.tags["mlops.execution"]
    assert ("pipeline.yaml", "m.skops") == (
        version.tags["mlops.source"],
        version.tags["mlops.file"],
    )


def test_a_model_that_a_gate_refuses_is_registered_and_nothing_moves(project, train):
    execute(project, train(), text=PIPELINE, seed=9)

    execution, _ = execute(project, train(), text=PIPELINE, seed=4)

    assert StepStatus.REFUSED == execution.status
    assert {"train": "done", "register": "refused"} == statuses(execution)
    assert "version 2 did not become champion" in execution.steps["register"].outcome.message
    assert "0.4" in execution.steps["register"].outcome.message
    assert 1 == champion(project)
    assert [False] == [p.moved for p in promotions_of(project.registry.get_version("trees", 2))]
    assert RunStatus.FINISHED == run_of(project, "trees").status


def test_a_refused_model_stays_refused_and_is_not_registered_again(project, train):
    execute(project, train(), text=PIPELINE, seed=4)

    execution, played = execute(project, train(), text=PIPELINE, seed=4)

    assert ([], StepStatus.REFUSED) == (played, execution.status)
    assert 1 == len(project.registry.get_model("trees").versions)


def test_the_second_time_everything_is_up_to_date_and_nothing_is_recorded(project, train):
    execute(project, train(), text=PIPELINE, seed=9)
    runs = project.runs.list_runs().runs

    execution, played = execute(project, train(), text=PIPELINE, seed=9)

    assert ([], StepStatus.CACHED) == (played, execution.status)
    assert "trees version 1 is champion" == execution.steps["register"].outcome.message
    assert runs == project.runs.list_runs().runs
    assert 1 == len(promotions_of(project.registry.get_version("trees", 1)))


def test_going_back_to_an_earlier_result_moves_the_alias_back(project, train):
    for seed in (8, 9):
        execute(project, train(), text=PIPELINE, seed=seed)
    assert 2 == champion(project)

    execution, _ = execute(project, train(), text=PIPELINE, seed=8)

    assert "trees version 1 is champion" == execution.steps["register"].outcome.message
    assert 1 == champion(project)


def test_a_gate_that_became_stricter_is_asked_again(project, train):
    execute(project, train(), text=PIPELINE, seed=9)

    execution, _ = execute(project, train(), text=PIPELINE, seed=9, min=0.95)

    assert StepStatus.REFUSED == execution.status
    assert 1 == champion(project)


def test_a_registry_that_was_emptied_gets_its_model_again(project, train):
    execute(project, train(), text=PIPELINE, seed=9)
    project.__dict__["registry"] = MemoryModelRegistry()

    execution, played = execute(project, train(), text=PIPELINE, seed=9)

    assert [] == played
    assert "done" == statuses(execution)["register"]
    assert 1 == champion(project)


def test_a_registry_that_does_not_answer_is_told(project, train):
    class Away(MemoryModelRegistry):
        def get_model(self, name):
            raise Unavailable("the registry does not answer", hint="wait")

    execute(project, train(), text=PIPELINE, seed=9)
    project.__dict__["registry"] = Away()

    with pytest.raises(Unavailable):
        execute(project, train(), text=PIPELINE, seed=9)


@pytest.mark.parametrize("value", ["nowhere.skops", 3, ["m.skops"], None])
def test_what_is_no_file_cannot_be_registered(project, value):
    said = {} if value is None else {"best": value}
    text = PIPELINE.replace("        outputs: {best: m.skops}\n", "")
    execution, _ = execute(project, Play({"train": lambda run: said}), text=text)

    assert StepStatus.FAILED == execution.status
    assert "failed" == statuses(execution)["register"]
