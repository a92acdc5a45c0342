import hashlib
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.datasets.dataset import Dataset, DatasetVersion
from jupyter_mlops.datasets.fingerprint import (
    check_digest,
    fingerprint,
    listing,
    parse_listing,
    read_version,
)
from jupyter_mlops.errors import Invalid, NotFound

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=8)
TREES = st.recursive(
    st.binary(max_size=4),
    lambda inner: st.dictionaries(NAMES.filter(lambda n: n not in {".", ".."}), inner, max_size=3),
    max_leaves=6,
).filter(lambda tree: isinstance(tree, dict))


def write(tree, path):
    if isinstance(tree, bytes):
        path.write_bytes(tree)
    else:
        path.mkdir()
        for name, inner in tree.items():
            write(inner, path / name)


@given(TREES, TREES)
def test_two_folders_have_one_digest_exactly_when_they_hold_the_same(one, other):
    with tempfile.TemporaryDirectory() as scratch:
        folders = Path(scratch, "one"), Path(scratch, "other")
        for tree, folder in zip((one, other), folders, strict=True):
            write(tree, folder)

        digests = [fingerprint(folder) for folder in folders]

    assert (one == other) == (digests[0] == digests[1])
    assert all(check_digest(digest).endswith(".dir") for digest in digests)


@given(st.binary(max_size=3_000_000))
def test_a_files_digest_is_its_sha256(content):
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "file")
        path.write_bytes(content)

        assert hashlib.sha256(content).hexdigest() == fingerprint(path)


@given(
    st.dictionaries(NAMES.filter(lambda n: n not in {".", ".."}), st.just("a" * 64) | st.just(""))
)
def test_a_listing_can_be_read_back(files):
    assert files == parse_listing(listing(files))


def test_the_order_in_which_files_were_made_does_not_count(tmp_path):
    for folder, order in (("one", "abc"), ("other", "cab")):
        (tmp_path / folder).mkdir()
        for name in order:
            (tmp_path / folder / name).write_text(name)

    assert fingerprint(tmp_path / "one") == fingerprint(tmp_path / "other")


def test_times_and_permissions_do_not_count(tmp_path):
    path = tmp_path / "a"
    path.write_text("a")
    before = fingerprint(tmp_path)

    path.chmod(0o700)
    os.utime(path, (1, 1))

    assert before == fingerprint(tmp_path)


def test_a_name_that_is_not_utf8_counts_as_any_other(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff"
    Path(os.fsdecode(path)).write_text("a")

    assert fingerprint(tmp_path).endswith(".dir")


def test_a_link_to_a_file_counts_as_the_file(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").write_text("a")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "a").symlink_to(tmp_path / "real" / "a")
    (tmp_path / "link").symlink_to(tmp_path / "real")

    assert fingerprint(tmp_path / "real") == fingerprint(tmp_path / "linked")
    assert fingerprint(tmp_path / "real") == fingerprint(tmp_path / "link")
    assert fingerprint(tmp_path / "real" / "a") == fingerprint(tmp_path / "linked" / "a")


def test_a_link_to_a_folder_inside_a_folder_is_refused(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path)

    with pytest.raises(Invalid, match="loop is a link to a folder"):
        fingerprint(tmp_path)


def test_a_link_to_nothing_is_not_found(tmp_path):
    (tmp_path / "a").symlink_to("nowhere")

    with pytest.raises(NotFound, match="a is a link to nothing"):
        fingerprint(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(Invalid, match="pipe is neither a file nor a folder"):
            fingerprint(path)


def test_what_is_not_there_is_not_found(tmp_path):
    (tmp_path / "file").write_text("a")

    for path in (tmp_path / "nowhere", tmp_path / "file" / "below"):
        with pytest.raises(NotFound, match="is not there"):
            fingerprint(path)


def test_a_version_has_the_digest_and_the_size_of_all_files(tmp_path):
    folder = tmp_path / "data"
    write({"a": b"123", "b": {"c": b"4567"}, "empty": {}}, folder)

    assert DatasetVersion("d", folder, fingerprint(folder), 7) == read_version(Dataset("d", folder))
    file = folder / "a"
    assert DatasetVersion("f", file, fingerprint(file), 3) == read_version(Dataset("f", file))


@pytest.mark.parametrize(
    "digest", ["", "a" * 63, "a" * 65, "A" * 64, "a" * 64 + ".DIR", "a" * 64 + "\n"]
)
def test_what_is_no_digest_is_refused(digest):
    with pytest.raises(Invalid, match="is no digest"):
        check_digest(digest)
