"""``jupyter mlops models``: list registered models."""

from __future__ import annotations

import logging

import click
from rich.text import Text

from jupyter_mlops.cli.console import console, table
from jupyter_mlops.project import Project
from jupyter_mlops.registry.model_version import RegisteredModel

__all__ = ["models"]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, one model a line.")
def models(*, as_json: bool) -> None:
    """List the registered models, their newest version, and who holds which alias."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    project = Project.open()
    found: tuple[RegisteredModel, ...] = ()
    if project.tracked or project.settings.registry_uri:
        project.prepare()
        found = project.registry.list_models()
    if as_json:
        from jupyter_mlops.wire import to_json

        for model in found:
            click.echo(to_json(model))
        return
    grid = table(["model", "newest version", "aliases"])
    for model in found:
        newest = str(model.versions[0].version) if model.versions else ""
        aliases = ", ".join(f"{alias} = {version}" for alias, version in model.aliases.items())
        grid.add_row(Text(model.name), newest, Text(aliases))
    console().print(grid if found else "no models yet")
