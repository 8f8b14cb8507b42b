"""Any command of any verb, sensible or not, for the test of what must always hold."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from sla import commands as c
from sla.agreement import AgreementState
from sla.kinds import Side
from sla.requirements import Finding, Verdict
from sla.stages import Stage, Verb
from sla.terms import EditionRef, Terms
from tests.autopilot import requirement, terms_for
from tests.people import EVE


def a_command(  # noqa: C901, PLR0911, PLR0912, PLR0917 - one line for each of the nineteen verbs
    random: Random, state: AgreementState, verb: Verb, by: str, id_: str, now: datetime
) -> c.Command:
    """Any command of this verb, sensible or not."""
    people = [person.email for person in state.people.persons]
    edition = _an_edition(random, state)

    match verb:
        case Verb.NAME_ENGINEER:
            return c.NameEngineer(by=by, decision_id=id_, engineer=random.choice(people))
        case Verb.AGREE_ENGINEER:
            return c.AgreeEngineer(by=by, decision_id=id_, engineer=random.choice(people))
        case Verb.RECORD_REQUIREMENTS:
            numbers = random.choices(range(1, 5), k=random.randrange(4))
            removed = random.choices(range(1, 5), k=random.choice([0, 0, 1, 2]))
            rows = tuple(requirement(number) for number in numbers)
            return c.RecordRequirements(by=by, decision_id=id_, rows=rows, removed=tuple(removed))
        case Verb.CONFIRM_REQUIREMENTS:
            hash_ = random.choice([state.requirements.hash, "0" * 64])
            return c.ConfirmRequirements(by=by, decision_id=id_, requirements_hash=hash_)
        case Verb.ASSESS:
            findings = random.choices(list(Finding), k=4)
            verdicts = tuple(
                Verdict(requirement=no, finding=findings[index % 4], reason="measured")
                for index, no in enumerate(sorted(state.requirements.numbers))
            )
            return c.Assess(by=by, decision_id=id_, verdicts=verdicts[random.randint(0, 1) :] or verdicts)
        case Verb.SUBMIT_DRAFT:
            return c.SubmitDraft(by=by, decision_id=id_, terms=_some_terms(random, state))
        case Verb.SUBMIT_OFFER:
            terms = _some_terms(random, state) if random.random() < 0.5 else None
            expires = now + timedelta(hours=random.choice([0, 1, 72, 24 * 20, 24 * 200]))
            return c.SubmitOffer(by=by, decision_id=id_, edition=edition, terms=terms, expires_at=expires)
        case Verb.REJECT_OFFER:
            final = random.random() < 0.1
            return c.RejectOffer(by=by, decision_id=id_, edition=edition, reason="too dear", final=final)
        case Verb.WITHDRAW_OFFER:
            return c.WithdrawOffer(by=by, decision_id=id_, edition=edition, reason="a mistake")
        case Verb.COMMENT:
            return c.RaiseComment(by=by, decision_id=id_, edition=edition, text="why?")
        case Verb.RESOLVE_COMMENT:
            no = random.randint(1, 3)
            return c.ResolveComment(by=by, decision_id=id_, edition=edition, no=no, resolution="so")
        case Verb.INSPECT:
            reason = random.choice([None, "not clear"])
            passed = random.random() < 0.5
            return c.Inspect(by=by, decision_id=id_, edition=edition, passed=passed, reason=reason)
        case Verb.DECIDE:
            return c.Decide(
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
            return c.Delegate(by=by, decision_id=id_, to=to, starts_at=starts, ends_at=ends)
        case Verb.DECLINE_TO_SIGN:
            return c.DeclineToSign(by=by, decision_id=id_, edition=edition, reason="not this")
        case Verb.WITHDRAW:
            return c.Withdraw(by=by, decision_id=id_, reason="no need any more")
        case Verb.ACCEPT_OFFER:
            return c.AcceptOffer(by=by, decision_id=id_, edition=edition)
        case Verb.ACKNOWLEDGE:
            return c.Acknowledge(by=by, decision_id=id_, edition=edition)
        case Verb.SIGN:
            return c.Sign(by=by, decision_id=id_, edition=edition)


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
