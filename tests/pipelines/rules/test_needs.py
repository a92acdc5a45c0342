import time

import pytest


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[prepare]", "[prepair]", "15:13: there is no step 'prepair' (did you mean 'prepare'?)"),
        ("[prepare]", "[xyz]", "15:13: there is no step 'xyz' (there are: prepare, evaluate, reg"),
        ("[prepare]", "[train]", "15:13: step 'train' needs itself (take this need away)"),
        (
            "notebook: prepare.ipynb",
            "notebook: prepare.ipynb\n    needs: [evaluate]",
            "6:3: steps need each other in a circle: prepare -> evaluate -> prepare",
        ),
    ],
)
def test_wrong_needs_are_told_at_their_place(folder, old, new, message):
    assert folder.refused_with(old, new).startswith(message)


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


def test_a_thousand_steps_with_files_are_judged_in_seconds(folder):
    folder.notebook("a.ipynb", "n = 0")
    step = "  s{0}: {{notebook: a.ipynb, inputs: [o/{1}, d/{0}], outputs: {{x: o/{0}}}}}"
    steps = [step.format(number, number - 1) for number in range(1000)]
    start = time.perf_counter()

    pipeline = folder.load("\n".join(["name: p", "steps:", *steps]))

    assert time.perf_counter() - start < 10
    assert ("s998",) == pipeline.steps["s999"].needs
