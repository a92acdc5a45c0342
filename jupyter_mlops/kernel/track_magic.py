"""The line that heads a tracked cell: ``%%track [NAME] [options]``.

``%%track`` is no cell magic that runs its cell inside of another: that swallows errors, prints
tracebacks twice and breaks ``await``. It is an input transformer that makes the line a comment, so
that IPython runs the cell as it runs every cell, and hooks before and after it (hooks.py).
"""

from __future__ import annotations

import shlex
from argparse import Namespace

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic_arguments import argument, magic_arguments

__all__ = [
    "drop_track_line",
    "parse_track_line",
    "register",
    "split_track_line",
    "track",
    "unregister",
]

_NAME = "track"
MARK = f"%%{_NAME}"


@magic_arguments()
@argument("name", nargs="?", help="Name of the run; default: the notebook's name.")
@argument("-e", "--experiment", help="MLflow experiment; default: the project's.")
@argument(
    "-p", "--params", default="", help="Variables to log as params, separated by commas: -p a,b"
)
@argument(
    "-m", "--metrics", default="", help="Variables to log as metrics, separated by commas: -m x,y"
)
@argument(
    "-t",
    "--tag",
    action="append",
    default=[],
    metavar="K=V",
    help="Tag of the run; may be given more than once.",
)
@argument("--description", default="", help="What the run is about, shown as its note.")
@argument("--no-auto", action="store_true", help="Log only what is named, look for nothing.")
@argument("-q", "--quiet", action="store_true", help="Show no run card.")
def track(line: str, cell: str = "") -> None:
    """Track this cell as a run: parameters, metrics, source, git commit, environment, outcome.

    Examples::

        %%track
        %%track baseline -e churn
        %%track tuned -t team=risk -p depth,rate -m auc --no-auto
    """
    # Reached only where the transformer did not see the line, as inside of another cell magic.
    del line, cell
    raise UsageError("%%track must be the first line of its cell")


def split_track_line(cell: str) -> tuple[str, str] | None:
    """Return the options and the rest of a cell headed by ``%%track``; None for another cell."""
    head, _, body = cell.lstrip().partition("\n")
    mark, *options = head.split(None, 1)[:2] or [""]
    if mark == "%%time" and (inner := split_track_line(body)) is not None:
        # It runs the rest, our line included, without telling anybody.
        return inner[0], f"{head}\n{inner[1]}"
    return (options[0].strip() if options else "", body) if mark == MARK else None


def parse_track_line(options: str) -> Namespace:
    """Parse the options of ``%%track``; raises UsageError with what is wrong."""
    try:
        # Not parse_argstring: it keeps quotation marks, and splits at the blanks between them.
        parsed: Namespace = track.parser.parse_args(shlex.split(options))
    except ValueError as error:  # a quotation mark without its other half
        raise UsageError(f"%%track: {error}") from None
    for tag in parsed.tag:
        if tag.find("=") < 1:
            raise UsageError(f"%%track: a tag is NAME=VALUE, not {tag!r}")
    return parsed


def drop_track_line(lines: list[str]) -> list[str]:
    """Make a leading ``%%track`` line a comment, so that line numbers stay (a transformer)."""
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None or (parts := split_track_line(lines[first])) is None:
        return lines
    parse_track_line(parts[0])
    following = next((line for line in lines[first + 1 :] if line.strip()), "")
    if following.startswith("%%"):
        # Another cell magic must come first; it counts its lines by itself.
        return lines[lines.index(following, first + 1) :]
    return [*lines[:first], "# " + lines[first].lstrip(), *lines[first + 1 :]]


# IPython then does not call it to find out whether a cell is complete, where it must not raise.
drop_track_line.has_side_effects = True  # type: ignore[attr-defined]


def register(shell: InteractiveShell) -> None:
    """Let ``shell`` know ``%%track``."""
    unregister(shell)
    shell.input_transformers_cleanup.insert(0, drop_track_line)
    shell.register_magic_function(track, magic_kind="cell", magic_name=_NAME)  # type: ignore[call-arg]


def unregister(shell: InteractiveShell) -> None:
    """Let ``shell`` forget ``%%track``."""
    transformers = shell.input_transformers_cleanup
    if drop_track_line in transformers:
        transformers.remove(drop_track_line)
    shell.magics_manager.magics["cell"].pop(_NAME, None)
