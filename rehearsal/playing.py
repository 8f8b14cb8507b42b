"""A rehearsal that was prepared, played on its site: the player does it, and the register tells what came of it.

Source: SEE-2.
"""

import asyncio
import time

from rehearsal.ground import Ground, ground
from rehearsal.live import copied
from rehearsal.player import Played, Player
from rehearsal.rehearsing import Rehearsal, Subject
from rehearsal.scenario import Manner, Step
from rehearsal.site import Site
from rehearsal.timeline import Timeline, timeline_of

LETTERS_WITHIN = 3.0
"""Seconds for which letters are waited for that are still on their way when everything else is done."""


async def played_on(place: Site, rehearsal: Rehearsal) -> Timeline:
    """Plays a rehearsal on a site. Raises Unreachable where its engine does not do its work."""
    async with ground(place) as here:
        player = Player(here, rehearsal.scenario, rehearsal.subject.papers, rehearsal.begins)
        happened = await _enter(player, here, rehearsal.subject)
        played = await player.play()
        await _letters_are_out(here)
        return timeline_of(
            here.views,
            played.number,
            scenario=rehearsal.scenario.name,
            begins=rehearsal.begins,
            terms_from=rehearsal.subject.papers.terms_from,
            refused=played.refused,
            until=played.until,
            assumptions=tuple(_assumptions(rehearsal, played, here)),
            happened=happened,
            steps=played.steps,
        )


async def _enter(player: Player, here: Ground, subject: Subject) -> int:
    """How many events of the record have really happened."""
    if subject.opening is not None:
        await player.receive(subject.opening)
        return 0
    copied(subject.register, subject.state.number, here.engine)
    found = here.views.find(subject.state.number)
    assert found is not None
    assert found.state is not None
    await player.take_over(found.workflow_id, found.state)
    return found.seq


async def _letters_are_out(here: Ground) -> None:
    deadline = time.monotonic() + LETTERS_WITHIN
    while here.views.letter_counts().queued and time.monotonic() < deadline:
        await asyncio.sleep(0.02)


_WAYS = {
    Manner.PROMPT: "answers within two of their working hours",
    Manner.SLOW: "answers after the second reminder",
    Manner.SILENT: "never answers",
}


def _step(no: int, step: Step) -> str:
    """A step in the words of the scenario; what a rule for a person means is said too."""
    meant = f" ({_WAYS[step.becomes]})" if step.becomes else ""
    return f"Step {no}, on line {step.line} of the scenario: {step.told.rstrip('.')}{meant}."


def _assumptions(rehearsal: Rehearsal, played: Played, here: Ground) -> list[str]:
    """What the timeline rests on, each as one sentence."""
    scenario, people = rehearsal.scenario, rehearsal.subject.state.people
    said = [f"Everybody who is waited for {_WAYS[scenario.default]}, unless a step says otherwise."]
    said += [f"{people.name_of(who)} {_WAYS[manner]}." for who, manner in sorted(scenario.manners.items())]
    if scenario.about:
        said.insert(0, " ".join(scenario.about.split()))
    said += [_step(no, step) for no, step in enumerate(scenario.steps, start=1)]
    said.append("Times are told in whole minutes.")
    refused = here.views.letter_counts().refused
    if refused:
        said.append(f"{refused} letters could not be delivered, even to the rehearsal's own mail sink.")
    if not played.is_on_time:
        said.append("The machine was too busy to keep the engine's clock to the minute; some times may differ.")
    return said
