import json
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_mlops.errors import Invalid, NotFound
from jupyter_mlops.notebooks.notebook import read_notebook
from jupyter_mlops.pipelines.expressions import Scope
from jupyter_mlops.pipelines.graph import Graph, expand
from jupyter_mlops.pipelines.pipeline import GateSpec, ModelStep, NotebookStep
from jupyter_mlops.pipelines.spec import load_pipeline, step_parameters

EXAMPLE = """\
# pipeline.yaml
name: breast-cancer
parameters:                            # pipeline-level defaults
  seed: 42
steps:
  prepare:
    notebook: prepare.ipynb
    parameters:
      seed: ${{ parameters.seed }}
    outputs:
      train: data/train.parquet
      test: data/test.parquet
  train:
    notebook: train.ipynb
    needs: [prepare]
    matrix:
      max_depth: [2, 4, 8]             # one instance per value
    parameters:
      train: ${{ steps.prepare.outputs.train }}
    outputs:
      model: models/model-${{ matrix.max_depth }}.skops
  evaluate:
    notebook: evaluate.ipynb
    needs: [train]
    parameters:
      models: ${{ steps.train.outputs.model }}      # of a matrix step: the list
      test: ${{ steps.prepare.outputs.test }}
  register:
    model: breast-cancer               # a register step instead of a notebook
    from: ${{ steps.evaluate.outputs.best }}
    alias: champion
    gates:
      - metric: test_auc
        min: 0.95
"""
NOTEBOOKS = {
    "prepare.ipynb": 'seed = 1\ntrain = "train.parquet"',
    "train.ipynb": 'train = ""\nmax_depth: int = 3\nmodel = "model.skops"',
    "evaluate.ipynb": 'models = []\ntest = ""',
}


class Folder:
    """A folder with the example's notebooks, in which pipelines are written and loaded."""

    def __init__(self, path):
        self.path = path
        for name, source in NOTEBOOKS.items():
            self.notebook(name, source)

    def notebook(self, name, source, *, language="python"):
        cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": source}
        language_info = {"language_info": {"name": language}}
        document = {"nbformat": 4, "metadata": language_info, "cells": [cell]}
        (self.path / name).write_text(json.dumps(document))

    def load(self, text, **overrides):
        (self.path / "pipeline.yaml").write_text(text)
        return load_pipeline(Path("pipeline.yaml"), overrides)

    def refused(self, text, **overrides):
        with pytest.raises(Invalid) as caught:
            self.load(text, **overrides)
        return str(caught.value)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)


def changed(old, new):
    assert old in EXAMPLE
    return EXAMPLE.replace(old, new, 1)


def test_the_example_is_read(folder):
    pipeline = folder.load(EXAMPLE)

    assert ("breast-cancer", {"seed": 42}) == (pipeline.name, pipeline.parameters)
    assert (folder.path / "pipeline.yaml", folder.path) == (pipeline.file, pipeline.folder)
    assert [
        NotebookStep(
            name="prepare",
            line=6,
            notebook=folder.path / "prepare.ipynb",
            parameters={"seed": "${{ parameters.seed }}"},
            outputs={"train": "data/train.parquet", "test": "data/test.parquet"},
        ),
        NotebookStep(
            name="train",
            needs=("prepare",),
            line=13,
            notebook=folder.path / "train.ipynb",
            parameters={"train": "${{ steps.prepare.outputs.train }}"},
            matrix={"max_depth": (2, 4, 8)},
            outputs={"model": "models/model-${{ matrix.max_depth }}.skops"},
        ),
        NotebookStep(
            name="evaluate",
            needs=("train", "prepare"),
            line=22,
            notebook=folder.path / "evaluate.ipynb",
            parameters={
                "models": "${{ steps.train.outputs.model }}",
                "test": "${{ steps.prepare.outputs.test }}",
            },
        ),
        ModelStep(
            name="register",
            needs=("evaluate",),
            line=28,
            model="breast-cancer",
            source="${{ steps.evaluate.outputs.best }}",
            alias="champion",
            gates=(GateSpec("metric", {"metric": "test_auc", "min": 0.95}),),
        ),
    ] == list(pipeline.steps.values())
    assert list(pipeline.steps) == [step.name for step in pipeline.steps.values()]


