import typing

from jupyter_mlops.cells.run_card import RUN_CARD_MIME, RunCard
from jupyter_mlops.runs.run import RunStatus
from jupyter_mlops.wire import from_json, to_json


def test_a_card_knows_every_status_of_a_run():
    statuses = typing.get_args(typing.get_type_hints(RunCard)["status"])

    assert {status.value for status in RunStatus} == set(statuses)


def test_a_card_crosses_the_wire_whole():
    card = RunCard(
        "k", "fit", "churn", "FAILED", 1_000, 2.5, {"alpha": "1"}, {"auc": 0.9}, "ValueError: x"
    )

    assert card == from_json(RunCard, to_json(card))


def test_the_mime_type_is_json_of_a_vendor():
    assert RUN_CARD_MIME.startswith("application/vnd.")
    assert RUN_CARD_MIME.endswith("+json")
