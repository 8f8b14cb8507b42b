"""What is done about a miss: how it begins, by whom, until when, and what is said while it is open. Source: MON-11.

A miss opens an action by itself, see `findings_noted`; while it is open, another miss of the same target joins it. What
people do with it stands in `corrective_work`.
"""

from collections.abc import Iterator
from datetime import date, datetime

from sla.agreement import AgreementState, Wait, edition_of, life_of, with_life
from sla.awaited import Awaited
from sla.calendars import add_working_days
from sla.errors import BadInput
from sla.events import Fact
from sla.findings import Finding
from sla.happening import Happening
from sla.letter_kinds import LetterKind
from sla.letters import Notice
from sla.life import CorrectiveAction
from sla.parties import managers
from sla.patience import with_step
from sla.people import Role
from sla.periods import period_named
from sla.stages import Verb
from sla.term import day_at
from sla.terms import ComplianceRule

MOST_ACTIONS = 30
"""How many actions are open at once. A miss of one more target is told, and opens none."""
LONGEST_DAYS = 366
"""No action is due later."""

_WHY = "you speak for a side of this agreement"


# -- a miss


def owner_of(state: AgreementState) -> str:
    """Who gets a new action: the service engineer, or the SLA manager where none is named."""
    if state.engineer is not None:
        return state.engineer.email
    return state.people.with_role(Role.SLA_MANAGER)[0].email


def day_due(state: AgreementState, owner: str, now: datetime) -> date:
    """So many working days of its owner from now, as the terms say."""
    rule = edition_of(state).terms.compliance or ComplianceRule()
    at = add_working_days(state.people.calendar_of(owner), now, rule.action_days)
    return day_at(at, state.zone)


def answer_miss(
    state: AgreementState, finding: Finding, now: datetime
) -> tuple[AgreementState, CorrectiveAction | None, str]:
    """The state in which something is done about a miss, the action, and what that is, in words. No action where as
    many are open as there can be."""
    life = life_of(state)
    standing = next((each for each in life.actions if each.target == finding.subject), None)
    if standing is not None:
        joined = standing.model_copy(update={"misses": standing.misses + 1})
        return (
            with_action(state, joined),
            joined,
            f"it joins corrective action {joined.no} {standing_words(state, joined)}",
        )
    if finding.subject is None:
        return state, None, "no target is named, so no corrective action is opened"
    if len(life.actions) >= MOST_ACTIONS:
        return state, None, f"{len(life.actions)} corrective actions are open already, so none is opened for it"
    owner = owner_of(state)
    action = CorrectiveAction(
        no=life.actions_opened + 1,
        period=finding.period,
        target=finding.subject,
        owner=owner,
        opened_at=now,
        due=day_due(state, owner, now),
    )
    state = with_life(state, actions=(*life.actions, action), actions_opened=action.no)
    words = f"corrective action {action.no} is opened for {state.people.name_of(owner)}, due by {action.due}"
    return state, action, words


def without_mended(state: AgreementState, finding: Finding) -> tuple[AgreementState, tuple[CorrectiveAction, ...]]:
    """The state after misses were stated away, and the actions that are void with it: those that answered nothing else.

    An action that answers later misses of its target, too, goes on for them.
    """
    void: list[CorrectiveAction] = []
    for action in life_of(state).actions:
        if action.target not in (finding.mended or ()) or not _answers(action, finding.period, state.zone):
            continue
        if action.misses > 1:
            state = with_action(state, action.model_copy(update={"misses": action.misses - 1}))
        else:
            void.append(action)
            left = tuple(each for each in life_of(state).actions if each.no != action.no)
            state = with_life(state, actions=left)
    return state, tuple(void)


def _answers(action: CorrectiveAction, period: str, zone: str) -> bool:
    """Whether an action was opened for a period, or a later period's miss has joined it."""
    if action.period == period or action.misses == 1:
        return action.period == period
    try:
        return period_named(period, zone).start > period_named(action.period, zone).start
    except BadInput:
        return False  # what a signal says is never refused


def with_action(state: AgreementState, action: CorrectiveAction) -> AgreementState:
    """The state in which an action stands as given."""
    actions = tuple(action if each.no == action.no else each for each in life_of(state).actions)
    return with_life(state, actions=actions)


