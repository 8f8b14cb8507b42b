"""What an agreement in force tells of itself, in lines for people: the values of `starter.living`, and no others."""

from collections.abc import Iterator
from datetime import timedelta

from sla.life import ChangeRequest, CorrectiveAction, Notice, Termination
from sla.term import day_at
from sla.terms import RenewalMode
from starter.living import AmendmentOverview, InForceOverview, LifeOverview, TermOverview
from starter.moments import spoken
from starter.telling import counted

_DAY = timedelta(days=1)


def life_lines(life: LifeOverview, zone: str) -> Iterator[tuple[str, str]]:
    """Each thing that there is, with the word that stands before it."""
    yield from _edition_lines(life, zone)
    yield from _term_lines(life, zone)
    yield from _review_lines(life, zone)
    if life.suspension:
        who = life.names[life.suspension.by]
        since = f"by {who} on {spoken(life.suspension.since, zone)}"
        yield "suspended", f"service resumes on {life.suspension.until}; {since}"
    if life.termination:
        yield "termination", _termination_words(life.termination, life.names)
    for right in life.rights:
        lost = " (its ground was stated away)" if right.is_groundless else ""
        yield "right", f"{right.no}, of the {right.side}, last day {right.until - _DAY}: {right.ground}{lost}"
    yield from _figure_lines(life)
    if life.risks:
        yield "risks", "; ".join(life.risks)
    yield from _stop_lines(life)


def _figure_lines(life: LifeOverview) -> Iterator[tuple[str, str]]:
    for action in life.actions:
        missed = f"{action.no}, for {action.target}, missed in {action.period}"
        again = f" and {counted(action.misses - 1, 'time', 'times')} since" if action.misses > 1 else ""
        yield "action", f"{missed}{again}; {_action_words(action, life.names)}"
    for dispute in life.disputes:
        figure = f"{dispute.no}, about {dispute.target} in {dispute.period} (statement {dispute.statement[:8]})"
        raised = f"raised by {life.names[dispute.by]} for the {dispute.side}"
        yield "dispute", f"{figure}, {raised}: {dispute.reason}"


def _action_words(action: CorrectiveAction, names: dict[str, str]) -> str:
    if action.done_by is not None:
        return f"{names[action.done_by]} has done it, and nobody has verified it yet: {action.evidence}"
    late = ", OVERDUE" if action.is_overdue else ""
    return f"{names[action.owner]} has it, due by {action.due}{late}"


def _edition_lines(life: LifeOverview, zone: str) -> Iterator[tuple[str, str]]:
    if life.in_force:
        yield "edition", _in_force_words(life.in_force, life.has_begun, zone)
    if life.coming:
        coming = life.coming
        paper = f"edition {coming.edition} ({coming.hash[:8]}) takes effect {spoken(coming.at, zone)}"
        fee = f"; the fee is then {coming.monthly_fee} a month" if coming.monthly_fee else ""
        yield "coming", f"{paper}{fee}"
    if life.amendment:
        yield "amendment", _amendment_words(life.amendment, zone)


def _in_force_words(edition: InForceOverview, has_begun: bool, zone: str) -> str:
    paper = f"{edition.edition} ({edition.hash[:8]}), written by {edition.author}"
    if edition.until:
        return f"{paper}; in force until {spoken(edition.until, zone)}"
    return f"{paper}; in force {'since' if has_begun else 'from'} {spoken(edition.since, zone)}"


def _amendment_words(amendment: AmendmentOverview, zone: str) -> str:
    paper = f"edition {amendment.edition} ({(amendment.hash or '')[:8]}), written by {amendment.author}"
    wrote = paper if amendment.edition else "no draft yet"
    begun = f"{amendment.no}, decided in review {amendment.decided_in}"
    return f"{begun}: {amendment.stage} since {spoken(amendment.since, zone)}; {wrote}"


