"""Offers and counter-offers by turns, each an edition with a price and an expiry. Source: PRI-2."""

from datetime import datetime, timedelta

from sla.agreement import AgreementState, Ending, Negotiation, Offer, Wait, local_time
from sla.awaited import Awaited
from sla.contract_commands import AcceptOffer, RejectOffer, SubmitOffer, WithdrawOffer
from sla.drafting import with_edition
from sla.errors import NotPossible, OutOfTurn
from sla.events import Fact
from sla.happening import Happening
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.letters import Notice
from sla.paths import next_stage
from sla.patience import Silence, lapse, remind, what_is_due
from sla.people import Person, Role
from sla.stages import Stage, Verb
from sla.terms import Origin

LONGEST_OFFER = timedelta(days=180)
LAPSES_THAT_END = 2
"""The round is open again once; the second lapse ends the request."""

_SPEAKERS = {Side.PROVIDER: (Role.ACCOUNT_MANAGER, Role.SLA_MANAGER), Side.CUSTOMER: (Role.CUSTOMER,)}


def speakers(state: AgreementState, side: Side) -> tuple[Person, ...]:
    """Who speaks for a side in the negotiation."""
    return tuple(person for role in _SPEAKERS[side] for person in state.people.with_role(role))


def side_of(state: AgreementState, email: str) -> Side:
    """The side that this speaker speaks for."""
    return next(side for side in Side if email in {person.email for person in speakers(state, side)})


def begin(state: AgreementState, now: datetime) -> AgreementState:
    """The provider's side begins; the rounds of an agreement are counted through."""
    return state.model_copy(update={"negotiation": Negotiation(round=state.negotiation.round)})


def awaited(state: AgreementState) -> tuple[Awaited, ...]:
    """The side whose turn it is: to answer an offer, or to make one."""
    talk = state.negotiation
    verb = Verb.ACCEPT_OFFER if talk.offer else Verb.SUBMIT_OFFER
    subject = f"{talk.round}.{talk.lapses}.{verb.value}"
    lead = _SPEAKERS[talk.turn][0]
    return tuple(Awaited(person.email, verb, subject) for person in state.people.with_role(lead))


def may_offer(state: AgreementState, email: str, now: datetime) -> None:
    """It is this person's side's turn, and the offer that it answers still stands."""
    turn = state.negotiation.turn
    if side_of(state, email) is not turn:
        raise OutOfTurn(f"it is the {turn}'s turn in {state.number}; wait for their answer, or withdraw your offer")
    _refuse_expired(state, now)


def may_answer(state: AgreementState, email: str, now: datetime) -> None:
    """An offer of the other side is open."""
    offer = state.negotiation.offer
    if offer is None:
        raise OutOfTurn(f"no offer is open in {state.number}; the {state.negotiation.turn} makes one first")
    if side_of(state, email) is offer.side:
        raise OutOfTurn(f"the open offer is your own side's; the {offer.side.other} answers it")
    _refuse_expired(state, now)


def may_withdraw_offer(state: AgreementState, email: str, now: datetime) -> None:
    """An offer of the person's own side is open."""
    offer = state.negotiation.offer
    if offer is None or side_of(state, email) is not offer.side:
        raise OutOfTurn(f"no offer of your side is open in {state.number}; there is nothing to withdraw")
    _refuse_expired(state, now)


def _refuse_expired(state: AgreementState, now: datetime) -> None:
    """An offer stands until its expiry, that instant itself excluded."""
    offer = state.negotiation.offer
    if offer and offer.expires_at <= now:
        raise NotPossible(
            f"the offer of edition {offer.edition.no} expired at {local_time(state, offer.expires_at)}; "
            "the round is over, and the next one opens in a moment"
        )


def submit_offer(state: AgreementState, command: SubmitOffer, now: datetime) -> Happening:
    """An offer, or a counter-offer, which replaces the one on the table; the turn passes to the other side."""
    _refuse_expiry(state, command, now)
    talk, before = state.negotiation, state.edition
    assert before is not None
    changed = command.terms is not None and command.terms != before.terms
    if talk.offer and not changed:
        raise NotPossible("these are the terms that the other side offers; accept them, or offer other terms")
    if changed and command.terms is not None:
        state = with_edition(state, command.terms, Origin.OFFER, command.by, now)
    edition = state.edition
    assert edition is not None
    price = edition.terms.price
    fee = price.monthly_fee if price else None
    side = side_of(state, command.by)
    offer = Offer(edition=edition.ref, side=side, by=command.by, fee=fee, expires_at=command.expires_at)
    lapses = 0 if talk.offer else talk.lapses
    talk = talk.model_copy(update={"turn": side.other, "round": talk.round + 1, "offer": offer, "lapses": lapses})
    counter = "countered with" if state.negotiation.offer else "offered"
    return Happening(
        state=state.model_copy(update={"negotiation": talk}),
        fact=Fact.OFFER_SUBMITTED,
        by=command.by,
        sentence=f"{state.people.name_of(command.by)} {counter} edition {edition.no} at {fee} a month "
        f"(round {talk.round}).",
    )


