"""Statements of a register: listed, explained, computed again, and the same months under other terms."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import Engine

from activities.database import open_engine
from activities.settings import Settings
from sla.agreement import AgreementState
from sla.evidence import Exclusion, ExclusionCause
from tests.activities.judged import (
    APRIL_FIRST,
    CREDITED,
    MARCH_FIRST,
    SOURCE,
    add,
    down,
    in_force,
    month,
    swept,
    watched,
)
from tests.starter.desk import EXAMPLES, Desk, Ran

TERMS, EVIDENCE = (str(EXAMPLES / "compliance" / name) for name in ("terms.yaml", "evidence.jsonl"))
SPRING = ("--months", "3", "--until", "2026-04")


@pytest.fixture
def home(tmp_path: Path, migrated_sqlite: Path) -> Path:
    """The folder of a register."""
    shutil.copy(migrated_sqlite, tmp_path / "register.db")
    return tmp_path


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{home / 'register.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def desk(home: Path) -> Desk:
    """Where somebody types; no server runs."""
    return Desk(Settings(home=home))


@pytest.fixture
def stated(engine: Engine) -> AgreementState:
    """An agreement of which February and March are stated; in March it was down for three hours."""
    state = in_force(engine, credits=CREDITED)
    watched(engine, state, 2, 3)
    down(engine, state, 3, 3, received=month(3))
    swept(engine, MARCH_FIRST)
    swept(engine, APRIL_FIRST)
    return state


def proposed(folder: Path, state: AgreementState, **committed: str) -> str:
    """The terms of an agreement as a file, with other committed levels."""
    assert state.edition is not None
    document = state.edition.terms.model_dump(mode="json", exclude_none=True)
    for target in document["targets"]:
        target["committed"] = committed.get(target["id"].replace("-", "_"), target["committed"])
    path = folder / "proposed.yaml"
    path.write_text(yaml.safe_dump(document))
    return str(path)


def refused(ran: Ran) -> str:
    assert (ran.status, ran.out) == (2, ""), ran
    return ran.err.removeprefix("sla: ").rstrip("\n")


# -- what was stated


def test_the_list_has_the_latest_period_first(desk: Desk, stated: AgreementState) -> None:
    document = desk.does("statements", stated.number, "--json").document
    assert [(each["period"], each["revision"], each["is_last"]) for each in document] == [
        ("2026-03", 1, True),
        ("2026-02", 1, True),
    ]
    assert "2026-03" in desk.does("statements", stated.number).out


def test_a_revision_is_marked_with_what_changed_and_why(desk: Desk, engine: Engine, stated: AgreementState) -> None:
    down(engine, stated, 2, 40, received=APRIL_FIRST + timedelta(days=1))
    swept(engine, APRIL_FIRST + timedelta(days=2))
    lines = {
        (each["period"], each["revision"]): each for each in desk.does("statements", stated.number, "--json").document
    }
    assert lines["2026-02", 1]["is_last"] is False
    assert lines["2026-02", 2]["why"] == "Evidence came late or was corrected."
    assert lines["2026-02", 2]["changed"][0].startswith("t1: met 100 % -> MISSED ")
    told = desk.does("statements", stated.number).out
    assert "1 (replaced)" in told
    old = desk.does("statements", stated.number, "--period", "2026-02", "--revision", "1").out
    assert "It was stated again: revision 2 stands now." in old
    new = desk.does("statements", stated.number, "--period", "2026-02").out
    assert "Changed since revision 1: t1: met 100 % -> MISSED " in new


def test_one_statement_is_shown_in_full(desk: Desk, stated: AgreementState) -> None:
    told = desk.does("statements", stated.number, "--period", "2026-03").out
    assert told.startswith(f"{stated.number}, 2026-03 (Europe/Berlin)\n")
    assert "By line t1 of edition 1: " in told
    assert "Stated on " in told


def test_nothing_stated_is_said(desk: Desk, engine: Engine) -> None:
    state = in_force(engine)
    assert desk.does("statements", state.number).out == f"Nothing has been stated of {state.number} yet.\n"


def test_why_names_edition_rows_exclusions_and_computation(desk: Desk, engine: Engine) -> None:
    state = in_force(engine)
    watched(engine, state, 3)
    down(engine, state, 3, 3)
    start = month(3) + timedelta(days=9)
    row = Exclusion(
        source="cab", key="rfc-1", start=start, end=start + timedelta(hours=1), cause=ExclusionCause.MAINTENANCE,
        evidence="RFC 1", approved_by="ana@northwind.example",
    )  # fmt: skip
    add(engine, state, [row], APRIL_FIRST)
    swept(engine, APRIL_FIRST)
    told = desk.does("why", state.number, "--period", "2026-03", "--target", "t1").out
    assert "Terms       line t1 of edition 1 (" in told
    assert "Excluded    1h by rfc-1 of cab (maintenance), approved by ana@northwind.example" in told
    assert f"  outage-3 of {SOURCE}\n" in told
    assert "Computed    By line t1 of edition 1: " in told
    assert (
        "Defaults    not stated, so: unknown time is left out; a period without evidence counts neither way; " in told
    )


# -- computed again


def test_a_statement_of_the_register_comes_out_again(desk: Desk, stated: AgreementState) -> None:
    for period in ("2026-02", "2026-03"):
        ran = desk.does("verify", stated.number, "--period", period)
        assert ": the same figures come out (" in ran.out


def test_every_revision_that_stands_comes_out_again(desk: Desk, engine: Engine, stated: AgreementState) -> None:
    down(engine, stated, 2, 40, received=APRIL_FIRST + timedelta(days=1))
    swept(engine, APRIL_FIRST + timedelta(days=2))
    assert desk.types("verify", stated.number, "--period", "2026-02").status == 0
    assert desk.types("verify", stated.number, "--period", "2026-03").status == 0
    replaced = desk.types("verify", stated.number, "--period", "2026-02", "--revision", "1")
    assert replaced.status == 1
    assert "not there then: outage-2 of probe" in replaced.out


def test_evidence_that_came_since_is_found(desk: Desk, engine: Engine, stated: AgreementState) -> None:
    down(engine, stated, 2, 40, received=APRIL_FIRST + timedelta(days=1))
    ran = desk.types("verify", stated.number, "--period", "2026-02")
    assert ran.status == 1
    assert "not there then: outage-2 of probe" in ran.out


def test_files_of_the_register_are_enough_to_verify_offline(desk: Desk, home: Path, stated: AgreementState) -> None:
    statement, before, edition = (str(home / name) for name in ("03.json", "02.json", "edition.json"))
    desk.does("statements", stated.number, "--period", "2026-03", "--out", statement)
    desk.does("statements", stated.number, "--period", "2026-02", "--out", before)
    Path(edition).write_text(desk.does("terms", stated.number, "--edition", "1", "--json").out)
    rows = desk.does("measure", "list", stated.number, "--period", "2026-03", "--json").document
    evidence = home / "evidence.jsonl"
    evidence.write_text("\n".join(json.dumps(each) for each in rows))
    elsewhere = Desk(Settings(home=home / "nowhere"))
    ran = elsewhere.types("verify", statement, "--past", before, "--terms", edition, "--evidence", str(evidence))
    assert (ran.status, ran.err) == (0, ""), ran


# -- other terms


def test_a_proposal_is_scored_beside_the_terms_that_counted(desk: Desk, home: Path, stated: AgreementState) -> None:
    file, months = proposed(home, stated, t1="99.9"), ("--months", "2", "--until", "2026-03")
    document = desk.does("replay", stated.number, "--terms", file, *months, "--json").document
    works = next(each for each in document["totals"] if each["target"] == "t1")
    assert (works["current"]["met"], works["proposed"]["met"]) == (2, 1)
    assert document["without_evidence"] == []
    told = desk.does("replay", stated.number, "--terms", file, *months).out
    assert "the proposed 99.9 % would have been met in " in told


def test_what_is_replayed_under_its_own_terms_comes_to_the_same(desk: Desk, home: Path, stated: AgreementState) -> None:
    document = desk.does("replay", stated.number, "--terms", proposed(home, stated), *SPRING, "--json").document
    assert document["credit_current"] == document["credit_proposed"]
    assert all(each["current"] == each["proposed"] for month in document["months"] for each in month["targets"])


def test_the_replay_agrees_with_what_was_stated(desk: Desk, home: Path, stated: AgreementState) -> None:
    replayed = desk.does("replay", stated.number, "--terms", proposed(home, stated), *SPRING, "--json").document
    march = next(each for each in replayed["months"] if each["period"] == "2026-03")
    statement = desk.does("statements", stated.number, "--period", "2026-03", "--json").document
    shown = {each["target"]: each["shown"] for each in statement["figures"]}
    assert {each["target"]: each["current"]["attained"] for each in march["targets"]} == shown
    assert march["credit_current"] == statement["credit"]


def test_files_are_replayed_without_a_register(tmp_path: Path) -> None:
    desk = Desk(Settings(home=tmp_path / "nowhere"))
    words = ("replay", "--current", TERMS, "--terms", TERMS, "--evidence", EVIDENCE, *SPRING)
    told = desk.does(*words).out
    assert "Credits would have come to EUR 630.00 instead of EUR 630.00." in told
    assert "No evidence speaks of 2 of 3 months, which count neither way: 2026-02, 2026-04." in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("replay", "0099", "--terms", TERMS), "there is no agreement '0099'; `sla list` shows those that there are"),
        (
            ("replay", "#", "--terms", "nowhere.yaml"),
            "nowhere.yaml: does not exist; the path of a YAML file ",
        ),
        (("replay", "#"), "--terms: is missing; the proposed terms, a YAML file, are expected"),
        (
            ("replay", "#", "--terms", TERMS, "--evidence", EVIDENCE),
            "has its own terms and evidence, and files are ",
        ),
        (("replay", "--terms", TERMS), "--evidence: is missing; files of evidence, or the number of an agreement"),
        (
            ("replay", "#", "--terms", TERMS, "--until", "2026-Q1"),
            "--until: '2026-Q1' is no month; one such as ",
        ),
        (("replay", "#", "--terms", TERMS, "--until", "2190-01"), "--until: 2190-01 is not over before 2190-02-01; "),
        (("verify", "#", "--period", "2026-01"), "there is no statement of '2026-01' for "),
        (("verify", "#", "--period", "soon"), "the period: 'soon' names none; "),
        (("statements", "#", "--period", "2026-03", "--revision", "7"), "has no revision 7; revisions 1 to 1 stand"),
        (("statements", "#", "--target", "t1"), "--period: --revision, --target and --out speak of one"),
        (("why", "#", "--period", "2026-03", "--target", "nothing"), "--target: 'nothing' is not in the statement of"),
        (("statements", "0099"), "there is no agreement '0099'; "),
    ],
)
def test_what_cannot_be_told_is_refused(desk: Desk, stated: AgreementState, words: tuple[str, ...], told: str) -> None:
    assert told in refused(desk.types(*(stated.number if word == "#" else word for word in words)))
