"""The public agreements in `examples/credits`, and the examples in docs/conventions.md: every case, to the cent."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import Field

from sla.cadence import Cadence
from sla.credit_faults import scheme_faults
from sla.credit_scheme import CreditLine, CreditScheme
from sla.credit_text import scheme_text
from sla.credits import Owed, credits_due
from sla.errors import BadForm
from sla.fields import Day, Line, Plain, Span, Value
from sla.figures import ErrorBudget, Figure
from sla.money import Money
from sla.past_periods import PastPeriod, targets_of
from sla.periods import JudgedPeriod, period_named, period_of
from sla.targets import Availability
from starter.forms import parse
from tests.sla.credit_figures import TERM_START, figure

HOME = Path(__file__).parents[2]
ONE_DAY = timedelta(days=1)
STEP = Decimal("0.000001")
FILES = sorted((HOME / "examples" / "credits").glob("*.yaml"))


class Case(Value):
    """What an attainment in a period comes to at a monthly fee."""

    attainment: Plain
    fee: Money
    credit: Money
    reward: Money | None = None
    period: Line = "2027-03"
    down: Span | None = None
    """Down beyond the committed level, where units are counted."""
    earlier: tuple[Plain, ...] = ()
    """The attainments of the months before, the first one first."""
    claim_by: Day | None = None


class ExampleFile(Value):
    """A scheme with its cases."""

    source: Line | None = None
    as_of: Day | None = None
    scheme: CreditScheme
    cases: tuple[Case, ...] = Field(min_length=1)


def documented() -> Iterator[tuple[str, bytes]]:
    """The YAML blocks of the section about credits, each by the sentence above it."""
    page = (HOME / "docs" / "conventions.md").read_text(encoding="utf-8")
    section = page.partition("\n## Credits\n")[2].partition("\n## ")[0]
    for part in re.split(r"^(?=\*\*)", section, flags=re.MULTILINE):
        for block in re.findall(r"```yaml\n(.*?)```", part, flags=re.DOTALL):
            yield part.removeprefix("**").partition("**")[0].replace("\n", " "), block.encode()


SOURCES = [(path.name, path.read_bytes()) for path in FILES] + list(documented())
READ = [(name, parse(ExampleFile, data, name)) for name, data in SOURCES]
CASES = [
    pytest.param(example.scheme, case, id=f"{name}, {number}")
    for name, example in READ
    for number, case in enumerate(example.cases, start=1)
]


def measured(case: Case, attainment: Decimal, period: JudgedPeriod) -> Figure:
    found = figure(Fraction(attainment), period=period, committed="99.9")
    if case.down is None:
        return found
    down = Fraction(case.down.total_seconds())
    budget = ErrorBudget(unit="s", allowed=Fraction(0), used=down, left=-down)
    return found.model_copy(update={"budget": budget})


def played(scheme: CreditScheme, case: Case) -> Owed:
    last = period_named(case.period, "Europe/Berlin")
    periods = [last]
    for _ in case.earlier:
        periods.insert(0, period_of(Cadence.MONTH, periods[0].start - ONE_DAY, last.zone))
    past: list[PastPeriod] = []
    owed = Owed()
    for period, attainment in zip(periods, (*case.earlier, case.attainment), strict=True):
        figures = (measured(case, attainment, period),)
        owed = credits_due(scheme, period, figures, case.fee, tuple(past), TERM_START)
        past.append(PastPeriod(period=period, targets=targets_of(figures), lines=owed.lines))
    return owed


@pytest.mark.parametrize(("scheme", "case"), CASES)
def test_a_case_comes_to_its_credit(scheme: CreditScheme, case: Case) -> None:
    found = played(scheme, case)
    assert found.total == case.credit
    if case.reward is not None:
        assert found.rewards == case.reward
    if case.claim_by is not None:
        assert {line.claim_by for line in found.lines} == {case.claim_by}


def test_six_public_agreements_are_there_with_their_source_and_day() -> None:
    public = [example for name, example in READ if name.endswith(".yaml")]
    assert len(public) >= 6
    assert all(example.source and example.as_of for example in public)


@pytest.mark.parametrize(("name", "example"), READ, ids=[name for name, _ in READ])
def test_every_boundary_has_a_case_at_it_above_it_and_below_it(name: str, example: ExampleFile) -> None:
    if name.endswith(".yaml"):
        had = {case.attainment for case in example.cases}
        for band in example.scheme.rules[0].bands:
            level = band.below
            assert level is not None
            assert level in had
            assert any(level < each <= level + STEP for each in had)
            assert any(level - STEP <= each < level for each in had)


@pytest.mark.parametrize(("name", "example"), READ, ids=[name for name, _ in READ])
def test_every_example_can_be_said_in_sentences_and_computed_for_its_target(name: str, example: ExampleFile) -> None:
    sentences = scheme_text(example.scheme)
    assert all(sentence.endswith(".") for sentence in sentences), name
    target = Availability.model_validate({"id": "uptime", "name": "Uptime", "committed": "99.9", "acceptable": "99"})
    assert scheme_faults(example.scheme, (target,), example.cases[0].fee) == ()


def test_a_gap_in_a_file_is_told_with_its_line_and_its_place() -> None:
    text = FILES[0].read_text(encoding="utf-8").replace("at_least: 95.0, below: 99.0", "at_least: 95.0, below: 98.5")
    line = next(number for number, row in enumerate(text.splitlines(), start=1) if "below: 99.99" in row)
    with pytest.raises(BadForm) as refused:
        parse(ExampleFile, text.encode(), "amazon.yaml")
    assert f"line {line}, scheme.rules[0].bands[0]: leaves a gap" in str(refused.value)
    assert "at least 98.5 and below 99 is in no band" in str(refused.value)


def test_a_line_of_a_statement_has_the_fields_that_it_had() -> None:
    assert {"target", "amount", "is_reward", "claim_by", "is_frozen", "how"} <= set(CreditLine.model_fields)


def test_the_sentences_of_a_scheme_end_with_a_worked_amount() -> None:
    example = dict(READ)["amazon-ec2.yaml"]
    assert scheme_text(example.scheme) == (
        "Credit for the attainment of uptime: at least 99 and below 99.99: 10 % of the fee; "
        "at least 95 and below 99: 30 % of the fee; below 95: 100 % of the fee.",
        "The fee of a part of a month is the full monthly fee.",
        "Credits of a period of at most USD 1.00, before rounding, are not paid.",
        "Each credit is rounded once, half to even, to the smallest unit of the currency.",
        "A credit must be claimed within 2 months after the end of the period.",
        "Example: at a monthly fee of USD 1,000.00, an attainment of at least 99 and below 99.99 in a month costs "
        "USD 100.00.",
    )
