"""A real ``jupyter lab`` of the environment that the tests run in, with a home of its own."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "example-notebooks"
_LABEXTENSION = Path(__file__).parents[2] / "labextension"
_BUILT_FROM = ("src", "style", "schema")

# what our own demo leaves there, and what Jupyter does
_LEFT_BEHIND = (".mlops", "mlflow.db*", "mlartifacts", "data", "models", ".ipynb_checkpoints")

_CONFIG = """
c = get_config()
c.LabApp.expose_app_in_browser = True  # window.jupyterapp
c.LabApp.extension_manager = "readonly"
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LanguageServerManager.autodetect = False
"""

# no news prompt over the screenshots
_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "checkForUpdates": False,
        "fetchNews": "false",
        "doNotDisturbMode": True,
    }
}

_START_SECONDS = 120.0
_STOP_SECONDS = 60.0


class Lab:
    """A server that can be stopped and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.root.mkdir(parents=True)
        self.token = secrets.token_hex(16)
        self.url = f"http://127.0.0.1:{_free_port()}"
        self._home = folder / "home"
        self._process: subprocess.Popen[bytes] | None = None
        labconfig = self._home / "config" / "labconfig"
        labconfig.mkdir(parents=True)
        (labconfig / "default_setting_overrides.json").write_text(json.dumps(_SETTINGS))
        (labconfig.parent / "jupyter_lab_config.py").write_text(_CONFIG)

    @property
    def environ(self) -> dict[str, str]:
        """The environment of the server, and of whatever the user starts beside it."""
        foreign = ("MLFLOW", "JUPYTER", "IPYTHON", "PYTEST")
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(foreign)},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self._home),
            "LOGNAME": "ada",  # who is seen as the runs' user
            "IPYTHONDIR": str(self._home / "ipython"),
            "JUPYTER_CONFIG_DIR": str(self._home / "config"),
            "JUPYTER_DATA_DIR": str(self._home / "data"),
            "JUPYTER_RUNTIME_DIR": str(self._home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(self._home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self._home / "workspaces"),
            "JUPYTER_TOKEN": self.token,  # `ps` shows a command line, but no environment
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }

    @property
    def log(self) -> str:
        return (self._home / "jupyter.log").read_text(errors="replace")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        _check_installation()
        address = self.url.rpartition(":")
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={address[2]}"]
        command += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={self.root}"]
        with (self._home / "jupyter.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self.environ, cwd=self.root, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start\n{self.log}")
            time.sleep(0.1)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Keep the server running meanwhile."""
        try:
            self.start()
            yield
        finally:
            self.stop()

    def stop(self) -> None:
        """Stop the server as Ctrl-C, or a service manager, would."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise

    def processes(self) -> list[str]:
        """List what still runs of the server and of all that it started, by command line."""
        return list(_commands_with(f"JUPYTER_TOKEN={self.token}".encode()))

    def add_examples(self, name: str = "example-notebooks") -> Path:
        """Put a copy of the examples into the root, as they are in a fresh checkout."""
        ignored = shutil.ignore_patterns(*_LEFT_BEHIND)
        return Path(shutil.copytree(EXAMPLES, self.root / name, ignore=ignored))

    def add_project(self, name: str, **notebooks: list[str]) -> Path:
        """Make a project with these notebooks, each given by the source of its code cells."""
        folder = self.root / name
        folder.mkdir()
        (folder / "mlops.toml").write_text(f'experiment = "{name}"\n')
        for stem, sources in notebooks.items():
            (folder / f"{stem}.ipynb").write_text(json.dumps(_notebook(sources)))
        return folder

    def _answers(self) -> bool:
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}/api/status", headers=headers)
        with suppress(OSError), urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status == 200
        return False


def _check_installation() -> None:
    """Refuse to test a labextension that is older than its sources."""
    installed = Path(sys.prefix) / "share/jupyter/labextensions/jupyter-mlops"
    sources = [file for name in _BUILT_FROM for file in (_LABEXTENSION / name).rglob("*.*")]
    built = (file for file in sources if "__tests__" not in file.parts)
    changed = max((file.stat().st_mtime for file in built), default=0.0)
    if changed > (installed / "package.json").stat().st_mtime:
        raise RuntimeError("the labextension was changed after it was installed: make setup")


def _notebook(sources: list[str]) -> dict[str, object]:
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "source": source,
            "execution_count": None,
            "outputs": [],
        }
        for number, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _commands_with(variable: bytes) -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if variable in (process / "environ").read_bytes().split(b"\0"):
                yield (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
