# pytest accepts pytest_plugins in the conftest of testpaths only
pytest_plugins = ("pytest_jupyter.jupyter_server",)
