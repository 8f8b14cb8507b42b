"""Whether all is well: what is reachable, what agrees, what is stuck. Each finding says what to do.

Looks and changes nothing, but for waking agreements that sleep when it is told to. What it cannot look at, because
something before it is missing, it says so.
"""

import asyncio
import smtplib
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import Client

from activities.database import is_current, open_engine, place
from activities.outbox import LetterStatus
from activities.settings import MailSecurity, Settings
from activities.views import Head, LetterView, Views
from sla.errors import SlaError
from starter import schedules
from starter.findings import Finding, Report, fine, ill, unseen
from starter.pulse import Pulse
from starter.session import Session
from starter.telling import say, say_json, table
from workflows.wire import connect

OLD_LETTER = timedelta(minutes=15)
"""A letter that waits longer has met a mail server that does not take it."""
SMTP_PATIENCE_SECONDS = 5.0
NAMED = 5
"""How many letters or agreements one finding names; the rest is counted."""
LOOKED_AT = 1000
"""How many open agreements are asked, unless all shall be."""


def examine(session: Session, *, everything: bool, wake: bool = False) -> None:
    """Tells what was found; exit status 1 when anything is wrong."""
    report = asyncio.run(examined(session.settings, everything=everything, wake=wake))
    session.exit_status = 0 if report.healthy else 1
    if session.as_json:
        say_json(session.out, report)
        return
    rows = [(each.check, each.health.value, each.found, each.todo) for each in report.findings]
    table(session.out, ("check", "", "found", "what to do"), rows)
    wrong = sum(not each.is_fine for each in report.findings)
    say(session.out, "All is well." if report.healthy else f"{wrong} of {len(report.findings)} need somebody.")


async def examined(settings: Settings, *, everything: bool = False, wake: bool = False) -> Report:
    """Every check, in the order in which they depend on each other."""
    register, views = _register(settings)
    findings = [register]
    try:
        client = await connect(settings)
        findings.append(fine("Temporal", f"answers at {settings.temporal_address}"))
    except SlaError as error:
        todo = "start it with `sla up`, or set SLA_TEMPORAL_ADDRESS"
        findings.append(ill("Temporal", str(error).partition(";")[0], todo))
        findings.append(unseen("worker, mailroom and workflows", "Temporal does not answer"))
    else:
        findings += await _workflows(client, views, everything=everything, wake=wake)
    findings.append(await asyncio.to_thread(_mail_server, settings))
    findings += _letters(views) if views else [unseen("letters", "the register does not answer")]
    return Report(findings=tuple(findings))


def _register(settings: Settings) -> tuple[Finding, Views | None]:
    """The register answers, and its tables are those of this release."""
    todo = "start its database, or set SLA_DATABASE_URL or SLA_HOME; a worker makes the tables"
    try:
        engine = open_engine(settings.register_url)
        if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
            return ill("register", f"there is none at {place(engine)}", todo), None
        if not is_current(engine):
            wrong = f"the tables at {place(engine)} are not those of this release"
            return ill("register", wrong, "start a worker of this release: it brings them up to date"), None
    except SlaError as error:
        return ill("register", str(error).partition(";")[0], todo), None
    return fine("register", f"answers at {place(engine)}"), Views(engine)


async def _workflows(client: Client, views: Views | None, *, everything: bool, wake: bool) -> list[Finding]:
    pulse = Pulse(client)
    findings = [await pulse.worker(), await pulse.mailroom(), *await pulse.stuck(), await schedules.health(client)]
    if views is None:
        return [*findings, unseen("register and workflows", "the register does not answer")]
    if not findings[0].is_fine:
        return [*findings, unseen("register and workflows", "no worker answers for the workflows")]
    heads = _heads(views)
    most = len(heads) if everything or wake else LOOKED_AT
    return [*findings, *await pulse.agreement_with(views, heads, most=most, wake=wake)]


def _heads(views: Views) -> tuple[Head, ...]:
    heads: list[Head] = []
    after: str | None = None
    while page := views.heads(after=after):
        heads += page
        after = page[-1].number
    return tuple(heads)


def _mail_server(settings: Settings) -> Finding:
    """The mail server greets. Nothing is sent."""
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with _smtp(settings) as server:
            code, _ = server.noop()
    except (OSError, smtplib.SMTPException) as error:
        todo = "start it, or set SLA_SMTP_HOST and SLA_SMTP_PORT; letters wait until it is back"
        return ill("mail server", f"{where} does not greet ({error or type(error).__name__})", todo)
    return fine("mail server", f"{where} greets ({code})")


def _smtp(settings: Settings) -> smtplib.SMTP:
    if settings.smtp_security is MailSecurity.TLS:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=SMTP_PATIENCE_SECONDS, context=context)
    return smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SMTP_PATIENCE_SECONDS)


def _letters(views: Views) -> list[Finding]:
    """Letters that were refused for good, and letters that wait too long."""
    counts = views.letter_counts()
    findings = []
    if counts.refused:
        refused = views.letters(status=LetterStatus.REFUSED)
        todo = "correct the address with the person, and tell them by other means; `sla letters --refused` lists them"
        findings.append(ill("letters", f"{counts.refused} refused for good: {_named(refused)}", todo))
    old = _old(views, datetime.now(UTC)) if counts.queued else ()
    if old:
        todo = "see that the mail server takes mail and a worker runs; they go out once by themselves then"
        findings.append(ill("letters", f"{len(old)} wait longer than 15 minutes: {_named(old)}", todo))
    return findings or [fine("letters", f"{counts.sent} sent, {counts.queued} on their way, none refused")]


def _old(views: Views, now: datetime) -> tuple[LetterView, ...]:
    return tuple(each for each in views.letters(status=LetterStatus.QUEUED) if now - each.queued_at > OLD_LETTER)


def _named(letters: tuple[LetterView, ...]) -> str:
    names = [f"{each.number} to {each.recipient} ({each.last_reply or 'no reply'})" for each in letters[:NAMED]]
    more = f" and {len(letters) - NAMED} more" if len(letters) > NAMED else ""
    return "; ".join(names) + more
