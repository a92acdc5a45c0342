"""Every address that we answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, cast

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_mlops.errors import Invalid, NotFound
from jupyter_mlops.server.endpoint import Endpoint, ReadEndpoint
from jupyter_mlops.server.pages import ErrorPage

__all__ = ["API", "ROUTES"]

API = "/jupyter-mlops/api/v1"

_MOST_RUNS = 500
_DEFAULT_RUNS = 100
_MOST_TOKEN = 1000

Verb = Callable[[Endpoint], Coroutine[Any, Any, None]]


class ProjectEndpoint(ReadEndpoint):
    """``project``: which project it is."""

    read = "project"


class RunsEndpoint(ReadEndpoint):
    """``runs``: a page of runs, newest first."""

    read = "runs"

    def arguments(self) -> Mapping[str, str | int]:
        """Take ``limit`` and ``page_token``."""
        limit = self.get_query_argument("limit", str(_DEFAULT_RUNS))
        if not re.fullmatch("[0-9]{1,3}", limit) or not 1 <= int(limit) <= _MOST_RUNS:
            raise Invalid(
                f"limit must be a number from 1 to {_MOST_RUNS}, not {limit[:20]!r}",
                hint="ask for the next page with page_token",
            )
        token = self.get_query_argument("page_token", "")
        if len(token) > _MOST_TOKEN:
            raise Invalid("page_token is not one of ours", hint="leave it out for the first page")
        return {"limit": int(limit), "page_token": token}


class RunEndpoint(ReadEndpoint):
    """``runs/ID``: all about one run."""

    read = "run"

    def arguments(self, run: str) -> Mapping[str, str | int]:  # type: ignore[override]
        """Take the run's id from the address."""
        if not re.fullmatch("[0-9a-f]{32}", run):
            hint = "a run's id has 32 digits from 0-9 and a-f"
            raise NotFound(f"there is no run {run[:40]!r}", hint=hint)
        return {"run": run}


class PipelinesEndpoint(ReadEndpoint):
    """``pipelines``: every pipeline of the project."""

    read = "pipelines"


class ModelsEndpoint(ReadEndpoint):
    """``models``: every registered model."""

    read = "models"


def _no_such_address() -> Verb:
    # One for each verb: `authorized` keeps the action of the first verb that it is called for.
    @web.authenticated
    @authorized
    async def verb(self: Endpoint) -> None:
        self.refuse(ErrorPage("NotFound", "there is no such address", f"all ours begin with {API}"))

    return cast("Verb", verb)


class UnknownEndpoint(Endpoint):
    """Whatever else begins like our addresses: known users learn that it is not there."""

    get = _no_such_address()
    post = _no_such_address()
    put = _no_such_address()
    patch = _no_such_address()
    delete = _no_such_address()


ROUTES: list[tuple[str, type[Endpoint]]] = [
    (f"{API}/project", ProjectEndpoint),
    (f"{API}/runs", RunsEndpoint),
    (f"{API}/runs/([^/]+)", RunEndpoint),
    (f"{API}/pipelines", PipelinesEndpoint),
    (f"{API}/models", ModelsEndpoint),
    ("/jupyter-mlops/api(?:/.*)?", UnknownEndpoint),
]
