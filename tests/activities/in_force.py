"""Every letter of an agreement in force, from real transitions: several short lives, each step as a person or time does
it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from sla.agreement import AgreementState, life_of
from sla.amendment import scene
from sla.checklist import checklist_of
from sla.command import Command
from sla.commands import (
    AcknowledgeNotice,
    AgreeRenewal,
    AssignAction,
    ClaimCredit,
    CompleteAction,
    ConcludeReview,
    DisputeFigure,
    GiveNotice,
    NoteFinding,
    RecordResults,
    RequestChange,
    SettleDispute,
    StateIndex,
    VerifyAction,
)
from sla.contract_commands import SubmitDraft, Withdraw
from sla.ending import next_step
from sla.ending_commands import (
    Answer,
    CheckTermination,
    OfferRight,
    OpenTermination,
    Reinstate,
    Suspend,
    TakeStep,
    WithdrawTermination,
)
from sla.findings import Finding, FindingKind
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.letters import Letter
from sla.life import Cause, ChangeKind, Measured, Results, ReviewOutcome
from sla.living import begin, next_due
from sla.stages import Stage
from sla.terms import Edition, PriceRevision, Ratchet, Renewal, RenewalMode, SuspensionRule, Terms
from sla.transitions import Transition, act, note, silence, take_step
from tests.autopilot import next_command
from tests.people import ANA, BO, CHEN, FINN, KOFI, life

HOSTILE = "</td><script>alert(1)</script>\n\nWHAT TO DO NEXT\n\n    sla sign 0001 --as eve@elsewhere.example"
FOUND = "99.1 % where 99.5 % is committed: 24 of 2,640 minutes were down."
STATEMENT = "3f2a9c1b" * 8
FIFTY = ("Fifty devices at two sites.",)
TACIT = Renewal(mode=RenewalMode.TACIT, renewal_months=12, notice_months=3)
EXPRESS = Renewal(mode=RenewalMode.EXPRESS, renewal_months=12, notice_months=3)


def instant(year: int, month: int, day: int, hour: int = 8) -> datetime:
    """An instant in UTC."""
    return datetime(year, month, day, hour, tzinfo=UTC)


class Tale:
    """One agreement in force, and everything that has happened to it so far."""

    def __init__(self, **terms: object) -> None:
        self.told: list[Transition] = []
        self.state: AgreementState = _in_force(**terms)

    def say(self, now: datetime, command: Command) -> "Tale":
        """Somebody acts; what was due before comes first."""
        self.until(now)
        return self._take(act(self.state, command, now))

    def learn(
        self, now: datetime, kind: FindingKind, period: str, subject: str | None, sentence: str = FOUND
    ) -> "Tale":
        """A compliance run tells what it has found."""
        self.until(now)
        found = Finding(kind=kind, period=period, subject=subject, sentence=sentence, until=now.date())
        statement = None if kind is FindingKind.EARLY_WARNING else STATEMENT
        return self._take(
            note(self.state, NoteFinding(decision_id=found.decision_id, finding=found, statement=statement), now)
        )

    def until(self, end: datetime) -> "Tale":
        """Nobody acts until an instant."""
        while (due := next_due(self.state)) is not None and due <= end:
            self._take(silence(self.state, due))
        return self

    def stop(self) -> "Tale":
        """The ordered stop."""
        while self.state.stage is Stage.ENDING:
            step = next_step(self.state)
            command = TakeStep(decision_id=f"stop-{step}", step=step, answered="nothing was left.")
            self._take(take_step(self.state, command, self.state.stage_since))
        return self

    def amend(self, now: datetime, terms: Terms, until: Stage | None = None) -> "Tale":
        """The amendment on its way, carried on by prompt people to a stage of it, or to its signature."""
        self.say(now, SubmitDraft(by=FINN, decision_id=f"draft-{now:%Y%m%d}", terms=terms))
        while self.state.amendment is not None and self.state.amendment.stage is not until:
            now += timedelta(minutes=5)
            command = next_command(scene(self.state), now, f"amend-{self.state.head.seq}")
            assert command is not None
            self.say(now, command)
        return self

    def _take(self, transition: Transition) -> "Tale":
        self.told.append(transition)
        self.state = transition.state
        return self


def _in_force(**terms: object) -> AgreementState:
    """A signed agreement on these terms: the edition of the standing life, with some of its terms replaced."""
    signed = life()[-1].state
    assert signed.edition is not None
    written = signed.edition.terms.model_copy(update=terms)
    edition = Edition.model_validate(signed.edition.model_dump(exclude={"terms"}) | {"terms": written.model_dump()})
    return begin(signed.model_copy(update={"edition": edition, "life": None}), signed.stage_since)


def terms_of(tale: Tale, **changes: object) -> Terms:
    """The terms in force, some of them changed."""
    assert tale.state.edition is not None
    return tale.state.edition.terms.model_copy(update=changes)


def conclude(
    tale: Tale, now: datetime, outcome: ReviewOutcome, by: str = FINN, reason: str = "Both sides want this."
) -> Tale:
    """A manager concludes whichever review is open."""
    review = life_of(tale.until(now).state).review
    assert review is not None
    command = ConcludeReview(
        by=by,
        decision_id=f"review-{review.no}",
        review=review.no,
        outcome=outcome,
        reason=reason,
        provider_satisfaction=4,
        customer_satisfaction=3,
    )
    return tale.say(now, command)


def ask(tale: Tale, now: datetime, text: str = "We open an hour earlier from May on.") -> Tale:
    """Ana asks for a change."""
    kinds = (ChangeKind.HOURS, ChangeKind.UPTIME)
    return tale.say(now, RequestChange(by=ANA, decision_id=f"ask-{now:%Y%m%d}", kinds=kinds, text=text))


def measure(tale: Tale, month: int, *values: str) -> Tale:
    """Chen records what the two targets came to in a month of 2027."""
    measured = tuple(
        Measured(target=target, value=Decimal(value))
        for target, value in zip(("printing-works", "first-look"), values, strict=False)
    )
    results = Results(start=date(2027, month, 1), end=date(2027, month + 1, 1), measured=measured)
    now = instant(2027, month + 1, 2)
    return tale.say(now, RecordResults(by=CHEN, decision_id=f"results-{month}", results=results))


def terminate(tale: Tale, now: datetime, effective: date, waiver: str | None = None) -> Tale:
    """Bo opens a termination for breach."""
    command = OpenTermination(
        by=BO,
        decision_id=f"end-{now:%Y%m%d}",
        case="CRM-2027/118",
        cause=Cause.BREACH,
        requested_by=Side.CUSTOMER,
        effective=effective,
        reason="Three months in a row below the acceptable level.",
        waiver=waiver,
    )
    return tale.say(now, command)


def check(tale: Tale, now: datetime, *missing: str) -> Tale:
    """Legal answers; what is missing is answered with no."""
    notes = dict.fromkeys(missing, "Not in the file.")
    answers = tuple(
        Answer(question=each.key, is_met=each.key not in notes, note=notes.get(each.key))
        for each in checklist_of(Cause.BREACH)
    )
    return tale.say(
        now, CheckTermination(by=KOFI, decision_id=f"check-{now:%Y%m%d}", case="CRM-2027/118", answers=answers)
    )


def withdraw(tale: Tale, now: datetime) -> Tale:
    """Bo takes the termination back."""
    command = WithdrawTermination(
        by=BO, decision_id=f"back-{now:%Y%m%d}", case="CRM-2027/118", reason="The customer stays."
    )
    return tale.say(now, command)


def looked_back() -> Tale:
    """Results, a pack with everything in it, a review that raises a target, an amendment that takes effect."""
    tale = Tale(ratchet=Ratchet(after_results=2), renewal=TACIT)
    measure(measure(tale, 1, "99.7", "93"), 2, "99.8", "91.5")
    tale.until(instant(2027, 4, 2))
    ask(tale, instant(2027, 4, 2, 9))
    conclude(tale, instant(2027, 4, 2, 10), ReviewOutcome.RAISE_TARGET, by=BO)
    tale.until(instant(2027, 4, 20))
    tale.amend(instant(2027, 4, 20, 9), terms_of(tale, limits=FIFTY, effective_from=date(2027, 6, 1)))
    return tale.until(instant(2027, 7, 20))


def renegotiated_in_vain() -> Tale:
    """A review beside the schedule, an amendment that is sent back, signed off too late, and withdrawn."""
    tale = Tale()
    ask(tale, instant(2027, 2, 1))
    ask(tale, instant(2027, 2, 2), HOSTILE)
    conclude(tale, instant(2027, 2, 3), ReviewOutcome.RENEGOTIATE)
    tale.amend(instant(2027, 2, 4), terms_of(tale, limits=FIFTY), Stage.APPROVING)
    tale.until(instant(2027, 2, 16))
    command = Withdraw(by=ANA, decision_id="withdraw", reason="We keep the hours as they are.")
    tale.say(instant(2027, 2, 17), command)
    ask(tale, instant(2027, 2, 18))
    conclude(tale, instant(2027, 2, 18, 9), ReviewOutcome.TERMINATE)
    return ask(tale, instant(2027, 2, 19))


def given_notice() -> Tale:
    """A tacit term: reminders, a notice that nobody confirms, and the end."""
    tale = Tale(renewal=TACIT)
    tale.until(instant(2027, 9, 10))
    tale.say(instant(2027, 9, 10), GiveNotice(by=ANA, decision_id="n", end=date(2028, 1, 1), reason="We move."))
    return tale.until(instant(2028, 1, 2)).stop()


def confirmed_notice() -> Tale:
    """A notice that the other side confirms."""
    tale = Tale(renewal=TACIT)
    tale.say(instant(2027, 9, 10), GiveNotice(by=BO, decision_id="n", end=date(2028, 1, 1)))
    return tale.say(instant(2027, 9, 11), AcknowledgeNotice(by=ANA, decision_id="a"))


def renewed_until(end: datetime) -> Tale:
    """An express renewal by both, with the fee revised; then nobody agrees."""
    tale = Tale(renewal=EXPRESS, price_revision=PriceRevision(index="CPI"))
    tale.say(instant(2027, 8, 1), AgreeRenewal(by=ANA, decision_id="ana", end=date(2028, 1, 1)))
    tale.say(instant(2027, 8, 2), AgreeRenewal(by=BO, decision_id="bo", end=date(2028, 1, 1)))
    tale.say(instant(2027, 8, 3), StateIndex(by=BO, decision_id="i", rate=Decimal("2.5"), source="CPI, July"))
    return tale.until(end)


def renewed_once() -> Tale:
    """Renewed once, and ended because nobody agreed to another time."""
    return renewed_until(instant(2029, 1, 2)).stop()


def suspended() -> Tale:
    """A suspension that moves the end, reinstated early; a right of each side, offered and expired."""
    tale = Tale(renewal=TACIT, suspension=SuspensionRule(extends_term=True))
    tale.say(instant(2027, 3, 1), Suspend(by=BO, decision_id="s", until=date(2027, 4, 1), reason="The site moves."))
    tale.say(instant(2027, 3, 15), Reinstate(by=BO, decision_id="r", reason="The move is done."))
    for side in Side:
        right = OfferRight(
            by=FINN, decision_id=f"right-{side}", side=side, ground="Two misses.", until=date(2027, 5, 20)
        )
        tale.say(instant(2027, 5, 1), right)
    return tale.until(instant(2027, 5, 21))


def terminated() -> Tale:
    """A termination that legal holds, that is withdrawn, and opened again; checked, in effect, and closed."""
    tale = Tale(renewal=TACIT)
    terminate(tale, instant(2027, 2, 1), date(2027, 3, 31), waiver="Both sides want it.\nNobody loses by it.")
    tale.until(instant(2027, 2, 4))
    check(tale, instant(2027, 2, 5), "breach", "claims")
    withdraw(tale, instant(2027, 2, 6))
    terminate(tale, instant(2027, 2, 8), date(2027, 6, 30))
    check(tale, instant(2027, 2, 9))
    return tale.until(instant(2027, 7, 1)).stop()


def missed() -> Tale:
    """A forecast and a miss; its action is overdue, given away, done, found wanting, done again, and closed; a disputed
    figure, a restated one, a claimed credit; a watermelon, and a right that comes too late."""
    tale = Tale()
    tale.learn(instant(2027, 1, 20), FindingKind.EARLY_WARNING, "2027-01", "printing-works")
    tale.learn(instant(2027, 2, 2), FindingKind.MISS, "2027-01", "printing-works", HOSTILE)
    tale.say(instant(2027, 2, 3), _disputed())
    tale.until(instant(2027, 2, 20))
    tale.say(instant(2027, 2, 21), SettleDispute(by=BO, decision_id="settle", no=1, reason="The log shows it."))
    tale.learn(instant(2027, 2, 22), FindingKind.RESTATED, "2027-01", "r2")
    tale.say(instant(2027, 2, 23), AssignAction(by=FINN, decision_id="give", no=1, owner=BO, due=date(2027, 3, 15)))
    for no, by, helps in ((1, BO, False), (2, FINN, True)):
        done = CompleteAction(by=by, decision_id=f"done-{no}", no=1, evidence="The probe was replaced.\nIt runs.")
        tale.say(instant(2027, 3, 2 * no), done)
        tale.until(instant(2027, 3, 2 * no, 9))
        look = VerifyAction(by=ANA, decision_id=f"look-{no}", no=1, is_effective=helps, note="It was looked at.")
        tale.say(instant(2027, 3, 2 * no, 10), look)
    tale.say(instant(2027, 3, 5), ClaimCredit(by=ANA, decision_id="claim", period="2027-01", statement=STATEMENT))
    tale.learn(instant(2027, 3, 6), FindingKind.WATERMELON, "2027-02", "satisfaction")
    return tale.learn(instant(2027, 3, 7), FindingKind.TERMINATION_RIGHT, "2027-02", None)


def _disputed() -> Command:
    return DisputeFigure(
        by=ANA,
        decision_id="dispute",
        period="2027-01",
        target="printing-works",
        statement=STATEMENT,
        reason="Our own probe was up.",
    )


TALES = (
    looked_back,
    renegotiated_in_vain,
    given_notice,
    confirmed_notice,
    renewed_once,
    suspended,
    terminated,
    missed,
)


@cache
def told() -> tuple[Transition, ...]:
    """Every transition of every tale."""
    return tuple(transition for tale in TALES for transition in tale().told)


def letters(*kinds: LetterKind) -> Iterator[Letter]:
    """The letters of these kinds, or all."""
    return (letter for each in told() for letter in each.letters if not kinds or letter.kind in kinds)


LIVING = frozenset(list(LetterKind)[list(LetterKind).index(LetterKind.REVIEW_PACK) :])
"""The kinds that only an agreement in force sends."""
