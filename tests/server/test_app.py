from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings

import pytest
from jupyter_server.extension.manager import ExtensionPackage
from jupyter_server.utils import JupyterServerAuthWarning
from tornado import web

from jupyter_mlops.server.endpoint import WORKER

START = """
import json, sys
from jupyter_server.serverapp import ServerApp
import jupyter_server.extension.application, jupyter_server.base.handlers
def start(extensions):
    ServerApp.clear_instance()
    app = ServerApp(jpserver_extensions=extensions, reraise_server_extension_failures=True)
    app.initialize(argv=[], find_extensions=False, new_httpserver=False)
start({})
before = set(sys.modules)
start({"jupyter_mlops": True})
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_the_server_starts_without_any_library_for_us():
    out = subprocess.run([sys.executable, "-c", START], capture_output=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(out.stdout)}

    assert {"jupyter_mlops"} == loaded - sys.stdlib_module_names


def test_the_extension_point_is_found():
    package = ExtensionPackage(name="jupyter_mlops", enabled=True)

    assert package.validate()
    assert ["jupyter_mlops"] == list(package.extension_points)


def test_no_route_of_ours_is_open_to_strangers(jp_serverapp):
    # the fixture's server was started with warnings as errors: here is one that would be seen
    class Open(web.RequestHandler):
        def get(self):
            self.finish("x")

    with pytest.warns(JupyterServerAuthWarning, match="Open"):
        jp_serverapp.web_app.add_handlers(".*$", [("/open", Open)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        jp_serverapp.extension_manager.extension_points["jupyter_mlops"].app._prepare_handlers()


def test_kernels_learn_which_folder_is_the_project_where_there_is_no_other(
    jp_serverapp, jp_root_dir
):
    assert str(jp_root_dir) == os.environ["JUPYTER_MLOPS_ROOT"]


def test_starting_the_server_starts_no_worker(jp_serverapp):
    assert jp_serverapp.web_app.settings[WORKER].pid is None


async def test_our_addresses_stand_below_the_servers_own(
    http_server_client, jp_auth_header, jp_base_url
):
    address = "jupyter-mlops/api/v1/project"
    below, beside = [
        await http_server_client.fetch(
            base + address, headers=jp_auth_header, follow_redirects=False, raise_error=False
        )
        for base in (jp_base_url, "/")
    ]

    assert "/a%40b/" == jp_base_url
    assert 200 == below.code
    assert 404 == beside.code


def test_a_root_that_the_user_has_set_stays(jp_configurable_serverapp, monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_MLOPS_ROOT", str(tmp_path))

    jp_configurable_serverapp()

    assert str(tmp_path) == os.environ["JUPYTER_MLOPS_ROOT"]
