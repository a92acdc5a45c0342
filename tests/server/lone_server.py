"""A Jupyter server with only our extension, for tests that need a process of its own.

Prints one line of JSON, its port and every address of ours, then serves until it is ended.
"""

from __future__ import annotations

import json
import sys

from jupyter_server.serverapp import ServerApp

app = ServerApp(
    jpserver_extensions={"jupyter_mlops": True},
    allow_unauthenticated_access=False,
    reraise_server_extension_failures=True,
    root_dir=sys.argv[1],
    port=0,
    open_browser=False,
    allow_root=True,
)
app.initialize(argv=[], find_extensions=False)


def rules(router):
    for rule in getattr(router, "rules", []):
        yield rule
        yield from rules(rule.target)


routes = [
    rule.matcher.regex.pattern
    for rule in rules(app.web_app.default_router)
    if getattr(rule.target, "__module__", "").startswith("jupyter_mlops")
]
sys.stdout.write(json.dumps({"port": app.port, "routes": routes}) + "\n")
sys.stdout.flush()
app.start()
