"""Commands as they are kept: what was said is heard again word for word, in any release."""

from datetime import date

import pytest

from sla import commands as c
from sla.commands import Command, heard, said
from sla.life import Measured, Results
from sla.terms import EditionRef
from tests import people
from tests.people import BO, FINN, MONDAY

REF = EditionRef(no=1, hash="a" * 64)
SAID: tuple[Command, ...] = (
    c.SubmitDraft(by=FINN, decision_id="d", terms=people.terms()),
    c.SubmitOffer(by=BO, decision_id="o", edition=REF, terms=people.terms("900.00"), expires_at=MONDAY),
    c.SubmitOffer(by=BO, decision_id="o", edition=REF, expires_at=MONDAY),
    c.Decide(by=BO, decision_id="a", edition=REF, approve=True),
    c.RecordRequirements(by=BO, decision_id="r", rows=(people.requirement(1),)),
    c.RecordResults(
        by=FINN,
        decision_id="m",
        results=Results(
            start=date(2027, 1, 1), end=date(2027, 4, 1), measured=(Measured(target="printing-works", value="99.5"),)
        ),
    ),
    c.TakeStep(decision_id="stop/close", step="close", answered="nothing remains."),
)


@pytest.mark.parametrize("command", SAID, ids=lambda command: command.verb.value)
def test_what_is_kept_of_a_command_is_heard_word_for_word(command: Command) -> None:
    assert heard(said(command)) == command


def test_what_is_kept_names_the_form_of_each_target() -> None:
    kept = said(c.SubmitDraft(by=FINN, decision_id="d", terms=people.terms())).body
    assert '"form":"availability"' in kept
