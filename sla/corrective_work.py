"""What people do with a corrective action: do it, look whether it helps, give it to somebody else. Source: MON-11.

Who may, and how an action comes to be, is said in `corrective_actions`. Nobody verifies what they have done themselves.
"""

from datetime import date, datetime, timedelta

from sla.agreement import AgreementState, life_of, with_life
from sla.commands import AssignAction, CompleteAction, VerifyAction
from sla.corrective_actions import (
    LONGEST_DAYS,
    about,
    day_due,
    sla_managers,
    standing_words,
    to_do,
    verifiers,
    with_action,
)
from sla.errors import AlreadyDone, NotPossible, NotYourRole, OwnWork
from sla.events import Fact
from sla.happening import Happening, in_short
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.life import CorrectiveAction
from sla.parties import both_sides, managers, tell
from sla.stages import Verb
from sla.term import day_at

_WHY = "you speak for a side of this agreement"


def may_complete(state: AgreementState, email: str, now: datetime) -> None:
    """Something is to be done, by them or by whom they manage."""
    todo = to_do(state)
    if email not in sla_managers(state):
        todo = tuple(each for each in todo if each.owner == email)
    _refuse_none(state, todo, f"{state.people.name_of(email)} has nothing to do")


def may_assign(state: AgreementState, email: str, now: datetime) -> None:
    """Something is to be done."""
    _refuse_none(state, to_do(state), "nothing is to be done")


def may_verify(state: AgreementState, email: str, now: datetime) -> None:
    """Something is done, by somebody else."""
    done = tuple(each for each in life_of(state).actions if each.done_by is not None)
    _refuse_none(state, done, "nothing waits to be verified")
    if not any(email in verifiers(state, each) for each in done):
        raise _own(state, done[0])


def _own(state: AgreementState, action: CorrectiveAction) -> OwnWork:
    names = ", ".join(state.people.name_of(email) for email in verifiers(state, action))
    return OwnWork(f"nobody verifies their own corrective action; {names} may verify action {action.no}")


def _refuse_none(state: AgreementState, actions: tuple[CorrectiveAction, ...], wrong: str) -> None:
    if not actions:
        open_ = life_of(state).actions
        numbers = f"open are: {', '.join(str(each.no) for each in open_)}" if open_ else "no corrective action is open"
        raise NotPossible(f"{wrong} on {state.number}; {numbers}")


def _short(state: AgreementState, action: CorrectiveAction) -> str:
    return f"corrective action {action.no} {standing_words(state, action)}"


def _open(state: AgreementState, no: int) -> CorrectiveAction:
    """The open action of this number. Raises the refusal of one that is closed, or that there never was."""
    life = life_of(state)
    action = life.action(no)
    if action is not None:
        return action
    numbers = ", ".join(str(each.no) for each in life.actions) or "none"
    if 1 <= no <= life.actions_opened:
        raise AlreadyDone(f"corrective action {no} is closed already; open are: {numbers}")
    raise NotPossible(f"there is no corrective action {no}; open are: {numbers}")


def complete_action(state: AgreementState, command: CompleteAction, now: datetime) -> Happening:
    """The owner, or the SLA manager for them, says that it is done, and what proves it."""
    action = _open(state, command.no)
    _refuse_done(state, action)
    if command.by != action.owner and command.by not in sla_managers(state):
        owner = state.people.name_of(action.owner)
        raise NotYourRole(f"corrective action {action.no} is {owner}'s; they, or the SLA manager, say that it is done")
    done = action.model_copy(
        update={"evidence": in_short(command.evidence), "done_by": command.by, "done_at": now, "is_overdue": False}
    )
    who, state = state.people.name_of(command.by), with_action(state, done)
    asked = verifiers(state, done)
    told = tuple(email for email in (*both_sides(state), action.owner) if email not in asked)
    names = ", ".join(state.people.name_of(email) for email in asked)
    return Happening(
        state=state,
        fact=Fact.ACTION_COMPLETED,
        by=command.by,
        reason=command.evidence,
        sentence=f"{who} completed corrective action {action.no} for {about(action)}; one of {names} verifies it.",
        notices=tell(tuple(dict.fromkeys(told)), LetterKind.ACTION_COMPLETED, _WHY_OWNED, but=command.by),
    )


_WHY_OWNED = "you speak for a side of this agreement, or own this corrective action"


def _refuse_done(state: AgreementState, action: CorrectiveAction) -> None:
    if action.done_by is not None:
        who = state.people.name_of(action.done_by)
        asked = ", ".join(state.people.name_of(email) for email in verifiers(state, action))
        raise AlreadyDone(f"{who} has completed corrective action {action.no} already; {asked} may verify it")


