"""`sla judge` and `sla verify` on files, as people and scripts use them: no server, no register."""

import json
import os
import re
import shlex
from pathlib import Path

import pytest

from activities.settings import Settings
from starter.forms import load_provider, load_terms
from tests.starter.desk import EXAMPLES, Desk, Ran

HERE = EXAMPLES / "compliance"
TERMS, EVIDENCE = HERE / "terms.yaml", HERE / "evidence.jsonl"
MARCH = ("--period", "2026-03")
ROOT = EXAMPLES.parent
PAGE = (ROOT / "docs/compliance.md").read_text("utf-8")
SHOWN = re.findall(r"^```\n\$ (sla .*)\n((?:(?!```).*\n)+)```", PAGE, re.MULTILINE)


def types(*words: str | Path) -> Ran:
    """Types a command; the settings are never asked."""
    return Desk(Settings()).types(*map(str, words))


def judges(*words: str | Path, terms: Path = TERMS, evidence: Path = EVIDENCE) -> Ran:
    return types("judge", terms, "--evidence", evidence, *words)


def refused(ran: Ran) -> str:
    assert (ran.status, ran.out) == (2, ""), ran
    return ran.err.removeprefix("sla: ").rstrip("\n")


def written(tmp_path: Path, source: Path, old: str, new: str) -> Path:
    """A copy of a file in which something is otherwise."""
    text = source.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / f"other-{source.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


@pytest.fixture
def stated(tmp_path: Path) -> Path:
    path = tmp_path / "march.json"
    assert judges(*MARCH, "--out", path).status == 0
    return path


def verifies(stated: Path, *words: str | Path, terms: Path = TERMS, evidence: Path = EVIDENCE) -> Ran:
    return types("verify", stated, "--terms", terms, "--evidence", evidence, *words)


