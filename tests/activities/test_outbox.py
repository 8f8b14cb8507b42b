"""The letters that wait in the register."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from activities.database import writing
from activities.outbox import LetterCounts, LetterStatus, Outbox
from activities.records import SqlRecords
from activities.tables import LETTERS
from activities.views import Views
from tests.people import BO, FINN, MONDAY, entry_of, number_request, received


@pytest.fixture
def outbox(engine: Engine) -> Outbox:
    """Two letters wait: to Finn and to Bo."""
    records = SqlRecords(engine)
    records.number(number_request())
    records.record(entry_of(received()))
    return Outbox(engine)


def test_a_new_letter_is_due_at_once_on_any_clock(outbox: Outbox) -> None:
    long_ago = MONDAY - timedelta(days=3650)
    assert {letter.recipient for letter in outbox.due(long_ago, 10)} == {BO, FINN}


def test_a_letter_comes_with_all_that_its_template_needs(outbox: Outbox) -> None:
    letters = {letter.message_key: letter for letter in outbox.due(MONDAY, 10)}
    for expected in received().letters:
        letter = letters[expected.message_key]
        assert (letter.kind, letter.recipient, letter.context) == (expected.kind, expected.to, expected.context)
        assert (letter.number, letter.attempts, letter.queued_at) == ("0001", 0, MONDAY)


def test_no_more_letters_come_than_asked_for(outbox: Outbox) -> None:
    assert len(outbox.due(MONDAY, 1)) == 1


def test_a_postponed_letter_is_due_again_at_its_instant(outbox: Outbox) -> None:
    first, second = outbox.due(MONDAY, 10)
    later = MONDAY + timedelta(minutes=5)
    outbox.postpone(first.message_key, later, "450 try later")
    assert [letter.message_key for letter in outbox.due(later - timedelta(seconds=1), 10)] == [second.message_key]
    assert [(letter.message_key, letter.attempts) for letter in outbox.due(later, 10)] == [
        (second.message_key, 0),
        (first.message_key, 1),
    ]


def test_a_sent_letter_stays_sent(outbox: Outbox, engine: Engine) -> None:
    first, _ = outbox.due(MONDAY, 10)
    outbox.mark_sent(first.message_key, MONDAY, "250 ok")
    outbox.mark_refused(first.message_key, MONDAY, "550 no")
    outbox.postpone(first.message_key, MONDAY, "450 later")
    outbox.mark_sent(first.message_key, MONDAY + timedelta(days=1), "250 again")
    (letter,) = Views(engine).letters(status=LetterStatus.SENT)
    assert (letter.sent_at, letter.attempts, letter.last_reply) == (MONDAY, 1, "250 ok")


def test_a_refused_letter_is_never_due_again(outbox: Outbox) -> None:
    first, second = outbox.due(MONDAY, 10)
    outbox.mark_refused(first.message_key, MONDAY, "550 no such user")
    far = MONDAY + timedelta(days=3650)
    assert [letter.message_key for letter in outbox.due(far, 10)] == [second.message_key]
    assert outbox.counts() == LetterCounts(queued=1, refused=1)


def test_a_hostile_reply_is_kept_without_nul_and_cut(outbox: Outbox, engine: Engine) -> None:
    first, _ = outbox.due(MONDAY, 10)
    outbox.mark_refused(first.message_key, MONDAY, "550 \x00'; DROP TABLE letter; --" + "x" * 5000)
    (letter,) = Views(engine).letters(status=LetterStatus.REFUSED)
    assert letter.last_reply is not None
    assert letter.last_reply.startswith("550 '; DROP TABLE letter; --x")
    assert len(letter.last_reply) == 1000


def test_a_letter_of_a_newer_release_is_postponed_and_holds_nothing_up(outbox: Outbox, engine: Engine) -> None:
    first, second = outbox.due(MONDAY, 10)
    with writing(engine) as connection:
        connection.execute(
            update(LETTERS).where(LETTERS.c.message_key == first.message_key).values(kind="of_a_newer_release")
        )
    assert outbox.due(MONDAY, 10) == (second,)
    assert outbox.counts().queued == 2
