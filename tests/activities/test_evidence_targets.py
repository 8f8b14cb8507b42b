"""What the register tells of the targets that evidence may be about, and a row that is kept though none can use it."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, insert

from activities.database import writing
from activities.evidence import SqlEvidence
from activities.evidence_import import ImportReport, Row, import_rows
from activities.records import SqlRecords
from activities.rows import edition_cells
from activities.tables import EDITIONS
from sla.agreement import AgreementState, edition_of, life_of
from sla.errors import BadInput, NotFound
from sla.evidence import Evidence, Score, Withdrawn
from sla.fitting import Words
from sla.stages import Stage
from sla.targets import Outcome, Target
from sla.terms import Terms
from tests.activities.judged import APRIL_FIRST, MARCH_FIRST, YEAR, in_force, month, spoil, statements, swept
from tests.people import number_request, terms
from tests.sla.lives import amending, played
from tests.temporal import enrolled

LIKED = Outcome(
    id="liked",
    name="Printing is liked",
    measure="what people answer",
    source="survey",
    committed=Decimal(4),
    acceptable=Decimal(3),
)
TARGETS = (*terms().targets, LIKED)
FEBRUARY = month(2) + timedelta(days=9)


def score(value: str, key: str = "k") -> Score:
    return Score(source="survey", key=key, target="liked", at=FEBRUARY, value=Decimal(value))


def taken(engine: Engine, state: AgreementState, *rows: Evidence, at: datetime = MARCH_FIRST) -> ImportReport:
    found = (Row(line, None, each) for line, each in enumerate(rows, start=1))
    return import_rows(SqlEvidence(engine), found, state.number, at)


@pytest.mark.parametrize(
    "mended",
    [score("4"), Withdrawn(source="survey", key="k", at=MARCH_FIRST, reason="typed wrongly")],
    ids=["corrected", "withdrawn"],
)
def test_a_row_that_nothing_can_use_holds_its_month_up_until_it_is_mended(engine: Engine, mended: Evidence) -> None:
    """As one that was kept before rows were held against the terms."""
    state = in_force(engine, targets=TARGETS)
    SqlEvidence(engine).add(state.number, [score("7")], MARCH_FIRST)
    assert [fault.wrong for fault in swept(engine, MARCH_FIRST).faults] == [
        "2026-02: evidence k of survey: 7 is beyond the scale; at most 5 is expected: correct the row, or withdraw it, "
        "under its source and key"
    ]
    assert statements(engine, state.number) == []
    report = taken(engine, state, mended, at=MARCH_FIRST + timedelta(days=2))
    assert (report.faults, report.corrected) == ((), 1)
    assert swept(engine, APRIL_FIRST, period="2026-02").faults == ()
    assert [each.period.name for each in statements(engine, state.number)] == ["2026-02"]


def test_the_words_of_the_edition_in_force_are_known(engine: Engine) -> None:
    state = in_force(engine, targets=TARGETS)
    assert SqlEvidence(engine).words(state.number) == (
        Words("printing-works", "availability"),
        Words("first-look", "response_time"),
        Words("liked", "outcome", Decimal(5)),
    )


@pytest.mark.parametrize("stage", [Stage.NEGOTIATING, Stage.ACTIVE], ids=["offered", "signed"])
def test_an_amendment_is_known_before_it_counts_and_changes_nothing_of_what_counted(
    engine: Engine, stage: Stage
) -> None:
    state = in_force(engine, targets=TARGETS)
    wider = LIKED.model_copy(update={"scale_to": Decimal(10)})
    new = terms_in_force(state, (*TARGETS[:-1], wider, LIKED.model_copy(update={"id": "liked-too"})))
    amended, now = amending(played(state, APRIL_FIRST), stage, new, APRIL_FIRST)
    kept(engine, amended)
    assert [fault.field for fault in taken(engine, state, score("7"), at=now).faults] == ["value"]
    early = score("4", "early").model_copy(update={"target": "liked-too"})
    assert taken(engine, state, early, at=now).faults == ()
    if stage is Stage.ACTIVE:
        later = score("7").model_copy(update={"at": now + timedelta(days=2)})
        assert taken(engine, state, later, at=now).faults == ()


def terms_in_force(state: AgreementState, targets: tuple[Target, ...]) -> Terms:
    return edition_of(state).terms.model_copy(update={"targets": targets})


def kept(engine: Engine, state: AgreementState) -> None:
    """The state as it stands, with the edition of its amendment, as if its record were there."""
    coming = life_of(state).coming
    edition = state.amendment.edition if state.amendment else coming.edition if coming else edition_of(state)
    spoil(engine, state.number, state.model_dump_json())
    with writing(engine) as connection:
        connection.execute(insert(EDITIONS), edition_cells(state.number, edition))


def test_an_agreement_that_0_1_0_has_signed_is_held_against_its_edition(engine: Engine) -> None:
    state = enrolled(engine, "old", YEAR, MARCH_FIRST, {"targets": TARGETS}, sleeping=True)
    assert [str(fault) for fault in taken(engine, state, score("7")).faults] == [
        "line 1, value: 7 is beyond the scale of liked; at most 5 is expected"
    ]


def test_before_it_has_terms_an_agreement_takes_every_row(engine: Engine) -> None:
    number = SqlRecords(engine).number(number_request()).number
    assert SqlEvidence(engine).words(number) is None
    report = import_rows(SqlEvidence(engine), [Row(1, number, score("7"))], None, MARCH_FIRST)
    assert (report.faults, report.accepted) == ((), 1)


def test_an_agreement_that_is_none_has_no_words(engine: Engine) -> None:
    with pytest.raises(NotFound):
        SqlEvidence(engine).words("0099")


@pytest.mark.parametrize("state", ["{", '{"edition": {"no": 99}}'], ids=["no JSON", "an edition that is not there"])
def test_rows_of_an_agreement_that_cannot_be_read_are_refused_and_those_of_others_are_not(
    engine: Engine, state: str
) -> None:
    broken, sound = in_force(engine, targets=TARGETS), in_force(engine, targets=TARGETS)
    spoil(engine, broken.number, state)
    with pytest.raises(BadInput):
        SqlEvidence(engine).words(broken.number)
    rows = [Row(1, broken.number, score("4")), Row(2, sound.number, score("4"))]
    report = import_rows(SqlEvidence(engine), rows, None, MARCH_FIRST, partial=True)
    assert ([str(fault) for fault in report.faults], report.accepted) == (
        [
            "line 1, agreement: its terms cannot be read; one that can be read is expected: `sla audit "
            f"{broken.number}` tells what was changed"
        ],
        1,
    )
