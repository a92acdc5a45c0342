"""What every endpoint has: who may ask, and how errors become answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, ClassVar

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from jupyter_mlops.errors import Invalid, MlopsError
from jupyter_mlops.server.pages import ErrorKind, ErrorPage
from jupyter_mlops.server.worker import Worker

__all__ = ["STATUS", "WORKER", "Endpoint", "ReadEndpoint"]

STATUS: Mapping[ErrorKind, HTTPStatus] = {
    "Invalid": HTTPStatus.BAD_REQUEST,
    "Forbidden": HTTPStatus.FORBIDDEN,
    "NotFound": HTTPStatus.NOT_FOUND,
    "Conflict": HTTPStatus.CONFLICT,
    "Internal": HTTPStatus.INTERNAL_SERVER_ERROR,
    "MissingExtra": HTTPStatus.NOT_IMPLEMENTED,
    "Unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The status that each kind of error is answered with."""

WORKER = "jupyter_mlops_worker"
"""The server's setting that holds the `Worker`."""

_LONGEST_PATH = 4096  # bytes; no system has longer ones

_KIND_OF_STATUS: Mapping[int, ErrorKind] = {
    **{status: kind for kind, status in STATUS.items()},
    HTTPStatus.UNAUTHORIZED: "Forbidden",
}


class Endpoint(APIHandler):
    """Answers JSON of the wire, to users that are known and may; an error is an ``ErrorPage``."""

    auth_resource = "jupyter_mlops"
    _track_activity = False  # a panel that refreshes itself is no sign of a user at work

    _expected = False

    def _log(self) -> None:
        """Log an answer; a store that does not answer is no error of the server's."""
        if self._expected:
            self.log.info("%d %s", self.get_status(), self.request.path)
        else:
            super()._log()

    def set_default_headers(self) -> None:
        """Forbid caches to keep an answer."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    def refuse(self, page: ErrorPage) -> None:
        """Answer with an error."""
        self.set_status(STATUS[page.kind])
        self._expected = page.kind != "Internal"
        self.finish(json.dumps(asdict(page)))

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ANN401 - tornado's
        """Answer in our shape to what Jupyter or tornado refuse, without a traceback."""
        error = kwargs.get("exc_info", (None, None))[1]
        kind = _KIND_OF_STATUS.get(status_code, "Invalid" if status_code < 500 else "Internal")  # noqa: PLR2004
        page = ErrorPage(kind, HTTPStatus(status_code).phrase)
        if kind == "Internal":
            page = ErrorPage.of(error or Exception())
        elif isinstance(error, web.HTTPError) and error.log_message:
            page = ErrorPage(kind, error.get_message() or "")
        self.finish(json.dumps(asdict(page)))


class ReadEndpoint(Endpoint):
    """Answers a page that the worker reads; subclasses say which, from which arguments."""

    read: ClassVar[str]

    @web.authenticated
    @authorized
    async def get(self, *parts: str) -> None:
        """Answer the page for the project that the query's ``path`` is in."""
        worker: Worker = self.settings[WORKER]
        try:
            path = self.get_query_argument("path", "", strip=False)
            if len(path.encode(errors="replace")) > _LONGEST_PATH:
                raise Invalid("path is too long", hint="use the path of a file in the Lab")
            if _is_hidden(path) and not self.contents_manager.allow_hidden:
                raise Invalid("path is hidden", hint="use the path of a file in the Lab")
            result = await worker.read(self.read, path, self.arguments(*parts))
        except MlopsError as error:
            result = ErrorPage.of(error)
        if isinstance(result, ErrorPage):
            self.refuse(result)
        else:
            self.finish(result)

    def arguments(self) -> Mapping[str, str | int]:
        """Return the read's arguments from the parts of the address and the query.

        Raises Invalid or NotFound for those that make no sense.
        """
        return {}


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") and part.strip(".") for part in path.split("/"))
