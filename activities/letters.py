"""The mailroom: takes the letters that are due from the register, hands them to the mail server, notes each outcome.

It decides nothing about an agreement, and no agreement waits for it. The clock of the wall is good enough here:
a delivery is no business fact.

Once or twice? A letter is noted as sent right after the server has taken it. When this process dies between the
two, when the connection breaks before the server's answer has arrived, or when another mailroom takes over from one
that is cut off, the same letter is sent again: the same bytes with the same Message-ID, by which receivers recognise
a copy. It is never lost, and it is never sent again once its outcome stands in the register.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jinja2 import TemplateNotFound
from temporalio import activity

from activities.outbox import Outbox, OutboxLetter
from activities.rendering import Stationery
from activities.settings import Settings
from activities.smtp import Answer, Conversation, MailServerAway, SmtpServer, Verdict
from workflows.messages import DeliveryReport, DeliveryRound
from workflows.ports import Letters

LETTERS_AT_ONCE = 100
MOST_CONNECTIONS = 4
_LETTERS_A_CONNECTION = 5
"""A second connection is worth its greeting from so many letters on."""
_HEARTBEAT_SECONDS = 3.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Backoff:
    """How long to wait after the first failure; twice as long after each further one, up to the longest."""

    first: timedelta
    longest: timedelta

    def after(self, failures: int) -> timedelta:
        """The wait after so many failures in a row, counted from one."""
        return min(self.longest, self.first * (1 << min(max(failures - 1, 0), 30)))


LETTER_BACKOFF = Backoff(first=timedelta(seconds=5), longest=timedelta(minutes=15))
"""For one letter that the server would not take yet."""
SERVER_BACKOFF = Backoff(first=timedelta(milliseconds=500), longest=timedelta(seconds=15))
"""For a server that is away: no letter is tried, and all go out within seconds when it is back."""


class _Round:
    """One round of deliveries: when it is over, what it has done, and what troubles it."""

    def __init__(self, order: DeliveryRound) -> None:
        self._loop = asyncio.get_running_loop()
        self._ends = self._loop.time() + order.lasts.total_seconds()
        self._stopped = False
        self.counts = dict.fromkeys(Verdict, 0)
        self.looks_every = order.looks_every

    @property
    def is_over(self) -> bool:
        return self._stopped or activity.is_worker_shutdown() or self._loop.time() >= self._ends

    @property
    def report(self) -> DeliveryReport:
        taken, refused, later = (self.counts[verdict] for verdict in Verdict)
        return DeliveryReport(sent=taken, refused=refused, postponed=later)

    def stop(self) -> None:
        """No letter is begun any more."""
        self._stopped = True

    async def pause(self, wanted: timedelta) -> None:
        """Waits, but no longer than the round lasts or the worker lives."""
        seconds = min(wanted.total_seconds(), max(self._ends - self._loop.time(), 0))
        with suppress(TimeoutError):
            await asyncio.wait_for(activity.wait_for_worker_shutdown(), seconds)


class SmtpLetters(Letters):
    """The adapter of the port over SMTP. One round at a time; the workflow `sla-mailroom` keeps rounds going."""

    def __init__(
        self,
        outbox: Outbox,
        settings: Settings,
        *,
        stationery: Stationery | None = None,
        server: SmtpServer | None = None,
        letter_backoff: Backoff = LETTER_BACKOFF,
        server_backoff: Backoff = SERVER_BACKOFF,
    ) -> None:
        self._outbox = outbox
        self._stationery = stationery or Stationery(settings.mail_from)
        self._server = server or SmtpServer.of(settings)
        self._letter_backoff = letter_backoff
        self._server_backoff = server_backoff
        self._unnoted: dict[str, Answer] = {}
        """Answers that the register could not take yet: such a letter is noted, not sent again."""
        self.failed_calls = 0
        """How often in a row the mail server could not be reached."""

    @activity.defn(name="letters.deliver")
    async def deliver(self, order: DeliveryRound) -> DeliveryReport:
        """Sends the letters that wait in the register, until the round is over or the worker shuts down.

        Raises what the register raises when it is away; nothing that a mail server or a letter does is raised.
        """
        this = _Round(order)
        async with _heartbeats(lambda: self._so_far(this)):
            while not this.is_over:
                due = await asyncio.to_thread(self._outbox.due, _now(), LETTERS_AT_ONCE)
                if due:
                    await self._to_the_end_of_a_letter(this, due)
                await self._rest(this, was_full=len(due) == LETTERS_AT_ONCE)
        return this.report

    async def _rest(self, this: _Round, *, was_full: bool) -> None:
        if self.failed_calls:
            await this.pause(self._server_backoff.after(self.failed_calls))
        elif not was_full:
            await this.pause(this.looks_every)

    async def _to_the_end_of_a_letter(self, this: _Round, due: tuple[OutboxLetter, ...]) -> None:
        """A cancelled round finishes the letters in hand and notes them: cut off in between they would go out twice."""
        work = asyncio.ensure_future(self._send(this, due))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            this.stop()
            await work
            raise

    async def _send(self, this: _Round, due: tuple[OutboxLetter, ...]) -> None:
        """Sends over as many connections as the letters are worth. The server is away when none of them comes about."""
        waiting = deque([letter for letter in due if not await self._noted_late(letter)])
        lanes = min(MOST_CONNECTIONS, 1 + len(waiting) // _LETTERS_A_CONNECTION)
        ends = await asyncio.gather(*(self._work_off(this, waiting) for _ in range(lanes)), return_exceptions=True)
        missed = [end for end in ends if isinstance(end, MailServerAway)]
        for end in ends:
            if end is not None and not isinstance(end, MailServerAway):
                raise end
        if len(missed) == lanes:
            self._missed(missed[0])
        else:
            self._reached()

    def _missed(self, trouble: MailServerAway) -> None:
        """The mail server does not answer; said once, not at every try."""
        if not self.failed_calls:
            log.warning("%s", trouble)
        self.failed_calls += 1

    def _reached(self) -> None:
        if self.failed_calls:
            log.info("The mail server is back; the letters go out.")
        self.failed_calls = 0

    def _so_far(self, this: _Round) -> str:
        report = this.report
        away = "; the mail server is away" if self.failed_calls else ""
        return f"sent {report.sent}, refused {report.refused}, postponed {report.postponed}{away}"

    async def _noted_late(self, letter: OutboxLetter) -> bool:
        """The letter was handed over before, and the register could not take the answer then."""
        answer = self._unnoted.get(letter.message_key)
        if answer is not None:
            await self._note(letter, answer)
        return answer is not None

    async def _work_off(self, this: _Round, waiting: deque[OutboxLetter]) -> None:
        """One connection, letter after letter. Raises MailServerAway; the letters left over are still due."""
        async with Conversation(self._server) as conversation:
            while waiting and not this.is_over:
                await conversation.be_open()
                letter = waiting.popleft()
                answer = await self._hand_over(conversation, letter)
                await self._note(letter, answer)
                this.counts[answer.verdict] += 1

    async def _hand_over(self, conversation: Conversation, letter: OutboxLetter) -> Answer:
        try:
            envelope = await asyncio.to_thread(self._stationery.write, letter)
        except Exception as error:  # whatever a template or its data raise: this letter cannot go, the others can
            log.exception("The letter %s (%s) cannot be written.", letter.message_key, letter.kind.value)
            return _unwritten(error)
        return await conversation.hand_over(envelope)

    async def _note(self, letter: OutboxLetter, answer: Answer) -> None:
        self._unnoted[letter.message_key] = answer
        await asyncio.to_thread(self._keep, letter, answer)
        del self._unnoted[letter.message_key]

    def _keep(self, letter: OutboxLetter, answer: Answer) -> None:
        now = _now()
        match answer.verdict:
            case Verdict.TAKEN:
                self._outbox.mark_sent(letter.message_key, now, answer.words)
            case Verdict.REFUSED:
                self._outbox.mark_refused(letter.message_key, now, answer.words)
            case Verdict.LATER:
                wait = self._letter_backoff.after(letter.attempts + 1)
                self._outbox.postpone(letter.message_key, now + wait, answer.words)


@asynccontextmanager
async def _heartbeats(so_far: Callable[[], str]) -> AsyncIterator[None]:
    """Tells the server every few seconds that the mailroom lives, and how far it is."""

    async def beat() -> None:
        while True:
            activity.heartbeat(so_far())
            await asyncio.sleep(_HEARTBEAT_SECONDS)

    task = asyncio.ensure_future(beat())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _unwritten(error: Exception) -> Answer:
    """A machine that is out of files or memory may write the letter later; a broken template or address never will."""
    is_passing = isinstance(error, OSError | MemoryError) and not isinstance(error, TemplateNotFound)
    verdict = Verdict.LATER if is_passing else Verdict.REFUSED
    return Answer(verdict, f"not sent, because it cannot be written: {error}")


def _now() -> datetime:
    return datetime.now(UTC)
