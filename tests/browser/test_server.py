"""The server goes and comes back: the sidebar says so in words, and goes on."""

from __future__ import annotations

import sys
import time

import pytest
from playwright.sync_api import expect

from .lab import Lab
from .window import Window


@pytest.fixture(scope="module")
def stopped(browser, tmp_path_factory):
    """A window whose server has been stopped; it is no other story's server."""
    lab = Lab(tmp_path_factory.mktemp("lab"))
    lab.add_project("project", cells=["%load_ext jupyter_mlops", "%%track lasting\nx = 1"])
    with lab.running():
        window = Window(browser, lab)
        window.open_notebook("project/cells.ipynb")
        window.open_sidebar()
        window.run_cell(0)
        window.run_cell(1)
        expect(window.row("Runs", "lasting")).to_be_visible()
        # The browser itself reports whatever it cannot reach, the kernel for good.
        window.expected_errors = (
            "ERR_CONNECTION",
            "WebSocket connection to",
            "status of 503",
            "/api/kernels/",
        )
        # JupyterLab's own, in front of everything
        dialog = window.page.get_by_role("dialog", name="Server Connection Error")
        close = dialog.get_by_role("button", name="Close")
        window.page.add_locator_handler(dialog, close.click)
        lab.stop()
        yield window
        window.close()


def test_a_stopped_server_is_told_in_words_beside_what_was_read_before(stopped):
    failure = stopped.page.locator("#jupyter-mlops-runs .jp-mlops-Failure")

    expect(failure).to_contain_text("The Jupyter server does not answer.")
    expect(failure).to_contain_text("Check that it still runs")
    expect(stopped.row("Runs", "lasting")).to_be_visible()


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_whatever_the_server_and_its_kernels_started_ends_by_itself(stopped):
    deadline = time.monotonic() + 60
    while stopped.lab.processes() and time.monotonic() < deadline:
        time.sleep(0.1)

    assert [] == stopped.lab.processes()


def test_a_server_that_is_back_is_used_again(stopped):
    stopped.lab.start()
    stopped.sidebar.get_by_role("button", name="Refresh runs").click()

    expect(stopped.page.locator("#jupyter-mlops-runs .jp-mlops-Failure")).to_have_count(0)
    expect(stopped.row("Runs", "lasting")).to_contain_text("x = 1")
