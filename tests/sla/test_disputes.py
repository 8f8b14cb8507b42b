"""A disputed figure: frozen, decided by the other side, once. MON-10. And the claim of a credit. MON-6."""

from decimal import Decimal

import pytest

from sla.agreement import AgreementState, life_of
from sla.commands import ClaimCredit, DisputeFigure, SettleDispute
from sla.credit_claims import MOST_CLAIMS
from sla.disputes import MOST_DISPUTES, MOST_SETTLED
from sla.errors import AlreadyDone, NotPossible, NotYourRole, Refusal
from sla.events import Fact
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.living import risks
from sla.packs import pack_of
from sla.targets import Outcome
from sla.transitions import act
from tests import people
from tests.people import ANA, BO, CHEN, DORA, EVE, FINN, INES
from tests.sla.found import FEBRUARY, STATEMENT, begun
from tests.sla.lives import berlin, by_itself, do, letters, refusal

WHY = "Our own probe was up."


def disputed(
    by: str = ANA, target: str = "printing-works", period: str = "2027-01", statement: str = STATEMENT
) -> DisputeFigure:
    id_ = f"dispute-{by[:2]}-{target}-{period}-{statement[-4:]}".replace("/", "-")
    return DisputeFigure(by=by, decision_id=id_, period=period, target=target, statement=statement, reason=WHY)


def settled(no: int = 1, by: str = FINN, value: str | None = None, evidence: str | None = None) -> SettleDispute:
    decimal = Decimal(value) if value else None
    id_ = f"settle-{no}-{by[:2]}-{value}"
    return SettleDispute(by=by, decision_id=id_, no=no, value=decimal, reason="The log shows it.", evidence=evidence)


def open_dispute(by: str = ANA) -> AgreementState:
    return do(begun(), disputed(by), now=FEBRUARY)


# -- raised


def test_a_dispute_freezes_the_figure_and_asks_the_other_side() -> None:
    transition = act(begun(), disputed(), FEBRUARY)
    assert (transition.event.fact, transition.event.reason) == (Fact.FIGURE_DISPUTED, WHY)
    assert transition.event.sentence == (
        "Ana Ruiz disputed printing-works in 2027-01 (statement 3f2a9c1b) for the customer, as dispute 1; the figure "
        "is frozen until the provider has settled that."
    )
    assert letters(transition) == {
        (LetterKind.FIGURE_DISPUTED, INES),
        (LetterKind.SETTLEMENT_WANTED, BO),
        (LetterKind.SETTLEMENT_WANTED, FINN),
    }
    asked = next(letter for letter in transition.letters if letter.to == BO)
    assert asked.context.reason == WHY
    assert asked.context.command == f"sla settle-dispute 0001 1 --stands --reason TEXT --as {BO}"


def test_the_provider_disputes_too_and_then_the_customer_is_asked() -> None:
    state = open_dispute(BO)
    assert {wait.person for wait in state.waits} == {ANA, INES}
    assert life_of(state).disputes[0].side is Side.PROVIDER


def test_an_open_dispute_is_a_risk_and_stands_in_the_pack_once() -> None:
    state = open_dispute()
    assert risks(state) == ("dispute 1 open",)
    assert pack_of(state, is_ahead=True).open_points == (
        "Dispute 1 of Ana Ruiz about printing-works in 2027-01 (statement 3f2a9c1b): the provider settles it.",
    )


@pytest.mark.parametrize("by", [ANA, INES, BO])
def test_the_same_figure_is_disputed_once_whoever_asks(by: str) -> None:
    told = refusal(open_dispute(), disputed(by).model_copy(update={"decision_id": "x"}), AlreadyDone, FEBRUARY)
    assert told == (
        "Ana Ruiz has disputed printing-works in 2027-01 (statement 3f2a9c1b) already, as dispute 1; it is open"
    )


