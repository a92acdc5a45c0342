import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_mlops.cells.run_card import RUN_CARD_MIME, RunCard
from jupyter_mlops.kernel.display import card_bundle

ATTACK = "<img src=x onerror=alert(1)>"


def card(**said):
    return RunCard(**{"run_key": "k", "name": "fit", "experiment": "churn", "start_time": 1_000,
                      "status": "FINISHED", **said})  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        {"name": ATTACK},
        {"exception": ATTACK},
        {"params": {"alpha": ATTACK}},
        {"params": {ATTACK: "1"}},
        {"metrics": {ATTACK: 1.0}},
    ],
)
def test_no_text_of_the_users_is_html(said):
    html = card_bundle(card(**said))["text/html"]

    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


@given(st.dictionaries(st.text(), st.floats()), st.dictionaries(st.text(), st.text()), st.text())
def test_every_card_is_json_that_browsers_read(metrics, params, text):
    bundle = card_bundle(card(metrics=metrics, params=params, name=text, exception=text))

    assert {RUN_CARD_MIME, "text/html", "text/plain"} == bundle.keys()
    json.dumps(bundle, allow_nan=False)


def test_numbers_without_a_value_travel_by_name():
    bundle = card_bundle(card(metrics={"a": float("nan"), "b": float("inf"), "c": -float("inf")}))

    assert {"a": "NaN", "b": "Infinity", "c": "-Infinity"} == bundle[RUN_CARD_MIME]["metrics"]


def test_the_text_says_what_matters():
    ended = card(duration=2.345, metrics={"auc": 0.98765432}, params={"kind": "tree"})

    assert (
        "run 'fit' finished in 2.3 s; auc=0.987654, kind=tree" == card_bundle(ended)["text/plain"]
    )
    failed = card(status="FAILED", exception="ValueError: x")
    assert "run 'fit' failed; ValueError: x" == card_bundle(failed)["text/plain"]
    assert "run 'fit' running" == card_bundle(card(status="RUNNING"))["text/plain"]


def test_the_html_shows_a_few_facts_and_the_mime_type_of_ours_all():
    params = {f"p{number}": str(number) for number in range(100)}
    bundle = card_bundle(card(params=params))

    assert 8 == bundle["text/html"].count("<tr>")
    assert params == bundle[RUN_CARD_MIME]["params"]
