"""Statements: what a period came to and what it costs, as a value that can be computed again by anybody.

A statement is never changed; what is found later makes the next revision, which names the one before. It says nothing
of when or by whom it was made, so the same inputs give the same digest. Source: MON-8, REG-3.
"""

from sla.canonical import Digested, digest
from sla.credit_scheme import CreditLine
from sla.fields import Instant, Line, Value
from sla.figures import Figure
from sla.findings import Finding
from sla.money import Money
from sla.monthly_fees import Fees
from sla.periods import JudgedPeriod
from sla.terms import EditionRef


class Engine(Value):
    """What computed it: the product's version and that of the time zone data."""

    version: str
    tzdata: str


class UsedTerms(Value):
    """Terms that counted in the period: their edition, and the digests of terms and of service hours."""

    edition: EditionRef | None = None
    terms: str
    calendar: str | None = None
    """None where the terms state no service hours as data: round the clock."""
    since: Instant
    until: Instant
    """From when until when (outside) they counted within the window."""


class Decided(Value):
    """A dispute that touches a figure of this period: open, or how it was decided. Source: MON-10."""

    dispute: int
    target: str
    is_open: bool
    value: str | None = None
    """The attainment that the decision states, in the unit of the levels; none where the figure was upheld."""


class Inputs(Value):
    """Everything that the figures follow from, by digest. Equal inputs give equal figures. Source: MON-8."""

    evidence: str
    """SHA-256 over the digests of every row that touches the period."""
    evidence_rows: int
    terms: tuple[UsedTerms, ...]
    decided: tuple[Decided, ...] = ()
    fee: Money | None = None
    """The monthly fee, where the terms state credits: the one that counts last in the period."""
    fees: Fees | None = None
    """Every monthly fee that counted in the period, where it changed within it."""
    before: str | None = None
    """The digest of what it follows from in earlier statements; none where they say nothing that matters to it."""

    @property
    def hash(self) -> str:
        """SHA-256 over all of it."""
        return digest(self)


class Statement(Digested):
    """The result of a compliance run for one agreement and one period."""

    number: str
    """Empty where terms are judged that belong to no agreement yet."""
    period: JudgedPeriod
    window: JudgedPeriod
    """What was looked at: the period itself, or the rolling window that ends with it."""
    revision: int = 1
    previous: str | None = None
    """The digest of the revision before."""
    why: Line | None = None
    """Why it was stated again."""
    is_provisional: bool = False
    figures: tuple[Figure, ...]
    credits: tuple[CreditLine, ...] = ()
    credit: Money | None = None
    """The sum, after caps; none where the terms state no credits."""
    findings: tuple[Finding, ...] = ()
    inputs: Inputs
    engine: Engine