def test_the_example_has_six_instances_in_order(folder):
    assert [
        "prepare",
        "train[max_depth=2]",
        "train[max_depth=4]",
        "train[max_depth=8]",
        "evaluate",
        "register",
    ] == [instance.key for instance in Graph(folder.load(EXAMPLE)).instances]


def test_a_pipeline_elsewhere_is_read_and_its_errors_name_it_as_given(folder, monkeypatch):
    (folder.path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    (folder.path / "pipeline.yaml").write_text(EXAMPLE)

    assert folder.path / "pipeline.yaml" == load_pipeline(folder.path / "pipeline.yaml", {}).file
    (folder.path / "pipeline.yaml").write_text("nome: x")
    with pytest.raises(Invalid) as caught:
        load_pipeline(folder.path / "pipeline.yaml", {})
    assert f"{folder.path}/pipeline.yaml:1:1" == caught.value.place


def test_a_missing_file_is_not_found(folder):
    (folder.path / "pipeline.yaml").write_text(EXAMPLE)

    with pytest.raises(NotFound, match="did you mean pipeline"):
        load_pipeline(Path("pipelin.yaml"), {})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # its shape
        ("name:", "nome:", "2:1: unknown key `nome` (did you mean `name`?)"),
        ("seed: 42", "seed: 42\nextra: 1", "5:1: unknown key `extra` (known here: name, param"),
        ("name: breast-cancer", "", "3:1: `name` is missing"),
        ("name: breast-cancer", "name: 5", "2:7: `name` must be text, not 5"),
        ("name: breast-cancer", "name: ''", "2:7: `name` must not be empty"),
        ("  seed: 42", "", "3:1: `parameters` must hold keys with values (it is empty)"),
        ("  prepare:\n", "  prepare: []\n  x:\n", "6:12: `prepare` must hold keys with values"),
        ("    matrix:", "    martix:", "16:5: unknown key `martix` (did you mean `matrix`?)"),
        ("[prepare]", "prepare", "15:12: `needs` must be a list, like [a, b], not 'prepare'"),
        ("[prepare]", "[prepare, 7]", "15:22: item 2 must be text, not 7"),
        ("data/test.parquet", "[a]", "12:13: `test` must be text, not ['a']"),
        ("    from:", "    form:", "30:5: unknown key `form` (did you mean `from`?)"),
        ("    from: ${{ steps.evaluate.outputs.best }}\n", "", "28:3: `from` is missing"),
        ("notebook: train", "notebok: train", "14:5: unknown key `notebok` (did you mean `noteb"),
        ("notebook: train.ipynb", "inputs: []", "13:3: step 'train' has no `notebook` (name one,"),
        (
            "model: breast",
            "notebook: x\n    model: breast",
            "30:5: a step has a `notebook` or a `mo",
        ),
        (
            "- metric: test_auc\n        min: 0.95",
            "- 7",
            "33:9: item 1 must hold keys with values, not 7",
        ),
        # its parts, each alone
        ("seed: 42", "my seed: 42", "4:3: 'my seed' is no name for a parameter"),
        ("seed: 42", "seed: ${{ parameters.x }}", "4:9: a parameter's default is a plain value"),
        ("seed: 42", "seed: ${{ x", "4:9: an expression is not closed"),
        ("  train:\n    note", "  1 train:\n    note", "13:3: '1 train' is no name for a step"),
        ("train: data", "t.r: data", "11:7: 't.r' is no name for an output"),
        ("max_depth: [", "max-depth: [", "17:7: 'max-depth' is no name for a parameter"),
        ("[2, 4, 8]", "[]", "17:18: the matrix has no value for 'max_depth' (give it one or more)"),
        ("[2, 4, 8]", "2", "17:18: the matrix needs a list for 'max_depth' (write it like max_de"),
        ("[2, 4, 8]", "[2, 4, 2]", "17:25: the matrix has 2 twice"),
        (
            "[2, 4, 8]",
            f"{list(range(101))}\n      b: {list(range(100))}",
            "16:5: the matrix makes 10,100 instances, more than 10,000",
        ),
        ("train: ${{ steps", "max_depth: ${{ steps", "17:7: 'max_depth' is in the matrix and in"),
        # needs
        ("[prepare]", "[prepair]", "15:13: there is no step 'prepair' (did you mean 'prepare'?)"),
        ("[prepare]", "[xyz]", "15:13: there is no step 'xyz' (there are: prepare, evaluate, reg"),
        ("[prepare]", "[train]", "15:13: step 'train' needs itself (take this need away)"),
        (
            "notebook: prepare.ipynb",
            "notebook: prepare.ipynb\n    needs: [evaluate]",
            "6:3: steps need each other in a circle: prepare -> evaluate -> prepare",
        ),
        # references
        (
            "seed: ${{ parameters.seed }}",
            "seed: ${{ parameters.sed }}",
            "9:13: ${{ parameters.sed }}: there is no parameter 'sed' (did you mean 'seed'?)",
        ),
        (
            "seed: ${{ parameters.seed }}",
            "seed: [1, '${{ parameters.sed }}']",
            "9:17: ${{ parameters.sed }}: there is no parameter 'sed'",
        ),
        (
            "seed: ${{ parameters.seed }}",
            "seed: ${{ matrix.max_depth }}",
            "9:13: ${{ matrix.max_depth }}: step 'prepare' has no matrix (give it one, or use a",
        ),
        (
            "model-${{ matrix.max_depth }}",
            "model-${{ matrix.depth }}",
            "21:14: ${{ matrix.depth }}: there is no matrix value 'depth' (did you mean 'max_dep",
        ),
        (
            "${{ steps.train.outputs.model }}",
            "${{ steps.trian.outputs.model }}",
            "26:15: ${{ steps.trian.outputs.model }}: there is no step 'trian' (did you mean 'tr",
        ),
        (
            "${{ steps.train.outputs.model }}",
            "${{ steps.evaluate.outputs.model }}",
            "26:15: ${{ steps.evaluate.outputs.model }}: a step cannot use its own output",
        ),
        (
            "${{ steps.train.outputs.model }}",
            "${{ steps.register.outputs.model }}",
            "26:15: ${{ steps.register.outputs.model }}: step 'register' registers a model and",
        ),
        (
            "${{ steps.train.outputs.model }}",
            "${{ steps.train.model }}",
            "26:15: ${{ steps.train.model }} is no reference (write parameters.NAME, matrix.NAM",
        ),
        (
            "data/train.parquet",
            "${{ steps.train.outputs.model }}",
            "11:14: ${{ steps.train.outputs.model }}: where a step writes must be known before",
        ),
        (
            "[2, 4, 8]",
            "${{ steps.prepare.outputs.depths }}",
            "17:18: ${{ steps.prepare.outputs.depths }}: there is no step 'prepare'",
        ),
        # outputs
        ("data/train.parquet", "../train.parquet", "11:14: '../train.parquet' does not lie below"),
        ("data/train.parquet", "a/../../b", "11:14: 'a/../../b' does not lie below the pipeline's"),
        (
            "data/train.parquet",
            "/tmp/a",
            "11:14: '/tmp/a' does not lie below the pipeline's folder",
        ),
        ("data/train.parquet", "''", "11:14: '' does not lie below the pipeline's folder"),
        ("data/train.parquet", ".", "11:14: '.' does not lie below the pipeline's folder"),
        ("data/train.parquet", "a\\b", "11:14: 'a\\\\b' is no path (write it like data/train.parq"),
        ("data/train.parquet", "${{ parameters.seed }}", "11:14: 42 is no path"),
        (
            "data/train.parquet",
            "data//./test.parquet",
            "12:13: data/test.parquet is output 'train' of prepare (give each a path of its own)",
        ),
        ("data/train.parquet", "data", "12:13: data/test.parquet lies in output 'train' of prepa"),
        ("data/test.parquet", "data", "12:13: data holds output 'train' of prepare"),
        ("data/test.parquet", "train.ipynb", "12:13: train.ipynb is the notebook of step 'train'"),
        ("data/test.parquet", "pipeline.yaml", "12:13: pipeline.yaml is the pipeline file"),
        (
            "models/model-${{ matrix.max_depth }}.skops",
            "models/model.skops",
            ("21:14: models/model.skops is output 'model' of train[max_depth=2] "
            "(put ${{ matrix.max_depth }} into the path)"),
        ),
        (
            "[2, 4, 8]",
            "[2]\n      rate: [1, 2]",
            ("22:14: models/model-2.skops is output 'model' of train[max_depth=2,rate=1] "
            "(put ${{ matrix.rate }} into the path)"),
        ),
        (
            "models/model-${{ matrix.max_depth }}.skops",
            "data/test.parquet",
            "21:14: data/test.parquet is output 'test' of prepare (give each a path of its own)",
        ),
        # model steps
        ("model: breast-cancer", "model: a/b", "29:12: 'a/b' is no name for a model"),
        ("alias: champion", "alias: a b", "31:12: 'a b' is no name for an alias"),
        ("alias: champion", "alias: latest", "31:12: 'latest' is no name for an alias"),
        ("alias: champion", "alias: v3", "31:12: 'v3' is no name for an alias (use letters,"),
        ("    alias: champion\n", "", "31:5: gates guard an alias, and there is none (add `alias"),
        (
            "${{ steps.evaluate.outputs.best }}",
            "${{ steps.train.outputs.model }}",
            "30:11: step 'train' has a matrix: its output is a list of models (let a step in betw",
        ),
        ("${{ steps.evaluate.outputs.best }}", "a.skops", "30:11: a model comes from exactly one"),
        ("metric: test_auc", "metrik: test_auc", "33:9: no gate is called 'metrik' (did you mean"),
        ("metric: test_auc", "gate: nothing", "33:9: no gate is called 'nothing' (installed: "),
        ("- metric: test_auc\n        min: 0.95", "- {}", "33:9: no gate is called ''"),
        # notebooks and what is passed to them
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
def test_what_is_wrong_is_said_at_its_place(folder, old, new, message):
    assert folder.refused(changed(old, new)).startswith(f"pipeline.yaml:{message}")


def test_the_problem_that_stands_first_is_told(folder):
    wrong = EXAMPLE.replace("matrix.max_depth", "matrix.x").replace(
        "parameters.seed", "parameters.x"
    )

    assert folder.refused(wrong).startswith("pipeline.yaml:9:13: ${{ parameters.x }}")


def test_a_broken_notebook_is_told_at_its_own_place(folder):
    (folder.path / "train.ipynb").write_text('{\n "cells": [,]}')

    assert folder.refused(EXAMPLE).startswith("train.ipynb:2:12: the notebook is not valid JSON")


def test_a_notebook_without_parameters_accepts_none(folder):
    (folder.path / "train.ipynb").write_text('{"nbformat": 4, "metadata": {}, "cells": []}')

    assert (
        "pipeline.yaml:17:7: the notebook accepts no parameters, but 'max_depth' is given "
        "(tag the cell that assigns the defaults 'parameters')"
    ) == folder.refused(EXAMPLE)


def test_a_notebook_with_nothing_to_pass_needs_no_parameters(folder):
    (folder.path / "plain.ipynb").write_text('{"nbformat": 4, "metadata": {}, "cells": []}')
    text = "name: p\nsteps: {a: {notebook: plain.ipynb, outputs: {x: x.csv}}}"

    assert ["a"] == list(folder.load(text).steps)


def test_a_parameter_without_default_must_be_passed(folder):
    folder.notebook("prepare.ipynb", "seed = 1\nrows: int")

    assert (
        "pipeline.yaml:7:15: the notebook's parameter 'rows' has no value "
        "(pass one in the step's parameters, or assign a default in the notebook)"
    ) == folder.refused(EXAMPLE)
    assert folder.load(changed("      seed: $", "      rows: 5\n      seed: $"))


def test_a_declared_output_counts_as_passed(folder):
    folder.notebook("prepare.ipynb", "seed = 1\ntrain: str")

    assert folder.load(EXAMPLE)


def test_an_output_that_its_parameter_does_not_accept_is_refused(folder):
    folder.notebook("prepare.ipynb", "seed = 1\ntrain = 5")

    assert folder.refused(EXAMPLE).startswith(
        "pipeline.yaml:11:14: parameter 'train' must be int, not 'data/train.parquet'"
    )


def test_a_notebook_of_another_language_is_taken_on_trust(folder):
    folder.notebook("train.ipynb", "depth <- 3", language="r")
    step = folder.load(EXAMPLE).steps["train"]
    scope = Scope(outputs={"prepare": {"train": "data/train.parquet"}})

    assert {"max_depth": 4, "train": "data/train.parquet"} == step_parameters(
        step, read_notebook(step.notebook), scope, expand(step)[1]
    )


def test_a_step_passes_its_parameters_its_matrix_and_the_outputs_that_are_asked_for(folder):
    pipeline = folder.load(EXAMPLE)
    scope = Scope(pipeline.parameters, {}, {"prepare": {"train": "data/train.parquet"}})

    def given(name, index=0):
        step = pipeline.steps[name]
        return step_parameters(step, read_notebook(step.notebook), scope, expand(step)[index])

    assert {"seed": 42, "train": "data/train.parquet"} == given("prepare")
    assert {
        "train": "data/train.parquet",
        "max_depth": 8,
        "model": "models/model-8.skops",
    } == given("train", 2)


def test_what_a_step_says_wins_over_what_it_would_pass(folder):
    text = changed("      seed: $", "      train: elsewhere.parquet\n      seed: $")
    pipeline = folder.load(text)
    step = pipeline.steps["prepare"]
    given = step_parameters(
        step, read_notebook(step.notebook), Scope(pipeline.parameters), *expand(step)
    )

    assert {"seed": 42, "train": "elsewhere.parquet"} == given


def test_a_matrix_value_may_serve_under_another_name(folder):
    text = EXAMPLE.replace("      max_depth: [2, 4, 8]", "      d: [2, 4, 8]")
    text = text.replace("matrix.max_depth", "matrix.d")
    text = text.replace("      train: ${{", "      max_depth: ${{ matrix.d }}\n      train: ${{")
    step = folder.load(text).steps["train"]
    scope = Scope(outputs={"prepare": {"train": "a"}})
    given = step_parameters(step, read_notebook(step.notebook), scope, expand(step)[1])

    assert {"max_depth": 4, "train": "a", "model": "models/model-4.skops"} == given


def test_what_was_handed_on_is_checked_when_a_step_is_about_to_run(folder):
    pipeline = folder.load(EXAMPLE)
    step = pipeline.steps["evaluate"]
    scope = Scope(outputs={"train": {"model": "not a list"}, "prepare": {"test": "a"}})

    with pytest.raises(Invalid, match="parameter 'models' must be list, not 'not a list'"):
        step_parameters(step, read_notebook(step.notebook), scope, *expand(step))


def test_a_matrix_may_come_from_a_parameter(folder):
    text = EXAMPLE.replace("[2, 4, 8]", "${{ parameters.depths }}")
    text = text.replace("seed: 42", "seed: 42\n  depths: [2, 4]")

    assert {"max_depth": (2, 4)} == folder.load(text).steps["train"].matrix
    assert {"max_depth": (5,)} == folder.load(text, depths=[5]).steps["train"].matrix


def test_an_override_takes_the_place_of_a_default(folder):
    assert {"seed": 7} == folder.load(EXAMPLE, seed=7).parameters
    anything = changed("seed: 42", "seed: 42\n  tag:")
    assert {"seed": 42, "tag": "x"} == folder.load(anything, tag="x").parameters


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            {"sed": 7},
            "-p sed 7: the pipeline has no parameter 'sed' (did you mean 'seed'? it has: seed)",
        ),
        ({"x": 7}, "-p x 7: the pipeline has no parameter 'x' (it has: seed)"),
        ({"seed": "a"}, "-p seed 'a': parameter 'seed' must be int (its default is 42)"),
        ({"seed": 1.5}, "-p seed 1.5: parameter 'seed' must be int (its default is 42)"),
        ({"seed": (1,)}, "-p seed (1,) is of type tuple, which cannot be passed (pass text, a num"),
    ],
)
def test_an_override_that_does_not_fit_is_refused(folder, overrides, message):
    assert folder.refused(EXAMPLE, **overrides).startswith(message)


