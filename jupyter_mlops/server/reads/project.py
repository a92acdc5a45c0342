"""Read what a project is."""

from __future__ import annotations

from jupyter_mlops._version import __version__
from jupyter_mlops.server.pages import ProjectPage
from jupyter_mlops.server.reads.opened import OpenedProject
from jupyter_mlops.settings import without_credentials

__all__ = ["project_page"]


def project_page(opened: OpenedProject) -> ProjectPage:
    """Say which project it is and where its runs are."""
    project = opened.project
    return ProjectPage(
        version=__version__,
        name=project.root.name,
        contents_path=opened.contents_path(),
        store=without_credentials(project.settings.tracking_uri),
    )
