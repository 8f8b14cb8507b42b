"""The end of a term on the real server: it renews, or it ends, on its day."""

from datetime import timedelta
from decimal import Decimal

import pytest

from sla.agreement import edition_of, life_of
from sla.commands import AcknowledgeNotice, StateIndex
from sla.renewal import end_of
from sla.stages import Stage
from sla.term import start_of_day
from sla.terms import PriceRevision
from tests.people import ANA, BO
from tests.temporal import World
from tests.workflows.deeds import EXPRESS, TACIT, consent, fresh, month_of, notice


async def test_a_tacit_term_renews_on_its_day_after_its_chain_of_reminders(world: World) -> None:
    case = await world.signed(renewal=TACIT)
    first_end = end_of(await case.state())
    state = await case.live_to(first_end + timedelta(days=2))
    events = [row.event for row in world.views.history(state.number)]
    renewed = next(event for event in events if event.fact.value == "renewed")
    assert 0 <= (renewed.at - start_of_day(first_end, state.zone)).total_seconds() < 1
    assert [event.fact.value for event in events].count("notice_reminded") == 4
    assert (state.stage, end_of(state)) == (Stage.ACTIVE, month_of(state, 24))


async def test_notice_is_acknowledged_and_ends_the_agreement_on_its_day(world: World) -> None:
    case = await world.signed(renewal=TACIT)
    state = await case.live_to(month_of(await case.state(), 2))
    await case.act(notice(state))
    await case.act(AcknowledgeNotice(by=BO, decision_id=fresh()))
    state = await case.live_to(end_of(state) + timedelta(days=2))
    assert (await case.handle.result()).stage is state.stage is Stage.EXPIRED
    assert state.ending is not None
    assert state.ending.at == start_of_day(state.period.end, state.zone)


async def test_a_notice_that_nobody_answers_is_deemed_received(world: World) -> None:
    case = await world.signed(renewal=TACIT)
    state = await case.live_to(month_of(await case.state(), 2))
    await case.act(notice(state))
    state = await case.live_to(month_of(state, 3))
    given = life_of(state).notice
    assert given is not None
    assert given.received_at is not None
    assert "notice_deemed_received" in case.facts(state.number)


async def test_a_notice_after_its_deadline_is_told_for_which_end_it_could_count(world: World) -> None:
    case = await world.signed(renewal=TACIT)
    state = await case.live_to(month_of(await case.state(), 9, 1))
    late = await case.refused(notice(state))
    assert late.type == "NotPossible"
    assert f"notice for the end on {month_of(state, 24)}" in late.message


@pytest.mark.parametrize("sides", [(), (ANA,), (ANA, BO)], ids=["nobody", "one side", "both sides"])
async def test_an_express_term_renews_only_when_both_sides_have_agreed(world: World, sides: tuple[str, ...]) -> None:
    case = await world.signed(renewal=EXPRESS)
    state = await case.live_to(month_of(await case.state(), 4))
    for side in sides:
        await case.act(consent(state, side))
    state = await case.live_to(month_of(state, 12, 2))
    assert state.stage is (Stage.ACTIVE if len(sides) == 2 else Stage.EXPIRED)


async def test_the_fee_moves_at_the_renewal_by_the_stated_rate_within_its_bounds(world: World) -> None:
    revision = PriceRevision(index="consumer prices", highest=Decimal(3))
    case = await world.signed(renewal=TACIT, price_revision=revision)
    state = await case.state()
    price = edition_of(state).terms.price
    assert price is not None
    await case.act(StateIndex(by=BO, decision_id=fresh(), rate=Decimal("4.5"), source="statistics office"))
    assert life_of(await case.state()).fee == price.monthly_fee
    state = await case.live_to(month_of(state, 12, 2))
    fee = life_of(state).fee
    assert fee is not None
    assert fee.amount == price.monthly_fee.amount * Decimal("1.03")


async def test_a_term_without_a_renewal_ends_on_its_day(world: World) -> None:
    case = await world.signed()
    closing = await case.silence_to_the_end()
    assert (closing.stage, closing.why) == (Stage.EXPIRED, "its terms know no renewal")
