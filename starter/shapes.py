"""What a form may say at a place: the names, lists and closed sets of the models, for suggestions and expectations.

Reads the models' annotations only. Refuses to judge values; that is the models' own work.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from sla.calendars import Weekdays
from sla.fields import Day, Email, Instant, Percent, Slug, Span, Zone
from sla.money import Currency
from sla.service_calendar import LocalTime, YearDay
from starter.yaml_text import Content, Trail

TAG = "form"
"""The name that says which of several models a mapping is (`sla/targets.py`)."""

_EXAMPLES: tuple[tuple[object, str], ...] = (
    (Email, "an address such as ana@northwind.example"),
    (Zone, "an IANA zone such as Europe/Berlin"),
    (Slug, "a key in small letters such as managed-printing"),
    (Percent, "a percentage such as 99.5"),
    (Span, "a length of time such as 4h"),
    (Day, "a date such as 2027-02-28"),
    (Currency, "an ISO 4217 code such as EUR"),
    (Weekdays, "weekdays such as mon-fri"),
    (YearDay, "a day of every year such as 12-25"),
    (Instant, "an instant such as 2027-02-28T09:00:00+01:00"),
    (LocalTime, "a local time such as 2027-03-05T12:00"),
)
_WORDS: dict[object, str] = {
    str: "text",
    bool: "yes or no (or true or false)",
    int: "a whole number such as 12",
    Decimal: "a number such as 99.5",
    date: "a date such as 2027-02-28",
    time: "a time of day such as 09:00",
    timedelta: "a length of time such as 4h",
}


@dataclass(frozen=True)
class Shape:
    """What may stand at a place: a type, and the checks that its alias adds."""

    kind: object
    checks: tuple[object, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The fields of a mapping; none for anything else."""
        if isinstance(self.kind, type) and issubclass(self.kind, BaseModel):
            return tuple(self.kind.model_fields)
        return ()

    @property
    def members(self) -> tuple[str, ...]:
        """The closed set of values; none for anything open."""
        if isinstance(self.kind, type) and issubclass(self.kind, StrEnum):
            return tuple(member.value for member in self.kind)
        if get_origin(self.kind) is Literal:
            return tuple(str(member) for member in get_args(self.kind))
        return ()

    @property
    def is_container(self) -> bool:
        """Whether a mapping or a list stands here."""
        return bool(self.names) or get_origin(self.kind) in {tuple, dict, Union, UnionType}

    @property
    def key(self) -> "Shape":
        """What may be a name in an open mapping."""
        return _bare(get_args(self.kind)[0]) if get_origin(self.kind) is dict else Shape(str)

    @property
    def expectation(self) -> str:
        """What would be right, as a sentence part: `a date such as 2027-02-28 is expected`."""
        return f"{self._example()} is expected"

    def _example(self) -> str:
        for alias, example in _EXAMPLES:
            if set(map(id, get_args(alias)[1:])) <= set(map(id, self.checks)):
                return example
        if self.members:
            return f"one of {', '.join(self.members)}"
        if self.names:
            return f"a mapping with {', '.join(self.names[:12])}"
        if get_origin(self.kind) is tuple:
            return "a list (lines that begin with `- `)"
        if get_origin(self.kind) in {dict, Union, UnionType}:
            return "a mapping (lines such as `name: value`)"
        return _WORDS.get(self.kind, "a value")


def shape_at(model: type[BaseModel], trail: Trail, content: Content) -> Shape:
    """What may stand at the end of a trail; a shape that expects `a value` where nothing is known."""
    shape = Shape(model)
    for step in trail:
        shape = _chosen(shape, content)
        shape = _inside(shape, step)
        content = child(content, step)
    return _chosen(shape, content)


def child(content: Content, step: str | int) -> Content:
    """What stands one step further in; None where there is nothing."""
    if isinstance(content, dict) and isinstance(step, str):
        return content.get(step)
    if isinstance(content, list) and isinstance(step, int) and step < len(content):
        return content[step]
    return None


def _chosen(shape: Shape, content: Content) -> Shape:
    """The one model of several that the mapping's tag names."""
    if get_origin(shape.kind) not in {Union, UnionType} or not isinstance(content, dict):
        return shape
    return next((Shape(each) for each in get_args(shape.kind) if _tag(each) == content.get(TAG)), shape)


def _tag(model: type[BaseModel]) -> object:
    return model.model_fields[TAG].default


def tags(shape: Shape) -> tuple[str, ...]:
    """The tags of a shape that is one of several models; none for anything else."""
    if get_origin(shape.kind) not in {Union, UnionType}:
        return ()
    return tuple(str(_tag(each)) for each in get_args(shape.kind))


def _inside(shape: Shape, step: str | int) -> Shape:
    if isinstance(shape.kind, type) and issubclass(shape.kind, BaseModel):
        fields: Mapping[str, object] = shape.kind.model_fields
        info = shape.kind.model_fields[str(step)] if step in fields else None
        return _bare(info.annotation, tuple(info.metadata)) if info else Shape(object)
    arguments = get_args(shape.kind)
    if get_origin(shape.kind) is tuple:
        return _bare(arguments[0])
    if get_origin(shape.kind) is dict:
        return _bare(arguments[1])
    return Shape(object)


def _bare(annotation: object, checks: tuple[object, ...] = ()) -> Shape:
    """Without `Annotated` and without `None`."""
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _bare(inner, (*checks, *more))
    if get_origin(annotation) in {Union, UnionType}:
        others = [each for each in get_args(annotation) if each is not NoneType]
        if len(others) == 1:
            return _bare(others[0], checks)
    return Shape(annotation, checks)
