"""What the targets came to, as far as it is recorded, and which better levels that suggests. Source: REV-4, REV-1.

An engineer or the SLA manager records it for a review; statements, which say it with evidence, stand beside it. What is
missing is missing: it is never read as met.
"""

from datetime import datetime
from decimal import Decimal

from sla.agreement import AgreementState, edition_of, life_of, with_life
from sla.commands import RecordResults
from sla.errors import NotPossible
from sla.events import Fact
from sla.happening import Happening
from sla.letters import Told
from sla.life import MOST_KEPT, Proposal, Results
from sla.targets import Outcome, Target, Throughput, level_text
from sla.term import day_at, start_of_day


def record_results(state: AgreementState, command: RecordResults, now: datetime) -> Happening:
    """The results of one period that is over, within the term, after those that are recorded."""
    results = command.results
    _refuse_period(state, results, now)
    _refuse_targets(state, results)
    kept = (*life_of(state).results, results)[-MOST_KEPT:]
    who = state.people.name_of(command.by)
    return Happening(
        state=with_life(state, results=kept),
        fact=Fact.RESULTS_RECORDED,
        by=command.by,
        sentence=f"{who} recorded results of {results.start} until {results.end}: {_judged(state, results)}.",
    )


def _judged(state: AgreementState, results: Results) -> str:
    if not _is_judged(state, results):
        return f"an earlier edition counted then, so edition {edition_of(state).no} does not judge them"
    missed = [target.id for target, value in _measured(state, results) if not _is_met(target, value)]
    return f"{', '.join(missed)} missed the committed level" if missed else "every one met its committed level"


def _is_judged(state: AgreementState, results: Results) -> bool:
    """No period is judged by levels that were not yet promised in it. Source: AME-1."""
    begins = start_of_day(results.start, state.zone)
    return all(span.until is None or span.until <= begins for span in life_of(state).in_force)


def _refuse_period(state: AgreementState, results: Results, now: datetime) -> None:
    today = day_at(now, state.zone)
    if results.end <= results.start:
        raise NotPossible(f"the period ends on {results.end}, not after {results.start}; a later end is expected")
    if results.end > today:
        raise NotPossible(f"the period ends on {results.end}, which is ahead; results of a period that is over count")
    if results.start < state.period.start:
        raise NotPossible(f"the term began on {state.period.start}; a period from then on is expected")
    counts_from = day_at(life_of(state).in_force[0].since, state.zone)
    if results.end <= counts_from:
        raise NotPossible(f"no edition counted before {counts_from}; a period that ends after that day is expected")
    last = max((each.end for each in life_of(state).results), default=results.start)
    if results.start < last:
        raise NotPossible(f"results are recorded until {last}; a period from then on is expected")


def _refuse_targets(state: AgreementState, results: Results) -> None:
    known = {target.id: target for target in edition_of(state).terms.targets}
    named = [each.target for each in results.measured]
    if not named:
        raise NotPossible("no target is named; at least one result is expected")
    for each in results.measured:
        target = known.get(each.target)
        if target is None:
            raise NotPossible(f"{each.target} is no target of this edition; one of {', '.join(known)} is expected")
        if each.value < 0 or each.value > highest(target):
            raise NotPossible(f"{each.value} is no value of {each.target}; one from 0 to {highest(target)} is expected")
    if len(set(named)) != len(named):
        raise NotPossible("a target is named twice; each once is expected")


def highest(target: Target) -> Decimal:
    """The highest value that there is, in the unit of the target's levels."""
    if isinstance(target, Throughput):
        return Decimal(10) ** 15
    return target.scale_to if isinstance(target, Outcome) else Decimal(100)


def _measured(state: AgreementState, results: Results) -> tuple[tuple[Target, Decimal], ...]:
    targets = {target.id: target for target in edition_of(state).terms.targets}
    return tuple((targets[each.target], each.value) for each in results.measured if each.target in targets)


def _is_met(target: Target, value: Decimal) -> bool:
    return target.committed is not None and value >= target.committed


MOST_BEFORE = 3
"""How many earlier results the pack shows beside the latest one."""


def results_told(state: AgreementState) -> tuple[Told, ...]:
    """The latest results beside those before them, one row for each target; a result that is missing is named."""
    recorded = life_of(state).results
    return tuple(_told(state, target, recorded) for target in edition_of(state).terms.targets) if recorded else ()


def _told(state: AgreementState, target: Target, recorded: tuple[Results, ...]) -> Told:
    latest, before = recorded[-1], recorded[-1 - MOST_BEFORE : -1]
    when, value = f"{latest.start} until {latest.end}", _value(target, latest)
    if value is None:
        return Told(about=target.name, said=f"no result is recorded for {when}")
    past = [level_text(target, known) for each in before if (known := _value(target, each)) is not None]
    trend = f"; before: {', '.join(past)}" if past else ""
    committed = level_text(target, target.committed)
    is_judged = _is_judged(state, latest)
    now = "" if is_judged else " from then on"
    said = f"{level_text(target, value)} from {when}, committed {committed}{now}{trend}"
    return Told(about=target.name, said=said, is_met=_is_met(target, value) if is_judged else None)


def _value(target: Target, results: Results) -> Decimal | None:
    return next((each.value for each in results.measured if each.target == target.id), None)


def proposals(state: AgreementState) -> tuple[Proposal, ...]:
    """The next level of each target that was above its committed one in as many results in a row as the terms name:
    the lowest of those results. Nothing where the terms have no such rule. Source: REV-4."""
    rule = edition_of(state).terms.ratchet
    recent = life_of(state).results[-rule.after_results :] if rule else ()
    if rule is None or len(recent) < rule.after_results:
        return ()
    lowest = ((target, _lowest(target, recent)) for target in edition_of(state).terms.targets)
    return tuple(Proposal(target=target.id, level=level) for target, level in lowest if level is not None)


def _lowest(target: Target, recent: tuple[Results, ...]) -> Decimal | None:
    """The lowest of the results when each of them is there and above the committed level; else None."""
    values = [each.value for results in recent for each in results.measured if each.target == target.id]
    if target.committed is None or len(values) < len(recent):
        return None
    return min(values) if min(values) > target.committed else None


def proposals_told(state: AgreementState, proposed: tuple[Proposal, ...]) -> tuple[str, ...]:
    """Each proposal as a sentence."""
    targets = {target.id: target for target in edition_of(state).terms.targets}
    rule = edition_of(state).terms.ratchet
    times = rule.after_results if rule else 0
    better = "the last result was better" if times == 1 else f"the last {times} results were all better"
    return tuple(
        f"{targets[each.target].name}: commit to {level_text(targets[each.target], each.level)} instead of "
        f"{level_text(targets[each.target], targets[each.target].committed)}; {better}."
        for each in proposed
        if each.target in targets
    )
