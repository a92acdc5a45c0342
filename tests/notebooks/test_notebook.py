import json
import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_mlops.errors import Invalid, NotFound
from jupyter_mlops.notebooks.digest import code_digest
from jupyter_mlops.notebooks.notebook import Cell, read_notebook, read_notebook_json
from jupyter_mlops.notebooks.parameters import read_parameters
from jupyter_mlops.notebooks.scraps import read_scraps


def test_cells_tags_kernel_and_language_are_read(write):
    path = write(
        write.markdown("# title"),
        write.code(["a = 1\n", "b = 2"], "parameters", "keep", cell_id="abc"),
    )

    notebook = read_notebook(path)

    assert (
        Cell("m0", "markdown", "# title"),
        Cell("abc", "code", "a = 1\nb = 2", ("parameters", "keep")),
    ) == notebook.cells
    assert (notebook.cells[1],) == notebook.code_cells
    assert ("python3", "python", path) == (notebook.kernel, notebook.language, notebook.path)


def test_a_notebook_without_kernel_ids_or_tags_is_read(write):
    cell = {"cell_type": "raw", "metadata": {}, "source": ""}

    notebook = read_notebook(
        write.json({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    )

    assert ((Cell("", "raw", ""),), "", "python") == (
        notebook.cells,
        notebook.kernel,
        notebook.language,
    )


def test_reading_imports_no_nbformat(write):
    path = write(write.code("a = 1"))
    program = (
        "import sys, pathlib; from jupyter_mlops.notebooks.notebook import read_notebook; "
        f"read_notebook(pathlib.Path({str(path)!r})); "
        "sys.exit('nbformat' in sys.modules)"
    )

    assert 0 == subprocess.run([sys.executable, "-c", program], check=False).returncode


def test_a_notebook_of_format_3_is_upgraded(write):
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": "old"},
        "worksheets": [
            {
                "cells": [
                    {
                        "cell_type": "code",
                        "input": ["a = 1\n", "b = 2"],
                        "outputs": [],
                        "language": "python",
                        "collapsed": False,
                        "metadata": {},
                    }
                ],
                "metadata": {},
            }
        ],
    }

    assert ["a = 1\nb = 2"] == [cell.source for cell in read_notebook(write.json(old)).cells]


def test_an_old_notebook_that_cannot_be_upgraded_is_refused(write):
    with pytest.raises(Invalid, match="the notebook of format 3 cannot be upgraded"):
        read_notebook(write.json({"nbformat": 3, "metadata": {}, "worksheets": [7]}))


def test_a_missing_notebook_is_not_found_and_the_nearest_is_hinted(write):
    write(name="train.ipynb")

    with pytest.raises(NotFound, match=r"did you mean train.ipynb\?"):
        read_notebook(write.folder / "trian.ipynb")


def test_what_is_not_json_is_refused_at_its_place(write):
    with pytest.raises(Invalid) as caught:
        read_notebook(write.text('{\n "cells": [,]}'))

    assert "nb.ipynb:2:12" == caught.value.place
    assert caught.value.message.startswith("the notebook is not valid JSON: ")


def test_marks_of_a_merge_conflict_are_recognised(write):
    with pytest.raises(Invalid, match=r"nb.ipynb:2:1: .*git merge conflict"):
        read_notebook(write.text('{\n<<<<<<< HEAD\n "a": 1\n=======\n "a": 2\n>>>>>>> x\n}'))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ('{"nbformat": ' + "1" * 5000 + "}", "not valid JSON: Exceeds the limit"),
        ("[]", "not a JSON object"),
        ("3", "not a JSON object"),
        ("{}", "no nbformat number"),
        ('{"nbformat": true}', "no nbformat number"),
        ('{"nbformat": "4"}', "no nbformat number"),
        ('{"nbformat": 5}', "format 5, newer than the 4"),
        ('{"nbformat": 4, "metadata": {}}', "no list of cells"),
        ('{"nbformat": 4, "metadata": {}, "cells": {}}', "no list of cells"),
        ('{"nbformat": 4, "nbformat_minor": 5, "cells": []}', "the notebook has no metadata"),
    ],
    ids=lambda value: value[:40],
)
def test_json_that_is_no_notebook_is_refused(write, text, message):
    with pytest.raises(Invalid, match=message) as caught:
        read_notebook(write.text(text))

    assert "nb.ipynb" == caught.value.file


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": None}, "cell 2 has no source"),
        ({"source": 7}, "the source of cell 2 is not text"),
        ({"source": ["a", 7]}, "the source of cell 2 is not text"),
        ({"cell_type": "table"}, "cell 2 has the unknown cell_type 'table'"),
        ({"cell_type": ["code"]}, "cell 2 has the unknown cell_type"),
        ({"metadata": None}, "cell 2 has no metadata"),
        ({"metadata": {"tags": "parameters"}}, "the tags of cell 2 are not a list of strings"),
        ({"metadata": {"tags": [1]}}, "the tags of cell 2 are not a list of strings"),
    ],
)
def test_a_malformed_cell_is_refused_by_its_number(write, change, message):
    path = write.json(write.document(write.code("a"), write.code("b") | change))

    with pytest.raises(Invalid, match=message) as caught:
        read_notebook(path)

    assert "nb.ipynb" == caught.value.file