def test_a_figure_whose_dispute_is_settled_is_not_disputed_again_but_the_one_stated_after_it_is() -> None:
    state = do(open_dispute(), settled(), now=FEBRUARY)
    told = refusal(state, disputed(INES), AlreadyDone, FEBRUARY)
    assert told.endswith("is settled already; the statement that follows from it can be disputed")
    assert life_of(do(state, disputed(INES, statement="b" * 64), now=FEBRUARY)).disputes[0].no == 2


def test_another_target_or_period_is_another_figure() -> None:
    state = do(open_dispute(), disputed(target="first-look"), disputed(period="2026-12"), now=FEBRUARY)
    assert [each.no for each in life_of(state).disputes] == [1, 2, 3]
    assert risks(state) == ("disputes 1, 2, 3 open",)


def test_so_many_disputes_are_open_at_once_and_their_reasons_keep_the_state_small() -> None:
    state = begun()
    before = len(state.model_dump_json())
    for no in range(MOST_DISPUTES):
        state = do(state, disputed(period=f"{2000 + no}").model_copy(update={"reason": "x" * 5000}), now=FEBRUARY)
    assert len(state.model_dump_json()) - before < 40_000
    told = refusal(state, disputed(period="2025"), NotPossible, FEBRUARY)
    assert told == "20 disputes of 0001 are open already; settle one of them first"


def test_a_target_that_no_edition_has_is_refused_with_those_that_there_are() -> None:
    told = refusal(begun(), disputed(target="colour"), NotPossible, FEBRUARY)
    assert told == "colour is no target of 0001; one of printing-works, first-look is expected"


@pytest.mark.parametrize("by", [CHEN, DORA, EVE])
def test_only_who_speaks_for_a_side_disputes(by: str) -> None:
    refusal(begun(), disputed(by), NotYourRole, FEBRUARY)


@pytest.mark.parametrize(
    ("period", "told"),
    [
        ("2027-01-01/2027-02-01", "no statement is of 2027-01-01/2027-02-01; that period is called 2027-01"),
        ("2027-02", "2027-02 is not over on 2027-02-02; there is no statement of it"),
        ("January", "the period: 'January' names none; 2026-03, 2026-Q1, 2026 or "),
    ],
)
def test_a_period_is_named_as_its_statement_names_it_and_is_over(period: str, told: str) -> None:
    assert refusal(begun(), disputed(period=period), NotPossible, FEBRUARY).startswith(told)
    assert refusal(begun(), claim(period=period), NotPossible, FEBRUARY).startswith(told)


# -- settled


def test_the_other_side_says_that_the_figure_stands() -> None:
    transition = act(open_dispute(), settled(), FEBRUARY)
    assert transition.event.sentence == (
        "Finn Doyle settled dispute 1 about printing-works in 2027-01 (statement 3f2a9c1b): the figure stands."
    )
    assert (life_of(transition.state).disputes, transition.state.waits, risks(transition.state)) == ((), (), ())
    assert letters(transition) == {(LetterKind.DISPUTE_SETTLED, to) for to in (BO, ANA, INES)}


def test_or_that_another_one_counts_with_its_evidence() -> None:
    transition = act(open_dispute(), settled(value="99.7", evidence="The log of the probe."), FEBRUARY)
    assert transition.event.fact is Fact.DISPUTE_SETTLED
    assert transition.event.sentence.endswith(": 99.7 % counts in its place.")
    assert transition.event.reason == "The log shows it.\n\nEvidence: The log of the probe."


@pytest.mark.parametrize("by", [ANA, INES])
def test_nobody_settles_their_own_sides_dispute(by: str) -> None:
    told = refusal(open_dispute(), settled(by=by), NotYourRole, FEBRUARY)
    assert told.startswith("nobody settles their own dispute: dispute 1 was raised for the customer; ")
    assert told.endswith("Bo Lindqvist, Finn Doyle may settle it")


def test_nor_by_the_dispute_of_the_other_side_that_is_open_beside_it() -> None:
    state = do(open_dispute(), disputed(BO, target="first-look"), now=FEBRUARY)
    refusal(state, settled(1, ANA), NotYourRole, FEBRUARY)
    assert [each.no for each in life_of(do(state, settled(2, ANA), now=FEBRUARY)).disputes] == [1]


