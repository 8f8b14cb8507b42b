"""A figure that one side disputes and the other decides on; meanwhile it is frozen. Source: MON-10.

What a decision does to a statement is computed by the next compliance run: the statement is restated, and both
versions are kept. Nobody settles their own dispute.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from sla.agreement import AgreementState, edition_of, life_of, with_life
from sla.awaited import Awaited
from sla.commands import DisputeFigure, SettleDispute
from sla.errors import AlreadyDone, BadInput, NotPossible, NotYourRole
from sla.events import Fact
from sla.happening import Happening, in_short
from sla.letter_kinds import LetterKind
from sla.life import Dispute
from sla.parties import both_sides, side_that_speaks, speakers_of, tell
from sla.periods import period_named
from sla.results import highest
from sla.stages import Verb
from sla.targets import Target, level_text
from sla.term import day_at

MOST_DISPUTES = 20
"""How many disputes are open at once."""
MOST_SETTLED = 40
"""How many settled figures the state remembers; the record has them all."""

_WHY = "you speak for a side of this agreement"


def may_dispute(state: AgreementState, email: str, now: datetime) -> None:
    """There is room for one more."""
    if len(life_of(state).disputes) >= MOST_DISPUTES:
        raise NotPossible(f"{MOST_DISPUTES} disputes of {state.number} are open already; settle one of them first")


def dispute_figure(state: AgreementState, command: DisputeFigure, now: datetime) -> Happening:
    """The figure is frozen, and the other side is asked. Raises AlreadyDone for a figure that was disputed before."""
    life = life_of(state)
    refuse_period(state, command.period, now)
    _refuse_unknown(state, command.target)
    _refuse_again(state, command)
    side = side_that_speaks(state, command.by)
    dispute = Dispute(
        no=life.disputes_raised + 1,
        by=command.by,
        side=side,
        at=now,
        period=command.period,
        target=command.target,
        statement=command.statement,
        reason=in_short(command.reason),
    )
    state = with_life(state, disputes=(*life.disputes, dispute), disputes_raised=dispute.no)
    own = speakers_of(state, side)
    return Happening(
        state=state,
        fact=Fact.FIGURE_DISPUTED,
        by=command.by,
        reason=command.reason,
        sentence=f"{state.people.name_of(command.by)} disputed {figure_words(dispute)} for the {side}, as dispute "
        f"{dispute.no}; the figure is frozen until the {side.other} has settled that.",
        notices=tell(own, LetterKind.FIGURE_DISPUTED, "your side disputes a figure", but=command.by),
    )


def refuse_period(state: AgreementState, name: str, now: datetime) -> None:
    """Statements are found by the name of their period. Raises NotPossible for a name that none has, and for a period
    that is not over."""
    try:
        period = period_named(name, state.zone)
    except BadInput as error:
        raise NotPossible(str(error)) from None
    if period.name != name:
        raise NotPossible(f"no statement is of {name}; that period is called {period.name}")
    if period.ends > now:
        raise NotPossible(f"{name} is not over on {day_at(now, state.zone)}; there is no statement of it")


def figure_words(dispute: Dispute) -> str:
    """`printing-works in 2027-01 (statement 3f2a9c1b)`."""
    return f"{dispute.target} in {dispute.period} (statement {dispute.statement[:8]})"


def _refuse_unknown(state: AgreementState, target: str) -> None:
    """Where only one edition has ever counted, the statement's targets are its own."""
    known = [each.id for each in edition_of(state).terms.targets]
    if target not in known and len(life_of(state).in_force) <= 1:
        raise NotPossible(f"{target} is no target of {state.number}; one of {', '.join(known) or 'none'} is expected")


def _refuse_again(state: AgreementState, command: DisputeFigure) -> None:
    life, figure = life_of(state), (command.period, command.target, command.statement)
    for each in life.disputes:
        if (each.period, each.target, each.statement) == figure:
            who = state.people.name_of(each.by)
            raise AlreadyDone(f"{who} has disputed {figure_words(each)} already, as dispute {each.no}; it is open")
    if _figure(*figure) in life.settled:
        raise AlreadyDone(
            f"a dispute about {command.target} in {command.period} (statement {command.statement[:8]}) is settled "
            "already; the statement that follows from it can be disputed"
        )


