"""Every error that jupyter-mlops raises on purpose.

    MlopsError              catch this one to catch them all
    ├── NotFound            a run, notebook, step, model or file that is not there
    ├── Invalid             input that cannot be accepted; knows file, line and column
    ├── Conflict            somebody else changed it first
    ├── Unavailable         a store or server that does not answer
    └── MissingExtra        an optional package that is not installed

The message says what happened; ``hint`` says what to do next.
Each doorway translates once: an endpoint into a status, the command line into an exit code,
the kernel into a short message without traceback.
An expected bad outcome is no error but a value: a failed notebook is a ``StepOutcome``,
a refused model a ``Verdict``, bad data a ``Report``.
"""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb

__all__ = ["Conflict", "Invalid", "MissingExtra", "MlopsError", "NotFound", "Unavailable"]

_PACKAGE = str(Path(__file__).parent)


class MlopsError(Exception):
    """What happened, and in ``hint`` what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return the message and its hint on one line."""
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def _render_traceback_(self) -> list[str]:
        """Show in a notebook what happened and the user's line, without frames of ours.

        IPython asks an exception for a method of this name.
        """
        lines = [f"{type(self).__name__}: {self}"]
        frames = [f for f in extract_tb(self.__traceback__) if not f.filename.startswith(_PACKAGE)]
        if frames and frames[-1].line:
            lines.append(f"  in line {frames[-1].lineno}: {frames[-1].line}")
        return lines


class NotFound(MlopsError):
    """Something that was asked for by name is not there."""


class Invalid(MlopsError):
    """Input that cannot be accepted, with the place where it stands.

    Lines and columns count from 1; 0 means that there is none to name.
    """

    def __init__(
        self, message: str, *, hint: str = "", file: str = "", line: int = 0, column: int = 0
    ) -> None:
        super().__init__(message, hint=hint)
        self.file = file
        self.line = line
        self.column = column

    @property
    def place(self) -> str:
        """``file:line:column``, as far as it is known."""
        parts = [self.file] if self.file else []
        if self.file and self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)

    def __str__(self) -> str:
        """Return ``place: message (hint)``."""
        text = super().__str__()
        return f"{self.place}: {text}" if self.place else text


class Conflict(MlopsError):
    """The thing was changed by somebody else in the meantime."""


class Unavailable(MlopsError):
    """A store or server does not answer."""


class MissingExtra(MlopsError):
    """An optional package is needed for what was asked."""

    def __init__(self, package: str, *, extra: str) -> None:
        super().__init__(
            f"{package} is not installed", hint=f"pip install 'jupyter-mlops[{extra}]'"
        )
        self.package = package
        self.extra = extra

    def __reduce__(self) -> tuple[object, ...]:
        """Make it anew from its parts: by itself an exception is made from its message."""
        return _missing_extra, (self.package, self.extra)


def _missing_extra(package: str, extra: str) -> MissingExtra:
    return MissingExtra(package, extra=extra)