@pytest.mark.parametrize("value", ["100.001", "101"])
def test_a_value_that_its_target_cannot_have_is_refused(value: str) -> None:
    told = refusal(open_dispute(), settled(value=value), NotPossible, FEBRUARY)
    assert told == f"{value} is no value of printing-works; one from 0 to 100 is expected"


def test_an_outcome_is_settled_within_its_scale() -> None:
    outcome = Outcome(id="mood", name="Satisfaction", committed=Decimal(4), acceptable=Decimal(3))
    state = do(begun(targets=(*people.terms().targets, outcome)), disputed(target="mood"), now=FEBRUARY)
    assert "one from 0 to 5 is expected" in refusal(state, settled(value="5.1"), NotPossible, FEBRUARY)
    assert act(state, settled(value="4.5"), FEBRUARY).event.sentence.endswith(": 4.5 of 5 counts in its place.")


@pytest.mark.parametrize(
    ("no", "error", "told"),
    [
        (1, AlreadyDone, "dispute 1 is settled already; open are: 2"),
        (9, NotPossible, "there is no dispute 9; open are: 2"),
    ],
)
def test_a_dispute_that_is_not_open_is_refused_with_those_that_are(no: int, error: type[Refusal], told: str) -> None:
    state = do(open_dispute(), settled(), disputed(period="2026-12"), now=FEBRUARY)
    assert refusal(state, settled(no, BO), error, FEBRUARY) == told


def test_where_nothing_is_disputed_nothing_is_settled() -> None:
    told = refusal(begun(), settled(), NotPossible, FEBRUARY)
    assert told == "no figure of 0001 is disputed; there is nothing to settle"


def test_the_state_remembers_a_bounded_number_of_settled_figures() -> None:
    state = begun()
    for no in range(MOST_SETTLED + 2):
        raised = disputed(period=f"{1990 + no % 30}", statement=f"{no:02d}" * 32)
        state = do(state, raised, settled(no + 1), now=FEBRUARY)
    assert len(life_of(state).settled) == MOST_SETTLED


def test_silence_reminds_and_escalates_and_never_settles() -> None:
    came = by_itself(open_dispute(), berlin(2027, 3, 30))
    assert {Fact.REMINDED, Fact.ESCALATED} <= {each.event.fact for each in came}
    assert [each.no for each in life_of(came[-1].state).disputes] == [1]


# -- a credit that is claimed


def claim(by: str = ANA, period: str = "2027-01") -> ClaimCredit:
    return ClaimCredit(by=by, decision_id=f"claim-{by[:2]}-{period[:7]}", period=period, statement=STATEMENT)


def test_a_claim_is_a_fact_and_both_sides_are_told() -> None:
    transition = act(begun(), claim(), FEBRUARY)
    assert transition.event.fact is Fact.CREDIT_CLAIMED
    assert transition.event.sentence == (
        "Ana Ruiz claimed the credit of 2027-01 (statement 3f2a9c1b) for the customer."
    )
    assert letters(transition) == {(LetterKind.CREDIT_CLAIMED, to) for to in (INES, BO, FINN)}


def test_a_period_is_claimed_once() -> None:
    told = refusal(do(begun(), claim(), now=FEBRUARY), claim(INES), AlreadyDone, FEBRUARY)
    assert told == "the credit of 2027-01 is claimed already; nothing is left to do"


@pytest.mark.parametrize("by", [BO, FINN, CHEN, EVE])
def test_only_the_customer_claims(by: str) -> None:
    refusal(begun(), claim(by), NotYourRole, FEBRUARY)


def test_the_state_remembers_a_bounded_number_of_claims() -> None:
    state = begun()
    for no in range(MOST_CLAIMS + 2):
        state = do(state, claim(period=f"{1990 + no // 4}-Q{no % 4 + 1}"), now=FEBRUARY)
    assert len(life_of(state).claims) == MOST_CLAIMS
