import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time

import pytest

from jupyter_mlops.datasets.dataset import Digest
from jupyter_mlops.datasets.fingerprint import fingerprint
from jupyter_mlops.datasets.local_store import LocalDatasetStore
from jupyter_mlops.errors import Invalid, NotFound, Unavailable


@pytest.fixture
def store(tmp_path):
    return LocalDatasetStore(tmp_path / "store")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in "abc":
        (folder / name).write_text(name * 10)
    return folder


def blob(store, digest):
    return store.folder / digest[:2] / digest


def damage(path):
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"X")


def blobs(store):
    return sorted(path.name for path in store.folder.rglob("*") if path.is_file())


def test_a_file_lies_under_its_digest_and_cannot_be_written(store, folder):
    digest = store.put(folder / "a")

    assert b"a" * 10 == blob(store, digest).read_bytes()
    assert 0o444 == blob(store, digest).stat().st_mode & 0o777
    assert [digest] == blobs(store)


def test_what_comes_out_can_be_written(store, folder, tmp_path):
    store.get(store.put(folder / "a"), tmp_path / "out")

    assert 0o200 == (tmp_path / "out").stat().st_mode & 0o200


def test_equal_files_are_kept_once(store, folder):
    shutil.copy(folder / "a", folder / "again")

    store.put(folder)

    assert 3 + 1 == len(blobs(store))


def test_a_damaged_file_never_comes_out_and_can_be_put_again(store, folder, tmp_path):
    digest = store.put(folder / "a")
    damage(blob(store, digest))
    to = tmp_path / "out"
    to.write_text("old")

    with pytest.raises(Invalid, match=r"was damaged in .*put it again"):
        store.get(digest, to)

    assert "old" == to.read_text()
    assert not store.has(digest)
    assert store.put(folder / "a") == digest
    store.get(digest, to)
    assert "a" * 10 == to.read_text()


def test_a_folder_with_one_damaged_file_never_comes_out(store, folder, tmp_path):
    digest = store.put(folder)
    damage(blob(store, fingerprint(folder / "b")))
    out = tmp_path / "out"

    with pytest.raises(Invalid, match="was damaged"):
        store.get(digest, out / "folder")

    assert not list(out.iterdir())
    assert not store.has(digest)


def test_a_folder_that_lacks_a_file_is_not_there(store, folder, tmp_path):
    digest = store.put(folder)
    blob(store, fingerprint(folder / "b")).unlink()

    assert not store.has(digest)
    with pytest.raises(NotFound):
        store.get(digest, tmp_path / "out")


def test_a_damaged_listing_is_removed(store, folder):
    digest = store.put(folder)
    damage(blob(store, digest))

    assert not store.has(digest)
    assert digest == store.put(folder)
    assert store.has(digest)


@pytest.mark.parametrize(
    "entry",
    [
        ["../escaped", "FILE"],
        ["/escaped", "FILE"],
        ["a/../../escaped", "FILE"],
        ["", "FILE"],
        ["a\0", "FILE"],
        ["a", "../../escaped"],
        ["a", 7],
        [7, "FILE"],
        [["a"], "FILE"],
        "no entry",
        7,
    ],
    ids=str,
)
def test_a_strangers_listing_that_leads_outside_is_refused(store, folder, tmp_path, entry):
    text = json.dumps(entry).replace("FILE", store.put(folder / "a")).encode() + b"\n"
    digest = Digest(hashlib.sha256(text).hexdigest() + ".dir")
    blob(store, digest).parent.mkdir(exist_ok=True)
    blob(store, digest).write_bytes(text)

    assert not store.has(digest)
    with pytest.raises(NotFound):
        store.get(digest, tmp_path / "out" / "folder")
    assert not list(tmp_path.rglob("escaped"))


def test_what_holds_the_content_already_is_left_alone(store, folder):
    digest = store.put(folder)
    before = (folder / "a").stat().st_mtime_ns

    store.get(digest, folder)

    assert before == (folder / "a").stat().st_mtime_ns


def test_a_link_is_replaced_and_what_it_points_to_is_left_alone(store, folder, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("mine")
    links = tmp_path / "links"
    links.mkdir()
    (links / "folder").symlink_to(kept)
    (links / "file").symlink_to(kept / "file")

    store.get(store.put(folder), links / "folder")
    store.get(store.put(folder / "a"), links / "file")

    assert "mine" == (kept / "file").read_text()
    assert [kept / "file"] == list(kept.iterdir())
    assert {links / "file", links / "folder"} == set(links.iterdir())
    assert not (links / "folder").is_symlink()


def test_a_place_that_cannot_be_written_is_unavailable(folder, tmp_path):
    (tmp_path / "in the way").write_text("")
    store = LocalDatasetStore(tmp_path / "in the way")

    with pytest.raises(Unavailable, match=r"the dataset store .* cannot be written"):
        store.put(folder)


def test_a_target_that_cannot_be_written_is_unavailable(store, folder, tmp_path):
    (tmp_path / "in the way").write_text("")

    with pytest.raises(Unavailable, match="cannot be copied to"):
        store.get(store.put(folder), tmp_path / "in the way" / "out")


@pytest.mark.slow
def test_a_process_killed_while_it_writes_leaves_nothing_half_under_a_digest(store, tmp_path):
    program = """
import itertools, os, pathlib, sys
from jupyter_mlops.datasets.local_store import LocalDatasetStore
store, scratch = LocalDatasetStore(pathlib.Path(sys.argv[1])), pathlib.Path(sys.argv[2])
for number in itertools.count():
    scratch.write_bytes(os.urandom(2_000_000))
    print(store.put(scratch), flush=True)
"""
    command = [sys.executable, "-c", program, str(store.folder), str(tmp_path / "scratch")]
    acknowledged = []
    for delay in (0.03, 0.06, 0.09, 0.12, 0.15):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        acknowledged.append(process.stdout.readline().strip())
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        acknowledged += process.communicate()[0].split()

    kept = list(store.folder.glob("[0-9a-f][0-9a-f]/*"))

    assert {path.name for path in kept} >= set(acknowledged)
    assert [path.name for path in kept] == [fingerprint(path) for path in kept]
