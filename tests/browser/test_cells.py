"""What a cell does is seen: it runs, fails, is interrupted, or says strange things."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

MARKUP = "<img src=x onerror=window.__xss=1>"

LOAD = """%load_ext jupyter_mlops
import time
from pathlib import Path
import jupyter_mlops as mlops"""
# It ends when the test says so: a sleep would be too short here and too long there.
WAIT = "while not Path({!r}).exists():\n    time.sleep(0.05)"
SLOW = f"%%track slow\ndepth = 3\n{WAIT.format('go')}\nmlops.log({{'auc': 0.75}})"
FAILING = "%%track failing\nrate = 0.5\nraise ValueError('no data left')"
ENDLESS = f"%%track endless\n{WAIT.format('never')}"
STRANGE = f"""%%track "{MARKUP}"
note = {MARKUP!r}
mlops.log({{{MARKUP!r}: 0.5}})
raise ValueError({MARKUP!r})"""
FAR = 40  # so many cells later: far out of sight


@pytest.fixture(scope="module")
def window(open_window, lab):
    """A window that shows a project of its own, its sidebar, and a notebook with a live kernel."""
    filler = [f"# nothing to see in cell {number}" for number in range(5, FAR)]
    cells = [LOAD, SLOW, FAILING, ENDLESS, STRANGE, *filler, "%%track far\nseen = 1"]
    lab.add_project("states", cells=cells)
    window = open_window()
    window.open_notebook("states/cells.ipynb")
    expect(window.open_sidebar()).to_contain_text("No runs yet")
    window.run_cell(0)
    yield window
    window.close()


def test_a_run_shows_as_running_until_its_cell_has_ended(window, lab):
    window.start_cell(1)
    card, row = window.card(1), window.row("Runs", "slow")

    expect(card).to_contain_text("Running")
    expect(row).to_contain_text("Running")
    (lab.root / "states" / "go").touch()
    expect(card.get_by_role("img", name="Finished")).to_be_visible()
    expect(card).to_contain_text("auc 0.75")
    expect(row.get_by_role("img", name="Finished")).to_be_visible()
    expect(row).to_contain_text("auc = 0.75")
    expect(row).to_contain_text("depth = 3")


def test_a_failing_cell_shows_as_failed_and_its_details_say_why(window):
    window.run_cell(2)
    card, row = window.card(2), window.row("Runs", "failing")

    expect(card.get_by_role("img", name="Failed")).to_be_visible()
    expect(card).to_contain_text("ValueError: no data left")
    expect(row).to_contain_text("Failed")
    expect(row).to_contain_text("rate = 0.5")
    row.click()
    exception = window.details("failing").get_by_role("region", name="Exception")
    expect(exception).to_contain_text("raise ValueError('no data left')")


def test_a_cell_that_is_interrupted_shows_as_killed(window):
    window.open_notebook("states/cells.ipynb")
    window.start_cell(3)
    expect(window.row("Runs", "endless")).to_contain_text("Running")
    window.run_command("notebook:interrupt-kernel")
    window.ended(3)

    expect(window.card(3).get_by_role("img", name="Killed")).to_be_visible()
    expect(window.row("Runs", "endless")).to_contain_text("Killed")


def test_markup_in_names_values_and_exceptions_is_shown_as_text(window):
    window.open_notebook("states/cells.ipynb")
    window.run_cell(4)
    card, row = window.card(4), window.row("Runs", MARKUP)

    expect(card).to_have_accessible_name(f"Run {MARKUP}")
    expect(card).to_contain_text(f"ValueError: {MARKUP}")
    expect(card).to_contain_text(f"note {MARKUP}")
    expect(row).to_contain_text(f"note = {MARKUP}")
    row.click()
    details = window.details(MARKUP)
    expect(details.get_by_role("heading", level=2)).to_have_text(MARKUP)
    expect(details.get_by_role("row", name=f"note {MARKUP}", exact=True)).to_be_visible()
    # MLflow takes few characters for a metric's name; the rest of it must not be lost
    expect(details.get_by_role("row", name=re.compile("img src.*0.5"))).to_be_visible()
    expect(details.get_by_role("region", name="Exception")).to_contain_text(MARKUP)
    expect(details.get_by_role("region", name="Code")).to_contain_text(MARKUP)
    assert 0 == window.page.locator("img[src=x]").count()
    assert window.page.evaluate("() => window.__xss === undefined")


def test_a_cell_far_down_in_a_closed_notebook_is_found_again(window):
    window.open_notebook("states/cells.ipynb")
    window.cell(FAR).scroll_into_view_if_needed()
    window.run_cell(FAR)
    row = window.row("Runs", "far")
    expect(row).to_be_visible()
    window.close_document("states/cells.ipynb")
    row.click()
    window.details("far").get_by_role("button", name="Open notebook").click()

    expect(window.card(FAR)).to_be_in_viewport()
    assert ["states/cells.ipynb", f"cell-{FAR}"] == window.active_cell