@pytest.mark.parametrize(("command", "answer"), SHOWN, ids=range(len(SHOWN)))
def test_every_example_of_the_page_answers_as_it_is_written(
    command: str, answer: str, stated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    ran = types(*(str(stated) if word == "march.json" else word for word in shlex.split(command)[1:]))
    pieces = [re.escape(piece) for piece in answer.rstrip("\n").split("...")]
    assert re.fullmatch("(?s:.*)".join(pieces), (ran.out + ran.err).rstrip("\n")), ran.out + ran.err


def test_the_page_has_its_examples() -> None:
    assert len(SHOWN) == PAGE.count("\n$ sla ") == 6


def test_a_period_is_judged_target_by_target() -> None:
    figures = judges(*MARCH, "--json").document["figures"]
    assert [(each["target"], each["status"], each["shown"]) for each in figures] == [
        ("portal-up", "missed", "98.546"),
        ("high-solved", "met", "100"),
        ("answers", "met", "75"),
        ("help-is-good", "met", "4.31"),
    ]


def test_the_table_says_what_was_promised_attained_left_and_what_it_costs() -> None:
    row = next(line for line in judges(*MARCH).out.splitlines() if line.startswith("The portal works"))
    assert re.split(r"\s{2,}", row) == [
        "The portal works", "99.5 %", "98.546 %", "MISSED", "-1h 38min 24s", "EUR 630.00"
    ]  # fmt: skip


def test_the_reasons_stand_below_the_table() -> None:
    assert (
        "By line portal-up of the terms: 176h of service time, less 3h excluded, 1h unknown, left out as the terms say"
        ": 2h 30min down of 172h: 98.546 % against the committed 99.5 %: missed."
    ) in judges(*MARCH).out


def test_an_exclusion_that_nobody_approved_is_named() -> None:
    told = "Exclusion x-1 of account manager is approved by nobody, so it did not count for portal-up."
    assert told in judges(*MARCH).out


def test_the_document_carries_its_own_digest(stated: Path) -> None:
    document = json.loads(stated.read_text("utf-8"))
    assert document == judges(*MARCH, "--json").document
    assert document["digest"] in judges(*MARCH).out


def test_the_fee_can_be_another_one() -> None:
    assert judges(*MARCH, "--fee", "EUR1000", "--json").document["credit"] == {"amount": "150.00", "currency": "EUR"}


def test_an_amendment_inside_the_period_judges_its_own_part(tmp_path: Path) -> None:
    later = written(tmp_path, TERMS, "committed: 99.5", "committed: 99.0")
    document = judges(*MARCH, "--terms", f"{later}@2026-03-16", "--json").document
    portal = [each for each in document["figures"] if each["target"] == "portal-up"]
    parts = [(each["since"], each["committed"], each["shown"]) for each in portal]
    assert parts == [("2026-02-28T23:00:00Z", "99.5", "97.402"), ("2026-03-15T23:00:00Z", "99", "99.473")]


def test_a_term_that_begins_inside_the_period_is_judged_from_its_first_day(tmp_path: Path) -> None:
    later = written(tmp_path, TERMS, "start: 2026-01-01", "start: 2026-03-10")
    document = judges(*MARCH, terms=later, evidence=EVIDENCE).out
    assert document.startswith("Terms without a number, 2026-03-10/2026-04-01 (Europe/Berlin)")


def test_a_bad_row_of_another_time_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    good = '{"kind": "outage", "source": "probe", "key": "k%s", "start": "2025-01-01T00:00:00Z", "end": "%s"}\n'
    path.write_text(good % (1, "2025-01-01T01:00:00Z") + good % (2, "2024-01-01T00:00:00Z"), encoding="utf-8")
    assert "line 2, end: 2024-01-01T00:00:00Z is before the start at" in refused(judges(*MARCH, evidence=path))


def test_a_key_of_another_time_that_stands_twice_with_other_values_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    row = '{"kind": "outage", "source": "probe", "key": "k", "start": "2025-01-01T00:00:00Z", "note": "%s"}\n'
    path.write_text(row % "one" + row % "one" + row % "two", encoding="utf-8")
    assert "line 3, key: k of probe stands on line 1 with other values; " in refused(judges(*MARCH, evidence=path))


def test_rows_of_other_times_are_counted_and_not_used(tmp_path: Path) -> None:
    assert "Note: 25 rows are of other times, or withdrawn, and not used.\n" in judges("--period", "2026-05").out


def test_evidence_for_a_target_that_the_terms_do_not_have_is_named(tmp_path: Path) -> None:
    odd = written(tmp_path, EVIDENCE, '"target": "help-is-good"', '"target": "help-is-bad"')
    told = "Note: 1 row is not used: 'help-is-bad' is no target of these terms; help-is-good is expected.\n"
    assert told in judges(*MARCH, evidence=odd).out


def test_evidence_for_a_target_of_another_form_is_named(tmp_path: Path) -> None:
    odd = written(tmp_path, EVIDENCE, '"target": "help-is-good"', '"target": "portal-up"')
    told = "Note: 1 row is not used: portal-up is about availability, which is not judged by rows of the kind score; "
    assert told in judges(*MARCH, evidence=odd).out


def test_of_many_targets_that_the_terms_do_not_have_ten_are_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    row = (
        '{"kind": "outage", "source": "probe", "key": "x%02d", "target": "typo-%02d", "start": "2026-03-02T09:00:00Z", '
    )
    path.write_text("".join(row % (no, no) + '"end": "2026-03-02T09:01:00Z"}\n' for no in range(14)), encoding="utf-8")
    told = judges(*MARCH, evidence=path).out
    assert told.count("Note: 1 row is not used: ") == 10
    assert "Note: 4 more rows are not used for reasons like these.\n" in told


def test_what_is_odd_about_a_ticket_is_told(tmp_path: Path) -> None:
    odd = written(tmp_path, EVIDENCE, '"item": "T-1", "does": "responded"', '"item": "T-1", "does": "resumed"')
    assert "Odd: " in judges(*MARCH, evidence=odd).out


def test_no_evidence_at_all_is_said_and_never_met() -> None:
    ran = types("judge", TERMS, *MARCH, "--json")
    assert {each["status"] for each in ran.document["figures"]} == {"missed", "no_data"}


# -- what is refused


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--period", "2026-13"), "the period: '2026-13' names none; 2026-03, 2026-Q1, 2026 or "),
        (("--period", "2190-03"), "the period: in 2190-03 no terms count; a period with days from 2026-01-01 "),
        (("--period", "2025-03"), "the period: in 2025-03 no terms count; "),
        ((*MARCH, "--fee", "many"), "--fee: 'many' is no amount of money; a currency and an amount such as EUR100 or "),
        ((*MARCH, "--fee", "EUR-5"), "--fee: 'EUR-5' is no amount of money; "),
        ((*MARCH, "--fee", "XYZ5"), "--fee: 'XYZ' is no currency in use; "),
        (
            (*MARCH, "--fee", "USD 100"),
            "--fee: USD 100.00 is in USD, and the price of the terms in EUR; an amount in EUR is expected",
        ),
        ((*MARCH, "--as-of", "9999d"), "--as-of: "),
        ((*MARCH, "--as-of", "2026-03-20"), "--period: 2026-03 is not over before Wed 2026-04-01 00:00 "),
        ((*MARCH, "--as-of", "2026-02-20"), "--period: 2026-03 begins on Sun 2026-03-01 00:00 Europe/"),
        ((*MARCH, "--terms", "nowhere.yaml"), "nowhere.yaml: does not exist; the path of a YAML file is expected"),
        ((*MARCH, "--terms", f"{TERMS}@2026-02-31"), "'2026-02-31' is no day of the calendar; "),
        ((*MARCH, "--terms", str(TERMS)), "count from 2026-01-01, and so do those of "),
        ((*MARCH, "--terms", f"{TERMS}@2028-01-01"), "begin to count on 2028-01-01, outside their own period; "),
        ((*MARCH, "--evidence", "nowhere.csv"), "nowhere.csv: does not exist; the path of a file with "),
        ((*MARCH, "--evidence", str(HERE)), "is a folder; the path of a file with evidence, "),
        ((*MARCH, "--past", str(TERMS)), "terms.yaml: is no statement ("),
        ((*MARCH, "--out", str(TERMS)), "terms.yaml is there already; another name, or --force, is expected"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_told_with_what_would_be_right(words: tuple[str, ...], told: str) -> None:
    assert told in refused(judges(*words))


def test_a_period_that_is_not_over_is_judged_as_provisional_only() -> None:
    document = judges(*MARCH, "--as-of", "2026-03-20", "--provisional", "--json").document
    assert document["is_provisional"] is True
    assert document["credit"] is None


def test_bad_rows_are_told_with_their_lines_and_nothing_is_judged(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    good = '{"kind": "count", "source": "s", "key": "1", "target": "portal-up", "at": "2026-03-03T10:00:00Z"'
    path.write_text(
        f'{good}, "good": 1, "valid": 2}}\n{good}, "good": 3, "valid": 2}}\n{good}, "good": 1, "valid": 1e400}}\n'
    )
    told = refused(judges(*MARCH, evidence=path))
    assert "line 2, good: 3 is more than the 2 valid ones, which is above 100 %" in told
    assert "line 3, valid: " in told


def test_one_key_with_two_values_in_one_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.jsonl"
    row = '{"kind": "outage", "source": "probe", "key": "1", "start": "2026-03-0%sT10:00:00Z"}\n'
    path.write_text(row % 1 + row % 2)
    assert "line 2, key: 1 of probe stands on line 1 with other values" in refused(judges(*MARCH, evidence=path))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "targets: [portal-up]",
            "targets: [portal]",
            "line 64, credits.rules[0].targets: portal is no target; one of ",
        ),
        (
            "id: answers",
            "id: portal-up",
            "line 41, targets[2].id: portal-up stands twice; each target once is expected",
        ),
    ],
)
def test_terms_that_the_gate_would_hold_back_judge_nothing(old: str, new: str, told: str, tmp_path: Path) -> None:
    assert told in refused(judges(*MARCH, terms=written(tmp_path, TERMS, old, new)))


