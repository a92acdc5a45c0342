"""What the command line's exit codes mean."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["ExitCode"]


class ExitCode(IntEnum):
    """How a command ended, for scripts and CI."""

    OK = 0
    FAILED = 1
    """A notebook or step failed."""
    INVALID = 2
    """Bad input; nothing was run."""
    REFUSED = 3
    """A gate refused a model."""
    UNAVAILABLE = 4
    """The run store does not answer."""
    TIMEOUT = 124
    INTERRUPTED = 130
