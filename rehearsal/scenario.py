"""What is played: a scenario as values. Who acts by which rule, and the steps that are written down.

Values only: where they come from stands in `reading`, what they do in `player`. Source: SEE-2.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from rehearsal.moments import When
from sla.fields import Email, Instant, Name, Prose, Slug, Value, Whole
from sla.requirements import Requirement, Verdict
from sla.stages import Verb
from sla.terms import Terms

EVERYBODY = "everybody"


class Manner(StrEnum):
    """How somebody acts who is waited for, and of whom no step speaks."""

    PROMPT = "prompt"
    """Two of their working hours after they are asked."""
    SLOW = "slow"
    """Two of their working hours after the second reminder, or after the only one."""
    SILENT = "silent"
    """Never."""


class Step(Value):
    """One step: somebody uses a verb, or acts by another rule from now on."""

    line: Whole
    when: When
    said: str
    """The moment as it was written."""
    told: str = ""
    """The whole step as it was written, as one line."""
    who: str
    verb: Verb | None = None
    given: dict[str, object] = Field(default_factory=dict)
    """What the scenario says about the command; the rest is what a sensible colleague would say."""
    becomes: Manner | None = None
    name: Slug | None = None


class Scenario(Value):
    """A whole scenario; the empty one is everybody prompt."""

    name: Name = "Everybody is prompt"
    about: Prose | None = None
    source: str = ""
    begins: Instant | None = None
    until: Instant | None = None
    """Up to here; none: to the end, or to the first renewal after the last step."""
    default: Manner = Manner.PROMPT
    manners: dict[Email, Manner] = Field(default_factory=dict)
    steps: tuple[Step, ...] = ()


class Papers(Value):
    """What is on the desk before anybody begins: the terms of the first draft, requirements, verdicts."""

    terms: Terms | None = None
    terms_from: str = ""
    """Where the terms are from, as a sentence part."""
    requirements: tuple[Requirement, ...] = ()
    verdicts: dict[str, tuple[Verdict, ...]] = Field(default_factory=dict)
    """By angle."""


class Horizon(Value):
    """From when until when a rehearsal plays."""

    begins: Instant
    until: Instant | None = None

    def is_over(self, at: datetime) -> bool:
        """Whether an instant is beyond the end."""
        return self.until is not None and at > self.until
