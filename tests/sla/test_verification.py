"""A statement computed again: the same, or what differs, in plain words."""

from dataclasses import dataclass
from decimal import Decimal

from sla.applied import Applied
from sla.credit_scheme import CreditScheme
from sla.evidence import Evidence
from sla.money import Money
from sla.stated_difference import About
from sla.statements import Engine, Statement
from sla.stating import Case, state
from sla.verification import Verification, counting_again, verify
from tests.sla.judged import MARCH, OFFICE, applied, at, case, outage, row, some_terms, target

LOOKED = row("observed", start=at("03-01 00:00"), end=at("03-31 22:00"))
DOWN = outage("03-04 10:00", "03-04 12:00")
TERMS = some_terms(target(), calendar=OFFICE)
CREDITED = CreditScheme.model_validate({"rules": [{"bands": [{"below": "99.5", "percent": "10"}]}]})


@dataclass(frozen=True)
class Again:
    """A statement, and what it is made from when it is computed again."""

    stated: Statement
    case: Case

    def with_(self, **changes: object) -> Verification:
        return verify(self.stated, state(self.case.model_copy(update=changes)), self.stated.hash)


def again(*rows: Evidence) -> Again:
    made_from = case(TERMS, *rows)
    return Again(state(made_from), made_from)


def sentences(found: Verification) -> list[str]:
    return [each.sentence for each in found.differences]


def test_the_same_case_comes_out_the_same() -> None:
    found = again(LOOKED, DOWN).with_()
    assert (found.holds, found.differences) == (True, ())


def test_a_missing_row_is_named() -> None:
    found = again(LOOKED, DOWN).with_(rows=(LOOKED,))
    assert not found.holds
    assert f"missing now: {DOWN.key} of probe" in sentences(found)[0]


def test_a_new_row_is_named() -> None:
    late = outage("03-09 10:00", "03-09 11:00")
    found = again(LOOKED, DOWN).with_(rows=(LOOKED, DOWN, late))
    assert f"not there then: {late.key} of probe" in sentences(found)[0]


def test_a_row_with_other_values_is_told_apart_from_a_missing_one() -> None:
    other = DOWN.model_copy(update={"end": at("03-04 13:00")})
    found = again(LOOKED, DOWN).with_(rows=(LOOKED, other))
    assert "the same rows are there, and at least one has other values" in sentences(found)[0]


def test_a_figure_is_told_old_and_new() -> None:
    found = again(LOOKED, DOWN).with_(rows=(LOOKED,))
    assert "The down of it-works: 7200 s was stated, 0 s comes out." in sentences(found)
    assert "The status of it-works: missed was stated, met comes out." in sentences(found)


def test_a_status_is_told_in_words() -> None:
    assert "The status of it-works: missed was stated, no data comes out." in sentences(again(DOWN).with_(rows=()))


def test_evidence_that_touches_no_figure_makes_no_difference() -> None:
    elsewhere = outage("05-04 10:00", "05-04 12:00")
    assert again(LOOKED, DOWN).with_(rows=(LOOKED, DOWN, elsewhere)).holds


def test_another_engine_with_the_same_figures_is_a_note_and_no_failure() -> None:
    found = again(LOOKED, DOWN).with_(engine=Engine(version="9.9.9", tzdata="2099z"))
    assert found.holds
    assert [(each.about, each.fails) for each in found.differences] == [(About.ENGINE, False)] * 2
    assert sentences(found)[0] == "Another version of the product computed it: test then, 9.9.9 now."


def test_other_terms_are_told_by_their_digests() -> None:
    loose = some_terms(target(committed="99"), calendar=OFFICE)
    found = again(LOOKED, DOWN).with_(applied=(applied(loose),))
    assert found.differences[0].about is About.TERMS
    assert "It was made by edition 1 with the digest " in sentences(found)[0]
    assert "The committed level of it-works: 99.5 was stated, 99 comes out." in sentences(found)


def test_other_service_hours_are_told_too() -> None:
    nights = OFFICE.model_copy(update={"closed": (MARCH.start,)})
    found = again(LOOKED, DOWN).with_(applied=(applied(some_terms(target(), calendar=nights)),))
    assert "the service hours differ, too" in sentences(found)[0]


def test_a_statement_that_was_changed_by_hand_is_found() -> None:
    made = again(LOOKED, DOWN)
    (figure,) = made.stated.figures
    lie = made.stated.model_copy(update={"figures": (figure.model_copy(update={"shown": 99}),)})
    found = verify(lie, state(made.case), made.stated.hash)
    assert not found.holds
    assert "The statement was changed after it was made" in sentences(found)[0]
    assert found.differences[1].where == "it-works, rounded attainment"


