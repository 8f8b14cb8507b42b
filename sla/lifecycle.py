"""The life of an agreement as one table: which verb, in which stages, by whom, under which condition.

| stage | who acts | verbs | silence |
|---|---|---|---|
| requested | SLA manager and account manager together | name_engineer, agree_engineer | remind, escalate |
| capturing | engineer, customer | record_requirements, confirm_requirements | remind both, escalate |
| assessing | engineer (technical), account manager (commercial) | assess | remind, escalate |
| drafting | SLA manager | submit_draft | remind, escalate |
| negotiating | both sides by turns | submit_, accept_, reject_, withdraw_offer | lapse, open again once, lapse |
| reviewing | every party, an inspector | acknowledge, comment, resolve_comment, inspect | remind, escalate |
| approving | approvers by policy | decide, delegate | remind, deputy, owner of the policy |
| signing | named signers | sign, decline_to_sign | remind; lapse or back to approving |
| active | managers, customers, legal | conclude_review, request_change, record_results, give_, acknowledge_notice,
  agree_renewal, state_index, suspend, reinstate, open_, check_, withdraw_termination, offer_right, complete_, verify_,
  assign_action, dispute, settle_dispute, claim_credit; and those of an amendment on its way | by verb, see `patience` |
| ending | nobody: the ordered stop runs | | |

`permit` alone decides who may use a verb, when, and on which edition; `allowed` gives the buttons for a page.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sla import (
    approvals,
    capture,
    changes,
    corrective_actions,
    corrective_work,
    disputes,
    feasibility,
    negotiation,
    notice,
    price_revision,
    renewal,
    request,
    review,
    service_reviews,
    signing,
    suspension,
    termination,
)
from sla.agreement import AgreementState, local_time
from sla.amendment import scene_for
from sla.errors import NotPossible, NotYourRole, Refusal, StaleEdition, WrongStage
from sla.kinds import Side
from sla.parties import both_sides
from sla.people import Role
from sla.stages import LIVING_VERBS, Stage, Verb
from sla.terms import EditionRef

Holders = Callable[[AgreementState], tuple[str, ...]]
Condition = Callable[[AgreementState, str, datetime], None]


class VerbRow(NamedTuple):
    """Where a verb may be used, who holds it there, and what else must be true."""

    stages: frozenset[Stage]
    holders: Holders
    condition: Condition | None = None


def _role(*roles: Role) -> Holders:
    return lambda state: tuple(p.email for role in roles for p in state.people.with_role(role))


def _engineer(state: AgreementState) -> tuple[str, ...]:
    return (state.engineer.email,) if state.engineer else ()


def _engineer_and_customers(state: AgreementState) -> tuple[str, ...]:
    return (*_engineer(state), *_role(Role.CUSTOMER)(state))


def _assessors(state: AgreementState) -> tuple[str, ...]:
    return tuple(email for email, _ in feasibility.assessors(state))


def _speakers(state: AgreementState) -> tuple[str, ...]:
    return tuple(person.email for side in Side for person in negotiation.speakers(state, side))


def _everybody(state: AgreementState) -> tuple[str, ...]:
    return tuple(person.email for person in state.people.persons)


def _inspectors(state: AgreementState) -> tuple[str, ...]:
    """The inspectors, and whoever inspects when all of these are authors."""
    return tuple(dict.fromkeys((*_role(Role.INSPECTOR)(state), *review.inspectors(state))))


def _signers(state: AgreementState) -> tuple[str, ...]:
    return state.signers


def _both_sides(state: AgreementState) -> tuple[str, ...]:
    return both_sides(state)


def _both_sides_and_engineer(state: AgreementState) -> tuple[str, ...]:
    return (*both_sides(state), *_engineer(state))


def _engineer_and_manager(state: AgreementState) -> tuple[str, ...]:
    return (*_engineer(state), *_role(Role.SLA_MANAGER)(state))


def _sla_manager_and_customers(state: AgreementState) -> tuple[str, ...]:
    return _role(Role.SLA_MANAGER, Role.CUSTOMER)(state)


def _nobody(state: AgreementState) -> tuple[str, ...]:
    return ()


_MANAGERS = _role(Role.SLA_MANAGER, Role.ACCOUNT_MANAGER)
_OPEN_STAGES = frozenset(stage for stage in Stage if not stage.is_end and stage not in {Stage.ACTIVE, Stage.ENDING})
_LIVING = frozenset({Stage.ACTIVE})


def _in(*stages: Stage) -> frozenset[Stage]:
    return frozenset(stages)


VERBS: dict[Verb, VerbRow] = {
    Verb.NAME_ENGINEER: VerbRow(_in(Stage.REQUESTED), _MANAGERS, request.may_name),
    Verb.AGREE_ENGINEER: VerbRow(_in(Stage.REQUESTED), _MANAGERS, request.may_agree),
    Verb.RECORD_REQUIREMENTS: VerbRow(_in(Stage.CAPTURING), _engineer_and_customers),
    Verb.CONFIRM_REQUIREMENTS: VerbRow(_in(Stage.CAPTURING), _role(Role.CUSTOMER), capture.may_confirm),
    Verb.ASSESS: VerbRow(_in(Stage.ASSESSING), _assessors, feasibility.may_assess),
    Verb.SUBMIT_DRAFT: VerbRow(_in(Stage.DRAFTING), _role(Role.SLA_MANAGER)),
    Verb.SUBMIT_OFFER: VerbRow(_in(Stage.NEGOTIATING), _speakers, negotiation.may_offer),
    Verb.ACCEPT_OFFER: VerbRow(_in(Stage.NEGOTIATING), _speakers, negotiation.may_answer),
    Verb.REJECT_OFFER: VerbRow(_in(Stage.NEGOTIATING), _speakers, negotiation.may_answer),
    Verb.WITHDRAW_OFFER: VerbRow(_in(Stage.NEGOTIATING), _speakers, negotiation.may_withdraw_offer),
    Verb.ACKNOWLEDGE: VerbRow(_in(Stage.REVIEWING), _speakers, review.may_acknowledge),
    Verb.COMMENT: VerbRow(_in(Stage.REVIEWING), _everybody, review.may_comment),
    Verb.RESOLVE_COMMENT: VerbRow(_in(Stage.REVIEWING), _everybody, review.may_resolve),
    Verb.INSPECT: VerbRow(_in(Stage.REVIEWING), _inspectors, review.may_inspect),
    Verb.DECIDE: VerbRow(_in(Stage.APPROVING), _everybody, approvals.may_decide),
    Verb.DELEGATE: VerbRow(_in(Stage.APPROVING), _everybody, approvals.may_delegate),
    Verb.SIGN: VerbRow(_in(Stage.SIGNING), _signers, signing.may_sign),
    Verb.DECLINE_TO_SIGN: VerbRow(_in(Stage.SIGNING), _signers, signing.may_sign),
    Verb.WITHDRAW: VerbRow(_OPEN_STAGES, _role(Role.REQUESTER, Role.CUSTOMER, Role.SLA_MANAGER, Role.ACCOUNT_MANAGER)),
    Verb.CONCLUDE_REVIEW: VerbRow(_LIVING, _MANAGERS, service_reviews.may_conclude),
    Verb.REQUEST_CHANGE: VerbRow(_LIVING, _both_sides_and_engineer, changes.may_request),
    Verb.RECORD_RESULTS: VerbRow(_LIVING, _engineer_and_manager),
    Verb.GIVE_NOTICE: VerbRow(_LIVING, _both_sides, notice.may_give_notice),
    Verb.ACKNOWLEDGE_NOTICE: VerbRow(_LIVING, _both_sides, notice.may_acknowledge),
    Verb.AGREE_RENEWAL: VerbRow(_LIVING, _both_sides, renewal.may_agree_renewal),
    Verb.STATE_INDEX: VerbRow(_LIVING, _role(Role.ACCOUNT_MANAGER), price_revision.may_state_index),
    Verb.SUSPEND: VerbRow(_LIVING, _MANAGERS, suspension.may_suspend),
    Verb.REINSTATE: VerbRow(_LIVING, _MANAGERS, suspension.may_reinstate),
    Verb.OPEN_TERMINATION: VerbRow(_LIVING, _MANAGERS, termination.may_open),
    Verb.CHECK_TERMINATION: VerbRow(_LIVING, termination.checkers, termination.may_check),
    Verb.WITHDRAW_TERMINATION: VerbRow(_LIVING, _MANAGERS, termination.may_withdraw_termination),
    Verb.OFFER_RIGHT: VerbRow(_LIVING, _role(Role.SLA_MANAGER)),
    Verb.COMPLETE_ACTION: VerbRow(_LIVING, corrective_actions.doers, corrective_work.may_complete),
    Verb.VERIFY_ACTION: VerbRow(_LIVING, _sla_manager_and_customers, corrective_work.may_verify),
    Verb.ASSIGN_ACTION: VerbRow(_LIVING, _MANAGERS, corrective_work.may_assign),
    Verb.DISPUTE: VerbRow(_LIVING, _both_sides, disputes.may_dispute),
    Verb.SETTLE_DISPUTE: VerbRow(_LIVING, _both_sides, disputes.may_settle),
    Verb.CLAIM_CREDIT: VerbRow(_LIVING, _role(Role.CUSTOMER)),
    Verb.NOTE_FINDING: VerbRow(_LIVING, _nobody),
    Verb.TAKE_STEP: VerbRow(frozenset({Stage.ENDING}), _nobody),
}
"""Who may do what, where. An internal SLA never reaches the stages that its kind skips. Source: KIND-1."""


def permit(state: AgreementState, by: str, verb: Verb, now: datetime, edition: EditionRef | None = None) -> None:
    """Returns when `by` may use `verb` now (on `edition`, if the verb is about one); else raises a Refusal.

    The order of the reasons: a stranger, the wrong stage, the wrong person, a stale edition, the condition.
    """
    row, outer, state = VERBS[verb], state, scene_for(state, verb)
    if state.people.find(by) is None:
        raise NotYourRole(f"{by} is nobody whom agreement {state.number} knows; one of its people may {verb.words}")
    if state.stage not in row.stages:
        raise WrongStage(_wrong_stage(state, verb, row))
    _refuse_over(outer, now)
    holders = row.holders(state)
    if by not in holders:
        names = ", ".join(dict.fromkeys(state.people.name_of(email) for email in holders)) or "nobody"
        raise NotYourRole(f"{state.people.name_of(by)} may not {verb.words} in {state.number}; {names} may")
    _refuse_stale(state, edition)
    if verb in LIVING_VERBS and state.life is None:
        raise NotPossible(
            f"{state.number} was signed under an earlier release and sleeps; `sla doctor --wake` wakes it"
        )
    if row.condition is not None:
        row.condition(state, by, now)


def _refuse_over(state: AgreementState, now: datetime) -> None:
    """An end that has come is not undone by whoever speaks before it is recorded."""
    if state.stage is not Stage.ACTIVE or state.life is None:
        return
    over = termination.over_since(state, now)
    if over is not None:
        raise WrongStage(
            f"{state.number} is in force no more since {local_time(state, over)}; its ordered stop begins in a moment"
        )


def _wrong_stage(state: AgreementState, verb: Verb, row: VerbRow) -> str:
    where = ", ".join(stage for stage in Stage if stage in row.stages)
    if state.stage.is_end:
        return f"{state.number} has ended as {state.stage} ({_why(state)}); nothing can be done on it any more"
    if verb is Verb.WITHDRAW:
        return f"{state.number} is in force and cannot be withdrawn; it ends by a termination"
    if state.stage is Stage.ENDING:
        return (
            f"{state.number} is in force no more ({_why(state)}), and its ordered stop runs; nothing can be done on it"
        )
    if state.life is not None and verb not in LIVING_VERBS:
        on = f"amendment {state.amendment.no} is {state.stage}" if state.amendment else "no amendment is on its way"
        return f"{state.number} is in force and {on}; to {verb.words} belongs to an amendment in the stage {where}"
    return f"{state.number} is {state.stage}, and to {verb.words} belongs to the stage {where}"


def _why(state: AgreementState) -> str:
    return state.ending.why if state.ending else ""


def _refuse_stale(state: AgreementState, edition: EditionRef | None) -> None:
    if edition is None or state.edition is None:
        return
    if edition != state.edition.ref:
        raise StaleEdition(
            f"you speak of edition {edition.no} ({edition.hash[:8]}), and edition {state.edition.no} "
            f"({state.edition.hash[:8]}) is current; read it and decide on that"
        )


def allowed(state: AgreementState, person: str, now: datetime) -> tuple[Verb, ...]:
    """The verbs that this person may use now, in the order of the table: the buttons of a page."""
    return tuple(verb for verb in VERBS if _is_permitted(state, person, verb, now))


def _is_permitted(state: AgreementState, person: str, verb: Verb, now: datetime) -> bool:
    try:
        permit(state, person, verb, now)
    except Refusal:
        return False
    return True
