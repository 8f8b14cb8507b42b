import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from activities.database import open_engine
from activities.records import SqlRecords
from activities.settings import Settings
from rehearsal.rehearsing import Asked, prepared, rehearsed
from rehearsal.timeline import Timeline
from sla.errors import BadInput, NotFound
from sla.events import Fact
from sla.fields import Value
from sla.stages import Stage
from sla.terms import Period
from tests.people import entry_of, life, number_request
from tests.rehearsal.ahead import EXAMPLES, examples_ahead

SHIPPED = sorted(path.name for path in (EXAMPLES / "scenarios").glob("*.yaml"))


class Answer(Value):
    """How the command ended."""

    status: int
    out: str
    err: str

    @property
    def facts(self) -> Counter[str]:
        return Counter(mark["fact"] for mark in json.loads(self.out)["marks"])


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    return examples_ahead(tmp_path)


def rehearse(*words: str | Path, **environment: str) -> Answer:
    """The real command, in a process of its own, with nothing of this one's settings."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("SLA_")}
    done = subprocess.run(
        [sys.executable, "-m", "starter.cli", "rehearse", *map(str, words)],
        capture_output=True, text=True, check=False, env={**bare, **environment}, cwd=EXAMPLES.parent,
    )  # fmt: skip
    return Answer(status=done.returncode, out=done.stdout, err=done.stderr)


def form_of(examples: Path, *more: str | Path) -> tuple[str | Path, ...]:
    return (examples / "managed-printing.yaml", "--provider", examples / "provider.yaml", *more)


def play(form: Path, *, scenario: Path | None = None, years: int | None = None) -> Timeline:
    return rehearsed(prepared(Asked(str(form), scenario=scenario, years=years), datetime.now(UTC)))


def facts_of(timeline: Timeline) -> list[Fact]:
    return [mark.fact for mark in timeline.marks]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_scenario_plays_to_its_end(examples: Path, name: str) -> None:
    timeline = play(examples / "managed-printing.yaml", scenario=examples / "scenarios" / name)
    assert timeline.refused == ()
    assert not any("too busy" in each for each in timeline.assumptions)
    expected = EXPECTED[name]
    assert expected <= set(facts_of(timeline)), expected - set(facts_of(timeline))


EXPECTED = {
    "approver-absent-with-deputy.yaml": {Fact.DEPUTY_CALLED, Fact.RENEWED},
    "approver-absent-without-deputy.yaml": {Fact.OWNER_CALLED, Fact.RENEWED},
    "everybody-prompt.yaml": {Fact.SIGNED, Fact.REVIEW_CONCLUDED},
    "leap-day.yaml": {Fact.RENEWED, Fact.NOTICE_DEADLINE_PASSED},
    "notice-missed.yaml": {Fact.NOTICE_DEADLINE_PASSED, Fact.RENEWED, Fact.NOTICE_ACKNOWLEDGED, Fact.CLOSED},
    "renegotiation.yaml": {Fact.EDITION_TOOK_EFFECT, Fact.OFFER_SUBMITTED},
    "review-nobody-answers.yaml": {Fact.ESCALATED, Fact.REVIEW_OVERDUE},
    "three-years.yaml": {Fact.EDITION_TOOK_EFFECT, Fact.CHANGE_REQUESTED, Fact.REINSTATED, Fact.CLOSED},
    "termination-for-convenience.yaml": {Fact.TERMINATION_CHECKED, Fact.TERMINATION_TOOK_EFFECT, Fact.CLOSED},
}


def test_two_rehearsals_of_the_same_thing_tell_the_same(examples: Path) -> None:
    scenario = examples / "scenarios" / "renegotiation.yaml"
    first, second = (play(examples / "managed-printing.yaml", scenario=scenario) for _ in range(2))
    assert first.model_dump_json() == second.model_dump_json()


def test_a_step_that_the_agreement_refuses_is_told_and_counted(examples: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "refused.yaml"
    scenario.write_text(
        "name: Refused\nuntil: 6 months\nsteps:\n"
        "  - {when: on signature, who: ana@northwind.example, does: suspend}\n"
        "  - {when: review 1, who: chen@meridian.example, does: conclude_review}\n",
        encoding="utf-8",
    )
    answer = rehearse(*form_of(examples, "--scenario", scenario, "--json", "-"))
    refused = json.loads(answer.out)["refused"]
    assert answer.status == 1
    assert [each["verb"] for each in refused] == ["suspend", "conclude_review"]
    assert "line 4: Ana Ruiz may not suspend the agreement" in refused[0]["sentence"]
    assert answer.facts["review_concluded"] == 1


def test_a_step_whose_time_never_comes_is_told(examples: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "never.yaml"
    scenario.write_text(
        "name: Never\nuntil: 2 months\nsteps:\n"
        "  - {when: on amendment, who: finn@meridian.example, does: submit_draft}\n",
        encoding="utf-8",
    )
    timeline = play(examples / "managed-printing.yaml", scenario=scenario)
    assert ["never came" in each.sentence for each in timeline.refused] == [True]


def test_everybody_slow_still_comes_to_the_signature(examples: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "slow.yaml"
    scenario.write_text("name: Slow\nuntil: 8 months\npeople: {default: slow}\n", encoding="utf-8")
    facts = facts_of(play(examples / "managed-printing.yaml", scenario=scenario))
    assert Fact.REMINDED in facts
    assert facts.count(Fact.SIGNED) == 2


def test_nobody_answering_lapses(examples: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "silent.yaml"
    scenario.write_text("name: Silent\npeople: {default: silent}\n", encoding="utf-8")
    timeline = play(examples / "managed-printing.yaml", scenario=scenario)
    assert (timeline.stage, facts_of(timeline)[-1]) == (Stage.LAPSED, Fact.LAPSED)


def test_a_form_without_a_draft_is_played_with_terms_that_are_made(examples: Path) -> None:
    timeline = play(examples / "service-desk.yaml", years=1)
    assert timeline.terms_from.startswith("made from the form")
    assert Fact.SIGNED in facts_of(timeline)


def test_nothing_real_is_touched_and_nothing_is_left(examples: Path, tmp_path: Path) -> None:
    """Settings that point at a register, an engine and a mail server that must not be asked."""
    home, rest = tmp_path / "home", tmp_path / "rest"
    home.mkdir()
    rest.mkdir()
    answer = rehearse(
        *form_of(examples, "--years", "1", "--json", "-", "--html", tmp_path / "page.html"),
        SLA_HOME=str(home),
        SLA_DATABASE_URL=f"sqlite:///{home / 'real.db'}",
        SLA_TEMPORAL_ADDRESS="127.0.0.1:1",
        SLA_TEMPORAL_API_KEY="a key that no engine of a rehearsal may see",
        SLA_SMTP_HOST="127.0.0.1",
        SLA_SMTP_PORT="1",
        SLA_SMTP_SECURITY="tls",
        TMPDIR=str(rest),
    )
    assert (answer.status, answer.err) == (0, "")
    assert answer.facts["signed"] == 2
    assert (list(home.iterdir()), list(rest.iterdir())) == ([], [])
    assert (tmp_path / "page.html").stat().st_size > 10_000


def a_live_register(folder: Path) -> str:
    """A register with one agreement in force, whose term begins next year."""
    url, year = f"sqlite:///{folder / 'real.db'}", datetime.now(UTC).year + 1
    engine = open_engine(url)
    from activities.database import migrate  # noqa: PLC0415

    migrate(engine)
    records = SqlRecords(engine)
    period = Period(start=date(year, 1, 1), end=date(year + 1, 1, 1), zone="Europe/Berlin")
    records.number(number_request())
    for transition in life(period=period):
        records.record(entry_of(transition))
    engine.dispose()
    return url


def test_an_agreement_in_force_is_rehearsed_from_now_on(tmp_path: Path) -> None:
    url = a_live_register(tmp_path)
    before = (tmp_path / "real.db").read_bytes()
    answer = rehearse("1", "--json", "-", SLA_DATABASE_URL=url)
    assert (answer.status, answer.err) == (0, "")
    told = json.loads(answer.out)
    assert told["figures"]["events"] == len(told["marks"]) - told["happened"]
    assert (told["figures"]["editions"], told["figures"]["reviews_held"]) == (0, 3)
    assert (answer.facts["signed"], answer.facts["review_concluded"], answer.facts["closed"]) == (2, 3, 1)
    assert (tmp_path / "real.db").read_bytes() == before


def test_an_agreement_that_is_not_there_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLA_DATABASE_URL", a_live_register(tmp_path))
    with pytest.raises(NotFound, match="there is no agreement '7'"):
        prepared(Asked("7"), datetime.now(UTC))


def test_a_beginning_in_the_past_is_answered(examples: Path) -> None:
    with pytest.raises(BadInput, match="only goes forward"):
        prepared(Asked(str(examples / "managed-printing.yaml"), begins="2020-01-01"), datetime.now(UTC))


def test_a_beginning_in_the_past_is_answered_by_its_line_as_it_was_written(examples: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "past.yaml"
    scenario.write_text("name: Past\nbegins: 2020-01-01\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"past.yaml, line 2, begins: 2020-01-01 is past;"):
        prepared(Asked(str(examples / "managed-printing.yaml"), scenario=scenario), datetime.now(UTC))


@pytest.mark.parametrize(
    ("day", "right"),
    [
        ("9999-12-31", "from 1990 to 2199 is expected"),
        ("2200-01-01", "from 1990 to 2199 is expected"),
        ("2199-12-31", "a day before 20[0-9-]* is expected"),
    ],
)
def test_a_beginning_beyond_every_term_is_answered(examples: Path, day: str, right: str) -> None:
    with pytest.raises(BadInput, match=right):
        prepared(Asked(str(examples / "managed-printing.yaml"), begins=day), datetime.now(UTC))


def test_an_end_beyond_the_last_year_is_answered(examples: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "long.yaml"
    scenario.write_text("name: Long\nuntil: 2300-01-01\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"line 2, until: .* out of range"):
        prepared(Asked(str(examples / "managed-printing.yaml"), scenario=scenario), datetime.now(UTC))


@pytest.mark.parametrize("option", ["--html", "--json"])
def test_a_folder_as_the_place_of_a_file_is_answered_before_anything_begins(examples: Path, option: str) -> None:
    answer = rehearse(*form_of(examples, option, examples))
    assert (answer.status, answer.out) == (2, "")
    assert f"{option}: {examples} is a folder; a file" in answer.err


def test_a_reader_who_has_had_enough_ends_it_quietly(examples: Path) -> None:
    command = [sys.executable, "-m", "rehearsal", *map(str, form_of(examples, "--years", "1", "--json", "-"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=EXAMPLES.parent) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert (running.stderr.read(), running.wait()) == (b"", 141)


def test_what_the_scenario_did_is_told_and_its_events_are_marked(examples: Path) -> None:
    timeline = play(
        examples / "managed-printing.yaml", scenario=examples / "scenarios" / "termination-for-convenience.yaml"
    )
    steps = [mark for mark in timeline.marks if mark.step is not None]
    assert [(mark.step, mark.fact) for mark in steps] == [(1, Fact.TERMINATION_OPENED)]
    assert any("does open_termination with case: " in each for each in timeline.assumptions)


def test_who_falls_silent_and_what_it_is_about_stand_among_the_assumptions(examples: Path) -> None:
    scenario = examples / "scenarios" / "review-nobody-answers.yaml"
    said = play(examples / "managed-printing.yaml", scenario=scenario).assumptions
    assert said[0].startswith("The managers leave the third review alone:")
    assert any("1d before review 3: everybody becomes silent (never answers)." in each for each in said)


def test_a_form_that_is_no_file_is_answered_before_anything_begins(tmp_path: Path) -> None:
    answer = rehearse(tmp_path / "no.yaml")
    assert (answer.status, "is no file" in answer.err) == (2, True)


def test_the_settings_of_a_rehearsal_are_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rehearsal.ground import own_settings  # noqa: PLC0415

    for name in Settings.model_fields:
        monkeypatch.setenv(f"SLA_{name.upper()}", "of-the-environment")
    told = own_settings(tmp_path, 4000, 4001).model_dump_json()
    assert "of-the-environment" not in told


def test_no_folder_of_a_rehearsal_stays_behind(examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "rest"))
    (tmp_path / "rest").mkdir()
    play(examples / "service-desk.yaml", years=1)
    assert list((tmp_path / "rest").iterdir()) == []
