"""What has happened in a life that a step can hang on, and when a step is due by it. Pure; knows states only."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from rehearsal.moments import After, Anchor, By, On, When, dated, whole_minute
from sla.agreement import AgreementState
from sla.life import Life
from sla.renewal import deadline_for, end_of
from sla.service_reviews import next_review
from sla.stages import Stage


class Occasion(NamedTuple):
    """Something that has happened, at an instant."""

    anchor: Anchor
    which: str
    at: datetime


def seen_in(state: AgreementState) -> Iterator[Occasion]:
    """What a rehearsal that begins with this state knows to have happened already."""
    yield Occasion(Anchor.STAGE, state.stage.value, state.stage_since)
    life = state.life
    if life is None:
        return
    yield Occasion(Anchor.SIGNATURE, "", state.stage_since)
    yield from (Occasion(Anchor.REVIEW, held.no, held.at) for held in life.held)
    if life.review is not None:
        yield Occasion(Anchor.REVIEW, life.review.no, life.review.opened_at)
    if state.amendment is not None:
        yield Occasion(Anchor.AMENDMENT, str(state.amendment.no), state.amendment.stage_since)
        yield Occasion(Anchor.STAGE, state.amendment.stage.value, state.amendment.stage_since)


def happened(before: AgreementState, after: AgreementState, at: datetime) -> Iterator[Occasion]:
    """What has happened between two states, the later of which stands since an instant."""
    if after.stage is not before.stage:
        yield Occasion(Anchor.STAGE, after.stage.value, at)
        if after.stage is Stage.ACTIVE:
            yield Occasion(Anchor.SIGNATURE, "", at)
    old, new = before.amendment, after.amendment
    if new is not None and (old is None or old.no != new.no):
        yield Occasion(Anchor.AMENDMENT, str(new.no), at)
    if new is not None and (old is None or (old.no, old.stage) != (new.no, new.stage)):
        yield Occasion(Anchor.STAGE, new.stage.value, at)
    if after.life is not None:
        yield from _in_life(before.life, after.life, at)


def _in_life(before: Life | None, after: Life, at: datetime) -> Iterator[Occasion]:
    opened = after.review.no if after.review else None
    if opened is not None and (before is None or before.review is None or before.review.no != opened):
        yield Occasion(Anchor.REVIEW, opened, at)
    if before is not None and after.renewals > before.renewals:
        yield Occasion(Anchor.RENEWAL, str(after.renewals), at)


def due_at(when: When, state: AgreementState, known: tuple[Occasion, ...], last: datetime) -> datetime | None:
    """When a step is due that comes after one at `last`; None while nobody can know."""
    if isinstance(when, After):
        return last + when.span
    if isinstance(when, On):
        return when.instant(state.zone)
    if when.anchor in {Anchor.START, Anchor.NOTICE_DEADLINE, Anchor.END} or when.is_before:
        return _by_date(when, state)
    occasion = _occasion(when, state, known, last)
    return whole_minute(occasion.at) + when.offset if occasion else None


def _occasion(when: By, state: AgreementState, known: tuple[Occasion, ...], last: datetime) -> Occasion | None:
    """The one that is meant: by its number, else the first one since the step before, else the one that goes on."""
    fitting = [each for each in known if each.anchor is when.anchor and when.which in {"", each.which}]
    if when.anchor in {Anchor.REVIEW, Anchor.STEP, Anchor.SIGNATURE}:
        return fitting[0] if fitting else None
    later = next((each for each in fitting if each.at >= last), None)
    if later is not None or not fitting:
        return later
    stages = {state.stage.value, state.amendment.stage.value if state.amendment else ""}
    goes_on = state.amendment is not None if when.anchor is Anchor.AMENDMENT else fitting[-1].which in stages
    return fitting[-1] if goes_on else None


def _by_date(when: By, state: AgreementState) -> datetime | None:
    """Reckoned from a date that is known before it comes."""
    day = _day(when, state)
    return dated(when, day, state.zone) if day is not None else None


def _day(when: By, state: AgreementState) -> date | None:
    if when.anchor is Anchor.START:
        return state.period.start
    if when.anchor is Anchor.END:
        return end_of(state) if state.life else state.period.end
    if state.life is None:
        return None
    if when.anchor is Anchor.NOTICE_DEADLINE:
        return deadline_for(state)
    review = next_review(state, int(when.which) - 1) if when.which.isdigit() else None
    return review.day if review and str(review.no) == when.which else None
