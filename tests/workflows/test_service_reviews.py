"""Reviews of an agreement in force, on the real server: they come on their day, and each leaves its run behind."""

import asyncio

import pytest

from sla.agreement import AgreementState, life_of
from sla.command import Command
from sla.life import ReviewOutcome
from sla.living import risks
from sla.service_reviews import opens_at, pack_due
from tests.people import ANA, BO, FINN
from tests.temporal import Case, World
from tests.workflows.deeds import change, conclusion, month_of


def letters_of(case: Case, state: AgreementState, kind: str) -> set[str]:
    return {letter.recipient for letter in case.world.views.letters(state.number) if letter.kind.value == kind}


async def test_a_review_opens_on_its_day_after_its_pack(world: World) -> None:
    case = await world.signed()
    before = await case.state()
    pack, review = pack_due(before), opens_at(before)
    assert pack is not None
    assert review is not None
    state = await case.live_to(month_of(before, 3, 5))
    events = {row.event.fact.value: row.event.at for row in world.views.history(state.number)}
    assert 0 <= (events["review_prepared"] - pack[1]).total_seconds() < 1
    assert 0 <= (events["review_opened"] - review[1]).total_seconds() < 1
    assert letters_of(case, state, "review_pack") >= {ANA, BO, FINN}
    assert {FINN, BO} <= letters_of(case, state, "review_wanted")


async def test_a_review_that_nobody_concludes_is_overdue_and_the_next_one_still_comes(world: World) -> None:
    case = await world.signed()
    state = await case.live_to(month_of(await case.state(), 4))
    assert life_of(state).review is not None
    assert risks(state) == ("review 1 overdue",)
    state = await case.live_to(month_of(state, 6, 5))
    facts = case.facts(state.number)
    assert facts.count("review_opened") == 2
    assert [fact for fact in facts if fact in {"reminded", "escalated", "review_overdue"}][-1] != "lapsed"
    review = life_of(state).review
    assert review is not None
    assert (review.no, life_of(state).closed_reviews) == ("2", 1)


async def test_a_request_for_change_opens_a_review_at_once(world: World) -> None:
    case = await world.signed()
    await case.act(change())
    state = await case.state()
    review = life_of(state).review
    assert review is not None
    assert review.no == "x1"
    assert letters_of(case, state, "change_requested") >= {BO, FINN}
    await case.act(conclusion("x1"))
    assert life_of(await case.state()).changes == ()


@pytest.mark.parametrize("outcome", ReviewOutcome)
async def test_every_outcome_of_a_review_leaves_its_run_behind(world: World, outcome: ReviewOutcome) -> None:
    case = await world.signed()
    await case.act(change())
    before = (await case.handle.describe()).run_id
    await case.act(conclusion("x1", outcome))
    state = await case.state()
    assert (await case.handle.describe()).run_id != before
    assert (state.amendment is not None) is (outcome in {ReviewOutcome.RENEGOTIATE, ReviewOutcome.RAISE_TARGET})


async def test_a_review_that_gives_way_to_the_next_one_leaves_its_run_behind(world: World) -> None:
    case = await world.signed()
    state = await case.live_to(month_of(await case.state(), 4))
    before = (await case.handle.describe()).run_id
    await case.live_to(month_of(state, 6, 5))
    assert (await case.handle.describe()).run_id != before


async def test_the_same_conclusion_answers_the_same_before_and_after_its_new_run(world: World) -> None:
    case = await world.signed()
    await case.act(change())
    command = conclusion("x1")
    first = await case.act(command)
    again = await case.act(command)
    await case.live_to(month_of(await case.state(), 2))
    late = await case.act(command)
    assert first == again == late
    assert case.facts(first.number).count("review_concluded") == 1


async def test_what_is_said_while_a_run_hands_on_is_neither_lost_nor_doubled(world: World) -> None:
    case = await world.signed()
    for _ in range(3):
        await case.act(change())
        review = life_of(await case.state()).review
        assert review is not None
        asked: list[Command] = [conclusion(review.no), *(change(by) for by in (ANA, BO, FINN) * 2)]
        receipts = await asyncio.gather(*(case.stubborn(command) for command in asked))
        state = await case.state()
        history = {row.event.decision_id: row.event.seq for row in world.views.history(state.number)}
        assert [receipt.seq for receipt in receipts] == [history[command.decision_id] for command in asked]
        if (left := life_of(state).review) is not None:
            await case.act(conclusion(left.no))
    report = world.views.audit(state.number)
    assert report is not None
    assert report.problem is None


async def test_a_conclusion_that_comes_too_late_is_told_which_review_is_open(world: World) -> None:
    case = await world.signed()
    state = await case.live_to(month_of(await case.state(), 6, 5))
    late = await case.refused(conclusion("1"))
    assert (late.type, late.message) == ("NotPossible", "review 1 is not open; review 2 is")
    await case.act(conclusion("2"))
    done = await case.refused(conclusion("2"))
    assert done.type == "NotPossible"
    assert "no review of" in done.message
    assert (await case.state()).head.seq == state.head.seq + 1
