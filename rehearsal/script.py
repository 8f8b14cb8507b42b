"""The scenario while it is played: which step comes next, who acts by which rule, and what has been done or given up.

Pure but for its own place in the play; it sends nothing and knows no engine. Source: SEE-2.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from rehearsal.cast import acts_at
from rehearsal.moments import Anchor, By, whole_minute
from rehearsal.occasions import Occasion, due_at
from rehearsal.scenario import EVERYBODY, Scenario, Step
from sla.agreement import AgreementState, Wait
from sla.amendment import scene
from sla.stages import Verb

APART = timedelta(minutes=1)
"""Two acts are never nearer to each other."""
MISSED_BY = timedelta(days=1)
"""A step whose date is further back than this, when its turn comes, is not made up for."""
LEFT_FOR = timedelta(days=45)
"""A colleague leaves an answer to the scenario when its step comes within this time."""


class Act(NamedTuple):
    """Something to be done: by a step of the scenario, or by somebody who is waited for."""

    at: datetime
    who: str
    verb: Verb | None
    """None where a step only changes by which rule somebody acts."""
    step: Step | None = None
    wait: Wait | None = None
    occasion: str = ""
    missed: datetime | None = None
    """When it was due, where its time is past."""


_OWN = frozenset({Verb.DECIDE, Verb.SIGN, Verb.ACKNOWLEDGE, Verb.ASSESS, Verb.ACKNOWLEDGE_NOTICE})
"""Each of those who are waited for answers these alone; elsewhere one answer is enough."""
_ANSWERS: dict[Verb, frozenset[Verb]] = {
    Verb.SUBMIT_OFFER: frozenset({Verb.SUBMIT_OFFER, Verb.ACCEPT_OFFER}),
    Verb.REJECT_OFFER: frozenset({Verb.ACCEPT_OFFER}),
    Verb.DECLINE_TO_SIGN: frozenset({Verb.SIGN}),
    Verb.DELEGATE: frozenset({Verb.DECIDE}),
}
"""What a verb answers, where that is not itself."""


class Script:
    """A scenario, and how far it is."""

    def __init__(self, scenario: Scenario, begins: datetime) -> None:
        self.scenario, self.begins, self.now, self._reached = scenario, begins, begins, begins
        self._last = begins
        self._in_order = [step for step in scenario.steps if not comes_again(step)]
        self._each = [step for step in scenario.steps if comes_again(step)]
        self._played = 0
        self._answered: set[tuple[int, str]] = set()
        self._manners, self._default = dict(scenario.manners), scenario.default
        self._changed: dict[str, datetime] = {}
        self._given_up: set[tuple[object, ...]] = set()

    @property
    def last(self) -> datetime:
        """When the last step was played; the beginning before the first one."""
        return self._last

    @property
    def left_over(self) -> tuple[Step, ...]:
        """The steps that have not come yet."""
        return tuple(self._in_order[self._played :])

    def coming(self, state: AgreementState, known: tuple[Occasion, ...], reached: datetime) -> Act | None:
        """What somebody does next, if nothing else happens before; later than the minute that is reached."""
        self._reached = reached
        steps = [*self._next_step(state, known), *self._recurring(known)]
        acts = [*steps, *self._answers(state, steps)]
        return min(acts, key=lambda act: act.at, default=None)

    def _next_step(self, state: AgreementState, known: tuple[Occasion, ...]) -> Iterator[Act]:
        for step in self.left_over[:1]:
            due = due_at(step.when, state, known, self._last)
            if due is not None:
                yield self._act(step, due)

    def _recurring(self, known: tuple[Occasion, ...]) -> Iterator[Act]:
        for step in self._each:
            assert isinstance(step.when, By)
            for each in known:
                is_new = each.at >= self.begins and (step.line, each.which) not in self._answered
                if is_new and each.anchor is step.when.anchor:
                    yield self._act(step, whole_minute(each.at) + step.when.offset, each.which)

    def _act(self, step: Step, due: datetime, occasion: str = "") -> Act:
        missed = due if due < self.now - MISSED_BY else None
        return Act(self._next_minute(due), step.who, step.verb, step=step, occasion=occasion, missed=missed)

    def _answers(self, state: AgreementState, steps: list[Act]) -> Iterator[Act]:
        """Whoever is waited for, by the agreement and by its amendment, unless a step answers in their place."""
        papers = (state, scene(state)) if state.amendment else (state,)
        for paper in papers:
            for wait in paper.waits:
                if _name(wait) in self._given_up or any(_is_left_to(step, wait, paper.waits) for step in steps):
                    continue
                at = acts_at(paper, self._as_asked(wait), self._manners.get(wait.person, self._default))
                if at is not None:
                    yield Act(self._next_minute(at), wait.person, wait.verb, wait=wait)

    def _as_asked(self, wait: Wait) -> Wait:
        """Somebody who changes their ways takes their time from then on."""
        changed = [at for who, at in self._changed.items() if who in {wait.person, EVERYBODY}]
        return wait.model_copy(update={"since": max(wait.since, *changed)}) if changed else wait

    def _next_minute(self, at: datetime) -> datetime:
        return max(whole_minute(at), max(self.now, self._reached) + APART)

    def done(self, act: Act) -> tuple[Occasion, ...]:
        """Notes an act, and gives what others may hang on it."""
        step, self.now = act.step, act.at
        if step is None:
            return ()
        if comes_again(step):
            self._answered.add((step.line, act.occasion))
        else:
            self._played, self._last = self._played + 1, act.at
        if step.becomes is not None:
            self._change_ways(step, act.at)
        return (Occasion(Anchor.STEP, step.name, act.at),) if step.name else ()

    def _change_ways(self, step: Step, at: datetime) -> None:
        assert step.becomes is not None
        if step.who == EVERYBODY:
            self._default = step.becomes
            self._manners.clear()
        else:
            self._manners[step.who] = step.becomes
        self._changed[step.who] = at

    def give_up(self, wait: Wait) -> None:
        """Somebody was refused: they do not try the same again."""
        self._given_up.add(_name(wait))


def comes_again(step: Step) -> bool:
    """Whether a step is played each time."""
    return isinstance(step.when, By) and step.when.each


def _name(wait: Wait) -> tuple[object, ...]:
    return (*wait.key, wait.since)


def _is_left_to(act: Act, wait: Wait, waits: tuple[Wait, ...]) -> bool:
    """Whether a step of the scenario answers a wait: the person's own, or one that any of those asked can answer."""
    if act.verb is None or act.missed or wait.verb not in _ANSWERS.get(act.verb, frozenset({act.verb})):
        return False
    asked = {each.person for each in waits if each.verb is wait.verb}
    is_theirs = act.who == wait.person or (wait.verb not in _OWN and act.who in asked)
    return is_theirs and wait.since <= act.at <= wait.since + LEFT_FOR