def test_a_cell_that_is_no_object_is_refused(write):
    with pytest.raises(Invalid, match="cell 1 is not a JSON object"):
        read_notebook(write(7))


def test_the_json_comes_with_its_outputs(write):
    cell = write.code("1", outputs=[{"output_type": "stream", "name": "stdout", "text": "hi"}])
    path = write(cell)

    assert json.loads(path.read_text()) == read_notebook_json(path)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 5)
    | st.sampled_from(["", "code", "a = 1", "%a\nb"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cell_type", "metadata", "source", "tags", "outputs", "data", "name"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["cells", "metadata", "cell", "source", "tags", "outputs"]), ANYTHING)
def test_whatever_a_notebook_holds_is_read_or_refused_and_never_breaks(write, key, value):
    cell = write.code("a = 1", "parameters") | {"metadata": {"tags": ["parameters"]}}
    if key == "tags":
        cell["metadata"]["tags"] = value
    elif key in {"source", "outputs"}:
        cell[key] = value
    document = write.document(value if key == "cell" else cell)
    if key in {"cells", "metadata"}:
        document[key] = value
    path = write.json(document)

    with suppress(Invalid):
        notebook = read_notebook(path)
        assert len(notebook.cells) == len(document["cells"])
        assert 64 == len(code_digest(notebook))
        read_parameters(notebook)
    with suppress(Invalid):
        assert isinstance(read_scraps(path), dict)


@pytest.mark.parametrize("name", ["kernelspec", "language_info", "papermill"])
@pytest.mark.parametrize("value", [1, [1], "x", None])
def test_metadata_that_papermill_would_stumble_over_is_refused(write, name, value):
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {name: value}, "cells": []}

    with pytest.raises(Invalid, match=rf"nb.ipynb: {name} of metadata is not a JSON object"):
        read_notebook(write.json(document))


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"kernelspec": {"name": 3}}, "name of kernelspec is not text: 3"),
        ({"kernelspec": {"name": None}}, "name of kernelspec is not text: None"),
        ({"kernelspec": {"language": []}}, "language of kernelspec is not text"),
        ({"language_info": {"name": 3}}, "name of language_info is not text: 3"),
    ],
)
def test_a_kernel_or_language_that_is_no_name_is_refused(write, metadata, said):
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": []}

    with pytest.raises(Invalid, match=said):
        read_notebook(write.json(document))


@pytest.mark.parametrize("outputs", [None, {}, "x", [1], [None], [{"data": []}]])
def test_outputs_that_are_none_are_refused_with_their_cell(write, outputs):
    cell = {"cell_type": "code", "metadata": {}, "source": "", "outputs": outputs}
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}

    with pytest.raises(Invalid, match=r"nb.ipynb: .*cell 1"):
        read_notebook(write.json(document))


@pytest.mark.parametrize("minor", [{}, {"nbformat_minor": "5"}, {"nbformat_minor": True}])
def test_a_notebook_without_minor_format_is_refused(write, minor):
    document = {"nbformat": 4, "metadata": {}, "cells": [], **minor}

    with pytest.raises(Invalid, match=r'no nbformat_minor number \(add "nbformat_minor": 5'):
        read_notebook(write.json(document))
