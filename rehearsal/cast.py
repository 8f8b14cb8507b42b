"""The cast: when somebody who is waited for acts, and what a sensible colleague then says.

Knows the rules for people and one answer for every verb; it decides nothing that the agreement decides, and reads no
clock. Source: SEE-2.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from rehearsal.moments import span_ahead
from rehearsal.scenario import Manner, Papers
from sla.agreement import AgreementState, Wait, edition_of, life_of
from sla.amendment import scene_for
from sla.calendars import add_service_time, add_working_days
from sla.checklist import checklist_of
from sla.command import Command, EditionCommand
from sla.commands import COMMANDS
from sla.errors import NotPossible
from sla.feasibility import assessors
from sla.kinds import KINDS
from sla.life import Cause
from sla.notice import open_end
from sla.patience import Silence, steps_of
from sla.pricing import list_price
from sla.renewal import deadline_for, end_of
from sla.request import competent_engineers
from sla.requirements import Angle, Finding, Requirement, Verdict
from sla.stages import Verb
from sla.targets import Availability, Target
from sla.term import day_at
from sla.termination import earliest_day
from sla.terms import Price, Renewal, RenewalMode, ReviewCadence, Selection, Termination, Terms

TAKES = timedelta(hours=2)
"""How much of their working time a colleague needs for an answer."""
OFFER_STANDS = timedelta(days=14)

MOMENTS = frozenset({"expires_at", "starts_at", "ends_at"})
"""Fields of commands that are instants."""
DAYS = frozenset({"effective", "until", "end", "due"})
"""Fields of commands that are local days."""


# -- when


def acts_at(state: AgreementState, wait: Wait, manner: Manner) -> datetime | None:
    """When somebody answers who is waited for; None for somebody silent."""
    calendar = state.people.calendar_of(wait.person)
    since = wait.since.replace(second=0, microsecond=0)
    if manner is Manner.SILENT:
        return None
    if manner is Manner.SLOW:
        since = add_working_days(calendar, since, _patience_tried(state, wait))
    return add_service_time(calendar, since, TAKES)


def _patience_tried(state: AgreementState, wait: Wait) -> int:
    """After how many working days somebody slow answers: with the second reminder, or a day after the only one."""
    days = []
    for step in steps_of(state.stage, wait.verb):
        if step.what is not Silence.REMIND:
            break
        days.append(step.after_days)
    return days[1] if len(days) > 1 else days[0] + 1 if days else 0


# -- what


class Desk(NamedTuple):
    """What lies before somebody who is to say something."""

    state: AgreementState
    """As the verb sees it: the agreement, or the paper of its amendment."""
    by: str
    now: datetime
    subject: str
    papers: Papers


Words = dict[str, object]


def command(
    verb: Verb,
    state: AgreementState,
    by: str,
    now: datetime,
    papers: Papers,
    *,
    subject: str = "",
    given: Words | None = None,
    decision_id: str,
) -> Command:
    """The command that somebody gives: what is `given`, and for the rest what a sensible colleague says.

    Raises NotPossible where the agreement is not so far that the verb means anything.
    """
    kind = COMMANDS[verb]
    desk = Desk(scene_for(state, verb), by, now, subject, papers)
    said = _SAYS.get(verb, _nothing)(desk)
    words: Words = {**said, **_resolved(desk, given or {}), "by": by, "decision_id": decision_id}
    if issubclass(kind, EditionCommand):
        words["edition"] = _edition(desk, verb)
    return kind.model_validate(words)


def _edition(desk: Desk, verb: Verb) -> object:
    if desk.state.edition is None:
        raise NotPossible(f"there is no edition yet to {verb.words}; the draft comes first")
    return desk.state.edition.ref


def _resolved(desk: Desk, given: Words) -> Words:
    """Days and instants that were said from now on, and terms that were said as a change."""
    return {field: _value(desk, field, value) for field, value in given.items()}


def _value(desk: Desk, field: str, value: object) -> object:
    if field == "terms" and isinstance(value, dict):
        return changed(edition_of(desk.state).terms, value)
    ahead = span_ahead(value) if isinstance(value, str) and field in MOMENTS | DAYS else None
    if ahead is None:
        return value
    at = (desk.now + ahead).astimezone(UTC)
    return at if field in MOMENTS else day_at(at, desk.state.zone)


def changed(terms: Terms, parts: Words) -> Terms:
    """The terms with some of their parts put in place of those that they have. Raises pydantic's ValidationError."""
    return Terms.model_validate({**terms.model_dump(), **parts}, extra="forbid")


def _nothing(desk: Desk) -> Words:
    return {}


def _only_reason(text: str) -> Callable[[Desk], Words]:
    return lambda desk: {"reason": text}


