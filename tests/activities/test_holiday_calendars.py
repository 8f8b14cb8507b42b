"""Holidays of the library, as closures: what is known, what is not, what is refused."""

import pytest
from holidays.registry import COUNTRIES

from activities.holiday_calendars import holidays_of
from sla.closures import Found
from sla.errors import BadInput


def days(found: Found) -> list[str]:
    return [str(each.day) for each in found.days]


def test_a_subdivision_has_days_of_its_own() -> None:
    berlin, germany = holidays_of("DE", "BE", 2027, 2027), holidays_of("de", None, 2027, 2027)
    assert set(days(berlin)) - set(days(germany)) == {"2027-03-08"}
    assert holidays_of("DEU", "de-berlin", 2027, 2027).days == berlin.days


def test_names_do_not_follow_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    assert holidays_of("DE", None, 2027, 2027).days[0].name == "New Year's Day"


def test_make_up_work_days_come_with_the_day_that_they_make_up_for() -> None:
    made = {str(each.day): str(each.instead_of) for each in holidays_of("CN", None, 2026, 2026).make_up}
    assert made["2026-02-14"] == "2026-02-20"
    assert len(made) == 6


@pytest.mark.parametrize(
    ("country", "first", "last", "words"),
    [
        ("CN", 2026, 2028, "make-up work days and the days off for them are known up to 2026; computed by rule only, "),
        ("LK", 2026, 2028, "not known: 2027 to 2028; the library knows Sri Lanka from 2003 to 2026"),
        ("AE", 2030, 2030, "only estimated: 2030-02-04"),
        ("SA", 2030, 2030, "only estimated: 2030-02-03"),
        ("UA", 2027, 2027, "the library lists no such holidays of Ukraine for 2027"),
        ("DE", 2027, 2027, "only days of all of Germany; --subdivision adds those of one of BB, BE, BW"),
        ("JP", 2027, 2027, "not asked for: days of the categories bank"),
    ],
)
def test_what_is_not_known_is_said(country: str, first: int, last: int, words: str) -> None:
    remarks = holidays_of(country, None, first, last).remarks
    assert any(each.startswith(words) for each in remarks), remarks


def test_a_day_that_is_moved_for_an_estimate_is_one_itself() -> None:
    (said,) = (each for each in holidays_of("SA", None, 2027, 2027).remarks if each.startswith("only estimated"))
    assert "2027-05-19 (Eid al-Adha Holiday (observed, estimated))" in said


def test_every_country_of_the_library_can_be_asked() -> None:
    known = [holidays_of(codes[1], None, 2026, 2026) for codes in COUNTRIES.values()]
    assert sum(len(each.days) for each in known) > 2500
    assert all(made.instead_of for each in known for made in each.make_up)


@pytest.mark.parametrize(
    ("country", "subdivision", "years", "kinds", "sentence"),
    [
        (
            "Germany",
            None,
            2027,
            ("public",),
            "--country: 'Germany' is no country that is known; one such as DE (Germany",
        ),
        ("D€", None, 2027, ("public",), "--country: 'D€' is no country that is known; one such as "),
        (
            "DE",
            "Berln",
            2027,
            ("public",),
            "--subdivision: 'Berln' is no subdivision of Germany (DE) that is known; did",
        ),
        ("TR", "X", 2027, ("public",), "--subdivision: 'X' is none, for Turkey (TR) has none that are known; leave "),
        (
            "LK",
            None,
            2030,
            ("public",),
            "--from: holidays of Sri Lanka are known from 2003 to 2026 only, not for 2030; ",
        ),
        ("DE", None, 2027, ("bank",), "--category: 'bank' is none that is known of Germany; one of catholic, public, "),
        (
            "CN",
            None,
            2027,
            ("half_day",),
            "--category: half_day are days with other hours, not closed ones, and which ",
        ),
    ],
)
def test_an_unknown_word_is_refused_with_those_that_are_near(
    country: str, subdivision: str | None, years: int, kinds: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(BadInput) as error:
        holidays_of(country, subdivision, years, years, kinds)
    assert str(error.value).startswith(sentence)
