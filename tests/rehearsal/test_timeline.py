"""What a rehearsal came to, as one value."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from rehearsal.timeline import Bar, Row, Timeline, timeline_of
from sla.ending_commands import OpenTermination
from sla.errors import NotFound
from sla.events import Fact
from sla.kinds import Side
from sla.life import Cause
from sla.stages import Stage
from sla.transitions import Transition
from tests.people import BO, MONDAY
from tests.rehearsal.lives import (
    REFUSED,
    declined,
    recorded,
    rehearsed,
    renegotiating,
    ten_years,
    three_years,
    timeline,
)

Life = Callable[[], tuple[Transition, ...]]


@pytest.fixture(params=[three_years, ten_years, declined], ids=lambda life: life.__name__)
def any_timeline(request: pytest.FixtureRequest) -> Timeline:
    return rehearsed(request.param)


def bars(found: Timeline, row: Row) -> list[Bar]:
    return [bar for bar in found.bars if bar.row is row]


def test_two_rehearsals_of_the_same_thing_give_the_same_json(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
    first, second = (timeline(recorded(folder, three_years())).model_dump_json() for folder in folders)
    assert first == second


def test_a_timeline_is_read_back_from_its_json(any_timeline: Timeline) -> None:
    assert Timeline.model_validate_json(any_timeline.model_dump_json(indent=2)) == any_timeline


def test_every_instant_is_a_whole_minute(any_timeline: Timeline) -> None:
    spans = [at for bar in any_timeline.bars for at in (bar.since, bar.until) if at]
    instants = [*spans, *(mark.at for mark in any_timeline.marks), any_timeline.begins, any_timeline.until]
    assert {(at.second, at.microsecond) for at in instants} == {(0, 0)}


def test_the_marks_are_the_whole_record_in_its_order(any_timeline: Timeline) -> None:
    assert [mark.no for mark in any_timeline.marks] == list(range(1, any_timeline.figures.events + 1))


def test_a_letter_stands_with_the_event_that_caused_it(tmp_path: Path) -> None:
    views = recorded(tmp_path, declined())
    found = {(mark.no, post.kind) for mark in timeline(views).marks for post in mark.letters}
    assert found == {(letter.seq, letter.kind) for letter in views.letters("0001")}


def test_the_stages_follow_each_other_without_a_gap(any_timeline: Timeline) -> None:
    assert all(one.until == other.since for one, other in pairwise(bars(any_timeline, Row.STAGE)))


@pytest.mark.parametrize("row", [Row.TERM, Row.EDITION])
@pytest.mark.parametrize("life", [three_years, ten_years])
def test_from_the_beginning_to_the_end_one_term_and_one_edition_count(life: Life, row: Row) -> None:
    found = rehearsed(life)
    spans = bars(found, row)
    begun = next(mark.at for mark in found.marks if mark.fact is Fact.TERM_BEGAN)
    ended = next(mark.at for mark in found.marks if mark.stage is Stage.ENDING)
    assert (begun, ended) == (spans[0].since, spans[-1].until)
    assert all(one.until == other.since for one, other in pairwise(spans))


def test_renewals_are_counted_from_the_initial_term() -> None:
    labels = [bar.label for bar in bars(rehearsed(ten_years), Row.TERM)]
    assert labels == ["initial term", *(f"renewal {no}" for no in range(1, 10))]


def test_a_life_that_was_never_signed_has_stages_only() -> None:
    assert {bar.row for bar in rehearsed(declined).bars} == {Row.STAGE}


def test_why_it_ended_is_told() -> None:
    found = rehearsed(declined)
    assert (found.stage, found.why) == (Stage.DECLINED, "The budget was cut.")


def test_an_agreed_amendment_lasts_from_its_review_to_the_last_signature() -> None:
    found = rehearsed(three_years)
    (bar,) = bars(found, Row.AMENDMENT)
    facts = [mark.fact for mark in found.marks if mark.at in {bar.since, bar.until}]
    assert (bar.label, facts) == ("amendment 1, agreed", [Fact.REVIEW_CONCLUDED, Fact.SIGNED])


def test_an_amendment_that_a_termination_stops_says_so(tmp_path: Path) -> None:
    player = renegotiating()
    at = datetime(2027, 4, 6, 9, tzinfo=UTC)
    player.do(
        at,
        OpenTermination(
            by=BO,
            decision_id="open",
            case="CRM-1",
            cause=Cause.MUTUAL,
            requested_by=Side.CUSTOMER,
            effective=date(2027, 12, 31),
            reason="Both sides want to part.",
        ),
    )
    (bar,) = bars(timeline(recorded(tmp_path, tuple(player.lived))), Row.AMENDMENT)
    assert (bar.label, bar.until) == ("amendment 1, stopped", at)


def test_what_still_lasts_has_no_end(tmp_path: Path) -> None:
    found = timeline(recorded(tmp_path, tuple(renegotiating().lived)))
    lasting = {bar.row for bar in found.bars if bar.until is None}
    assert lasting == {Row.STAGE, Row.TERM, Row.EDITION, Row.AMENDMENT}


def test_an_agreement_that_goes_on_is_shown_until_the_rehearsal_stops(tmp_path: Path) -> None:
    stops = datetime(2027, 6, 1, tzinfo=UTC)
    found = timeline(recorded(tmp_path, tuple(renegotiating().lived)), stops)
    assert (found.until, found.stage, found.why) == (stops, Stage.ACTIVE, None)


def test_a_suspension_lasts_until_the_reinstatement() -> None:
    (bar,) = bars(rehearsed(three_years), Row.SUSPENSION)
    assert (bar.since.date(), bar.until and bar.until.date()) == (date(2027, 12, 6), date(2028, 1, 20))


def test_reviews_that_nobody_concluded_are_counted_apart() -> None:
    found = rehearsed(three_years)
    opened = sum(mark.fact is Fact.REVIEW_OPENED for mark in found.marks)
    beside_the_schedule = sum(mark.sentence.endswith("review x1 opens at once.") for mark in found.marks)
    assert opened + beside_the_schedule == found.figures.reviews_held + found.figures.reviews_missed


def test_each_edition_tells_its_hash_and_when_it_was_in_force(tmp_path: Path) -> None:
    views = recorded(tmp_path, three_years())
    assert [each.hash for each in timeline(views).editions] == [each.hash for each in views.editions("0001")]
    assert [each.since for each in timeline(views).editions] == [
        bar.since for bar in bars(timeline(views), Row.EDITION)
    ]


def test_what_was_refused_names_a_known_person_by_name(tmp_path: Path) -> None:
    refused = REFUSED.model_copy(update={"who": BO})
    found = timeline_of(
        recorded(tmp_path, declined()), "1", scenario="x", begins=MONDAY, terms_from="x", refused=(refused,)
    )
    assert [each.who for each in found.refused] == ["Bo Lindqvist"]


def test_a_register_without_the_agreement_is_answered(tmp_path: Path) -> None:
    views = recorded(tmp_path, declined())
    with pytest.raises(NotFound, match="nothing was rehearsed under '0002'"):
        timeline_of(views, "0002", scenario="x", begins=MONDAY, terms_from="x")
