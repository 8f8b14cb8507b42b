"""Lives played by the pure rules and put in a register: three years with trouble, ten years of calm, a short no."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from activities.database import migrate, open_engine
from activities.records import SqlRecords
from activities.views import Views
from rehearsal.timeline import Refused, Timeline, timeline_of
from sla.agreement import AgreementState
from sla.amendment import scene
from sla.checklist import checklist_of
from sla.command import Command
from sla.commands import AcknowledgeNotice, ConcludeReview, GiveNotice, RequestChange
from sla.contract_commands import DeclineToSign, Sign, SubmitDraft
from sla.ending import next_step
from sla.ending_commands import Answer, CheckTermination, OpenTermination, Reinstate, Suspend, TakeStep
from sla.life import Cause, ReviewOutcome
from sla.living import next_due
from sla.stages import Stage, Verb
from sla.terms import Period, PriceRevision, Renewal, RenewalMode, SuspensionRule
from sla.transitions import Transition, act, silence, take_step
from tests import people
from tests.autopilot import next_command
from tests.people import ANA, BO, EVE, FINN, INES, KOFI, MONDAY, PIA, entry_of, number_request

REFUSED = Refused(
    at=datetime(2027, 7, 5, 8, 0, tzinfo=UTC),
    who=EVE,
    verb=Verb.CONCLUDE_REVIEW,
    sentence="eve@elsewhere.example takes no part in 0001; its managers conclude a review",
)
TACIT = Renewal(mode=RenewalMode.TACIT, renewal_months=12, notice_months=3)


class Player:
    """One life: it goes on by commands, and by what comes by itself until then."""

    def __init__(self, lived: tuple[Transition, ...]) -> None:
        self.lived = list(lived)

    @property
    def state(self) -> AgreementState:
        return self.lived[-1].state

    def wait_until(self, at: datetime) -> None:
        while (due := next_due(self.state)) is not None and due <= at:
            self.lived.append(silence(self.state, due))
            self.stop()

    def do(self, at: datetime, command: Command) -> None:
        self.wait_until(at)
        self.lived.append(act(self.state, command, at))

    def stop(self) -> None:
        while self.state.stage is Stage.ENDING:
            step = next_step(self.state)
            assert self.state.ending is not None
            taken = TakeStep(decision_id=f"stop-{step}", step=step, answered="nothing is left.")
            self.lived.append(take_step(self.state, taken, self.lived[-1].event.at))

    def hold_review(self, outcome: ReviewOutcome = ReviewOutcome.KEEP, reason: str = "As it should be.") -> None:
        """Waits for the next review and concludes it a day later."""
        while self.state.life is None or self.state.life.review is None:
            due = next_due(self.state)
            assert due is not None
            self.wait_until(due)
        review = self.state.life.review
        self.do(
            max(review.opened_at + timedelta(days=1), self.lived[-1].event.at + timedelta(hours=1)),
            ConcludeReview(
                by=FINN,
                decision_id=f"review-{review.no}",
                review=review.no,
                outcome=outcome,
                reason=reason,
                provider_satisfaction=4,
                customer_satisfaction=4,
            ),
        )

    def amend(self, at: datetime, fee: str, effective: date) -> None:
        """Everybody who is waited for acts, a day apart, until the amendment is agreed."""
        edition = self.state.edition
        assert edition is not None
        fresh = people.terms(fee).price
        terms = edition.terms.model_copy(update={"price": fresh, "effective_from": effective})
        self.do(at, SubmitDraft(by=FINN, decision_id=f"draft-{at:%Y%m%d}", terms=terms))
        while self.state.amendment is not None:
            at += timedelta(hours=7)
            command = next_command(scene(self.state), at, f"amend-{at:%Y%m%d%H}")
            assert command is not None
            self.do(at, command)


def _until_signed(title: str, years: int, start: date = date(2027, 1, 1), renewal: Renewal | None = None) -> Player:
    period = Period(start=start, end=start.replace(year=start.year + years), zone="Europe/Berlin")
    player = Player((people.received(period=period, title=title),))
    at = MONDAY
    while player.state.stage is not Stage.SIGNING:
        at += timedelta(hours=9)
        command = next_command(player.state, at)
        assert command is not None
        if isinstance(command, SubmitDraft):
            rules: dict[str, object] = {
                "renewal": renewal,
                "suspension": SuspensionRule(extends_term=renewal is not None),
                "price_revision": PriceRevision(index="CPI"),
            }
            terms = people.terms("1000.00", **{"period": period, "title": title, **rules})
            command = command.model_copy(update={"terms": terms})
        player.do(at, command)
    return player


def _sign(player: Player) -> None:
    at = player.lived[-1].event.at
    for hours, who in ((5, PIA), (29, INES)):
        edition = player.state.edition
        assert edition is not None
        command = Sign(by=who, decision_id=f"sign-{hours}", edition=edition.ref)
        player.do(at + timedelta(hours=hours), command)


def three_years(title: str = "Managed printing for Northwind") -> tuple[Transition, ...]:
    """A renegotiation at the second review, a suspension, a review that nobody answers, a termination."""
    player = _until_signed(title, 3)
    _sign(player)
    player.hold_review()
    player.hold_review(ReviewOutcome.RENEGOTIATE, "Ten more devices are wanted.\nBoth sides agree on that.")
    player.amend(datetime(2027, 7, 5, 9, tzinfo=UTC), "1100.00", date(2027, 9, 1))
    player.hold_review()
    suspend = Suspend(by=FINN, decision_id="suspend", until=date(2028, 2, 14), reason="The site moves.")
    player.do(datetime(2027, 12, 6, 9, tzinfo=UTC), suspend)
    player.do(datetime(2028, 1, 20, 9, tzinfo=UTC), Reinstate(by=FINN, decision_id="re", reason="Moved in early."))
    ask = RequestChange(by=ANA, decision_id="change", kinds=("hours",), text="Saturdays too, please.")
    player.do(datetime(2028, 5, 8, 9, tzinfo=UTC), ask)
    player.wait_until(datetime(2028, 10, 1, tzinfo=UTC))
    for _ in range(2):
        player.hold_review()
    case = OpenTermination(
        by=BO,
        decision_id="open",
        case="CRM-4711",
        cause=Cause.CONVENIENCE,
        requested_by="customer",
        effective=date(2029, 8, 31),
        reason="Northwind prints in its own house from September on.",
    )
    player.do(datetime(2029, 5, 2, 9, tzinfo=UTC), case)
    answers = tuple(Answer(question=each.key, is_met=True) for each in checklist_of(Cause.CONVENIENCE))
    check = CheckTermination(by=KOFI, decision_id="check", case="CRM-4711", answers=answers)
    player.do(datetime(2029, 5, 4, 9, tzinfo=UTC), check)
    player.hold_review()
    player.wait_until(datetime(2031, 1, 1, tzinfo=UTC))
    return tuple(player.lived)


def ten_years(title: str = "Managed printing for Northwind") -> tuple[Transition, ...]:
    """One year, renewed nine times, every review held, two amendments; then notice."""
    player = _until_signed(title, 1, renewal=TACIT)
    _sign(player)
    for count in range(38):
        amends = count in {6, 21}
        player.hold_review(ReviewOutcome.RENEGOTIATE if amends else ReviewOutcome.KEEP)
        if amends:
            at = player.lived[-1].event.at + timedelta(days=3)
            player.amend(at, f"1{count:02}0.00", at.date() + timedelta(days=60))
    at = datetime(2036, 8, 18, 9, tzinfo=UTC)
    player.do(at, GiveNotice(by=ANA, decision_id="notice", end=date(2037, 1, 1)))
    player.do(at + timedelta(days=2), AcknowledgeNotice(by=BO, decision_id="ack"))
    player.hold_review()
    player.wait_until(datetime(2038, 1, 1, tzinfo=UTC))
    return tuple(player.lived)


def renegotiating() -> Player:
    """Signed, and just decided to be renegotiated at its first review."""
    player = _until_signed("Managed printing for Northwind", 3)
    _sign(player)
    player.hold_review(ReviewOutcome.RENEGOTIATE)
    return player


def declined(title: str = "Managed printing for Northwind") -> tuple[Transition, ...]:
    """Ines does not sign."""
    player = _until_signed(title, 3)
    edition = player.state.edition
    assert edition is not None
    no = DeclineToSign(by=INES, decision_id="no", edition=edition.ref, reason="The budget was cut.")
    player.do(player.lived[-1].event.at + timedelta(hours=5), no)
    return tuple(player.lived)


def recorded(folder: Path, lived: tuple[Transition, ...]) -> Views:
    """A register that holds a life, in a folder that is empty."""
    engine = open_engine(f"sqlite:///{folder / 'register.db'}")
    migrate(engine)
    records = SqlRecords(engine)
    records.number(number_request())
    for transition in lived:
        records.record(entry_of(transition))
    return Views(engine)


def timeline(views: Views, until: datetime | None = None) -> Timeline:
    """The timeline of the only life in a register."""
    return timeline_of(
        views,
        "0001",
        scenario="renegotiation and termination",
        begins=MONDAY,
        terms_from="the terms in managed-printing.yaml, at the list price",
        refused=(REFUSED,),
        until=until,
        assumptions=("Everybody answers within a day.", "Nobody is ill, and no mail is lost."),
    )


@cache
def rehearsed(life: Callable[[], tuple[Transition, ...]]) -> Timeline:
    """The timeline of a life, which is played once for all tests."""
    with TemporaryDirectory() as folder:
        return timeline(recorded(Path(folder), life()))
