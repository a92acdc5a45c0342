import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.errors import Invalid
from jupyter_mlops.pipelines.graph import Graph, StepInstance, expand, order
from jupyter_mlops.pipelines.pipeline import ModelStep, NotebookStep, Pipeline


def step(name, *needs, **matrix):
    matrix = {key: tuple(values) for key, values in matrix.items()}
    return NotebookStep(name=name, needs=needs, notebook=Path(f"{name}.ipynb"), matrix=matrix)


def graph(*steps):
    return Graph(Pipeline("p", Path("pipeline.yaml"), {}, {s.name: s for s in steps}))


def keys(instances):
    return [instance.key for instance in instances]


@st.composite
def any_needs(draw):
    """Names in any order, each needing any others, itself too."""
    names = draw(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1))
    return {name: draw(st.lists(st.sampled_from(names), max_size=3)) for name in names}


@st.composite
def acyclic_needs(draw):
    """Names that need only those before them in some order, told in another."""
    names = draw(st.permutations("abcdefgh"))
    needs = {
        name: draw(st.lists(st.sampled_from(names[:index]), max_size=3)) if index else []
        for index, name in enumerate(names)
    }
    return {name: needs[name] for name in draw(st.permutations(names))}


def has_circle(needs):
    left = dict(needs)
    while free := [name for name in left if not set(left[name]) & left.keys()]:
        for name in free:
            del left[name]
    return bool(left)


@given(acyclic_needs())
def test_every_name_comes_after_all_that_it_needs(needs):
    place = {name: index for index, name in enumerate(order(needs))}

    assert place.keys() == needs.keys()
    assert all(place[other] < place[name] for name in needs for other in needs[name])


@given(acyclic_needs())
def test_at_each_place_stands_the_first_of_the_file_that_can(needs):
    done = []
    for name in order(needs):
        free = [n for n in needs if n not in done and set(needs[n]) <= set(done)]
        assert name == free[0]
        done.append(name)


@given(any_needs())
def test_a_circle_is_found_exactly_when_there_is_one_and_is_one(needs):
    if not has_circle(needs):
        assert sorted(needs) == sorted(order(needs))
        return

    with pytest.raises(Invalid) as caught:
        order(needs)

    circle = caught.value.message.removeprefix("steps need each other in a circle: ").split(" -> ")
    assert circle[0] == circle[-1]
    assert len(set(circle)) == len(circle) - 1
    assert all(other in needs[name] for name, other in itertools.pairwise(circle))


def test_the_circle_begins_with_the_first_of_the_file():
    needs = {"x": ["c"], "b": ["a"], "a": ["c"], "c": ["b"]}

    with pytest.raises(Invalid, match="in a circle: b -> a -> c -> b"):
        order(needs)


def test_a_long_chain_is_no_trouble():
    needs = {str(n): [str(n + 1)] for n in range(5000)} | {"5000": []}

    assert ("5000", "4999") == order(needs)[:2]
    with pytest.raises(Invalid, match=r"circle: 0 -> 1 -> 2 .* -> 5000 -> 0 "):
        order(needs | {"5000": ["0"]})


def test_a_need_that_is_not_there_is_refused():
    with pytest.raises(Invalid, match="step 'a' needs 'b', which is no step"):
        order({"a": ["b"]})


def test_a_step_without_matrix_is_one_instance():
    plain = step("a")
    model = ModelStep(name="register", model="m", source="${{ steps.a.outputs.b }}")

    assert (StepInstance(plain, {}),) == expand(plain)
    assert (StepInstance(model, {}),) == expand(model)
    assert ["a", "register"] == [plain.name, *keys(expand(model))]


def test_a_matrix_gives_each_combination_the_last_name_fastest():
    train = step("train", depth=[2, 4], kind=["a", "b"])

    assert [
        {"depth": 2, "kind": "a"},
        {"depth": 2, "kind": "b"},
        {"depth": 4, "kind": "a"},
        {"depth": 4, "kind": "b"},
    ] == [instance.values for instance in expand(train)]


