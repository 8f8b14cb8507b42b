"""What interrupts an agreement in force, or ends it: suspensions, terminations, the ordered stop: one command per verb.

They keep to the rule of messages in `command`.
"""

from typing import Annotated, Literal

from pydantic import Field

from sla.command import Command
from sla.fields import Day, Line, Prose, Reference, Slug, Value, Whole
from sla.kinds import Side
from sla.life import Cause
from sla.stages import Verb


class Suspend(Command):
    """A manager suspends the agreement, at the longest until the beginning of a local day. Source: TER-4."""

    verb = Verb.SUSPEND
    until: Day
    reason: Prose


class Reinstate(Command):
    """A manager ends the suspension early."""

    verb = Verb.REINSTATE
    reason: Prose


class OpenTermination(Command):
    """The account manager, or the SLA manager, opens a termination for a case of the CRM. Source: TER-1."""

    verb = Verb.OPEN_TERMINATION
    case: Reference
    cause: Cause
    requested_by: Side
    effective: Day
    """It takes effect at the end of this local day."""
    reason: Prose
    waiver: Prose | None = None
    """Why the notice period does not bind, where the day comes before it allows."""


class Answer(Value):
    """Legal's answer to one question of the checklist."""

    question: Slug
    is_met: bool
    note: Prose | None = None


class CheckTermination(Command):
    """Legal answers the checklist of a termination. Source: TER-1."""

    verb = Verb.CHECK_TERMINATION
    case: Reference
    answers: tuple[Answer, ...] = Field(max_length=50)


class WithdrawTermination(Command):
    """A termination is taken back before it takes effect."""

    verb = Verb.WITHDRAW_TERMINATION
    case: Reference
    reason: Prose


class OfferRight(Command):
    """The SLA manager (later the compliance run) finds a termination right; its side is told. Source: TER-3."""

    verb = Verb.OFFER_RIGHT
    side: Side
    ground: Prose
    until: Day
    """Until when it may be used, that day outside."""


class TakeStep(Command):
    """What a neighbour answered to one step of the ordered stop. The agreement says it to itself. Source: TER-2."""

    verb = Verb.TAKE_STEP
    by: Literal["system"] = "system"
    decision_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:/-]{1,80}$")]
    """May have a stroke, which no person's id has: nobody can use the id of a step before the step does."""
    step: Slug
    answered: Line
    timers: Whole = 0
    activities: Whole = 0
