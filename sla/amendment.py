"""A change of an agreement in force: the phases from drafting to signature, on a second paper. Source: AME-1.

The phases know one paper. `scene` gives them the amendment's in place of the agreement's, and `folded` puts what they
made of it back: the edition in force stays what it is until the new one takes effect. If the amendment fails, the old
edition simply goes on.
"""

from datetime import datetime, timedelta

from sla.agreement import AgreementState, Amendment, edition_of, life_of, with_life
from sla.errors import NotPossible
from sla.events import Fact
from sla.fees_in_force import fees_kept, price_of
from sla.fields import Value
from sla.happening import Happening
from sla.letter_kinds import LetterKind
from sla.life import Coming, Index, InForce, Proposal
from sla.money import Money
from sla.monthly_fees import with_fee
from sla.parties import both_sides, tell
from sla.renewal import end_of
from sla.stages import LIVING_VERBS, Stage, Verb
from sla.term import Term, day_at, end_of_term, renewals_by, start_of_day, term_of
from sla.terms import Edition, RenewalMode, Terms

_PAPER = (
    "stage",
    "stage_since",
    "edition",
    "authors",
    "negotiation",
    "review",
    "approval",
    "signing",
    "sent_back",
    "waits",
)
"""The fields of the state that a phase works on; an amendment has its own of each."""


def scene(state: AgreementState) -> AgreementState:
    """The agreement as the phases see it: with the paper of its amendment, where one is on its way."""
    if state.amendment is None:
        return state
    return state.model_copy(update=_paper_of(state.amendment))


def scene_for(state: AgreementState, verb: Verb) -> AgreementState:
    """What a verb works on: the agreement itself while it is in force, or the paper of its amendment."""
    return state if verb in LIVING_VERBS else scene(state)


def _paper_of(paper: Value) -> dict[str, object]:
    return {field: getattr(paper, field) for field in _PAPER}


def folded(before: AgreementState, played: AgreementState, now: datetime) -> AgreementState:
    """The agreement after a phase has worked on its amendment: on its way, agreed, or over."""
    amendment = before.amendment
    assert amendment is not None
    kept = {**_paper_of(before), "period": before.period, "zone": before.zone, "ending": before.ending}
    after = played.model_copy(update=kept)
    if played.stage.is_end:
        return after.model_copy(update={"amendment": None})
    if played.stage is Stage.ACTIVE:
        return _agreed(after.model_copy(update={"amendment": None}), edition_of(played), now)
    return after.model_copy(update={"amendment": amendment.model_copy(update=_paper_of(played))})


def _agreed(state: AgreementState, edition: Edition, now: datetime) -> AgreementState:
    return with_life(state, coming=Coming(edition=edition, at=takes_effect(state, edition.terms, now)))


def takes_effect(state: AgreementState, terms: Terms, now: datetime) -> datetime:
    """When an edition takes effect that is signed now: at the beginning of the local day that it states, at the
    earliest of the next one, and never before the term begins."""
    tomorrow = day_at(now, state.zone) + timedelta(days=1)
    day = max(filter(None, (terms.effective_from, tomorrow, state.period.start)))
    return start_of_day(day, state.zone)


def may_begin(state: AgreementState) -> None:
    """Nothing else is under way that changes or ends the agreement."""
    life = life_of(state)
    if state.amendment is not None:
        raise NotPossible(
            f"amendment {state.amendment.no} of {state.number} is on its way ({state.amendment.stage}); one at a time: "
            "finish or withdraw it first"
        )
    if life.coming is not None:
        raise NotPossible(
            f"edition {life.coming.edition.no} is agreed and takes effect on {day_at(life.coming.at, state.zone)}; "
            "the next amendment can begin after that day"
        )
    if life.termination is not None:
        raise NotPossible(
            f"{state.number} ends by termination {life.termination.case} on {life.termination.effective}; "
            "withdraw the termination to amend it"
        )


def begin(state: AgreementState, review: str, proposals: tuple[Proposal, ...], now: datetime) -> AgreementState:
    """The state with a fresh amendment, to be drafted."""
    may_begin(state)
    no, before = life_of(state).amendments + 1, edition_of(state)
    amendment = Amendment(
        no=no, decided_in=review, proposals=proposals, price=before.terms.price, stage_since=now, edition=before
    )
    return with_life(state, amendments=no).model_copy(update={"amendment": amendment})


def stopped(state: AgreementState) -> AgreementState:
    """The state without its amendment. An edition that both sides have signed takes effect all the same."""
    return state.model_copy(update={"amendment": None})


