"""The notice deadline, called to mind before it passes; and notice: given, received, acknowledged. Source: AME-3."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count

from sla.agreement import AgreementState, life_of, with_life
from sla.awaited import Awaited
from sla.commands import AcknowledgeNotice, GiveNotice
from sla.errors import AlreadyDone, NotPossible, NotYourRole
from sla.events import Fact
from sla.fields import Value
from sla.happening import Happening
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.life import Notice
from sla.parties import both_sides, side_that_speaks, speakers_of, tell
from sla.renewal import deadline_for, end_of, mode_of
from sla.stages import Verb
from sla.term import NOTICE_REMINDERS, REMINDER_CLOCK, local_instant, reminder_days, start_of_day
from sla.terms import RenewalMode

_DAY = timedelta(days=1)


class Announcement(Value):
    """One reminder of a notice deadline, or the deadline itself (`early` is then 0)."""

    at: datetime
    early: int
    deadline: date
    end: date
    index: int
    """Which end: by the renewals before it."""
    count: int
    """Its place in the chain, from 1; the deadline is the last, whichever reminders fall away."""


def announcements(state: AgreementState) -> Iterator[Announcement]:
    """What is still to be said about the next deadline, in order. Nothing once it is decided, or once a checked
    termination comes before that end.

    Once the deadline of the running term has passed, the next one is that of the term that follows, where one does.
    """
    life = life_of(state)
    if life.notice is not None or set(life.renewal_agreed) == set(Side):
        return
    further = max(life.announced - life.renewals, 0)
    said = life.reminders if life.announced >= life.renewals else 0
    if said == _CHAIN:
        further, said = further + 1, 0
    if further == 0 or mode_of(state) is RenewalMode.TACIT:
        yield from (each for each in _chain(state, further) if each.count > said and _is_reached(state, each.end))


def _is_reached(state: AgreementState, end: date) -> bool:
    termination = life_of(state).termination
    return termination is None or termination.checked_by is None or termination.effective >= end


_CHAIN = len(NOTICE_REMINDERS) + 1
"""The reminders and the deadline."""


def _chain(state: AgreementState, further: int) -> Iterator[Announcement]:
    index, zone = life_of(state).renewals + further, state.zone
    deadline, end = deadline_for(state, further), end_of(state, further)
    if deadline is None:
        return
    before = deadline_for(state, further - 1) if index > 0 else None
    days = (*reminder_days(deadline, before), deadline)
    for place, day in enumerate(days, start=_CHAIN - len(days) + 1):
        at = start_of_day(day, zone) if day == deadline else local_instant(day, REMINDER_CLOCK, zone)
        yield Announcement(at=at, early=(deadline - day).days, deadline=deadline, end=end, index=index, count=place)


def rewound(state: AgreementState, now: datetime) -> AgreementState:
    """The state in which the chain stands where it must at `now`: dates have moved, and what is past is not said."""
    tacit = mode_of(state) is RenewalMode.TACIT
    said = ((further, _said_by(state, further, now)) for further in count())
    further, reminders = next(each for each in said if each[1] < _CHAIN or not tacit)
    return with_life(state, announced=life_of(state).renewals + further, reminders=reminders)


def _said_by(state: AgreementState, further: int, now: datetime) -> int:
    """How much of a chain is past."""
    return max((each.count for each in _chain(state, further) if each.at <= now), default=0)


def announce(state: AgreementState, now: datetime) -> Happening:
    """The latest reminder that is due, or the deadline; those that an outage has made late are not said one by one."""
    said = [each for each in announcements(state) if each.at <= now][-1]
    state = with_life(state, announced=said.index, reminders=said.count)
    last = said.deadline - _DAY
    wanted = "give notice" if mode_of(state) is RenewalMode.TACIT else "agree on the renewal"
    if said.early == 0:
        after = "the term renews without notice" if mode_of(state) is RenewalMode.TACIT else "the term ends"
        sentence = f"The deadline to {wanted} for the end on {said.end} has passed: {after}."
        kind, fact, step = LetterKind.NOTICE_DEADLINE_PASSED, Fact.NOTICE_DEADLINE_PASSED, None
        command: tuple[str, ...] = ()
    else:
        sentence = f"Both sides were reminded: the last day to {wanted} for the end on {said.end} is {last}."
        kind, fact = LetterKind.NOTICE_REMINDER, Fact.NOTICE_REMINDED
        step = f"Decide whether to {wanted}: {last} is the last day. {_undecided(state, said)}"
        command = (_DECIDING[mode_of(state)], "--end", str(said.end))
    why = "you speak for a side of this agreement, and its term comes to an end"
    notices = tell(both_sides(state), kind, why, step, command=command)
    return Happening(state=state, fact=fact, sentence=sentence, notices=notices)


_DECIDING = {RenewalMode.TACIT: "give-notice", RenewalMode.EXPRESS: "agree-renewal"}
"""What a side types that does not want what comes by itself."""


def _undecided(state: AgreementState, said: Announcement) -> str:
    """What the end brings if nobody does anything."""
    if mode_of(state) is RenewalMode.TACIT:
        return f"Without notice the term renews until {end_of(state, said.index - life_of(state).renewals + 1)}."
    return f"Unless both sides agree, the agreement ends on {said.end}."


def may_give_notice(state: AgreementState, email: str, now: datetime) -> None:
    """The term renews by itself, and nobody has given notice yet."""
    life = life_of(state)
    if mode_of(state) is not RenewalMode.TACIT:
        raise NotPossible(
            f"the term of {state.number} does not renew by itself: it ends on {end_of(state)} without a notice"
        )
    if life.notice is not None:
        who = state.people.name_of(life.notice.by)
        raise AlreadyDone(f"{who} has given notice for {life.notice.end} already; nothing is left to do")


def open_end(state: AgreementState, now: datetime, further: int = 0) -> tuple[date, date]:
    """The first end whose notice deadline is ahead, and that deadline: where notice is longer than a renewal, it is
    not the end of the running term."""
    deadline = deadline_for(state, further)
    assert deadline is not None
    ahead = now < start_of_day(deadline, state.zone)
    return (end_of(state, further), deadline) if ahead else open_end(state, now, further + 1)


def give_notice(state: AgreementState, command: GiveNotice, now: datetime) -> Happening:
    """Notice for the end that it names. Raises NotPossible for another end, or on a deadline that has passed."""
    end = command.end
    _refuse_late_notice(state, end, now)
    side = side_that_speaks(state, command.by)
    notice = Notice(by=command.by, side=side, at=now, end=end)
    other = state.provider if side is Side.CUSTOMER else state.customer
    return Happening(
        state=with_life(state, notice=notice),
        fact=Fact.NOTICE_GIVEN,
        by=command.by,
        reason=command.reason,
        sentence=f"{state.people.name_of(command.by)} gave notice for the {side}: the term ends on {end} and does not "
        f"renew. {other} is asked to prove its receipt.",
    )


def _refuse_late_notice(state: AgreementState, named: date, now: datetime) -> None:
    end, deadline = open_end(state, now)
    if named == end:
        return
    possible = f"notice for the end on {end} can be given until {deadline - _DAY}"
    if end_of(state) <= named < end:
        raise NotPossible(f"it is too late to give notice for the end on {named}; {possible}")
    raise NotPossible(f"{named} is not the next end of {state.number}; {possible}")


def awaited(state: AgreementState) -> tuple[Awaited, ...]:
    """The other side, until it has proved that it received the notice."""
    notice = life_of(state).notice
    if notice is None or notice.received_at is not None:
        return ()
    return tuple(Awaited(email, Verb.ACKNOWLEDGE_NOTICE) for email in speakers_of(state, notice.side.other))


def may_acknowledge(state: AgreementState, email: str, now: datetime) -> None:
    """A notice of the other side is there, and its receipt is not proven."""
    notice = life_of(state).notice
    if notice is None:
        raise NotPossible(f"nobody has given notice on {state.number}; there is nothing to acknowledge")
    if email in speakers_of(state, notice.side):
        raise NotYourRole(f"the notice is your own side's; the {notice.side.other} acknowledges it")
    if notice.received_at is not None:
        raise AlreadyDone("the receipt of the notice is on record already; nothing is left to do")


def acknowledge_notice(state: AgreementState, command: AcknowledgeNotice, now: datetime) -> Happening:
    """The other side proves that it has received the notice."""
    return _received(state, now, command.by)


def deem_received(state: AgreementState, now: datetime) -> Happening:
    """Nobody answered: the notice is deemed received."""
    return _received(state, now, None)


def _received(state: AgreementState, now: datetime, by: str | None) -> Happening:
    notice = life_of(state).notice
    assert notice is not None
    received = notice.model_copy(update={"received_at": now, "received_by": by})
    state = with_life(state, notice=received)
    if by is None:
        sentence = f"The notice for {notice.end} is deemed received: the {notice.side.other} stayed silent."
    else:
        sentence = f"{state.people.name_of(by)} acknowledged receipt of the notice for {notice.end}."
    happening = Happening(
        state=state,
        fact=Fact.NOTICE_ACKNOWLEDGED if by else Fact.NOTICE_DEEMED_RECEIVED,
        sentence=sentence,
        notices=tell(
            both_sides(state), LetterKind.NOTICE_ACKNOWLEDGED, "notice was given on this agreement", but=by or ""
        ),
    )
    return happening.model_copy(update={"by": by}) if by else happening
