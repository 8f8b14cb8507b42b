"""One agreement on the screen: where it stands, who is waited for, what is decided, and what somebody may do."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sla.kinds import KINDS
from sla.stages import Verb
from starter.answers import Overview, SeatOverview, overview, waited_line
from starter.moments import spoken
from starter.register import known, register_of
from starter.session import Session
from starter.telling import say, say_json, table


def show(session: Session, number: str, person: str | None) -> None:
    """Tells everything about one agreement; with `person`, what they may do now."""
    state = known(register_of(session), number).state
    answer = overview(state, person.strip().lower() if person else None, datetime.now(UTC))
    if session.as_json:
        say_json(session.out, answer)
        return
    for line in _lines(answer):
        say(session.out, line)
    if answer.requirements:
        say(session.out, "\nRequirements")
        rows = [(str(row.no), row.priority.value, row.need, row.measure) for row in answer.requirements]
        table(session.out, ("no", "priority", "need", "measure"), rows)
    if answer.assessments:
        say(session.out, "\nAssessments")
        found = [
            (f.angle.value, str(f.requirement), f.finding.value.replace("_", " "), f.reason, f.by)
            for f in answer.assessments
        ]
        table(session.out, ("angle", "requirement", "finding", "reason", "by"), found)
    for line in (*_decisions(answer), *_rights(answer, person)):
        say(session.out, line)


def _lines(answer: Overview) -> Iterator[str]:
    yield f"{answer.number}  {answer.title}"
    yield f"  stage       {answer.stage} since {spoken(answer.since, answer.zone)}"
    if answer.ending:
        yield f"  ended by    {answer.ending}"
    yield f"  parties     {answer.provider} for {answer.customer} ({KINDS[answer.kind].name})"
    yield f"  service     {answer.service}"
    yield f"  period      {answer.period_start} to {answer.period_end} ({answer.zone})"
    yield f"  reference   {answer.reference}"
    if answer.engineer:
        yield f"  engineer    {answer.engineer}"
    if answer.competent_engineers is not None:
        names = ", ".join(f"{each.name} ({each.email})" for each in answer.competent_engineers)
        yield f"  competent   {names or 'nobody; withdraw the request, and ask again when somebody is'}"
    if answer.edition:
        yield f"  edition     {answer.edition} ({(answer.edition_hash or '')[:8]}), written by {answer.author}"
    if answer.monthly_fee:
        yield f"  price       {answer.monthly_fee} a month"
    if answer.sent_back:
        yield f"  sent back   {answer.sent_back}"
    yield "  waited for" if answer.waiting_for else "  waited for  nobody"
    for each in answer.waiting_for:
        yield f"    {waited_line(each)}"


def _decisions(answer: Overview) -> Iterator[str]:
    if answer.open_comments:
        yield "\nOpen comments"
        for comment in answer.open_comments:
            yield f"  {comment.no}  {comment.by}: {comment.text}"
    if answer.approvals:
        yield "\nApprovals"
        for seat in answer.approvals:
            yield f"  {seat.stage}: {_seat(seat, answer.zone)}"
    if answer.signatures:
        yield "\nSignatures"
        for signature in answer.signatures:
            yield f"  {signature.name} for the {signature.side}, {spoken(signature.at, answer.zone)}"


def _seat(seat: SeatOverview, zone: str) -> str:
    if seat.at is None:
        return f"{seat.seat} has not decided"
    stand_in = f" for {seat.on_behalf_of}" if seat.on_behalf_of else ""
    return f"{seat.decision} by {seat.by}{stand_in}, {spoken(seat.at, zone)}"


def _rights(answer: Overview, person: str | None) -> Iterator[str]:
    if answer.may is None:
        return
    yield f"\n{person} may now"
    if not answer.may:
        yield "  do nothing here"
    for verb in answer.may:
        yield f"  {verb.words} ({', '.join(commands_of(verb))})"


def commands_of(verb: Verb) -> tuple[str, ...]:
    """The commands that use a verb: those of the same name, but for a decision."""
    return ("approve", "reject", "sign-off") if verb is Verb.DECIDE else (verb.value.replace("_", "-"),)
