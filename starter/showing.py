"""One agreement on the screen: where it stands, who is waited for, what is decided, and what somebody may do."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sla.kinds import KINDS
from sla.stages import Stage, Verb
from starter.answers import Overview, SeatOverview, overview, waited_line
from starter.life_text import held_rows, life_lines
from starter.moments import spoken
from starter.register import known, register_of, story
from starter.session import Session
from starter.telling import say, say_json, table


def show(session: Session, number: str, person: str | None) -> None:
    """Tells everything about one agreement; with `person`, what they may do now. Once it is in force, the terms stand
    for the requirements and what was found on them; the document still holds them."""
    views = register_of(session)
    state = known(views, number).state
    closing = story(views, state.number)[-1] if state.life and state.stage.is_end else None
    answer = overview(state, person.strip().lower() if person else None, datetime.now(UTC), closing)
    if session.as_json:
        say_json(session.out, answer)
        return
    for line in _lines(answer):
        say(session.out, line)
    if answer.requirements and not answer.life:
        say(session.out, "\nRequirements")
        rows = [(str(row.no), row.priority.value, row.need, row.measure) for row in answer.requirements]
        table(session.out, ("no", "priority", "need", "measure"), rows)
    if answer.assessments and not answer.life:
        say(session.out, "\nAssessments")
        found = [
            (f.angle.value, str(f.requirement), f.finding.value.replace("_", " "), f.reason, f.by)
            for f in answer.assessments
        ]
        table(session.out, ("angle", "requirement", "finding", "reason", "by"), found)
    if answer.life and answer.life.held:
        say(session.out, "\nReviews")
        heads = ("review", "concluded", "to", "provider satisfied", "customer satisfied")
        table(session.out, heads, held_rows(answer.life, answer.zone))
    for line in (*_decisions(answer), *_rights(answer, person)):
        say(session.out, line)


def _lines(answer: Overview) -> Iterator[str]:
    yield f"{answer.number}  {answer.title}"
    yield f"  stage       {answer.stage} since {spoken(answer.since, answer.zone)}"
    if answer.ending:
        yield f"  {'ended' if answer.life else 'ended by':<11} {answer.ending}"
    yield f"  parties     {answer.provider} for {answer.customer} ({KINDS[answer.kind].name})"
    yield f"  service     {answer.service}"
    yield f"  period      {answer.period_start} to {answer.period_end} ({answer.zone})"
    yield f"  reference   {answer.reference}"
    yield from _work(answer)
    if answer.life:
        yield from (f"  {word:<11} {told}" for word, told in life_lines(answer.life, answer.zone))
    elif answer.stage is Stage.ACTIVE:
        yield "  asleep      signed under an earlier release, so no date is kept; `sla doctor --wake` wakes it"
    if answer.sent_back:
        yield f"  sent back   {answer.sent_back}"
    yield "  waited for" if answer.waiting_for else "  waited for  nobody"
    for each in answer.waiting_for:
        yield f"    {waited_line(each)}"


def _work(answer: Overview) -> Iterator[str]:
    """Who delivers, the paper, and what it costs."""
    if answer.engineer:
        yield f"  engineer    {answer.engineer}"
    if answer.competent_engineers is not None:
        names = ", ".join(f"{each.name} ({each.email})" for each in answer.competent_engineers)
        yield f"  competent   {names or 'nobody; withdraw the request, and ask again when somebody is'}"
    if answer.edition and not answer.life:
        yield f"  edition     {answer.edition} ({(answer.edition_hash or '')[:8]}), written by {answer.author}"
    if answer.monthly_fee:
        yield f"  price       {answer.monthly_fee} a month"


def _decisions(answer: Overview) -> Iterator[str]:
    if answer.open_comments:
        yield "\nOpen comments"
        for comment in answer.open_comments:
            yield f"  {comment.no}  {comment.by}: {comment.text}"
    if answer.approvals:
        yield f"\nApprovals{_of_amendment(answer)}"
        for seat in answer.approvals:
            yield f"  {seat.stage}: {_seat(seat, answer.zone)}"
    if answer.signatures:
        yield f"\nSignatures{_of_amendment(answer)}"
        for signature in answer.signatures:
            yield f"  {signature.name} for the {signature.side}, {spoken(signature.at, answer.zone)}"


def _of_amendment(answer: Overview) -> str:
    """Which paper is meant, where there are two."""
    if answer.life is None:
        return ""
    if answer.life.amendment:
        return f" of amendment {answer.life.amendment.no}"
    return f" of edition {answer.edition}" if answer.life.coming else ""


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
        words = "withdraw the amendment" if verb is Verb.WITHDRAW and answer.life else verb.words
        yield f"  {words} ({', '.join(commands_of(verb))})"


def commands_of(verb: Verb) -> tuple[str, ...]:
    """The commands that use a verb: those of the same name, but for a decision."""
    return ("approve", "reject", "sign-off") if verb is Verb.DECIDE else (verb.value.replace("_", "-"),)
