"""One rehearsal, from what was asked to the timeline: everything is judged first, then played on a ground of its own.

Source: SEE-2.
"""

import asyncio
import re
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rehearsal.moments import LAST_YEAR
from rehearsal.outline import Outline, outline_of
from rehearsal.papers import papers_beside
from rehearsal.reading import Written, instant_of, read, terms_path, written
from rehearsal.scenario import Papers, Scenario
from rehearsal.site import site
from sla.agreement import AgreementState
from sla.calendars import WorkCalendar, later_working_day
from sla.errors import BadInput, NotPossible
from sla.intake import Opening, opened
from sla.renewal import end_of
from sla.service_reviews import contract_calendar
from sla.term import day_at, local_instant, months_after
from sla.terms import RenewalMode
from starter.forms import load_opening, load_provider

if TYPE_CHECKING:
    from rehearsal.timeline import Timeline

FIRST_HOUR = clock(9)
"""At which local time of the contract's zone a rehearsal begins that says nothing else."""
MOST_YEARS = 60
_LENGTH = re.compile(r"([0-9]{1,3}) (year|month)s?")


class Asked(NamedTuple):
    """What was asked for on the command line."""

    what: str
    scenario: Path | None = None
    terms: Path | None = None
    provider: Path | None = None
    years: int | None = None
    begins: str | None = None


class Subject(NamedTuple):
    """What is rehearsed: a form that nobody has sent, or a copy of an agreement that is there."""

    state: AgreementState
    papers: Papers
    opening: Opening | None = None
    register: str = ""
    """Where the agreement was found: the URL of the register, which is read once more and never written."""


class Rehearsal(NamedTuple):
    """A subject with everything that was judged, ready to be played."""

    subject: Subject
    scenario: Scenario
    begins: datetime
    until: datetime | None


def prepared(asked: Asked, now: datetime) -> Rehearsal:
    """Everything read and judged; nothing is begun. Raises BadInput, BadForm or NotFound."""
    said = written(asked.scenario) if asked.scenario else None
    terms = asked.terms or (terms_path(said) if said else None)
    subject = _form(asked, terms, now) if _is_file(asked.what) else _live(asked, terms)
    begins = _begins(asked, said, subject, now)
    until = _until(asked, said, subject, begins)
    outline = outline_of(subject.state, subject.papers, begins, until)
    scenario = _scenario(said, outline)
    return Rehearsal(subject, scenario, begins, until)


def _is_file(what: str) -> bool:
    return not what.isdigit()


def _scenario(said: Written | None, outline: Outline) -> Scenario:
    return read(said, outline) if said else Scenario(until=outline.until)


def _form(asked: Asked, terms: Path | None, now: datetime) -> Subject:
    form = Path(asked.what)
    opening = load_opening(form, load_provider(asked.provider or _profile_for(form)))
    return Subject(opened(opening, "0001", now), papers_beside(form, terms), opening)


def _profile_for(form: Path) -> Path:
    """The provider's profile that nobody has named: the one beside the form, or that of the settings."""
    beside = form.parent / "provider.yaml"
    if beside.is_file():
        return beside
    from activities.settings import Settings  # noqa: PLC0415 (only who has no profile beside the form waits for it)

    return Settings().provider


def _live(asked: Asked, terms: Path | None) -> Subject:
    if terms is not None:
        raise BadInput("--terms", "belongs to a form; the agreement has terms of its own", "leave it out")
    from rehearsal.live import looked_up  # noqa: PLC0415 (only who rehearses a live agreement waits for it)

    url, found = looked_up(asked.what)
    if found.stage.is_end:
        raise NotPossible(f"{found.number} has ended as {found.stage}; there is nothing left to rehearse")
    papers = Papers(terms_from=f"those of {found.number} as they stand")
    return Subject(found, papers, register=url)


# -- from when until when


def _begins(asked: Asked, said: Written | None, subject: Subject, now: datetime) -> datetime:
    zone = _zone(subject)
    if asked.begins:
        text, where = asked.begins, "--begins"
    elif said and said.form.begins:
        text, where = said.form.begins, f"{said.sheet.source}, line {said.sheet.line(('begins',))}, begins"
    else:
        day = later_working_day(_calendar(subject), day_at(now, zone), 1)
        return local_instant(day, FIRST_HOUR, zone)
    begins = instant_of(text, zone, where)
    if begins < now + timedelta(minutes=1):
        raise BadInput(
            where, f"{text} is past; the engine's clock only goes forward",
            f"a later day than {day_at(now, zone)} is expected",
        )  # fmt: skip
    _require_term(subject, begins, text, where)
    return begins


def _require_term(subject: Subject, begins: datetime, text: str, where: str) -> None:
    """The term that the rehearsal begins in, or before, ends within the years that are reckoned with."""
    life = subject.state.life
    period = subject.papers.terms.period if subject.papers.terms else subject.state.period
    zone, last = _zone(subject), period.end
    if life is not None and life.term.renewal.mode is RenewalMode.TACIT:
        months = life.term.renewal.renewal_months or 0
        last = months_after(date(LAST_YEAR, 12, 31), -months)
    elif life is not None:
        last = end_of(subject.state)
    if begins >= local_instant(last, clock(0), zone):
        raise BadInput(
            where, f"{text} is too late; no term of {subject.state.title!r:.60} goes on then",
            f"a day before {last} is expected",
        )  # fmt: skip


def _zone(subject: Subject) -> str:
    terms = subject.papers.terms
    return terms.period.zone if terms else subject.state.zone


def _calendar(subject: Subject) -> WorkCalendar:
    terms = subject.papers.terms or (subject.state.edition.terms if subject.state.edition else None)
    return contract_calendar(subject.state, terms) if terms else WorkCalendar(zone=subject.state.zone)


def _until(asked: Asked, said: Written | None, subject: Subject, begins: datetime) -> datetime | None:
    zone = _zone(subject)
    if asked.years is not None:
        return _months_on(12 * asked.years, begins, zone, "--years")
    if said is None or said.form.until is None or said.form.until == "end":
        return None
    where = f"{said.sheet.source}, line {said.sheet.line(('until',))}, until"
    if match := _LENGTH.fullmatch(said.form.until):
        return _months_on(int(match[1]) * (12 if match[2] == "year" else 1), begins, zone, where)
    until = instant_of(said.form.until, zone, where)
    if until.year > LAST_YEAR:
        raise BadInput(where, f"{said.form.until} is out of range", f"a day up to {LAST_YEAR}-12-30 is expected")
    if until <= begins:
        raise BadInput(where, "is not after the beginning", "a later day, `3 years`, `18 months` or `end` is expected")
    return until


def _months_on(months: int, begins: datetime, zone: str, where: str) -> datetime:
    if not 1 <= months <= 12 * MOST_YEARS:
        raise BadInput(where, "is out of range", f"at most {MOST_YEARS} years, and at least a month, are expected")
    until = months_after(day_at(begins, zone), months)
    if until.year > LAST_YEAR:
        raise BadInput(where, f"would end on {until}", f"an end within the year {LAST_YEAR} or earlier is expected")
    return local_instant(until, FIRST_HOUR, zone)


# -- playing


def rehearsed(rehearsal: Rehearsal) -> "Timeline":
    """Plays it, and tells what came of it. Raises Unreachable where the engine of its own does not do its work."""
    with site() as here:
        from rehearsal.playing import played_on  # noqa: PLC0415 (the engine comes up meanwhile)

        return asyncio.run(played_on(here, rehearsal))


def utc_now() -> datetime:
    """The clock of the wall, from which a rehearsal that says nothing takes its first day."""
    return datetime.now(UTC)