def _refuse_expiry(state: AgreementState, command: SubmitOffer, now: datetime) -> None:
    if command.expires_at <= now:
        raise NotPossible(
            f"the offer would expire at {local_time(state, command.expires_at)}, which is past; "
            "a later instant is expected"
        )
    if command.expires_at > now + LONGEST_OFFER:
        raise NotPossible(f"an offer stands at most {LONGEST_OFFER.days} days; an earlier expiry is expected")


def accept_offer(state: AgreementState, command: AcceptOffer, now: datetime) -> Happening:
    """The offer is accepted: its edition goes to review."""
    offer = _open_offer(state)
    return Happening(
        state=state,
        fact=Fact.OFFER_ACCEPTED,
        by=command.by,
        sentence=f"{state.people.name_of(command.by)} accepted edition {offer.edition.no} at {offer.fee} a month.",
        goto=next_stage(state.kind, Stage.NEGOTIATING),
        notices=_tell(state, offer.side, LetterKind.OFFER_ACCEPTED, "your offer was accepted"),
    )


def reject_offer(state: AgreementState, command: RejectOffer, now: datetime) -> Happening:
    """The offer is rejected: its side may make a better one, unless the rejection is final."""
    offer = _open_offer(state)
    who = state.people.name_of(command.by)
    answered = state.model_copy(update={"negotiation": state.negotiation.model_copy(update={"lapses": 0})})
    happening = _table_cleared(answered, offer, Fact.OFFER_REJECTED, f"{who} rejected edition {offer.edition.no}.")
    if command.final:
        ending = Ending(by=command.by, why=command.reason, at=now)
        final = {"goto": Stage.DECLINED, "ending": ending, "sentence": f"{who} rejected the offer for good."}
        return happening.model_copy(update={"by": command.by, "reason": command.reason, **final})
    notices = _tell(state, offer.side, LetterKind.OFFER_REJECTED, "your offer was rejected")
    return happening.model_copy(update={"by": command.by, "reason": command.reason, "notices": notices})


def withdraw_offer(state: AgreementState, command: WithdrawOffer, now: datetime) -> Happening:
    """The offer is taken back before it was answered; the same side may make another."""
    offer = _open_offer(state)
    who = state.people.name_of(command.by)
    happening = _table_cleared(state, offer, Fact.OFFER_WITHDRAWN, f"{who} withdrew edition {offer.edition.no}.")
    notices = _tell(state, offer.side.other, LetterKind.OFFER_WITHDRAWN, "an offer to you was withdrawn")
    return happening.model_copy(update={"by": command.by, "reason": command.reason, "notices": notices})


def silence(state: AgreementState, wait: Wait | None, now: datetime) -> Happening:
    """The offer or the turn lapses and the round is open again, once; then the request ends as lapsed.

    An answer to an offer ends a round, and the next round may lapse once again.
    """
    offer = state.negotiation.offer
    if offer and offer.expires_at <= now:
        return _lapsed(state, f"the offer of edition {offer.edition.no} expired unanswered", now)
    assert wait is not None
    if what_is_due(state, wait) is Silence.LAPSE_ROUND and not offer:
        return _lapsed(state, f"the {state.negotiation.turn} made no offer", now)
    return remind(state, wait, now)


def _lapsed(state: AgreementState, why: str, now: datetime) -> Happening:
    talk = state.negotiation
    if talk.lapses + 1 >= LAPSES_THAT_END:
        return lapse(state, why, now)
    side = talk.offer.side if talk.offer else talk.turn
    again = talk.model_copy(update={"turn": side, "offer": None, "lapses": talk.lapses + 1})
    told = "an offer lapsed, and the round is open again once"
    return Happening(
        state=state.model_copy(update={"negotiation": again}),
        fact=Fact.OFFER_LAPSED,
        sentence=f"The round lapsed: {why}. It is open again once.",
        reason=why,
        notices=(
            *_tell(state, Side.PROVIDER, LetterKind.OFFER_LAPSED, told),
            *_tell(state, Side.CUSTOMER, LetterKind.OFFER_LAPSED, told),
        ),
    )


def _table_cleared(state: AgreementState, offer: Offer, fact: Fact, sentence: str) -> Happening:
    talk = state.negotiation.model_copy(update={"turn": offer.side, "offer": None})
    return Happening(state=state.model_copy(update={"negotiation": talk}), fact=fact, sentence=sentence)


def _open_offer(state: AgreementState) -> Offer:
    offer = state.negotiation.offer
    assert offer is not None
    return offer


def _tell(state: AgreementState, side: Side, kind: LetterKind, why: str) -> tuple[Notice, ...]:
    return tuple(Notice(kind=kind, to=person.email, why=why) for person in speakers(state, side))
