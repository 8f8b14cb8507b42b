"""`sla show` of an agreement in force and after: short, and only what is there. Played by the pure rules."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from activities.database import open_engine
from activities.records import SqlRecords
from activities.settings import Settings
from sla.commands import AcknowledgeNotice, AgreeRenewal, GiveNotice, RequestChange, StateIndex
from sla.ending_commands import OfferRight, Suspend
from sla.kinds import Side
from sla.life import ChangeKind
from sla.money import Money
from sla.terms import PriceRevision, Renewal, RenewalMode, Terms
from starter.life_text import life_lines
from starter.living import ComingOverview, LifeOverview, TermOverview
from tests import people
from tests.activities.lives import PERIOD, WORKFLOW, Player, a_life
from tests.people import ANA, BO, FINN, MONDAY, number_request
from tests.starter.desk import Desk

TACIT = Renewal(mode=RenewalMode.TACIT, renewal_months=12, notice_months=3)


class Shelf:
    """A register of its own, into which lives are written as they were played, and a desk that reads it."""

    def __init__(self, home: Path) -> None:
        settings = Settings(home=home)
        self.engine = open_engine(settings.register_url)
        self.records = SqlRecords(self.engine)
        self.desk = Desk(settings)

    def keeps(self, player: Player) -> str:
        """Records the life and gives its number."""
        number = self.records.number(number_request(WORKFLOW)).number
        for step in player.steps:
            self.records.record(step.entry)
        return number

    def shows(self, player: Player) -> str:
        """What `show` tells of the life."""
        return self.desk.does("show", self.keeps(player)).out


@pytest.fixture
def shelf(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Shelf]:
    shutil.copy(migrated_sqlite, tmp_path / "register.db")
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.engine.dispose()


def signed(renewal: Renewal | None = TACIT, **changes: object) -> Player:
    """A life to its signature in March 2026, for the year 2027."""
    player = Player()
    terms = people.terms(period=PERIOD, renewal=renewal)
    player.agree_everything(MONDAY, Terms.model_validate({**terms.model_dump(), **changes}))
    return player


def at(month: int, day: int, year: int = 2027) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


def events_of(path: Path) -> dict[str, Any]:
    """The events of a calendar by their UIDs, as the library reads them; it finds no fault in any."""
    found = {str(event["uid"]): event for event in Calendar.from_ical(path.read_bytes()).walk("VEVENT")}
    assert not any(event.errors for event in found.values())
    return found


def line(out: str, word: str) -> str:
    """What stands behind a word of the overview; empty when the word is not there."""
    found = (each for each in out.splitlines() if each.startswith(f"  {word} "))
    return next(found, "").removeprefix(f"  {word}").strip()


def test_before_the_term_begins_it_says_from_when_the_edition_counts(shelf: Shelf) -> None:
    out = shelf.shows(signed())
    assert line(out, "edition").endswith("in force from Fri 2027-01-01 00:00 Europe/Berlin")
    assert line(out, "term") == "ends on 2028-01-01: the agreement renews until 2029-01-01, without notice"
    assert line(out, "notice") == "the last day to give notice for 2028-01-01 is Thu 2027-09-30"
    assert line(out, "next review") == "1, Thu 2027-04-01 10:00 Europe/Berlin"


def test_nothing_is_told_that_is_not_there(shelf: Shelf) -> None:
    out = shelf.shows(signed())
    words = ("review ", "change", "amendment", "coming", "suspended", "termination", "right", "risks", "stop", "index")
    assert [word for word in words if line(out, word.strip()) and word != "review "] == []
    assert line(out, "review") == ""
    assert "Requirements" not in out
    assert "Assessments" not in out


def test_an_overdue_review_cannot_be_overlooked(shelf: Shelf) -> None:
    player = signed()
    player.wait_until(at(5, 3))
    out = shelf.shows(player)
    assert line(out, "review") == "1 is open since Thu 2027-04-01 10:00 Europe/Berlin, OVERDUE"
    assert line(out, "risks") == "review 1 overdue"


def test_changes_tell_what_they_touch_by_name(shelf: Shelf) -> None:
    player = signed()
    kinds = (ChangeKind.RESPONSE, ChangeKind.PRICE)
    player.do(at(2, 1), RequestChange(by=ANA, decision_id="1", kinds=kinds, text="Sooner."))
    out = shelf.shows(player)
    assert line(out, "change") == "1, of response, price, by Ana Ruiz: Sooner."
    assert "touches target first-look, requirement 2, price\n" in out


def test_notice_is_told_with_its_proof(shelf: Shelf) -> None:
    player = signed()
    player.do(at(2, 1), GiveNotice(by=ANA, decision_id="1", end=date(2028, 1, 1)))
    player.do(at(2, 2), AcknowledgeNotice(by=BO, decision_id="2"))
    out = shelf.shows(player)
    assert line(out, "term") == "ends on 2028-01-01, for good"
    assert "given by Ana Ruiz for the customer on Mon 2027-02-01" in line(out, "notice")
    assert "Bo Lindqvist acknowledged it on Tue 2027-02-02" in line(out, "notice")


def test_a_stated_index_tells_the_fee_to_come_and_a_renewal_the_fee_that_counts(shelf: Shelf) -> None:
    player = signed(price_revision=PriceRevision(index="Consumer prices"))
    player.do(at(2, 1), StateIndex.model_validate({"by": BO, "decision_id": "1", "rate": "2", "source": "Office"}))
    number = shelf.keeps(player)
    told = "2 % (Office), stated by Bo Lindqvist: the fee from 2028-01-01 on is EUR 1,020.00 a month"
    assert line(shelf.desk.does("show", number).out, "index") == told
    player.wait_until(at(1, 2, 2028))
    shown = shelf.desk.does("show", shelf.keeps(player)).out
    assert line(shown, "price") == "EUR 1,020.00 a month"
    assert line(shown, "term").endswith("; it renewed 1 time")


def test_an_express_renewal_tells_who_has_agreed(shelf: Shelf) -> None:
    express = Renewal(mode=RenewalMode.EXPRESS, renewal_months=12, notice_months=3)
    player = signed(renewal=express)
    player.do(at(2, 1), AgreeRenewal(by=ANA, decision_id="1", end=date(2028, 1, 1)))
    told = "the customer agreed; the last day to agree on it for 2028-01-01 is Thu 2027-09-30"
    assert line(shelf.shows(player), "renewal") == told


def test_suspensions_and_rights_are_told(shelf: Shelf) -> None:
    player = signed()
    player.do(at(2, 1), Suspend(by=FINN, decision_id="1", until=date(2027, 3, 1), reason="Works."))
    right = OfferRight(by=FINN, decision_id="2", side=Side.CUSTOMER, ground="Misses.", until=date(2027, 4, 1))
    player.do(at(2, 2), right)
    out = shelf.shows(player)
    assert line(out, "suspended").startswith("service resumes on 2027-03-01; by Finn Doyle on Mon 2027-02-01")
    assert line(out, "right") == "1, of the customer, last day 2027-03-31: Misses."
    risks = "suspended, service resumes on 2027-03-01; termination right of the customer, last day 2027-03-31"
    assert line(out, "risks") == risks


def test_an_early_end_is_told_by_its_last_day(shelf: Shelf) -> None:
    player = signed()
    player.do(at(2, 1), GiveNotice(by=ANA, decision_id="1", end=date(2028, 1, 1)))
    out = shelf.shows(player)
    assert "for the end on 2028-01-01 (last day 2027-12-31)" in line(out, "notice")
    assert line(out, "risks") == "ends by notice, last day 2027-12-31"


def test_an_agreement_that_has_ended_tells_how_why_and_its_certificate(shelf: Shelf) -> None:
    player = Player()
    player.steps = list(a_life())
    number = shelf.keeps(player)
    out = shelf.desk.does("show", number).out
    assert line(out, "ended") == (
        "Sat 2028-07-01 00:00 Europe/Berlin: termination CRM-1 (convenience), asked for by the customer"
    )
    assert line(out, "certificate") == "0 timers, 0 activities and 0 schedules run"
    assert line(out, "stop") == "1. nothing is left."
    assert "in force until Sat 2028-07-01 00:00 Europe/Berlin" in line(out, "edition")
    certificate = shelf.desk.does("show", number, "--json").document["life"]["certificate"]
    assert (certificate["timers"], len(certificate["steps"])) == (0, 4)
    ran = shelf.desk.does("edition", number, "--at", "2027-05-31", "--json").document
    assert (ran["edition"], ran["until"]) == (1, "2027-05-31T22:00:00Z")
    assert shelf.desk.does("edition", number, "--at", "2027-06-01", "--json").document["edition"] > 1
    assert shelf.desk.does("edition", number, "--at", "2028-07-01").out.startswith(f"No edition of {number} counts at")


def test_an_edition_to_come_is_told_with_its_day_and_its_fee(shelf: Shelf) -> None:
    steps = list(a_life())
    last = next(step for step in reversed(steps) if step.state.life and step.state.life.coming)
    life = last.state.life
    assert life is not None
    assert life.coming is not None
    assert life.coming.edition.terms.price is not None
    player = Player()
    player.steps = steps[: steps.index(last) + 1]
    out = shelf.shows(player)
    day = line(out, "coming")
    assert day.startswith(f"edition {life.coming.edition.no} ({life.coming.edition.hash[:8]}) takes effect ")
    new = life.coming.edition.terms.price.monthly_fee
    assert ("; the fee is then" in day) == (new != life.fee)


def test_the_fee_of_an_edition_to_come_is_told_where_it_differs() -> None:
    fee = Money(amount=Decimal("800.00"), currency="EUR")
    told = LifeOverview(
        has_begun=True,
        coming=ComingOverview(edition=2, hash="ab" * 32, at=at(6, 1), monthly_fee=fee),
        term=TermOverview(end=date(2028, 1, 1), mode=RenewalMode.NONE, renewals=0, moved_days=0),
    )
    lines = dict(life_lines(told, "UTC"))
    words = "edition 2 (abababab) takes effect Tue 2027-06-01 12:00 UTC; the fee is then EUR 800.00 a month"
    assert lines["coming"] == words


def test_after_an_amendment_the_old_decisions_are_not_told_as_those_of_the_new_edition(shelf: Shelf) -> None:
    steps = list(a_life())
    player = Player()
    effect = next(no for no, step in enumerate(steps) if step.transition.event.fact.value == "edition_took_effect")
    player.steps = steps[: effect + 1]
    shown = shelf.desk.does("show", shelf.keeps(player), "--json").document
    assert (shown["approvals"], shown["signatures"]) == ([], [])
    assert [held["no"] for held in shown["life"]["held"]] == ["1"]


def test_an_end_that_is_settled_ends_the_editions_too(shelf: Shelf) -> None:
    player = signed(renewal=None)
    number = shelf.keeps(player)
    assert shelf.desk.does("edition", number, "--at", "2027-12-31").out.startswith("Edition ")
    assert shelf.desk.does("edition", number, "--at", "2028-01-01").out.startswith("No edition of")


def test_an_agreement_that_sleeps_says_so(shelf: Shelf) -> None:
    player = signed()
    last = player.steps[-1]
    asleep = last.transition.model_copy(update={"state": last.state.model_copy(update={"life": None})})
    player.steps[-1] = last._replace(transition=asleep)
    assert "no date is kept; `sla doctor --wake` wakes it" in shelf.shows(player)


def test_the_agenda_leaves_out_what_only_a_later_silence_brings_and_counts_it(shelf: Shelf) -> None:
    number = shelf.keeps(signed())
    some, everything = (shelf.desk.does("agenda", number, *more, "--json").document for more in ((), ("--all",)))
    left_out = [entry for entry in everything if entry["on_silence"]]
    assert some == [entry for entry in everything if not entry["on_silence"]]
    out = shelf.desk.does("agenda", number).out.splitlines()
    assert out[-1] == f"{len(left_out)} more steps come only if somebody stays silent by then; --all shows them."
    assert "more steps come" not in shelf.desk.does("agenda", number, "--all").out


def test_a_date_that_a_suspension_moves_keeps_its_uid_and_has_a_higher_sequence(shelf: Shelf, tmp_path: Path) -> None:
    player = signed(suspension={"extends_term": True})
    player.wait_until(at(1, 20))
    before, after = tmp_path / "before.ics", tmp_path / "after.ics"
    shelf.desk.does("agenda", shelf.keeps(player), "--ics", str(before))
    player.do(at(2, 1), Suspend(by=FINN, decision_id="1", until=date(2027, 3, 3), reason="Works."))
    shelf.desk.does("agenda", shelf.keeps(player), "--ics", str(after))
    old, new = events_of(before), events_of(after)
    end = next(uid for uid in old if uid.startswith("end-"))
    assert new[end]["dtstart"].dt - old[end]["dtstart"].dt == timedelta(days=30)
    assert (old[end]["sequence"], new[end]["sequence"]) == (0, 1)
