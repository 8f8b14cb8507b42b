"""Targets: eight forms, two levels each, more is better."""

from decimal import Decimal
from typing import get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from sla.targets import Outcome, Target, Throughput, level_text

TARGET: TypeAdapter[Target] = TypeAdapter(Target)
EVERY_FORM: dict[str, dict[str, object]] = {
    "availability": {},
    "response_time": {"within": "4h"},
    "resolution_time": {"within": "8h", "priority": "high"},
    "done_within": {"event": "a new member of staff is announced", "working_days": 1},
    "done_by_end_of_day": {"event": "a member of staff leaves", "day": "the last working day"},
    "good_event_ratio": {"good": "pages without a fault", "valid": "all pages"},
    "throughput": {"unit": "pages", "per": "day"},
    "outcome": {"scale_to": "100"},
}


def target(form: str, **changes: object) -> Target:
    fields = {"form": form, "id": "a", "name": "A", "committed": "95", "acceptable": "90"}
    return TARGET.validate_python(fields | EVERY_FORM[form] | changes)


def test_every_form_is_in_the_table_of_this_test() -> None:
    union, _ = get_args(Target)
    assert {form.model_fields["form"].default for form in get_args(union)} == set(EVERY_FORM)


@pytest.mark.parametrize("form", EVERY_FORM)
def test_every_form_reads_back_as_it_was_written(form: str) -> None:
    written = target(form)
    assert TARGET.validate_json(TARGET.dump_json(written)) == written


@pytest.mark.parametrize("form", EVERY_FORM)
def test_a_commitment_below_the_acceptable_level_is_refused(form: str) -> None:
    with pytest.raises(ValidationError, match="at or above the acceptable one"):
        target(form, committed="89.9")


@pytest.mark.parametrize("form", EVERY_FORM)
def test_a_draft_may_lack_its_levels(form: str) -> None:
    assert target(form, committed=None, acceptable=None).committed is None


@pytest.mark.parametrize(("form", "level"), [("availability", "100.1"), ("outcome", "100.1"), ("throughput", "-1")])
def test_a_level_out_of_range_is_refused(form: str, level: str) -> None:
    with pytest.raises(ValidationError):
        target(form, committed=level, acceptable=None)
    with pytest.raises(ValidationError):
        target(form, committed=None, acceptable=level)


@pytest.mark.parametrize(
    ("form", "changes"),
    [
        ("response_time", {"within": "-1h"}),
        ("response_time", {"within": "32d"}),
        ("response_time", {"within": None}),
        ("done_within", {"working_days": -1}),
        ("done_within", {"working_days": 367}),
        ("outcome", {"scale_to": 0}),
        ("throughput", {"per": "year"}),
        ("availability", {"id": "A B"}),
        ("availability", {"requirements": [True]}),
        ("good_event_ratio", {"good": ""}),
    ],
)
def test_a_detail_that_cannot_be_is_refused(form: str, changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        target(form, **changes)


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ValidationError):
        TARGET.validate_python({"form": "uptime", "id": "a", "name": "A"})


@pytest.mark.parametrize(
    ("form", "text"), [("availability", "95 %"), ("throughput", "95 pages a day"), ("outcome", "95 of 100")]
)
def test_a_level_is_told_with_its_unit(form: str, text: str) -> None:
    written = target(form)
    assert level_text(written, written.committed) == text


def test_a_level_that_is_missing_is_told_as_such() -> None:
    assert level_text(target("outcome"), None) == "not stated"


def test_amounts_keep_their_digits() -> None:
    assert Throughput(id="a", name="A", unit="pages", committed=Decimal("450000.25")).committed == Decimal("450000.25")
    assert Outcome(id="a", name="A", committed=Decimal("4.2")).scale_to == 5
