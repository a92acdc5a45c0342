from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from .lab import Lab
from .window import Window

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    # nothing but the loopback can be resolved
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Keep what a failed test saw last."""
    report = yield
    if report.failed:
        for fixture in getattr(item, "funcargs", {}).values():
            window = getattr(fixture, "window", fixture)
            if isinstance(window, Window) and not window.page.is_closed():
                path = item.config.rootpath / "test-results" / f"{item.name}.png"
                window.page.screenshot(path=path)
                report.sections.append(("the window", str(path)))
    return report


# The browser, and with it Playwright's event loop, is gone when the tests of this folder are:
# others run loops of their own.
@pytest.fixture(scope="package")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, headless=True, args=CHROMIUM_ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def lab(tmp_path_factory):
    """A server that shows a copy of the examples, and whatever projects the stories add."""
    lab = Lab(tmp_path_factory.mktemp("lab"))
    lab.add_examples()
    with lab.running():
        yield lab


@pytest.fixture(scope="package")
def open_window(browser, lab):
    return partial(Window, browser, lab)


@pytest.fixture
def window(open_window):
    window = open_window()
    yield window
    window.close()


@pytest.fixture(scope="package")
def quickstart(open_window):
    """A window in which a data scientist has run the quickstart, cell by cell."""
    window = open_window()
    window.look_at("example-notebooks")
    notebook = window.page.get_by_role("listitem", name="quickstart.ipynb")
    notebook.dblclick()
    window.open_notebook("example-notebooks/quickstart.ipynb")  # it is: now its kernel is ready
    window.open_sidebar()
    window.cell(0).click()
    for number in range(window.notebook.locator(".jp-Cell").count()):
        window.press_shift_enter(number)
        window.ended(number)
    window.run_command("docmanager:save")
    yield window
    window.close()


@dataclass(frozen=True)
class Watched:
    """A window that was open, and never reloaded, while a pipeline was executed elsewhere."""

    window: Window
    before: dict[str, str]
    said: str


@pytest.fixture(scope="package")
def pipeline(open_window, lab, quickstart):
    """The example pipeline, executed from a terminal while somebody looks at the Lab."""
    window = open_window()
    window.look_at("example-notebooks/breast-cancer")
    window.open_sidebar()
    pipelines = window.row("Pipelines", "breast-cancer")
    expect(pipelines).to_be_visible()
    models = window.page.locator("#jupyter-mlops-models .jp-mlops-Empty")
    expect(models).to_contain_text("No models yet")
    before = {"pipeline": pipelines.inner_text(), "models": models.inner_text()}
    process = subprocess.Popen(
        ["jupyter", "mlops", "run", "breast-cancer/pipeline.yaml"],
        cwd=lab.root / "example-notebooks",
        env=lab.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    expect(pipelines.get_by_role("img", name="Running")).to_be_visible()
    said, _ = process.communicate(timeout=240)
    assert 0 == process.returncode, said
    yield Watched(window, before, said)
    window.close()
