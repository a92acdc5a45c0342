"""The project: where settings, plug-ins, stores and verbs are put together for every doorway."""

from jupyter_mlops.project.project import Project

__all__ = ["Project"]
