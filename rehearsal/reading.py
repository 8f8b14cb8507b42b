"""From a scenario file to what is played, or one line for each fault with what would be right; nothing is begun.

Knows the fields of a scenario, and looks at every step with the people, the terms and the dates of the agreement that
is to be rehearsed. Source: SEE-2.
"""

import difflib
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, cast

from pydantic import BaseModel, Field, ValidationError

from rehearsal.cast import DAYS, MOMENTS, NEEDS, changed
from rehearsal.moments import When, parsed, span_ahead, typed_instant
from rehearsal.order import Placed, disorder
from rehearsal.outline import Outline
from rehearsal.scenario import EVERYBODY, Manner, Scenario, Step
from sla.commands import COMMANDS
from sla.errors import BadForm, BadInput, Fault, SlaError
from sla.fields import Line, Name, Prose, Slug, Value
from sla.stages import Verb
from sla.terms import Terms
from starter.complaints import LIKENESS, bad_form
from starter.forms import load_requirements, load_terms, load_verdicts
from starter.moments import moment
from starter.yaml_text import Content, Sheet, Trail, path_text, read_bytes, read_sheet

MOST_STEPS = 500


class StepForm(Value):
    """One step as it is written."""

    when: Line
    who: Line
    does: Line | None = None
    with_: dict[str, object] = Field(default_factory=dict, alias="with")
    becomes: Manner | None = None
    name: Slug | None = None


class ScenarioForm(Value):
    """A scenario as it is written."""

    name: Name
    about: Prose | None = None
    begins: Line | None = None
    until: Line | None = None
    terms: Line | None = None
    people: dict[str, Manner] = Field(default_factory=dict)
    steps: tuple[StepForm, ...] = Field(default=(), max_length=MOST_STEPS)


class Written(NamedTuple):
    """A scenario as it is written, with the lines of what it says."""

    form: ScenarioForm
    sheet: Sheet


def written(path: str | Path) -> Written:
    """The file, as far as it can be judged alone. Raises BadInput or BadForm with file and lines."""
    sheet = _sheet(path)
    try:
        return Written(ScenarioForm.model_validate(sheet.value, extra="forbid"), sheet)
    except ValidationError as error:
        raise _of_scenario(bad_form(ScenarioForm, sheet, error)) from None


def _sheet(path: str | Path) -> Sheet:
    try:
        return read_sheet(*read_bytes(path))
    except BadForm as error:
        raise _of_scenario(error) from None


def _of_scenario(error: BadForm) -> BadForm:
    """What is said about a form, said about a scenario."""
    faults = (
        replace(fault, field=_FORM.sub(r"\1 scenario", fault.field), wrong=_FORM.sub(r"\1 scenario", fault.wrong))
        for fault in error.faults
    )
    right = "`name: The second review goes badly`"
    shown = (replace(fault, wrong=fault.wrong.replace(_LINE_OF_A_FORM, right)) for fault in faults)
    return BadForm(error.source, tuple(shown), error.more)


_FORM = re.compile(r"\b(the|one|a shorter|a flat) form\b")
_LINE_OF_A_FORM = "`title: Managed printing`"


def terms_path(asked: Written) -> Path | None:
    """The file of terms that a scenario names, beside the scenario."""
    named = asked.form.terms
    return Path(asked.sheet.source).parent / named if named else None


def read(asked: Written, outline: Outline) -> Scenario:
    """The scenario of a file. Raises BadForm with every fault, by its line."""
    return _Reading(asked, outline).scenario()


