"""The server extension: our endpoints, our event, and the process that reads for them."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from jupyter_server.extension.application import ExtensionApp
from traitlets import List, Unicode

from jupyter_mlops.server import live
from jupyter_mlops.server.endpoint import WORKER
from jupyter_mlops.server.routes import ROUTES
from jupyter_mlops.server.worker import Worker
from jupyter_mlops.settings import ROOT_VARIABLE

if TYPE_CHECKING:
    from jupyter_events import EventLogger
    from jupyter_server.serverapp import ServerApp

__all__ = ["MlopsExtensionApp"]


class MlopsExtensionApp(ExtensionApp):
    """Puts the project's runs, pipelines and models within the browser's reach."""

    name = "jupyter_mlops"

    trusted_hosts = List(
        Unicode(),
        config=True,
        help="""Hosts of tracking servers, registries and databases that may be contacted because
        a project's mlops.toml names them. This machine and the hosts of MLFLOW_TRACKING_URI and
        MLFLOW_REGISTRY_URI always are.""",
    )

    def initialize_settings(self) -> None:
        """Make our event known and the worker ready; it starts with the first request."""
        server = cast("ServerApp", self.serverapp)
        root = Path(getattr(server.contents_manager, "root_dir", server.root_dir)).resolve()
        # Kernels inherit it: one project for all that lies in no project of its own.
        os.environ[ROOT_VARIABLE] = os.environ.get(ROOT_VARIABLE) or str(root)
        bus = cast("EventLogger", server.event_logger)
        live.register(bus)
        notice = partial(live.emit, bus)
        self.settings[WORKER] = Worker(root, notice, trusted_hosts=self.trusted_hosts, log=self.log)

    def initialize_handlers(self) -> None:
        """Add our addresses."""
        self.handlers.extend(ROUTES)

    async def stop_extension(self) -> None:
        """End the worker with the server."""
        await self.settings[WORKER].stop()
