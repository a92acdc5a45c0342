"""Answer one request: the one place of the reading process that turns errors into pages."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import nullcontext

from jupyter_mlops import wire
from jupyter_mlops.errors import MlopsError
from jupyter_mlops.server.channel import Answer, Request
from jupyter_mlops.server.pages import ErrorPage
from jupyter_mlops.server.reads import pipelines, project, registry, runs
from jupyter_mlops.server.reads.opened import OpenedProjects

__all__ = ["READS", "answer"]

READS: Mapping[str, Callable[..., object]] = {
    "project": project.project_page,
    "runs": runs.runs_page,
    "run": runs.run_details,
    "pipelines": pipelines.pipelines_page,
    "models": registry.models_page,
}
"""What can be asked for, by name; each takes the project and the request's arguments."""

_FROM_STORES = {"runs", "run", "models"}


def answer(request: Request, projects: OpenedProjects) -> Answer:
    """Read what ``request`` asks for."""
    result: bytes | ErrorPage
    try:
        opened = projects.open(request.path)
        with opened.reading() if request.read in _FROM_STORES else nullcontext():
            result = wire.to_json(READS[request.read](opened, **request.arguments))
    except MlopsError as error:
        result = ErrorPage.of(error)
    except Exception as error:
        logging.getLogger(__name__).exception("reading %s failed", request.read)
        result = ErrorPage.of(error)
    return Answer(request.number, result)
