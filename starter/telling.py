"""How answers reach a person: lines and tables on a terminal, plain text in a pipe, or one JSON document.

Knows rich and nothing of agreements. Text of strangers is printed as it stands: no markup in it means anything.
"""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from pydantic import BaseModel

    from starter.session import Session

PLAIN_WIDTH = 140
"""Columns where no terminal tells its own."""


def tell(session: "Session", document: "BaseModel | Sequence[BaseModel]", *lines: str) -> None:
    """The document with `--json`, else the lines."""
    if session.as_json:
        say_json(session.out, document)
    else:
        for line in lines:
            say(session.out, line)


_HIDDEN = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)), "\N{REPLACEMENT CHARACTER}")
"""Control characters, which a mail server's reply may hold and which would move a terminal's cursor."""


def say(out: TextIO, line: str = "") -> None:
    """One line, at once. Control characters of strangers are shown as such, never sent to the terminal."""
    print(line.translate(_HIDDEN), file=out, flush=True)


def counted(number: int, one: str, more: str) -> str:
    """`1 entry`, `3 entries`."""
    return f"{number} {one if number == 1 else more}"


def say_json(out: TextIO, document: "BaseModel | Sequence[BaseModel]") -> None:
    """One document: an object, or a list of objects."""
    if isinstance(document, Sequence):
        value = [each.model_dump(mode="json") for each in document]
        print(json.dumps(value, ensure_ascii=False, indent=2), file=out)
    else:
        print(document.model_dump_json(indent=2), file=out)


def table(out: TextIO, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table as wide as the terminal, or as `PLAIN_WIDTH`; long cells are folded, nothing is cut off."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    width = None if out.isatty() else PLAIN_WIDTH
    console = Console(file=out, width=width, markup=False, highlight=False, emoji=False)
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in heads:
        drawn.add_column(head, overflow="fold")
    for row in rows:
        drawn.add_row(*(cell.translate(_HIDDEN) for cell in row))
    with console.capture() as captured:
        console.print(drawn)
    for line in captured.get().splitlines():
        print(line.rstrip(), file=out, flush=True)
