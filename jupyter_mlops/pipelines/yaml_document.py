"""YAML as plain values that know where they stand.

A subset that means one thing to everybody: no tags, no merge keys, no repeated keys, and none of
the words that YAML 1.1 and 1.2 read differently. Limits on size, depth and aliases keep a hostile
file from taking the machine's time or memory.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.reader import Reader

from jupyter_mlops.errors import Invalid

__all__ = ["SIZE_LIMIT", "KeyPath", "Position", "YamlDocument", "parse_yaml"]

SIZE_LIMIT = 1024 * 1024
"""The bytes that a document may have; `parse_yaml` counts characters."""

DEPTH_LIMIT = 50
VALUES_LIMIT = 100_000
"""The values that a document may have once its aliases stand for what they mean."""

KeyPath = tuple[str | int, ...]
"""Keys and indices that lead to a value."""

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

NULL = re.compile(r"~|null|Null|NULL|")
BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)")
NAN = re.compile(r"\.(nan|NaN|NAN)")
WORDS = re.compile(r"yes|no|on|off", re.IGNORECASE)
AMBIGUOUS = re.compile(
    rf"{WORDS.pattern}"
    r"|[-+]?0[0-9_]+"  # octal in YAML 1.1 only
    r"|0[box][0-9a-f_]+"
    r"|[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9_]*)?"  # to the base of 60
    r"|[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """A mapping read from ``file``, and where its keys and values stand."""

    file: str
    value: Mapping[str, Any]
    keys: Mapping[KeyPath, Position]
    values: Mapping[KeyPath, Position]

    def position(self, path: KeyPath, *, key: bool = False) -> Position:
        """Return where a value stands, or its ``key``; else what it lies in."""
        if key and path in self.keys:
            return self.keys[path]
        while path not in self.values:
            path = path[:-1]
        return self.values[path]

    def invalid(self, path: KeyPath, message: str, *, hint: str = "", key: bool = False) -> Invalid:
        """Make an error that points at a value, or at its ``key``, in one line."""
        return _invalid(self.file, self.position(path, key=key), message, hint)


def parse_yaml(text: str, *, file: str) -> YamlDocument:
    """Parse a document whose top is a mapping; raises Invalid with line and column."""
    if len(text) > SIZE_LIMIT:
        raise Invalid(f"the file is larger than {SIZE_LIMIT:,} characters", file=file)
    unprintable = Reader.NON_PRINTABLE.search(text)
    if unprintable:
        before = text[: unprintable.start()]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"the character {unprintable[0]!a} may not stand in YAML"
        raise Invalid(message, hint="remove it", file=file, line=line, column=column)
    builder = _Builder(file, yaml.parse(text, Loader=Loader))
    try:
        value = builder.document()
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text, file) from error
    if not isinstance(value, dict):
        kind = "nothing" if value is None else f"a {type(value).__name__}"
        hint = "begin it like `name: my-pipeline`"
        raise Invalid(f"the file holds {kind} where keys are expected", hint=hint, file=file)
    return YamlDocument(file, value, builder.keys, builder.values)


@dataclass(slots=True)
class _Builder:
    """Builds values from the parser's events, one by one, so that limits hold from the start.

    An alias shares the value of its anchor; only its own place is noted, not those inside it.
    """

    file: str
    events: Iterator[Any]
    keys: dict[KeyPath, Position] = field(default_factory=dict)
    values: dict[KeyPath, Position] = field(default_factory=dict)
    anchors: dict[str, tuple[object, int] | None] = field(default_factory=dict)
    count: int = 0

    def document(self) -> object:
        """Build the only document of the stream."""
        next(self.events)
        if not isinstance(next(self.events), yaml.DocumentStartEvent):
            return None
        value = self._value(next(self.events), ())
        next(self.events)
        extra = next(self.events)
        if isinstance(extra, yaml.DocumentStartEvent):
            raise self._refuse(extra, "the file holds a second document", "remove this `---`")
        return value

    def _value(self, event: Any, path: KeyPath) -> object:  # noqa: ANN401 - PyYAML's events
        self.values[path] = _position(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag is not None:
            hint = "write the plain value, quoted if it is text"
            raise self._refuse(event, f"the tag {event.tag!r} is not supported", hint)
        before = self.count
        self._add(event, 1)
        if event.anchor:
            self.anchors[event.anchor] = None
        value = self._plain(event, path)
        if event.anchor:
            self.anchors[event.anchor] = value, self.count - before
        return value

    def _plain(self, event: Any, path: KeyPath) -> object:  # noqa: ANN401
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if len(path) >= DEPTH_LIMIT:
            raise self._refuse(event, f"this is nested more than {DEPTH_LIMIT} deep", "")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._mapping(path)

    def _sequence(self, path: KeyPath) -> list[object]:
        items: list[object] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: KeyPath) -> dict[str, object]:
        members: dict[str, object] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._key(event)
            if key in members:
                first = self.keys[*path, key]
                message = f"the key {key!r} is here for the second time"
                hint = f"the first is at line {first.line}, column {first.column}"
                raise self._refuse(event, message, hint)
            self.keys[*path, key] = _position(event)
            members[key] = self._value(next(self.events), (*path, key))
        return members

    def _key(self, event: Any) -> str:  # noqa: ANN401
        if not isinstance(event, yaml.ScalarEvent) or event.tag is not None:
            raise self._refuse(event, "a key must be plain text", "")
        if event.implicit[0] and event.value == "<<":
            raise self._refuse(event, "merge keys (<<) are not supported", "write the keys out")
        key = self._scalar(event)
        if not isinstance(key, str):
            message = f"the key {event.value} is read as {type(key).__name__}, not as text"
            raise self._refuse(event, message, f'write "{event.value}"')
        return key

    def _alias(self, event: Any) -> object:  # noqa: ANN401
        known = self.anchors.get(event.anchor)
        if known is None:
            inside = event.anchor in self.anchors
            message = f"*{event.anchor} " + ("stands inside of itself" if inside else "is unknown")
            raise self._refuse(event, message, f"there must be an &{event.anchor} before it")
        value, count = known
        self._add(event, count)
        return value

    def _add(self, event: Any, count: int) -> None:  # noqa: ANN401
        self.count += count
        if self.count > VALUES_LIMIT:
            message = f"the file holds more than {VALUES_LIMIT:,} values, its aliases written out"
            raise self._refuse(event, message, "")

    def _scalar(self, event: Any) -> object:  # noqa: ANN401
        text: str = event.value
        if not event.implicit[0]:  # quoted, or a block of text
            return text
        if AMBIGUOUS.fullmatch(text):
            meant = "true or false" if WORDS.fullmatch(text) else "a plain decimal number"
            message = f"{text} means one thing in YAML 1.1 and another in 1.2"
            raise self._refuse(event, message, f'write "{text}" for the text, or {meant}')
        try:
            return _resolve(text)
        except ValueError as error:
            raise self._refuse(event, "this number has too many digits", "quote it") from error

    def _refuse(self, event: Any, message: str, hint: str) -> Invalid:  # noqa: ANN401
        return _invalid(self.file, _position(event), message, hint)


def _resolve(text: str) -> object:
    """Read a plain scalar by the core schema of YAML 1.2, where 1e-3 is a number."""
    if NULL.fullmatch(text):
        return None
    if BOOL.fullmatch(text):
        return text.lower() == "true"
    if INT.fullmatch(text):
        return int(text)
    if FLOAT.fullmatch(text):
        return float(text)
    if INFINITE.fullmatch(text):
        return -math.inf if text.startswith("-") else math.inf
    return math.nan if NAN.fullmatch(text) else text


def _position(event: Any) -> Position:  # noqa: ANN401
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)


def _invalid(file: str, at: Position, message: str, hint: str) -> Invalid:
    """Make an error of one line, whatever the file's own text brings into it."""
    return Invalid(
        _one_line(message), hint=_one_line(hint), file=file, line=at.line, column=at.column
    )


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _syntax_error(error: yaml.MarkedYAMLError, text: str, file: str) -> Invalid:
    mark = error.problem_mark or error.context_mark
    message = f"the file is not valid YAML: {error.problem or error.context}"
    if mark is None:
        return Invalid(message, file=file)
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    hint = ""
    if "${{" in line:
        hint = 'quote an expression inside of [ ] or { }: "${{ ... }}"'
    elif line[mark.column : mark.column + 1] == "\t":
        hint = "indent with spaces, not with tabs"
    elif "mapping values" in message:
        hint = "quote text that holds a colon, or check the indentation"
    elif line[mark.column : mark.column + 1] in {"@", "`", "%", "*", "&", "!"}:
        hint = "quote text that begins with this character"
    return Invalid(message, hint=hint, file=file, line=mark.line + 1, column=mark.column + 1)