# -- before the signature


def _engineer(desk: Desk) -> Words:
    named = competent_engineers(desk.state)
    return {"engineer": named[0].email} if named else {}


def _named_engineer(desk: Desk) -> Words:
    return {"engineer": desk.state.engineer.email} if desk.state.engineer else {}


def _rows(desk: Desk) -> Words:
    return {"rows": rows_for(desk.state, desk.papers)}


def rows_for(state: AgreementState, papers: Papers) -> tuple[Requirement, ...]:
    """The requirements on the desk; else one for each number that the terms speak of; else a single one."""
    if papers.requirements:
        return papers.requirements
    terms = papers.terms
    targets = {no: target for target in (terms.targets if terms else ()) for no in target.requirements}
    refused = {each.requirement: each for each in (terms.refused if terms else ())}
    asked_by = next(person.name for person in state.people.persons)
    return tuple(_row(no, targets.get(no), state, asked_by) for no in sorted({*targets, *refused} or {1}))


def _row(no: int, target: Target | None, state: AgreementState, asked_by: str) -> Requirement:
    return Requirement(
        no=no,
        need=target.name if target else state.service_name,
        outcome=(target.outcome if target else None) or state.title,
        measure=(target.measure if target else None) or "as the terms say",
        source="made for the rehearsal",
        asked_by=asked_by,
    )


def _requirements_hash(desk: Desk) -> Words:
    return {"requirements_hash": desk.state.requirements.hash}


def _verdicts(desk: Desk) -> Words:
    angle = dict(assessors(desk.state)).get(desk.by, Angle.TECHNICAL)
    numbers = sorted(desk.state.requirements.numbers)
    ready = {each.requirement: each for each in desk.papers.verdicts.get(angle.value, ())}
    met = {no: Verdict(requirement=no, finding=Finding.MET, reason="This is done elsewhere already.") for no in numbers}
    return {"verdicts": tuple(ready.get(no, met[no]) for no in numbers)}


def _draft(desk: Desk) -> Words:
    """The terms on the desk for the first draft; for a later one what counts now, with what the review proposed."""
    edition = desk.state.edition
    if edition is None:
        return {"terms": desk.papers.terms or made_terms(desk.state)}
    amendment = desk.state.amendment
    raised = {each.target: each.level for each in amendment.proposals} if amendment else {}
    targets = tuple(_raised(target, raised) for target in edition.terms.targets)
    return {"terms": edition.terms.model_copy(update={"targets": targets})}


def made_terms(state: AgreementState) -> Terms:
    """Terms made from the form alone: a target for every requirement, the list price of one unit of the first level, a
    review every quarter, three months' notice, a renewal by a year."""
    return Terms(
        title=state.title,
        kind=state.kind,
        level=state.level,
        service=state.service,
        provider=state.provider,
        customer=state.customer,
        period=state.period,
        targets=tuple(_made_target(row) for row in state.requirements.rows),
        limits=("Made for the rehearsal: no limit is agreed yet.",),
        exclusions=("Made for the rehearsal: no exclusion is agreed yet.",),
        change_plan="By amendment, signed by both sides.",
        review=ReviewCadence(every_months=3),
        termination=Termination(notice_months=3, clause="Three months' notice, made for the rehearsal."),
        renewal=Renewal(mode=RenewalMode.TACIT, renewal_months=12, notice_months=3),
        price=_list_price(state),
    )


def _made_target(row: Requirement) -> Target:
    return Availability(
        id=f"requirement-{row.no}",
        name=row.need.splitlines()[0][:120],
        requirements=(row.no,),
        measure=row.measure,
        source=row.source,
        committed=Decimal(99),
        acceptable=Decimal(98),
    )


def _list_price(state: AgreementState) -> Price | None:
    if not KINDS[state.kind].priced or state.price_book is None:
        return None
    selection = Selection(level=state.price_book.levels[0].id)
    return Price(selection=selection, monthly_fee=list_price(state.price_book, selection))


def _raised(target: Target, levels: Mapping[str, Decimal]) -> Target:
    return target.model_copy(update={"committed": levels[target.id]}) if target.id in levels else target


def _offer(desk: Desk) -> Words:
    return {"expires_at": desk.now + OFFER_STANDS}


def _comment(desk: Desk) -> Words:
    open_ = desk.state.review.open_comments
    no = desk.subject or (open_[0].no if open_ else 0)
    return {"no": no, "resolution": "It is explained, and stays as it is."}


def _inspection(desk: Desk) -> Words:
    return {"passed": True}


def _decision(desk: Desk) -> Words:
    return {"approve": True, "seat": desk.subject or None}


def _delegation(desk: Desk) -> Words:
    return {"starts_at": desk.now, "ends_at": desk.now + OFFER_STANDS}


