"""The pictures of README and docs, taken from the same Lab that the other tests look at.

MLOPS_SCREENSHOTS=1 puts them into docs/images/.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

IMAGES = Path(__file__).parents[2] / "docs" / "images"
MOST_BYTES = 200_000

NOTEBOOK = "example-notebooks/quickstart.ipynb"
PIPELINE = "example-notebooks/breast-cancer/pipeline.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    if os.environ.get("MLOPS_SCREENSHOTS") == "1":
        IMAGES.mkdir(parents=True, exist_ok=True)
        return IMAGES
    return tmp_path_factory.mktemp("images")


@pytest.fixture(scope="module")
def shown(quickstart, pipeline):
    """A tidy window after a pipeline was executed, with the quickstart just run once more."""
    window = quickstart
    window.close_document(NOTEBOOK)
    window.run_command("application:close-all")
    window.open_notebook(NOTEBOOK)
    for number in (1, 2, 4, 6, 8):
        window.run_cell(number)
    window.run_command("docmanager:save")
    expect(window.tree("Runs").get_by_role("treeitem").first).to_contain_text("test_r2")
    return window


@pytest.fixture(params=["light", "dark"])
def theme(request, shown):
    with shown.theme(f"JupyterLab {request.param.title()}"):
        yield request.param


def save(shown, path, *, element=None):
    shown.page.mouse.move(700, 895)  # over nothing that would light up
    taken = (element or shown.page).screenshot(animations="disabled")
    picture = Image.open(BytesIO(taken)).convert("RGB")
    # keeps every hue; the second thought gives large areas their very colour
    small = picture.quantize(method=Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
    assert len(path.read_bytes()) < MOST_BYTES
    return picture.size


def test_picture_of_the_sidebar_beside_the_quickstart(shown, folder, theme):
    shown.open_notebook(NOTEBOOK)
    shown.row("Runs", "ridge").get_by_role("button").click()
    expect(shown.card(4)).to_be_in_viewport()

    assert (1400, 900) == save(shown, folder / f"sidebar-{theme}.png")


def test_picture_of_the_details_of_a_run(shown, folder, theme):
    shown.row("Runs", "boosting").click()
    expect(shown.details("boosting").get_by_role("region", name="Code")).to_be_visible()

    assert (1400, 900) == save(shown, folder / f"run-details-{theme}.png")


def test_picture_of_the_pipelines(shown, folder, theme):
    shown.row("Pipelines", "breast-cancer").click()
    expect(shown.page.locator(".jp-FileEditor").get_by_text("register:")).to_be_visible()

    assert (1400, 900) == save(shown, folder / f"pipelines-{theme}.png")


def test_picture_of_the_models(shown, folder, theme):
    shown.row("Models", "Version 1").click()
    expect(shown.details("register").get_by_role("heading", level=2)).to_be_visible()

    assert (1400, 900) == save(shown, folder / f"models-{theme}.png")


def test_picture_of_a_run_card(shown, folder):
    shown.open_notebook(NOTEBOOK)
    shown.card(8).scroll_into_view_if_needed()

    width, height = save(shown, folder / "run-card.png", element=shown.card(8))
    assert width > height > 0
