"""Notice, express renewal, and the revised fee; every deadline is counted from the current end. AME-3, PRI-7."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from sla.agreement import AgreementState, life_of
from sla.commands import AcknowledgeNotice, AgreeRenewal, GiveNotice, StateIndex
from sla.errors import AlreadyDone, NotPossible, NotYourRole
from sla.events import Fact
from sla.letter_kinds import LetterKind
from sla.living import risks
from sla.price_revision import revised_fee
from sla.renewal import deadline_for, end_of, last_end, renews
from sla.stages import Stage, Verb
from sla.terms import Period, PriceRevision, Renewal, RenewalMode
from sla.transitions import act
from tests import people
from tests.people import ANA, BO, CHEN, EVE, FINN, INES
from tests.sla.lives import EXPRESS, TACIT, berlin, by_itself, do, letters, played, refusal, sentences
from tests.sla.test_termination import check, opening, withdrawal

END = date(2028, 1, 1)
SUMMER = berlin(2027, 7, 1)
MONTHLY = Renewal(mode=RenewalMode.TACIT, renewal_months=1, notice_months=3)


def tacit(**changes: object) -> AgreementState:
    """The standard agreement in summer; it renews in the new year unless somebody gives notice by the autumn."""
    return played(people.in_force(renewal=TACIT, review=None, **changes), SUMMER)


def express() -> AgreementState:
    return played(people.in_force(renewal=EXPRESS, review=None), SUMMER)


def notice(by: str = ANA, end: date = END) -> GiveNotice:
    return GiveNotice(by=by, decision_id=f"n-{by[:2]}", end=end, reason="We buy our own printers.")


def agreement(by: str, end: date = END) -> AgreeRenewal:
    return AgreeRenewal(by=by, decision_id=f"a-{by[:2]}", end=end)


# -- the golden cases


def test_the_next_deadline_of_a_renewed_term_is_counted_from_the_current_end() -> None:
    """First end 2025-08-28, renewal 12 months, notice 2 months, on 2026-02-11: 2026-06-28."""
    period = Period(start=date(2022, 8, 28), end=date(2025, 8, 28), zone="Europe/Berlin")
    state = people.in_force(period=period, renewal=TACIT.model_copy(update={"notice_months": 2}))
    assert (end_of(state), deadline_for(state)) == (date(2026, 8, 28), date(2026, 6, 28))


def test_the_first_deadline_is_counted_from_the_first_end() -> None:
    """Start 2020-08-01, 36 months, renewals of 12, notice 3, moved by ten years: end 2033-08-01, deadline 05-01."""
    period = Period(start=date(2030, 8, 1), end=date(2033, 8, 1), zone="Europe/Berlin")
    state = people.in_force(period=period, renewal=TACIT)
    assert (end_of(state), deadline_for(state)) == (date(2033, 8, 1), date(2033, 5, 1))


# -- reminders


def test_both_sides_are_reminded_four_times_and_told_when_it_is_too_late() -> None:
    happened = by_itself(tacit(), berlin(2027, 12, 31))
    reminded = "Both sides were reminded: the last day to give notice for the end on 2028-01-01 is 2027-09-30."
    assert sentences(happened) == [
        *[reminded] * 4,
        "The deadline to give notice for the end on 2028-01-01 has passed: the term renews without notice.",
    ]
    assert letters(happened[0]) == {(LetterKind.NOTICE_REMINDER, to) for to in (ANA, INES, BO, FINN)}
    assert {kind for kind, _ in letters(happened[-1])} == {LetterKind.NOTICE_DEADLINE_PASSED}


def test_nobody_is_reminded_of_a_deadline_that_a_checked_termination_comes_before() -> None:
    ending = (opening(effective=date(2027, 11, 30)), check())
    happened = by_itself(do(tacit(), *ending, now=SUMMER), berlin(2028, 1, 1))
    assert [each.event.fact for each in happened] == [Fact.TERMINATION_TOOK_EFFECT]


def test_once_the_termination_is_withdrawn_the_deadline_is_called_to_mind_again() -> None:
    ending = (opening(effective=date(2027, 11, 30)), check(), withdrawal())
    happened = by_itself(do(tacit(), *ending, now=SUMMER), berlin(2027, 12, 31))
    assert happened[-1].event.fact is Fact.NOTICE_DEADLINE_PASSED


def test_reminders_that_a_withdrawn_termination_has_kept_back_are_not_said_late() -> None:
    late = berlin(2027, 8, 10)
    state = do(tacit(), opening(effective=date(2027, 11, 30)), check(), now=SUMMER)
    happened = by_itself(do(played(state, late), withdrawal(), now=late), berlin(2027, 12, 31))
    assert [each.event.at for each in happened] == [
        berlin(2027, 9, 1, 9),
        berlin(2027, 9, 24, 9),
        berlin(2027, 10, 1, 0),
    ]


def test_nobody_is_reminded_of_a_deadline_that_is_decided() -> None:
    happened = by_itself(do(tacit(), notice(), now=SUMMER), berlin(2027, 12, 31))
    assert {each.event.fact for each in happened}.isdisjoint({Fact.NOTICE_REMINDED, Fact.NOTICE_DEADLINE_PASSED})


# -- notice


def test_notice_is_given_and_the_other_side_is_asked_to_prove_its_receipt() -> None:
    transition = act(tacit(), notice(), SUMMER)
    assert (transition.event.fact, transition.event.reason) == (Fact.NOTICE_GIVEN, "We buy our own printers.")
    assert transition.event.sentence == (
        "Ana Ruiz gave notice for the customer: the term ends on 2028-01-01 and does not renew. Meridian Services is "
        "asked to prove its receipt."
    )
    assert letters(transition) == {(LetterKind.NOTICE_RECEIVED, to) for to in (BO, FINN)}
    assert [wait.verb for wait in transition.state.waits] == [Verb.ACKNOWLEDGE_NOTICE] * 2


def test_a_notice_of_the_provider_is_acknowledged_by_the_customer() -> None:
    transition = act(tacit(), notice(by=BO), SUMMER)
    assert letters(transition) == {(LetterKind.NOTICE_RECEIVED, to) for to in (ANA, INES)}


def test_an_acknowledged_notice_is_proven_and_nobody_is_waited_for() -> None:
    state = do(tacit(), notice(), now=SUMMER)
    transition = act(state, AcknowledgeNotice(by=BO, decision_id="k"), berlin(2027, 7, 2))
    given = life_of(transition.state).notice
    assert given is not None
    assert (given.received_at, given.received_by) == (berlin(2027, 7, 2), BO)
    assert (transition.event.fact, transition.event.by) == (Fact.NOTICE_ACKNOWLEDGED, BO)
    assert transition.event.sentence == "Bo Lindqvist acknowledged receipt of the notice for 2028-01-01."
    assert transition.state.waits == ()


def test_a_notice_that_nobody_acknowledges_is_deemed_received() -> None:
    happened = by_itself(do(tacit(), notice(), now=SUMMER), berlin(2027, 8, 1))
    assert sentences(happened)[-1] == "The notice for 2028-01-01 is deemed received: the provider stayed silent."
    last = happened[-1]
    assert (last.event.fact, last.event.by) == (Fact.NOTICE_DEEMED_RECEIVED, "system")
    given = life_of(last.state).notice
    assert given is not None
    assert given.received_by is None
    assert last.state.waits == ()


def test_silence_about_a_notice_reminds_and_escalates_first() -> None:
    facts = [each.event.fact for each in by_itself(do(tacit(), notice(), now=SUMMER), berlin(2027, 8, 1))]
    assert facts == [*[Fact.REMINDED] * 4, *[Fact.ESCALATED] * 2, Fact.NOTICE_DEEMED_RECEIVED]


def test_with_notice_the_term_ends_and_the_record_says_who_gave_it() -> None:
    last = by_itself(do(tacit(), notice(), now=SUMMER), berlin(2028, 1, 1))[-1]
    assert (last.event.fact, last.state.stage) == (Fact.TERM_ENDED, Stage.ENDING)
    assert last.event.sentence == "The term ended on 2028-01-01: Ana Ruiz gave notice on 2027-07-01."
    assert last.event.at == berlin(2028, 1, 1, 0)


def test_a_notice_is_a_risk_on_every_list() -> None:
    assert risks(do(tacit(), notice(), now=SUMMER)) == ("ends by notice, last day 2027-12-31",)


def test_notice_is_still_in_time_on_its_last_day() -> None:
    state = played(tacit(), berlin(2027, 9, 30, 23))
    assert not renews(do(state, notice(), now=berlin(2027, 9, 30, 23)))


def test_a_notice_that_comes_too_late_reads_what_is_possible() -> None:
    now = berlin(2027, 10, 1, 0)
    told = refusal(played(tacit(), now), notice(), NotPossible, now)
    assert told == (
        "it is too late to give notice for the end on 2028-01-01; notice for the end on 2029-01-01 can be given until "
        "2028-09-30"
    )


def test_whoever_is_too_late_gives_notice_for_the_end_after_and_the_term_renews_once_more() -> None:
    now = berlin(2027, 10, 2)
    state = do(played(tacit(), now), notice(end=date(2029, 1, 1)), now=now)
    assert last_end(state) == date(2029, 1, 1)
    assert Fact.RENEWED in {each.event.fact for each in by_itself(state, berlin(2028, 1, 1))}
    last = by_itself(state, berlin(2029, 1, 1))[-1]
    assert last.event.sentence == "The term ended on 2029-01-01: Ana Ruiz gave notice on 2027-10-02."


def test_where_notice_is_longer_than_a_renewal_it_can_still_be_given() -> None:
    """Each deadline is then before the end that comes before it: from the current end alone it were always too late."""
    now = berlin(2027, 11, 15)
    state = played(people.in_force(renewal=MONTHLY, review=None), now)
    told = refusal(state, notice(), NotPossible, now)
    assert told.endswith("notice for the end on 2028-03-01 can be given until 2027-11-30")
    state = do(state, notice(end=date(2028, 3, 1)), now=now)
    assert played(state, berlin(2028, 2, 29)).stage is Stage.ACTIVE
    assert played(state, berlin(2028, 3, 1)).stage is Stage.ENDING


@pytest.mark.parametrize("end", [date(2027, 12, 31), date(2029, 1, 1), date(2026, 1, 1)])
def test_notice_names_the_end_that_it_is_for(end: date) -> None:
    told = refusal(tacit(), notice(end=end), NotPossible, SUMMER)
    assert told == (
        f"{end} is not the next end of 0001; notice for the end on 2028-01-01 can be given until 2027-09-30"
    )


def test_a_second_notice_is_not_needed() -> None:
    told = refusal(do(tacit(), notice(), now=SUMMER), notice(by=BO), AlreadyDone, SUMMER)
    assert told == "Ana Ruiz has given notice for 2028-01-01 already; nothing is left to do"


@pytest.mark.parametrize("renewal", [None, EXPRESS])
def test_where_the_term_does_not_renew_by_itself_no_notice_is_needed(renewal: Renewal | None) -> None:
    state = people.in_force(renewal=renewal)
    told = refusal(state, notice(), NotPossible)
    assert told == "the term of 0001 does not renew by itself: it ends on 2028-01-01 without a notice"


def test_an_engineer_speaks_for_no_side_and_gives_no_notice() -> None:
    refusal(tacit(), notice(by=CHEN), NotYourRole, SUMMER)


def test_nobody_acknowledges_a_notice_that_was_not_given() -> None:
    told = refusal(tacit(), AcknowledgeNotice(by=BO, decision_id="k"), NotPossible, SUMMER)
    assert told == "nobody has given notice on 0001; there is nothing to acknowledge"


def test_nobody_acknowledges_the_notice_of_their_own_side() -> None:
    state = do(tacit(), notice(), now=SUMMER)
    told = refusal(state, AcknowledgeNotice(by=INES, decision_id="k"), NotYourRole, SUMMER)
    assert told == "the notice is your own side's; the provider acknowledges it"


def test_a_receipt_is_proven_once() -> None:
    state = do(tacit(), notice(), AcknowledgeNotice(by=BO, decision_id="k"), now=SUMMER)
    told = refusal(state, AcknowledgeNotice(by=FINN, decision_id="l"), AlreadyDone, SUMMER)
    assert told == "the receipt of the notice is on record already; nothing is left to do"


# -- tacit renewal


def test_without_notice_the_term_renews_and_both_sides_are_told() -> None:
    renewed = by_itself(tacit(), berlin(2028, 1, 1))[-1]
    assert (renewed.event.fact, renewed.event.at) == (Fact.RENEWED, berlin(2028, 1, 1, 0))
    assert renewed.event.sentence == "The term renewed on 2028-01-01, until 2029-01-01."
    assert letters(renewed) == {(LetterKind.RENEWED, to) for to in (ANA, INES, BO, FINN)}
    assert (renewed.state.stage, end_of(renewed.state)) == (Stage.ACTIVE, date(2029, 1, 1))


def test_a_term_without_renewal_ends() -> None:
    last = by_itself(people.in_force(review=None), berlin(2028, 1, 1))[-1]
    assert last.event.sentence == "The term ended on 2028-01-01: its terms know no renewal."


# -- express renewal


def test_with_the_word_of_both_sides_the_term_renews() -> None:
    first = act(express(), agreement(ANA), SUMMER)
    assert first.event.sentence == (
        "Ana Ruiz agreed for the customer to renew after 2028-01-01; the provider has still to agree."
    )
    assert letters(first) == {(LetterKind.RENEWAL_AGREED, to) for to in (BO, FINN)}
    second = act(first.state, agreement(BO), SUMMER)
    assert second.event.sentence == (
        "Bo Lindqvist agreed for the provider to renew after 2028-01-01; it renews until 2029-01-01."
    )
    assert letters(second) == {(LetterKind.RENEWAL_AGREED, to) for to in (ANA, INES, FINN)}
    renewed = by_itself(second.state, berlin(2028, 1, 1))[-1].state
    assert (renewed.stage, life_of(renewed).renewal_agreed) == (Stage.ACTIVE, ())


def test_with_the_word_of_one_side_only_the_agreement_ends() -> None:
    last = by_itself(do(express(), agreement(ANA), now=SUMMER), berlin(2028, 1, 1))[-1]
    assert last.event.sentence == "The term ended on 2028-01-01: its renewal was not agreed in time."


def test_the_next_renewal_is_agreed_anew() -> None:
    state = played(do(express(), agreement(ANA), agreement(BO), now=SUMMER), berlin(2028, 3, 1))
    assert played(state, berlin(2029, 1, 1)).stage is Stage.ENDING
    again = [AgreeRenewal(by=by, decision_id=f"again-{by[:2]}", end=date(2029, 1, 1)) for by in (ANA, BO)]
    assert played(do(state, *again, now=berlin(2028, 3, 1)), berlin(2029, 1, 1)).stage is Stage.ACTIVE


def test_one_side_agrees_once() -> None:
    told = refusal(do(express(), agreement(ANA), now=SUMMER), agreement(INES), AlreadyDone, SUMMER)
    assert told == "your side has agreed to renew after 2028-01-01 already; nothing is left to do"


def test_an_agreement_that_comes_too_late_reads_when_it_ends() -> None:
    now = berlin(2027, 10, 1, 0)
    told = refusal(played(express(), now), agreement(ANA), NotPossible, now)
    assert told == "the last day to agree on the renewal was 2027-09-30; 0001 ends on 2028-01-01"


def test_the_renewal_of_another_end_is_not_agreed() -> None:
    told = refusal(express(), agreement(ANA, end=date(2029, 1, 1)), NotPossible, SUMMER)
    assert told == "the term of 0001 does not end on 2029-01-01; its end is 2028-01-01"


@pytest.mark.parametrize(("renewal", "way"), [(TACIT, "renews by itself"), (None, "does not renew")])
def test_only_an_express_renewal_is_agreed(renewal: Renewal | None, way: str) -> None:
    told = refusal(people.in_force(renewal=renewal), agreement(ANA), NotPossible)
    assert told == f"the term of 0001 {way}; there is no renewal to agree to"


def test_a_stranger_agrees_to_nothing() -> None:
    refusal(express(), agreement(EVE), NotYourRole, SUMMER)


# -- the revised fee


def revising(fee: str = "1000.00", **rule: object) -> AgreementState:
    revision = PriceRevision.model_validate({"index": "consumer prices"} | rule)
    return played(
        people.in_force(price=people.terms(fee).price, renewal=TACIT, review=None, price_revision=revision), SUMMER
    )


def rate(percent: str, by: str = BO) -> StateIndex:
    return StateIndex(by=by, decision_id=f"i-{percent}", rate=Decimal(percent), source="statistics office, September")


@pytest.mark.parametrize(
    ("fee", "rule", "percent", "expected"),
    [
        ("1000.00", {}, "2.5", "1025.00"),
        ("1000.00", {"highest": "2"}, "2.5", "1020.00"),
        ("1000.00", {"highest": "3"}, "2.5", "1025.00"),
        ("1000.00", {}, "-2.5", "1000.00"),
        ("1000.00", {"may_fall": True}, "-2.5", "975.00"),
        ("1000.00", {"may_fall": True, "highest": "1"}, "-2.5", "975.00"),
        ("1000.50", {}, "1", "1010.50"),
        ("1001.50", {}, "1", "1011.52"),
        ("0.50", {}, "1", "0.50"),
        ("1000.00", {}, "0", "1000.00"),
    ],
)
def test_the_rate_moves_the_fee_within_its_bounds_rounded_half_to_even(
    fee: str, rule: dict[str, object], percent: str, expected: str
) -> None:
    """1,000.50 and 1,001.50 by 1 percent are 1,010.505 and 1,011.515: each goes to the even cent."""
    assert revised_fee(do(revising(fee, **rule), rate(percent), now=SUMMER)) == people.euros(expected)


def test_the_fee_moves_at_the_renewal_and_not_before() -> None:
    state = do(revising(), rate("2.5"), now=SUMMER)
    assert life_of(state).fee == people.euros("1000.00")
    renewed = by_itself(state, berlin(2028, 1, 1))[-1]
    assert renewed.event.sentence == (
        "The term renewed on 2028-01-01, until 2029-01-01. The monthly fee is EUR 1,025.00 from now on; it was "
        "EUR 1,000.00."
    )
    assert life_of(renewed.state).fee == people.euros("1025.00")


def test_the_next_renewal_moves_the_revised_fee_by_a_rate_of_its_own() -> None:
    state = played(do(revising(), rate("10"), now=SUMMER), berlin(2028, 2, 1))
    assert life_of(state).index is None
    state = do(state, rate("20"), now=berlin(2028, 2, 1))
    assert life_of(played(state, berlin(2029, 1, 1))).fee == people.euros("1320.00")


def test_a_fee_that_no_amount_may_be_stays_as_it_is() -> None:
    state = revising()
    largest = people.euros("999999999999.00")
    state = state.model_copy(update={"life": life_of(state).model_copy(update={"fee": largest})})
    assert revised_fee(do(state, rate("100"), now=SUMMER)) == largest


def test_without_a_stated_rate_the_fee_stays() -> None:
    assert life_of(played(revising(), berlin(2028, 1, 1))).fee == people.euros("1000.00")


def test_a_stated_rate_says_what_it_makes_of_the_fee() -> None:
    transition = act(revising(highest="2"), rate("2.5"), SUMMER)
    assert transition.event.sentence == (
        "Bo Lindqvist stated an index rate of 2.5 % (statistics office, September): the fee from 2028-01-01 on is "
        "EUR 1,020.00 a month, if the term renews. By the terms the rate counts as 2 %."
    )


def test_a_rate_stated_again_replaces_the_first() -> None:
    assert revised_fee(do(revising(), rate("2"), rate("3"), now=SUMMER)) == people.euros("1030.00")


def test_terms_that_revise_no_price_take_no_rate() -> None:
    told = refusal(tacit(), rate("2"), NotPossible, SUMMER)
    assert told == "the terms of 0001 revise no price at a renewal; an amendment changes the fee"


def test_a_term_that_does_not_renew_takes_no_rate() -> None:
    state = people.in_force(price_revision=PriceRevision(index="consumer prices"))
    told = refusal(state, rate("2"), NotPossible)
    assert told == "the term of 0001 does not renew, so no fee is revised"


def test_only_the_account_manager_states_the_rate() -> None:
    refusal(revising(), rate("2", by=FINN), NotYourRole, SUMMER)


@pytest.mark.parametrize("percent", ["-100", "100.1", "NaN"])
def test_a_rate_that_no_index_has_is_refused(percent: str) -> None:
    with pytest.raises(ValidationError, match="rate"):
        rate(percent)
