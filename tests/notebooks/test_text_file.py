import os
from pathlib import Path

import pytest

from jupyter_mlops.errors import Invalid, NotFound
from jupyter_mlops.notebooks.text_file import read_text, shown_path


def test_text_is_read_as_it_stands(write):
    assert "größer\r\n" == read_text(write.bytes("größer\r\n".encode()))


def test_a_path_below_the_working_folder_is_shown_relative_and_any_other_as_given(write):
    assert "a/b.txt" == shown_path(write.folder / "a" / "b.txt")
    assert "../b.txt" == shown_path(Path("../b.txt"))
    assert "/elsewhere/b.txt" == shown_path(Path("/elsewhere/b.txt"))


def test_a_path_can_be_shown_where_the_working_folder_is_gone(write, monkeypatch):
    (write.folder / "gone").mkdir()
    monkeypatch.chdir(write.folder / "gone")
    (write.folder / "gone").rmdir()

    assert "/a/b.txt" == shown_path(Path("/a/b.txt"))


def test_a_missing_file_is_not_found_and_the_nearest_name_is_hinted(write):
    write.text("x", name="prepare.ipynb")

    with pytest.raises(NotFound) as caught:
        read_text(Path("prepair.ipynb"))

    assert "there is no file prepair.ipynb (did you mean prepare.ipynb?)" == str(caught.value)


def test_a_missing_file_like_no_other_is_not_found_and_those_there_are_listed(write):
    write.text("x", name="b.yaml")
    write.text("x", name="a.yaml")
    write.text("x", name="c.txt")

    with pytest.raises(NotFound) as caught:
        read_text(Path("zzzzzz.yaml"))

    assert "in . there are: a.yaml, b.yaml" == caught.value.hint


def test_a_missing_folder_is_named(write):
    with pytest.raises(NotFound, match="there is no folder nowhere either"):
        read_text(Path("nowhere/a.yaml"))


@pytest.mark.parametrize("name", ["a\0b", "f.txt/below"])
def test_a_name_that_cannot_be_a_file_is_not_found(write, name):
    write.text("x", name="f.txt")

    with pytest.raises(NotFound):
        read_text(Path(name))


def test_a_name_too_long_for_the_system_is_invalid(write):
    with pytest.raises(Invalid, match="the file cannot be read: File name too long"):
        read_text(Path("x" * 5000))


def test_a_folder_is_refused(write):
    with pytest.raises(Invalid, match="this is a folder"):
        read_text(write.folder)


def test_a_pipe_is_refused_and_not_waited_for(write):
    os.mkfifo(write.folder / "pipe")

    with pytest.raises(Invalid, match="this is not a regular file"):
        read_text(write.folder / "pipe")


@pytest.mark.parametrize("data", [b"", b" \n\t\n"])
def test_an_empty_file_is_refused(write, data):
    with pytest.raises(Invalid, match=r"nb.ipynb: the file is empty"):
        read_text(write.bytes(data))


def test_a_file_over_the_limit_is_refused_and_one_at_it_is_read(write):
    path = write.text("12345")

    assert "12345" == read_text(path, limit=5)
    with pytest.raises(Invalid, match="5 bytes, more than the 4 allowed"):
        read_text(path, limit=4)


def test_a_byte_order_mark_is_refused(write):
    with pytest.raises(Invalid, match=r"nb.ipynb:1:1: the file begins with a byte order mark"):
        read_text(write.bytes("{}".encode("utf-8-sig")))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_wide_encodings_are_refused_by_name(write, encoding):
    with pytest.raises(Invalid, match="the file is UTF-16 or UTF-32"):
        read_text(write.bytes('{"a": 1}'.encode(encoding)))


def test_a_byte_that_is_not_utf8_is_refused_at_its_place(write):
    with pytest.raises(Invalid) as caught:
        read_text(write.bytes("ok\näb".encode() + "ü".encode("latin-1")))

    assert "nb.ipynb:2:3" == caught.value.place
    assert "byte 0xfc is not UTF-8" == caught.value.message