def take_effect(state: AgreementState, now: datetime) -> Happening:
    """The signed edition becomes the one in force, from its own instant on, however late this comes."""
    coming = life_of(state).coming
    assert coming is not None
    edition, sentence = coming.edition, _told(state, coming)
    state = _in_force(state, coming)
    after = state.model_copy(
        update={"edition": edition, "period": edition.terms.period, "zone": edition.terms.period.zone}
    )
    return Happening(
        state=after,
        fact=Fact.EDITION_TOOK_EFFECT,
        sentence=sentence,
        notices=tell(both_sides(state), LetterKind.EDITION_TOOK_EFFECT, "new terms count from now on"),
    )


def _told(state: AgreementState, coming: Coming) -> str:
    """What the new edition ends: the one before, and a notice for an end that comes no more."""
    life, before = life_of(state), edition_of(state)
    counted = "counted until then" if life.in_force[-1].since < coming.at else "never counted"
    notice = _new_term(state, coming.edition.terms, coming.at).get("notice", life.notice)
    fee = _fee(state, coming.edition.terms)
    rests = " The index rate that was stated does not move it." if life.index and not _index(state, coming) else ""
    falls = f" The notice for {life.notice.end} counts no more." if life.notice and notice is None else ""
    costs = f" The monthly fee is {fee} from now on; it was {life.fee}." if fee and life.fee and fee != life.fee else ""
    told = f"Edition {coming.edition.no} took effect on {day_at(coming.at, state.zone)}; edition {before.no} {counted}."
    return f"{told}{costs}{rests}{falls}"


def _fee(state: AgreementState, terms: Terms) -> Money | None:
    """The monthly fee under new terms; as renewals have revised it where they leave the price as it was. PRI-7."""
    if terms.price == edition_of(state).terms.price:
        return life_of(state).fee
    return price_of(terms)


def _index(state: AgreementState, coming: Coming) -> Index | None:
    """The rate for the next renewal; none where the fee is agreed anew for the very instant of the renewal. PRI-7."""
    is_new = coming.edition.terms.price != edition_of(state).terms.price
    return None if is_new and coming.at == start_of_day(end_of(state), state.zone) else life_of(state).index


def _in_force(state: AgreementState, coming: Coming) -> AgreementState:
    life, terms = life_of(state), coming.edition.terms
    last = life.in_force[-1]
    kept = life.in_force[:-1] if last.since >= coming.at else (*life.in_force[:-1], _until(last, coming.at))
    since = min(last.since, coming.at) if last.since >= coming.at else coming.at
    fee, fees = _fee(state, terms), fees_kept(life, price_of(edition_of(state).terms), state.zone)
    return with_life(
        state,
        coming=None,
        in_force=(*kept, InForce(edition=coming.edition.ref, since=since)),
        fee=fee,
        fees=with_fee(fees, fee, since),
        index=_index(state, coming),
        revision=life.revision + 1,
        **_new_term(state, terms, coming.at),
    )


def _until(span: InForce, at: datetime) -> InForce:
    return span.model_copy(update={"until": at})


def _new_term(state: AgreementState, terms: Terms, at: datetime) -> dict[str, object]:
    """A new end begins a new count, and what was said about the old one falls; a new rule for renewals counts from
    the end that stands, and what was decided about that end stands too, where the rule still asks for it."""
    life, before = life_of(state), edition_of(state).terms
    named = max(life.renewals, life.announced + (1 if life.reminders else 0))
    anew = {"renewals": 0, "renewals_before": life.renewals_before + named, "announced": 0, "reminders": 0}
    if (terms.period.start, terms.period.end) != (before.period.start, before.period.end):
        resting = life.suspension.model_copy(update={"moves_end": False}) if life.suspension else None
        fresh = term_of(terms.period, terms.renewal)
        undecided = {"notice": None, "renewal_agreed": ()}
        by_now = {"renewals": renewals_by(fresh, day_at(at, terms.period.zone))}
        return {"term": fresh, "moved_days": 0, "suspension": resting, **undecided, **anew, **by_now}
    if terms.renewal == before.renewal:
        return {}
    rule = term_of(terms.period, terms.renewal).renewal
    end = end_of_term(life.term.anchor, life.term.months + life.renewals * (life.term.renewal.renewal_months or 0))
    agreed = life.renewal_agreed if rule.mode is RenewalMode.EXPRESS else ()
    stands = life.notice is not None and life.notice.end == end + timedelta(days=life.moved_days)
    notice = life.notice if stands and rule.mode is RenewalMode.TACIT else None
    return {"term": Term(anchor=end, months=0, renewal=rule), "renewal_agreed": agreed, "notice": notice, **anew}


def in_force_at(state: AgreementState, at: datetime) -> InForce | None:
    """Which edition counts at an instant; None before the term begins and from its end on."""
    life = state.life
    spans = life.in_force if life else ()
    return next((each for each in spans if each.since <= at and (each.until is None or at < each.until)), None)
