"""`sla replay`: past evidence under the terms that counted and under proposed ones, from the register or from files.

What it comes to is said by `sla.replay`; here are files, tables and words. Source: FEA-4, AME-2.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from activities.engine_version import engine_here
from activities.past_cases import InForceThen
from activities.views import Views
from sla.applied import Applied
from sla.errors import BadInput
from sla.evidence import Evidence
from sla.figures import Status
from sla.offline import applied_of
from sla.periods import JudgedPeriod, period_named
from sla.replay import Question, Replayed, Scored, ScoredTarget, looked_at, months_until, replay
from sla.term import day_at, start_of_day
from sla.terms import Terms
from starter.case_files import read_evidence, read_terms
from starter.moments import FIRST_YEAR
from starter.register import known, past_cases_of, register_of
from starter.session import Session
from starter.statement_text import STATUS_WORDS
from starter.telling import say, say_json, table

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


class Typed(NamedTuple):
    """By which terms, and from what: an agreement, or files."""

    number: str | None
    proposed: str
    current: str | None
    evidence: tuple[Path, ...]


class Span(NamedTuple):
    """Which months somebody wants, as typed."""

    months: int
    until: str | None


def replay_typed(session: Session, typed: Typed, span: Span) -> None:
    """An agreement of the register, or files. Raises BadInput for a mixture of both."""
    if not typed.proposed:
        raise BadInput("--terms", "is missing", "the proposed terms, a YAML file, are expected")
    if typed.number is None:
        if not typed.evidence:
            right = "files of evidence, or the number of an agreement that has its own, are expected"
            raise BadInput("--evidence", "is missing", right)
        _replay_files(session, typed, span)
    elif typed.evidence or typed.current:
        right = "either NUMBER alone, or --current and --evidence without it, is expected"
        raise BadInput("replay", f"{typed.number} has its own terms and evidence, and files are named, too", right)
    else:
        _replay_agreement(session, typed.number, typed.proposed, span)


def _replay_agreement(session: Session, number: str, proposed: str, span: Span) -> None:
    """An agreement's months under its own terms and under others."""
    views, cases, now = register_of(session), past_cases_of(session), datetime.now(UTC)
    state = known(views, number).state
    terms, then = read_terms(proposed).terms, cases.in_force(state.number, now)
    months = _months(span, state.zone, now)
    applied = then.applied or _drafted(views, state.number, months)
    since = min([months[0].begins, *(each.since for each in applied)])
    rows = cases.evidence(state.number, since, months[-1].ends)
    _tell(session, f"{state.number}", _asked(months, applied, terms, rows=rows, then=then))


def _drafted(views: Views, number: str, months: tuple[JudgedPeriod, ...]) -> tuple[Applied, ...]:
    """Before anything is in force: the last edition, as if it had always counted. Source: FEA-4."""
    editions = views.editions(number)
    return tuple(
        Applied(terms=each.terms, edition=each.ref, since=start_of_day(months[0].start, each.terms.period.zone))
        for each in editions[-1:]
    )


def _replay_files(session: Session, typed: Typed, span: Span) -> None:
    """Months of evidence in files under terms in files."""
    terms = read_terms(typed.proposed).terms
    given = read_terms(typed.current) if typed.current else None
    zone = given.terms.period.zone if given else terms.period.zone
    months = _months(span, zone, datetime.now(UTC))
    applied = applied_of([given]) if given else ()
    found = read_evidence(typed.evidence, *looked_at(months, terms, *(each.terms for each in applied)))
    question = _asked(months, applied, terms, rows=found.rows, then=None)
    _tell(session, "Terms without a number", question.model_copy(update={"evidence_since": found.since}))


def _asked(
    months: tuple[JudgedPeriod, ...],
    applied: tuple[Applied, ...],
    terms: Terms,
    *,
    rows: tuple[Evidence, ...],
    then: InForceThen | None,
) -> Question:
    if terms.period.zone != months[0].zone:
        wrong = f"are of the zone {terms.period.zone}, and the months of {months[0].zone}"
        raise BadInput("the proposed terms", wrong, "the same zone is expected")
    return Question(
        months=months,
        current=applied,
        proposed=terms,
        rows=rows,
        own=then.own if then else (),
        fees=then.fees if then else (),
        engine=engine_here(),
    )


def _months(span: Span, zone: str, now: datetime) -> tuple[JudgedPeriod, ...]:
    """So many months up to the last one that is over, or up to the one that is named. Raises BadInput."""
    today = day_at(now, zone)
    end = today.replace(day=1)  # the last month that is over ends here
    if span.until is not None:
        if not _MONTH.fullmatch(span.until.strip()):
            raise BadInput("--until", f"{span.until!r:.40} is no month", "one such as 2026-03 is expected")
        last = period_named(span.until, zone)
        if last.ends > now:
            wrong, right = f"{last.name} is not over before {last.end}", f"a month before {today:%Y-%m} is expected"
            raise BadInput("--until", wrong, right)
        end = last.end
    if end.year - span.months // 12 <= FIRST_YEAR:
        raise BadInput("--months", f"{span.months} begin before {FIRST_YEAR}", "fewer are expected")
    return months_until(span.months, end, zone)


def _tell(session: Session, name: str, question: Question) -> None:
    found = replay(question)
    if session.as_json:
        say_json(session.out, found)
        return
    first, last = found.months[0].period, found.months[-1].period
    say(session.out, f"{name}: {first} to {last} under the terms that counted, and under the proposed ones")
    say(session.out)
    heads = ("month", "target", "current", "came to", "proposed", "would come to")
    table(session.out, heads, _rows(found))
    if found.credit_current is not None or found.credit_proposed is not None:
        say(session.out)
        table(session.out, ("month", "credit", "proposed"), _credit_rows(found))
    say(session.out)
    for line in found.conclusion:
        say(session.out, line)


def _rows(found: Replayed) -> Iterator[tuple[str, ...]]:
    for month in found.months:
        if not month.has_evidence:
            yield (month.period, "no evidence", "", "", "", "")
            continue
        for place, each in enumerate(month.targets):
            yield (month.period if place == 0 else "", each.target, *_cells(each.current), *_cells(each.proposed, each))


def _cells(scored: Scored | None, beside: ScoredTarget | None = None) -> tuple[str, str]:
    """What was committed, and what it came to; what comes out otherwise by the proposed terms stands out."""
    if scored is None:
        return "-", "-"
    differs = beside is not None and beside.current is not None and beside.current.status is not scored.status
    attained = "" if scored.attained is None else f"{scored.attained} "
    word = STATUS_WORDS[scored.status]
    if scored.status is Status.NO_DATA:
        attained = ""
    return scored.committed, f"{attained}{word}{' <-' if differs else ''}"


def _credit_rows(found: Replayed) -> Iterator[tuple[str, ...]]:
    for month in found.months:
        yield (month.period, *(str(each) if each else "-" for each in (month.credit_current, month.credit_proposed)))
    yield ("all", *(str(each) if each else "-" for each in (found.credit_current, found.credit_proposed)))