def test_a_pipe_that_nobody_writes_to_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "is a pipe and no file" in refused(judges(*MARCH, evidence=pipe))
    assert "is a pipe and no file" in refused(judges(*MARCH, terms=pipe))
    assert "is a device or a socket and no file" in refused(judges(*MARCH, evidence=Path("/dev/zero")))


def test_rows_of_several_agreements_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    rows = (f"outage,probe,{no},{no},2026-03-03T10:00:00Z,2026-03-03T11:00:00Z" for no in (7, 8))
    path.write_text("\n".join(("kind,source,key,agreement,start,end", *rows)))
    told = "the evidence: is of several agreements: 0007, 0008; the rows of one are expected"
    assert refused(judges(*MARCH, evidence=path)) == told


def test_a_later_file_corrects_an_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "correction.jsonl"
    path.write_text(
        '{"kind": "withdrawn", "source": "probe", "key": "o-1", "at": "2026-04-02T10:00:00Z", "reason": "a test"}\n'
        '{"kind": "withdrawn", "source": "probe", "key": "o-2", "at": "2026-04-02T10:00:00Z", "reason": "a test"}\n'
    )
    document = judges(*MARCH, "--evidence", path, "--json").document
    assert document["figures"][0]["shown"] == "99.709"


def test_a_score_beyond_the_scale_is_told(tmp_path: Path) -> None:
    odd = written(tmp_path, EVIDENCE, '"value": "4.31"', '"value": "6"')
    told = "evidence march of survey: 6 is beyond the scale; at most 5 is expected: correct the row, "
    assert refused(judges(*MARCH, evidence=odd)).startswith(told)


