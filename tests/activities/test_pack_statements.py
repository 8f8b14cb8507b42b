"""The pack of a review tells what the statements say: written from the register, the same whenever it is written."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from activities.outbox import Outbox, OutboxLetter
from activities.records import SqlRecords
from sla.agreement import AgreementState
from sla.letter_kinds import LetterKind
from sla.living import next_due
from sla.terms import ReviewCadence
from sla.transitions import silence
from tests.activities.judged import CREDITED, down, in_force, month, swept, watched
from tests.activities.test_living_letters import flowing, seen
from tests.activities.test_rendering import stationery
from workflows.messages import Entry

PACK_OUT = datetime(2026, 3, 19, tzinfo=UTC)
"""The first review of 2026 is on 1 April; its pack goes out a fortnight before."""


def until(engine: Engine, state: AgreementState, end: datetime) -> AgreementState:
    """Nobody acts until an instant; the register has it all."""
    while (due := next_due(state)) is not None and due <= end:
        made = silence(state, due)
        assert SqlRecords(engine).record(Entry.of(made, state.reference)).seq == made.event.seq
        state = made.state
    return state


def packs(engine: Engine) -> list[OutboxLetter]:
    waiting = Outbox(engine).due(datetime(2030, 1, 1, tzinfo=UTC), 1000)
    return [letter for letter in waiting if letter.kind is LetterKind.REVIEW_PACK]


@pytest.fixture
def agreement(engine: Engine) -> AgreementState:
    """Reviewed every quarter. January was good; in February the printers were down for half a day."""
    state = in_force(engine, credits=CREDITED, review=ReviewCadence(every_months=3))
    watched(engine, state, 1, 2)
    down(engine, state, 2, 12)
    for at in (month(2), month(3)):
        swept(engine, at + timedelta(hours=14))
    return state


def test_the_pack_tells_the_last_statement_beside_the_one_before_and_what_they_cost(
    engine: Engine, agreement: AgreementState
) -> None:
    until(engine, agreement, PACK_OUT)
    letter = packs(engine)[0]
    pack = letter.context.pack
    assert pack is not None
    works, paid = pack.stated
    assert (works.about, works.is_met) == ("Printers available", False)
    assert works.said == "98.214 % in 2026-02, committed 99.5 %; before: 100 % in 2026-01"
    assert (paid.about, paid.said) == ("Credits", "EUR 18.00 for 2026-02; before: EUR 0.00 for 2026-01")


def test_both_bodies_of_the_letter_say_it(engine: Engine, agreement: AgreementState) -> None:
    until(engine, agreement, PACK_OUT)
    letter = packs(engine)[0]
    words = stationery().words(letter.kind, letter.context, letter.recipient)
    for told in (flowing(words.text), seen(words.html)):
        assert "98.214 % in 2026-02" in told
        assert "Nothing was measured" not in told


def test_what_is_stated_after_the_letter_was_queued_does_not_change_its_words(
    engine: Engine, agreement: AgreementState
) -> None:
    until(engine, agreement, PACK_OUT)
    before = [letter.context for letter in packs(engine)]
    down(engine, agreement, 1, 30, received=month(4))
    swept(engine, month(4), only_late=True)
    assert [letter.context for letter in packs(engine)] == before


def test_of_a_period_that_was_stated_again_before_the_letter_the_last_revision_is_told(
    engine: Engine, agreement: AgreementState
) -> None:
    down(engine, agreement, 1, 30, received=month(3) + timedelta(days=1))
    swept(engine, month(3) + timedelta(days=2), only_late=True)
    until(engine, agreement, PACK_OUT)
    pack = packs(engine)[0].context.pack
    assert pack is not None
    assert "before: 100 % in 2026-01" not in pack.stated[0].said


def test_without_a_statement_the_pack_says_that_nothing_was_measured(engine: Engine) -> None:
    until(engine, in_force(engine, review=ReviewCadence(every_months=3)), PACK_OUT)
    (pack, *_) = (letter.context.pack for letter in packs(engine))
    assert pack is not None
    assert pack.stated == ()
