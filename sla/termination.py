"""The early end: only for a case of the CRM, checked by legal, after the notice or its waiver. Source: TER-1.

A termination takes effect at the end of a local day. Until then it can be withdrawn. Nothing here ends an agreement by
itself.
"""

from datetime import date, datetime

from sla.agreement import AgreementState, Wait, edition_of, life_of, waited_for, with_life
from sla.amendment import stopped
from sla.awaited import Awaited
from sla.checklist import checklist_of
from sla.ending_commands import Answer, CheckTermination, OpenTermination, WithdrawTermination
from sla.errors import AlreadyDone, NotPossible, StaleEdition
from sla.events import Fact
from sla.happening import Happening, counted
from sla.letter_kinds import LetterKind
from sla.life import Cause, Termination
from sla.notice import rewound
from sla.parties import both_sides, managers, tell
from sla.people import Role
from sla.renewal import end_of, last_end, renews
from sla.stages import Verb
from sla.term import day_at, end_of_day, months_after, start_of_day
from sla.term_end import ended
from sla.termination_rights import without_groundless

_WHY = "you take part in this agreement, which is to end"


def checkers(state: AgreementState) -> tuple[str, ...]:
    """Legal, but never whoever has opened the termination; where nobody else is named, the owner of the policy."""
    open_ = state.life.termination if state.life else None
    legal = (person.email for person in state.people.with_role(Role.LEGAL))
    return tuple(email for email in legal if open_ is None or email != open_.by) or (state.policy.owner,)


def earliest_day(state: AgreementState, now: datetime) -> date:
    """The first local day at whose end a termination of today may take effect, by the notice period of the terms."""
    clause = edition_of(state).terms.termination
    return months_after(day_at(now, state.zone), clause.notice_months if clause else 0)


def may_open(state: AgreementState, email: str, now: datetime) -> None:
    """No termination is open."""
    open_ = life_of(state).termination
    if open_ is not None:
        raise AlreadyDone(
            f"termination {open_.case} of {state.number} is open, for {open_.effective}; withdraw it to open another"
        )


def open_termination(state: AgreementState, command: OpenTermination, now: datetime) -> Happening:
    """A termination for a CRM case. It stops an amendment on its way. Raises NotPossible for a day that is past, that
    comes before the notice allows without a waiver, or that the term does not reach."""
    _refuse_day(state, command, now)
    waiver = command.waiver if command.effective < earliest_day(state, now) else None
    termination = Termination(
        case=command.case,
        cause=command.cause,
        requested_by=command.requested_by,
        by=command.by,
        opened_at=now,
        effective=command.effective,
        reason=command.reason,
        waiver=waiver,
    )
    notes, told = _stops(state), (*both_sides(state), *waited_for(state))
    state = with_life(stopped(state), termination=termination)
    who = state.people.name_of(command.by)
    return Happening(
        state=state,
        fact=Fact.TERMINATION_OPENED,
        by=command.by,
        reason=f"{command.reason}\n\nWaiver of the notice: {waiver}" if waiver else command.reason,
        sentence=f"{who} opened termination {command.case} ({command.cause.words}), asked for by the "
        f"{command.requested_by}: the agreement ends with {command.effective}, once legal has checked it.{notes}",
        notices=tell(tuple(dict.fromkeys(told)), LetterKind.TERMINATION_OPENED, _WHY, but=command.by),
    )


def _stops(state: AgreementState) -> str:
    """What does not come any more: an amendment on its way. An edition that is signed still takes effect on its day."""
    return f" Amendment {state.amendment.no} is stopped." if state.amendment else ""


def _refuse_day(state: AgreementState, command: OpenTermination, now: datetime) -> None:
    today, end = day_at(now, state.zone), last_end(state)
    if command.effective < today:
        first = today if command.waiver else earliest_day(state, now)
        raise NotPossible(f"{command.effective} is past; a day from {first} on is expected")
    if command.effective < earliest_day(state, now) and command.waiver is None:
        clause = edition_of(state).terms.termination
        notice = counted(clause.notice_months if clause else 0, "month")
        raise NotPossible(
            f"{command.effective} comes before the notice of {notice} allows; a day from "
            f"{earliest_day(state, now)} on is expected, or a waiver with its reason"
        )
    if end is not None and command.effective >= end:
        raise NotPossible(f"{state.number} ends by itself on {end}; an earlier day is expected")


def awaited(state: AgreementState) -> tuple[Awaited, ...]:
    """Legal, until it has answered the checklist."""
    termination = life_of(state).termination
    if termination is None or termination.checked_by is not None:
        return ()
    return tuple(Awaited(email, Verb.CHECK_TERMINATION, termination.case) for email in checkers(state))


def may_check(state: AgreementState, email: str, now: datetime) -> None:
    """A termination is open, and not checked."""
    termination = _open(state)
    if termination.checked_by is not None:
        who = state.people.name_of(termination.checked_by)
        raise AlreadyDone(f"{who} has checked termination {termination.case} already; nothing is left to do")


def _open(state: AgreementState) -> Termination:
    termination = life_of(state).termination
    if termination is None:
        raise NotPossible(f"no termination of {state.number} is open; one is opened for a case of the CRM first")
    return termination


def _refuse_other_case(termination: Termination, case: str) -> None:
    if termination.case != case:
        raise StaleEdition(f"you speak of case {case}, and the termination that is open belongs to {termination.case}")


