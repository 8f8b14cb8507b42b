"""Who is written to on each side, and the letters that tell both sides the same."""

from sla.agreement import AgreementState
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.letters import Notice
from sla.people import Role

SPEAKERS: dict[Side, tuple[Role, ...]] = {
    Side.PROVIDER: (Role.ACCOUNT_MANAGER, Role.SLA_MANAGER),
    Side.CUSTOMER: (Role.CUSTOMER,),
}
"""Which roles speak for a side, the one that leads first."""


def speakers_of(state: AgreementState, side: Side) -> tuple[str, ...]:
    """The addresses of those who speak for a side."""
    people = (person.email for role in SPEAKERS[side] for person in state.people.with_role(role))
    return tuple(dict.fromkeys(people))


def side_that_speaks(state: AgreementState, email: str) -> Side:
    """The side that somebody speaks for."""
    return next(side for side in Side if email in speakers_of(state, side))


def both_sides(state: AgreementState) -> tuple[str, ...]:
    """The addresses of those who speak for either side, the provider's first."""
    return tuple(email for side in Side for email in speakers_of(state, side))


def managers(state: AgreementState) -> tuple[str, ...]:
    """The SLA manager and the account manager."""
    return speakers_of(state, Side.PROVIDER)


def tell(
    to: tuple[str, ...],
    kind: LetterKind,
    why: str,
    next_step: str | None = None,
    but: str = "",
    *,
    command: tuple[str, ...] = (),
) -> tuple[Notice, ...]:
    """The same letter to several people, but not to the one who has caused it."""
    return tuple(
        Notice(kind=kind, to=email, why=why, next_step=next_step, command=command) for email in to if email != but
    )


def opening(side: str) -> tuple[str, ...]:
    """The command that opens a termination which a side asks for, with its blanks. Source: TER-1."""
    blanks = ("--cause", "CAUSE", "--requested-by", side, "--effective", "DAY", "--reason", "TEXT")
    return ("open-termination", "--case", "CASE", *blanks)
