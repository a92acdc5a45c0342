"""Write ``docs/reference/cli.md`` from the commands themselves.

MkDocs calls `on_pre_build` before each build; ``python docs/cli_reference.py`` does the same.
"""  # noqa: INP001 - a script beside the pages, no package

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click

from jupyter_mlops.cli.main import cli

PAGE = Path(__file__).parent / "reference" / "cli.md"

HEAD = """\
<!-- Written by docs/cli_reference.py from the commands themselves: do not edit. -->

# Command line

`jupyter mlops` and `jupyter-mlops` are the same program. Every command has `--help`.
What the exit codes mean stands in [Pipelines](../pipelines.md#exit-codes).
"""


def on_pre_build(**_: object) -> None:
    """Bring the page up to date (a hook of MkDocs)."""
    text = page()
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        PAGE.write_text(text, encoding="utf-8")


def page() -> str:
    """Return the page as Markdown."""
    context = click.Context(cli, info_name="jupyter mlops")
    names = cli.list_commands(context)
    commands = [command for name in names if (command := cli.get_command(context, name))]
    return "\n".join([HEAD, *_options(cli, context), *(_section(c, context) for c in commands)])


def _section(command: click.Command, parent: click.Context) -> str:
    context = click.Context(command, info_name=command.name, parent=parent)
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    lines = [f"## {command.name}", "", "```text", usage, "```", ""]
    return "\n".join([*lines, *_text(command), *_options(command, context)])


def _text(command: click.Command) -> Iterator[str]:
    """Yield the command's help; paragraphs that click leaves as they are become code."""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        mark, _, rest = paragraph.partition("\n")
        if mark.strip() == "\b":
            yield from ("```console", *(f"$ {line}" for line in rest.splitlines()), "```", "")
        else:
            yield from (paragraph, "")


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    records = [
        record
        for parameter in command.params
        if isinstance(parameter, click.Option) and (record := parameter.get_help_record(context))
    ]
    if records:
        yield from ("| option | meaning |", "|---|---|")
        yield from (f"| `{names}` | {_cell(meaning)} |" for names, meaning in records)
        yield ""


def _cell(text: str) -> str:
    """Return ``text`` for a table: click's brackets as code, and no bar that ends the cell."""
    return re.sub(r" *\[(.+?)\]$", r" (`\1`)", text).replace("|", "\\|").strip()


if __name__ == "__main__":
    on_pre_build()
