"""Corrective actions, disputes and claims, typed; and what each wrong word is answered with."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from activities.database import open_engine, writing
from activities.statements import add_statements
from activities.views import Views
from sla.cadence import Cadence
from sla.commands import NoteFinding
from sla.findings import Finding, FindingKind
from sla.periods import period_of
from sla.statements import Statement
from sla.term import months_after
from tests.starter.desk import Desk, Ran, Running
from tests.stated import stated
from workflows.wire import connect

ANA, BO, FINN = "ana@northwind.example", "bo@meridian.example", "finn@meridian.example"
CHEN, INES = "chen@meridian.example", "ines@northwind.example"
NOW = datetime.now(UTC)
LAST_MONTH = period_of(Cadence.MONTH, months_after(NOW.date().replace(day=1), -1), "Europe/Berlin")
PERIOD = LAST_MONTH.name


def a_statement(number: str, *, claim_by: date | None = None, credit: str = "50.00", revision: int = 1) -> Statement:
    """The statement of last month: first-look was missed."""
    return stated(number, LAST_MONTH, claim_by=claim_by, credit=credit, revision=revision)


def state(desk: Desk, statement: Statement, at: datetime = NOW) -> str:
    """Stores a statement as a run does; its digest."""
    engine = open_engine(desk.settings.register_url)
    with writing(engine) as connection:
        add_statements(connection, [(statement, at)])
    engine.dispose()
    return statement.hash


def tell_of_a_miss(desk: Desk, number: str) -> None:
    """As a compliance run does, and until the register shows it."""
    finding = Finding(kind=FindingKind.MISS, period=PERIOD, subject="first-look", sentence="90 % where 95 % is due.")
    command = NoteFinding(decision_id=finding.decision_id, finding=finding, statement="a" * 64)

    async def signal() -> None:
        client = await connect(desk.settings)
        engine = open_engine(desk.settings.register_url)
        found = Views(engine).find(number)
        assert found is not None
        await client.get_workflow_handle(found.workflow_id).signal("note_finding", command)
        async with asyncio.timeout(20):
            while not any(row.event.fact == "target_missed" for row in Views(engine).history(number)):
                await asyncio.sleep(0.05)
        engine.dispose()

    asyncio.run(signal())


@pytest.fixture
def number(desk: Desk, form: Path, tmp_path: Path) -> str:
    """An agreement in force, with a term that began nine months ago."""
    return Running(tmp_path).begins(desk, form)


def wrong(ran: Ran) -> str:
    assert (ran.status, ran.out) == (2, "")
    return ran.err


def dispute(desk: Desk, number: str, *more: str, by: str = ANA, target: str = "first-look") -> Ran:
    words = ("--period", PERIOD, "--target", target, "--reason", "Our own log differs.", "--as", by)
    return desk.types("dispute", number, *words, *more)


def test_an_action_is_typed_from_the_miss_to_its_end(desk: Desk, number: str) -> None:
    tell_of_a_miss(desk, number)
    assert "Chen" in desk.does("show", number).out
    shown = desk.does("show", number, "--json").document["life"]["actions"][0]
    assert (shown["no"], shown["target"], shown["owner"]) == (1, "first-look", CHEN)
    given = desk.does("assign-action", number, "1", CHEN, "--due", "30d", "--reason", "It is hard.", "--as", BO).out
    assert "gave corrective action 1 for first-look" in given
    assert f"{number} is active (1 corrective action open). Waited for:" in given
    done = desk.does("complete-action", number, "1", "--evidence", "The roster has two more people.", "--as", CHEN).out
    assert "completed corrective action 1" in done
    assert "nobody has verified it yet: The roster has two more people." in desk.does("show", number).out
    assert "may not verify" in wrong(desk.types("verify-action", number, "1", "--effective", "--as", CHEN))
    assert "needs a note" in wrong(desk.types("verify-action", number, "1", "--not-effective", "--as", ANA))
    again = desk.does("verify-action", number, "1", "--not-effective", "--note", "Late again.", "--as", ANA).out
    assert "does not help; Chen" in again
    desk.does("complete-action", number, "1", "--evidence", "A third person.", "--as", FINN)
    assert "it helps, and is closed." in desk.does("verify-action", number, "1", "--effective", "--as", INES).out
    assert desk.does("audit", number, "--json").document["problem"] is None


def test_a_figure_is_disputed_and_settled_and_the_statement_is_looked_up(desk: Desk, number: str) -> None:
    digest = state(desk, a_statement(number))
    assert f"(statement {digest[:8]})" in dispute(desk, number).out
    assert "dispute     1, about first-look in" in desk.does("show", number).out
    assert number in {row["number"] for row in desk.does("list", "--at-risk", "--json").document}
    assert "has disputed first-look" in wrong(dispute(desk, number, by=BO))
    assert "nobody settles their own dispute" in wrong(
        desk.types("settle-dispute", number, "1", "--stands", "--reason", "So.", "--as", INES)
    )
    words = ("--value", "93.5", "--evidence", "The ticket log.", "--reason", "Six were answered by phone.", "--as", BO)
    assert "93.5 % counts in its place." in desk.does("settle-dispute", number, "1", *words).out


def test_a_typed_digest_must_be_the_latest_statement_of_the_period(desk: Desk, number: str) -> None:
    first = state(desk, a_statement(number))
    second = state(desk, a_statement(number, revision=2, credit="40.00"))
    assert "was stated again since; read" in wrong(dispute(desk, number, "--statement", first))
    assert "is no statement of" in wrong(dispute(desk, number, "--statement", "0" * 64))
    assert "at least 8 digits" in wrong(dispute(desk, number, "--statement", second[:7]))
    assert second[:8] in dispute(desk, number, "--statement", second[:8]).out


def test_what_cannot_be_disputed_is_told_before_anything_is_sent(desk: Desk, number: str) -> None:
    none = f"there is no statement of {PERIOD!r} for {number}; there is none of any period yet"
    assert none in wrong(dispute(desk, number))
    state(desk, a_statement(number), NOW - timedelta(days=32))
    assert "first-look is expected" in wrong(dispute(desk, number, target="printing-works"))
    assert "could be disputed until" in wrong(dispute(desk, number))
    missing = wrong(desk.types("dispute", number, "--period", "1999-01", "--target", "x", "--reason", "y", "--as", ANA))
    assert f"there are statements of {PERIOD}" in missing
    assert "names none" in wrong(
        desk.types("dispute", number, "--period", "may", "--target", "x", "--reason", "y", "--as", ANA)
    )


def test_a_statement_is_read_with_what_is_open_about_it(desk: Desk, number: str) -> None:
    last = NOW.date() + timedelta(days=19)
    state(desk, a_statement(number, claim_by=last + timedelta(days=1)))
    reading = ("statements", number, "--period", PERIOD)
    told = f"Its credit must be claimed until {last}, that day included; no claim is on record."
    assert told in desk.does(*reading).out
    dispute(desk, number)
    said = " ".join(desk.does(*reading).out.split())
    assert "Frozen: first-look is disputed by Ana Ruiz for the customer (dispute 1); no credit of it is payable" in said
    state(desk, a_statement(number, revision=2, credit="40.00"))
    assert "Frozen" not in desk.does(*reading, "--revision", "1").out


def test_a_settlement_says_exactly_one_thing(desk: Desk, number: str) -> None:
    said = ("settle-dispute", number, "1", "--reason", "So.", "--as", BO)
    assert "exactly one of --stands and --value" in wrong(desk.types(*said))
    assert "exactly one of --stands and --value" in wrong(desk.types(*said, "--stands", "--value", "9"))
    assert "--value" in wrong(desk.types(*said, "--value", "1e3"))


def test_a_credit_is_claimed_once_and_the_statement_is_looked_up(desk: Desk, number: str) -> None:
    digest = state(desk, a_statement(number, claim_by=NOW.date() + timedelta(days=20)))
    claim = ("claim-credit", number, "--period", PERIOD, "--as", ANA)
    ran = desk.does(*claim, "--decision-id", "claim")
    assert f"claimed the credit of {PERIOD} (statement {digest[:8]}) for the customer." in ran.out
    assert desk.does(*claim, "--decision-id", "claim", "--json").document["repeated"]
    assert "is claimed already" in wrong(desk.types(*claim))
    assert "Its credit is claimed." in desk.does("statements", number, "--period", PERIOD).out
    assert "may not claim a credit" in wrong(desk.types("claim-credit", number, "--period", PERIOD, "--as", BO))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda n: a_statement(n, claim_by=NOW.date() - timedelta(days=3)), "had to be claimed until"),
        (a_statement, "is given without a claim; there is nothing to claim"),
        (lambda n: a_statement(n, credit="0.00"), "states no credit; there is nothing to claim"),
    ],
)
def test_what_cannot_be_claimed_is_told_before_anything_is_sent(
    desk: Desk, number: str, make: Callable[[str], Statement], told: str
) -> None:
    state(desk, make(number))
    assert told in wrong(desk.types("claim-credit", number, "--period", PERIOD, "--as", ANA))


def test_results_are_taken_from_the_statement_of_a_period(desk: Desk, number: str) -> None:
    nothing = wrong(desk.types("record-results", number, "--stated", PERIOD, "--as", CHEN))
    assert f"there is no statement of '{PERIOD}' for {number}" in nothing
    state(desk, a_statement(number))
    early = wrong(desk.types("record-results", number, "--stated", PERIOD, "--as", CHEN))
    assert "no edition counted before " in early


def test_results_come_from_a_file_or_from_a_statement_and_not_from_both_or_neither(
    desk: Desk, number: str, tmp_path: Path
) -> None:
    neither = wrong(desk.types("record-results", number, "--as", CHEN))
    assert "neither a file nor a period is named; either FILE, or --stated with a period" in neither
    both = desk.types("record-results", number, str(tmp_path / "r.yaml"), "--stated", PERIOD, "--as", CHEN)
    assert "a file and --stated are both given" in wrong(both)
