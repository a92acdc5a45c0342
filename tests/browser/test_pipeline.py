"""A pipeline is executed from a terminal: whoever looks at the Lab sees it happen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

STEPS = ["prepare", "train", "evaluate", "register"]


@pytest.fixture
def window(pipeline):
    return pipeline.window


def test_before_it_was_executed_there_was_a_pipeline_and_no_model(pipeline):
    assert "Not run" in pipeline.before["pipeline"]
    assert pipeline.before["models"].startswith("No models yet.")


def test_the_pipeline_and_each_of_its_steps_show_as_done_without_a_reload(window):
    row = window.row("Pipelines", "breast-cancer")

    expect(row).to_contain_text("Done")
    for step in STEPS:
        row = window.row("Pipelines", step)
        expect(row.get_by_role("img", name="Done")).to_be_visible()
        expect(row).to_have_attribute("aria-level", "2")
        expect(row).to_contain_text(re.compile(r"\d(ms|s)\s*$"))
    assert 1 == window.loads


def test_the_registered_version_shows_with_the_alias_that_it_won(pipeline, window):
    assert "champion" in pipeline.said
    expect(window.row("Models", "breast-cancer")).to_contain_text("1 version")
    expect(window.row("Models", "Version 1")).to_contain_text("champion")


def test_the_run_of_the_pipeline_shows_with_the_runs_of_its_steps_below_it(window):
    parent = window.row("Runs", "breast-cancer")

    expect(parent).to_have_attribute("aria-expanded", "true")
    for depth in (2, 4, 8):
        child = window.row("Runs", f"train[max_depth={depth}]")
        expect(child).to_have_attribute("aria-level", "2")
        expect(child).to_contain_text(f"max_depth = {depth}")


def test_a_version_leads_to_the_run_that_made_it(window):
    window.row("Models", "Version 1").click()

    expect(window.details("register").get_by_role("heading", level=2)).to_have_text("register")


def test_a_pipeline_leads_to_its_file(window):
    window.row("Pipelines", "breast-cancer").click()

    expect(window.page.get_by_role("tab", name="pipeline.yaml")).to_have_attribute(
        "aria-selected", "true"
    )


def test_the_runs_of_steps_lead_to_their_notebooks(window):
    window.row("Runs", "evaluate").click()
    window.details("evaluate").get_by_role("button", name="Open notebook").click()

    expect(window.page.get_by_role("tab", name="evaluate.ipynb")).to_have_attribute(
        "aria-selected", "true"
    )
