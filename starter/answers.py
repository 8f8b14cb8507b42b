"""What the command line answers with: documents for machines, and the same facts in words for people.

Knows the state and the events of an agreement. Decides nothing: what somebody may do comes from `lifecycle`.
"""

from datetime import datetime

from sla import approvals, request
from sla.agreement import AgreementState, Comment, Wait
from sla.amendment import scene
from sla.errors import BadInput
from sla.events import Event
from sla.fields import Instant, Value
from sla.kinds import Kind
from sla.letters import deadline_of
from sla.lifecycle import allowed
from sla.money import Money
from sla.requirements import Angle, Finding, Requirement
from sla.stages import Stage, Verb
from starter.living import LifeOverview, condition, living
from starter.moments import spoken


class Waiting(Value):
    """One person who is waited for. `until` is the next deadline; `until_local` the same in the contract's zone."""

    person: str
    name: str
    verb: Verb
    words: str
    on_behalf_of: str | None = None
    until: Instant | None = None
    until_local: str | None = None


class Outcome(Value):
    """What a verb came to, and what comes next."""

    number: str
    stage: Stage
    amending: Stage | None = None
    """Where its amendment stands; none where none is on its way."""
    seq: int
    happened: str
    reason: str | None = None
    decision_id: str | None = None
    edition: int | None = None
    """The edition in work, or the one in force where none is."""
    repeated: bool = False
    condition: tuple[str, ...] = ()
    """What is going on in an agreement in force: a suspension, an early end, an amendment."""
    waiting_for: tuple[Waiting, ...] = ()


class SeatOverview(Value):
    """One seat of the approval: who decided for whom; `decision` is empty while it is open."""

    stage: str
    seat: str
    decision: str = ""
    by: str | None = None
    on_behalf_of: str | None = None
    at: Instant | None = None


class SignatureOverview(Value):
    """One signature of the current edition."""

    by: str
    name: str
    side: str
    at: Instant


class FindingOverview(Value):
    """What one angle of the assessment found on one requirement."""

    angle: Angle
    by: str
    requirement: int
    finding: Finding
    reason: str


class EngineerOverview(Value):
    """An engineer who may be named."""

    email: str
    name: str


class Overview(Value):
    """Everything that `show` tells."""

    number: str
    reference: str
    title: str
    kind: Kind
    stage: Stage
    since: Instant
    provider: str
    customer: str
    service: str
    zone: str
    period_start: str
    period_end: str
    engineer: str | None = None
    competent_engineers: tuple[EngineerOverview, ...] | None = None
    """Who may be named, while an engineer is wanted; none afterwards."""
    edition: int | None = None
    edition_hash: str | None = None
    author: str | None = None
    monthly_fee: Money | None = None
    life: LifeOverview | None = None
    """What it carries from the signature on."""
    sent_back: str | None = None
    ending: str | None = None
    requirements: tuple[Requirement, ...] = ()
    assessments: tuple[FindingOverview, ...] = ()
    open_comments: tuple[Comment, ...] = ()
    approvals: tuple[SeatOverview, ...] = ()
    signatures: tuple[SignatureOverview, ...] = ()
    waiting_for: tuple[Waiting, ...] = ()
    may: tuple[Verb, ...] | None = None
    """What the person named by `--as` may do now; none when nobody was named."""


def waiting(state: AgreementState) -> tuple[Waiting, ...]:
    """Everybody who is waited for, for the agreement and for its amendment, the most urgent first."""
    rows = [_waiting(state, wait) for wait in state.waits]
    if state.amendment is not None:
        rows += [_waiting(scene(state), wait) for wait in state.amendment.waits]
    return tuple(sorted(rows, key=lambda row: (row.until is None, row.until)))


def _waiting(state: AgreementState, wait: Wait) -> Waiting:
    until = deadline_of(state, wait)
    stands_in = wait.verb is Verb.DECIDE and wait.subject != wait.person
    return Waiting(
        person=wait.person,
        name=state.people.name_of(wait.person),
        verb=wait.verb,
        words=wait.words,
        on_behalf_of=state.people.name_of(wait.subject) if stands_in else None,
        until=until,
        until_local=spoken(until, state.zone) if until else None,
    )


def outcome(state: AgreementState, event: Event, *, repeated: bool = False) -> Outcome:
    """What an event came to, and who is waited for in the state that stands now."""
    paper = scene(state).edition
    return Outcome(
        number=state.number,
        stage=state.stage,
        amending=state.amendment.stage if state.amendment else None,
        seq=event.seq,
        happened=event.sentence,
        reason=event.reason,
        decision_id=event.decision_id,
        edition=paper.no if paper else None,
        repeated=repeated,
        condition=condition(state),
        waiting_for=waiting(state),
    )


