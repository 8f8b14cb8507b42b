"""What is wrong with a form, in plain words: each complaint of the models becomes a field, a line and a sentence.

Says what is wrong and what would be right; refuses to show type names of the program, or more than a line of input.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sla.errors import BadForm, Fault
from sla.fields import WrongField
from starter.shapes import TAG, Shape, child, shape_at, tags
from starter.telling import counted
from starter.yaml_text import Content, Sheet, Trail, path_text

MOST_FAULTS = 30
LONGEST_SENTENCE = 400
LIKENESS = 0.7
"""How like a word must be to one that is known before it is suggested, from 0 to 1 (`difflib`)."""


@dataclass(frozen=True)
class _Complaint:
    """One complaint, with everything that its sentence may need."""

    kind: str
    trail: Trail
    given: Content
    shape: Shape
    around: Shape
    """What may stand around the place: the mapping that holds it."""
    facts: Mapping[str, object]


def bad_form(model: type[BaseModel], sheet: Sheet, error: ValidationError) -> BadForm:
    """All faults of a form in the order of its lines; beyond 30 they are counted only."""
    details = [each for each in error.errors(include_url=False) if not _is_echo(each)]
    located = sorted(((_trail(each, sheet.value), each) for each in details), key=lambda pair: sheet.line(pair[0]))
    faults = tuple(_fault(model, sheet, trail, each) for trail, each in located[:MOST_FAULTS])
    return BadForm(sheet.source, faults, more=max(0, len(details) - MOST_FAULTS))


def with_lines(error: BadForm, sheet: Sheet) -> BadForm:
    """The same faults, found by who knows no lines, each with the line of its field; in the order of the lines."""
    faults = (replace(fault, line=sheet.line(tuple(fault.field.split(".")))) for fault in error.faults)
    return BadForm(sheet.source, tuple(sorted(faults, key=lambda fault: fault.line)), more=error.more)


def _is_echo(detail: ErrorDetails) -> bool:
    """A list is not too short when its items were refused for themselves."""
    if detail["type"] != "too_short":
        return False
    given: object = detail["input"]
    return isinstance(given, list) and len(given) >= detail.get("ctx", {}).get("min_length", 0)


def _trail(detail: ErrorDetails, content: Content) -> Trail:
    """The place in the form: the model's own path without tags of forms, with the field that a check names."""
    trail: list[str | int] = []
    here, tag_is_due = content, True
    for step in detail["loc"]:
        if step == "[key]" or (tag_is_due and _is_tag(here, step, trail)):
            tag_is_due = False
            continue
        trail.append(step)
        here, tag_is_due = child(here, step), True
    if detail["type"].startswith("union_tag"):
        trail.append(TAG)
    cause = detail.get("ctx", {}).get("error")
    return (*trail, *(cause.field if isinstance(cause, WrongField) else ()))


def _is_tag(here: Content, step: str | int, trail: list[str | int]) -> bool:
    in_targets = len(trail) >= 2 and trail[-2] == "targets"
    return in_targets and isinstance(here, dict) and here.get(TAG) == step


def _fault(model: type[BaseModel], sheet: Sheet, trail: Trail, detail: ErrorDetails) -> Fault:
    given: Content = sheet.value
    for step in trail:
        given = child(given, step)
    is_key = "[key]" in detail["loc"]
    complaint = _Complaint(
        kind=detail["type"],
        trail=trail,
        given=str(trail[-1]) if is_key else given,
        shape=shape_at(model, trail[:-1], sheet.value).key if is_key else shape_at(model, trail, sheet.value),
        around=shape_at(model, trail[:-1], sheet.value),
        facts=detail.get("ctx", {}),
    )
    sentence = _SENTENCES.get(complaint.kind, _unexpected)(complaint)
    if len(sentence) > LONGEST_SENTENCE:
        sentence = sentence[: LONGEST_SENTENCE - 1] + "…"
    return Fault(path_text(trail) or "the form", sentence, sheet.line(trail))


def _missing(complaint: _Complaint) -> str:
    return f"is missing; {complaint.shape.expectation}"


def _unknown(complaint: _Complaint) -> str:
    known = complaint.around.names
    close = difflib.get_close_matches(str(complaint.trail[-1]).lower(), known, n=1, cutoff=LIKENESS)
    if close:
        return f"is unknown; did you mean {close[0]}?"
    return f"is unknown; {', '.join(known)} are known here"


def _own_words(complaint: _Complaint) -> str:
    """The sentence that the field itself wrote; of one about text that met none, only the right half."""
    wrong = str(complaint.facts.get("error", "does not hold"))
    _, _, right = wrong.partition("; ")
    about_text = not isinstance(complaint.facts.get("error"), WrongField) and not complaint.shape.is_container
    return f"{_shown(complaint.given)}; {right}" if about_text and not isinstance(complaint.given, str) else wrong


def _not_in_set(complaint: _Complaint) -> str:
    members = complaint.shape.members or tags(complaint.around)
    listed = ", ".join(members) or str(complaint.facts.get("expected", "a known one"))
    if complaint.given is None:
        return f"is missing; one of {listed} is expected"
    close = difflib.get_close_matches(str(complaint.given).lower(), members, n=1, cutoff=LIKENESS)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"{_shown(complaint.given)}{hint}; one of {listed} is expected"


def _unexpected(complaint: _Complaint) -> str:
    return f"{_shown(complaint.given)}; {complaint.shape.expectation}"


def _too_short(complaint: _Complaint) -> str:
    return f"has {_count(complaint)}; at least {complaint.facts.get('min_length')} expected"


def _too_long(complaint: _Complaint) -> str:
    return f"has {_count(complaint)}; at most {complaint.facts.get('max_length')} are taken"


def _count(complaint: _Complaint) -> str:
    number = len(complaint.given) if isinstance(complaint.given, list | dict | str) else 0
    is_text = isinstance(complaint.given, str)
    return counted(number, "character", "characters") if is_text else counted(number, "entry", "entries")


def _bound(word: str, key: str) -> Callable[[_Complaint], str]:
    def sentence(complaint: _Complaint) -> str:
        return f"{_shown(complaint.given)[3:]} is out of range; {word} {complaint.facts.get(key)} is expected"

    return sentence


def _shown(given: Content) -> str:
    """`is 'x'`, `is a list`, `is empty`: what stands there, never more than a line of it."""
    if given is None:
        return "is empty"
    if isinstance(given, bool):
        return f"is {str(given).lower()}"
    if isinstance(given, list | dict):
        return "is a list" if isinstance(given, list) else "is a mapping"
    return f"is {given!r}" if len(given) <= 40 else f"is {given[:40]!r}…"


_SENTENCES: dict[str, Callable[[_Complaint], str]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "value_error": _own_words,
    "enum": _not_in_set,
    "literal_error": _not_in_set,
    "union_tag_invalid": _not_in_set,
    "union_tag_not_found": _not_in_set,
    "too_short": _too_short,
    "too_long": _too_long,
    "string_too_long": _too_long,
    "greater_than_equal": _bound("at least", "ge"),
    "greater_than": _bound("more than", "gt"),
    "less_than_equal": _bound("at most", "le"),
    "less_than": _bound("less than", "lt"),
}
