"""Two feasibility decisions, one verdict for each requirement and angle. FEA-1."""

from sla.agreement import AgreementState
from sla.contract_commands import Assess
from sla.errors import AlreadyDone, Incomplete, NotYourRole
from sla.lifecycle import allowed
from sla.people import Role
from sla.requirements import Angle, Finding, Verdict
from sla.stages import Stage, Verb
from tests.people import ANA, BO, CHEN, FINN, SERVICE
from tests.sla.lives import NOON, a_request, carried, do, house, refusal, state_in, with_person


def assess(by: str, *numbers: int, finding: Finding = Finding.MET, id_: str = "a") -> Assess:
    verdicts = tuple(Verdict(requirement=no, finding=finding, reason="measured last year") for no in numbers)
    return Assess(by=by, decision_id=id_, verdicts=verdicts)


def assessing() -> AgreementState:
    return state_in(Stage.ASSESSING)


def test_both_angles_in_either_order_lead_to_drafting() -> None:
    for first, second in ((CHEN, BO), (BO, CHEN)):
        state = do(assessing(), assess(first, 1, 2))
        assert (state.stage, [wait.person for wait in state.waits]) == (Stage.ASSESSING, [second])
        assert do(state, assess(second, 1, 2)).stage is Stage.DRAFTING


def test_each_gap_of_an_assessment_is_named() -> None:
    told = refusal(assessing(), assess(CHEN, 2, 2, 9), Incomplete)
    for gap in ("requirement 1 has no verdict", "requirement 9 does not exist", "requirement 2 has two verdicts"):
        assert gap in told


def test_an_angle_is_judged_once() -> None:
    state = do(assessing(), assess(CHEN, 1, 2))
    assert "technical" in refusal(state, assess(CHEN, 1, 2, id_="b"), AlreadyDone)
    assert Verb.ASSESS not in allowed(state, CHEN, NOON)


def test_others_do_not_assess() -> None:
    for email in (ANA, FINN):
        assert "Chen Wei, Bo Lindqvist may" in refusal(assessing(), assess(email, 1, 2), NotYourRole)


def test_what_cannot_be_met_goes_to_drafting_as_a_verdict_with_its_reason() -> None:
    state = do(assessing(), assess(CHEN, 1, 2, finding=Finding.NOT_MET), assess(BO, 1, 2))
    assert state.stage is Stage.DRAFTING
    assert {verdict.finding for verdict in state.assessments[0].verdicts} == {Finding.NOT_MET}


def test_an_account_manager_who_is_the_engineer_gives_both_verdicts_one_after_the_other() -> None:
    people = with_person(BO, roles=(Role.ACCOUNT_MANAGER, Role.ENGINEER), competent_for=(SERVICE,))
    state = carried(a_request(house(people=people)), Stage.ASSESSING)
    assert state.engineer is not None
    assert state.engineer.email == BO
    state = do(state, assess(BO, 1, 2))
    assert [each.angle for each in state.assessments] == [Angle.TECHNICAL]
    assert do(state, assess(BO, 1, 2, id_="b")).stage is Stage.DRAFTING
