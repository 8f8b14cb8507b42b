"""What crosses a wire between rooms: starts, receipts, records. Messages only grow, each new field with a default.

The commands of people stand in `sla/commands.py` and keep to the same rule.
"""

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field

from sla.agreement import AgreementState, Done, waited_for
from sla.cadence import Cadence
from sla.command import Command
from sla.commands import NoteFinding, Said, said
from sla.events import Event
from sla.fields import Day, Instant, Line, Value, Whole
from sla.intake import Opening
from sla.letters import Letter
from sla.living import next_due, risks
from sla.renewal import ends_on
from sla.stages import Stage
from sla.terms import Edition, EditionRef
from sla.transitions import Transition


class Carried(Value):
    """The input of a run: the opening of a new agreement, or the state that the run before handed on."""

    opening: Opening | None = None
    state: AgreementState | None = None


class Closing(Value):
    """The result of an agreement that has ended."""

    number: str
    stage: Stage
    by: str
    why: str


class Receipt(Value):
    """The answer to a decision: its place in the record, and the stage after it."""

    number: str
    seq: int
    stage: Stage


class NumberRequest(Value):
    """Asks the register for the number of a new agreement; the same reference gets the same number."""

    workflow_id: str
    provider: str
    reference: str
    form_digest: str
    at: Instant


class Numbered(Value):
    """The number that the register gave."""

    number: str


class Standing(Value):
    """An event that the register holds where another was to stand: its hash and instant, and what was said."""

    hash: str
    at: Instant
    said: Said | None = None
    """None for what silence, or the receipt of the request, has made."""


class Beyond(Value):
    """Asks the register for the event after `seq`, if it holds one."""

    workflow_id: str
    number: str
    seq: int


class Entry(Value):
    """One transition for the register: everything that it stores in one transaction.

    The state travels as the JSON that is stored, with what the register shows of it beside it: nobody on the way
    has to read it.
    """

    workflow_id: str
    state: str
    head_hash: str
    waiting_for: tuple[str, ...] = ()
    ending_why: str | None = None
    risks: tuple[str, ...] = ()
    """What every list shows as a risk. Source: REV-3."""
    in_force: EditionRef | None = None
    """The edition that counts, or the one in work before the signature; that of an amendment is in the event."""
    amending: Stage | None = None
    """The stage of the amendment on its way. Source: AME-1."""
    term_ends: Day | None = None
    """The day (outside) on which it ends, as things stand."""
    event: Event
    edition: Edition | None = None
    letters: tuple[Letter, ...] = ()
    next_due: Instant | None = None
    said: Said | None = None
    """The command behind the event, kept so that a history that lost it can make it again."""

    @classmethod
    def of(cls, transition: Transition, workflow_id: str, command: Command | None = None) -> Self:
        """What the register stores of a transition, and of the command behind it."""
        state = transition.state
        return cls(
            workflow_id=workflow_id,
            state=state.model_dump_json(),
            head_hash=state.head.hash,
            waiting_for=waited_for(state),
            ending_why=state.ending.why if state.ending else None,
            risks=risks(state),
            in_force=state.edition.ref if state.edition else None,
            amending=state.amendment.stage if state.amendment else None,
            term_ends=ends_on(state),
            event=transition.event,
            edition=transition.new_edition,
            letters=transition.letters,
            next_due=next_due(state),
            said=said(command) if command is not None else None,
        )


class Recorded(Value):
    """How far the register has come for this agreement, and what stands there already in the place asked about."""

    seq: int
    standing: Standing | None = None
    already: Done | None = None
    """The decision id was carried out so long ago that the agreement no longer remembers it."""


class StopOrder(Value):
    """Asks a neighbour for its step of the ordered stop."""

    workflow_id: str
    number: str
    service: str | None
    ended_at: Instant
    """From this instant on the agreement is in force no more."""
    why: str
    said_at: Instant | None = None
    """When it is asked, on the clock of the agreement; `ended_at` where none is said."""

    @classmethod
    def of(cls, state: AgreementState, workflow_id: str, said_at: datetime | None = None) -> Self:
        """What a neighbour needs to know of an agreement that has ended."""
        ending = state.ending
        assert ending is not None
        return cls(
            workflow_id=workflow_id,
            number=state.number,
            service=state.service,
            ended_at=ending.at,
            why=ending.why,
            said_at=said_at,
        )


