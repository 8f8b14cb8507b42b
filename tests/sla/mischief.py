"""Any command of any verb, sensible or not, for the test of what must always hold."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from sla import commands as c
from sla import contract_commands, ending_commands
from sla.agreement import AgreementState
from sla.amendment import scene_for
from sla.checklist import checklist_of
from sla.command import Command
from sla.ending import StopStep
from sla.findings import Finding, FindingKind
from sla.kinds import Side
from sla.life import Cause, ChangeKind, Measured, Results, ReviewOutcome
from sla.renewal import end_of
from sla.requirements import Finding as Found
from sla.requirements import Verdict
from sla.stages import LIVING_VERBS, Stage, Verb
from sla.term import day_at
from sla.terms import EditionRef, Terms
from tests.autopilot import requirement, terms_for
from tests.people import EVE


def a_command(  # noqa: C901, PLR0911, PLR0912, PLR0917 - one line for each verb of the way to the signature
    random: Random, state: AgreementState, verb: Verb, by: str, id_: str, now: datetime
) -> Command:
    """Any command of this verb, sensible or not."""
    if verb is Verb.TAKE_STEP or verb in LIVING_VERBS:
        return _a_living_command(random, state, verb, by, id_, now)
    state = scene_for(state, verb)
    people = [person.email for person in state.people.persons]
    edition = _an_edition(random, state)

    match verb:
        case Verb.NAME_ENGINEER:
            return contract_commands.NameEngineer(by=by, decision_id=id_, engineer=random.choice(people))
        case Verb.AGREE_ENGINEER:
            return contract_commands.AgreeEngineer(by=by, decision_id=id_, engineer=random.choice(people))
        case Verb.RECORD_REQUIREMENTS:
            numbers = random.choices(range(1, 5), k=random.randrange(4))
            removed = random.choices(range(1, 5), k=random.choice([0, 0, 1, 2]))
            rows = tuple(requirement(number) for number in numbers)
            return contract_commands.RecordRequirements(by=by, decision_id=id_, rows=rows, removed=tuple(removed))
        case Verb.CONFIRM_REQUIREMENTS:
            hash_ = random.choice([state.requirements.hash, "0" * 64])
            return contract_commands.ConfirmRequirements(by=by, decision_id=id_, requirements_hash=hash_)
        case Verb.ASSESS:
            findings = random.choices(list(Found), k=4)
            verdicts = tuple(
                Verdict(requirement=no, finding=findings[index % 4], reason="measured")
                for index, no in enumerate(sorted(state.requirements.numbers))
            )
            return contract_commands.Assess(
                by=by, decision_id=id_, verdicts=verdicts[random.randint(0, 1) :] or verdicts
            )
        case Verb.SUBMIT_DRAFT:
            return contract_commands.SubmitDraft(by=by, decision_id=id_, terms=_some_terms(random, state))
        case Verb.SUBMIT_OFFER:
            terms = _some_terms(random, state) if random.random() < 0.5 else None
            expires = now + timedelta(hours=random.choice([0, 1, 72, 24 * 20, 24 * 200]))
            return contract_commands.SubmitOffer(
                by=by, decision_id=id_, edition=edition, terms=terms, expires_at=expires
            )
        case Verb.REJECT_OFFER:
            final = random.random() < 0.1
            return contract_commands.RejectOffer(
                by=by, decision_id=id_, edition=edition, reason="too dear", final=final
            )
        case Verb.WITHDRAW_OFFER:
            return contract_commands.WithdrawOffer(by=by, decision_id=id_, edition=edition, reason="a mistake")
        case Verb.COMMENT:
            return contract_commands.RaiseComment(by=by, decision_id=id_, edition=edition, text="why?")
        case Verb.RESOLVE_COMMENT:
            no = random.randint(1, 3)
            return contract_commands.ResolveComment(by=by, decision_id=id_, edition=edition, no=no, resolution="so")
        case Verb.INSPECT:
            reason = random.choice([None, "not clear"])
            passed = random.random() < 0.5
            return contract_commands.Inspect(by=by, decision_id=id_, edition=edition, passed=passed, reason=reason)
        case Verb.DECIDE:
            return contract_commands.Decide(
                by=by,
                decision_id=id_,
                edition=edition,
                approve=random.random() < 0.7,
                reason=random.choice([None, "because", "because"]),
                back_to=random.choice([Stage.DRAFTING, Stage.NEGOTIATING, Stage.REVIEWING, *Stage]),
                final=random.random() < 0.15,
                seat=random.choice([None, None, *people]),
            )
        case Verb.DELEGATE:
            starts = now + timedelta(days=random.choice([-3, 0, 0, 0, 2]))
            ends = starts + timedelta(days=random.choice([0, 1, 10, 10, 92, 93]))
            free = [person.email for person in state.people.persons if person.side is Side.PROVIDER]
            to = random.choice([*free, *free, *people, EVE])
            return contract_commands.Delegate(by=by, decision_id=id_, to=to, starts_at=starts, ends_at=ends)
        case Verb.DECLINE_TO_SIGN:
            return contract_commands.DeclineToSign(by=by, decision_id=id_, edition=edition, reason="not this")
        case Verb.WITHDRAW:
            return contract_commands.Withdraw(by=by, decision_id=id_, reason="no need any more")
        case Verb.ACCEPT_OFFER:
            return contract_commands.AcceptOffer(by=by, decision_id=id_, edition=edition)
        case Verb.ACKNOWLEDGE:
            return contract_commands.Acknowledge(by=by, decision_id=id_, edition=edition)
        case Verb.SIGN:
            return contract_commands.Sign(by=by, decision_id=id_, edition=edition)
        case _:
            raise AssertionError(verb)


def _a_living_command(  # noqa: C901, PLR0911, PLR0912, PLR0917 - one line for each verb of an agreement in force
    random: Random, state: AgreementState, verb: Verb, by: str, id_: str, now: datetime
) -> Command:
    """Any command of an agreement in force: about the right thing, another one, or nothing."""
    match verb:
        case Verb.CONCLUDE_REVIEW:
            return _a_conclusion(random, state, by, id_)
        case Verb.REQUEST_CHANGE:
            kinds = tuple(random.choices(list(ChangeKind), k=random.randrange(4)))
            return c.RequestChange(by=by, decision_id=id_, kinds=kinds, text="we work on Saturdays now")
        case Verb.RECORD_RESULTS:
            return c.RecordResults(by=by, decision_id=id_, results=_some_results(random, state, now))
        case Verb.GIVE_NOTICE:
            return c.GiveNotice(by=by, decision_id=id_, end=_an_end(random, state))
        case Verb.ACKNOWLEDGE_NOTICE:
            return c.AcknowledgeNotice(by=by, decision_id=id_)
        case Verb.AGREE_RENEWAL:
            return c.AgreeRenewal(by=by, decision_id=id_, end=_an_end(random, state))
        case Verb.STATE_INDEX:
            rate = Decimal(random.choice(["-3.5", "0", "2.25", "2.25", "40"]))
            return c.StateIndex(by=by, decision_id=id_, rate=rate, source="consumer prices")
        case Verb.SUSPEND:
            return ending_commands.Suspend(
                by=by, decision_id=id_, until=_a_day(random, state, now), reason="the house is rebuilt"
            )
        case Verb.REINSTATE:
            return ending_commands.Reinstate(by=by, decision_id=id_, reason="the house is ready")
        case Verb.OPEN_TERMINATION:
            return _a_termination(random, state, by, id_, now)
        case Verb.CHECK_TERMINATION:
            return _a_check(random, state, by, id_)
        case Verb.WITHDRAW_TERMINATION:
            return ending_commands.WithdrawTermination(
                by=by, decision_id=id_, case=_a_case(random, state), reason="they stay"
            )
        case Verb.OFFER_RIGHT:
            until = _a_day(random, state, now)
            return ending_commands.OfferRight(
                by=by, decision_id=id_, side=random.choice(list(Side)), ground="missed", until=until
            )
        case Verb.COMPLETE_ACTION:
            return c.CompleteAction(by=by, decision_id=id_, no=_an_action(random, state), evidence="it is mended")
        case Verb.VERIFY_ACTION:
            note, helps = random.choice([None, "it is not"]), random.random() < 0.5
            return c.VerifyAction(by=by, decision_id=id_, no=_an_action(random, state), is_effective=helps, note=note)
        case Verb.ASSIGN_ACTION:
            owner = random.choice([*(person.email for person in state.people.persons), EVE])
            due = random.choice([None, _a_day(random, state, now)])
            return c.AssignAction(by=by, decision_id=id_, no=_an_action(random, state), owner=owner, due=due)
        case Verb.DISPUTE:
            return _a_dispute(random, state, by, id_)
        case Verb.SETTLE_DISPUTE:
            open_ = [each.no for each in state.life.disputes] if state.life else []
            value = Decimal(random.choice(["0", "99.5", "101"])) if random.random() < 0.7 else None
            no = random.choice([*open_, *open_, 1, 7])
            return c.SettleDispute(by=by, decision_id=id_, no=no, value=value, reason="the log shows it")
        case Verb.CLAIM_CREDIT:
            period = random.choice(["2025-01", "2026-Q1", "2027-01", "2029", "soon"])
            return c.ClaimCredit(by=by, decision_id=id_, period=period, statement="a" * 64)
        case Verb.NOTE_FINDING:
            return a_finding(random, state, now).model_copy(update={"by": by, "decision_id": id_})
        case Verb.TAKE_STEP:
            step = ending_commands.TakeStep(decision_id=id_, step=random.choice(list(StopStep)), answered="done")
            return step.model_copy(update={"by": by})
        case _:
            raise AssertionError(verb)


def a_finding(random: Random, state: AgreementState, now: datetime) -> c.NoteFinding:
    """Whatever a compliance run may tell, as it tells it."""
    targets = [target.id for target in state.edition.terms.targets] if state.edition else []
    finding = Finding(
        kind=random.choice([FindingKind.MISS, *FindingKind]),
        period=random.choice(["2027-01", "2027-02", "2027-03", "2027-Q1", "2027-01-01/2027-01-16"]),
        subject=random.choice([*targets, "gone", None]),
        sentence="99.1 % where 99.5 % is committed.",
        until=random.choice([None, _a_day(random, state, now)]),
    )
    statement = random.choice([None, "b" * 64])
    return c.NoteFinding(decision_id=finding.decision_id, finding=finding, statement=statement)


def _an_action(random: Random, state: AgreementState) -> int:
    open_ = [each.no for each in state.life.actions] if state.life else []
    return random.choice([*open_, *open_, *open_, 1, 9])


def _a_dispute(random: Random, state: AgreementState, by: str, id_: str) -> Command:
    targets = [target.id for target in state.edition.terms.targets] if state.edition else []
    return c.DisputeFigure(
        by=by,
        decision_id=id_,
        period=random.choice(["2025-01", "2025-02", "2026-Q1", "2027-01", "2029", "2025-01-01/2025-02-01"]),
        target=random.choice([*targets, *targets, "gone"]),
        statement=random.choice("ab") * 64,
        reason="our own probe shows another figure",
    )


def _a_conclusion(random: Random, state: AgreementState, by: str, id_: str) -> Command:
    review = state.life.review if state.life else None
    no = review.no if review and random.random() < 0.8 else random.choice(["1", "2", "x1", "999"])
    return c.ConcludeReview(
        by=by,
        decision_id=id_,
        review=no,
        outcome=random.choice([*ReviewOutcome, ReviewOutcome.RENEGOTIATE]),
        reason="we looked back",
        provider_satisfaction=random.randint(1, 5),
        customer_satisfaction=random.randint(1, 5),
    )


def _some_results(random: Random, state: AgreementState, now: datetime) -> Results:
    """Of a period that is over, or of one that is not, or runs backwards."""
    recorded = state.life.results if state.life else ()
    start = recorded[-1].end if recorded else state.period.start
    end = min(start + timedelta(days=random.choice([-1, 30, 30, 92])), day_at(now, state.zone) + timedelta(days=1))
    targets = [target.id for target in state.edition.terms.targets] if state.edition else []
    named = random.choice([targets, targets, targets[:1], [], ["unknown"], targets * 2])
    values = [Decimal(random.choice(["-1", "90", "99.9", "100", "101"])) for _ in named]
    measured = tuple(Measured(target=target, value=value) for target, value in zip(named, values, strict=True))
    return Results(start=start, end=end, measured=measured)


def _an_end(random: Random, state: AgreementState) -> date:
    end = end_of(state) if state.life else state.period.end
    return random.choice([end, end, end, state.period.end, end + timedelta(days=1)])


def _a_day(random: Random, state: AgreementState, now: datetime) -> date:
    return day_at(now, state.zone) + timedelta(days=random.choice([-400, -1, 0, 1, 10, 40, 89, 90, 120, 400]))


def _a_termination(random: Random, state: AgreementState, by: str, id_: str, now: datetime) -> Command:
    return ending_commands.OpenTermination(
        by=by,
        decision_id=id_,
        case=f"CRM-{random.randint(1, 3)}",
        cause=random.choice(list(Cause)),
        requested_by=random.choice(list(Side)),
        effective=_a_day(random, state, now),
        reason="they leave",
        waiver=random.choice([None, None, "both sides want it"]),
    )


def _a_case(random: Random, state: AgreementState) -> str:
    termination = state.life.termination if state.life else None
    return termination.case if termination and random.random() < 0.8 else f"CRM-{random.randint(1, 3)}"


def _a_check(random: Random, state: AgreementState, by: str, id_: str) -> Command:
    """Every question answered, or one too few, or one twice; met, or not, with a note or without."""
    termination = state.life.termination if state.life else None
    cause = termination.cause if termination and random.random() < 0.9 else random.choice(list(Cause))
    keys = [question.key for question in checklist_of(cause)]
    keys = random.choice([keys, keys, keys, keys[1:], [*keys, keys[0]], [*keys, "unknown"]])
    unmet = random.choice([None, None, random.choice(keys)])
    note = random.choice([None, "the paper is lost"])
    answers = tuple(ending_commands.Answer(question=key, is_met=key != unmet, note=note) for key in keys)
    return ending_commands.CheckTermination(by=by, decision_id=id_, case=_a_case(random, state), answers=answers)


def _an_edition(random: Random, state: AgreementState) -> EditionRef:
    stale = EditionRef(no=max(1, state.editions - 1), hash="a" * 64)
    current = state.edition.ref if state.edition else stale
    return random.choice([current, current, current, current, stale])


def _some_terms(random: Random, state: AgreementState) -> Terms:
    fee = Decimal(random.choice(["100.00", "150.00", "180.00", "9000.00"]))
    terms = terms_for(state, fee)
    broken: dict[str, object] = {"limits": (), "customer": "Somebody Else", "price": None}
    field = random.choice(["", "", "", *broken])
    return terms.model_copy(update={field: broken[field]} if field else {})