def _term_lines(life: LifeOverview, zone: str) -> Iterator[tuple[str, str]]:
    term = life.term
    if term.then is None:
        return
    then = ", for good" if term.then == "The agreement ends" else f": {term.then[:1].lower()}{term.then[1:]}"
    times = f"; it renewed {counted(term.renewals, 'time', 'times')}" if term.renewals else ""
    moved = f"; suspensions moved it by {counted(term.moved_days, 'day', 'days')}" if term.moved_days else ""
    yield "term", f"ends on {term.end}{then}{times}{moved}"
    if life.notice:
        yield "notice", _notice_words(life.notice, life.names, zone)
    elif term.last_day:
        yield "notice" if term.mode is RenewalMode.TACIT else "renewal", _deadline_words(term)
    if life.index:
        index, fee = life.index, life.fee_after_renewal
        then = f"the fee from {term.end} on is {fee} a month" if fee else "the fee stays"
        yield "index", f"{index.rate} % ({index.source}), stated by {life.names[index.by]}: {then}"


def _deadline_words(term: TermOverview) -> str:
    wanted = "give notice" if term.mode is RenewalMode.TACIT else "agree on it"
    agreed = f"the {' and the '.join(term.agreed_by)} agreed; " if term.agreed_by else ""
    tense = "was" if term.is_too_late else "is"
    return f"{agreed}the last day to {wanted} for {term.end} {tense} {term.last_day:%a %Y-%m-%d}"


def _notice_words(notice: Notice, names: dict[str, str], zone: str) -> str:
    given = f"given by {names[notice.by]} for the {notice.side} on {spoken(notice.at, zone)}"
    given = f"{given}, for the end on {notice.end} (last day {notice.end - _DAY})"
    if notice.received_at is None:
        return f"{given}; its receipt is not proven yet"
    how = f"{names[notice.received_by]} acknowledged it" if notice.received_by else "it is deemed received"
    return f"{given}; {how} on {spoken(notice.received_at, zone)}"


def _review_lines(life: LifeOverview, zone: str) -> Iterator[tuple[str, str]]:
    if life.review:
        late = ", OVERDUE" if life.review.is_overdue else ""
        yield "review", f"{life.review.no} is open since {spoken(life.review.opened_at, zone)}{late}"
    for change in life.changes:
        yield "change", f"{change.no}, of {', '.join(change.kinds)}, by {life.names[change.by]}: {change.text}"
        yield "", f"touches {_touched(change)}"
    if life.next_review:
        yield "next review", f"{life.next_review.no}, {spoken(life.next_review.at, zone)}"


def _touched(change: ChangeRequest) -> str:
    """`target first-look, requirement 2, price`: each thing by its name, in full with --json."""
    names = (line.partition(":")[0] for line in change.touches)
    return ", ".join(dict.fromkeys(name for name in names if name != "document")) or "the documents only"


def _termination_words(termination: Termination, names: dict[str, str]) -> str:
    asked = f"{termination.case} ({termination.cause.words}), asked for by the {termination.requested_by}"
    ends = f"{asked}, last day {termination.effective}"
    waived = "; the notice period is waived" if termination.waiver else ""
    if termination.checked_by:
        return f"{ends}; checked by {names[termination.checked_by]}{waived}"
    held = f"; held by legal: {termination.held}" if termination.held else "; legal has not checked it yet"
    return f"{ends}{held}{waived}"


def _stop_lines(life: LifeOverview) -> Iterator[tuple[str, str]]:
    """How the ordered stop went, and what its certificate says. Source: TER-2."""
    for no, answered in enumerate(life.stop, start=1):
        yield "stop" if no == 1 else "", f"{no}. {answered}"
    proof = life.certificate
    if proof is not None:
        yield "certificate", f"{proof.timers} timers, {proof.activities} activities and {proof.schedules} schedules run"


def held_rows(life: LifeOverview, zone: str) -> Iterator[tuple[str, ...]]:
    """The reviews that were held, one row each. Source: REV-5."""
    for each in life.held:
        satisfied = (f"{each.provider_satisfaction} of 5", f"{each.customer_satisfaction} of 5")
        yield each.no, f"{day_at(each.at, zone)}", each.outcome.words, *satisfied