def verify_action(state: AgreementState, command: VerifyAction, now: datetime) -> Happening:
    """Somebody else has looked: it helps and is closed, or it does not and begins anew with another due day."""
    action = _open(state, command.no)
    if action.done_by is None:
        raise NotPossible(f"{_short(state, action)}, is not done yet; there is nothing to verify")
    if command.by not in verifiers(state, action):
        raise _own(state, action)
    if command.is_effective:
        return _closed(state, action, command)
    if command.note is None:
        raise NotPossible("an action that does not help needs a note that says what is still wrong")
    return _reopened(state, action, command, now)


def _closed(state: AgreementState, action: CorrectiveAction, command: VerifyAction) -> Happening:
    left = tuple(each for each in life_of(state).actions if each.no != action.no)
    to = tuple(dict.fromkeys((*both_sides(state), action.owner, action.done_by or action.owner)))
    return Happening(
        state=with_life(state, actions=left),
        fact=Fact.ACTION_VERIFIED,
        by=command.by,
        reason=command.note,
        sentence=f"{state.people.name_of(command.by)} verified corrective action {action.no} for {about(action)}: "
        "it helps, and is closed.",
        notices=tell(to, LetterKind.ACTION_VERIFIED, _WHY_OWNED, but=command.by),
    )


def _reopened(state: AgreementState, action: CorrectiveAction, command: VerifyAction, now: datetime) -> Happening:
    due = day_due(state, action.owner, now)
    again = action.model_copy(
        update={"evidence": None, "done_by": None, "done_at": None, "due": due, "is_overdue": False}
    )
    to = tuple(email for email in both_sides(state) if email != action.owner)
    return Happening(
        state=with_action(state, again),
        fact=Fact.ACTION_REOPENED,
        by=command.by,
        reason=command.note,
        sentence=f"{state.people.name_of(command.by)} found that corrective action {action.no} for {about(action)} "
        f"does not help; {state.people.name_of(action.owner)} does more, due by {due}.",
        notices=tell(to, LetterKind.ACTION_REOPENED, _WHY, but=command.by),
    )


def assign_action(state: AgreementState, command: AssignAction, now: datetime) -> Happening:
    """A manager gives it to somebody else of the provider, or another day; whoever has it then is asked anew."""
    action = _open(state, command.no)
    _refuse_done(state, action)
    _refuse_owner(state, command.owner)
    due = _day_given(state, action, command.due, now)
    if (command.owner, due) == (action.owner, action.due):
        raise AlreadyDone(
            f"corrective action {action.no} is {state.people.name_of(action.owner)}'s, due by {due}, already"
        )
    given = action.model_copy(update={"owner": command.owner, "due": due, "is_overdue": False})
    told = tuple(dict.fromkeys((action.owner, *managers(state))))
    to = tuple(email for email in told if email != command.owner)
    state, name = _asked_anew(with_action(state, given), action), state.people.name_of
    return Happening(
        state=state,
        fact=Fact.ACTION_ASSIGNED,
        by=command.by,
        reason=command.reason,
        sentence=f"{name(command.by)} gave corrective action {action.no} for {about(action)} to "
        f"{name(command.owner)}, due by {due}.",
        notices=tell(to, LetterKind.ACTION_ASSIGNED, "you had this corrective action, or manage it", but=command.by),
    )


def _asked_anew(state: AgreementState, action: CorrectiveAction) -> AgreementState:
    """Without the wait for it: even the same owner is written to about another day, and reminded by that one."""
    about = (Verb.COMPLETE_ACTION, str(action.no))
    return state.model_copy(update={"waits": tuple(w for w in state.waits if (w.verb, w.subject) != about)})


def _refuse_owner(state: AgreementState, email: str) -> None:
    person = state.people.find(email)
    if person is None or person.side is not Side.PROVIDER:
        names = ", ".join(p.email for p in state.people.persons if p.side is Side.PROVIDER)
        raise NotPossible(f"{email} is none of the people of {state.provider} here; one of {names} is expected")


def _day_given(state: AgreementState, action: CorrectiveAction, due: date | None, now: datetime) -> date:
    """The new due day, or the old one where none is given. Raises NotPossible for one that is not ahead."""
    today, day = day_at(now, state.zone), due or action.due
    if day <= today:
        which = "would be due" if due else "was due"
        raise NotPossible(f"it {which} on {day}, which is not ahead; a later due day is expected")
    if day > today + timedelta(days=LONGEST_DAYS):
        latest = today + timedelta(days=LONGEST_DAYS)
        raise NotPossible(f"it would be due on {day}; a day until {latest} is expected")
    return day
