import json
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from jupyter_mlops.errors import Invalid, NotFound
from jupyter_mlops.notebooks.scraps import SCRAP_MIME, read_scraps, scrap_bundle


def display(bundle):
    return {"output_type": "display_data", "data": bundle, "metadata": {}}


def test_a_bundle_has_scrapbooks_form():
    bundle = scrap_bundle("best", "models/a.skops")

    assert {
        "application/scrapbook.scrap.json+json": {
            "name": "best",
            "data": "models/a.skops",
            "encoder": "json",
            "version": 1,
        }
    } == bundle


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (Path("models/a.skops"), "models/a.skops"),
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.array([[1, 2]]), [[1, 2]]),
        ({"auc": np.float64(0.5), "path": Path("x")}, {"auc": 0.5, "path": "x"}),
        ((1, 2), [1, 2]),
        (True, True),
    ],
)
def test_paths_and_numpys_values_become_plain(value, data):
    plain = scrap_bundle("a", value)[SCRAP_MIME]["data"]

    assert data == plain
    assert type(data) is type(plain)


@pytest.mark.parametrize("value", [object(), b"a", float("nan"), float("inf"), {1, 2}])
def test_a_value_without_a_json_form_is_refused(value):
    with pytest.raises(Invalid, match=r"output 'a' has no JSON form: .*save it to a file"):
        scrap_bundle("a", value)


def test_a_value_that_holds_itself_is_refused():
    value = []
    value.append(value)

    with pytest.raises(Invalid, match="output 'a' has no JSON form"):
        scrap_bundle("a", value)


def test_none_is_refused_because_scrapbook_could_not_read_it():
    with pytest.raises(Invalid, match="output 'a' is None"):
        scrap_bundle("a", None)


def test_scraps_are_read_and_the_last_of_a_name_counts(write):
    path = write(
        write.markdown("x"),
        write.code("a", outputs=[display(scrap_bundle("a", 1)), display(scrap_bundle("b", [2]))]),
        write.code("b", outputs=[display(scrap_bundle("a", {"x": 3}))]),
    )

    assert {"a": {"x": 3}, "b": [2]} == read_scraps(path)


def test_malformed_outputs_are_passed_over(write):
    outputs = [
        7,
        {"output_type": "stream", "text": "x"},
        {"data": []},
        {"data": {SCRAP_MIME: "x"}},
        {"data": {SCRAP_MIME: {"name": 1, "data": 1}}},
        {"data": {SCRAP_MIME: {"name": ["x"], "data": 1}}},
        {"data": {SCRAP_MIME: {"name": "no data"}}},
        {"data": {"text/plain": "x"}},
        display(scrap_bundle("good", 1)),
    ]
    bad = write.code("b") | {"outputs": "none"}

    assert {"good": 1} == read_scraps(write(7, bad, write.code("a", outputs=outputs)))


def test_a_missing_notebook_is_not_found(write):
    with pytest.raises(NotFound):
        read_scraps(write.folder / "a.ipynb")


# scrapbook warns of its own old imports: it is asked from another process.
def ask_scrapbook(program, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


@pytest.mark.slow
def test_scrapbook_reads_what_we_write(write):
    values = {"path": "models/a.skops", "n": 3, "f": 0.5, "list": [1, "a"], "dict": {"a": None}}
    path = write(write.code("a", outputs=[display(scrap_bundle(k, v)) for k, v in values.items()]))

    read = ask_scrapbook(
        """
        import json, sys, scrapbook
        print(json.dumps(scrapbook.read_notebook(sys.argv[1]).scraps.data_dict))
        """,
        path,
    )

    assert values == read == read_scraps(path)


@pytest.mark.slow
def test_we_read_what_scrapbook_writes(write):
    values = {"text": "words", "n": 3, "list": [1, "a"], "dict": {"a": None}}
    bundles = ask_scrapbook(
        """
        import json, sys, IPython.display
        shown = []
        IPython.display.display = lambda data, **_: shown.append(data)
        import scrapbook, scrapbook.utils
        scrapbook.utils.is_kernel = lambda: True
        for name, value in json.loads(sys.argv[1]).items():
            scrapbook.glue(name, value, "text" if isinstance(value, str) else None)
        print(json.dumps(shown))
        """,
        json.dumps(values),
    )

    assert values == read_scraps(write(write.code("a", outputs=map(display, bundles))))
