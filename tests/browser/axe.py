"""axe-core, in a page of JupyterLab."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page

_SOURCE = Path(__file__).parents[2] / "labextension/node_modules/axe-core/axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page, selector: str) -> list[str]:
    """List what axe finds wrong in a part of the page, its contrast included."""
    # JupyterLab's <body> hides what flows over and is 0 px high: axe then takes every text for
    # hidden, never looks at its contrast, and is content.
    page.evaluate("() => { document.body.style.height = '100vh'; }")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_SOURCE.read_text())
    found = page.evaluate(
        "async ([selector, tags]) => axe.run(selector, {runOnly: tags})", [selector, _TAGS]
    )
    assert "color-contrast" not in [rule["id"] for rule in found["inapplicable"]]
    return [
        json.dumps([rule["id"], node["html"][:200], node["failureSummary"]])
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