# -- computed again


def test_the_same_files_give_the_same_figures(stated: Path) -> None:
    ran = verifies(stated)
    assert (ran.status, ran.err) == (0, "")
    assert ": the same figures come out (" in ran.out


def test_the_order_of_the_evidence_does_not_matter(stated: Path, tmp_path: Path) -> None:
    path = tmp_path / "reversed.jsonl"
    path.write_text("".join(reversed(EVIDENCE.read_text("utf-8").splitlines(keepends=True))))
    assert verifies(stated, evidence=path).status == 0


def test_less_evidence_is_found_with_status_1(stated: Path, tmp_path: Path) -> None:
    path = tmp_path / "less.jsonl"
    lines = EVIDENCE.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "o-5" not in line))
    ran = verifies(stated, evidence=path)
    assert (ran.status, ran.err) == (1, "")
    assert "it does NOT come out as it was stated" in ran.out
    assert "missing now: o-5 of probe." in ran.out
    assert "The down of portal-up: 9000 s was stated, 7200 s comes out." in ran.out


def test_what_differs_is_a_document_too(stated: Path, tmp_path: Path) -> None:
    other = written(tmp_path, TERMS, "committed: 90", "committed: 91")
    ran = verifies(stated, "--json", terms=other)
    assert ran.status == 1
    assert ran.document["holds"] is False
    assert ran.document["differences"][0]["about"] == "terms"


def test_a_statement_that_was_changed_by_hand_is_found(stated: Path) -> None:
    stated.write_text(stated.read_text("utf-8").replace('"98.546"', '"99.900"'))
    ran = verifies(stated)
    assert ran.status == 1
    assert "The statement was changed after it was made" in ran.out


def test_a_changed_statement_is_no_past_for_another_one(stated: Path) -> None:
    stated.write_text(stated.read_text("utf-8").replace('"630.00"', '"63.00"'))
    told = refused(judges("--period", "2026-04", "--past", stated))
    assert "was changed after it was made: its digest does not fit what it says" in told


def test_another_engine_is_a_note_and_no_failure(stated: Path) -> None:
    document = json.loads(stated.read_text("utf-8"))
    document["engine"]["tzdata"] = "1999a"
    del document["digest"]
    stated.write_text(json.dumps(document))
    ran = verifies(stated)
    assert ran.status == 0
    assert "Note: Another time zone data computed it: 1999a then, " in ran.out
    assert "Note: The statement carries no digest of its own" in ran.out


