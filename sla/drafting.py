"""The gate: what an edition must have before it leaves drafting. Source: DRA-3."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sla.agreement import AgreementState, life_of
from sla.amendment import takes_effect
from sla.awaited import Awaited
from sla.contract_commands import SubmitDraft
from sla.credit_faults import scheme_faults
from sla.errors import Incomplete, NotPossible
from sla.events import Fact
from sla.happening import Happening
from sla.kinds import KINDS, Level
from sla.paths import next_stage
from sla.people import Role
from sla.pricing import contract_value, discount
from sla.renewal import end_of, renews
from sla.requirements import RequirementDocument
from sla.stages import Stage, Verb
from sla.targets import counts_misses
from sla.term import day_at
from sla.terms import Edition, Origin, Terms


def gaps(terms: Terms, requirements: RequirementDocument) -> tuple[str, ...]:
    """Everything that an edition still lacks, one sentence part each; empty when it may leave drafting."""
    return (*_clause_gaps(terms), *_target_gaps(terms), *_credit_gaps(terms), *_coverage_gaps(terms, requirements))


def _clause_gaps(terms: Terms) -> Iterator[str]:
    required = {
        "limits": (terms.limits, "what the promises are limited to"),
        "exclusions": (terms.exclusions, "what does not count"),
        "change_plan": (terms.change_plan, "how it may be amended in its term"),
        "review": (terms.review, "every how many months it is reviewed"),
        "termination": (terms.termination, "how it may be ended early"),
    }
    for field, (value, meaning) in required.items():
        if not value:
            yield f"{field} is missing ({meaning})"
    if KINDS[terms.kind].priced and terms.price is None:
        yield f"price is missing (a {KINDS[terms.kind].name} is priced)"
    if terms.level is Level.SERVICE and terms.service is None:
        yield "service is missing (an agreement of the service level names exactly one)"


def _target_gaps(terms: Terms) -> Iterator[str]:
    if terms.level is Level.SERVICE and not terms.targets:
        yield "targets are missing (at least one is expected)"
    seen: set[str] = set()
    for target in terms.targets:
        if target.id in seen:
            yield f"target {target.id} stands twice"
        seen.add(target.id)
        levels = () if counts_misses(target) else ("committed", "acceptable")
        for field in ("measure", "source", *levels):
            if getattr(target, field) is None:
                yield f"target {target.id} has no {field}"
        if counts_misses(target) and target.committed is not None:
            yield f"target {target.id} promises a number of misses and a committed share; one of them is expected"


def _credit_gaps(terms: Terms) -> tuple[str, ...]:
    """Credits that could never be computed for these targets and this price. Source: MON-6."""
    if terms.credits is None:
        return ()
    return scheme_faults(terms.credits, terms.targets, terms.price.monthly_fee if terms.price else None)


def _coverage_gaps(terms: Terms, requirements: RequirementDocument) -> Iterator[str]:
    """Every requirement is covered by a target or refused with a reason, and nothing unknown is named. DRA-4."""
    covered = {number for target in terms.targets for number in target.requirements}
    refused = {refusal.requirement for refusal in terms.refused}
    for number in sorted(requirements.numbers - covered - refused):
        yield f"requirement {number} has neither a target nor a refusal with its reason"
    for number in sorted((covered | refused) - requirements.numbers):
        yield f"requirement {number} does not exist"
    numbers = [refusal.requirement for refusal in terms.refused]
    for number in sorted({number for number in numbers if numbers.count(number) > 1}):
        yield f"requirement {number} is refused twice"
    for number in sorted(covered & refused):
        yield f"requirement {number} is both covered and refused"


def awaited(state: AgreementState) -> tuple[Awaited, ...]:
    """The SLA managers."""
    return tuple(Awaited(p.email, Verb.SUBMIT_DRAFT) for p in state.people.with_role(Role.SLA_MANAGER))


def submit_draft(state: AgreementState, command: SubmitDraft, now: datetime) -> Happening:
    """An edition passes the gate. Raises Incomplete with every gap, NotPossible when it is another agreement's."""
    state = with_edition(state, command.terms, Origin.DRAFT, command.by, now)
    edition = state.edition
    assert edition is not None
    who = state.people.name_of(command.by)
    return Happening(
        state=state.model_copy(update={"sent_back": None}),
        fact=Fact.DRAFT_SUBMITTED,
        by=command.by,
        sentence=f"{who} submitted the draft as edition {edition.no}.",
        goto=next_stage(state.kind, Stage.DRAFTING),
    )


