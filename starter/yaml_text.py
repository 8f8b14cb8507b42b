"""From the bytes of a form to plain values with their line numbers. Knows YAML; knows no field of any form.

A small, safe part of YAML: mappings, lists and scalars. Text stays text (`no`, `1:30` and `2027-01-01` are judged by
the field that takes them); only plain `null`, `~`, nothing, `true` and `false` mean what they say. Refused: anchors,
aliases, tags, merge keys, a key that stands twice, several documents, deep nesting, a large form.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

import yaml

from sla.errors import BadForm, BadInput, Fault
from starter.plain_files import open_plain

MOST_BYTES = 1_000_000
MOST_LEVELS = 30
MOST_PARTS = 100_000

Content: TypeAlias = "str | bool | list[Content] | dict[str, Content] | None"
Trail: TypeAlias = tuple[str | int, ...]
"""Where something stands: the names and list positions that lead to it."""

_MEANINGS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
Loader: TypeAlias = type[yaml.SafeLoader] | type[yaml.CSafeLoader]
FASTEST: Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""libyaml's, ten times as fast, where the wheel brings it; both are given the same small part of YAML."""
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Sheet:
    """What a form says: its values, and the line of each key and list item by its path."""

    source: str
    value: dict[str, Content]
    lines: dict[Trail, int] = field(default_factory=dict)

    def line(self, path: Trail) -> int:
        """The line of a path, or of the nearest thing around it that has one; 1 for the whole form."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_bytes(where: str | Path, most: int = MOST_BYTES, kind: str = "YAML") -> tuple[bytes, str]:
    """The bytes of a file, or of standard input for `-`, with the name to tell. Never reads far beyond the limit."""
    source = "standard input" if str(where) == "-" else str(where)
    try:
        if str(where) == "-":
            data = sys.stdin.buffer.read(most + 1)
        else:
            with open_plain(Path(where), f"the path of a {kind} file is expected") as file:
                data = file.read(most + 1)
    except FileNotFoundError:
        raise BadInput(source, "does not exist", f"the path of a {kind} file is expected") from None
    except IsADirectoryError:
        raise BadInput(source, "is a folder", f"the path of one {kind} file is expected") from None
    except (OSError, ValueError) as error:
        raise BadInput(source, f"cannot be read ({error})", "a file that you may read is expected") from None
    return data, source


def read_sheet(data: bytes, source: str, loader: Loader = FASTEST) -> Sheet:
    """The form's values. Raises BadForm with the line of what is wrong. Source: issue 2, bad input."""
    text = _text(data, source)
    reader = _Reader(source, yaml.parse(text, Loader=loader))
    try:
        return reader.sheet()
    except yaml.MarkedYAMLError as error:
        raise _fault(source, _grammar(error), _line(error.problem_mark)) from None
    except yaml.YAMLError:
        raise _fault(source, "is no YAML; lines such as `title: Managed printing` are expected", 1) from None


def _text(data: bytes, source: str) -> str:
    if len(data) > MOST_BYTES:
        raise BadInput(source, "is larger than 1 MB", f"at most {MOST_BYTES:,} bytes are taken")
    if data.startswith(_BOMS) or b"\x00" in data[:4]:
        raise BadInput(source, "begins with a byte order mark or is UTF-16", "save it as UTF-8 without a mark")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _fault(source, "is not UTF-8; save the form as UTF-8", line) from None
    if hidden := _NOT_TEXT.search(text):
        code, line = ord(hidden[0]), text.count("\n", 0, hidden.start()) + 1
        raise _fault(source, f"has the control character U+{code:04X}; plain visible text is expected", line)
    return text


def _grammar(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or "it cannot be read"
    return f"is no YAML ({problem}); check the indentation, the colons and the quotes near this line"


def _fault(source: str, wrong: str, line: int, where: str = "the form") -> BadForm:
    return BadForm(source, (Fault(where, wrong, line),))


class _Mark(Protocol):
    @property
    def line(self) -> int: ...


def _line(mark: _Mark | None) -> int:
    return mark.line + 1 if mark else 1


class _Reader:
    """Builds the values event by event, so that a bomb is refused before it is unfolded."""

    def __init__(self, source: str, events: Iterator[yaml.Event]) -> None:
        self._source, self._events, self._parts = source, events, 0
        self._lines: dict[Trail, int] = {}

    def sheet(self) -> Sheet:
        event = self._next()
        while isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
            event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            raise _fault(self._source, "is empty; lines such as `title: Managed printing` are expected", 1)
        if not isinstance(event, yaml.MappingStartEvent):
            raise self._wrong(event, (), "is not a mapping; lines such as `title: Managed printing` are expected")
        self._refuse_decorated(event, ())
        value = self._mapping(())
        self._refuse_more()
        return Sheet(self._source, value, self._lines)

    def _next(self) -> yaml.Event:
        event = next(self._events)
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise self._wrong(event, (), f"has more than {MOST_PARTS:,} parts; a shorter form is expected")
        return event

    def _wrong(self, event: yaml.Event, path: Trail, wrong: str) -> BadForm:
        return _fault(self._source, wrong, _line(event.start_mark), path_text(path) or "the form")

    def _refuse_more(self) -> None:
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                raise self._wrong(event, (), "has a second document after `---`; one form in a file is expected")

    def _node(self, event: yaml.Event, path: Trail) -> Content:
        if len(path) > MOST_LEVELS:
            raise self._wrong(event, path[:2], f"is nested deeper than {MOST_LEVELS} levels; a flat form is expected")
        self._refuse_decorated(event, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path)
        return self._scalar(event, path)

    def _scalar(self, event: yaml.Event, path: Trail) -> str | bool | None:
        assert isinstance(event, yaml.ScalarEvent)
        text: str = event.value
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise self._wrong(event, path, "has half a character (U+D800 to U+DFFF); visible text is expected")
        is_plain = not event.style
        return _MEANINGS[text] if is_plain and text in _MEANINGS else text

    def _list(self, path: Trail) -> list[Content]:
        items: list[Content] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            here = (*path, len(items))
            self._lines[here] = _line(event.start_mark)
            items.append(self._node(event, here))
        return items

    def _mapping(self, path: Trail) -> dict[str, Content]:
        values: dict[str, Content] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, path, values)
            self._lines[(*path, key)] = _line(event.start_mark)
            values[key] = self._node(self._next(), (*path, key))
        return values

    def _key(self, event: yaml.Event, path: Trail, seen: dict[str, Content]) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise self._wrong(event, path, "has a key that is no text; a name and a colon are expected")
        self._refuse_decorated(event, path)
        key: str = event.value
        if key == "<<" and not event.style:
            raise self._wrong(event, path, "has a merge key (<<); write the values out")
        if key in seen:
            first = self._lines[(*path, key)]
            raise self._wrong(event, (*path, key), f"stands twice, first on line {first}; each name once is expected")
        return key

    def _refuse_decorated(self, event: yaml.Event, path: Trail) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._wrong(event, path, "has an anchor or alias (& or *); write the value out, or quote the text")
        if getattr(event, "tag", None):
            raise self._wrong(event, path, "has a tag (!); write the bare value, or quote the text")


def path_text(path: Trail) -> str:
    """`customer.contacts[0].email`: a path as people write it. Long and unprintable names are shown quoted and cut."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        else:
            name = step if step.isprintable() and step and len(step) <= 60 else f"{step!r:.60}"
            parts.append(f".{name}" if parts else name)
    return "".join(parts)
