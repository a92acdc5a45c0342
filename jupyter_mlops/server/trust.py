"""Which addresses may be contacted because a project's file names them.

A folder that was cloned brings its ``mlops.toml`` along, and MLflow sends the user's token to
whatever host stands there: looking at the folder must not be enough for that.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlsplit

from jupyter_mlops.errors import Invalid, Unavailable
from jupyter_mlops.settings import without_credentials

__all__ = ["check_trusted", "hosts"]

_VARIABLES = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")
_HOST_KEYS = {"host", "hostaddr", "odbc_connect", "service", "servicefile", "unix_socket"}


def check_trusted(uri: str, trusted_hosts: Iterable[str]) -> None:
    """Raise Unavailable where ``uri`` leads to a host that nobody but the project trusts.

    Trusted are this machine, the hosts of the environment's own addresses, and
    ``trusted_hosts``. Raises Invalid for an address that cannot be told apart for sure.
    """
    own = [value for name in _VARIABLES if (value := os.environ.get(name))]
    if uri in own:
        return
    trusted = {host.lower() for host in trusted_hosts}
    for value in own:
        with suppress(Invalid):
            trusted.update(hosts(value))
    for host in hosts(uri):
        if host not in trusted and not _is_here(host):
            raise Unavailable(
                f"this project wants to use {host}",
                hint="if you trust it, add the host to MlopsExtensionApp.trusted_hosts in "
                "jupyter_server_config.py, or set MLFLOW_TRACKING_URI",
            )


def hosts(uri: str) -> set[str]:
    """Return every host that some library may take ``uri`` to name."""
    try:
        return {host.lower() for host in _hosts(uri) if host}
    except ValueError:
        message = f"{without_credentials(uri)} is not an address"
        raise Invalid(message, hint="correct tracking_uri or registry_uri") from None


def _hosts(uri: str) -> Iterator[str]:
    if uri.startswith(("sqlite:", "sqlite+")) or "://" not in uri:
        return
    if re.search(r"[\\\s\x00-\x20\x7f]", uri):
        raise ValueError(uri)
    parts = urlsplit(uri)
    yield parts.hostname or ""
    _ = parts.port  # raises ValueError for one that is none
    # Passwords may hold what ends a host elsewhere: SQLAlchemy goes by the last @, others do not.
    for rest in uri.split("://", 1)[1].split("@")[1:]:
        place = re.match(r"\[([^\]]*)\]|[^/:?#]*", rest)
        if place is not None:
            yield from (place.group(1) or place.group()).split(",")
    for key, value in parse_qsl(parts.query):
        if key.lower() in _HOST_KEYS:
            yield value


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
