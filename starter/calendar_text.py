"""A service calendar's YAML with closures added: every line that somebody wrote stays as it is, comments included.

Knows where a list ends in the text, and the names of what is added, which stand as comments beside it. Whether a
closure belongs into the calendar is decided by `sla/closures.py`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import yaml

from sla.closures import ClosedDay, ClosedTime, ClosedYearly, Merged
from sla.errors import BadForm, BadInput
from sla.service_calendar import DayHours, ServiceCalendar
from starter.forms import parse

_INDENT = "  "


class _Entry(NamedTuple):
    """One row as flow YAML, and what is said of it."""

    text: str
    comment: str

    def line(self, *, is_flow: bool, is_last: bool) -> str:
        """The row as a line of its own."""
        comma = "," if is_flow and not is_last else ""
        return f"{'' if is_flow else '- '}{self.text}{comma}" + (f"  # {self.comment}" if self.comment else "")


class _Edit(NamedTuple):
    """Text that goes in at a place."""

    at: int
    text: str


def with_closures(text: str, merged: Merged) -> str:
    """The text of the calendar's file with what is new in `merged`; it reads as exactly `merged.calendar`.

    A form that is not laid out line by line (`{zone: UTC, ...}`) is written anew: its comments go, and the names stand
    above it.
    """
    lists = _lists(merged)
    if not any(rows for _, rows in lists):
        return text
    head = _head(merged)
    edited = _edited(text, merged, lists, head)
    if edited is not None and _reads_as(edited, merged.calendar):
        return edited
    names = [f"# {row.text}: {row.comment}" for _, rows in lists for row in rows]
    return "".join(f"{line}\n" for line in (*head, *names)) + _anew(merged.calendar)


def _lists(merged: Merged) -> list[tuple[str, list[_Entry]]]:
    return [
        ("closed", [_day(each) for each in merged.days]),
        ("closed_every_year", [_year_day(each) for each in merged.yearly]),
        ("other_hours", [_hours(each) for each in merged.hours]),
        ("closed_between", [_time(each) for each in merged.times]),
    ]


def _day(each: ClosedDay) -> _Entry:
    return _Entry(f"{each.day}", each.name)


def _year_day(each: ClosedYearly) -> _Entry:
    return _Entry(each.day, each.name)


def _hours(each: DayHours) -> _Entry:
    opens, closes = each.words.split(" to ")
    return _Entry(f"{{day: {each.day}, opens: {opens}, closes: {closes}}}", "make-up work day")


def _time(each: ClosedTime) -> _Entry:
    return _Entry(f"{{start: {each.start:%Y-%m-%dT%H:%M}, end: {each.end:%Y-%m-%dT%H:%M}}}", each.name)


def _head(merged: Merged) -> list[str]:
    """Where it comes from and what is not sure of it, for whoever reads the file."""
    told = [f"# Contradiction: {each}." for each in merged.contradictions]
    told += [f"# Note: {each}." for each in merged.remarks]
    return [f"# Added: {merged.source}.", *told]


def _edited(text: str, merged: Merged, lists: list[tuple[str, list[_Entry]]], head: list[str]) -> str | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return None
    edits: list[_Edit] = []
    tail = ""
    for name, rows in lists:
        if not rows:
            continue
        said, head = head, head[:1]
        node = _child(root, name)
        if isinstance(node, yaml.SequenceNode):
            edits += _inserted(text, node, _missing(merged, name, node, rows), said)
        else:
            lines = [f"{name}:", *(f"{_INDENT}{line}" for line in said), *_block(rows, _INDENT)]
            tail += "\n" + "\n".join(lines) + "\n"
        if name == "closed_every_year":
            for row in _later_lists(root):
                edits += _inserted(text, row, _missing(merged, name, row, rows), said[:1])
    if tail and not text.endswith("\n"):
        tail = "\n" + tail
    return _applied(text, edits) + tail


def _missing(merged: Merged, name: str, node: yaml.SequenceNode, rows: list[_Entry]) -> list[_Entry]:
    """Days of every year may stand in one list and not in another."""
    known = {child.value for child in node.value if isinstance(child, yaml.ScalarNode)}
    return [row for row in rows if name != "closed_every_year" or row.text not in known]


def _child(node: yaml.MappingNode, name: str) -> yaml.Node | None:
    pairs: list[tuple[yaml.Node, yaml.Node]] = node.value
    return next((value for key, value in pairs if isinstance(key, yaml.ScalarNode) and key.value == name), None)


def _later_lists(root: yaml.MappingNode) -> list[yaml.SequenceNode]:
    rows = _child(root, "later")
    if not isinstance(rows, yaml.SequenceNode):
        return []
    found = [_child(row, "closed_every_year") for row in rows.value if isinstance(row, yaml.MappingNode)]
    return [node for node in found if isinstance(node, yaml.SequenceNode)]


def _inserted(text: str, node: yaml.SequenceNode, rows: list[_Entry], head: Sequence[str]) -> list[_Edit]:
    if not rows:
        return []
    if not node.flow_style:
        indent = " " * node.start_mark.column
        at = _line_end(text, _last(node))
        lines = [*(f"{indent}{line}" for line in head), *_block(rows, indent)]
        return [_Edit(at, "\n" + "\n".join(lines))]
    begin = text.rfind("\n", 0, node.start_mark.index) + 1
    line = text[begin : node.start_mark.index]
    indent = " " * (len(line) - len(line.lstrip(" "))) + _INDENT
    lines = [*head, *(row.line(is_flow=True, is_last=row is rows[-1]) for row in rows)]
    at = _last(node) if node.value else node.start_mark.index + 1
    return [_Edit(at, ("," if node.value else "") + "".join(f"\n{indent}{line}" for line in lines) + f"\n{indent}")]


def _block(rows: list[_Entry], indent: str) -> list[str]:
    return [indent + row.line(is_flow=False, is_last=False) for row in rows]


def _last(node: yaml.Node) -> int:
    """Where the last written thing of a list ends; a list by lines itself ends only where the next thing begins."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _last(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and node.value:
        return _item_end(node.value[-1])
    return node.end_mark.index


def _item_end(node: yaml.Node) -> int:
    is_lines = isinstance(node, yaml.CollectionNode) and not node.flow_style
    return _last(node) if is_lines else node.end_mark.index


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _applied(text: str, edits: list[_Edit]) -> str:
    for edit in sorted(edits, key=lambda each: each.at, reverse=True):
        text = text[: edit.at] + edit.text + text[edit.at :]
    return text


def _reads_as(text: str, calendar: ServiceCalendar) -> bool:
    try:
        return parse(ServiceCalendar, text.encode("utf-8"), "calendar") == calendar
    except (BadForm, BadInput):
        return False


def _anew(calendar: ServiceCalendar) -> str:
    document = calendar.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)
