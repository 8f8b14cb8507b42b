"""Receipts, comments and the independent inspection of the final draft. Source: APP-2, APP-6."""

from datetime import datetime

from sla.agreement import AgreementState, Comment, Review, Wait
from sla.awaited import Awaited
from sla.contract_commands import Acknowledge, Inspect, RaiseComment, ResolveComment
from sla.errors import AlreadyDone, NotPossible, NotYourRole, OwnWork
from sla.events import Fact
from sla.happening import Happening
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.letters import Notice
from sla.negotiation import side_of, speakers
from sla.paths import next_stage
from sla.patience import remind_escalate
from sla.people import Role
from sla.stages import Stage, Verb

MOST_COMMENTS = 200


def begin(state: AgreementState, now: datetime) -> AgreementState:
    """A fresh review: receipts and the inspection speak of one edition only."""
    return state.model_copy(update={"review": Review()})


def unacknowledged(state: AgreementState) -> tuple[Side, ...]:
    """The sides that have not proved receipt yet."""
    given = {side_of(state, email) for email in state.review.acknowledged_by}
    return tuple(side for side in Side if side not in given)


def awaited(state: AgreementState) -> tuple[Awaited, ...]:
    """Parties without a receipt, whoever raised an open comment and the SLA manager, and the inspectors."""
    rows = [
        Awaited(person.email, Verb.ACKNOWLEDGE)
        for side in unacknowledged(state)
        for person in speakers(state, side)
        if Role.SLA_MANAGER not in person.roles
    ]
    for comment in state.review.open_comments:
        managers = (person.email for person in state.people.with_role(Role.SLA_MANAGER))
        rows += [
            Awaited(email, Verb.RESOLVE_COMMENT, str(comment.no))
            for email in {comment.by: 0, **dict.fromkeys(managers, 0)}
        ]
    if state.review.passed_by is None:
        rows += [Awaited(email, Verb.INSPECT) for email in inspectors(state)]
    return tuple(rows)


def inspectors(state: AgreementState) -> tuple[str, ...]:
    """Who may inspect: the inspectors who are no authors; else the escalation contacts, else the policy's owner."""
    groups = (
        tuple(person.email for person in state.people.with_role(Role.INSPECTOR)),
        tuple(person.email for person in state.people.with_role(Role.ESCALATION)),
        (state.policy.owner,),
    )
    independent = (tuple(email for email in group if email not in state.authors) for group in groups)
    return next((group for group in independent if group), ())


def may_acknowledge(state: AgreementState, email: str, now: datetime) -> None:
    """The person has not proved receipt of this edition yet."""
    if email in state.review.acknowledged_by:
        raise AlreadyDone("your receipt of this edition is on record already; nothing is left to do")


def acknowledge(state: AgreementState, command: Acknowledge, now: datetime) -> Happening:
    """A party proves that it has received the edition."""
    review = state.review.model_copy(update={"acknowledged_by": (*state.review.acknowledged_by, command.by)})
    sentence = f"{state.people.name_of(command.by)} acknowledged receipt of edition {command.edition.no}."
    return _onward(state, review, Fact.RECEIPT_ACKNOWLEDGED, command.by, sentence)


def may_comment(state: AgreementState, email: str, now: datetime) -> None:
    """There is room for one more comment on this edition."""
    if len(state.review.comments) >= MOST_COMMENTS:
        raise NotPossible(f"{MOST_COMMENTS} comments on this edition are the most; have the draft sent back instead")


def comment(state: AgreementState, command: RaiseComment, now: datetime) -> Happening:
    """A remark; it stays open, and holds approval back, until it is resolved. The SLA manager is asked to see to it."""
    raised = Comment(no=len(state.review.comments) + 1, by=command.by, text=command.text, at=now)
    review = state.review.model_copy(update={"comments": (*state.review.comments, raised)})
    return Happening(
        state=state.model_copy(update={"review": review}),
        fact=Fact.COMMENT_RAISED,
        by=command.by,
        reason=command.text,
        sentence=f"{state.people.name_of(command.by)} raised comment {raised.no}.",
        notices=tuple(
            Notice(kind=LetterKind.COMMENT_RAISED, to=p.email, why="a comment holds the approval back")
            for p in state.people.with_role(Role.ACCOUNT_MANAGER)
            if p.email != command.by
        ),
    )