def test_a_gate_is_told_by_its_name_or_its_first_known_key(folder):
    text = changed("        min: 0.95\n", "        min: 0.95\n      - {gate: metric, max: 1}\n")
    gates = folder.load(text).steps["register"].gates

    assert (
        GateSpec("metric", {"metric": "test_auc", "min": 0.95}),
        GateSpec("metric", {"max": 1}),
    ) == gates


def test_a_gate_of_a_plug_in_is_known_by_its_name(folder, monkeypatch):
    monkeypatch.setattr("jupyter_mlops.plugins.names", lambda group: ["fair", "metric"])
    text = changed("metric: test_auc\n        min: 0.95", "{level: 3, fair: sex}")

    assert (GateSpec("fair", {"level": 3, "fair": "sex"}),) == folder.load(text).steps[
        "register"
    ].gates


def test_a_step_needs_whoever_writes_the_files_that_it_reads(folder):
    text = """\
name: files
steps:
  last: {notebook: a.ipynb, inputs: [out]}
  part: {notebook: a.ipynb, inputs: [out/b.csv, raw.csv]}
  other: {notebook: a.ipynb, inputs: [raw.csv]}
  many: {notebook: a.ipynb, matrix: {n: [1, 2]}, inputs: ["in/${{ matrix.n }}.csv"]}
  two: {notebook: a.ipynb, outputs: {x: in/2.csv}}
  one: {notebook: a.ipynb, outputs: {x: out/b.csv, y: out/c}}
"""
    folder.notebook("a.ipynb", "n = 0")
    needs = {name: step.needs for name, step in folder.load(text).steps.items()}

    assert {
        "last": ("one",),
        "part": ("one",),
        "other": (),
        "many": ("two",),
        "two": (),
        "one": (),
    } == needs