def test_nothing_differs_unseen() -> None:
    """Whatever field of a statement is another one, something is said of it."""
    made = again(LOOKED, DOWN)
    for field, value in {
        "number": "0008",
        "why": "Late evidence.",
        "revision": 2,
        "is_provisional": True,
        "findings": (),
        "figures": (),
    }.items():
        found = verify(made.stated.model_copy(update={field: value}), state(made.case), None)
        assert found.differences, field


def test_every_field_of_a_figure_is_looked_at() -> None:
    made = again(LOOKED, DOWN)
    (figure,) = made.stated.figures
    for field, value in {
        "name": "Another",
        "committed": 1,
        "acceptable": 1,
        "attainment": 1,
        "misses": 1,
        "budget": None,
        "counted": (),
        "how": "By magic.",
        "dispute": 1,
        "evidence_digest": "0",
        "edition": None,
    }.items():
        changed = figure.model_copy(update={field: value})
        other = made.stated.model_copy(
            update={
                "figures": (changed,),
                "inputs": made.stated.inputs.model_copy(update={"evidence": f"of {field}"}),
            }
        )
        assert verify(other, made.stated, None).differences, field


def test_terms_count_again_from_when_the_statement_says() -> None:
    before, after = some_terms(target(committed="99")), TERMS
    parts = (applied(before, until="2027-03-16"), applied(after, since="2027-03-16", no=2))
    stated = state(case(before, LOOKED, DOWN, applied=parts))
    given = [Applied(terms=each.terms, since=at("01-01 00:00")) for each in parts]
    counting = counting_again(stated, given)
    assert [each.edition and each.edition.no for each in counting] == [1, 2]
    assert counting[0].until == counting[1].since == parts[1].since


def test_work_begun_before_the_period_still_counts_by_the_terms_of_then() -> None:
    tickets = target("resolution_time", within="8h", committed="90", acceptable="80")
    terms = some_terms(tickets, calendar=OFFICE)
    opened = row("item", key="1", item="T-1", does="opened", at=at("02-26 15:00"))
    done = row("item", key="2", item="T-1", does="resolved", at=at("03-01 09:00"))
    stated = state(case(terms, opened, done))
    (figure,) = stated.figures
    assert figure.evidence_rows == 2
    counting = counting_again(stated, [Applied(terms=terms, since=at("01-01 00:00"))])
    found = state(case(terms, opened, done, applied=counting))
    assert verify(stated, found, stated.hash).holds


def _forged(made: Again, **changes: object) -> Statement:
    """One figure of it is another, and so is its digest."""
    (figure,) = made.stated.figures
    return made.stated.model_copy(update={"figures": (figure.model_copy(update=changes),)})


def test_what_a_figure_says_of_its_evidence_is_looked_at_even_if_all_of_it_is_the_same() -> None:
    made = again(LOOKED, DOWN)
    for field, value in {
        "evidence": (),
        "evidence_rows": 7,
        "evidence_digest": "0" * 64,
        "is_carried_over": True,
    }.items():
        forged = _forged(made, **{field: value})
        assert not verify(forged, made.stated, forged.hash).holds, field


def test_other_evidence_in_all_is_told_where_no_figure_tells_it() -> None:
    made = again(LOOKED, DOWN)
    for field, value in {"evidence": "0" * 64, "evidence_rows": 7}.items():
        inputs = made.stated.inputs.model_copy(update={field: value})
        forged = made.stated.model_copy(update={"inputs": inputs})
        assert not verify(forged, made.stated, forged.hash).holds, field


def test_every_field_of_a_finding_is_looked_at() -> None:
    made = again(LOOKED, DOWN)
    (finding,) = made.stated.findings
    for field, value in {"until": MARCH.end, "sentence": "By magic.", "mended": ("it-works",)}.items():
        forged = made.stated.model_copy(update={"findings": (finding.model_copy(update={field: value}),)})
        found = verify(forged, made.stated, forged.hash)
        assert [each.where.rpartition(", ")[2] for each in found.differences] == [field]


def test_a_fee_that_no_terms_state_is_told_and_fails_nothing() -> None:
    ours, theirs = Money(amount=Decimal(100), currency="EUR"), Money(amount=Decimal(200), currency="EUR")
    terms = TERMS.model_copy(update={"credits": CREDITED})
    stated = state(case(terms, LOOKED, DOWN).model_copy(update={"fee": theirs}))
    assert verify(stated, stated, stated.hash, prices=(theirs,)).differences == ()
    found = verify(stated, stated, stated.hash, prices=(ours,))
    assert found.holds
    assert sentences(found) == [f"The monthly fee is that of the statement, {theirs}; the terms say {ours}."]
