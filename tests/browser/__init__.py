"""Stories in a real JupyterLab. A package, so that pytest closes the browser when it leaves it."""
