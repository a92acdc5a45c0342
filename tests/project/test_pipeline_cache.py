"""What is cached, and above all what is not."""

from __future__ import annotations

import json
import shutil

import pytest
from plays import PIPELINE, Play, execute, play, prepare, train

from jupyter_mlops.pipelines.execution import StepStatus
from jupyter_mlops.testing.executor_contract import write_notebook

ONE = "name: one\nsteps:\n  train:\n    notebook: train.ipynb\n"


def one(said):
    return Play({"train": said})


def test_a_file_that_a_step_only_names_is_never_put_back(project):
    names = ["config.yaml", "other.ipynb", "pipeline.yaml", ["config.yaml"], {"a": "config.yaml"}]
    (project.root / "config.yaml").write_text("old")
    write_notebook(project.root / "other.ipynb", ["1"])
    said = {f"n{index}": name for index, name in enumerate(names)}
    execute(project, one(lambda run: said), text=ONE)
    (project.root / "config.yaml").write_text("somebody's edit")
    edited = (project.root / "other.ipynb").write_text("{}")

    _, played = execute(project, one(lambda run: said), text=ONE)

    assert ["train"] == played
    assert "somebody's edit" == (project.root / "config.yaml").read_text()
    assert edited == len((project.root / "other.ipynb").read_text())


def test_a_model_folder_that_changed_runs_again_what_uses_it(project):
    text = PIPELINE.replace("outputs: {data: data.csv}", "outputs: {data: rows}")
    text = text.replace('outputs: {model: "model-${{ matrix.depth }}.bin"}', "outputs: {}")

    def write(run):
        (run.folder / "rows").mkdir(exist_ok=True)
        (run.folder / "rows" / "one.csv").write_text(str(run.parameters["seed"]))

    plays = {"prepare": write, "train": lambda run: {"model": 1}}
    execute(project, Play(dict(plays)), text=text)

    _, played = execute(project, Play(dict(plays)), text=text, seed=2)

    assert ["prepare", "train-depth=2", "train-depth=4"] == sorted(played)


def test_data_behind_a_link_counts_by_its_content(project, tmp_path_factory):
    (project.root / "data").symlink_to(tmp_path_factory.mktemp("disk"))
    text = PIPELINE.replace("data: data.csv", "data: data/d.csv")

    def write(run):
        (run.folder / "data" / "d.csv").write_text(f"{run.parameters['seed']}")

    execute(project, play(prepare=write), text=text)

    _, played = execute(project, play(prepare=write), text=text, seed=2)

    assert "train-depth=2" in played


@pytest.mark.parametrize("value", ["x" * 300, "a\0b", "..", ".", "", "/etc/passwd", "~"])
def test_any_text_can_be_handed_on(project, value):
    execution, _ = execute(project, one(lambda run: {"report": value}), text=ONE)

    assert StepStatus.DONE == execution.status
    assert {"report": value} == execution.steps["train"].outcome.outputs


def test_two_pipelines_that_share_a_notebook_do_not_share_results(project):
    text = "name: p\nsteps:\n  train:\n    notebook: ../train.ipynb\n"
    made = []
    for region in ("eu", "us"):
        folder = project.root / region
        folder.mkdir()
        (folder / "pipeline.yaml").write_text(text)
        executor = one(lambda run: made.append(run.folder.name))
        execute(project, executor, file=folder / "pipeline.yaml", text=text)

    assert ["eu", "us"] == made


def test_a_notebook_or_input_edited_while_it_runs_is_not_cached(project):
    text = ONE + "    inputs: [raw.csv]\n"
    (project.root / "raw.csv").write_text("A")

    def edited(run):
        (run.folder / "raw.csv").write_text("B")

    execute(project, one(edited), text=text)
    (project.root / "raw.csv").write_text("A")

    _, played = execute(project, one(lambda run: None), text=text)

    assert ["train"] == played


def test_injected_parameters_count_where_nothing_replaces_them(project):
    file = project.root / "train.ipynb"
    notebook = json.loads(file.read_text())
    notebook["cells"][-1]["metadata"]["tags"] = ["injected-parameters"]
    file.write_text(json.dumps(notebook))
    execute(project, one(lambda run: None), text=ONE)
    notebook["cells"][-1]["source"] = "seed = 999"
    file.write_text(json.dumps(notebook))

    _, played = execute(project, one(lambda run: None), text=ONE)

    assert ["train"] == played


def test_every_output_of_a_matrix_step_can_be_an_input(project):
    text = PIPELINE + '        inputs: ["${{ steps.train.outputs.model }}"]\n'
    execute(project, play(), text=text)

    def other(run):
        train(run)
        (run.folder / f"model-{run.parameters['depth']}.bin").write_text("retrained")

    (project.root / "train.ipynb").write_text(
        (project.root / "train.ipynb").read_text().replace("print('train')", "print('new')")
    )
    execution, played = execute(project, play(train=other), text=text)

    assert StepStatus.DONE == execution.status
    assert "evaluate" in played


def test_without_the_cache_everything_runs_and_says_the_same(project):
    first, _ = execute(project, play())
    shutil.rmtree(project.state / "cache")

    second, played = execute(project, play())

    assert 4 == len(played)
    assert first.steps["evaluate"].outcome.outputs == second.steps["evaluate"].outcome.outputs


def test_a_step_that_failed_is_never_cached(project):
    execution, _ = execute(project, play(prepare=lambda run: None))
    assert StepStatus.FAILED == execution.status

    _, played = execute(project, play(prepare=prepare))

    assert "prepare" in played
