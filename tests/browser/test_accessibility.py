"""axe-core finds nothing wrong in light and in dark, and the keyboard alone does everything."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .axe import violations

THEMES = ["JupyterLab Light", "JupyterLab Dark"]


@pytest.fixture(scope="module")
def states(open_window, lab):
    """A window with a run in each state, and the cards of all of them."""
    wait = "import pathlib, time\nwhile not pathlib.Path('go').exists():\n    time.sleep(0.05)"
    cells = [
        "%load_ext jupyter_mlops",
        "%%track finished\ndepth, auc = 3, 0.75",
        "%%track failed -t team=risk\nrate = 0.5\nraise ValueError('no data left')",
        f"%%track running\n{wait}",
    ]
    lab.add_project("seen", cells=cells)
    window = open_window()
    window.open_notebook("seen/cells.ipynb")
    window.open_sidebar()
    for number in (0, 1, 2):
        window.run_cell(number)
    window.start_cell(3)
    expect(window.row("Runs", "running")).to_contain_text("Running")
    yield window
    (lab.root / "seen" / "go").touch()
    window.close()


@pytest.fixture(params=THEMES)
def theme(request):
    return request.param


def test_axe_is_content_with_runs_in_every_state(states, theme):
    with states.theme(theme):
        for name in ("Finished", "Failed", "Running"):
            expect(states.tree("Runs").get_by_role("img", name=name)).to_be_visible()
        assert [] == violations(states.page, ".jp-mlops-Sidebar")


def test_axe_is_content_with_a_row_under_the_mouse(states, theme):
    with states.theme(theme):
        states.row("Runs", "failed").hover()
        assert [] == violations(states.page, ".jp-mlops-Sidebar")


def test_axe_is_content_with_run_cards_in_every_state(states, theme):
    with states.theme(theme):
        for number in (1, 2, 3):
            expect(states.card(number)).to_be_visible()
        assert [] == violations(states.page, ".jp-mlops-Card")


def test_axe_is_content_with_the_details_of_a_failed_run(states, theme):
    with states.theme(theme):
        states.row("Runs", "failed").click()
        details = states.details("failed")
        expect(details.get_by_role("region", name="Exception")).to_be_visible()
        if not details.get_by_role("row", name="team risk").is_visible():
            details.get_by_text("Tags", exact=True).click()
        assert [] == violations(states.page, ".jp-mlops-Details:not(.lm-mod-hidden *)")
        states.open_notebook("seen/cells.ipynb")


def test_axe_is_content_with_pipelines_and_models(pipeline, theme):
    with pipeline.window.theme(theme):
        expect(pipeline.window.row("Models", "Version 1")).to_be_visible()
        assert [] == violations(pipeline.window.page, ".jp-mlops-Sidebar")


def test_axe_is_content_where_there_is_nothing_yet(window, lab, theme):
    folder = f"empty-{THEMES.index(theme)}"
    lab.add_project(folder)
    window.look_at(folder)
    sidebar = window.open_sidebar()
    expect(sidebar.locator(".jp-mlops-Empty")).to_have_count(3)
    expect(sidebar).not_to_contain_text("Loading")

    with window.theme(theme):
        assert [] == violations(window.page, ".jp-mlops-Sidebar")


def test_axe_is_content_where_something_is_wrong(window, lab, theme):
    folder = f"broken-{THEMES.index(theme)}"
    (lab.add_project(folder) / "mlops.toml").write_text("experimnt = 'typo'\n")
    window.expected_errors = ("status of 400",)  # the browser reports each
    window.look_at(folder)
    sidebar = window.open_sidebar()
    failures = sidebar.locator(".jp-mlops-Failure")
    expect(failures).to_have_count(3)
    for number in range(3):
        expect(failures.nth(number)).to_contain_text("unknown key 'experimnt'")
        expect(failures.nth(number)).to_contain_text("did you mean 'experiment'?")
    expect(sidebar.get_by_role("alert")).to_have_count(1)  # to be heard once

    with window.theme(theme):
        assert [] == violations(window.page, ".jp-mlops-Sidebar")


def test_the_keyboard_alone_reaches_the_runs_and_opens_one(states):
    page = states.page
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Shift+Y")
    runs = states.sidebar.locator(".jp-AccordionPanel-title", has_text="Runs")
    expect(runs).to_be_focused()
    page.keyboard.press("Tab")
    expect(states.sidebar.locator("jp-button", has=page.locator("svg")).first).to_be_focused()
    page.keyboard.press("Tab")  # to the run that was chosen last, if there is one
    rows = states.tree("Runs").get_by_role("treeitem")
    page.keyboard.press("Home")
    expect(rows.nth(0)).to_be_focused()

    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(rows.nth(2)).to_be_focused()
    page.keyboard.press("Home")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(rows.nth(1).get_by_role("button", name=re.compile("Open notebook"))).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(states.details("failed").get_by_role("heading", level=2)).to_have_text("failed")
