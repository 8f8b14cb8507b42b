"""What doors read: lists, searches, histories, letters."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine

from activities.outbox import LetterStatus, Outbox
from activities.records import SqlRecords
from activities.views import AgreementLine, Views, counting_at
from sla.agreement import edition_of
from sla.events import Fact
from sla.living import risks
from sla.stages import Stage
from sla.transitions import silence
from tests.activities.lives import EFFECTIVE, LONGER, PERIOD, a_life, recorded
from tests.people import ANA, BO, CUSTOMER, FINN, MONDAY, SERVICE, customer, entry_of, life, number_request

Register = Callable[..., str]


@pytest.fixture
def views(engine: Engine) -> Views:
    return Views(engine)


@pytest.fixture
def register(engine: Engine) -> Register:
    """Records the first `events` of a life, for a form with these changes; gives the number."""
    records = SqlRecords(engine)

    def record(events: int = 1, **changes: object) -> str:
        reference = str(changes.get("reference", "NW-2026-014"))
        number = records.number(number_request(f"workflow-{reference}", reference)).number
        for transition in life(number, MONDAY, **changes)[:events]:
            records.record(entry_of(transition, f"workflow-{reference}"))
        return number

    return record


def numbers(lines: tuple[AgreementLine, ...]) -> list[str]:
    return [line.number for line in lines]


def test_a_number_is_found_with_and_without_its_zeros(views: Views, register: Register) -> None:
    register()
    found = views.find("0001")
    assert found is not None
    assert found == views.find("1") == views.find(" 01 ")


@pytest.mark.parametrize("unknown", ["2", "0000", "", "x", "-1", "١", "9" * 40, "0001'; --", "%"])
def test_what_is_no_number_is_not_found(views: Views, register: Register, unknown: str) -> None:
    register()
    assert views.find(unknown) is None
    assert views.history(unknown) == ()
    assert views.audit(unknown) is None


def test_an_agreement_is_found_by_its_workflow(views: Views, register: Register) -> None:
    register()
    found = views.by_workflow("workflow-NW-2026-014")
    assert found is not None
    assert found.number == "0001"
    assert views.by_workflow("another") is None


def test_a_line_says_who_is_waited_for_until_when(views: Views, register: Register) -> None:
    register()
    (line,) = views.list_agreements()
    state = life()[0].state
    assert line.waiting_for == (FINN, BO)
    assert (line.title, line.service, line.customer, line.stage) == (state.title, SERVICE, CUSTOMER, Stage.REQUESTED)
    assert line.next_due == min(wait.due for wait in state.waits if wait.due)
    assert line.updated_at == MONDAY


def test_nobody_is_waited_for_once_it_is_in_force_and_its_term_begins_next(views: Views, register: Register) -> None:
    register(events=16)
    (line,) = views.list_agreements()
    begins = datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert (line.stage, line.waiting_for, line.next_due, line.edition_no) == (Stage.ACTIVE, (), begins, 2)


def test_an_agreement_without_an_event_is_in_no_list_and_has_a_head(views: Views, engine: Engine) -> None:
    SqlRecords(engine).number(number_request())
    assert views.list_agreements() == ()
    assert [(head.number, head.seq, head.stage) for head in views.heads()] == [("0001", 0, None)]


def test_pages_follow_each_other_from_the_newest(views: Views, register: Register) -> None:
    for no in range(5):
        register(reference=f"NW-{no}")
    first = numbers(views.list_agreements(limit=2))
    second = numbers(views.list_agreements(limit=2, after=first[-1]))
    assert (first, second) == (["0005", "0004"], ["0003", "0002"])
    assert numbers(views.list_agreements(after="2")) == ["0001"]


def test_heads_follow_each_other_from_the_oldest(views: Views, register: Register) -> None:
    for no in range(3):
        register(reference=f"NW-{no}")
    assert [head.number for head in views.heads(2)] == ["0001", "0002"]
    assert [head.number for head in views.heads(2, after="0002")] == ["0003"]


def test_filters_are_exact_and_join(views: Views, register: Register) -> None:
    register(reference="A", events=1)
    register(reference="B", events=16)
    register(reference="C", events=16, customer=customer().model_copy(update={"name": "Fabrikam"}))
    assert numbers(views.list_agreements(stage=Stage.ACTIVE)) == ["0003", "0002"]
    assert numbers(views.list_agreements(stage=Stage.ACTIVE, customer="Fabrikam")) == ["0003"]
    assert numbers(views.list_agreements(service=SERVICE, stage=Stage.REQUESTED)) == ["0001"]
    assert views.list_agreements(customer="Fabri") == ()


def test_a_persons_inbox_holds_what_waits_for_exactly_them(views: Views, register: Register) -> None:
    register(reference="A", events=1)
    register(reference="B", events=3)
    assert numbers(views.list_agreements(waiting_for=BO.upper())) == ["0001"]
    assert numbers(views.list_agreements(waiting_for=ANA)) == ["0002"]
    assert views.list_agreements(waiting_for=BO[1:]) == ()
    assert views.list_agreements(waiting_for="%") == ()


@pytest.mark.parametrize(
    "text", ["ÉTÉ", "été 100", "100%", "_druck", "ST/4711", "straße", "STRASSE", "Managed Printing", " 0001 "]
)
def test_a_search_finds_in_any_case(views: Views, register: Register, text: str) -> None:
    register(reference="ST/4711", title="Été 100% _Druck Straße")
    register(reference="other")
    assert "0001" in numbers(views.list_agreements(text=text))


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "100%%", "été_100", "nothing of the sort"])
def test_wildcards_of_a_search_are_plain_characters(views: Views, register: Register, text: str) -> None:
    register()
    assert views.list_agreements(text=text) == ()


def test_a_blank_search_is_no_filter(views: Views, register: Register) -> None:
    register()
    assert numbers(views.list_agreements(text="  ")) == ["0001"]


def test_a_limit_stays_within_one_and_a_thousand(views: Views, register: Register) -> None:
    register(reference="A")
    register(reference="B")
    assert numbers(views.list_agreements(limit=0)) == ["0002"]
    assert numbers(views.list_agreements(limit=10**9)) == ["0002", "0001"]


def test_the_history_is_in_order_with_its_hashes(views: Views, register: Register) -> None:
    register(events=16)
    history = views.history("1")
    assert [each.event.seq for each in history] == list(range(1, 17))
    assert [each.hash for each in history] == [each.event.hash for each in history]


def test_an_edition_is_read_by_its_number(views: Views, register: Register) -> None:
    register(events=16)
    assert [edition.no for edition in views.editions("1")] == [1, 2]
    assert views.edition("1", 2) == life()[-1].state.edition
    assert views.edition("1", 3) is None


def test_letters_are_seen_with_what_became_of_them(views: Views, register: Register, engine: Engine) -> None:
    register()
    outbox = Outbox(engine)
    first, second = outbox.due(MONDAY, 10)
    outbox.mark_sent(first.message_key, MONDAY + timedelta(minutes=1), "250 ok")
    sent = views.letters("1", LetterStatus.SENT)
    assert [(letter.message_key, letter.attempts, letter.last_reply) for letter in sent] == [
        (first.message_key, 1, "250 ok")
    ]
    assert sent[0].sent_at == MONDAY + timedelta(minutes=1)
    assert [letter.message_key for letter in views.letters(status=LetterStatus.QUEUED)] == [second.message_key]
    assert {letter.seq for letter in views.letters()} == {1}
    assert (views.letter_counts().queued, views.letter_counts().sent) == (1, 1)


def test_a_line_shows_what_is_a_risk_and_what_is_under_way(views: Views, engine: Engine) -> None:
    for step in recorded(SqlRecords(engine)):
        (line,) = views.list_agreements()
        amendment = step.state.amendment
        assert line.risks == risks(step.state)
        assert line.amending == (amendment.stage if amendment else None)
        assert line.edition_no == (step.state.edition.no if step.state.edition else None)


def test_a_line_ends_where_the_term_does(views: Views, engine: Engine) -> None:
    seen = []
    for step in recorded(SqlRecords(engine)):
        (line,) = views.list_agreements()
        seen.append((step.transition.event.fact, line.period_end))
    moves = [(fact, end) for (_, before), (fact, end) in pairwise(seen) if end != before]
    assert seen[0][1] == PERIOD.end
    assert moves == [
        (Fact.EDITION_TOOK_EFFECT, LONGER.end),
        (Fact.SUSPENDED, date(2029, 3, 4)),
        (Fact.TERMINATION_TOOK_EFFECT, EFFECTIVE + timedelta(days=1)),
    ]


def test_only_what_is_at_risk_is_listed_or_only_what_is_not(views: Views, engine: Engine) -> None:
    for step in recorded(SqlRecords(engine)):
        at_risk = bool(risks(step.state))
        assert numbers(views.list_agreements(at_risk=True)) == ["0001"] * at_risk
        assert numbers(views.list_agreements(at_risk=False)) == ["0001"] * (not at_risk)
    assert any(risks(step.state) for step in a_life())


@pytest.fixture
def lived(views: Views, engine: Engine) -> Views:
    """A register with one whole life, from the form to the closed file."""
    assert len(list(recorded(SqlRecords(engine)))) > 1
    return views


@pytest.mark.parametrize(
    ("at", "no"),
    [
        (datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), None),
        (datetime(2026, 12, 31, 23, tzinfo=UTC), 1),
        (datetime(2027, 5, 31, 21, 59, 59, tzinfo=UTC), 1),
        (datetime(2027, 5, 31, 22, tzinfo=UTC), 2),
        (datetime(2028, 6, 30, 21, 59, 59, tzinfo=UTC), 2),
        (datetime(2028, 6, 30, 22, tzinfo=UTC), None),
    ],
)
def test_the_record_answers_which_edition_was_in_force(lived: Views, at: datetime, no: int | None) -> None:
    edition = lived.edition_in_force("1", at)
    assert (edition.no if edition else None) == no
    assert edition is None or edition == lived.edition("1", edition.no)


def test_before_the_signature_no_edition_is_in_force(views: Views, register: Register) -> None:
    register(events=15)
    assert views.edition_in_force("1", datetime(2027, 6, 1, tzinfo=UTC)) is None
    assert views.edition_in_force("2", datetime(2027, 6, 1, tzinfo=UTC)) is None


def test_a_signed_edition_that_waits_for_its_day_counts_from_then_on(views: Views, engine: Engine) -> None:
    steps = recorded(SqlRecords(engine))
    coming = next(step.state.life.coming for step in steps if step.state.life and step.state.life.coming)
    for at, no in ((coming.at - timedelta(microseconds=1), 1), (coming.at, 2)):
        edition = views.edition_in_force("1", at)
        assert edition is not None
        assert edition.no == no


@pytest.mark.parametrize("is_awake", [False, True])
def test_an_edition_that_an_earlier_release_signed_has_counted_since_its_term_began(*, is_awake: bool) -> None:
    signed = life()[-1].state.model_copy(update={"life": None})
    woken = silence(signed, datetime(2027, 6, 1, tzinfo=UTC)).state
    state = woken if is_awake else signed
    begins = datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert edition_of(state).ref == counting_at(state, begins)
    assert counting_at(state, begins - timedelta(seconds=1)) is None
