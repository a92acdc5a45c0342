"""Who may ask: a real server, with only our extension, asked by strangers and by other sites."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from jupyter_mlops.server.routes import ROUTES

pytestmark = pytest.mark.slow

VERBS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


@dataclass
class Server:
    url: str
    token: str
    routes: list[str]
    process: subprocess.Popen
    log: Path

    def ask(self, address, *, verb="GET", opener=None, **headers):
        body = b"{}" if verb in ("POST", "PUT", "PATCH") else None
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + address, body, headers, method=verb)
        try:
            answer = (opener or urllib.request.build_opener()).open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.read()

    def worker(self) -> int:
        (pid,) = re.findall(r"in process (\d+)", self.log.read_text())
        return int(pid)


@pytest.fixture
def server(tmp_path):
    home, root = tmp_path / "home", tmp_path / "root"
    home.mkdir()
    root.mkdir()
    token, log = secrets.token_hex(16), home / "log"
    env = {key: value for key, value in os.environ.items() if not key.startswith("JUPYTER")}
    env |= {"HOME": str(home), "JUPYTER_TOKEN": token}
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("lone_server.py")), str(root)],
            env=env,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )
    with process:
        try:
            told = json.loads(process.stdout.readline())
            server = Server(f"http://127.0.0.1:{told['port']}", token, told["routes"], process, log)
            for _ in range(200):
                try:
                    server.ask("/api")
                    break
                except urllib.error.URLError:
                    time.sleep(0.05)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(20)
            finally:
                process.kill()


def addresses(routes):
    """One address for each pattern, and some that no pattern was made for."""
    for route in routes:
        yield route.removesuffix("$").replace("([^/]+)", "a" * 32).replace("(?:/.*)?", "/v9/x")
    yield "/jupyter-mlops/api"
    yield "/jupyter-mlops/api/v1/"
    yield "/jupyter-mlops/api/v1/runs/%2e%2e/project"


def test_strangers_get_nothing_from_any_address_by_any_verb(server):
    assert len(ROUTES) == len(server.routes)

    got = {
        (verb, address): server.ask(address, verb=verb)
        for address in addresses(server.routes)
        for verb in VERBS
    }

    assert {} == {question: got[question] for question in got if got[question][0] != 403}
    assert "in process" not in server.log.read_text()  # nor was anything read for them


def test_a_wrong_token_is_no_token(server):
    status, _ = server.ask("/jupyter-mlops/api/v1/project", Authorization="token wrong")

    assert 403 == status


def test_the_token_opens_every_address_that_can_be_read(server):
    got = {
        address.removeprefix("/jupyter-mlops/api/v1/"): server.ask(
            address, Authorization=f"token {server.token}"
        )[0]
        for address in addresses(server.routes)
    }

    read = {"project", "runs", "pipelines", "models"}
    assert read == {address for address, status in got.items() if status == 200}
    assert {404} == {status for address, status in got.items() if address not in read}


def test_a_page_of_another_site_can_neither_read_nor_write_with_the_users_cookie(server):
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    address = "/jupyter-mlops/api/v1/project"
    assert 200 == server.ask(f"/api/status?token={server.token}", opener=opener)[0]

    assert 200 == server.ask(address, opener=opener)[0]
    assert 404 == server.ask(address, opener=opener, Origin="https://elsewhere.example")[0]
    status, body = server.ask("/jupyter-mlops/api/v1/x", opener=opener, verb="POST")

    assert (403, "Forbidden") == (status, json.loads(body)["kind"])
    assert "_xsrf" in json.loads(body)["message"]


def test_the_worker_ends_with_the_server_however_that_ends(server):
    server.ask("/jupyter-mlops/api/v1/project", Authorization=f"token {server.token}")
    worker = server.worker()
    assert Path(f"/proc/{worker}").exists()

    server.process.send_signal(signal.SIGKILL)
    server.process.wait(20)

    deadline = time.monotonic() + 20
    while Path(f"/proc/{worker}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{worker}").exists()


def test_a_server_that_is_told_to_stop_leaves_no_worker(server):
    server.ask("/jupyter-mlops/api/v1/project", Authorization=f"token {server.token}")
    worker = server.worker()

    server.process.terminate()

    assert 0 == server.process.wait(20)
    assert not Path(f"/proc/{worker}").exists()