class StopAnswer(Value):
    """What a neighbour's step came to, as one sentence for the record."""

    sentence: Line


class Unasked(Value):
    """Days of an agreement for which something that its terms name could not be asked."""

    number: str
    start: Day
    end: Day
    """The day on which they end (outside)."""


class PageOrder(Value):
    """Asks for one page of a compliance run. Source: MON-16."""

    cadence: Cadence = Cadence.MONTH
    period: Line | None = None
    """The name of the period; none for the last one of the cadence that has ended by `at`."""
    at: Instant
    """The instant of the run: nothing later is looked at."""
    after: str | None = None
    """The last number of the page before."""
    limit: Whole = 200
    numbers: tuple[str, ...] = ()
    """Only these agreements; all in force where none is named."""
    is_provisional: bool = False
    """The period that runs is looked at, for early warnings; no statement is made."""
    only_late: bool = False
    """Only what was stated already is looked at, where evidence or a dispute has changed it since, and what is
    withheld. Source: MON-7."""
    said_at: Instant | None = None
    """When it is stated, on the clock of the run; `at` where none is said. A run for long ago states today."""
    is_pulled: bool = False
    """What the targets of the page name in Prometheus has been asked for."""
    unasked: tuple[Unasked, ...] = ()
    """What of that could not be asked: no period that follows from it is stated. Source: MON-1."""
    not_pulled: str | None = None
    """Why nothing at all could be asked; none where it could."""


class Notable(Value):
    """What an agreement is to be told."""

    workflow_id: str
    command: NoteFinding
    number: str = ""


MOST_WORDS = 1_000
"""How many characters of a fault are told."""


def _readable(text: str) -> str:
    """Others' errors say whatever they say, and a report that is refused for it would stop the run for ever."""
    seen = "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)
    return seen.strip()[:MOST_WORDS] or "no reason is given"


class RunFault(Value):
    """An agreement that could not be judged, and why; the others were."""

    number: str
    wrong: Annotated[str, AfterValidator(_readable)]
    """Any words: what cannot be read is replaced, and what is too long is cut."""


class PageReport(Value):
    """What one page came to."""

    after: str | None = None
    """Where the next page begins; none after the last one."""
    agreements: int = 0
    stated: int = 0
    restated: int = 0
    unchanged: int = 0
    notable: tuple[Notable, ...] = ()
    faults: tuple[RunFault, ...] = ()
    to_pull: int = 0
    """So many targets of the page name something in Prometheus that was not asked for yet: nothing was judged."""


class RunReport(Value):
    """What a run came to so far."""

    at: Instant | None = None
    """The instant of the run."""
    pages: int = 0
    agreements: int = 0
    stated: int = 0
    restated: int = 0
    unchanged: int = 0
    told: int = 0
    pulled: int = 0
    """Rows of evidence that came from Prometheus."""
    faulty: int = 0
    faults: tuple[RunFault, ...] = ()
    """The first hundred of them."""


class RunOrder(Value):
    """Starts a compliance run; handed on with what it came to so far. Source: MON-16."""

    cadence: Cadence = Cadence.MONTH
    period: Line | None = None
    at: Instant | None = None
    """The instant of the run; that at which it was scheduled, or started, where none is stated."""
    numbers: tuple[str, ...] = ()
    is_provisional: bool = False
    only_late: bool = False
    page_size: Whole = 200
    said_at: Instant | None = None
    """When its statements are made: when it began."""
    after: str | None = None
    so_far: RunReport = RunReport()


class PullReport(Value):
    """What was pulled for one page."""

    targets: int = 0
    """So many were asked for, and answered."""
    rows: int = 0
    faults: tuple[RunFault, ...] = ()
    unasked: tuple[Unasked, ...] = ()
    """What could not be asked, and for which days."""


class DeliveryRound(Value):
    """How long one round of the mailroom lasts, and how often it looks for letters."""

    lasts: timedelta = Field(default=timedelta(minutes=30))
    looks_every: timedelta = Field(default=timedelta(milliseconds=500))


class DeliveryReport(Value):
    """What a round of the mailroom did."""

    sent: int = 0
    refused: int = 0
    postponed: int = 0