def check_termination(state: AgreementState, command: CheckTermination, now: datetime) -> Happening:
    """Legal answers every question. With one that is not met the termination is held, and may be checked again."""
    termination = _open(state)
    _refuse_other_case(termination, command.case)
    _refuse_gaps(termination.cause, command)
    who = state.people.name_of(command.by)
    if missing := [each for each in command.answers if not each.is_met]:
        return _held(state, command, missing)
    day = _late(state, now)
    passed = f" The day stated, {termination.effective}, had passed." if day > termination.effective else ""
    checked = termination.model_copy(update={"checked_by": command.by, "held": None, "effective": day})
    return Happening(
        state=with_life(state, termination=checked),
        fact=Fact.TERMINATION_CHECKED,
        by=command.by,
        sentence=f"{who} checked termination {termination.case}: the agreement ends with {day}.{passed}",
        notices=tell(both_sides(state), LetterKind.TERMINATION_CHECKED, _WHY, but=command.by),
    )


def _held(state: AgreementState, command: CheckTermination, missing: list[Answer]) -> Happening:
    termination, who = _open(state), state.people.name_of(command.by)
    held = "; ".join(f"{each.question}: {each.note}" for each in missing)
    return Happening(
        state=with_life(state, termination=termination.model_copy(update={"held": held[:5000]})),
        fact=Fact.TERMINATION_HELD,
        by=command.by,
        reason=held,
        sentence=f"{who} held termination {termination.case}: {len(missing)} of {len(command.answers)} questions "
        f"{'is' if len(missing) == 1 else 'are'} not met.",
        notices=tell(
            managers(state),
            LetterKind.TERMINATION_HELD,
            "you manage this agreement",
            _MEND,
            but=command.by,
            command=("withdraw-termination", termination.case, "--reason", "TEXT"),
        ),
    )


_MEND = "See to what is missing and ask legal to check again, or withdraw the termination."


def _late(state: AgreementState, now: datetime) -> date:
    """The day stated, or today where legal has answered after it."""
    return max(_open(state).effective, day_at(now, state.zone))


def _refuse_gaps(cause: Cause, command: CheckTermination) -> None:
    asked, given = [each.key for each in checklist_of(cause)], [each.question for each in command.answers]
    if len(set(given)) != len(given):
        raise NotPossible("a question is answered twice; each once is expected")
    if lacking := [key for key in asked if key not in given]:
        raise NotPossible(f"{', '.join(lacking)} is not answered; every question of the checklist is expected")
    if unknown := [key for key in given if key not in asked]:
        raise NotPossible(f"{', '.join(unknown)} is no question of the checklist; {', '.join(asked)} are expected")
    for each in command.answers:
        if not each.is_met and each.note is None:
            raise NotPossible(f"{each.question} is not met, and nothing says why; a note is expected")


def may_withdraw_termination(state: AgreementState, email: str, now: datetime) -> None:
    """A termination is open."""
    _open(state)


def withdraw_termination(state: AgreementState, command: WithdrawTermination, now: datetime) -> Happening:
    """Taken back before it takes effect; the agreement goes on."""
    termination = _open(state)
    _refuse_other_case(termination, command.case)
    who = state.people.name_of(command.by)
    sentence = f"{who} withdrew termination {termination.case}; the agreement goes on."
    happening = _called_off(state, Fact.TERMINATION_WITHDRAWN, sentence, now, command.by)
    return happening.model_copy(update={"by": command.by, "reason": command.reason})


def lapse(state: AgreementState, wait: Wait, now: datetime) -> Happening:
    """Legal was silent to the end: the termination lapses, and the agreement goes on."""
    case = _open(state).case
    sentence = f"Termination {case} lapsed: legal was silent to the end. The agreement goes on."
    return _called_off(state, Fact.TERMINATION_LAPSED, sentence, now)


def _called_off(state: AgreementState, fact: Fact, sentence: str, now: datetime, by: str = "") -> Happening:
    to = tuple(dict.fromkeys((*both_sides(state), *checkers(state))))
    notices = tell(to, LetterKind.TERMINATION_CALLED_OFF, "this agreement was to end, and goes on", but=by)
    was_checked, state = effective_at(state) is not None, with_life(state, termination=None)
    if was_checked:  # reminders rested, and the same case may come back with another day
        state = rewound(with_life(state, revision=life_of(state).revision + 1), now)
    lost = without_groundless(state)
    return Happening(
        state=lost.state,
        fact=fact,
        sentence=f"{sentence}{lost.words}",
        withdraws=tuple(each.no for each in lost.withdrawn) or None,
        notices=notices,
    )


def effective_at(state: AgreementState) -> datetime | None:
    """The instant at which the open termination takes effect; None while legal has not checked it."""
    termination = life_of(state).termination
    if termination is None or termination.checked_by is None:
        return None
    return end_of_day(termination.effective, state.zone)


def over_since(state: AgreementState, now: datetime) -> datetime | None:
    """The instant at which it has ended, though the end is not recorded yet; None while it goes on."""
    end, coming = start_of_day(end_of(state), state.zone), life_of(state).coming
    goes_on = renews(state) or (coming is not None and coming.at <= end)  # an edition that may state a new end
    ends = [effective_at(state), None if goes_on else end]
    return min((at for at in ends if at is not None and at <= now), default=None)


def take_effect(state: AgreementState, now: datetime) -> Happening:
    """At the end of the day: the agreement is in force no more."""
    termination = _open(state)
    why = f"termination {termination.case} ({termination.cause.words}), asked for by the {termination.requested_by}"
    at = end_of_day(termination.effective, state.zone)
    sentence = f"The agreement ended with {termination.effective}: {why}."
    return ended(state, Fact.TERMINATION_TOOK_EFFECT, sentence, why, at)