def _figure(period: str, target: str, statement: str) -> str:
    return f"{period[:200]} {target} {statement[:16]}"


def settlers(state: AgreementState, dispute: Dispute) -> tuple[str, ...]:
    """Whoever speaks for the other side, and has not raised it."""
    return tuple(email for email in speakers_of(state, dispute.side.other) if email != dispute.by)


def awaited(state: AgreementState) -> tuple[Awaited, ...]:
    """The other side of each open dispute."""
    return tuple(
        Awaited(email, Verb.SETTLE_DISPUTE, str(each.no))
        for each in life_of(state).disputes
        for email in settlers(state, each)
    )


def may_settle(state: AgreementState, email: str, now: datetime) -> None:
    """A dispute is open that the other side has raised."""
    open_ = life_of(state).disputes
    if not open_:
        raise NotPossible(f"no figure of {state.number} is disputed; there is nothing to settle")
    if not any(email in settlers(state, each) for each in open_):
        raise _own(state, open_[0])


def settle_dispute(state: AgreementState, command: SettleDispute, now: datetime) -> Happening:
    """The figure stands, or another one counts. Raises NotYourRole for the side that has raised the dispute."""
    life, dispute = life_of(state), _open(state, command.no)
    if command.by not in settlers(state, dispute):
        raise _own(state, dispute)
    decided = _decided(state, dispute, command.value)
    left = tuple(each for each in life.disputes if each.no != dispute.no)
    settled = (*life.settled, _figure(dispute.period, dispute.target, dispute.statement))[-MOST_SETTLED:]
    proof = f"\n\nEvidence: {command.evidence}" if command.evidence else ""
    return Happening(
        state=with_life(state, disputes=left, settled=settled),
        fact=Fact.DISPUTE_SETTLED,
        by=command.by,
        reason=f"{command.reason}{proof}",
        sentence=f"{state.people.name_of(command.by)} settled dispute {dispute.no} about {figure_words(dispute)}: "
        f"{decided}.",
        notices=tell(both_sides(state), LetterKind.DISPUTE_SETTLED, _WHY, but=command.by),
    )


def _own(state: AgreementState, dispute: Dispute) -> NotYourRole:
    names = ", ".join(state.people.name_of(email) for email in settlers(state, dispute))
    raised = f"dispute {dispute.no} was raised for the {dispute.side}"
    return NotYourRole(f"nobody settles their own dispute: {raised}; {names} may settle it")


def _open(state: AgreementState, no: int) -> Dispute:
    life = life_of(state)
    dispute = life.dispute(no)
    if dispute is not None:
        return dispute
    numbers = ", ".join(str(each.no) for each in life.disputes)
    if 1 <= no <= life.disputes_raised:
        raise AlreadyDone(f"dispute {no} is settled already; open are: {numbers}")
    raise NotPossible(f"there is no dispute {no}; open are: {numbers}")


def _decided(state: AgreementState, dispute: Dispute, value: Decimal | None) -> str:
    """What the decision says. Raises NotPossible for a value that its target cannot have."""
    if value is None:
        return "the figure stands"
    target = _target(state, dispute.target)
    if target is None:
        return f"{value} counts in its place"
    if value > highest(target):
        raise NotPossible(f"{value} is no value of {target.id}; one from 0 to {highest(target)} is expected")
    return f"{level_text(target, value)} counts in its place"


def _target(state: AgreementState, id_: str) -> Target | None:
    """None for a target of an edition that counts no more."""
    return next((each for each in edition_of(state).terms.targets if each.id == id_), None)


# -- what lists and packs say


def risks(state: AgreementState) -> tuple[str, ...]:
    """The open ones, in one short line."""
    numbers = [str(each.no) for each in life_of(state).disputes]
    return (f"dispute{'s' if len(numbers) > 1 else ''} {', '.join(numbers)} open",) if numbers else ()


def told(state: AgreementState) -> tuple[str, ...]:
    """Each open dispute as a sentence."""
    return tuple(_told(state))


def _told(state: AgreementState) -> Iterator[str]:
    for each in life_of(state).disputes:
        who = state.people.name_of(each.by)
        yield f"Dispute {each.no} of {who} about {figure_words(each)}: the {each.side.other} settles it."
