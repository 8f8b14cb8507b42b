"""The rule for silence of each stage, as data: after how many working days of whoever is waited for, what happens.

Source: APP-4, and the table of the life in `lifecycle`.
"""

from datetime import datetime
from enum import StrEnum

from sla.agreement import AgreementState, Ending, Wait
from sla.calendars import add_working_days
from sla.events import Fact
from sla.fields import Value
from sla.happening import Happening
from sla.letter_kinds import LetterKind
from sla.letters import Notice
from sla.people import Person, Role
from sla.stages import Stage, Verb
from sla.term import end_of_day


class Silence(StrEnum):
    """What silence does."""

    REMIND = "remind"
    ESCALATE = "escalate"
    CALL_DEPUTY = "call_deputy"
    CALL_OWNER = "call_owner"
    LAPSE = "lapse"
    LAPSE_ROUND = "lapse_round"
    OVERDUE = "overdue"
    ACTION_OVERDUE = "action_overdue"
    DEEM_RECEIVED = "deem_received"


class Step(Value):
    """One step of a rule: so many working days after the waiting began, this happens."""

    after_days: int
    what: Silence


def _steps(*rows: tuple[int, Silence]) -> tuple[Step, ...]:
    return tuple(Step(after_days=days, what=what) for days, what in rows)


REMIND_ESCALATE = _steps(
    (2, Silence.REMIND),
    (4, Silence.REMIND),
    (6, Silence.ESCALATE),
    (16, Silence.ESCALATE),
    (31, Silence.ESCALATE),
    (60, Silence.LAPSE),
)

NEVER_LAPSES = _steps(
    (2, Silence.REMIND),
    (4, Silence.REMIND),
    (6, Silence.ESCALATE),
    (16, Silence.ESCALATE),
    (31, Silence.ESCALATE),
)

PATIENCE: dict[Stage, tuple[Step, ...]] = {
    Stage.REQUESTED: REMIND_ESCALATE,
    Stage.CAPTURING: REMIND_ESCALATE,
    Stage.ASSESSING: REMIND_ESCALATE,
    Stage.DRAFTING: REMIND_ESCALATE,
    Stage.REVIEWING: REMIND_ESCALATE,
    Stage.NEGOTIATING: _steps((2, Silence.REMIND), (5, Silence.LAPSE_ROUND)),
    Stage.APPROVING: _steps(
        (2, Silence.REMIND),
        (4, Silence.CALL_DEPUTY),
        (6, Silence.CALL_OWNER),
        (16, Silence.REMIND),
        (31, Silence.ESCALATE),
        (60, Silence.LAPSE),
    ),
    Stage.SIGNING: _steps((3, Silence.REMIND), (6, Silence.REMIND), (9, Silence.REMIND), (12, Silence.REMIND)),
}

LIVING_PATIENCE: dict[Verb, tuple[Step, ...]] = {
    Verb.CONCLUDE_REVIEW: _steps(
        (2, Silence.REMIND), (4, Silence.REMIND), (6, Silence.ESCALATE), (10, Silence.OVERDUE)
    ),
    Verb.ACKNOWLEDGE_NOTICE: _steps(
        (2, Silence.REMIND), (4, Silence.REMIND), (6, Silence.ESCALATE), (10, Silence.DEEM_RECEIVED)
    ),
    Verb.CHECK_TERMINATION: REMIND_ESCALATE,
    Verb.COMPLETE_ACTION: _steps(
        (2, Silence.REMIND),
        (5, Silence.REMIND),
        (0, Silence.ACTION_OVERDUE),
        (5, Silence.ESCALATE),
        (15, Silence.ESCALATE),
    ),
    Verb.VERIFY_ACTION: NEVER_LAPSES,
    Verb.SETTLE_DISPUTE: NEVER_LAPSES,
}
"""While it is in force several things wait beside each other, each with the rule of its verb. Those of a corrective
action count from the end of its due day, but for the reminders before it. Source: REV-3, AME-3, MON-10, MON-11."""


def steps_of(stage: Stage, verb: Verb) -> tuple[Step, ...]:
    """The rule for silence of a wait: that of its verb in an agreement in force, else that of its stage."""
    return LIVING_PATIENCE.get(verb) or PATIENCE.get(stage, ())


def begin(state: AgreementState, wait: Wait) -> Wait:
    """A wait with the due instant of its first step, on the calendar of whoever is waited for."""
    return _at_step(state, wait, 0)


def stepped(state: AgreementState, wait: Wait, now: datetime) -> Wait:
    """The same wait, at its next step: at least one working day from now, however late this one was.

    After an outage nobody gets all their reminders at one instant, and nobody lapses without a day to answer.
    """
    earliest = add_working_days(state.people.calendar_of(wait.person), now, 1)
    return _at_step(state, wait, wait.step + 1, earliest)


def _at_step(state: AgreementState, wait: Wait, index: int, earliest: datetime | None = None) -> Wait:
    steps = steps_of(state.stage, wait.verb)
    for place, step in enumerate(steps[index:], start=index):
        nominal = _due_of(state, wait, step)
        due = max(nominal, earliest or nominal)
        if not _is_pointless(state, wait, step, due):
            return wait.model_copy(update={"step": place, "due": due})
    return wait.model_copy(update={"step": len(steps), "due": None})


