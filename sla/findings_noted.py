"""What a finding of a compliance run does to an agreement: each of its kinds once. Source: MON-5, MON-9, MON-11, TER-3.

It comes by signal, which nobody answers, so nothing here refuses: what cannot be done any more is said in the record.
A warning stays inside the provider's house: no figure is stated yet that the customer could check or dispute, and the
provider is who can still turn it, or keep it from getting worse.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sla.agreement import AgreementState, edition_of, life_of
from sla.commands import NoteFinding
from sla.corrective_actions import answer_miss, without_mended
from sla.events import Fact
from sla.findings import FindingKind
from sla.happening import Happening
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.letters import Notice
from sla.life import CorrectiveAction
from sla.parties import both_sides, managers, speakers_of, tell
from sla.service_reviews import open_at_once
from sla.stages import Stage, Verb
from sla.term import day_at
from sla.termination import checkers
from sla.termination_rights import MOST_RIGHTS, arise, without_lost

RIGHT_STANDS = timedelta(days=30)
"""For how many days a right can be used of which the finding does not say it."""
_WHY = "you speak for a side of this agreement"


def heeds(state: AgreementState, command: NoteFinding) -> bool:
    """Whether an agreement hears of a finding: in force, awake, and not told of it before."""
    told = any(each.id == command.decision_id for each in state.done)
    return state.stage is Stage.ACTIVE and state.life is not None and not told


def note_finding(state: AgreementState, command: NoteFinding, now: datetime) -> Happening:
    """What was found, and what comes of it."""
    return _NOTED[command.finding.kind](state, command, now)


def _missed(state: AgreementState, command: NoteFinding, now: datetime) -> Happening:
    """A corrective action opens. Both sides are told; its owner is the one who is asked."""
    finding = command.finding
    state, action, words = answer_miss(state, finding, now)
    credit = _credit_words(state, command, now)
    return Happening(
        state=state,
        fact=Fact.TARGET_MISSED,
        reason=finding.sentence,
        sentence=f"{_subject(command)} was missed in {finding.period}{_stated(command)}; {words}.{credit}",
        action=action.no if action and action.misses == 1 else None,
        notices=_of_miss(state, action, _disputing(command)),
    )


def _of_miss(state: AgreementState, action: CorrectiveAction | None, disputing: tuple[str, ...]) -> tuple[Notice, ...]:
    """One letter to each; to the owner of a new action goes the one that asks for it."""
    told = _told(both_sides(state), LetterKind.TARGET_MISSED, _WHY, action.owner if action else "", disputing)
    if action is None or action.misses == 1:
        return told
    asked = Notice(
        kind=LetterKind.TARGET_MISSED,
        to=action.owner,
        why="you own the corrective action for this target",
        verb=Verb.COMPLETE_ACTION,
        subject=str(action.no),
    )
    return (*told, asked)


def _disputing(command: NoteFinding) -> tuple[str, ...]:
    """The command with which a side disputes the figure; none where no statement is named."""
    finding = command.finding
    if finding.subject is None or command.statement is None:
        return ()
    figure = ("--period", finding.period, "--target", finding.subject, "--statement", command.statement)
    return ("dispute", *figure, "--reason", "TEXT")


def _told(
    to: tuple[str, ...], kind: LetterKind, why: str, but: str = "", command: tuple[str, ...] = ()
) -> tuple[Notice, ...]:
    """Letters that ask for nothing: they are about no wait of their reader, even if one begins at the same instant."""
    notices = tell(to, kind, why, but=but, command=command)
    return tuple(each.model_copy(update={"verb": Verb.NOTE_FINDING}) for each in notices)


def _subject(command: NoteFinding) -> str:
    return f"Target {command.finding.subject}" if command.finding.subject else "A target"


def _warned_of(command: NoteFinding) -> str:
    return f"target {command.finding.subject}" if command.finding.subject else "a target"


def _stated(command: NoteFinding) -> str:
    return f" (statement {command.statement[:8]})" if command.statement else ""


def _credit_words(state: AgreementState, command: NoteFinding, now: datetime) -> str:
    """What all misses of the period cost together, as the statement says it."""
    if command.credit is None or not command.credit.amount:
        return ""
    scheme, until = edition_of(state).terms.credits, command.claim_by
    if until is None and (scheme is None or scheme.claim is None):
        claimed = ""
    elif command.finding.period in life_of(state).claims:
        claimed = ", which is claimed"
    elif until is not None and until <= day_at(now, state.zone):
        claimed = f", which can no longer be claimed: the last day was {until - timedelta(days=1)}"
    else:
        claimed = ", if it is claimed in time"
    return f" The statement comes to a credit of {command.credit} in all{claimed}."


def _forecast(state: AgreementState, command: NoteFinding, now: datetime) -> Happening:
    """The provider's people are warned while something can be done."""
    engineer = (state.engineer.email,) if state.engineer else ()
    return Happening(
        state=state,
        fact=Fact.BREACH_FORECAST,
        reason=command.finding.sentence,
        sentence=f"An early warning came about {_warned_of(command)} in {command.finding.period}, which is not over.",
        notices=_told(
            tuple(dict.fromkeys((*managers(state), *engineer))),
            LetterKind.BREACH_FORECAST,
            "you deliver this service, and there is still time",
        ),
    )


