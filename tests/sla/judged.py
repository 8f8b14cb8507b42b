"""Terms, evidence and cases for the tests of judging: small, and always the same March in Berlin."""

from datetime import UTC, datetime

from sla.applied import Applied
from sla.compliance import judge
from sla.evidence import ANY_EVIDENCE, Evidence
from sla.figures import Figure
from sla.periods import JudgedPeriod, period_named
from sla.service_calendar import ServiceCalendar
from sla.statements import Engine
from sla.stating import Case
from sla.targets import Target
from sla.term import start_of_day
from sla.terms import EditionRef, Period, ServiceHours, Terms
from tests.people import terms

BERLIN = "Europe/Berlin"
MARCH = period_named("2027-03", BERLIN)
ENGINE = Engine(version="test", tzdata="test")
OFFICE = ServiceCalendar.model_validate(
    {"zone": BERLIN, "weekly": [{"weekdays": "mon-fri", "opens": "09:00", "closes": "17:00"}]}
)
"""In March 2027: 23 days of 8 hours."""


def at(text: str) -> datetime:
    """`03-04 10:00` of 2027 in UTC."""
    return datetime.strptime(f"2027-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def target(form: str = "availability", **fields: object) -> Target:
    """A target, committed to 99.5 and at least 98.5 where nothing else is said."""
    said = {"form": form, "id": "it-works", "name": "It works", "committed": "99.5", "acceptable": "98.5", **fields}
    return Terms.model_validate({**terms().model_dump(), "targets": [said]}).targets[0]


def some_terms(*targets: Target, calendar: ServiceCalendar | None = None, **fields: object) -> Terms:
    """Terms over 2027 in Berlin."""
    period = Period.model_validate({"start": "2027-01-01", "end": "2028-01-01", "zone": BERLIN})
    hours = ServiceHours(description="as data", times=calendar) if calendar else None
    return terms().model_copy(update={"period": period, "targets": targets, "hours": hours, **fields})


def edition(no: int) -> EditionRef:
    """An edition by its number."""
    return EditionRef(no=no, hash=f"{no:064d}")


def applied(said: Terms, since: str = "2027-01-01", until: str | None = None, no: int = 1) -> Applied:
    """Terms as an edition from one local day until another."""
    days = [datetime.fromisoformat(day).date() if day else None for day in (since, until)]
    starts, ends = (start_of_day(day, BERLIN) if day else None for day in days)
    assert starts is not None
    return Applied(terms=said, edition=edition(no), since=starts, until=ends)


_keys = iter(range(10**9))


def row(kind: str, **fields: object) -> Evidence:
    """A row of evidence with a key of its own."""
    said = {"kind": kind, "source": "probe", "key": str(next(_keys)), **fields}
    return ANY_EVIDENCE.validate_python(said)


def outage(start: str, end: str | None = None, **fields: object) -> Evidence:
    """An outage between two instants of 2027, in UTC."""
    return row("outage", start=at(start), end=at(end) if end else None, **fields)


def judged(
    said: Terms, *rows: Evidence, period: JudgedPeriod = MARCH, as_of: datetime | None = None
) -> tuple[Figure, ...]:
    """The figures of terms that count all the year."""
    return judge(period, (applied(said),), rows, as_of or period.ends).figures


def case(said: Terms, *rows: Evidence, **fields: object) -> Case:
    """A case of March, over."""
    values = {"period": MARCH, "applied": (applied(said),), "as_of": MARCH.ends, **fields}
    return Case.model_validate({"rows": rows, "engine": ENGINE, **values})