def overview(state: AgreementState, person: str | None, now: datetime, closing: Event | None = None) -> Overview:
    """The state as a person asks for it, with the certificate of its closing event.

    Raises BadInput for a `person` whom the agreement does not know.
    """
    if person is not None and state.people.find(person) is None:
        right = "the address of one of its people is expected"
        raise BadInput("--as", f"{person} is nobody whom {state.number} knows", right)
    edition, paper, life = state.edition, scene(state), living(state, now)
    if life is not None and closing is not None:
        life = life.model_copy(update={"certificate": closing.certificate})
    return Overview(
        number=state.number,
        reference=state.reference,
        title=state.title,
        kind=state.kind,
        stage=state.stage,
        since=state.stage_since,
        provider=state.provider,
        customer=state.customer,
        service=state.service_name,
        zone=state.zone,
        period_start=state.period.start.isoformat(),
        period_end=state.period.end.isoformat(),
        engineer=state.people.name_of(state.engineer.email) if state.engineer else None,
        competent_engineers=competent(state),
        edition=edition.no if edition else None,
        edition_hash=edition.hash if edition else None,
        author=state.people.name_of(edition.author) if edition else None,
        monthly_fee=_fee(state),
        sent_back=paper.sent_back,
        ending=_ending(state),
        life=life,
        requirements=state.requirements.rows,
        assessments=findings(state),
        open_comments=paper.review.open_comments,
        approvals=seats(paper),
        signatures=signatures(paper),
        waiting_for=waiting(state),
        may=None if person is None else allowed(state, person, now),
    )


def _fee(state: AgreementState) -> Money | None:
    """The monthly fee as it is now: in force, as revised at the renewals."""
    price = state.edition.terms.price if state.edition else None
    return state.life.fee if state.life else price.monthly_fee if price else None


def _ending(state: AgreementState) -> str | None:
    ending = state.ending
    if ending is None:
        return None
    if state.life is not None:
        return f"{spoken(ending.at, state.zone)}: {ending.why}"
    return f"{state.people.name_of(ending.by)}: {ending.why}"


def competent(state: AgreementState) -> tuple[EngineerOverview, ...] | None:
    """Who may be named as the engineer, while one is wanted. Source: INT-2."""
    if state.stage is not Stage.REQUESTED:
        return None
    return tuple(EngineerOverview(email=each.email, name=each.name) for each in request.competent_engineers(state))


def findings(state: AgreementState) -> tuple[FindingOverview, ...]:
    """Every verdict of the assessments that stand, angle by angle. Source: FEA-1."""
    return tuple(
        FindingOverview(
            angle=each.angle,
            by=state.people.name_of(each.by),
            requirement=verdict.requirement,
            finding=verdict.finding,
            reason=verdict.reason,
        )
        for each in state.assessments
        for verdict in each.verdicts
    )


def seats(state: AgreementState) -> tuple[SeatOverview, ...]:
    """Every seat of the approval plan with its decision on the current edition; in force, only where that very edition
    was decided on by these seats. Source: APP-5."""
    decided = {(each.stage, each.seat): each for each in approvals.valid_decisions(state)}
    if state.stage is Stage.ACTIVE and not decided:
        return ()
    rows = []
    for index, stage in enumerate(state.approval.plan):
        for approver in stage.approvers:
            seat, decision = state.people.name_of(approver.email), decided.get((index, approver.email))
            if decision is None:
                rows.append(SeatOverview(stage=stage.name, seat=seat))
                continue
            rows.append(
                SeatOverview(
                    stage=stage.name,
                    seat=seat,
                    decision="approved" if decision.approved else "rejected",
                    by=state.people.name_of(decision.by),
                    on_behalf_of=None if decision.by == decision.seat else seat,
                    at=decision.at,
                )
            )
    return tuple(rows)


def signatures(state: AgreementState) -> tuple[SignatureOverview, ...]:
    """The signatures on the current edition, and on no other."""
    current = state.edition.hash if state.edition else ""
    return tuple(
        SignatureOverview(by=each.by, name=state.people.name_of(each.by), side=each.side.value, at=each.at)
        for each in state.signing.signatures
        if each.edition_hash == current
    )


def next_lines(answer: Outcome) -> list[str]:
    """The stage with what is going on, and who is waited for until when."""
    head = f"{answer.number} is {answer.stage}"
    if answer.condition:
        head = f"{head} ({'; '.join(answer.condition)})"
    if not answer.waiting_for:
        return [f"{head}; nobody is waited for."]
    return [f"{head}. Waited for:", *(f"  {waited_line(each)}" for each in answer.waiting_for)]


def waited_line(each: Waiting) -> str:
    """`Dora Petrov, to approve or reject the edition, until Wed 2026-03-04 10:00 Europe/Berlin`."""
    stand_in = f" for {each.on_behalf_of}" if each.on_behalf_of else ""
    until = f", until {each.until_local}" if each.until_local else ""
    return f"{each.name} ({each.person}), to {each.words}{stand_in}{until}"