def may_resolve(state: AgreementState, email: str, now: datetime) -> None:
    """An open comment is this person's to close: their own, or any for the SLA manager."""
    managers = {person.email for person in state.people.with_role(Role.SLA_MANAGER)}
    if not state.review.open_comments:
        raise NotPossible(f"no comment of {state.number} is open; there is nothing to resolve")
    if email not in managers and email not in {c.by for c in state.review.open_comments}:
        raise NotYourRole("no open comment is yours; whoever raised it, or the SLA manager, resolves it")


def resolve_comment(state: AgreementState, command: ResolveComment, now: datetime) -> Happening:
    """Whoever raised a comment, or the SLA manager, closes it and says how."""
    found = next((c for c in state.review.comments if c.no == command.no), None)
    if found is None:
        raise NotPossible(f"there is no comment {command.no}; {len(state.review.comments)} stand")
    if found.resolved_by is not None:
        raise AlreadyDone(f"comment {found.no} was resolved by {state.people.name_of(found.resolved_by)} already")
    managers = {person.email for person in state.people.with_role(Role.SLA_MANAGER)}
    if command.by not in {found.by, *managers}:
        raise NotYourRole(f"comment {found.no} is resolved by {state.people.name_of(found.by)} or the SLA manager")
    closed = found.model_copy(update={"resolved_by": command.by, "resolution": command.resolution})
    comments = tuple(closed if c.no == found.no else c for c in state.review.comments)
    review = state.review.model_copy(update={"comments": comments})
    who = state.people.name_of(command.by)
    happening = _onward(state, review, Fact.COMMENT_RESOLVED, command.by, f"{who} resolved comment {found.no}.")
    notice = Notice(kind=LetterKind.COMMENT_RESOLVED, to=found.by, why="you raised this comment")
    notices = () if command.by == found.by else (notice,)
    return happening.model_copy(update={"reason": command.resolution, "notices": notices})


def may_inspect(state: AgreementState, email: str, now: datetime) -> None:
    """The inspector is no author, and the edition has not passed yet."""
    if email in state.authors:
        raise OwnWork("you wrote a part of these terms; somebody who did not inspects them")
    if state.review.passed_by is not None:
        raise AlreadyDone(f"{state.people.name_of(state.review.passed_by)} has passed this edition already")


def inspect(state: AgreementState, command: Inspect, now: datetime) -> Happening:
    """The inspection passes the edition, or sends it back to drafting with reasons."""
    who = state.people.name_of(command.by)
    if command.passed:
        review = state.review.model_copy(update={"passed_by": command.by})
        sentence = f"{who} passed edition {command.edition.no} in inspection."
        return _onward(state, review, Fact.INSPECTION_PASSED, command.by, sentence)
    if command.reason is None:
        raise NotPossible("an edition is sent back with a reason; say what is to be changed")
    return Happening(
        state=state.model_copy(update={"sent_back": command.reason}),
        fact=Fact.INSPECTION_FAILED,
        by=command.by,
        reason=command.reason,
        sentence=f"{who} sent edition {command.edition.no} back in inspection.",
        goto=Stage.DRAFTING,
        notices=sent_back_notices(state),
    )


def sent_back_notices(state: AgreementState) -> tuple[Notice, ...]:
    """Letters to those who must know that a draft came back: the requester and both managers. Source: APP-6."""
    roles = (Role.REQUESTER, Role.SLA_MANAGER, Role.ACCOUNT_MANAGER)
    emails = dict.fromkeys(person.email for role in roles for person in state.people.with_role(role))
    why = "you take part in this agreement, and its draft came back"
    return tuple(Notice(kind=LetterKind.SENT_BACK, to=email, why=why) for email in emails)


def _onward(state: AgreementState, review: Review, fact: Fact, by: str, sentence: str) -> Happening:
    """Goes to approval once every party has its receipt, no comment is open and the inspection has passed."""
    state = state.model_copy(update={"review": review})
    over = not unacknowledged(state) and not review.open_comments and review.passed_by is not None
    goto = next_stage(state.kind, Stage.REVIEWING) if over else None
    return Happening(state=state, fact=fact, by=by, sentence=sentence, goto=goto)


def silence(state: AgreementState, wait: Wait, now: datetime) -> Happening:
    """Remind, then escalate."""
    return remind_escalate(state, wait, now)
