"""What legal answers before a termination takes effect, by cause. Source: TER-1."""

from typing import NamedTuple

from sla.life import Cause


class Question(NamedTuple):
    """One question, to be answered with yes or no, and a note where the answer is no."""

    key: str
    text: str


_ALWAYS = (
    Question("authority", "Does the case name who asks for the end, and are they entitled to?"),
    Question("form", "Does the declaration have the form that the termination clause asks for?"),
    Question("period", "Is the notice period kept, or is its waiver reasoned and agreed?"),
    Question("claims", "Are open fees, credits and claims listed?"),
    Question("data", "Is it settled what becomes of the customer's data and devices?"),
)

CHECKLIST: dict[Cause, tuple[Question, ...]] = {
    Cause.CONVENIENCE: (),
    Cause.BREACH: (
        Question("breach", "Is the breach proven, and was it notified?"),
        Question("cure", "Has a time to cure it passed, or is none owed?"),
    ),
    Cause.MUTUAL: (Question("consent", "Have both sides consented in writing?"),),
    Cause.INSOLVENCY: (Question("law", "Does the law of the insolvency allow this end?"),),
    Cause.END_OF_SERVICE: (Question("successor", "Is the customer told what follows the service?"),),
}
"""The questions of each cause, beside those that are always asked."""


def checklist_of(cause: Cause) -> tuple[Question, ...]:
    """Every question for a termination of this cause."""
    return (*_ALWAYS, *CHECKLIST[cause])