def test_a_fee_that_changes_inside_the_period_comes_out_again(tmp_path: Path) -> None:
    """15 % of 4,200 for 10 of 31 days, and of 8,400 for 21: 203.226 and 853.548."""
    dearer, out = written(tmp_path, TERMS, "amount: 4200.00", "amount: 8400.00"), tmp_path / "march.json"
    document = judges(*MARCH, "--terms", f"{dearer}@2026-03-11", "--out", out, "--json").document
    assert document["credit"] == {"amount": "1056.77", "currency": "EUR"}
    assert [each["fee"]["amount"] for each in document["inputs"]["fees"]] == ["4200.00", "8400.00"]
    assert verifies(out, "--terms", f"{dearer}@2026-03-11").status == 0
    file = json.loads(out.read_text("utf-8"))
    file["inputs"]["fees"][0]["fee"]["amount"] = "4100.00"
    out.write_text(json.dumps(file), encoding="utf-8")
    told = verifies(out, "--terms", f"{dearer}@2026-03-11")
    assert told.status == 1
    assert "The statement was changed after it was made" in told.out


def test_an_amendment_inside_the_period_comes_out_again(tmp_path: Path) -> None:
    later, out = written(tmp_path, TERMS, "committed: 99.5", "committed: 99.0"), tmp_path / "march.json"
    assert judges(*MARCH, "--terms", f"{later}@2026-03-16", "--out", out).status == 0
    assert verifies(out, "--terms", f"{later}@2026-03-16").status == 0
    ran = verifies(out, "--terms", f"{later}@2026-03-17")
    assert ran.status == 1
    assert "now they count from 2026-03-16 23:00 to " in ran.out


def test_a_month_that_looks_back_needs_the_months_before(tmp_path: Path) -> None:
    february, march = tmp_path / "02.json", tmp_path / "03.json"
    terms = written(tmp_path, TERMS, "  caps:\n", "  termination:\n    - {misses: 2}\n  caps:\n")
    assert types("judge", terms, "--period", "2026-02", "--out", february).status == 0
    assert judges(*MARCH, "--past", february, "--out", march, terms=terms).status == 0
    assert verifies(march, "--past", february, terms=terms).status == 0
    ran = verifies(march, terms=terms)
    assert ran.status == 1
    assert "The earlier statements that it depends on are not those that are given" in ran.out


def test_a_month_that_follows_from_nothing_in_the_months_before_needs_none_of_them(tmp_path: Path) -> None:
    february, march = tmp_path / "02.json", tmp_path / "03.json"
    assert types("judge", TERMS, "--period", "2026-02", "--out", february).status == 0
    assert judges(*MARCH, "--past", february, "--out", march).status == 0
    assert verifies(march).status == 0


def test_a_provisional_statement_comes_out_as_of_its_instant(tmp_path: Path) -> None:
    out = tmp_path / "so-far.json"
    assert judges(*MARCH, "--as-of", "2026-03-20", "--provisional", "--out", out).status == 0
    assert verifies(out, "--as-of", "2026-03-20").status == 0
    assert "is provisional, and does not say up to when it looked" in refused(verifies(out))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("0007", "--terms", str(TERMS)), "verify: 0007 names an agreement and no period; --period PERIOD beside the"),
        (("nowhere.json", "--terms", str(TERMS)), "nowhere.json: does not exist; the path of a JSON file is expected"),
        ((str(TERMS), "--terms", str(TERMS)), "terms.yaml: is no statement ("),
        (
            ("0007", "--period", "2026-03", "--terms", str(TERMS)),
            "--period names a statement of the register, ",
        ),
    ],
)
def test_what_cannot_be_verified_is_told(words: tuple[str, ...], told: str) -> None:
    assert told in refused(types("verify", *words))


def test_terms_are_asked_for(stated: Path) -> None:
    told = refused(types("verify", stated, "--evidence", EVIDENCE))
    assert told == "--terms: is missing; the terms that it was made by are expected, as files"


def test_every_paper_of_the_printing_story_states_the_same_hours_rules_and_credits() -> None:
    names = ("draft", "counter-offer", "second-offer", "revised-draft", "amended-draft")
    papers = [load_terms(EXAMPLES / "managed-printing" / f"{name}.yaml") for name in names]
    assert len({(each.hours, each.compliance, each.credits) for each in papers}) == 1
    assert papers[0].hours is not None
    assert papers[0].hours.times is not None
    provider = load_provider(EXAMPLES / "provider.yaml").calendars["standard"]
    assert set(papers[0].hours.times.closed) == {day for day in provider.holidays if day >= papers[0].period.start}
