"""Our own work as work items: drafting, approving, reporting and correcting, from its own record. MON-13."""

from datetime import date, datetime, timedelta

from sla.agreement import AgreementState, edition_of
from sla.amendment import scene
from sla.command import Command
from sla.commands import RequestChange
from sla.contract_commands import Decide, Inspect, SubmitDraft, Withdraw
from sla.ending_commands import OpenTermination
from sla.events import Event
from sla.evidence import ItemDoes, ItemEvent
from sla.kinds import Side
from sla.life import Cause, ChangeKind, ReviewOutcome
from sla.living import next_due
from sla.process_items import Corrected, Reported, approving, correcting, drafting, reporting
from sla.stages import Stage
from sla.terms import ReviewCadence
from sla.transitions import Transition, act, silence
from sla.work_items import items_of, resolved
from tests import people
from tests.autopilot import answer_to
from tests.people import ANA, BO, FINN, GITA, MONDAY
from tests.sla.lives import a_request, berlin, concluded

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MARCH = berlin(2027, 3, 1)
TERMINATION = OpenTermination(
    by=BO,
    decision_id="t",
    case="CRM-1",
    cause=Cause.CONVENIENCE,
    requested_by=Side.CUSTOMER,
    effective=date(2027, 9, 30),
    reason="They move.",
)


class Chain:
    """An agreement with every event of its chain, in which something happens every hour."""

    def __init__(self, state: AgreementState, now: datetime = MONDAY) -> None:
        self.state, self.now, self.events = state, now, list[Event]()

    def keeps(self, transition: Transition) -> datetime:
        self.state = transition.state
        self.events.append(transition.event)
        return transition.event.at

    def does(self, command: Command) -> datetime:
        self.now += HOUR
        return self.keeps(act(self.state, command, self.now))

    def comes_to(self, stage: Stage) -> datetime:
        """Carried by the prompt colleague until the paper on its way enters a stage: when that was."""
        for step in range(60):
            paper = scene(self.state)
            if paper.stage is stage:
                return self.now
            drafted = SubmitDraft(by=FINN, decision_id=f"draft-{len(self.events)}", terms=people.terms("900.00"))
            now = self.now + HOUR
            prompt = answer_to(paper, paper.waits[0], now, f"prompt-{len(self.events)}-{step}")
            self.does(drafted if self.state.amendment and paper.stage is Stage.DRAFTING else prompt)
        raise AssertionError(f"it does not come to {stage}")

    def waits_until(self, until: datetime) -> None:
        """Nobody acts."""
        while (due := next_due(self.state)) is not None and due <= until:
            self.keeps(silence(self.state, due))

    def amends(self) -> datetime:
        """A change is asked for, which opens a review at once; the review begins an amendment."""
        no = f"ask-{len(self.events)}"
        self.does(RequestChange(by=ANA, decision_id=no, kinds=(ChangeKind.HOURS,), text="We open on Saturdays."))
        self.now += HOUR
        return self.keeps(concluded(self.state, self.now, ReviewOutcome.RENEGOTIATE))

    def withdraws(self) -> datetime:
        return self.does(Withdraw(by=ANA, decision_id=f"w-{len(self.events)}", reason="Not worth it."))


def asked() -> Chain:
    return Chain(a_request())


def in_force(now: datetime = MARCH) -> Chain:
    chain = Chain(people.in_force(review=ReviewCadence(every_months=24)), now)
    chain.waits_until(now)
    return chain


def told(rows: tuple[ItemEvent, ...]) -> list[tuple[str, str, datetime]]:
    assert all(row.source == "register" for row in rows)
    assert len({row.key for row in rows}) == len(rows)
    assert all(item.faults == () for item in items_of(rows))
    return [(row.item, row.does.value, row.at) for row in rows]


def test_a_draft_is_opened_when_drafting_is_entered_and_resolved_when_it_is_submitted() -> None:
    chain = asked()
    entered, left = chain.comes_to(Stage.DRAFTING), chain.comes_to(Stage.NEGOTIATING)
    assert left == entered + HOUR
    assert told(drafting(chain.events)) == [("draft/contract", "opened", entered), ("draft/contract", "resolved", left)]


def test_a_paper_that_is_sent_back_goes_on_with_the_time_already_spent() -> None:
    chain = asked()
    entered, left = chain.comes_to(Stage.DRAFTING), chain.comes_to(Stage.NEGOTIATING)
    chain.comes_to(Stage.REVIEWING)
    back = chain.does(
        Inspect(
            by=GITA, decision_id="i", edition=edition_of(chain.state).ref, passed=False, reason="Hours are missing."
        )
    )
    again = chain.comes_to(Stage.NEGOTIATING)
    rows = drafting(chain.events)
    assert told(rows)[2:] == [("draft/contract", "reopened", back), ("draft/contract", "resolved", again)]
    (item,) = items_of(rows)
    clocking = resolved(item, None, 30 * HOUR, chain.now)
    assert clocking is not None
    assert (clocking.done_at, clocking.spent) == (again, (left - entered) + (again - back))


def test_an_approval_is_done_when_everybody_has_approved() -> None:
    chain = asked()
    entered, left = chain.comes_to(Stage.APPROVING), chain.comes_to(Stage.SIGNING)
    assert told(approving(chain.events)) == [
        ("approve/contract/1", "opened", entered),
        ("approve/contract/1", "resolved", left),
    ]


