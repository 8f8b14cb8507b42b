"""Every error that this product raises on purpose, in one tree.

SlaError
├── BadInput            something at the door does not hold: where, what is wrong, what would be right
│   └── BadForm         several of these at once, one line each
├── Refusal             a person asked for something that the agreement does not allow now
│   ├── NotYourRole     somebody else may do it
│   ├── WrongStage      the agreement is elsewhere
│   ├── OutOfTurn       the other side, or somebody before you, acts first
│   ├── StaleEdition    the terms that you speak of are no longer the current ones
│   ├── OwnWork         nobody approves or inspects what they wrote
│   ├── AlreadyDone     you have done this already
│   ├── Incomplete      the gate holds it back, with every gap
│   └── NotPossible     what the command says cannot be (a past date, a circle of delegations)
├── Conflict            the same reference with another body
├── NotFound            no such agreement
└── Unreachable         a neighbour (Temporal, the register, mail) does not answer

Each writes its own sentence for the person who caused it: what is wrong, and what would be right.
`code` is the class name; it travels over the wire as the failure's type.
"""

from dataclasses import dataclass


class SlaError(Exception):
    """The root. `str(error)` is one sentence (or, for a form, one line per field) that a person can act on."""

    @property
    def code(self) -> str:
        """The name that travels over the wire."""
        return type(self).__name__


class BadInput(SlaError):
    """One value at the door that does not hold."""

    def __init__(self, where: str, wrong: str, right: str = "") -> None:
        self.where, self.wrong, self.right = where, wrong, right
        super().__init__(f"{where}: {wrong}" + (f"; {right}" if right else ""))


@dataclass(frozen=True)
class Fault:
    """One wrong field of a form. `line` counts from 1; 0 when the form has no lines."""

    field: str
    wrong: str
    line: int = 0

    def __str__(self) -> str:
        place = f"line {self.line}, " if self.line else ""
        return f"{place}{self.field}: {self.wrong}"


class BadForm(BadInput):
    """A form with one or more wrong fields; all of them are told at once."""

    def __init__(self, source: str, faults: tuple[Fault, ...], more: int = 0) -> None:
        """`more` counts the faults that are not told one by one."""
        self.source, self.faults, self.more = source, faults, more
        lines = [f"{source}: {fault}" for fault in faults] + ([f"{source}: and {more} more"] if more else [])
        super().__init__(source, "\n".join(lines))

    def __str__(self) -> str:
        return self.wrong


class Refusal(SlaError):
    """The agreement does not allow this now. Nothing was recorded."""


class NotYourRole(Refusal):
    """Somebody else may do it."""


class WrongStage(Refusal):
    """The agreement is in another stage."""


class OutOfTurn(Refusal):
    """Somebody else acts first."""


class StaleEdition(Refusal):
    """The decision speaks of terms that are no longer current."""


class OwnWork(Refusal):
    """Nobody approves or inspects what they wrote. Source: APP-2."""


class AlreadyDone(Refusal):
    """The same person has done the same thing already."""


class Incomplete(Refusal):
    """The gate holds an edition back. Source: DRA-3."""

    def __init__(self, what: str, gaps: tuple[str, ...]) -> None:
        self.gaps = gaps
        super().__init__(f"{what}: " + "; ".join(gaps))


class NotPossible(Refusal):
    """What the command says cannot be."""


class Conflict(SlaError):
    """The same reference was used for another body. Source: INT-1."""


class NotFound(SlaError):
    """No such agreement."""


class Unreachable(SlaError):
    """A neighbour does not answer; nothing is lost, and the sentence says how to go on."""
