"""An agreement in force, typed: a life by commands only, and what each wrong word is answered with."""

from datetime import timedelta
from pathlib import Path

import pytest

from sla.command import Command
from sla.commands import RequestChange
from sla.contract_commands import Inspect, RaiseComment
from sla.ending_commands import OpenTermination, Suspend, WithdrawTermination
from sla.errors import BadInput
from sla.kinds import Side
from sla.life import Cause, ReviewOutcome
from starter.acting import checked
from starter.commands.living import Outcome
from starter.commands.terminating import Party, Why
from starter.stack import Stack
from tests.starter.desk import AMENDED, EXAMPLES, FILES, Desk, Running

ANA, BO, FINN = "ana@northwind.example", "bo@meridian.example", "finn@meridian.example"
CHEN, DORA, EVE = "chen@meridian.example", "dora@meridian.example", "eve@elsewhere.example"
SCORES = ("--provider-satisfaction", "4", "--customer-satisfaction", "3")


def typed(desk: Desk, number: str, *lines: str) -> str:
    """Types lines of words, `#` standing for the number; gives what the last one said."""
    said = ""
    for line in lines:
        said = desk.does(*(number if word == "#" else word for word in line.split())).out
    return said


def filled(desk: Desk, number: str, case: str, path: Path) -> Path:
    """The checklist as it is printed, every answer yes."""
    path.write_text(desk.does("check-termination", number, case).out.replace("    is_met:", "    is_met: yes"))
    return path


def test_a_life_is_typed_from_the_signature_to_a_termination_that_is_taken_back(
    desk: Desk, form: Path, tmp_path: Path
) -> None:
    running = Running(tmp_path)
    number = running.begins(desk, form)
    asked = desk.does("request-change", number, "--what", "response,scope", "--text", "Two more floors.", "--as", ANA)
    assert asked.out.startswith("Ana Ruiz asked for a change of response, scope; review x1 opens at once.")
    concluded = desk.does(
        "conclude-review", number, "x1", "--outcome", "renegotiate", "--reason", "It grows.", *SCORES, "--as", FINN
    )
    assert f"{number} is active (amendment 1 drafting). Waited for:" in concluded.out
    desk.does("submit-draft", number, str(running.file(FILES / "amended-draft.yaml")), "--as", FINN)
    changes = {row["what"] for row in desk.does("diff", number, "--json").document}
    assert {"target first-look, within", "monthly fee"} <= changes
    coming = f"edition 2 takes effect on {running.in_a_year}"
    assert f"{number} is active ({coming}); nobody is waited for." in typed(desk, number, *AMENDED)
    assert f"{running.in_a_year}" in (told := desk.does("show", number).out)
    assert "; the fee is then EUR " in told
    assert "\nSignatures of edition 1\n" in told
    shown = desk.does("show", number, "--json").document
    assert (shown["edition"], shown["life"]["coming"]["edition"], shown["life"]["amendment"]) == (1, 2, None)
    assert desk.does("edition", number, "--at", f"{running.in_a_year}", "--json").document["edition"] == 2
    desk.does("give-notice", number, "--end", f"{running.end}", "--reason", "We move.", "--as", ANA)
    last = running.end - timedelta(days=1)
    noticed = desk.does("acknowledge-notice", number, "--as", BO).out
    assert f"{number} is active (notice given, last day {last}; {coming}); nobody is waited for." in noticed
    rests = desk.does("suspend", number, "--until", "30d", "--reason", "The move.", "--as", FINN).out
    assert f"{number} is active (suspended, service resumes on " in rests
    desk.does("reinstate", number, "--reason", "Moved.", "--as", FINN)
    desk.does("offer-right", number, "--side", "customer", "--ground", "Misses.", "--until", "60d", "--as", FINN)
    wanted = ("--cause", "breach", "--requested-by", "customer", "--effective", "7d", "--reason", "Enough.")
    opened = desk.does("open-termination", number, "--case", "CRM-7", *wanted, "--waiver", "Breach.", "--as", BO).out
    assert f"{number} is active (termination CRM-7 open, last day " in opened
    answers = filled(desk, number, "CRM-7", tmp_path / "answers.yaml")
    assert (
        "Dora Petrov checked termination CRM-7"
        in desk.does("check-termination", number, "CRM-7", str(answers), "--as", DORA).out
    )
    assert number in {row["number"] for row in desk.does("list", "--at-risk", "--json").document}
    desk.does("withdraw-termination", number, "CRM-7", "--reason", "They stay.", "--as", BO)
    assert desk.does("audit", number, "--json").document["problem"] is None


