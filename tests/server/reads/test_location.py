from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.errors import Invalid
from jupyter_mlops.server.reads.location import contents_path, existing_folder


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What a server shows, with links that stay and links that lead out."""
    outside = tmp_path_factory.mktemp("outside").resolve()
    root = tmp_path_factory.mktemp("shown").resolve()
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "train.ipynb").touch()
    (root / ".hidden").mkdir()
    (root / ".hidden" / "x.ipynb").touch()
    (root / "a b#%ü").mkdir()
    (root / "inner").symlink_to(root / "a")
    (root / "outer").symlink_to(outside)
    (root / "loop").symlink_to(root / "loop")
    (outside / "secret").mkdir()
    return root


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("", "."),
        (".", "."),
        ("a", "a"),
        ("a/", "a"),
        ("a//b", "a/b"),
        ("a/./b", "a/b"),
        ("a/b", "a/b"),
        ("a/train.ipynb", "a"),
        ("a/new/deep/file.ipynb", "a"),
        ("new", "."),
        ("inner/b", "a/b"),
        ("a b#%ü", "a b#%ü"),
        ("~", "."),
        ("$HOME", "."),
        ("%2e%2e", "."),
    ],
)
def test_a_path_names_its_folder_or_the_nearest_that_is_there(shown, path, folder):
    assert (shown / folder).resolve() == existing_folder(shown, path)


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "../",
        "a/..",
        "a/../..",
        "../shown0",
        "a/../../etc/passwd",
        "/",
        "/etc",
        "//etc",
        "outer",
        "outer/secret",
        "outer/../a",
        "a\0b",
        "x" * 300 + "/" + "y" * 5000,
    ],
)
def test_a_path_that_leads_out_is_refused(shown, path):
    with pytest.raises(Invalid) as error:
        existing_folder(shown, path)

    assert error.value.hint


def test_links_in_a_circle_are_no_way_out(shown):
    # Python 3.11 finds the circle, a newer one stays at its start
    assert where(shown, "loop/x") in (None, shown)


def where(shown, path):
    try:
        return existing_folder(shown, path)
    except Invalid:
        return None


@given(
    st.text(max_size=30) | st.lists(st.sampled_from(["..", ".", "a", "outer", ""])).map("/".join)
)
def test_no_path_at_all_leads_out(shown, path):
    folder = where(shown, path) or shown

    assert folder.is_relative_to(shown)
    assert folder.is_dir()


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("a/train.ipynb", "a/train.ipynb"),
        ("a/b/../train.ipynb", "a/train.ipynb"),
        ("a", "a"),
        (".", ""),
        ("a/gone.ipynb", ""),
        (".hidden/x.ipynb", ""),
        ("../outside0/secret", ""),
        ("/etc/passwd", ""),
    ],
)
def test_a_file_has_a_contents_path_where_the_lab_can_open_it(shown, file, path):
    assert path == contents_path(shown, shown / file)


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_file_that_cannot_be_is_not_shown(shown, name):
    assert "" == contents_path(shown, shown / name)
