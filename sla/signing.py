"""Named signers sign the approved edition, in order or in parallel, before a deadline. Source: SIG-1."""

from datetime import datetime

from sla.agreement import AgreementState, Ending, Signature, Signing, Wait, local_time
from sla.approvals import is_complete
from sla.awaited import Awaited
from sla.calendars import add_working_days
from sla.contract_commands import DeclineToSign, Sign
from sla.errors import AlreadyDone, NotPossible, OutOfTurn
from sla.events import Fact
from sla.happening import Happening
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.letters import Notice
from sla.paths import next_stage
from sla.patience import lapse, remind
from sla.policy import OnDeadline, SigningOrder
from sla.stages import Stage, Verb


def begin(state: AgreementState, now: datetime) -> AgreementState:
    """No signature yet; the deadline is the latest of the signers' own calendars."""
    days = state.policy.signing.within_working_days
    deadline = max(add_working_days(state.people.calendar_of(email), now, days) for email in state.signers)
    return state.model_copy(update={"signing": Signing(deadline=deadline)})


def unsigned(state: AgreementState) -> tuple[str, ...]:
    """The signers whose signature on the current edition is missing, in their order."""
    current = state.edition.hash if state.edition else ""
    signed = {each.by for each in state.signing.signatures if each.edition_hash == current}
    return tuple(email for email in dict.fromkeys(state.signers) if email not in signed)


def whose_turn(state: AgreementState) -> tuple[str, ...]:
    """Who may sign now."""
    missing = unsigned(state)
    return missing[:1] if state.policy.signing.order is SigningOrder.SEQUENTIAL else missing


def awaited(state: AgreementState) -> tuple[Awaited, ...]:
    """The signers whose turn it is."""
    return tuple(Awaited(email, Verb.SIGN) for email in whose_turn(state))


def may_sign(state: AgreementState, email: str, now: datetime) -> None:
    """The approvals are complete on this very edition, the deadline is ahead, and it is this signer's turn."""
    if not is_complete(state):
        raise NotPossible("the approvals of this edition are not complete; approvals come before signatures")
    if email not in unsigned(state):
        raise AlreadyDone("your signature on this edition is on record already; nothing is left to do")
    deadline = state.signing.deadline
    if deadline is not None and deadline <= now:
        raise NotPossible(
            f"the deadline for signatures passed at {local_time(state, deadline)}; it is too late to sign"
        )
    if email not in whose_turn(state):
        first = state.people.name_of(whose_turn(state)[0])
        raise OutOfTurn(f"the signers sign in order; {first} signs before you")


def sign(state: AgreementState, command: Sign, now: datetime) -> Happening:
    """One signature; the last one puts the edition in force. Source: REG-1."""
    person = state.people.find(command.by)
    side = person.side if person else Side.PROVIDER
    signature = Signature(by=command.by, side=side, edition_hash=command.edition.hash, at=now)
    signing = state.signing.model_copy(update={"signatures": (*state.signing.signatures, signature)})
    state = state.model_copy(update={"signing": signing})
    complete = not unsigned(state)
    return Happening(
        state=state,
        fact=Fact.SIGNED,
        by=command.by,
        sentence=f"{state.people.name_of(command.by)} signed edition {command.edition.no} for the {side}.",
        goto=next_stage(state.kind, Stage.SIGNING) if complete else None,
    )


def decline_to_sign(state: AgreementState, command: DeclineToSign, now: datetime) -> Happening:
    """A signer declines, with the reason; the request ends as declined."""
    return Happening(
        state=state,
        fact=Fact.SIGNING_DECLINED,
        by=command.by,
        reason=command.reason,
        sentence=f"{state.people.name_of(command.by)} declined to sign edition {command.edition.no}.",
        goto=Stage.DECLINED,
        ending=Ending(by=command.by, why=command.reason, at=now),
    )


def silence(state: AgreementState, wait: Wait | None, now: datetime) -> Happening:
    """Remind; at the deadline back to approval, or the request lapses, as the policy says."""
    deadline = state.signing.deadline
    if deadline is None or deadline > now:
        assert wait is not None
        return remind(state, wait, now)
    missing = ", ".join(state.people.name_of(email) for email in unsigned(state))
    why = f"{missing} did not sign in time"
    if state.policy.signing.on_deadline is OnDeadline.LAPSE:
        return lapse(state, why, now)
    told = "the signatures were not there in time, and the approval begins again"
    return Happening(
        state=state,
        fact=Fact.SIGNING_EXPIRED,
        sentence=f"The deadline for signatures passed: {why}. The edition goes back to approval.",
        reason=why,
        goto=Stage.APPROVING,
        notices=tuple(Notice(kind=LetterKind.SIGNING_EXPIRED, to=email, why=told) for email in state.signers),
    )
