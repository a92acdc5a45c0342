from __future__ import annotations

import pytest

from jupyter_mlops.server.reads.opened import OpenedProjects


@pytest.fixture
def open_project():
    """Open the project of a contents path, with nobody to attend to it."""
    return lambda root, path: OpenedProjects(root, lambda opened: lambda: None).open(path)


@pytest.fixture
def trees(tracked, open_project):
    return open_project(tracked, "trees")
