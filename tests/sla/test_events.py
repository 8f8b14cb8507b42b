"""The audit chain: whatever is changed in whichever event is found. REG-3."""

from datetime import timedelta

import pytest

from sla.events import Certificate, Event, Fact, broken_link
from sla.stages import Stage
from sla.terms import EditionRef
from tests.people import EVE, life

EVENTS = tuple(transition.event for transition in life())
HASHES = tuple(event.hash for event in EVENTS)

CHANGES: dict[str, object] = {
    "number": "0002",
    "seq": 77,
    "at": EVENTS[0].at - timedelta(microseconds=1),
    "fact": Fact.SIGN_OFF_REFUSED,
    "by": EVE,
    "on_behalf_of": EVE,
    "stage_before": Stage.LAPSED,
    "stage": Stage.LAPSED,
    "edition": EditionRef(no=99, hash="e" * 64),
    "sentence": "Nothing happened. ",
    "reason": "another",
    "decision_id": "another",
    "amending": Stage.SIGNING,
    "statement": "a" * 64,
    "action": 1,
    "voids": (1,),
    "withdraws": (1,),
    "certificate": Certificate(timers=0, activities=0, schedules=0, steps=()),
    "previous": "f" * 64,
}


def test_an_untouched_chain_holds() -> None:
    assert broken_link(EVENTS, HASHES) is None
    assert broken_link((), ()) is None


def test_every_field_of_an_event_is_in_its_hash() -> None:
    assert set(CHANGES) == set(Event.model_fields)


@pytest.mark.parametrize("field", sorted(CHANGES))
def test_any_field_changed_in_any_event_is_found(field: str) -> None:
    for index, event in enumerate(EVENTS):
        changed = event.model_copy(update={field: CHANGES[field]})
        assert changed != event
        assert broken_link((*EVENTS[:index], changed, *EVENTS[index + 1 :]), HASHES) is not None


@pytest.mark.parametrize("field", sorted(CHANGES))
def test_a_field_changed_together_with_its_own_hash_breaks_the_next_link(field: str) -> None:
    for index in range(len(EVENTS) - 1):
        changed = EVENTS[index].model_copy(update={field: CHANGES[field]})
        hashes = (*HASHES[:index], changed.hash, *HASHES[index + 1 :])
        assert broken_link((*EVENTS[:index], changed, *EVENTS[index + 1 :]), hashes) is not None


def test_any_letter_changed_in_any_stored_hash_is_found() -> None:
    for index, stored in enumerate(HASHES):
        for place in range(0, 64, 9):
            other = "0" if stored[place] != "0" else "1"
            forged = stored[:place] + other + stored[place + 1 :]
            assert broken_link(EVENTS, (*HASHES[:index], forged, *HASHES[index + 1 :])) is not None


def test_an_event_taken_out_put_in_or_swapped_is_found() -> None:
    for index in range(len(EVENTS) - 1):
        events, hashes = list(EVENTS), list(HASHES)
        del events[index], hashes[index]
        assert broken_link(tuple(events), tuple(hashes)) is not None
        twice = (*EVENTS[: index + 1], *EVENTS[index:])
        assert broken_link(twice, tuple(event.hash for event in twice)) is not None
        swapped = (*EVENTS[:index], EVENTS[index + 1], EVENTS[index], *EVENTS[index + 2 :])
        assert broken_link(swapped, tuple(event.hash for event in swapped)) is not None


def test_the_events_of_another_agreement_are_found_even_with_the_chain_recomputed() -> None:
    previous, forged = "0" * 64, []
    for index, event in enumerate(EVENTS):
        number = "0002" if index == len(EVENTS) - 1 else event.number
        forged.append(event.model_copy(update={"number": number, "previous": previous}))
        previous = forged[-1].hash
    told = broken_link(tuple(forged), tuple(event.hash for event in forged))
    assert told is not None
    assert "another agreement's" in told


def test_hashes_that_are_missing_are_told_and_do_not_raise() -> None:
    told = broken_link(EVENTS, HASHES[:-1])
    assert told is not None
    assert "one hash for each event" in told


def test_an_event_read_back_has_the_same_hash() -> None:
    assert tuple(Event.model_validate_json(event.model_dump_json()).hash for event in EVENTS) == HASHES