# -- in force


def _review(desk: Desk) -> Words:
    life = life_of(desk.state)
    return {
        "review": desk.subject or (life.review.no if life.review else str(life.last_review or 1)),
        "outcome": "keep",
        "reason": "Both sides are content, and the terms hold.",
        "provider_satisfaction": 4,
        "customer_satisfaction": 4,
    }


def _notice(desk: Desk) -> Words:
    """For the first end that notice still reaches."""
    if deadline_for(desk.state) is None:
        return {"end": end_of(desk.state)}
    return {"end": open_end(desk.state, desk.now)[0]}


def _end(desk: Desk) -> Words:
    return {"end": end_of(desk.state)}


def _suspension(desk: Desk) -> Words:
    return {"until": day_at(desk.now, desk.state.zone) + timedelta(days=30), "reason": "The service rests for a while."}


def _termination(desk: Desk) -> Words:
    return {
        "case": "CRM-1",
        "cause": Cause.CONVENIENCE,
        "requested_by": "customer",
        "effective": earliest_day(desk.state, desk.now),
        "reason": "The service is not needed any more.",
    }


def _check(desk: Desk) -> Words:
    open_ = life_of(desk.state).termination
    asked = checklist_of(open_.cause) if open_ else ()
    answers = tuple({"question": each.key, "is_met": True} for each in asked)
    return {"case": desk.subject or (open_.case if open_ else "CRM-1"), "answers": answers}


def _case(desk: Desk) -> Words:
    open_ = life_of(desk.state).termination
    return {"case": open_.case if open_ else "CRM-1", "reason": "Both sides want to go on."}


def _right(desk: Desk) -> Words:
    until: date = day_at(desk.now, desk.state.zone) + timedelta(days=30)
    return {"side": "customer", "ground": "A level was missed again and again.", "until": until}


def _done(desk: Desk) -> Words:
    return {"no": desk.subject or 1, "evidence": "It is done, and a test shows it."}


def _verified(desk: Desk) -> Words:
    return {"no": desk.subject or 1, "is_effective": True}


def _given(desk: Desk) -> Words:
    return {"no": desk.subject or 1, "owner": desk.by}


def _settled(desk: Desk) -> Words:
    return {"no": desk.subject or 1, "reason": "The evidence shows the figure as it was stated."}


_SAYS: dict[Verb, Callable[[Desk], Words]] = {
    Verb.NAME_ENGINEER: _engineer,
    Verb.AGREE_ENGINEER: _named_engineer,
    Verb.RECORD_REQUIREMENTS: _rows,
    Verb.CONFIRM_REQUIREMENTS: _requirements_hash,
    Verb.ASSESS: _verdicts,
    Verb.SUBMIT_DRAFT: _draft,
    Verb.SUBMIT_OFFER: _offer,
    Verb.REJECT_OFFER: _only_reason("These terms do not suit us."),
    Verb.WITHDRAW_OFFER: _only_reason("We offer something else."),
    Verb.RESOLVE_COMMENT: _comment,
    Verb.INSPECT: _inspection,
    Verb.DECIDE: _decision,
    Verb.DELEGATE: _delegation,
    Verb.DECLINE_TO_SIGN: _only_reason("We do not sign this."),
    Verb.WITHDRAW: _only_reason("Nobody can take the next step."),
    Verb.CONCLUDE_REVIEW: _review,
    Verb.GIVE_NOTICE: _notice,
    Verb.AGREE_RENEWAL: _end,
    Verb.SUSPEND: _suspension,
    Verb.REINSTATE: _only_reason("The service is wanted again."),
    Verb.OPEN_TERMINATION: _termination,
    Verb.CHECK_TERMINATION: _check,
    Verb.WITHDRAW_TERMINATION: _case,
    Verb.OFFER_RIGHT: _right,
    Verb.COMPLETE_ACTION: _done,
    Verb.VERIFY_ACTION: _verified,
    Verb.ASSIGN_ACTION: _given,
    Verb.SETTLE_DISPUTE: _settled,
}
"""What is said where a scenario says nothing else. Verbs that stand not here need no words, or all of theirs."""

NEEDS: dict[Verb, tuple[str, ...]] = {
    Verb.COMMENT: ("text",),
    Verb.DELEGATE: ("to",),
    Verb.REQUEST_CHANGE: ("kinds", "text"),
    Verb.RECORD_RESULTS: ("results",),
    Verb.STATE_INDEX: ("rate", "source"),
    Verb.DISPUTE: ("period", "target", "statement", "reason"),
    Verb.CLAIM_CREDIT: ("period", "statement"),
}
"""What nobody can say for a scenario: it must stand in its step."""
