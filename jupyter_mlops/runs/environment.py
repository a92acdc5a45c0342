"""What a run was made with: who, which commit, which Python, which packages."""

from __future__ import annotations

import functools
import getpass
import hashlib
import os
import platform
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from jupyter_mlops.settings import without_credentials

__all__ = ["GitState", "describe_environment", "git_state", "git_tags", "user_name"]

_GIT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class GitState:
    """Where a working tree stands. ``branch`` is empty on a detached head."""

    commit: str
    branch: str
    repository: str
    dirty: bool


def project_tags(root: Path) -> dict[str, str]:
    """Return the tag that tells a project's runs from those of others in the same store."""
    digest = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()
    return {"mlops.project": digest[:16]}


def git_state(folder: Path) -> GitState | None:
    """Ask git about the working tree around ``folder``; None where there is no git or no commit."""
    status = _git(folder, "status", "--porcelain=v2", "--branch", "--untracked-files=no")
    if status is None:
        return None
    head = dict(re.findall(r"^# branch\.(oid|head) (.+)$", status, flags=re.MULTILINE))
    if not re.fullmatch(r"[0-9a-f]{40,64}", head.get("oid", "")):
        return None
    branch = head.get("head", "")
    return GitState(
        commit=head["oid"],
        branch="" if branch == "(detached)" else branch,
        repository=without_credentials(_git(folder, "remote", "get-url", "origin") or ""),
        dirty=any(line and not line.startswith("#") for line in status.splitlines()),
    )


def git_tags(state: GitState | None) -> dict[str, str]:
    """Return MLflow's tags for where the working tree stands."""
    if state is None:
        return {}
    tags = {
        "mlflow.source.git.commit": state.commit,
        "mlflow.source.git.branch": state.branch,
        "mlflow.source.git.repoURL": state.repository,
        "mlflow.source.git.dirty": str(state.dirty).lower(),
    }
    return {name: value for name, value in tags.items() if value}


def user_name() -> str:
    """Return who works here: on a hub its user, else the account."""
    if hub_user := os.environ.get("JUPYTERHUB_USER"):
        return hub_user
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # an account without a name, as in some containers
        return ""


def describe_environment() -> str:
    """Return the installed distributions as a requirements file, headed by Python and platform.

    What is installed is looked for again when one of the folders that hold packages has changed.
    """
    return _requirements(tuple((folder, _modified(folder)) for folder in sys.path))


@functools.lru_cache(maxsize=1)
def _requirements(folders: tuple[tuple[str, int], ...]) -> str:
    del folders  # it only says when to look again: looking costs a tenth of a second
    packages: dict[str, str] = {}
    for distribution in distributions():
        # An installation that was broken off has no name, or no metadata at all.
        with suppress(OSError, KeyError):
            if name := distribution.metadata["Name"]:
                packages.setdefault(name, distribution.version)  # Python takes the first of two
    lines = [f"# Python {platform.python_version()} on {platform.platform()}"]
    lines += [f"{name}=={packages[name]}" for name in sorted(packages, key=str.lower)]
    return "\n".join(lines) + "\n"


def _modified(folder: str) -> int:
    try:
        return Path(folder).stat().st_mtime_ns
    except OSError:
        return 0


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's git
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt of the kernel is not meant for it
            # Reading must not take the index lock away from the user's own git.
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