def test_an_approval_that_sends_back_is_done_and_the_next_one_is_another_item() -> None:
    chain = asked()
    entered = chain.comes_to(Stage.APPROVING)
    seat = chain.state.waits[0].person
    no = Decide(by=seat, decision_id="n", edition=edition_of(chain.state).ref, approve=False, reason="Too dear.")
    back = chain.does(no)
    again, left = chain.comes_to(Stage.APPROVING), chain.comes_to(Stage.SIGNING)
    assert told(approving(chain.events)) == [
        ("approve/contract/1", "opened", entered),
        ("approve/contract/1", "resolved", back),
        ("approve/contract/2", "opened", again),
        ("approve/contract/2", "resolved", left),
    ]


def test_an_amendment_has_items_of_its_own_from_the_review_that_begins_it() -> None:
    chain = in_force()
    begun = chain.amends()
    drafted = chain.comes_to(Stage.NEGOTIATING)
    entered, left = chain.comes_to(Stage.APPROVING), chain.comes_to(Stage.SIGNING)
    assert told(drafting(chain.events)) == [
        ("draft/amendment-1", "opened", begun),
        ("draft/amendment-1", "resolved", drafted),
    ]
    assert told(approving(chain.events)) == [
        ("approve/amendment-1/1", "opened", entered),
        ("approve/amendment-1/1", "resolved", left),
    ]


def test_the_next_amendment_has_its_own_again() -> None:
    chain = in_force()
    chain.amends()
    chain.comes_to(Stage.NEGOTIATING)
    chain.withdraws()
    begun = chain.amends()
    assert told(drafting(chain.events))[2:] == [("draft/amendment-2", "opened", begun)]


def test_nobody_is_late_with_a_paper_that_was_withdrawn() -> None:
    chain = asked()
    chain.comes_to(Stage.DRAFTING)
    chain.withdraws()
    rows = drafting(chain.events)
    (item,) = items_of(rows)
    clocking = resolved(item, None, 30 * HOUR, chain.now + 900 * DAY)
    assert [row.does for row in rows] == [ItemDoes.OPENED, ItemDoes.PAUSED]
    assert clocking is not None
    assert (clocking.spent, clocking.decided_at) == (HOUR, None)


def test_an_amendment_falls_when_a_termination_is_opened() -> None:
    chain = in_force()
    begun = chain.amends()
    chain.comes_to(Stage.APPROVING)
    opened = chain.does(TERMINATION)
    assert chain.state.amendment is None
    assert told(drafting(chain.events))[0] == ("draft/amendment-1", "opened", begun)
    assert told(approving(chain.events))[-1] == ("approve/amendment-1/1", "paused", opened)


def test_an_amendment_falls_with_the_end_of_the_term() -> None:
    chain = in_force(berlin(2027, 12, 20))
    chain.amends()
    chain.comes_to(Stage.APPROVING)
    chain.waits_until(berlin(2028, 1, 2))
    assert chain.state.stage is Stage.ENDING
    assert told(approving(chain.events))[-1] == ("approve/amendment-1/1", "paused", berlin(2028, 1, 1, 0))


def test_a_report_lasts_from_the_end_of_its_period_to_its_statement() -> None:
    rows = reporting((Reported("2027-02", MARCH, MARCH + DAY), Reported("2027-03", MARCH + 31 * DAY, None)))
    assert told(rows) == [
        ("report/2027-02", "opened", MARCH),
        ("report/2027-02", "resolved", MARCH + DAY),
        ("report/2027-03", "opened", MARCH + 31 * DAY),
    ]


def test_a_corrective_action_lasts_until_it_is_verified() -> None:
    rows = correcting((Corrected("1", MARCH, None), Corrected("2", MARCH, MARCH + DAY)))
    assert [(item, does) for item, does, _ in told(rows)] == [
        ("correct/1", "opened"),
        ("correct/2", "opened"),
        ("correct/2", "resolved"),
    ]


def test_a_corrective_action_that_is_void_rests_from_then_on() -> None:
    rows = correcting((Corrected("1", MARCH, None, MARCH + DAY),))
    assert told(rows) == [("correct/1", "opened", MARCH), ("correct/1", "paused", MARCH + DAY)]


def test_the_same_record_gives_the_same_rows() -> None:
    chain = asked()
    chain.comes_to(Stage.APPROVING)
    early = approving(chain.events) + drafting(chain.events)
    chain.comes_to(Stage.SIGNING)
    assert {row.hash for row in early} <= {row.hash for row in approving(chain.events) + drafting(chain.events)}


def test_an_approval_that_declines_the_paper_for_good_is_done() -> None:
    chain = asked()
    entered = chain.comes_to(Stage.APPROVING)
    seat, ref = chain.state.waits[0].person, edition_of(chain.state).ref
    no = chain.does(Decide(by=seat, decision_id="n", edition=ref, approve=False, reason="Too dear.", final=True))
    assert chain.state.stage is Stage.DECLINED
    assert told(approving(chain.events)) == [
        ("approve/contract/1", "opened", entered),
        ("approve/contract/1", "resolved", no),
    ]