def standing_words(state: AgreementState, action: CorrectiveAction) -> str:
    """How an open action stands: `of Chen Wei, due by 2027-02-15`."""
    owner = state.people.name_of(action.owner)
    if action.done_by is not None:
        return f"of {owner}, which is done and waits to be verified"
    return f"of {owner}, {'overdue since' if action.is_overdue else 'due by'} {action.due}"


# -- who


def doers(state: AgreementState) -> tuple[str, ...]:
    """Whoever has an action to do, the engineer, and the SLA manager, who may say it for them."""
    engineer = (state.engineer.email,) if state.engineer else ()
    return tuple(dict.fromkeys((*(each.owner for each in to_do(state)), *engineer, *sla_managers(state))))


def verifiers(state: AgreementState, action: CorrectiveAction) -> tuple[str, ...]:
    """The SLA manager and the customers, but neither who has done it nor whose it is."""
    people = (*state.people.with_role(Role.SLA_MANAGER), *state.people.with_role(Role.CUSTOMER))
    return tuple(person.email for person in people if person.email not in {action.done_by, action.owner})


def awaited(state: AgreementState) -> tuple[Awaited, ...]:
    """The owner of each action, until it is done; then those who may verify it, until one of them has."""
    return tuple(_awaited(state))


def _awaited(state: AgreementState) -> Iterator[Awaited]:
    for action in life_of(state).actions:
        if action.done_by is None:
            yield Awaited(action.owner, Verb.COMPLETE_ACTION, str(action.no))
        else:
            yield from (Awaited(email, Verb.VERIFY_ACTION, str(action.no)) for email in verifiers(state, action))


def to_do(state: AgreementState) -> tuple[CorrectiveAction, ...]:
    """Those that nobody has done yet."""
    return tuple(each for each in life_of(state).actions if each.done_by is None) if state.life else ()


def sla_managers(state: AgreementState) -> tuple[str, ...]:
    """Who may say for an owner that something is done."""
    return tuple(person.email for person in state.people.with_role(Role.SLA_MANAGER))


def about(action: CorrectiveAction) -> str:
    """What it answers: `printing-works (missed in 2027-01)`."""
    return f"{action.target} (missed in {action.period})"


# -- silence


def overdue(state: AgreementState, wait: Wait, now: datetime) -> Happening:
    """The due day is over: a risk until it is done, and the managers and those who can help are told."""
    action = life_of(state).action(wait.subject)
    assert action is not None
    late = action.model_copy(update={"is_overdue": True})
    state = with_step(with_action(state, late), wait, now)
    helpers = (person.email for person in state.people.with_role(Role.ESCALATION))
    to = dict.fromkeys((action.owner, *managers(state), *helpers))
    assigning = ("assign-action", str(action.no), "EMAIL", "--due", "DAY", "--reason", "TEXT")
    notice = Notice(
        kind=LetterKind.ACTION_OVERDUE,
        to="",
        why="you own this corrective action, manage this agreement, or help where nobody answers",
        next_step=f"See to it that corrective action {action.no} is done: until then every list shows it as a risk.",
        verb=Verb.COMPLETE_ACTION,
        subject=wait.subject,
    )
    return Happening(
        state=state,
        fact=Fact.ACTION_OVERDUE,
        sentence=f"Corrective action {action.no} for {about(action)} is overdue: {state.people.name_of(action.owner)} "
        f"has not completed it by {action.due}.",
        notices=tuple(
            notice.model_copy(update={"to": email, "command": assigning if email in managers(state) else ()})
            for email in to
        ),
    )


# -- what lists and packs say


def risks(state: AgreementState) -> tuple[str, ...]:
    """The overdue ones, in one short line."""
    late = [str(each.no) for each in life_of(state).actions if each.is_overdue]
    if not late:
        return ()
    return (f"corrective action{'s' if len(late) > 1 else ''} {', '.join(late)} overdue",)


def told(state: AgreementState) -> tuple[str, ...]:
    """Each open action as a sentence."""
    return tuple(
        f"Corrective action {each.no} for {about(each)}{_more(each)}: {standing_words(state, each)}."
        for each in life_of(state).actions
    )


def _more(action: CorrectiveAction) -> str:
    again = action.misses - 1
    return f" and {again} time{'s' if again > 1 else ''} since" if again else ""
