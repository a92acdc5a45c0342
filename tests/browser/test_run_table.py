"""The table of runs that a notebook shows, drawn by a real browser."""

from __future__ import annotations

import pytest

from jupyter_mlops.runs.run import Run, RunId, RunStatus
from jupyter_mlops.widgets.run_table import RunTable

ATTACK = "<img src=x onerror=document.title='attacked'>"

# What anywidget does with a widget's module.
_RENDER = """async ({esm, state}) => {
    const url = URL.createObjectURL(new Blob([esm], {type: 'text/javascript'}));
    const widget = (await import(url)).default;
    const listeners = new Map();
    window.model = {
        get: name => state[name],
        set: (name, value) => { state[name] = value; listeners.get(`change:${name}`)?.(); },
        on: (event, callback) => listeners.set(event, callback),
        off: event => listeners.delete(event),
        listeners,
    };
    window.dispose = widget.render({model: window.model, el: document.body});
}"""


def run(name, auc, depth):
    return Run(
        RunId(name),
        name,
        RunStatus.FINISHED,
        "churn",
        1_000,
        2_000,
        metrics={} if auc is None else {"auc": auc},
        params={"depth": depth},
    )


@pytest.fixture
def page(browser):
    table = RunTable([run("b", 0.5, "10"), run(ATTACK, None, "x"), run("a", 0.25, "9")])
    page = browser.new_page()
    page.set_content("<title>runs</title>")
    state = {"columns": table.columns, "rows": table.rows}
    page.evaluate(_RENDER, {"esm": str(RunTable._esm), "state": state})
    yield page
    page.close()


def column(page, number):
    return page.locator(f"tbody td:nth-child({number})").all_text_contents()


def head(page, name):
    return page.get_by_role("columnheader", name=name)


def test_runs_stand_in_their_order_until_a_head_is_pressed(page):
    assert ["b", ATTACK, "a"] == column(page, 1)
    heads = page.get_by_role("columnheader").all_text_contents()
    assert ["run", "status", "seconds", "auc", "depth"] == heads


def test_a_click_sorts_numbers_as_numbers_and_another_turns_them_round(page):
    head(page, "depth").get_by_role("button").click()
    assert ["9", "10", "x"] == column(page, 5)
    assert "ascending" == head(page, "depth").get_attribute("aria-sort")

    head(page, "depth").get_by_role("button").click()
    assert ["x", "10", "9"] == column(page, 5)
    assert "descending" == head(page, "depth").get_attribute("aria-sort")
    assert "none" == head(page, "auc").get_attribute("aria-sort")


def test_the_keyboard_sorts_too_and_keeps_its_place(page):
    head(page, "auc").get_by_role("button").focus()
    for expected in (["0.25", "0.5", ""], ["", "0.5", "0.25"]):
        page.keyboard.press("Enter")
        assert expected == column(page, 4)
        assert "auc" == page.evaluate("document.activeElement.textContent")


def test_no_text_of_the_users_is_html(page):
    assert 0 == page.locator("img").count()
    assert "runs" == page.title()


def test_new_rows_are_drawn_and_nothing_listens_when_it_is_gone(page):
    page.evaluate("() => model.set('rows', model.get('rows').slice(0, 1))")
    assert ["b"] == column(page, 1)

    page.evaluate("() => dispose()")
    assert 0 == page.evaluate("() => model.listeners.size")