def with_edition(state: AgreementState, terms: Terms, origin: Origin, author: str, now: datetime) -> AgreementState:
    """The state with a new current edition, after the gate; its author joins the authors.

    The period may differ from the one that was asked for: its length is negotiated, and the new one counts.
    Approvals and signatures of the edition before bind to another hash and so no longer count. Source: APP-3.
    """
    _refuse_other_agreement(state, terms)
    if lacking := gaps(terms, state.requirements):
        raise Incomplete("the gate holds this edition back", lacking)
    _refuse_price(state, terms)
    _refuse_dates(state, terms, now)
    edition = Edition(
        no=state.editions + 1,
        origin=origin,
        author=author,
        at=now,
        requirements_hash=state.requirements.hash,
        terms=terms,
    )
    authors = state.authors if author in state.authors else (*state.authors, author)
    return state.model_copy(
        update={
            "edition": edition,
            "editions": edition.no,
            "authors": authors,
            "period": terms.period,
            "zone": terms.period.zone,
        }
    )


def _refuse_price(state: AgreementState, terms: Terms) -> None:
    """A price that the approval policy could not judge later does not pass. Raises NotPossible."""
    if terms.price is None:
        return
    contract_value(terms.price, terms.period)
    if state.price_book is not None:
        discount(state.price_book, terms.price)


def _refuse_dates(state: AgreementState, terms: Terms, now: datetime) -> None:
    """An amendment changes something, from a day on which the agreement is in force. Raises NotPossible. AME-1."""
    stated = terms.effective_from
    if state.life is None:
        if stated is not None:
            raise NotPossible(
                f"effective_from belongs to an amendment; a first agreement counts from the start of its period, "
                f"{terms.period.start}: leave it out"
            )
        _refuse_late_hours(terms, terms.period.start)
        return
    if _counts_already(state, terms):
        raise NotPossible(
            f"these terms are those of edition {state.life.in_force[-1].edition.no}, which is in force; change "
            "something, or withdraw the amendment"
        )
    _refuse_period(state, terms, now)
    _refuse_late_hours(terms, day_at(takes_effect(state, terms, now), state.zone))
    tomorrow = day_at(now, state.zone) + timedelta(days=1)
    if stated is not None and stated < tomorrow:
        raise NotPossible(
            f"effective_from is {stated}, which is not ahead; a day from {tomorrow} on is expected, or none for the "
            "day after the last signature"
        )
    _refuse_after_end(state, terms)


def _refuse_late_hours(terms: Terms, counts_from: date) -> None:
    """Nothing could be counted in service hours that begin after the terms do. Source: DRA-8."""
    begins = terms.hours.times.effective if terms.hours and terms.hours.times else None
    if begins is not None and begins > counts_from:
        raise NotPossible(
            f"hours.times are effective from {begins}, and these terms count from {counts_from} on; that day or an "
            "earlier one is expected"
        )


def _counts_already(state: AgreementState, terms: Terms) -> bool:
    """Whether the edition in force says the same. On which day it took effect is no difference."""
    counts = life_of(state).in_force[-1]
    edition = Edition(
        no=counts.edition.no,
        origin=Origin.DRAFT,
        author=state.people.persons[0].email,
        at=counts.since,
        requirements_hash=state.requirements.hash,
        terms=terms,
    )
    days = {None, terms.effective_from, day_at(counts.since, state.zone)}
    versions = (terms.model_copy(update={"effective_from": day}) for day in days)
    return any(edition.model_copy(update={"terms": each}).ref == counts.edition for each in versions)


def _refuse_period(state: AgreementState, terms: Terms, now: datetime) -> None:
    asked, stands = terms.period, state.period
    if (asked.start, asked.zone) != (stands.start, stands.zone):
        raise NotPossible(
            f"the period begins on {asked.start} ({asked.zone}); an amendment keeps the beginning and the zone of the "
            f"agreement, {stands.start} ({stands.zone})"
        )
    effective = day_at(takes_effect(state, terms, now), state.zone)
    if asked.end != stands.end and asked.end <= effective:
        raise NotPossible(
            f"the period ends on {asked.end}, and the edition takes effect on {effective} at the earliest; a later "
            "end is expected"
        )


def _refuse_after_end(state: AgreementState, terms: Terms) -> None:
    """It counts before the agreement ends; one with a new end may begin at the very end."""
    stated, end = terms.effective_from, end_of(state, 1 if renews(state) else 0)
    latest = end if terms.period.end != state.period.end else end - timedelta(days=1)
    if stated is not None and stated > latest:
        term = "the next term" if renews(state) else state.number
        raise NotPossible(f"effective_from is {stated}, and {term} ends on {end}; a day until {latest} is expected")


def _refuse_other_agreement(state: AgreementState, terms: Terms) -> None:
    for field in ("kind", "level", "service", "provider", "customer"):
        stated, expected = getattr(terms, field), getattr(state, field)
        if stated != expected:
            raise NotPossible(f"the terms name {stated!r} as their {field}; {expected!r} is what was asked for")
