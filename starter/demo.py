"""The demonstration: a stack of its own, one agreement from the form to the signature, and three years rehearsed.

Goes through the same doors as everybody: it runs the commands of `starter/storybook.py` as if they were typed, and then
`sla rehearse` with its scenario.
"""

import asyncio
import fcntl
import io
import shlex
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from activities.outbox import LetterCounts
from activities.views import AuditReport, Views
from sla.agreement import AgreementState
from sla.errors import BadInput, SlaError
from sla.fields import Value
from sla.stages import Stage
from starter.doctor import examined
from starter.findings import Report
from starter.lists import story_table, what
from starter.mail_sink import receipts
from starter.register import known, register_of, story
from starter.running import Places, places
from starter.session import Session
from starter.stack import Stack
from starter.storybook import FORM, SCENARIO, chapters
from starter.telling import counted, say, say_json

MAIL_LOOKS_EVERY_MS = 100
LETTERS_WITHIN = timedelta(seconds=20)
BETWEEN_LOOKS = timedelta(milliseconds=50)
PAGE = "rehearsal.html"
OF_A_STACK = ("register.db", "temporal.db", "letters", "logs", "stack.lock", PAGE)
"""How the names begin of what a stack, and this story, leave in their folder."""
REHEARSED_WITHIN = timedelta(minutes=2)


class Failed(SlaError):
    """A command of the story did not do what it should."""


class Demonstrated(Value):
    """What came of the demonstration."""

    number: str
    stage: Stage
    seconds: float
    decisions: int
    audit: AuditReport
    letters: LetterCounts
    letters_received: int
    health: Report
    places: Places
    rehearsal: Path | None = None
    """The page of the rehearsal."""
    problems: tuple[str, ...]


def demonstrate(session: Session, home: Path) -> None:
    """Tells the story in a fresh folder; exit status 1 when anything is not as it should be."""
    examples = session.settings.provider.parent
    if not (examples / FORM).is_file():
        right = "run it where the examples are, or set SLA_PROVIDER to the provider.yaml beside them"
        raise BadInput("demo", f"there is no {examples / FORM}", right)
    make_fresh(home)
    began = time.monotonic()
    out = session.err if session.as_json else session.out
    base = session.settings.model_copy(update={"database_url": "", "mail_looks_every_ms": MAIL_LOOKS_EVERY_MS})
    stack = Stack(home, temporal_port=None, ui_port=None, smtp_port=None, base=base, say=lambda line: say(out, line))
    with stack:
        say(out, f"Temporal's page, while this runs: {stack.settings.temporal_ui}")
        teller = Teller(Session(session.arguments, out, session.err, stack.settings))
        try:
            teller.tell(examples)
            report = teller.report(stack, began)
        finally:
            teller.close()
    report = _rehearsed(session, report, home, examples)
    session.exit_status = 1 if report.problems else 0
    if session.as_json:
        say_json(session.out, report)
    else:
        _tell_ending(session, report, home)


def _rehearsed(session: Session, report: Demonstrated, home: Path, examples: Path) -> Demonstrated:
    """Three more years of the same form, in seconds, on an engine of their own; the page stays in the folder."""
    out, page = session.err if session.as_json else session.out, home / PAGE
    words = [str(examples / FORM), "--scenario", str(examples / SCENARIO), "--html", str(page)]
    say(out, "\nThe years after: a rehearsal of the same form, with a renegotiation and a termination")
    say(out, f"  $ {shlex.join(['sla', 'rehearse', *words])}")
    provider = ["--provider", str(session.settings.provider)]
    ran = subprocess.run(
        [sys.executable, "-m", "rehearsal", *words, *provider],
        capture_output=True,
        text=True,
        check=False,
        timeout=REHEARSED_WITHIN.total_seconds(),
    )
    for line in ran.stdout.splitlines():
        say(out, f"    {line}".rstrip())
    wrong = () if ran.returncode == 0 else (f"the rehearsal ended with status {ran.returncode}: {ran.stderr.strip()}",)
    return report.model_copy(update={"rehearsal": page, "problems": (*report.problems, *wrong)})


