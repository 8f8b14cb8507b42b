"""Offers and counter-offers by turns. PRI-2."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from sla.agreement import AgreementState
from sla.contract_commands import AcceptOffer, RejectOffer, SubmitDraft, SubmitOffer, WithdrawOffer
from sla.errors import Incomplete, NotPossible, NotYourRole, OutOfTurn, StaleEdition
from sla.events import Fact
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.lifecycle import allowed
from sla.living import next_due
from sla.stages import Stage, Verb
from sla.transitions import act, silence
from tests.autopilot import terms_for
from tests.people import ANA, BO, CHEN, FINN, INES
from tests.sla.lives import DAY, NOON, do, letters, ref, refusal, silent_until, state_in


def offer(
    state: AgreementState, by: str, fee: str | None = None, *, until: datetime = NOON + 10 * DAY, id_: str = "o"
) -> SubmitOffer:
    terms = terms_for(state, Decimal(fee)) if fee else None
    return SubmitOffer(by=by, decision_id=id_, edition=ref(state), terms=terms, expires_at=until)


def accept(state: AgreementState, by: str) -> AcceptOffer:
    return AcceptOffer(by=by, decision_id="a", edition=ref(state))


def reject(state: AgreementState, by: str, *, final: bool = False) -> RejectOffer:
    return RejectOffer(by=by, decision_id="r", edition=ref(state), reason="too dear", final=final)


def take_back(state: AgreementState, by: str) -> WithdrawOffer:
    return WithdrawOffer(by=by, decision_id="w", edition=ref(state), reason="a slip")


def begun() -> AgreementState:
    return state_in(Stage.NEGOTIATING)


def offered(until: datetime = NOON + 10 * DAY) -> AgreementState:
    state = begun()
    return do(state, offer(state, BO, "170.00", until=until))


def test_the_provider_begins_and_the_customer_waits() -> None:
    state = begun()
    assert [(wait.person, wait.verb) for wait in state.waits] == [(BO, Verb.SUBMIT_OFFER)]
    assert "provider's turn" in refusal(state, offer(state, ANA, "1.00"), OutOfTurn)
    assert "may" in refusal(state, offer(state, CHEN), NotYourRole)


def test_an_offer_makes_an_edition_and_passes_the_turn() -> None:
    before = begun()
    transition = act(before, offer(before, BO, "170.00"), NOON)
    assert transition.new_edition is not None
    assert transition.new_edition.no == before.editions + 1
    assert transition.state.negotiation.turn is Side.CUSTOMER
    assert letters(transition) == {(LetterKind.OFFER_RECEIVED, ANA), (LetterKind.OFFER_RECEIVED, INES)}


def test_the_draft_as_it_stands_may_be_offered_without_a_new_edition() -> None:
    before = begun()
    transition = act(before, offer(before, BO), NOON)
    assert transition.new_edition is None
    assert transition.state.negotiation.offer is not None
    assert transition.state.negotiation.offer.edition == ref(before)


def test_the_side_that_offered_neither_counters_nor_accepts_nor_rejects_it() -> None:
    state = offered()
    for by in (BO, FINN):
        assert "customer's turn" in refusal(state, offer(state, by, "160.00", id_="p"), OutOfTurn)
        assert "your own side's" in refusal(state, accept(state, by), OutOfTurn)
        assert "your own side's" in refusal(state, reject(state, by), OutOfTurn)
        assert not {Verb.ACCEPT_OFFER, Verb.REJECT_OFFER, Verb.SUBMIT_OFFER} & set(allowed(state, by, NOON))


def test_a_counter_offer_changes_the_terms_and_turns_the_table() -> None:
    state = offered()
    assert "accept them" in refusal(state, offer(state, ANA, id_="p"), NotPossible)
    assert "accept them" in refusal(state, offer(state, ANA, "170.00", id_="p"), NotPossible)
    countered = do(state, offer(state, ANA, "150.00", id_="p"))
    assert (countered.negotiation.turn, countered.negotiation.round) == (Side.PROVIDER, 2)
    assert ANA in countered.authors
    assert do(countered, accept(countered, BO)).stage is Stage.REVIEWING


def test_an_offer_passes_the_same_gate_as_a_draft() -> None:
    state = begun()
    terms = terms_for(state, Decimal("170.00")).model_copy(update={"exclusions": ()})
    command = SubmitOffer(by=BO, decision_id="o", edition=ref(state), terms=terms, expires_at=NOON + DAY)
    assert "exclusions" in refusal(state, command, Incomplete)


def test_only_the_current_edition_is_answered() -> None:
    before = offered()
    after = do(before, offer(before, ANA, "150.00", id_="p"))
    assert "is current" in refusal(after, accept(before, BO), StaleEdition)


def test_an_offer_expires_later_than_now_and_within_half_a_year() -> None:
    state = begun()
    assert "past" in refusal(state, offer(state, BO, until=NOON), NotPossible)
    assert "180 days" in refusal(state, offer(state, BO, until=NOON + timedelta(days=180, seconds=1)), NotPossible)
    assert do(state, offer(state, BO, until=NOON + timedelta(days=180))).negotiation.offer


@pytest.mark.parametrize("verb", ["accept", "reject", "counter", "withdraw"])
def test_at_its_expiry_an_offer_is_over_for_everybody_even_before_the_timer_rings(verb: str) -> None:
    end = NOON + DAY
    state = offered(until=end)
    command = {
        "accept": accept(state, ANA),
        "reject": reject(state, ANA),
        "counter": offer(state, ANA, "150.00", until=end + DAY, id_="p"),
        "withdraw": take_back(state, BO),
    }[verb]
    assert do(state, command, now=end - timedelta(microseconds=1)) != state
    assert "expired" in refusal(state, command, NotPossible, now=end)
    assert command.verb not in allowed(state, command.by, end)


def test_a_rejected_offer_returns_the_turn_and_its_side_is_told() -> None:
    state = offered()
    transition = act(state, reject(state, ANA), NOON)
    assert (transition.state.negotiation.turn, transition.state.negotiation.offer) == (Side.PROVIDER, None)
    assert (LetterKind.OFFER_REJECTED, BO) in letters(transition)
    assert (LetterKind.OFFER_WANTED, BO) in letters(transition)
    assert {letter.context.reason for letter in transition.letters} == {"too dear"}


def test_a_final_rejection_ends_it_as_declined_and_the_requester_reads_why() -> None:
    state = offered()
    transition = act(state, reject(state, ANA, final=True), NOON)
    assert transition.state.stage is Stage.DECLINED
    assert transition.state.ending is not None
    assert (transition.state.ending.by, transition.state.ending.why) == (ANA, "too dear")
    assert (LetterKind.DECLINED, ANA) in letters(transition)


def test_an_offer_is_withdrawn_by_its_own_side_until_it_is_answered() -> None:
    state = offered()
    assert "no offer of your side" in refusal(state, take_back(state, ANA), OutOfTurn)
    again = do(state, take_back(state, FINN))
    assert (again.negotiation.turn, again.negotiation.offer) == (Side.PROVIDER, None)
    answered = do(state, reject(state, ANA))
    assert "nothing to withdraw" in refusal(answered, take_back(answered, BO), OutOfTurn)


def test_an_expired_offer_is_told_to_both_sides_and_the_round_is_open_again_once() -> None:
    first, second = (offered(until=NOON + DAY), NOON + DAY)
    assert next_due(first) == second
    lapsed = silence(first, second)
    assert (lapsed.event.fact, lapsed.state.stage) == (Fact.OFFER_LAPSED, Stage.NEGOTIATING)
    assert {(LetterKind.OFFER_LAPSED, email) for email in (ANA, INES, BO, FINN)} <= letters(lapsed)
    again = do(lapsed.state, offer(lapsed.state, BO, until=second + DAY, id_="p"), now=second)
    assert again.negotiation.turn is Side.CUSTOMER
    end = silence(again, second + DAY)
    assert (end.event.fact, end.state.stage) == (Fact.LAPSED, Stage.LAPSED)


def test_an_answer_ends_the_round_and_the_next_round_may_lapse_once_again() -> None:
    lapsed = silence(offered(until=NOON + DAY), NOON + DAY).state
    again = do(lapsed, offer(lapsed, BO, until=NOON + 3 * DAY, id_="p"), now=NOON + DAY)
    for answer in (reject(again, ANA), offer(again, ANA, "150.00", until=NOON + 3 * DAY, id_="q")):
        assert do(again, answer, now=NOON + DAY).negotiation.lapses == 0
    assert do(again, take_back(again, BO), now=NOON + DAY).negotiation.lapses == 1


def test_a_side_that_makes_no_offer_lapses_twice_and_then_it_is_over() -> None:
    transitions = silent_until(begun(), Stage.LAPSED)
    facts = [each.event.fact for each in transitions]
    assert facts == [Fact.REMINDED, Fact.OFFER_LAPSED, Fact.REMINDED, Fact.LAPSED]


def test_a_long_offer_outlives_every_reminder() -> None:
    state = offered(until=NOON + 100 * DAY)
    transitions = silent_until(state, Stage.LAPSED)
    lapse = next(each for each in transitions if each.event.fact is Fact.OFFER_LAPSED)
    assert lapse.event.at == NOON + 100 * DAY


def test_another_length_of_the_term_may_be_offered_and_the_agreement_follows_it() -> None:
    state = begun()
    longer = state.period.model_copy(update={"end": state.period.end.replace(year=2029)})
    terms = terms_for(state, Decimal("170.00")).model_copy(update={"period": longer})
    command = SubmitOffer(by=BO, decision_id="o", edition=ref(state), terms=terms, expires_at=NOON + DAY)
    assert do(state, command).period == longer


@pytest.mark.parametrize("field", ["kind", "level", "service", "provider", "customer"])
def test_the_terms_of_another_agreement_are_refused(field: str) -> None:
    state = state_in(Stage.DRAFTING)
    other = {
        "kind": "ola",
        "level": "corporate",
        "service": "visitor-wifi",
        "provider": "Other Provider",
        "customer": "Other Customer",
    }
    terms = terms_for(state).model_validate(terms_for(state).model_dump() | {field: other[field]})
    told = refusal(state, SubmitDraft(by=FINN, decision_id="d", terms=terms), NotPossible)
    assert f"as their {field}" in told


def test_a_fee_that_makes_a_contract_beyond_all_money_is_refused_at_the_gate() -> None:
    state = state_in(Stage.DRAFTING)
    terms = terms_for(state, Decimal("999999999999.00"))
    assert "smaller" in refusal(state, SubmitDraft(by=FINN, decision_id="d", terms=terms), NotPossible)
