import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_mlops.errors import Invalid, NotFound
from jupyter_mlops.notebooks.notebook import read_notebook
from jupyter_mlops.pipelines.expressions import Scope
from jupyter_mlops.pipelines.graph import Graph, expand
from jupyter_mlops.pipelines.pipeline import GateSpec, ModelStep, NotebookStep
from jupyter_mlops.pipelines.spec import load_pipeline, step_parameters
from jupyter_mlops.pipelines.yaml_document import parse_yaml


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
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
    ],
)
def test_a_wrong_shape_is_told_at_its_place(folder, old, new, message):
    assert folder.refused_with(old, new).startswith(message)


def test_the_example_is_read(folder):
    pipeline = folder.load(folder.example)

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
    ] == [instance.key for instance in Graph(folder.load(folder.example)).instances]


def test_a_pipeline_elsewhere_is_read_and_its_errors_name_it_as_given(folder, monkeypatch):
    (folder.path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    (folder.path / "pipeline.yaml").write_text(folder.example)

    assert folder.path / "pipeline.yaml" == load_pipeline(folder.path / "pipeline.yaml", {}).file
    (folder.path / "pipeline.yaml").write_text("nome: x")
    with pytest.raises(Invalid) as caught:
        load_pipeline(folder.path / "pipeline.yaml", {})
    assert f"{folder.path}/pipeline.yaml:1:1" == caught.value.place


def test_a_missing_file_is_not_found(folder):
    (folder.path / "pipeline.yaml").write_text(folder.example)

    with pytest.raises(NotFound, match="did you mean pipeline"):
        load_pipeline(Path("pipelin.yaml"), {})


def test_the_problem_that_stands_first_is_told(folder):
    wrong = folder.example.replace("matrix.max_depth", "matrix.x").replace(
        "parameters.seed", "parameters.x"
    )

    assert folder.refused(wrong).startswith("pipeline.yaml:9:13: ${{ parameters.x }}")


def test_a_matrix_may_come_from_a_parameter(folder):
    text = folder.example.replace("[2, 4, 8]", "${{ parameters.depths }}")
    text = text.replace("seed: 42", "seed: 42\n  depths: [2, 4]")

    assert {"max_depth": (2, 4)} == folder.load(text).steps["train"].matrix
    assert {"max_depth": (5,)} == folder.load(text, depths=[5]).steps["train"].matrix


def test_an_override_takes_the_place_of_a_default(folder):
    assert {"seed": 7} == folder.load(folder.example, seed=7).parameters
    anything = folder.changed("seed: 42", "seed: 42\n  tag:")
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
    assert folder.refused(folder.example, **overrides).startswith(message)


def test_a_gate_is_told_by_its_name_or_its_first_known_key(folder):
    text = folder.changed(
        "        min: 0.95\n", "        min: 0.95\n      - {gate: metric, max: 1}\n"
    )
    gates = folder.load(text).steps["register"].gates

    assert (
        GateSpec("metric", {"metric": "test_auc", "min": 0.95}),
        GateSpec("metric", {"max": 1}),
    ) == gates


def test_a_gate_of_a_plug_in_is_known_by_its_name(folder, monkeypatch):
    monkeypatch.setattr("jupyter_mlops.plugins.names", lambda group: ["fair", "metric"])
    text = folder.changed("metric: test_auc\n        min: 0.95", "{level: 3, fair: sex}")

    assert (GateSpec("fair", {"level": 3, "fair": "sex"}),) == folder.load(text).steps[
        "register"
    ].gates


def test_a_step_passes_its_parameters_its_matrix_and_the_outputs_that_are_asked_for(folder):
    pipeline = folder.load(folder.example)
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


def test_what_was_handed_on_is_checked_when_a_step_is_about_to_run(folder):
    pipeline = folder.load(folder.example)
    step = pipeline.steps["evaluate"]
    scope = Scope(outputs={"train": {"model": "not a list"}, "prepare": {"test": "a"}})

    with pytest.raises(Invalid, match="parameter 'models' must be list, not 'not a list'"):
        step_parameters(step, read_notebook(step.notebook), scope, *expand(step))


PIECES = ["", "a", "train", "../x", "${{ ", "${{ parameters.seed }}", "${{ matrix.max_depth }}"]
PIECES += ["${{ steps.train.outputs.model }}", "train.ipynb", ".", "a\nb", "ü", "latest", "metric"]
TEXT = st.lists(st.sampled_from(PIECES), min_size=1, max_size=2).map("".join)
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_infinity=False, allow_nan=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)


def places(value):
    """Return every mapping and list in a value with each of its keys."""
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in list(keys):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(data=st.data())
def test_anything_anywhere_is_read_or_refused_in_one_line_and_never_breaks(folder, data):
    document = json.loads(json.dumps(parse_yaml(folder.example, file="").value))
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(list(places(document))))
        change = data.draw(st.sampled_from(["value", "key", "none"]))
        if change == "value" or isinstance(container, list):
            container[key] = data.draw(ANYTHING)
        else:
            value = container.pop(key)
            if change == "key":
                container[data.draw(TEXT)] = value
        if not document:
            return

    try:
        folder.load(json.dumps(document))
    except Invalid as error:
        message = str(error)
    else:
        message = "pipeline.yaml:"

    assert message.startswith("pipeline.yaml:")
    assert message.isprintable()


def test_ten_thousand_instances_are_judged_in_seconds(folder):
    text = folder.example.replace("[2, 4, 8]", f"{list(range(10_000))}")

    assert 10_000 == len(expand(folder.load(text).steps["train"]))


def test_reading_a_pipeline_loads_no_heavy_library(folder):
    folder.load(folder.example)
    program = """
import pathlib, sys
from jupyter_mlops.pipelines.spec import load_pipeline
load_pipeline(pathlib.Path("pipeline.yaml"), {})
print({"mlflow", "nbformat", "pandas", "numpy", "papermill"} & sys.modules.keys())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)

    assert (b"set()\n", b"") == (done.stdout, done.stderr)
