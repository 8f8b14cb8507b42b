"""Points in time as people type them, on the clocks of the contract's zone."""

import pytest

from sla.errors import BadInput
from starter.moments import moment
from tests.people import MONDAY


@pytest.mark.parametrize(
    ("typed", "zone", "to_its_end", "expected"),
    [
        ("7d", "UTC", False, "2026-03-09T09:00:00+00:00"),
        ("12h", "UTC", False, "2026-03-02T21:00:00+00:00"),
        ("now", "UTC", False, "2026-03-02T09:00:00+00:00"),
        ("2026-07-01", "Europe/Berlin", False, "2026-06-30T22:00:00+00:00"),
        ("2026-07-01", "Europe/Berlin", True, "2026-07-01T22:00:00+00:00"),
        ("2026-07-01T17:00", "Europe/Berlin", False, "2026-07-01T15:00:00+00:00"),
        ("2026-07-01T17:00Z", "Europe/Berlin", False, "2026-07-01T17:00:00+00:00"),
    ],
)
def test_points_in_time_are_those_of_the_contracts_zone(typed: str, zone: str, to_its_end: bool, expected: str) -> None:
    assert moment(typed, "--expires", zone, MONDAY, to_its_end=to_its_end).isoformat() == expected


@pytest.mark.parametrize("typed", ["", "tomorrow", "20260701", "2026-02-30", "9999-12-31", "99999d", "٧d"])
def test_what_is_no_point_in_time_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="--expires"):
        moment(typed, "--expires", "America/New_York", MONDAY, to_its_end=True)
