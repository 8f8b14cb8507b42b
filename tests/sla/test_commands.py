"""Commands as they are kept: what was said is heard again word for word, in any release."""

from datetime import date

import pytest

from sla.command import Command
from sla.commands import (
    AssignAction,
    ClaimCredit,
    CompleteAction,
    DisputeFigure,
    NoteFinding,
    RecordResults,
    SettleDispute,
    heard,
    said,
)
from sla.contract_commands import Decide, RecordRequirements, SubmitDraft, SubmitOffer
from sla.ending_commands import TakeStep
from sla.findings import Finding, FindingKind
from sla.life import Measured, Results
from sla.terms import EditionRef
from tests import people
from tests.people import BO, FINN, MONDAY

REF = EditionRef(no=1, hash="a" * 64)
SAID: tuple[Command, ...] = (
    SubmitDraft(by=FINN, decision_id="d", terms=people.terms()),
    SubmitOffer(by=BO, decision_id="o", edition=REF, terms=people.terms("900.00"), expires_at=MONDAY),
    SubmitOffer(by=BO, decision_id="o", edition=REF, expires_at=MONDAY),
    Decide(by=BO, decision_id="a", edition=REF, approve=True),
    RecordRequirements(by=BO, decision_id="r", rows=(people.requirement(1),)),
    RecordResults(
        by=FINN,
        decision_id="m",
        results=Results(
            start=date(2027, 1, 1), end=date(2027, 4, 1), measured=(Measured(target="printing-works", value="99.5"),)
        ),
    ),
    CompleteAction(by=FINN, decision_id="c", no=1, evidence="The probe is mended."),
    AssignAction(by=FINN, decision_id="s", no=1, owner=BO, due=date(2027, 3, 1)),
    DisputeFigure(by=BO, decision_id="f", period="2027-01", target="printing-works", statement="a" * 64, reason="x"),
    SettleDispute(by=FINN, decision_id="t", no=1, value="99.1", reason="x", evidence="the log"),
    ClaimCredit(by=BO, decision_id="q", period="2027-01", statement="a" * 64),
    NoteFinding(
        decision_id="found/miss/2027-01/printing-works",
        finding=Finding(kind=FindingKind.MISS, period="2027-01", subject="printing-works", sentence="99.1 %."),
        statement="a" * 64,
        credit=people.euros("50.00"),
    ),
    TakeStep(decision_id="stop/close", step="close", answered="nothing remains."),
)


@pytest.mark.parametrize("command", SAID, ids=lambda command: command.verb.value)
def test_what_is_kept_of_a_command_is_heard_word_for_word(command: Command) -> None:
    assert heard(said(command)) == command


def test_what_is_kept_names_the_form_of_each_target() -> None:
    kept = said(SubmitDraft(by=FINN, decision_id="d", terms=people.terms())).body
    assert '"form":"availability"' in kept
