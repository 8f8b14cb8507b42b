"""Who may do what, when: the table of the life, and the buttons that follow from it."""

import pytest

from sla.acts import ACTS, STAGES
from sla.agreement import AgreementState
from sla.contract_commands import Acknowledge, Withdraw
from sla.errors import NotYourRole, WrongStage
from sla.kinds import Kind, Level
from sla.lifecycle import VERBS, allowed, permit
from sla.paths import PATHS, next_stage
from sla.stages import ENDS, LIVING_VERBS, Stage, Verb
from sla.terms import EditionRef
from tests.people import ANA, BO, CHEN, DORA, EVE, FINN, GITA, HUGO, INES, JUN, KOFI, LENA, MARA, PIA
from tests.sla.lives import NOON, carried, do, refusal, silent_until, state_in

OPEN = [stage for stage in Stage if not stage.is_end and stage not in {Stage.ACTIVE, Stage.ENDING}]

BUTTONS: dict[Stage, dict[str, set[Verb]]] = {
    Stage.REQUESTED: {FINN: {Verb.NAME_ENGINEER}, BO: {Verb.NAME_ENGINEER}},
    Stage.CAPTURING: {
        CHEN: {Verb.RECORD_REQUIREMENTS},
        ANA: {Verb.RECORD_REQUIREMENTS, Verb.CONFIRM_REQUIREMENTS},
        INES: {Verb.RECORD_REQUIREMENTS, Verb.CONFIRM_REQUIREMENTS},
    },
    Stage.ASSESSING: {CHEN: {Verb.ASSESS}, BO: {Verb.ASSESS}},
    Stage.DRAFTING: {FINN: {Verb.SUBMIT_DRAFT}},
    Stage.NEGOTIATING: {BO: {Verb.SUBMIT_OFFER}, FINN: {Verb.SUBMIT_OFFER}},
    Stage.REVIEWING: {
        **{email: {Verb.ACKNOWLEDGE} for email in (ANA, INES, BO, FINN)},
        GITA: {Verb.INSPECT},
    },
    Stage.APPROVING: {DORA: {Verb.DECIDE, Verb.DELEGATE}, HUGO: {Verb.DECIDE, Verb.DELEGATE}},
    Stage.SIGNING: {PIA: {Verb.SIGN, Verb.DECLINE_TO_SIGN}, INES: {Verb.SIGN, Verb.DECLINE_TO_SIGN}},
    Stage.ACTIVE: {
        **{email: {Verb.REQUEST_CHANGE, Verb.DISPUTE, Verb.CLAIM_CREDIT} for email in (ANA, INES)},
        CHEN: {Verb.REQUEST_CHANGE, Verb.RECORD_RESULTS},
        BO: {Verb.REQUEST_CHANGE, Verb.OPEN_TERMINATION, Verb.DISPUTE},
        FINN: {Verb.REQUEST_CHANGE, Verb.OPEN_TERMINATION, Verb.RECORD_RESULTS, Verb.OFFER_RIGHT, Verb.DISPUTE},
    },
}
MAY_WITHDRAW = {ANA, INES, BO, FINN}
EVERYBODY = (ANA, INES, BO, CHEN, DORA, FINN, GITA, HUGO, JUN, KOFI, LENA, MARA, PIA, EVE)


@pytest.mark.parametrize("stage", list(BUTTONS))
def test_the_buttons_of_everybody_when_a_stage_begins(stage: Stage) -> None:
    state = state_in(stage)
    expected = {email: set(BUTTONS[stage].get(email, set())) for email in EVERYBODY}
    for email in EVERYBODY:
        if stage in OPEN and email in MAY_WITHDRAW:
            expected[email].add(Verb.WITHDRAW)
        if stage is Stage.REVIEWING and email != EVE:
            expected[email].add(Verb.COMMENT)
    assert {email: set(allowed(state, email, NOON)) for email in EVERYBODY} == expected


@pytest.mark.parametrize("stage", OPEN)
def test_whoever_is_waited_for_may_do_what_they_are_waited_for(stage: Stage) -> None:
    state = state_in(stage)
    for wait in state.waits:
        assert wait.verb in allowed(state, wait.person, NOON)


def test_every_verb_has_a_row_and_an_act_and_every_open_stage_a_rule_for_silence() -> None:
    assert set(VERBS) == set(ACTS) == set(Verb)
    assert set(STAGES) == {*OPEN, Stage.ACTIVE}
    assert not any(row.stages & ENDS for row in VERBS.values())