class Teller:
    """Runs the commands of the story, and shows what each of them did."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told = 0

    def tell(self, examples: Path) -> None:
        """The whole story, up to the last signature. Raises Failed at the first command that is refused."""
        number = "0001"
        self._chapter("A form asks for an agreement", [("start", str(examples / FORM))], number)
        for title, lines in chapters(number, examples):
            self._chapter(title, lines, number)
        views = register_of(self._session)
        say(self._session.out, "\nThe story")
        story_table(self._session, known(views, number).state, story(views, number))

    def report(self, stack: Stack, began: float) -> Demonstrated:
        """Everything that should be true now, looked at."""
        views = register_of(self._session)
        state = known(views, "0001").state
        counts = _delivered(views)
        received = receipts(stack.letters)
        audit = views.audit(state.number)
        assert audit is not None
        health = asyncio.run(examined(stack.settings))
        return Demonstrated(
            number=state.number,
            stage=state.stage,
            seconds=round(time.monotonic() - began, 1),
            decisions=sum(event.decision_id is not None for event in story(views, state.number)),
            audit=audit,
            letters=counts,
            letters_received=received.total(),
            health=health,
            places=places(stack),
            problems=tuple(_problems(state, audit, counts, received, health)),
        )

    def close(self) -> None:
        """Gives the register back."""
        self._session.close()

    def _chapter(self, title: str, lines: Iterable[tuple[str, ...]], number: str) -> None:
        out = self._session.out
        say(out, f"\n{title}")
        for line in lines:
            say(out, f"  $ {shlex.join(['sla', *line])}")
            self._run(line)
            for event in story(register_of(self._session), number)[self._told :]:
                self._told = event.seq
                say(out, f"    {what(event)} ({event.stage})")

    def _run(self, line: tuple[str, ...]) -> None:
        from starter.cli import run

        said, complained = io.StringIO(), io.StringIO()
        status = run(line, Session(line, said, complained, self._session.settings))
        if status != 0:
            raise Failed(f"`{shlex.join(['sla', *line])}` ended with status {status}: {complained.getvalue().strip()}")


def _delivered(views: Views) -> LetterCounts:
    """The counts once no letter is on its way any more, or after the patience for it."""
    deadline = time.monotonic() + LETTERS_WITHIN.total_seconds()
    while (counts := views.letter_counts()).queued and time.monotonic() < deadline:
        time.sleep(BETWEEN_LOOKS.total_seconds())
    return counts


def _problems(
    state: AgreementState, audit: AuditReport, counts: LetterCounts, received: Counter[str], health: Report
) -> Iterable[str]:
    if state.stage is not Stage.ACTIVE:
        yield f"{state.number} is {state.stage}, not active"
    if audit.problem:
        yield f"the audit chain does not hold: {audit.problem}"
    if counts.queued or counts.refused:
        yield f"{counts.queued} letters are still on their way and {counts.refused} were refused"
    twice = sum(times > 1 for times in received.values())
    if received.total() != counts.sent or twice:
        yield f"{counts.sent} letters were sent, {received.total()} arrived, {twice} of them more than once"
    for finding in health.findings:
        if not finding.is_fine:
            yield f"{finding.check}: {finding.found}"


def _tell_ending(session: Session, report: Demonstrated, home: Path) -> None:
    where = report.places
    for line in (
        "",
        f"{report.number} is {report.stage} after {report.decisions} decisions, in {report.seconds:.0f} s.",
        f"  audit chain      {report.audit.problem or 'holds'} ({counted(report.audit.events, 'entry', 'entries')})",
        f"  letters          {report.letters.sent} sent, {report.letters_received} received, in {where.letters}",
        f"  register         {where.register_file}",
        f"  logs             {where.logs}",
        f"  rehearsal        {report.rehearsal}: three years as one page, to open in a browser or to attach",
        f"  Temporal's page  runs with the stack: `SLA_HOME={shlex.quote(str(home))} make up` shows this story there",
        *(f"WRONG: {problem}" for problem in report.problems),
    ):
        say(session.out, line)


def make_fresh(home: Path) -> None:
    """Empties a stack's folder. Raises BadInput for one that holds anything else, or where a stack runs."""
    if not home.exists():
        return
    strange = sorted(each.name for each in home.iterdir() if not each.name.startswith(OF_A_STACK))
    if strange:
        raise BadInput(str(home), f"it holds {strange[0]!r:.40}, which no stack made", "name another folder")
    with (home / "stack.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BadInput(str(home), "a stack runs in this folder", "end it first, or name another folder") from None
        shutil.rmtree(home)
