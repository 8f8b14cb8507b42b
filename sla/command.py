"""What every command says: who acts, under which decision id, and how far they had looked.

Commands travel as messages, so they only grow: each new field has a default, and unknown fields are dropped: an old
worker reads a new command and the other way round.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from sla.fields import Email, Value, Whole
from sla.stages import Verb
from sla.terms import EditionRef

DecisionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,80}$")]
"""Makes a repeat harmless."""


class Command(Value):
    """What every command says."""

    verb: ClassVar[Verb]

    by: Email
    decision_id: DecisionId
    seen: Whole = 0
    """How far the register was (the seq of its last event) when the sender looked; 0 when they did not say."""


class EditionCommand(Command):
    """A command about the current edition; a stale one is refused."""

    edition: EditionRef