@pytest.mark.parametrize(
    ("values", "key", "slug"),
    [
        ({}, "train", "train"),
        ({"max_depth": 2}, "train[max_depth=2]", "train-max_depth=2"),
        ({"a": 0.5, "b": "rbf"}, "train[a=0.5,b=rbf]", "train-a=0.5,b=rbf"),
        ({"a": True, "b": None}, "train[a=true,b=null]", "train-a=true,b=null"),
        ({"a": "true"}, 'train[a="true"]', "train-a=_true_-cce4f14ddb02"),
        ({"a": "2"}, 'train[a="2"]', "train-a=_2_-353ca7400c6f"),
        ({"a": "x/../y"}, 'train[a="x/../y"]', "train-a=_x_.._y_-8ddd43215648"),
        ({"a": "ü b"}, 'train[a="ü b"]', "train-a=_b_-0a67cd208832"),
        ({"a": [1, {"c": 2}]}, 'train[a=[1,{"c":2}]]', "train-a=_1,_c_2_-171a73aab194"),
    ],
)
def test_an_instance_is_called_by_its_values(values, key, slug):
    instance = StepInstance(step("train"), values)

    assert key == instance.key
    assert slug == instance.slug


SCALARS = st.one_of(
    st.integers(), st.floats(), st.booleans(), st.none(), st.text(max_size=200)
) | st.sampled_from(["NaN", "Infinity", "true", "1", "null"])


@given(st.lists(st.tuples(st.sampled_from(["a", "a-b", "a-x"]), SCALARS), min_size=2))
def test_keys_and_slugs_are_unique_and_slugs_are_safe(given_):
    instances = [StepInstance(step(name), {"x": value}) for name, value in given_]
    written = {(name, repr(value)) for name, value in given_}

    assert len(written) == len({instance.key for instance in instances})
    assert len(written) == len({instance.slug for instance in instances})
    assert all(re.fullmatch(r"[\w.,=+-]{1,120}", i.slug, re.ASCII) for i in instances)
    assert not {"a", "a-b", "a-x"} & {instance.slug for instance in instances}


def test_equal_instances_are_one():
    one, other = (StepInstance(step("a"), {"x": 1}) for _ in range(2))

    assert {one} == {other}
    assert 2 == len({one, StepInstance(step("a"), {"x": True})})
    assert one != StepInstance(step("a", "b"), {"x": 1})
    assert one != one.key


def test_a_step_depends_on_every_instance_of_what_it_needs():
    whole = graph(
        step("evaluate", "train", "prepare", "train"),
        step("train", "prepare", depth=[2, 4]),
        step("prepare"),
        step("aside"),
    )
    by_key = {instance.key: instance for instance in whole.instances}

    assert [
        "prepare",
        "train[depth=2]",
        "train[depth=4]",
        "evaluate",
        "aside",
    ] == keys(whole.instances)
    assert ["train[depth=2]", "train[depth=4]", "prepare"] == keys(
        whole.dependencies(by_key["evaluate"])
    )
    assert ["prepare"] == keys(whole.dependencies(by_key["train[depth=4]"]))
    assert [] == keys(whole.dependencies(by_key["aside"]))
    assert ["train[depth=2]", "train[depth=4]", "evaluate"] == keys(
        whole.dependants(by_key["prepare"])
    )
    assert ["evaluate"] == keys(whole.dependants(by_key["train[depth=2]"]))
    assert [] == keys(whole.dependants(by_key["evaluate"]))


def test_what_can_run_grows_with_what_is_done():
    whole = graph(step("a"), step("b", "a", x=[1, 2]), step("c", "b"), step("d"))

    assert ["a", "d"] == keys(whole.ready(set()))
    assert ["b[x=1]", "b[x=2]", "d"] == keys(whole.ready({"a"}))
    assert ["b[x=2]"] == keys(whole.ready({"a", "d", "b[x=1]"}))
    assert ["c"] == keys(whole.ready({"a", "d", "b[x=1]", "b[x=2]"}))
    assert [] == keys(whole.ready({"a", "d", "b[x=1]", "b[x=2]", "c"}))


@given(acyclic_needs())
def test_doing_what_is_ready_does_everything_in_order(needs):
    whole = graph(*(step(name, *needs[name], x=[1, 2]) for name in needs))
    done = []
    while ready := whole.ready(done):
        assert all(i.key in done for r in ready for i in whole.dependencies(r))
        done.append(ready[-1].key)

    assert sorted(keys(whole.instances)) == sorted(done)


def test_a_pipeline_with_a_circle_has_no_graph():
    with pytest.raises(Invalid, match="a -> b -> a"):
        graph(step("a", "b"), step("b", "a"))