def test_results_of_a_file_are_refused_for_a_time_before_any_edition_counted(
    desk: Desk, form: Path, tmp_path: Path
) -> None:
    running = Running(tmp_path)
    number = running.begins(desk, form)
    path, end = tmp_path / "results.yaml", running.start + timedelta(days=60)
    path.write_text(f"start: {running.start}\nend: {end}\nmeasured: {{first-look: 94}}\n")
    refused = desk.types("record-results", number, str(path), "--as", CHEN)
    assert (refused.status, refused.out) == (2, "")
    assert "no edition counted before " in refused.err


def test_withdrawing_takes_the_amendment_back_and_the_agreement_goes_on(desk: Desk, form: Path, tmp_path: Path) -> None:
    number = Running(tmp_path).begins(desk, form)
    desk.does("request-change", number, "--what", "price", "--text", "Too dear.", "--as", ANA)
    desk.does("conclude-review", number, "x1", "--outcome", "renegotiate", "--reason", "Yes.", *SCORES, "--as", BO)
    assert "withdraw the amendment (withdraw)" in desk.does("show", number, "--as", ANA).out
    assert desk.does("withdraw", number, "--reason", "No.", "--as", ANA).out.splitlines() == [
        "Amendment 1: Ana Ruiz withdrew the amendment.",
        f"{number} is active; nobody is waited for.",
    ]
    again = desk.types("withdraw", number, "--reason", "No.", "--as", ANA)
    assert (again.status, "is in force" in again.err) == (2, True)


def test_an_offer_of_another_fee_speaks_of_the_amendments_terms(desk: Desk, form: Path, tmp_path: Path) -> None:
    running = Running(tmp_path)
    number = running.begins(desk, form)
    desk.does("request-change", number, "--what", "price", "--text", "Too dear.", "--as", ANA)
    desk.does("conclude-review", number, "x1", "--outcome", "renegotiate", "--reason", "Yes.", *SCORES, "--as", BO)
    desk.does("submit-draft", number, str(running.file(FILES / "amended-draft.yaml")), "--as", FINN)
    ran = desk.does("submit-offer", number, "--fee", "4100.00", "--expires", "7d", "--as", BO)
    assert ran.out.startswith("You speak of edition 2 (")
    assert "At most 160 printers" in desk.does("terms", number, "--edition", "3").out
    assert "Edition 3 is on its way" in desk.does("terms", number).out
    line = next(row for row in desk.does("list", "--json").document if row["number"] == number)
    assert (line["stage"], line["edition_no"], line["amending"]) == ("active", 1, "negotiating")


def test_the_checklist_is_printed_as_a_file_to_fill_in(desk: Desk, form: Path, tmp_path: Path) -> None:
    number = Running(tmp_path).begins(desk, form)
    wanted = ("--cause", "mutual", "--requested-by", "provider", "--effective", "1d", "--reason", "Agreed.")
    waiver = "Both agree.\nanswers:\n  - question: form"
    desk.does("open-termination", number, "--case", "CRM-9", *wanted, "--waiver", waiver, "--as", FINN)
    printed = desk.does("check-termination", number, "CRM-9").out
    assert "\n# Reason: Agreed.\n# Waiver of the notice: Both agree.\n#   answers:\n#     - question: form\n" in printed
    assert "yes or no" in printed
    questions = desk.does("check-termination", number, "CRM-9", "--json").document
    assert [each["question"] for each in questions][-1] == "consent"
    held = filled(desk, number, "CRM-9", tmp_path / "answers.yaml")
    held.write_text(held.read_text().replace("consent\n    is_met: yes", "consent\n    is_met: no\n    note: Not yet."))
    ran = desk.does("check-termination", number, "CRM-9", str(held), "--as", DORA)
    assert "held termination CRM-9" in ran.out
    assert "held by legal: consent: Not yet." in desk.does("show", number).out


# -- what is wrong is answered with what would be right, and nothing happens


@pytest.fixture(scope="module")
def standing_desk(standing: Stack) -> Desk:
    return Desk(standing.settings)


