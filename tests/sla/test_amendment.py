"""An amendment runs the same phases on a second paper, while the edition in force goes on. AME-1."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from sla.agenda import agenda
from sla.agreement import AgreementState, edition_of, life_of
from sla.amendment import in_force_at, scene
from sla.commands import AgreeRenewal, GiveNotice, RequestChange, StateIndex
from sla.contract_commands import DeclineToSign, RejectOffer, Sign, SubmitDraft, SubmitOffer, Withdraw
from sla.ending_commands import Reinstate, Suspend
from sla.errors import NotPossible, WrongStage
from sla.events import Fact
from sla.kinds import Kind
from sla.letter_kinds import LetterKind
from sla.life import ChangeKind
from sla.living import coming_up, dues
from sla.renewal import deadline_for, end_of, renews
from sla.stages import Stage
from sla.terms import Period, PriceRevision, Renewal, RenewalMode, ReviewCadence, SuspensionRule, Terms
from sla.transitions import act
from tests import people
from tests.people import ANA, BO, FINN, INES, PIA
from tests.sla.lives import (
    EXPRESS,
    TACIT,
    amended,
    amending,
    berlin,
    by_itself,
    do,
    letters,
    played,
    refusal,
    renegotiating,
    sentences,
    state_in,
)

MARCH = berlin(2027, 3, 1)
CHEAPER = people.terms("900.00")


def begun(**changes: object) -> AgreementState:
    return played(people.in_force(**{"review": ReviewCadence(every_months=24)} | changes), MARCH)


def rewritten(state: AgreementState, **changes: object) -> Terms:
    """The terms in force, changed."""
    return Terms.model_validate(edition_of(state).terms.model_dump() | changes)


# -- on its way


def test_an_amendment_begins_with_the_draft_and_the_old_edition_counts() -> None:
    state = renegotiating(begun(), MARCH)
    assert (state.stage, scene(state).stage) == (Stage.ACTIVE, Stage.DRAFTING)
    assert edition_of(state) == edition_of(begun())


@pytest.mark.parametrize("stage", [Stage.DRAFTING, Stage.NEGOTIATING, Stage.REVIEWING, Stage.APPROVING, Stage.SIGNING])
def test_in_every_phase_of_the_amendment_the_old_edition_is_the_one_in_force(stage: Stage) -> None:
    before = begun()
    state, now = amending(before, stage, CHEAPER, MARCH)
    assert scene(state).stage is stage
    assert (state.edition, state.period) == (before.edition, before.period)
    counts = in_force_at(state, now)
    assert counts is not None
    assert counts.edition == edition_of(before).ref


def test_an_event_of_the_amendment_says_so_and_speaks_of_its_edition() -> None:
    state = renegotiating(begun(), MARCH)
    transition = act(state, SubmitDraft(by=FINN, decision_id="d", terms=CHEAPER), MARCH)
    event = transition.event
    assert event.sentence == f"Amendment 1: Finn Doyle submitted the draft as edition {state.editions + 1}."
    assert (event.stage_before, event.stage, event.amending) == (Stage.ACTIVE, Stage.ACTIVE, Stage.NEGOTIATING)
    assert event.edition == edition_of(scene(transition.state)).ref
    assert transition.new_edition == scene(transition.state).edition


def test_the_numbers_of_editions_go_on() -> None:
    state = amended(begun(), CHEAPER, MARCH)
    coming = life_of(state).coming
    assert coming is not None
    assert coming.edition.no == state.editions > edition_of(state).no


def test_a_verb_of_a_phase_reads_that_no_amendment_is_on_its_way() -> None:
    told = refusal(begun(), SubmitDraft(by=FINN, decision_id="d", terms=CHEAPER), WrongStage, MARCH)
    assert told == (
        "0001 is in force and no amendment is on its way; to submit the draft belongs to an amendment in the stage "
        "drafting"
    )


# -- agreed, and in effect


def test_without_a_stated_day_it_takes_effect_on_the_day_after_the_last_signature() -> None:
    state = amended(begun(), CHEAPER, MARCH)
    coming = life_of(state).coming
    assert coming is not None
    assert coming.at == berlin(2027, 3, 2, 0)
    assert state.amendment is None
    assert edition_of(state) == edition_of(begun())


def test_with_a_stated_day_it_takes_effect_at_its_beginning() -> None:
    state = amended(begun(), people.terms("900.00", effective_from=date(2027, 6, 1)), MARCH)
    last = by_itself(state, berlin(2027, 6, 1))[-1]
    assert (last.event.at, last.event.fact) == (berlin(2027, 6, 1, 0), Fact.EDITION_TOOK_EFFECT)
    assert last.event.sentence == (
        f"Edition {last.state.editions} took effect on 2027-06-01; edition {edition_of(state).no} counted until then. "
        "The monthly fee is EUR 900.00 from now on; it was EUR 1,000.00."
    )
    assert letters(last) == {(LetterKind.EDITION_TOOK_EFFECT, to) for to in (ANA, INES, BO, FINN)}
    assert life_of(last.state).fee == people.euros("900.00")


def test_the_record_answers_which_edition_was_in_force_at_any_instant() -> None:
    state = amended(begun(), people.terms("900.00", effective_from=date(2027, 6, 1)), MARCH)
    old, changed = edition_of(state).ref, played(state, berlin(2027, 6, 1))
    new, change = edition_of(changed).ref, berlin(2027, 6, 1, 0)
    found = [
        in_force_at(changed, at)
        for at in (
            berlin(2026, 12, 31),
            berlin(2027, 1, 1, 0),
            change - timedelta(microseconds=1),
            change,
            berlin(2030, 1, 1),
        )
    ]
    assert [each.edition if each else None for each in found] == [None, old, old, new, new]
    ended = played(changed, berlin(2028, 1, 1))
    assert in_force_at(ended, berlin(2028, 1, 1, 0)) is None
    assert in_force_at(ended, berlin(2027, 12, 31, 23)) is not None


def test_before_the_term_begins_the_amended_edition_is_the_first_that_counts() -> None:
    state = amended(people.in_force(), people.terms("900.00"), berlin(2026, 6, 1))
    told = sentences(by_itself(state, berlin(2027, 1, 1)))
    assert told[-2].endswith("never counted. The monthly fee is EUR 900.00 from now on; it was EUR 1,000.00.")
    assert told[-1] == f"The term began on 2027-01-01; edition {state.editions} counts."
    assert len(life_of(played(state, berlin(2027, 1, 1))).in_force) == 1


def test_a_price_that_the_amendment_leaves_as_it_was_stays_as_renewals_have_revised_it() -> None:
    state = begun(price_revision=PriceRevision(index="consumer prices"))
    revised = life_of(state).model_copy(update={"fee": people.euros("1030.00")})
    state = state.model_copy(update={"life": revised})
    after = played(amended(state, rewritten(state, title="Printing, amended"), MARCH), berlin(2027, 3, 2))
    assert life_of(after).fee == people.euros("1030.00")


def test_the_letters_of_an_amendment_that_leaves_the_price_tell_the_revised_fee() -> None:
    state = begun(price_revision=PriceRevision(index="consumer prices"))
    revised = life_of(state).model_copy(update={"fee": people.euros("1030.00")})
    state = state.model_copy(update={"life": revised})
    paper, now = amending(state, Stage.SIGNING, rewritten(state, exclusions=("Paper.",)), MARCH)
    transition = act(paper, Sign(by=PIA, decision_id="p", edition=edition_of(scene(paper)).ref), now)
    transition = act(transition.state, Sign(by=INES, decision_id="i", edition=edition_of(scene(paper)).ref), now)
    told = {each.context.fee for each in transition.letters if each.kind is LetterKind.AMENDMENT_AGREED}
    assert told == {"EUR 1,030.00 a month"}


def test_a_fee_that_is_agreed_for_the_renewal_is_not_moved_by_an_index_at_once() -> None:
    state = begun(renewal=TACIT, price_revision=PriceRevision(index="consumer prices"))
    state = do(state, StateIndex(by=BO, decision_id="i", rate=Decimal(2), source="statistics office"), now=MARCH)
    terms = rewritten(state, price=CHEAPER.price, effective_from=date(2028, 1, 1))
    happened = by_itself(amended(state, terms, MARCH), berlin(2028, 1, 1))
    assert "The index rate that was stated does not move it." in sentences(happened)[-2]
    assert life_of(happened[-1].state).fee == people.euros("900.00")


def test_an_edition_that_is_signed_after_its_stated_day_names_the_cause_of_its_later_one() -> None:
    stated = rewritten(begun(), exclusions=("Paper.",), effective_from=date(2027, 3, 2))
    state, _ = amending(begun(), Stage.SIGNING, stated, MARCH)
    for by in (PIA, INES):
        signature = Sign(by=by, decision_id=by.split("@")[0], edition=edition_of(scene(state)).ref)
        state = do(state, signature, now=berlin(2027, 3, 3))
    due = next(each for each in dues(state) if each.key.startswith("edition-"))
    assert (due.at, due.cause) == (berlin(2027, 3, 4, 0), "amendment: the day after it was agreed")


def test_an_amendment_inside_one_house_is_agreed_and_nobody_is_said_to_have_signed() -> None:
    state = state_in(Stage.ACTIVE, kind=Kind.INTERNAL_SLA)
    terms = rewritten(state, exclusions=("Paper.",))
    state = amended(state, terms, MARCH)
    with pytest.raises(NotPossible, match="edition 2 is agreed and takes effect on 2027-03-02"):
        renegotiating(state, MARCH)


# -- it fails, and the old edition goes on


def test_a_withdrawn_amendment_leaves_the_old_edition() -> None:
    state, now = amending(begun(), Stage.NEGOTIATING, CHEAPER, MARCH)
    transition = act(state, Withdraw(by=ANA, decision_id="w", reason="Not worth it."), now)
    assert transition.event.sentence == "Amendment 1: Ana Ruiz withdrew the amendment."
    assert (transition.state.stage, transition.state.amendment) == (Stage.ACTIVE, None)
    assert (transition.state.edition, transition.state.ending) == (state.edition, None)
    assert {kind for kind, _ in letters(transition)} == {LetterKind.AMENDMENT_ENDED}


def test_a_declined_amendment_leaves_the_old_edition() -> None:
    state, now = amending(begun(), Stage.NEGOTIATING, CHEAPER, MARCH)
    paper = scene(state)
    offer = SubmitOffer(by=BO, decision_id="o", edition=edition_of(paper).ref, expires_at=now + timedelta(days=9))
    state = do(state, offer, now=now)
    no = RejectOffer(by=ANA, decision_id="r", edition=edition_of(scene(state)).ref, reason="Too dear.", final=True)
    transition = act(state, no, now)
    assert (transition.state.stage, transition.state.amendment) == (Stage.ACTIVE, None)
    assert transition.event.amending is Stage.DECLINED


def test_an_amendment_that_a_signer_declines_leaves_the_old_edition() -> None:
    state, now = amending(begun(), Stage.SIGNING, CHEAPER, MARCH)
    no = DeclineToSign(by=PIA, decision_id="n", edition=edition_of(scene(state)).ref, reason="Not these terms.")
    transition = act(state, no, now)
    assert (transition.state.stage, transition.state.amendment) == (Stage.ACTIVE, None)
    assert transition.state.edition == state.edition


def test_an_amendment_that_nobody_carries_on_lapses_and_the_agreement_goes_on() -> None:
    happened = by_itself(renegotiating(begun(), MARCH), berlin(2027, 6, 30))
    last = next(each for each in happened if each.event.fact is Fact.LAPSED)
    assert last.event.sentence == "Amendment 1: The amendment lapsed: Finn Doyle was silent to the end."
    assert (last.state.stage, last.state.amendment) == (Stage.ACTIVE, None)


def test_after_one_has_failed_the_next_amendment_has_its_own_number() -> None:
    state, now = amending(begun(), Stage.NEGOTIATING, CHEAPER, MARCH)
    state = do(state, Withdraw(by=ANA, decision_id="w", reason="Not worth it."), now=now)
    amendment = renegotiating(state, now).amendment
    assert amendment is not None
    assert amendment.no == 2


def test_an_amendment_that_is_still_on_its_way_is_over_with_the_agreement() -> None:
    state = amending(played(begun(), berlin(2027, 12, 20)), Stage.APPROVING, CHEAPER, berlin(2027, 12, 20))[0]
    last = by_itself(state, berlin(2028, 1, 1))[-1]
    assert last.event.sentence == (
        "The term ended on 2028-01-01: its terms know no renewal. Amendment 1 is over with it."
    )
    assert {wait.person for wait in scene(state).waits} <= {letter.to for letter in last.letters}


# -- a new end, a new rule


def longer(end: date = date(2029, 1, 1)) -> Period:
    return Period(start=date(2027, 1, 1), end=end, zone="Europe/Berlin")


def test_a_new_end_is_the_one_that_counts_and_deadlines_are_counted_from_it() -> None:
    state = begun(renewal=TACIT)
    after = played(amended(state, rewritten(state, period=longer()), MARCH), berlin(2027, 3, 2))
    assert (end_of(after), deadline_for(after)) == (date(2029, 1, 1), date(2028, 10, 1))


def test_the_deadline_of_a_new_end_is_never_named_like_one_that_was_called_to_mind() -> None:
    state = begun(renewal=TACIT)
    later = Period(start=date(2027, 1, 1), end=date(2029, 7, 1), zone="Europe/Berlin")
    state = amended(state, rewritten(state, period=later, effective_from=date(2027, 11, 15)), MARCH)
    names = [entry.uid for entry in agenda(state, berlin(2027, 3, 2))]
    assert len(set(names)) == len(names)


def test_a_new_end_does_not_count_before_the_edition_takes_effect() -> None:
    state = begun()
    terms = rewritten(state, period=longer(), effective_from=date(2027, 6, 1))
    state = amended(state, terms, MARCH)
    assert end_of(state) == date(2028, 1, 1)
    assert end_of(played(state, berlin(2027, 6, 1))) == date(2029, 1, 1)


def test_a_new_rule_for_renewals_counts_from_the_end_that_stands() -> None:
    state = played(begun(renewal=TACIT), berlin(2028, 2, 1))
    yearly = Renewal(mode=RenewalMode.TACIT, renewal_months=6, notice_months=1)
    after = played(amended(state, rewritten(state, renewal=yearly), berlin(2028, 2, 1)), berlin(2028, 2, 2))
    assert (end_of(after), end_of(after, 1), deadline_for(after)) == (
        date(2029, 1, 1),
        date(2029, 7, 1),
        date(2028, 12, 1),
    )


def test_days_that_a_suspension_has_moved_stay_under_a_new_rule_and_fall_with_a_new_end() -> None:
    rule = SuspensionRule(extends_term=True)
    suspend = Suspend(by=FINN, decision_id="s", until=date(2027, 3, 31), reason="The house is rebuilt.")
    state = played(do(begun(suspension=rule), suspend, now=MARCH), berlin(2027, 4, 1))
    now, later = berlin(2027, 4, 1), berlin(2027, 4, 2)
    assert end_of(played(amended(state, rewritten(state, renewal=TACIT), now), later)) == date(2028, 1, 31)
    assert end_of(played(amended(state, rewritten(state, period=longer()), now), later)) == date(2029, 1, 1)


def test_a_new_end_takes_a_notice_for_the_old_one_away_and_says_so() -> None:
    state = do(begun(renewal=TACIT), GiveNotice(by=ANA, decision_id="n", end=date(2028, 1, 1)), now=MARCH)
    last = by_itself(amended(state, rewritten(state, period=longer()), MARCH), berlin(2027, 3, 2, 0))[-1]
    assert last.event.sentence.endswith(" The notice for 2028-01-01 counts no more.")
    assert renews(last.state)


def test_what_was_decided_about_the_end_stays_when_only_the_price_changes() -> None:
    words = [AgreeRenewal(by=by, decision_id=f"a-{by[:2]}", end=date(2028, 1, 1)) for by in (ANA, BO)]
    state = do(begun(renewal=EXPRESS), *words, now=MARCH)
    price = people.terms("900.00").price
    after = played(amended(state, rewritten(state, price=price), MARCH), berlin(2027, 3, 2))
    assert renews(after)


def test_an_edition_that_takes_effect_at_the_very_instant_of_the_end_extends_the_agreement() -> None:
    state = begun()
    terms = rewritten(state, period=longer(), effective_from=date(2028, 1, 1))
    after = played(amended(state, terms, MARCH), berlin(2028, 1, 1))
    assert (after.stage, end_of(after)) == (Stage.ACTIVE, date(2029, 1, 1))
    spans = life_of(after).in_force
    assert spans[0].until == spans[1].since == berlin(2028, 1, 1, 0)


def test_whoever_speaks_at_that_very_instant_is_not_told_that_it_is_over() -> None:
    state = begun()
    terms = rewritten(state, period=longer(), effective_from=date(2028, 1, 1))
    state, now = played(amended(state, terms, MARCH), berlin(2027, 12, 31, 23)), berlin(2028, 1, 1, 0)
    asked = RequestChange(by=ANA, decision_id="a", kinds=(ChangeKind.PRICE,), text="Less.")
    assert life_of(do(state, asked, now=now)).changes


def test_an_end_that_moves_back_before_the_edition_leaves_it_without_effect_and_says_so() -> None:
    """A suspension had moved the end; the early reinstatement moves it back before the day of the new edition."""
    suspend = Suspend(by=FINN, decision_id="s", until=date(2027, 5, 29), reason="The house is rebuilt.")
    state = do(begun(suspension=SuspensionRule(extends_term=True)), suspend, now=MARCH)
    state = amended(state, rewritten(state, title="Late", effective_from=date(2028, 3, 1)), MARCH)
    state = do(state, Reinstate(by=FINN, decision_id="r", reason="Ready."), now=berlin(2027, 3, 2))
    last = by_itself(state, berlin(2028, 3, 1))[-1]
    assert last.event.sentence.endswith(f" Edition {state.editions} never took effect.")


def test_a_new_cadence_gives_the_reviews_from_then_on() -> None:
    state = played(begun(review=ReviewCadence(every_months=3)), berlin(2027, 4, 20))
    terms = rewritten(state, review=ReviewCadence(every_months=1))
    after = played(amended(state, terms, berlin(2027, 4, 20)), berlin(2027, 4, 21))
    due = coming_up(after)
    assert due is not None
    opened = [each for each in by_itself(after, berlin(2027, 6, 2)) if each.event.fact is Fact.REVIEW_OPENED]
    assert [each.event.at for each in opened] == [berlin(2027, 5, 3, 10), berlin(2027, 6, 1, 10)]


def test_a_level_that_is_raised_is_the_one_that_counts() -> None:
    state = begun()
    first, *others = edition_of(state).terms.targets
    raised = first.model_copy(update={"committed": Decimal("99.8")})
    after = played(amended(state, rewritten(state, targets=(raised, *others)), MARCH), berlin(2027, 3, 2))
    assert edition_of(after).terms.targets[0].committed == Decimal("99.8")