class _Reading:
    """Reads one scenario, and gathers what is wrong with it."""

    def __init__(self, asked: Written, outline: Outline) -> None:
        self._form, self._sheet, self._outline = asked.form, asked.sheet, outline
        self._folder = Path(asked.sheet.source).parent
        self._faults: list[Fault] = []

    def scenario(self) -> Scenario:
        self._check_people()
        steps = [self._step(index, form) for index, form in enumerate(self._form.steps)]
        placed = [Placed(index, step) for index, step in enumerate(steps) if step is not None]
        if not self._faults:
            for each in disorder(placed, self._outline):
                self._fault(each.path, each.wrong)
        if self._faults:
            raise BadForm(self._sheet.source, tuple(sorted(self._faults, key=lambda fault: fault.line)))
        manners = {who.strip().lower(): manner for who, manner in self._form.people.items() if who != "default"}
        return Scenario(
            name=self._form.name,
            about=self._form.about,
            source=self._sheet.source,
            until=self._outline.until,
            default=self._form.people.get("default", Manner.PROMPT),
            manners=manners,
            steps=tuple(each.step for each in placed),
        )

    def _fault(self, path: Trail, wrong: str) -> None:
        self._faults.append(Fault(path_text(path), wrong, self._sheet.line(path)))

    def _check_people(self) -> None:
        for who in self._form.people:
            if who != "default" and who.strip().lower() not in self._outline.people:
                self._fault(("people", who), _stranger(who, self._outline.people, "or default"))

    def _step(self, index: int, form: StepForm) -> Step | None:
        here: Trail = ("steps", index)
        before = len(self._faults)
        when = self._when((*here, "when"), form.when)
        who = form.who.strip().lower()
        if who != EVERYBODY and who not in self._outline.people:
            self._fault((*here, "who"), _stranger(form.who, self._outline.people))
        verb, given = self._deed(here, form)
        if len(self._faults) > before or when is None:
            return None
        return Step(
            line=self._sheet.line(here),
            when=when,
            said=form.when,
            told=_told(form),
            who=who,
            verb=verb,
            given=given,
            becomes=form.becomes,
            name=form.name,
        )

    def _when(self, path: Trail, text: str) -> When | None:
        try:
            return parsed(text)
        except ValueError as error:
            self._fault(path, str(error))
            return None

    def _deed(self, here: Trail, form: StepForm) -> tuple[Verb | None, dict[str, object]]:
        """What is done: a verb with its words, or another rule for a person."""
        if (form.does is None) == (form.becomes is None):
            self._fault(here, "says neither or both of `does` and `becomes`; one of them is expected")
            return None, {}
        if form.does is None:
            if form.with_:
                self._fault((*here, "with"), "belongs to a verb; leave it out beside `becomes`")
            return None, {}
        if form.who.strip().lower() == EVERYBODY:
            self._fault((*here, "who"), "everybody cannot use a verb at once; the address of one person is expected")
        found = _verb(form.does)
        if found is None:
            self._fault((*here, "does"), _no_verb(form.does))
            return None, {}
        verb, implied = found
        given = self._words((*here, "with"), verb, {**implied, **form.with_})
        return verb, given

    def _words(self, path: Trail, verb: Verb, said: dict[str, object]) -> dict[str, object]:
        """The words of a command, each checked as far as it can be before it is played."""
        known = [field for field in COMMANDS[verb].model_fields if field not in _OURS]
        for field in said:
            if field not in known:
                self._fault((*path, field), _unknown_word(field, verb, known))
        for field in NEEDS.get(verb, ()):
            if field not in said:
                self._fault(path, f"{field} is missing; to {verb.words} takes it")
        words: dict[str, object] = {}
        for field, value in said.items():
            if field in known:
                words |= self._word((*path, field), field, value)
        self._check_words(path, verb, words)
        return words

    def _word(self, path: Trail, field: str, value: object) -> dict[str, object]:
        """A word of a command, if it holds: files are read, days from now on stay as they are until they are played."""
        try:
            if field in _FILES and isinstance(value, str):
                return {field: _FILES[field](self._folder / value)}
            if field in MOMENTS and isinstance(value, str) and span_ahead(value) is None:
                return {field: moment(value, "this time", self._outline.zone, self._outline.begins)}
        except SlaError as error:
            self._fault(path, str(error))
            return {}
        return {field: value}

    def _check_words(self, path: Trail, verb: Verb, words: dict[str, object]) -> None:
        """What the command itself says about its words; those that are said only when it is played are left out."""
        if isinstance(words.get("terms"), dict):
            self._check_change((*path, "terms"), words["terms"])
        judged = {field: value for field, value in words.items() if not _is_said_later(field, value)}
        try:
            COMMANDS[verb].model_validate(judged, extra="forbid")
        except ValidationError as error:
            self._complain(path, COMMANDS[verb], judged, error)

    def _complain(self, path: Trail, model: type[BaseModel], part: dict[str, object], error: ValidationError) -> None:
        """The complaints about one part of the file, by its own lines; those about what is not in it are left out."""
        sheet = Sheet(self._sheet.source, cast("dict[str, Content]", part), _lines_below(self._sheet, path))
        for fault in bad_form(model, sheet, error).faults:
            if re.split(r"[.\[]", fault.field)[0] in part:
                self._faults.append(replace(fault, field=f"{path_text(path)}.{fault.field}"))

    def _check_change(self, path: Trail, parts: object) -> None:
        """A change of the terms that are there; what it would be made of later ones is seen when it is played."""
        assert isinstance(parts, dict)
        if self._outline.terms is None:
            return
        try:
            changed(self._outline.terms, parts)
        except ValidationError as error:
            self._complain(path, Terms, parts, error)