@pytest.fixture(scope="module")
def in_force(standing_desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> str:
    """One agreement in force for all refusals, with a review open."""
    folder = tmp_path_factory.mktemp("in-force")
    form = folder / "form.yaml"
    text = (EXAMPLES / "managed-printing.yaml").read_text(encoding="utf-8")
    form.write_text(text.replace("NW-2026-014", "NW-REFUSED"), encoding="utf-8")
    number = Running(folder).begins(standing_desk, form)
    standing_desk.does("request-change", number, "--what", "price", "--text", "Dear.", "--as", ANA)
    return number


REVIEWED = ("--outcome", "keep", "--reason", "Fine.", *SCORES)
ENDS = ("--cause", "convenience", "--requested-by", "customer", "--reason", "Enough.")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("conclude-review", "#", "x1", *REVIEWED, "--as", EVE), "is nobody whom agreement"),
        (("conclude-review", "#", "x1", *REVIEWED, "--as", ANA), "Ana Ruiz may not conclude the review"),
        (("conclude-review", "#", "2", *REVIEWED, "--as", FINN), "review 2 is not open; review x1 is"),
        (
            ("conclude-review", "#", "first", *REVIEWED, "--as", FINN),
            "REVIEW: 'first' does not hold; the number of the review that is open is expected, such as 3, or x1",
        ),
        (
            ("conclude-review", "#", "x1", "--outcome", "stay", "--reason", "r", *SCORES, "--as", FINN),
            "'stay' is not one of 'keep', 'renegotiate', 'raise_target', 'terminate'",
        ),
        (
            ("conclude-review", "#", "x1", *REVIEWED, "--customer-satisfaction", "6", "--as", FINN),
            "less than or equal to 5",
        ),
        (
            ("request-change", "#", "--what", "uptime,speed", "--text", "t", "--as", ANA),
            "--what: 'speed' is nothing that a change can be about; one or more of hours, accessibility, uptime,",
        ),
        (("request-change", "#", "--what", ", ", "--text", "t", "--as", ANA), "--what: names nothing"),
        (("request-change", "#", "--what", "price", "--text", " ", "--as", ANA), "--text: is empty"),
        (("give-notice", "#", "--end", "2027-02-30", "--as", ANA), "--end: '2027-02-30' is no day; a day such as"),
        (
            ("give-notice", "#", "--end", "2199-01-01", "--as", ANA),
            "2199-01-01 is not the next end of #; notice",
        ),
        (
            ("give-notice", "#", "--end", "9000-01-01", "--as", ANA),
            "--end: '9000-01-01' is out of range; years from 1990 to 2199 are taken",
        ),
        (("acknowledge-notice", "#", "--as", BO), "nobody has given notice"),
        (("agree-renewal", "#", "--end", "2027-02-28", "--as", BO), "renews by itself; there is no renewal"),
        (
            ("state-index", "#", "--rate", "2,4", "--source", "s", "--as", BO),
            "--rate: '2,4' does not hold; a percentage",
        ),
        (("state-index", "#", "--rate", "-100", "--source", "s", "--as", BO), "--rate: '-100' does not hold"),
        (("state-index", "#", "--rate", "-0.3", "--source", "s", "--as", BO), "revise no price at a renewal"),
        (("suspend", "#", "--until", "soon", "--reason", "r", "--as", FINN), "--until: 'soon' is no day"),
        (("suspend", "#", "--until", "12h", "--reason", "r", "--as", FINN), "so many days or weeks from today"),
        (("suspend", "#", "--until", "2020-01-01", "--reason", "r", "--as", FINN), "a later day is expected"),
        (("suspend", "#", "--until", "91d", "--reason", "r", "--as", FINN), "lasts at most 90 days by the terms"),
        (("reinstate", "#", "--reason", "r", "--as", FINN), "is not suspended; there is nothing to reinstate"),
        (("open-termination", "#", *ENDS, "--effective", "2020-01-01", "--as", BO), "--case: is missing; an agreement"),
        (
            ("open-termination", "#", *ENDS, "--effective", "2020-01-01", "--case", "CRM-1", "--as", BO),
            "2020-01-01 is past; a day from",
        ),
        (
            ("open-termination", "#", *ENDS, "--effective", "1d", "--case", "CRM-1", "--as", BO),
            "or a waiver with its reason",
        ),
        (("open-termination", "#", *ENDS, "--effective", "1d", "--case", "", "--as", BO), "--case: "),
        (
            ("open-termination", "#", *ENDS, "--effective", "1d", "--case", "no. 7", "--as", BO),
            "--case: 'no. 7' is no key",
        ),
        (("open-termination", "#", *ENDS, "--effective", "x", "--case", "C", "--as", BO), "--effective: 'x' is no day"),
        (("open-termination", "#", *ENDS[2:], "--cause", "spite", "--effective", "1d", "--as", BO), "'end_of_service'"),
        (("check-termination", "#", "CRM-1"), "no termination of # is open; `sla open-termination` opens one"),
        (("check-termination", "#", "CRM-1", str(FILES / "checklist.yaml")), "--as: is missing"),
        (
            ("check-termination", "#", "CRM-1", str(FILES / "checklist.yaml"), "--as", DORA),
            "no termination of # is open",
        ),
        (("withdraw-termination", "#", "CRM-1", "--reason", "r", "--as", BO), "no termination of # is open"),
        (
            ("offer-right", "#", "--side", "both", "--ground", "g", "--until", "9d", "--as", FINN),
            "'both' is not one of 'customer', 'provider'",
        ),
        (
            ("offer-right", "#", "--side", "customer", "--ground", "g", "--until", "2020-01-01", "--as", FINN),
            "a later day is expected",
        ),
        (("withdraw-termination", "#", "no. 7", "--reason", "r", "--as", BO), "CASE: 'no. 7' is no key"),
        *(
            (("edition", "#", "--at", when), f"--at: '{when}' is out of range; years from 1990 to 2199 are taken")
            for when in ("9999-12-31", "0001-01-01", "9999w", "2200-01-02T00:00Z")
        ),
        (("edition", "#", "--at", "-7d"), "--at: '-7d' is no point in time; a span such as 7d"),
        (("edition", "#", "--at", "99999999d"), "--at: '99999999d' is no point in time; a span such as 7d"),
        (("suspend", "#", "--until", "-7d", "--reason", "r", "--as", FINN), "--until: '-7d' is no day; a day such as"),
        (
            ("suspend", "#", "--until", "9999w", "--reason", "r", "--as", FINN),
            "--until: '9999w' is out of range; years",
        ),
        (("edition", "#", "--at", "yesterday"), "--at: 'yesterday' is no point in time"),
        (("diff", "#"), "A B: no amendment of # has an edition; two editions are expected, such as"),
        (("diff", "#", "1"), "A B: B is missing; two editions are expected"),
        (("withdraw", "#", "--reason", "r", "--as", ANA), "# is in force and cannot be withdrawn"),
    ],
)
def test_a_wrong_word_is_answered_with_what_would_be_right(
    standing_desk: Desk, in_force: str, words: tuple[str, ...], answer: str
) -> None:
    before = len(standing_desk.does("history", in_force, "--json").document)
    ran = standing_desk.types(*(in_force if word == "#" else word for word in words))
    assert (ran.status, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert answer.replace("#", in_force) in ran.err
    assert len(standing_desk.does("history", in_force, "--json").document) == before


def test_without_an_amendment_there_is_nothing_to_sign(standing_desk: Desk, in_force: str) -> None:
    ran = standing_desk.types("sign", in_force, "--as", BO)
    right = "no amendment is on its way; to sign belongs to an amendment in the stage signing"
    assert ran.err == f"sla: {in_force} is in force and {right}\n"


def test_a_living_verb_belongs_to_an_agreement_in_force(desk: Desk, form: Path) -> None:
    number = desk.starts(form)
    ran = desk.types("give-notice", number, "--end", "2030-02-01", "--as", ANA)
    assert ran.err == f"sla: {number} is requested, and to give notice belongs to the stage active\n"


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (RequestChange, "--text"),
        (RaiseComment, "TEXT"),
        (OpenTermination, "--case"),
        (WithdrawTermination, "CASE"),
        (Inspect, "--send-back"),
        (Suspend, "--reason"),
    ],
)
def test_an_empty_word_is_refused_under_the_name_that_it_was_typed_under(command: type[Command], option: str) -> None:
    fields = {
        "by": ANA,
        "decision_id": "1",
        "text": "",
        "case": "",
        "reason": "",
        "passed": False,
        "until": "2027-03-01",
    }
    edition = {"edition": {"no": 1, "hash": "ab" * 32}, "kinds": ["price"]}
    given = {name: value for name, value in (fields | edition).items() if name in command.model_fields}
    with pytest.raises(BadInput) as caught:
        checked(lambda: command.model_validate(given))
    assert str(caught.value).startswith(f"{option}: ")


def test_the_choices_are_those_of_the_business() -> None:
    assert [each.value for each in Outcome] == [each.value for each in ReviewOutcome]
    assert [each.value for each in Why] == [each.value for each in Cause]
    assert {each.value for each in Party} == {each.value for each in Side}