def _watermelon(state: AgreementState, command: NoteFinding, now: datetime) -> Happening:
    """Every service target is met and the outcome is not: both sides look at what they measure."""
    left = life_of(state).review
    state = open_at_once(state, now)
    review = life_of(state).review
    assert review is not None
    opens = f"it joins review {review.no}" if review == left else f"review {review.no} opens at once"
    never = f" Review {left.no} was never concluded." if left and review != left else ""
    about = f" {command.finding.subject}" if command.finding.subject else ""
    return Happening(
        state=state,
        fact=Fact.WATERMELON_FOUND,
        reason=command.finding.sentence,
        sentence=f"Every service target is met and the outcome{about} is missed, up to {command.finding.period}"
        f"{_stated(command)}; {opens}.{never}",
        notices=tuple(
            each.model_copy(update={"verb": Verb.CONCLUDE_REVIEW, "subject": review.no})
            for each in tell(both_sides(state), LetterKind.WATERMELON_FOUND, _WHY)
        ),
    )


def _right(state: AgreementState, command: NoteFinding, now: datetime) -> Happening:
    """The customer is offered the right. One whose time is over by now, or that has no room, is only told."""
    finding, today = command.finding, day_at(now, state.zone)
    until = finding.until or today + RIGHT_STANDS
    if until > today and len(life_of(state).rights) < MOST_RIGHTS:
        return arise(state, Side.CUSTOMER, finding.sentence, until, finding.decision_id)
    why = (
        f"its last day was {until - timedelta(days=1)}" if until <= today else f"{MOST_RIGHTS} rights are open already"
    )
    return Happening(
        state=state,
        fact=Fact.RIGHT_AROSE,
        reason=finding.sentence,
        sentence=f"A termination right of the customer arose in {finding.period}, and cannot be offered: {why}.",
        notices=(
            *_told(speakers_of(state, Side.CUSTOMER), LetterKind.RIGHT_NOT_OFFERED, "your side would hold this right"),
            *_told(
                speakers_of(state, Side.PROVIDER), LetterKind.RIGHT_NOT_OFFERED, "the other side would hold this right"
            ),
        ),
    )


def _restated(state: AgreementState, command: NoteFinding, now: datetime) -> Happening:
    """What was stated of a period has changed; both versions are kept. An action about a miss that is none any more is
    closed as void, and its owner is told; a right that does not follow from it any more is withdrawn."""
    finding, credit = command.finding, _credit_words(state, command, now)
    state, void = without_mended(state, finding)
    rights = without_lost(state, finding)
    state = rights.state
    deciders = (*managers(state), *checkers(state)) if rights.used else ()
    owners = tuple(dict.fromkeys(each.owner for each in void if each.owner not in deciders))
    others = tuple(email for email in both_sides(state) if email not in (*owners, *deciders))
    return Happening(
        state=state,
        fact=Fact.STATEMENT_RESTATED,
        reason=finding.sentence,
        sentence=f"The statement of {finding.period} was stated again{_stated(command)}; "
        f"the one before is kept.{credit}{_void_words(void)}{rights.words}",
        voids=tuple(each.no for each in void) or None,
        withdraws=tuple(each.no for each in rights.withdrawn) or None,
        notices=(
            *_asked_to_decide(state, deciders),
            *_told(owners, LetterKind.STATEMENT_RESTATED, "you own a corrective action that is void now"),
            *_told(others, LetterKind.STATEMENT_RESTATED, _WHY),
        ),
    )


def _asked_to_decide(state: AgreementState, deciders: tuple[str, ...]) -> tuple[Notice, ...]:
    """The managers, who can withdraw the termination that rests on a lost right, and legal, who checks it."""
    open_, to = life_of(state).termination, tuple(dict.fromkeys(deciders))
    if open_ is None:
        return ()
    step = f"Decide with the customer whether termination {open_.case} is withdrawn: by itself it goes on."
    withdrawing = ("withdraw-termination", open_.case, "--reason", "TEXT")
    told = tell(to, LetterKind.STATEMENT_RESTATED, "you manage this agreement, or check its termination", step)
    return tuple(
        each.model_copy(
            update={"verb": Verb.NOTE_FINDING, "command": withdrawing if each.to in managers(state) else ()}
        )
        for each in told
    )


def _void_words(void: tuple[CorrectiveAction, ...]) -> str:
    if not void:
        return ""
    many, numbers = len(void) > 1, " and ".join(f"{each.no} for {each.target}" for each in void)
    one, more = f"action {numbers} is closed as void: it was", f"actions {numbers} are closed as void: these were"
    return f" Corrective {more if many else one} not missed."


_NOTED: dict[FindingKind, Callable[[AgreementState, NoteFinding, datetime], Happening]] = {
    FindingKind.MISS: _missed,
    FindingKind.EARLY_WARNING: _forecast,
    FindingKind.WATERMELON: _watermelon,
    FindingKind.TERMINATION_RIGHT: _right,
    FindingKind.RESTATED: _restated,
}