def _is_said_later(field: str, value: object) -> bool:
    """A time from the act on, or a change of terms that are not there yet."""
    if field == "terms":
        return isinstance(value, dict)
    return isinstance(value, str) and field in MOMENTS | DAYS and span_ahead(value) is not None


def _lines_below(sheet: Sheet, path: Trail) -> dict[Trail, int]:
    below = {trail[len(path) :]: line for trail, line in sheet.lines.items() if trail[: len(path)] == path}
    return {(): sheet.line(path), **below}


def _told(form: StepForm) -> str:
    """The step in the words of the file, as one line."""
    who = form.who.strip()
    if form.becomes is not None:
        return f"{form.when}: {who} becomes {form.becomes}"
    said = ", ".join(_said(field, value) for field, value in form.with_.items())
    return f"{form.when}: {who} does {form.does}" + (f" with {said}" if said else "")


def _said(field: str, value: object) -> str:
    """A word with what it says; of a list or a mapping the names alone."""
    if isinstance(value, dict):
        return f"{field} ({', '.join(map(str, value))})"
    if isinstance(value, list):
        return f"{field}: {', '.join(each if isinstance(each, str) else '...' for each in value)}"
    text = str(value).lower() if isinstance(value, bool) else " ".join(str(value).split())
    return f"{field}: {text}"


_OURS = frozenset({"by", "decision_id", "seen", "edition"})
"""What the rehearsal says itself."""
_FILES = {"terms": load_terms, "rows": load_requirements, "verdicts": load_verdicts}
"""Words that may be the path of a file, beside the scenario."""
_SHORT = {"approve": (Verb.DECIDE, {"approve": True}), "reject": (Verb.DECIDE, {"approve": False})}
"""Verbs as the command line calls them."""


def _verb(text: str) -> tuple[Verb, dict[str, object]] | None:
    name = text.strip().lower().replace("-", "_")
    if name in _SHORT:
        verb, implied = _SHORT[name]
        return verb, dict(implied)
    return (Verb(name), {}) if name in _VERBS else None


_VERBS = tuple(verb.value for verb in Verb if verb not in {Verb.TAKE_STEP, Verb.NOTE_FINDING})


def _no_verb(text: str) -> str:
    close = difflib.get_close_matches(text.strip().lower().replace("-", "_"), (*_VERBS, *_SHORT), 1, LIKENESS)
    hint = f"; did you mean {close[0]}?" if close else f"; one of {', '.join(_VERBS)} is expected"
    return f"{text!r:.40} is no verb{hint}"


def _stranger(who: str, people: tuple[str, ...], more: str = "") -> str:
    close = difflib.get_close_matches(who.strip().lower(), people, 1, LIKENESS)
    if close:
        return f"{who!r:.80} takes no part in this agreement; did you mean {close[0]}?"
    return f"{who!r:.80} takes no part in this agreement; one of {', '.join(people)} {more}".rstrip() + " is expected"


def _unknown_word(field: str, verb: Verb, known: list[str]) -> str:
    close = difflib.get_close_matches(field.lower(), known, 1, LIKENESS)
    if close:
        return f"is unknown to {verb}; did you mean {close[0]}?"
    return f"is unknown to {verb}; {', '.join(known) or 'nothing'} can be said"


def instant_of(text: str, zone: str, where: str) -> datetime:
    """When a rehearsal begins or ends, as somebody typed it. Raises BadInput for no day."""
    try:
        return typed_instant(text, zone)
    except ValueError as error:
        raise BadInput(where, str(error)) from None
