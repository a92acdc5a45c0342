"""A data scientist runs the quickstart, and sees each run where it was made and in the sidebar."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

NOTEBOOK = "example-notebooks/quickstart.ipynb"

# of each tracked cell: its number, the run's name, a metric and a param
TRACKED = [
    (4, "ridge", "r2", ("alpha", "1.0")),
    (6, "ridge-weaker", "r2", ("alpha", "0.1")),
    (8, "boosting", "test_r2", ("rounds", "50")),
]

DURATION = r"(\d+ms|\d+(\.\d)?s)"


@pytest.mark.parametrize(("number", "name", "metric", "param"), TRACKED)
def test_a_tracked_cell_shows_a_card_with_status_duration_metrics_and_params(
    quickstart, number, name, metric, param
):
    card = quickstart.card(number)

    expect(card).to_have_count(1)
    expect(card).to_have_accessible_name(f"Run {name}")
    expect(card.get_by_role("img", name="Finished")).to_be_visible()
    expect(card).to_contain_text(re.compile(rf"{name}Finished{DURATION}Show run"))
    expect(card).to_contain_text(re.compile(rf"Metrics{metric} 0\.\d+"))
    expect(card).to_contain_text("Params{} {}".format(*param))


@pytest.mark.parametrize(("number", "name", "metric", "param"), TRACKED)
def test_a_run_appears_in_the_sidebar_without_a_reload(quickstart, number, name, metric, param):
    row = quickstart.row("Runs", name)

    expect(row).to_be_visible()
    expect(row.get_by_role("img", name="Finished")).to_be_visible()
    expect(row).to_contain_text(re.compile(rf"{DURATION} {metric} = 0\.\d+"))
    expect(row).to_contain_text("{} = {}".format(*param))
    assert 1 == quickstart.loads


def test_the_sidebar_names_the_project_and_lists_the_newest_run_first(quickstart):
    expect(quickstart.sidebar.get_by_role("heading", level=2)).to_have_text("example-notebooks")
    expect(quickstart.row("Runs", "ridge")).to_be_visible()
    names = quickstart.tree("Runs").locator(".jp-mlops-Row-name").all_inner_texts()
    assert ["boosting", "ridge-weaker", "ridge"] == names[-3:]


def test_a_click_on_a_run_shows_its_params_metrics_code_and_artifacts(quickstart):
    quickstart.row("Runs", "ridge-weaker").click()
    details = quickstart.details("ridge-weaker")

    expect(details.get_by_role("row", name=re.compile(r"^r2 0\.\d{4,}"))).to_be_visible()
    expect(details.get_by_role("row", name="alpha 0.1", exact=True)).to_be_visible()
    expect(details.get_by_role("region", name="Code")).to_contain_text("model = Ridge(alpha=alpha)")
    for artifact in ("cell/source.py", "environment/requirements.txt"):
        expect(details.get_by_role("rowheader", name=artifact)).to_be_visible()
    expect(details.get_by_role("definition").first).to_have_text("Finished")
    details.get_by_text("Tags", exact=True).click()
    expect(details.get_by_role("row", name="reason less shrinkage", exact=True)).to_be_visible()


def test_a_card_leads_to_the_details_of_its_run(quickstart):
    quickstart.open_notebook(NOTEBOOK)
    quickstart.card(8).get_by_role("button", name="Show run").click()
    details = quickstart.details("boosting")

    expect(details.get_by_role("row", name="rounds 50", exact=True)).to_be_visible()
    # of a metric that was logged step by step, the newest value
    expect(details.get_by_role("row", name=re.compile(r"^test_r2 0\.\d{4,}"))).to_be_visible()


def test_the_runs_button_opens_the_closed_notebook_at_the_cell(quickstart):
    quickstart.close_document(NOTEBOOK)
    row = quickstart.row("Runs", "boosting")
    row.hover()
    row.get_by_role("button", name="Open notebook at the cell").click()

    expect(quickstart.card(8)).to_be_in_viewport()
    assert [NOTEBOOK, "quickstart-8"] == quickstart.active_cell


def test_the_button_in_the_details_opens_the_closed_notebook_at_the_cell(quickstart):
    quickstart.close_document(NOTEBOOK)
    quickstart.row("Runs", "ridge").click()
    quickstart.details("ridge").get_by_role("button", name="Open notebook").click()

    expect(quickstart.card(4)).to_be_in_viewport()
    assert [NOTEBOOK, "quickstart-4"] == quickstart.active_cell
