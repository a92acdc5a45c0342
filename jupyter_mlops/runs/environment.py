"""What a run was made with: who, which commit, which Python, which packages."""

from __future__ import annotations

import getpass
import os
import platform
import re
import subprocess
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

__all__ = ["GitState", "describe_environment", "git_state", "git_tags", "user_name"]

_GIT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class GitState:
    """Where a working tree stands. ``branch`` is empty on a detached head."""

    commit: str
    branch: str
    repository: str
    dirty: bool


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
        repository=_without_credentials(_git(folder, "remote", "get-url", "origin") or ""),
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
    except (KeyError, OSError):  # an account without a name, as in some containers
        return ""


def describe_environment() -> str:
    """Return the installed distributions as a requirements file, headed by Python and platform."""
    packages = {dist.metadata["Name"]: dist.version for dist in distributions()}
    lines = [f"# Python {platform.python_version()} on {platform.platform()}"]
    lines += [f"{name}=={packages[name]}" for name in sorted(packages, key=str.lower) if name]
    return "\n".join(lines) + "\n"


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's git
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            check=False,
            # Reading must not take the index lock away from the user's own git.
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _without_credentials(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//", url)
