"""Show the run card of a tracked cell: a mime type of ours, with HTML and text beside it."""

from __future__ import annotations

import html
import json
from dataclasses import asdict
from typing import Any

from IPython.display import display, update_display

from jupyter_mlops.cells.run_card import RUN_CARD_MIME, RunCard

__all__ = ["card_bundle", "show_card", "update_card"]

_SHOWN = 8


def show_card(card: RunCard) -> None:
    """Show a new card as output of the cell."""
    display(card_bundle(card), raw=True, display_id=f"mlops-{card.run_key}")


def update_card(card: RunCard) -> None:
    """Bring a card that is shown up to date."""
    update_display(card_bundle(card), raw=True, display_id=f"mlops-{card.run_key}")


def card_bundle(card: RunCard) -> dict[str, Any]:
    """Return a card in every form that a front end may know."""
    # NaN and infinities are no JSON: they travel by name, as on our wire.
    data = json.loads(json.dumps(asdict(card)), parse_constant=str)
    return {RUN_CARD_MIME: data, "text/html": _html(card), "text/plain": _text(card)}


def _facts(card: RunCard) -> list[tuple[str, str]]:
    metrics = [(name, f"{value:.6g}") for name, value in card.metrics.items()]
    return [*metrics, *card.params.items()][:_SHOWN]


def _headline(card: RunCard) -> str:
    took = "" if card.duration is None else f" in {card.duration:.1f} s"
    return f"{card.status.lower()}{took}"


def _text(card: RunCard) -> str:
    facts = ", ".join(f"{name}={value}" for name, value in _facts(card))
    parts = [f"run {card.name!r} {_headline(card)}", facts, card.exception]
    return "; ".join(part for part in parts if part)


def _html(card: RunCard) -> str:
    """Return the card for front ends without our extension; every text in it is escaped."""
    facts = [(html.escape(name), html.escape(value)) for name, value in _facts(card)]
    rows = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in facts)
    exception = f"<pre>{html.escape(card.exception)}</pre>" if card.exception else ""
    title = f"<b>{html.escape(card.name)}</b> {html.escape(_headline(card))}"
    return f"<div>{title}<table>{rows}</table>{exception}</div>"
