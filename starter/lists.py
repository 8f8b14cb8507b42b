"""What the register lists: agreements, one agreement's story, letters, and what the audit of the chains finds."""

from collections.abc import Iterator
from typing import NamedTuple

from activities.outbox import LetterStatus
from activities.views import AgreementLine, AuditReport, LetterView, Views
from sla.agreement import SYSTEM, AgreementState
from sla.errors import BadInput, NotFound
from sla.events import Event
from sla.stages import Stage
from starter.moments import clock
from starter.register import known, register_of, story
from starter.session import Session
from starter.telling import counted, say, say_json, table


class Wanted(NamedTuple):
    """Which agreements somebody asks for."""

    stage: str | None
    waiting_for: str | None
    service: str | None
    customer: str | None
    text: str | None
    at_risk: bool
    limit: int
    after: str | None


def agreements(session: Session, wanted: Wanted) -> None:
    """A page of agreements, the newest first. Source: REG-2."""
    rows = register_of(session).list_agreements(
        stage=_stage(wanted.stage),
        waiting_for=wanted.waiting_for,
        service=wanted.service,
        customer=wanted.customer,
        text=wanted.text,
        at_risk=True if wanted.at_risk else None,
        limit=wanted.limit,
        after=wanted.after,
    )
    if session.as_json:
        say_json(session.out, rows)
    elif not rows:
        say(session.out, "No agreement is like that.")
    else:
        heads = ("number", "stage", "title", "customer", "edition", "waits for", "next date (UTC)")
        risky = any(row.risks for row in rows)
        table(session.out, (*heads, "risks") if risky else heads, _lines(rows, with_risks=risky))
        if len(rows) == wanted.limit:
            say(session.out, f"There may be more: --after {rows[-1].number}")


def _stage(text: str | None) -> Stage | None:
    try:
        return Stage(text) if text else None
    except ValueError:
        raise BadInput("--stage", f"{text!r:.40} is no stage", f"one of {', '.join(Stage)} is expected") from None


def _lines(rows: tuple[AgreementLine, ...], *, with_risks: bool) -> Iterator[tuple[str, ...]]:
    """One row each; the risks stand in the last cell. Source: REV-3."""
    for row in rows:
        yield (
            row.number,
            f"{row.stage}, amendment {row.amending}" if row.amending else row.stage.value,
            row.title,
            row.customer,
            str(row.edition_no or ""),
            "\n".join(row.waiting_for),
            clock(row.next_due, "UTC") if row.next_due else "",
            *(["\n".join(row.risks)] if with_risks else []),
        )


def history(session: Session, number: str) -> None:
    """The audit chain as a story. Source: REG-3."""
    views = register_of(session)
    state = known(views, number).state
    events = story(views, state.number)
    if session.as_json:
        say_json(session.out, events)
        return
    story_table(session, state, events)


def story_table(session: Session, state: AgreementState, events: tuple[Event, ...]) -> None:
    """When, who, what, stage; the times are those of the contract's zone."""
    rows = [(clock(event.at, state.zone), who(state, event), what(event), stage(event)) for event in events]
    table(session.out, (f"when ({state.zone})", "who", "what", "stage"), rows)


def who(state: AgreementState, event: Event) -> str:
    """The name of whoever acted; `system` for a rule for silence."""
    return SYSTEM if event.by == SYSTEM else state.people.name_of(event.by)


def what(event: Event) -> str:
    """The sentence, with the reason that was given."""
    return f"{event.sentence} “{event.reason}”" if event.reason else event.sentence


def stage(event: Event) -> str:
    """Where the agreement stood after it; for an event of an amendment, where that stood."""
    if event.amending is None:
        return event.stage.value
    return f"{event.stage}, amendment {'signed' if event.amending is Stage.ACTIVE else event.amending}"


def letters(session: Session, number: str | None, *, refused: bool) -> None:
    """The letters and what became of them; those of one agreement with the times of its zone."""
    views = register_of(session)
    state = known(views, number).state if number else None
    zone = state.zone if state else "UTC"
    rows = views.letters(state.number if state else None, LetterStatus.REFUSED if refused else None)
    if session.as_json:
        say_json(session.out, rows)
    elif not rows:
        say(session.out, "There is no such letter.")
    else:
        heads = ("agreement", "entry", "letter", "to", "status", "attempts", f"sent ({zone})", "last reply")
        table(session.out, heads, (_letter(row, zone) for row in rows))


def _letter(row: LetterView, zone: str) -> tuple[str, ...]:
    sent = clock(row.sent_at, zone) if row.sent_at else ""
    cause = (row.number, str(row.seq), row.kind.value.replace("_", " "), row.recipient)
    return (*cause, row.status.value, str(row.attempts), sent, row.last_reply or "")


def audit(session: Session, number: str | None) -> None:
    """What the audit finds; exit status 1 when something does not agree. Source: REG-3."""
    views = register_of(session)
    reports = (_report(views, number),) if number else tuple(_reports(views))
    if any(report.problem for report in reports):
        session.exit_status = 1
    if session.as_json:
        say_json(session.out, reports[0] if number else reports)
        return
    for report in reports:
        found = report.problem or "everything agrees"
        say(
            session.out,
            f"{report.number}: {found} ({counted(report.events, 'entry', 'entries')}, head {report.head[:12]}).",
        )
    if not reports:
        say(session.out, "The register holds no agreement.")


def _report(views: Views, number: str) -> AuditReport:
    report = views.audit(number)
    if report is None:
        raise NotFound(f"there is no agreement {number!r:.40}; `sla list` shows those that there are")
    return report


def _reports(views: Views) -> Iterator[AuditReport]:
    for head in heads(views):
        report = views.audit(head)
        if report is not None:
            yield report


def heads(views: Views) -> Iterator[str]:
    """The numbers of all agreements, page by page, the oldest first."""
    after: str | None = None
    while page := views.heads(after=after):
        yield from (head.number for head in page)
        after = page[-1].number
