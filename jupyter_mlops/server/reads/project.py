"""Read what a project is."""

from __future__ import annotations

from urllib.parse import urlsplit

from jupyter_mlops._version import __version__
from jupyter_mlops.server.pages import ProjectPage
from jupyter_mlops.server.reads.opened import OpenedProject

__all__ = ["project_page", "without_credentials"]


def project_page(opened: OpenedProject) -> ProjectPage:
    """Say which project it is and where its runs are."""
    project = opened.project
    return ProjectPage(
        version=__version__,
        name=project.root.name,
        contents_path=opened.contents_path(),
        store=without_credentials(project.settings.tracking_uri),
    )


def without_credentials(uri: str) -> str:
    """Return an address without the user, password and query that it may hold."""
    parts = urlsplit(uri)
    host = parts.netloc.rpartition("@")[2]
    # urlunsplit would drop slashes of sqlite:////absolute
    return f"{parts.scheme}://{host}{parts.path}" if parts.scheme else parts.path