def test_a_step_that_reads_what_it_writes_does_not_need_itself(folder):
    folder.notebook("a.ipynb", "n = 0")
    text = "name: p\nsteps: {a: {notebook: a.ipynb, inputs: [x.csv], outputs: {x: x.csv}}}"

    assert () == folder.load(text).steps["a"].needs


def test_a_circle_through_files_is_found(folder):
    folder.notebook("a.ipynb", "n = 0")
    text = """\
name: files
steps:
  one: {notebook: a.ipynb, inputs: [a], outputs: {x: b}}
  two: {notebook: a.ipynb, inputs: [b], outputs: {x: a}}
"""

    assert "in a circle: one -> two -> one" in folder.refused(text)


def test_a_notebook_may_lie_outside_and_serve_two_steps(folder):
    (folder.path / "sub").mkdir()
    text = "name: p\nsteps:\n  a: {notebook: ../train.ipynb}\n  b: {notebook: ../train.ipynb}"
    (folder.path / "sub" / "pipeline.yaml").write_text(text)
    steps = load_pipeline(Path("sub/pipeline.yaml"), {}).steps

    assert [folder.path / "sub" / "../train.ipynb"] * 2 == [s.notebook for s in steps.values()]


def test_ten_thousand_instances_are_judged_in_seconds(folder):
    text = EXAMPLE.replace("[2, 4, 8]", f"{list(range(10_000))}")

    assert 10_000 == len(expand(folder.load(text).steps["train"]))


def test_reading_a_pipeline_loads_no_heavy_library(folder):
    folder.load(EXAMPLE)
    program = """
import pathlib, sys
from jupyter_mlops.pipelines.spec import load_pipeline
load_pipeline(pathlib.Path("pipeline.yaml"), {})
print({"mlflow", "nbformat", "pandas", "numpy", "papermill"} & sys.modules.keys())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)

    assert (b"set()\n", b"") == (done.stdout, done.stderr)
