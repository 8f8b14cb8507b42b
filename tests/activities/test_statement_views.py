"""Statements as doors read them: every revision, the latest one, and the periods that there are."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from activities.database import writing
from activities.records import SqlRecords
from activities.statements import add_statements
from activities.views import Views
from sla.errors import BadInput
from sla.periods import period_named
from sla.statements import Statement
from tests.people import MONDAY, number_request
from tests.stated import stated

ZONE = "Europe/Berlin"


def of(period: str, revision: int = 1, credit: str = "50.00") -> Statement:
    return stated("0001", period_named(period, ZONE), revision=revision, credit=credit)


@pytest.fixture
def views(engine: Engine) -> Views:
    """A register with two months, one of them stated twice, and the quarter that they lie in."""
    SqlRecords(engine).number(number_request())
    made = (of("2027-02"), of("2027-01"), of("2027-Q1"), of("2027-01", 2, "40.00"))
    with writing(engine) as connection:
        add_statements(connection, [(each, MONDAY + timedelta(days=no)) for no, each in enumerate(made)])
    return Views(engine)


def test_every_revision_is_read_in_the_order_of_the_periods(views: Views) -> None:
    found = views.statements("1")
    assert [(each.statement.period.name, each.statement.revision) for each in found] == [
        ("2027-01", 1),
        ("2027-01", 2),
        ("2027-Q1", 1),
        ("2027-02", 1),
    ]
    assert all(each.digest == each.statement.hash for each in found)


def test_the_latest_revision_of_a_period_counts_with_when_it_was_stated(views: Views) -> None:
    found = views.statement("0001", "2027-01")
    assert found is not None
    assert (found.statement, found.stated_at) == (of("2027-01", 2, "40.00"), MONDAY + timedelta(days=3))
    assert views.statement("0001", "2027-03") is None
    assert views.statement("0002", "2027-01") is None


def test_the_revisions_of_one_period_are_read_alone(views: Views) -> None:
    assert [each.statement.revision for each in views.statements("0001", "2027-01-01/2027-02-01")] == [1, 2]


def test_the_periods_of_which_there_are_statements_are_named_once(views: Views) -> None:
    assert views.periods_stated("0001") == ("2027-01", "2027-Q1", "2027-02")
    assert views.periods_stated("0002") == ()


def test_a_name_of_no_period_is_refused(views: Views) -> None:
    with pytest.raises(BadInput, match="names none"):
        views.statements("0001", "May")
