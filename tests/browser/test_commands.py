"""The commands and the settings are where JupyterLab's users look for them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

COMMANDS = [
    "Refresh Models",
    "Refresh Pipelines",
    "Refresh Runs",
    "Show Models",
    "Show Pipelines",
    "Show Runs",
]
# of the run that was chosen last
COMMANDS_OF_A_RUN = ["Open the Notebook of the Run", "Show Run Details"]


def search_palette(window, text):
    window.page.keyboard.press("Control+Shift+C")
    expect(window.page.locator(".lm-CommandPalette-input")).to_be_focused()
    window.page.keyboard.type(text)
    return window.page.locator(".lm-CommandPalette-content")


def test_every_command_is_in_the_palette_once_it_has_something_to_act_on(quickstart, window):
    labels = ".lm-CommandPalette-item:not(.lm-mod-disabled) .lm-CommandPalette-itemLabel"
    palette = search_palette(window, "mlops")
    expect(palette.locator(".lm-CommandPalette-header")).to_have_text(["MLOps"])
    expect(palette.locator(labels)).to_have_text(COMMANDS)
    window.page.keyboard.press("Escape")

    window.look_at("example-notebooks")
    window.open_sidebar()
    window.row("Runs", "boosting").click()
    window.details("boosting")
    expect(search_palette(window, "mlops").locator(labels)).to_have_text(
        sorted(COMMANDS + COMMANDS_OF_A_RUN)
    )


@pytest.mark.parametrize("section", ["Runs", "Pipelines", "Models"])
def test_a_command_of_the_palette_shows_its_section_even_if_it_was_closed(window, section):
    title = window.sidebar.locator(".jp-AccordionPanel-title", has_text=section)
    window.open_sidebar()
    title.click()
    expect(title).to_have_attribute("aria-expanded", "false")
    window.run_command("application:toggle-left-area")

    search_palette(window, f"mlops show {section}")
    window.page.keyboard.press("Enter")

    expect(window.sidebar).to_be_visible()
    expect(title).to_have_attribute("aria-expanded", "true")


def open_settings(window):
    window.run_command("settingeditor:open")
    entry = window.page.locator(".jp-PluginList-entry", has_text="MLOps")
    entry.click()
    return window.page.locator(".jp-SettingsPanel")


def test_the_settings_editor_has_a_page_of_ours(window):
    settings = open_settings(window)

    for title in ("Runs per page", "Values per run", "Key metrics", "Key params"):
        expect(settings.get_by_text(title, exact=True).first).to_be_visible()


def test_a_change_of_the_settings_shows_at_once(quickstart, window):
    window.look_at("example-notebooks")
    window.open_sidebar()
    row = window.row("Runs", "boosting")
    expect(row).to_contain_text("rounds = 50")
    count = open_settings(window).locator("input[label='Values per run']")

    count.fill("0")
    expect(row).not_to_contain_text("rounds = 50")
    count.fill("3")
    expect(row).to_contain_text("rounds = 50")
