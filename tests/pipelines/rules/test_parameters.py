from pathlib import Path

import pytest

from jupyter_mlops.notebooks.notebook import read_notebook
from jupyter_mlops.pipelines.expressions import Scope
from jupyter_mlops.pipelines.graph import expand
from jupyter_mlops.pipelines.spec import load_pipeline, step_parameters


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "notebook: train.ipynb",
            "notebook: trian.ipynb",
            "14:15: there is no file trian.ipynb (did you mean train.ipynb?)",
        ),
        (
            "      seed: $",
            "      sed: $",
            "9:7: the notebook has no parameter 'sed' (did you mean 'seed'? it declares: seed, t",
        ),
        (
            "[2, 4, 8]",
            "[2]\n      min_depth: [1]",
            "18:7: the notebook has no parameter 'min_depth' (did you mean 'max_depth'?",
        ),
        (
            "seed: ${{ parameters.seed }}",
            "seed: '7'",
            "9:13: parameter 'seed' must be int, not '7' (that is of type str)",
        ),
        ("seed: 42", "seed: 4.2", "9:13: parameter 'seed' must be int, not 4.2 (that is of type"),
        ("[2, 4, 8]", "[2, a]", "17:22: parameter 'max_depth' must be int, not 'a'"),
        (
            "${{ steps.train.outputs.model }}",
            "${{ steps.prepare.outputs.test }}",
            "26:15: parameter 'models' must be list, not 'data/test.parquet'",
        ),
        (
            "test: ${{ steps.prepare.outputs.test }}",
            "test: ${{ steps.train.outputs.model }}",
            "27:13: parameter 'test' must be str, not ['models/model-2.skops', 'models/model-4.sk",
        ),
    ],
)
def test_what_a_notebook_does_not_accept_is_told_at_its_place(folder, old, new, message):
    assert folder.refused_with(old, new).startswith(message)


def test_a_broken_notebook_is_told_at_its_own_place(folder):
    (folder.path / "train.ipynb").write_text('{\n "cells": [,]}')

    assert folder.refused(folder.example).startswith(
        "train.ipynb:2:12: the notebook is not valid JSON"
    )


def test_a_notebook_that_is_none_is_told_where_it_is_named(folder):
    (folder.path / "train.ipynb").write_text("")

    message = folder.refused(folder.example)

    assert message == "pipeline.yaml:14:15: train.ipynb: the file is empty"


def test_a_notebook_without_parameters_accepts_none(folder):
    (folder.path / "train.ipynb").write_text(
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'
    )

    assert (
        "pipeline.yaml:17:7: the notebook accepts no parameters, but 'max_depth' is given "
        "(tag the cell that assigns the defaults 'parameters')"
    ) == folder.refused(folder.example)


def test_a_notebook_with_nothing_to_pass_needs_no_parameters(folder):
    (folder.path / "plain.ipynb").write_text(
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'
    )
    text = "name: p\nsteps: {a: {notebook: plain.ipynb, outputs: {x: x.csv}}}"

    assert ["a"] == list(folder.load(text).steps)


def test_a_parameter_without_default_must_be_passed(folder):
    folder.notebook("prepare.ipynb", "seed = 1\nrows: int")

    assert (
        "pipeline.yaml:7:15: the notebook's parameter 'rows' has no value "
        "(pass one in the step's parameters, or assign a default in the notebook)"
    ) == folder.refused(folder.example)
    assert folder.load(folder.changed("      seed: $", "      rows: 5\n      seed: $"))


def test_a_declared_output_counts_as_passed(folder):
    folder.notebook("prepare.ipynb", "seed = 1\ntrain: str")

    assert folder.load(folder.example)


def test_an_output_that_its_parameter_does_not_accept_is_refused(folder):
    folder.notebook("prepare.ipynb", "seed = 1\ntrain = 5")

    assert folder.refused(folder.example).startswith(
        "pipeline.yaml:11:14: parameter 'train' must be int, not 'data/train.parquet'"
    )


def test_a_notebook_of_another_language_is_taken_on_trust(folder):
    folder.notebook("train.ipynb", "depth <- 3", language="r")
    step = folder.load(folder.example).steps["train"]
    scope = Scope(outputs={"prepare": {"train": "data/train.parquet"}})

    assert {"max_depth": 4, "train": "data/train.parquet"} == step_parameters(
        step, read_notebook(step.notebook), scope, expand(step)[1]
    )


def test_what_a_step_says_wins_over_what_it_would_pass(folder):
    text = folder.changed("      seed: $", "      train: elsewhere.parquet\n      seed: $")
    pipeline = folder.load(text)
    step = pipeline.steps["prepare"]
    given = step_parameters(
        step, read_notebook(step.notebook), Scope(pipeline.parameters), *expand(step)
    )

    assert {"seed": 42, "train": "elsewhere.parquet"} == given


def test_a_matrix_value_may_serve_under_another_name(folder):
    text = folder.example.replace("      max_depth: [2, 4, 8]", "      d: [2, 4, 8]")
    text = text.replace("matrix.max_depth", "matrix.d")
    text = text.replace("      train: ${{", "      max_depth: ${{ matrix.d }}\n      train: ${{")
    step = folder.load(text).steps["train"]
    scope = Scope(outputs={"prepare": {"train": "a"}})
    given = step_parameters(step, read_notebook(step.notebook), scope, expand(step)[1])

    assert {"max_depth": 4, "train": "a", "model": "models/model-4.skops"} == given


def test_a_notebook_may_lie_outside_and_serve_two_steps(folder):
    (folder.path / "sub").mkdir()
    text = "name: p\nsteps:\n  a: {notebook: ../train.ipynb}\n  b: {notebook: ../train.ipynb}"
    (folder.path / "sub" / "pipeline.yaml").write_text(text)
    steps = load_pipeline(Path("sub/pipeline.yaml"), {}).steps

    assert [folder.path / "sub" / "../train.ipynb"] * 2 == [s.notebook for s in steps.values()]
