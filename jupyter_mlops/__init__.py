"""From a notebook cell to a governed model, without leaving JupyterLab."""

__version__ = "0.1.0"
