"""The customer's claim of a credit, where the terms ask for one: once for each period. Source: MON-6.

Whether there is something to claim, and until when, stands in the statement; the record of the claim says when it came.
"""

from datetime import datetime

from sla.agreement import AgreementState, life_of, with_life
from sla.commands import ClaimCredit
from sla.disputes import refuse_period
from sla.errors import AlreadyDone
from sla.events import Fact
from sla.happening import Happening
from sla.letter_kinds import LetterKind
from sla.parties import both_sides, tell

MOST_CLAIMS = 40
"""How many claimed periods the state remembers; the record has them all."""


def claim_credit(state: AgreementState, command: ClaimCredit, now: datetime) -> Happening:
    """The claim is on record, and both sides are told. Raises AlreadyDone for a period that is claimed."""
    refuse_period(state, command.period, now)
    claims = life_of(state).claims
    if command.period in claims:
        raise AlreadyDone(f"the credit of {command.period} is claimed already; nothing is left to do")
    return Happening(
        state=with_life(state, claims=(*claims, command.period)[-MOST_CLAIMS:]),
        fact=Fact.CREDIT_CLAIMED,
        by=command.by,
        sentence=f"{state.people.name_of(command.by)} claimed the credit of {command.period} (statement "
        f"{command.statement[:8]}) for the customer.",
        notices=tell(
            both_sides(state), LetterKind.CREDIT_CLAIMED, "you speak for a side of this agreement", but=command.by
        ),
    )
