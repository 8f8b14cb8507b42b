"""A statement as a value, where a test needs one and not how it is judged."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from sla.credit_scheme import CreditLine
from sla.figures import Figure, Status
from sla.money import Money
from sla.periods import JudgedPeriod
from sla.statements import Engine, Inputs, Statement


def stated(
    number: str,
    period: JudgedPeriod,
    *,
    target: str = "first-look",
    claim_by: date | None = None,
    credit: str = "50.00",
    revision: int = 1,
) -> Statement:
    """One target was missed, and costs a credit."""
    money = Money(amount=Decimal(credit), currency="EUR")
    figure = Figure(
        target=target,
        form="response_time",
        name="A broken printer is looked at",
        since=period.begins,
        until=period.ends,
        committed=Decimal(95),
        acceptable=Decimal(90),
        attainment=Fraction(90),
        shown=Decimal(90),
        status=Status.MISSED,
        evidence_digest="e" * 64,
        how="90 of 100 items.",
    )
    return Statement(
        number=number,
        period=period,
        window=period,
        revision=revision,
        figures=(figure,),
        credits=(CreditLine(target=target, amount=money, claim_by=claim_by, how="5 % of the fee."),),
        credit=money,
        inputs=Inputs(evidence="e" * 64, evidence_rows=100, terms=()),
        engine=Engine(version="0.3.0", tzdata="2026a"),
    )
