"""Tell whoever listens to Jupyter's event bus that something changed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from jupyter_events import EventLogger

from jupyter_mlops.server.channel import Notice

__all__ = ["CHANGED", "emit", "register"]

CHANGED = "https://schema.jupyter.org/jupyter_mlops/changed/v1"

_SCHEMA = Path(__file__).parent / "events" / "changed.yaml"


def register(bus: EventLogger) -> None:
    """Make our event known to the bus."""
    bus.register_event_schema(_SCHEMA)


def emit(bus: EventLogger, notice: Notice) -> None:
    """Put what the reading process noticed on the bus; call it in the event loop."""
    bus.emit(schema_id=CHANGED, data=asdict(notice))