def _due_of(state: AgreementState, wait: Wait, step: Step) -> datetime:
    """When a step is due, however late the one before it was."""
    calendar, ends = state.people.calendar_of(wait.person), _action_ends(state, wait)
    if step.what is Silence.ACTION_OVERDUE and ends is not None:
        return ends
    since = wait.since if ends is None or step.what is Silence.REMIND else max(wait.since, ends)
    due = add_working_days(calendar, since, step.after_days)
    return max(due, _not_before(state, wait.verb, step.what) or due)


def _is_pointless(state: AgreementState, wait: Wait, step: Step, due: datetime) -> bool:
    """A reminder that leaves its reader no working day until the corrective action is overdue anyway."""
    ends = _action_ends(state, wait)
    if ends is None or step.what is not Silence.REMIND:
        return False
    return add_working_days(state.people.calendar_of(wait.person), due, 1) > ends


def _action_ends(state: AgreementState, wait: Wait) -> datetime | None:
    """The end of the day on which the corrective action is due that is waited for."""
    if wait.verb is not Verb.COMPLETE_ACTION or state.life is None:
        return None
    action = state.life.action(wait.subject)
    return end_of_day(action.due, state.zone) if action else None


def _not_before(state: AgreementState, verb: Verb, what: Silence) -> datetime | None:
    """No termination lapses before the day that it was declared for is over, however long legal is silent."""
    termination = state.life.termination if state.life else None
    if termination is None or verb is not Verb.CHECK_TERMINATION or what is not Silence.LAPSE:
        return None
    return end_of_day(termination.effective, state.zone)


def overdue(state: AgreementState, now: datetime) -> Wait | None:
    """The wait whose step has been due longest, if any is."""
    due = [wait for wait in state.waits if wait.due is not None and wait.due <= now]
    return min(due, key=lambda wait: (wait.due or now, wait.key), default=None)


def next_step_due(state: AgreementState) -> datetime | None:
    """The next instant at which silence does something about what is waited for now."""
    instants = [wait.due for wait in state.waits]
    if state.stage is Stage.NEGOTIATING and state.negotiation.offer:
        instants.append(state.negotiation.offer.expires_at)
    if state.stage is Stage.SIGNING:
        instants.append(state.signing.deadline)
    return min((instant for instant in instants if instant is not None), default=None)


def what_is_due(state: AgreementState, wait: Wait) -> Silence:
    """What the wait's current step does."""
    return steps_of(state.stage, wait.verb)[wait.step].what


def remind_escalate(state: AgreementState, wait: Wait, now: datetime) -> Happening:
    """Remind whoever is waited for; then tell those who can help; at the very end the request lapses."""
    what = what_is_due(state, wait)
    if what is Silence.LAPSE:
        return lapse(state, f"{_who(state, wait)} was silent to the end", now)
    if what is Silence.ESCALATE:
        return escalate(state, wait, now)
    return remind(state, wait, now)


def remind(state: AgreementState, wait: Wait, now: datetime) -> Happening:
    """One more letter to the one who is waited for."""
    return Happening(
        state=with_step(state, wait, now),
        fact=Fact.REMINDED,
        sentence=f"{_who(state, wait)} was reminded to {wait.verb.words}.",
        notices=(reminder(wait),),
    )


def reminder(wait: Wait) -> Notice:
    """The letter to somebody who is still waited for."""
    why = "you are still waited for"
    return Notice(kind=LetterKind.REMINDER, to=wait.person, why=why, verb=wait.verb, subject=wait.subject)


def _helpers(state: AgreementState, wait: Wait) -> tuple[Person, ...]:
    """Whom to tell that somebody stays silent: the escalation contacts, else a manager; never the silent one."""
    for role in (Role.ESCALATION, Role.SLA_MANAGER, Role.ACCOUNT_MANAGER):
        people = [person for person in state.people.with_role(role) if person.email != wait.person]
        if people:
            return tuple(people)
    return ()


def escalate(state: AgreementState, wait: Wait, now: datetime) -> Happening:
    """Those who can help are told, and whoever is waited for is reminded."""
    who, helpers = _who(state, wait), _helpers(state, wait)
    notices = [
        Notice(
            kind=LetterKind.ESCALATION,
            to=person.email,
            why=f"{who} stays silent, and you can help",
            next_step=f"Speak to {who} ({wait.person}).",
            waiting_for=f"{who}, to {wait.words}",
        )
        for person in helpers
    ]
    names = ", ".join(person.name for person in helpers) or "nobody else"
    return Happening(
        state=with_step(state, wait, now),
        fact=Fact.ESCALATED,
        sentence=f"{who} is still to {wait.verb.words}; {names} was told.",
        notices=(*notices, reminder(wait)),
    )


def lapse(state: AgreementState, why: str, now: datetime) -> Happening:
    """Silence to the end: the request, or the amendment, ends as lapsed."""
    what = "amendment" if state.life else "request"
    return Happening(
        state=state,
        fact=Fact.LAPSED,
        sentence=f"The {what} lapsed: {why}.",
        reason=why,
        goto=Stage.LAPSED,
        ending=Ending(by="system", why=why, at=now),
    )


def with_step(state: AgreementState, wait: Wait, now: datetime) -> AgreementState:
    """The state in which this wait is at its next step."""
    waits = tuple(stepped(state, each, now) if each.key == wait.key else each for each in state.waits)
    return state.model_copy(update={"waits": waits})


def _who(state: AgreementState, wait: Wait) -> str:
    return state.people.name_of(wait.person)