def test_what_lives_is_done_in_force_only_and_nobody_does_what_the_system_does() -> None:
    for verb, row in VERBS.items():
        expected = {Stage.ACTIVE} if verb in LIVING_VERBS else {Stage.ENDING} if verb is Verb.TAKE_STEP else set(OPEN)
        assert row.stages <= expected, verb
    for verb in (Verb.TAKE_STEP, Verb.NOTE_FINDING):
        assert VERBS[verb].holders(state_in(Stage.ACTIVE)) == ()


def test_each_kind_has_its_path() -> None:
    whole = (*OPEN, Stage.ACTIVE)
    inside = tuple(stage for stage in whole if stage not in {Stage.NEGOTIATING, Stage.SIGNING})
    assert {
        Kind.CUSTOMER_SLA: whole,
        Kind.UC: whole,
        Kind.INTERNAL_SLA: inside,
        Kind.OLA: inside,
    } == PATHS
    assert next_stage(Kind.OLA, Stage.DRAFTING) is Stage.REVIEWING
    assert next_stage(Kind.OLA, Stage.APPROVING) is Stage.ACTIVE


@pytest.mark.parametrize("kind", [Kind.INTERNAL_SLA, Kind.OLA])
def test_an_agreement_within_one_house_comes_into_force_by_its_approvals(kind: Kind) -> None:
    state = state_in(Stage.ACTIVE, kind=kind)
    assert (state.signers, state.signing.signatures, state.negotiation.round) == ((), (), 0)
    assert state.edition is not None
    assert state.edition.terms.price is None


@pytest.mark.parametrize("level", [Level.CORPORATE, Level.CUSTOMER])
def test_a_level_that_measures_no_service_goes_its_way_without_targets(level: Level) -> None:
    state = state_in(Stage.DRAFTING, kind=Kind.INTERNAL_SLA, level=level, service=None)
    assert state.service is None
    assert carried(state, Stage.ACTIVE, NOON).stage is Stage.ACTIVE


@pytest.mark.parametrize("stage", OPEN)
@pytest.mark.parametrize("by", sorted(MAY_WITHDRAW))
def test_requester_customer_and_managers_withdraw_from_every_open_stage(stage: Stage, by: str) -> None:
    ended = do(state_in(stage), Withdraw(by=by, decision_id="w", reason="No budget."))
    assert ended.stage is Stage.WITHDRAWN
    assert ended.ending is not None
    assert (ended.ending.by, ended.ending.why) == (by, "No budget.")


def test_nobody_else_withdraws() -> None:
    state = state_in(Stage.DRAFTING)
    for email in set(EVERYBODY) - MAY_WITHDRAW:
        refusal(state, Withdraw(by=email, decision_id="w", reason="Mischief."), NotYourRole)


def test_in_force_it_is_not_withdrawn_any_more() -> None:
    state = state_in(Stage.ACTIVE)
    told = refusal(state, Withdraw(by=ANA, decision_id="w", reason="No budget."), WrongStage)
    assert "in force" in told


def ended() -> list[AgreementState]:
    withdrawn = do(state_in(Stage.DRAFTING), Withdraw(by=ANA, decision_id="w", reason="No budget."))
    return [withdrawn, silent_until(state_in(Stage.REVIEWING), Stage.LAPSED)[-1].state]


def test_nothing_is_allowed_after_the_end_and_the_refusal_says_how_it_ended() -> None:
    for state in ended():
        assert state.waits == ()
        for email in EVERYBODY:
            assert allowed(state, email, NOON) == ()
        for verb in Verb:
            with pytest.raises(WrongStage, match="has ended as"):
                permit(state, ANA, verb, NOON)


def test_the_first_reason_is_told_first() -> None:
    state = state_in(Stage.REVIEWING)
    stale = EditionRef(no=1, hash="0" * 64)
    assert "nobody whom" in refusal(state, Acknowledge(by=EVE, decision_id="k", edition=stale), NotYourRole)
    assert "Bo Lindqvist" in refusal(state, Acknowledge(by=CHEN, decision_id="k", edition=stale), NotYourRole)
    drafting = state_in(Stage.DRAFTING)
    assert "reviewing" in refusal(drafting, Acknowledge(by=CHEN, decision_id="k", edition=stale), WrongStage)
