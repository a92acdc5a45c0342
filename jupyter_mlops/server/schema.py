"""Print the JSON Schema of all that the browser is told: ``python -m jupyter_mlops.server.schema``.

``labextension/src/wire.ts`` is generated from it.
"""

from __future__ import annotations

import json
import sys

from jupyter_mlops import wire
from jupyter_mlops.cells.run_card import RunCard
from jupyter_mlops.server import pages

__all__ = ["NOUNS", "document"]

NOUNS: tuple[type, ...] = (*(getattr(pages, name) for name in pages.__all__), RunCard)


def document() -> str:
    """Return the schema of all `NOUNS` as indented JSON."""
    return json.dumps(wire.schema(NOUNS), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
