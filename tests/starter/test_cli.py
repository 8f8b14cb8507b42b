"""The command line as people and scripts use it: help, a whole life, refusals, JSON, and no traceback ever."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from activities.settings import Settings
from sla.stages import Verb
from starter.cli import HEADINGS, app
from starter.running import environment_lines
from starter.telling import say, table
from tests.starter.desk import FILES, FIRST_STEPS, TO_THE_APPROVAL, TO_THE_REVIEW, TO_THE_SIGNATURE, Desk

HEAVY = (
    "pydantic",
    "temporalio",
    "sqlmodel",
    "sqlalchemy",
    "rich",
    "alembic",
    "jinja2",
    "aiosmtplib",
    "yaml",
    "icalendar",
)
ANA, INES, BO, FINN = "ana@northwind.example", "ines@northwind.example", "bo@meridian.example", "finn@meridian.example"
CHEN, DORA, GITA, HUGO = (f"{name}@meridian.example" for name in ("chen", "dora", "gita", "hugo"))
JUN, MARA = "jun@meridian.example", "mara@meridian.example"


def sla(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "starter.cli", *words]
    environment = {**os.environ, **(env or {})}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)


def test_help_imports_nothing_heavy() -> None:
    code = f"import sys; from starter.cli import run; run(['--help']); print([m for m in {HEAVY} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


def test_every_command_stands_under_one_heading() -> None:
    named = [name for names in HEADINGS.values() for name in names]
    commands = [command.name for command in app.registered_commands]
    groups = [group.name for group in app.registered_groups]
    assert sorted(str(name) for name in (*commands, *groups)) == sorted(named)


def test_every_verb_has_a_command() -> None:
    names = {command.name for command in app.registered_commands}
    verbs = {verb.value.replace("_", "-") for verb in Verb} - {"decide", "take-step", "note-finding"} | {
        "approve",
        "reject",
        "sign-off",
    }
    assert verbs <= names
    assert not {"take-step", "note-finding"} & names


def test_help_is_grouped_the_way_a_life_goes() -> None:
    text = sla("--help").stdout
    places = [text.index(f"{heading}:") for heading in HEADINGS]
    assert places == sorted(places)


def test_no_words_at_all_show_the_help() -> None:
    assert sla().stdout == sla("--help").stdout


def test_a_usage_error_is_one_sentence_with_status_two() -> None:
    ran = sla("approve", "0001")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "sla: Missing option '--as'; `sla approve --help` tells what is expected\n"


def test_a_usage_error_with_json_is_a_document() -> None:
    ran = sla("aprove", "--json")
    assert ran.returncode == 2
    assert ran.stderr == ""
    error = json.loads(ran.stdout)["error"]
    assert error["code"] == "Usage"
    assert error["message"] == "No such command 'aprove'; did you mean 'approve'?"


def test_without_a_register_one_sentence_says_what_makes_one(tmp_path: Path) -> None:
    ran = sla("list", env={"SLA_HOME": str(tmp_path)})
    assert ran.returncode == 2
    assert ran.stderr.startswith(f"sla: there is no register at {tmp_path}/register.db; `sla up` makes one")
    assert len(ran.stderr.splitlines()) == 1


def test_a_register_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    url = "postgresql://nobody:secret@127.0.0.1:1/none"
    ran = sla("list", env={"SLA_HOME": str(tmp_path), "SLA_DATABASE_URL": url})
    assert ran.returncode == 2
    assert "does not answer" in ran.stderr
    assert "secret" not in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_setting_that_does_not_hold_is_named(tmp_path: Path) -> None:
    ran = sla("list", env={"SLA_SMTP_PORT": "seventy"})
    assert ran.returncode == 2
    assert ran.stderr.startswith("sla: SLA_SMTP_PORT: ")


def test_a_whole_life_is_typed_to_the_last_signature(desk: Desk, form: Path) -> None:
    number = desk.carries(form, *FIRST_STEPS)
    desk.does("submit-offer", number, "--expires", "14d", "--as", BO)
    desk.does("withdraw-offer", number, "--reason", "A typing error.", "--as", BO)
    desk.does("submit-offer", number, "--fee", "3800.00", "--expires", "14d", "--as", BO)
    desk.does("reject-offer", number, "--reason", "Too dear.", "--as", ANA)
    desk.does("submit-offer", number, "--terms", str(FILES / "second-offer.yaml"), "--expires", "2d", "--as", BO)
    desk.does("accept-offer", number, "--as", ANA)
    desk.does("acknowledge", number, "--as", ANA)
    desk.does("acknowledge", number, "--as", BO)
    desk.does("comment", number, "Which sites?", "--as", ANA)
    desk.does("resolve-comment", number, "1", "--how", "All three.", "--as", FINN)
    desk.does("inspect", number, "--pass", "--as", GITA)
    desk.does("reject", number, "--reason", "Look again.", "--back-to", "reviewing", "--as", DORA)
    desk.does("acknowledge", number, "--as", ANA)
    desk.does("acknowledge", number, "--as", BO)
    desk.does("inspect", number, "--pass", "--as", GITA)
    desk.does("sign-off", number, "--as", DORA)
    desk.does("delegate", number, "--to", JUN, "--until", "7d", "--as", HUGO)
    desk.does("approve", number, "--for", HUGO, "--as", JUN)
    desk.does("approve", number, "--as", MARA)
    desk.does("sign", number, "--as", MARA)
    ran = desk.does("sign", number, "--as", INES)
    assert ran.out.splitlines()[-1] == f"{number} is active; nobody is waited for."
    assert desk.does("audit", number, "--json").document["problem"] is None


def test_after_a_verb_it_says_who_is_waited_for_until_when(desk: Desk, form: Path) -> None:
    number = desk.starts(form)
    lines = desk.does("name-engineer", number, CHEN, "--as", FINN).out.splitlines()
    assert lines[0] == "Finn Doyle named Chen Wei as the service engineer."
    assert lines[1] == f"{number} is requested. Waited for:"
    assert lines[2].startswith(f"  Bo Lindqvist ({BO}), to agree to the engineer, until ")
    assert lines[2].endswith(" Europe/Berlin")


def test_it_tells_of_which_edition_a_decision_speaks(desk: Desk, form: Path) -> None:
    number = desk.carries(form, *TO_THE_REVIEW)
    assert desk.does("acknowledge", number, "--as", ANA).out.startswith("You speak of edition 1 (")


def test_a_repeat_with_the_same_decision_id_gives_the_first_answer(desk: Desk, form: Path) -> None:
    number = desk.starts(form)
    words = ("name-engineer", number, CHEN, "--as", FINN, "--decision-id", "named-once", "--json")
    first, second = desk.does(*words).document, desk.does(*words).document
    assert (first["repeated"], second["repeated"]) == (False, True)
    assert first["seq"] == second["seq"]


def test_a_repeat_of_a_withdrawal_is_answered_after_the_end(desk: Desk, form: Path) -> None:
    number = desk.starts(form)
    words = ("withdraw", number, "--reason", "No budget.", "--as", ANA, "--decision-id", "w1", "--json")
    assert desk.does(*words).document["seq"] == desk.does(*words).document["seq"]
    again = desk.types("withdraw", number, "--reason", "No budget.", "--as", ANA)
    assert (again.status, again.out) == (2, "")
    assert "has ended as withdrawn (No budget.)" in again.err


def test_the_agreements_own_sentence_refuses(desk: Desk, form: Path) -> None:
    number = desk.starts(form)
    ran = desk.types("name-engineer", number, CHEN, "--as", "eve@elsewhere.example", "--json")
    assert ran.status == 2
    assert ran.document["error"]["code"] == "NotYourRole"
    assert "eve@elsewhere.example is nobody whom agreement" in ran.document["error"]["message"]


def test_the_gate_names_every_gap(desk: Desk, form: Path, tmp_path: Path) -> None:
    number = desk.carries(form, *FIRST_STEPS[:-1])
    text = (FILES / "draft.yaml").read_text(encoding="utf-8")
    bare = tmp_path / "bare.yaml"
    bare.write_text(text.replace("review: {every_months: 3}", ""), encoding="utf-8")
    ran = desk.types("submit-draft", number, str(bare), "--as", FINN)
    assert ran.status == 2
    assert "review is missing" in ran.err


def test_a_stale_edition_is_sent_as_it_is_and_refused(desk: Desk, form: Path) -> None:
    number = desk.carries(form, *FIRST_STEPS)
    desk.does("submit-offer", number, "--fee", "3800.00", "--expires", "14d", "--as", BO)
    ran = desk.types("accept-offer", number, "--edition", "1", "--as", ANA, "--json")
    assert (ran.status, ran.document["error"]["code"]) == (2, "StaleEdition")


def test_an_edition_that_is_not_there_is_named(desk: Desk, form: Path) -> None:
    number = desk.carries(form, *FIRST_STEPS)
    ran = desk.types("accept-offer", number, "--edition", "9", "--as", ANA)
    assert ran.err == f"sla: agreement {number} has no edition 9; editions 1 to 1 stand\n"


@pytest.mark.parametrize(
    ("words", "belongs"),
    [
        (("sign", "#", "--as", MARA), "sign belongs to the stage signing\n"),
        (("approve", "#", "--as", DORA), "approve or reject the edition belongs to the stage approving\n"),
        (("sign-off", "#", "--as", DORA), "approve or reject the edition belongs to the stage approving\n"),
        (
            ("submit-offer", "#", "--fee", "9.00", "--expires", "7d", "--as", BO),
            "make an offer belongs to the stage negotiating\n",
        ),
    ],
)
def test_a_verb_on_an_edition_before_there_is_one_belongs_to_another_stage(
    desk: Desk, form: Path, words: tuple[str, ...], belongs: str
) -> None:
    number = desk.starts(form)
    ran = desk.types(*(number if word == "#" else word for word in words))
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"sla: {number} is requested, and ")
    assert ran.err.endswith(belongs)


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("name-engineer", "#", "nobody", "--as", FINN), "ENGINEER"),
        (("name-engineer", "#", CHEN, "--as", "finn"), "--as"),
        (("name-engineer", "#", CHEN, "--as", FINN, "--decision-id", "a b"), "--decision-id"),
        (("withdraw", "#", "--as", ANA, "--reason", "x" * 5001), "--reason"),
        (("withdraw", "#", "--as", ANA, "--reason", "\u202etxet"), "--reason"),
        (("inspect", "#", "--as", GITA), "inspect"),
    ],
)
def test_a_wrong_word_is_refused_by_its_option(desk: Desk, form: Path, words: tuple[str, ...], option: str) -> None:
    number = desk.starts(form)
    ran = desk.types(*(number if word == "#" else word for word in words))
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"sla: {option}: ")
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("words", [("show", "9999"), ("approve", "9999", "--as", DORA), ("audit", "9999")])
def test_an_unknown_number_is_one_sentence(desk: Desk, words: tuple[str, ...]) -> None:
    desk.does("list")
    ran = desk.types(*words)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "sla: there is no agreement '9999'; `sla list` shows those that there are\n"


def test_a_form_with_faults_gets_one_line_for_each(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("reference: X-1\nkind: customer_slo\ntitle: T\nsurprise: 1\n", encoding="utf-8")
    ran = desk.types("start", str(path))
    first, *lines = ran.err.splitlines()
    assert ran.status == 2
    assert first == f"sla: {path} has {len(lines)} faults:"
    assert lines[0].startswith("  line 1, ")
    faults = desk.types("start", str(path), "--json").document["error"]["faults"]
    assert [line.strip() for line in lines] == faults


def test_a_form_with_one_fault_gets_one_sentence(desk: Desk, form: Path) -> None:
    form.write_text(form.read_text(encoding="utf-8").replace("service: managed-printing", "service: printing"))
    ran = desk.types("start", str(form))
    assert ran.status == 2
    assert ran.err.startswith(f"sla: {form}: line ")
    assert len(ran.err.splitlines()) == 1


def test_the_same_form_twice_is_one_agreement(desk: Desk, form: Path) -> None:
    first, second = desk.starts(form), desk.does("start", str(form))
    assert second.out.startswith(f"{first} was already started from this form.\n")


def test_another_form_under_the_same_reference_is_a_conflict(desk: Desk, form: Path) -> None:
    desk.starts(form)
    text = form.read_text(encoding="utf-8")
    form.write_text(text.replace("end: 2030-02-01", "end: 2029-02-01"), encoding="utf-8")
    ran = desk.types("start", str(form), "--json")
    assert (ran.status, ran.document["error"]["code"]) == (2, "Conflict")


def test_every_reading_command_gives_one_json_document(desk: Desk, form: Path) -> None:
    number = desk.carries(form, *TO_THE_SIGNATURE, "sign # --as mara@meridian.example")
    shown = desk.does("show", number, "--as", INES, "--json").document
    assert (shown["stage"], shown["may"]) == ("signing", ["sign", "decline_to_sign", "withdraw"])
    assert [seat["decision"] for seat in shown["approvals"]] == ["approved"] * 3
    assert [signature["name"] for signature in shown["signatures"]] == ["Mara Klein"]
    assert desk.does("history", number, "--json").document[-1]["fact"] == "signed"
    assert desk.does("terms", number, "--json").document["no"] == 1
    assert {row["number"] for row in desk.does("letters", number, "--json").document} == {number}
    assert desk.does("letters", "--refused", "--json").document == []
    assert number in {row["number"] for row in desk.does("list", "--stage", "signing", "--json").document}
    assert desk.does("list", "--waiting-for", INES, "--search", "NORTHWIND", "--json").document[0]["number"] == number
    assert len(desk.does("prices", "managed-printing", "--quantity", "140", "--json").document) == 3
    assert desk.does("audit", "--json").document[0]["problem"] is None


def test_diff_tells_what_an_offer_changes(desk: Desk, form: Path) -> None:
    number = desk.carries(form, *FIRST_STEPS)
    desk.does("submit-offer", number, "--fee", "3800.00", "--expires", "14d", "--as", BO)
    changes = desk.does("diff", number, "1", "2", "--json").document
    assert "cheaper" in {change["effect"] for change in changes}
    assert "cheaper" in desk.does("diff", number, "1", "2").out
    assert "+Price: EUR 3,800.00 a month" in desk.does("diff", number, "1", "2", "--text").out
    assert "say the same" in desk.does("diff", number, "1", "1").out
    assert "EUR 3,946.00 a month" in desk.does("terms", number, "--edition", "1").out


def test_requirements_are_added_and_taken_out(desk: Desk, form: Path) -> None:
    number = desk.carries(form, *FIRST_STEPS[:3])
    ran = desk.does("record-requirements", number, "--remove", "6", "--remove", "7", "--as", ANA)
    assert ran.out.startswith("Ana Ruiz recorded 2 requirements (6, 7); 5 stand now.")
    ran = desk.types("confirm-requirements", number, "--hash", "0" * 64, "--as", ANA, "--json")
    assert (ran.status, ran.document["error"]["code"]) == (2, "StaleEdition")


def test_tables_are_plain_text_in_a_pipe(desk: Desk, form: Path) -> None:
    number = desk.carries(form, *TO_THE_APPROVAL)
    for words in (("show", number), ("history", number), ("list",), ("letters", number), ("terms", number)):
        out = desk.does(*words).out
        assert number in out
        assert "\x1b" not in out
        assert max(len(line) for line in desk.does("list").out.splitlines()) <= 140


def test_show_says_what_somebody_may_do_now(desk: Desk, form: Path) -> None:
    number = desk.carries(form, *TO_THE_APPROVAL)
    out = desk.does("show", number, "--as", DORA).out
    assert "approve or reject the edition (approve, reject, sign-off)" in out
    assert "legal and finance: Dora Petrov has not decided" in out


def test_a_reference_to_nobody_is_refused_by_show(desk: Desk, form: Path) -> None:
    number = desk.starts(form)
    assert desk.types("show", number, "--as", "eve@elsewhere.example").status == 2


def test_a_refused_sign_off_is_told_from_the_register(desk: Desk, form: Path) -> None:
    number = desk.carries(form, *TO_THE_APPROVAL)
    ran = desk.types("sign-off", number, "--as", MARA)
    assert ran.status == 2
    assert "your stage of the approval is not open" in ran.err
    assert desk.does("history", number, "--json").document[-1]["fact"] == "sign_off_refused"


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (("approve", "--as", DORA), ("sign-off", "--as", HUGO)),
        (("comment", "Which sites?", "--as", DORA), ("sign-off", "--as", DORA)),
    ],
)
def test_a_sign_off_under_the_decision_id_of_something_else_is_refused(
    desk: Desk, form: Path, first: tuple[str, ...], again: tuple[str, ...]
) -> None:
    steps = TO_THE_APPROVAL if first[0] == "approve" else TO_THE_REVIEW
    number = desk.carries(form, *steps)
    desk.does(first[0], number, *first[1:], "--decision-id", "taken")
    ran = desk.types(again[0], number, *again[1:], "--decision-id", "taken", "--json")
    assert (ran.status, ran.document["error"]["code"]) == (2, "NotPossible")
    expected = "the decision id 'taken' is somebody else's; a fresh one is expected"
    assert ran.document["error"]["message"] == expected


def test_a_sign_off_that_is_repeated_gets_the_first_answer(desk: Desk, form: Path) -> None:
    number = desk.carries(form, *TO_THE_APPROVAL)
    words = ("sign-off", number, "--as", DORA, "--decision-id", "once", "--json")
    first, second = desk.does(*words).document, desk.does(*words).document
    assert (first["seq"], second["seq"], second["repeated"]) == (first["seq"], first["seq"], True)


def test_show_names_the_engineers_who_may_be_named(desk: Desk, form: Path) -> None:
    number = desk.starts(form)
    shown = desk.does("show", number, "--json").document
    assert CHEN in {each["email"] for each in shown["competent_engineers"]}
    assert f"Chen Wei ({CHEN})" in desk.does("show", number).out
    assert "(customer SLA)" in desk.does("show", number).out


def test_show_tells_what_the_assessments_found(desk: Desk, form: Path) -> None:
    number = desk.carries(form, *FIRST_STEPS)
    shown = desk.does("show", number, "--json").document
    assert shown["competent_engineers"] is None
    assert {row["angle"] for row in shown["assessments"]} == {"technical", "commercial"}
    assert all(row["reason"] for row in shown["assessments"])
    assert "Assessments" in desk.does("show", number).out


def test_a_time_in_a_table_says_its_zone_in_the_heading(desk: Desk, form: Path) -> None:
    number = desk.starts(form)
    assert "next date (UTC)" in desk.does("list").out
    assert "(Europe/Berlin)" in desk.does("letters", number).out
    assert "(UTC)" in desk.does("letters").out


def test_one_entry_is_not_entries(desk: Desk, form: Path) -> None:
    assert "(1 entry, head " in desk.does("audit", desk.starts(form)).out


def test_another_terminal_is_told_what_differs_from_the_defaults(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "my stack", smtp_port=2525, temporal_address="127.0.0.1:7233")
    exports = [line for line in environment_lines(settings) if line.startswith("export")]
    assert f"export SLA_HOME='{tmp_path}/my stack'" in exports
    assert "export SLA_SMTP_PORT=2525" in exports
    assert not any("SLA_TEMPORAL_ADDRESS" in line for line in exports)


def test_declining_to_sign_ends_the_request(desk: Desk, form: Path) -> None:
    number = desk.carries(form, *TO_THE_SIGNATURE)
    ran = desk.does("decline-to-sign", number, "--reason", "The price has changed.", "--as", INES)
    assert f"{number} is declined; nobody is waited for." in ran.out


def test_a_stage_that_does_not_exist_is_refused_with_those_that_do(desk: Desk, form: Path) -> None:
    desk.starts(form)
    assert "one of requested, capturing" in desk.types("list", "--stage", "asleep").err


def test_nothing_answers_at_temporals_address(desk: Desk, form: Path) -> None:
    number = desk.starts(form)
    gone = Desk(desk.settings.model_copy(update={"temporal_address": "127.0.0.1:1"}))
    ran = gone.types("name-engineer", number, CHEN, "--as", FINN)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("sla: Temporal does not answer at 127.0.0.1:1")


def test_up_refuses_an_address_that_is_not_here(tmp_path: Path) -> None:
    desk = Desk(Settings(home=tmp_path, temporal_address="temporal.example:7233"))
    assert "is not on this machine" in desk.types("up").err


def test_a_terminal_never_gets_control_characters_of_strangers() -> None:
    out = io.StringIO()
    table(out, ("reply",), [("550 \x1b[2J\x9b31m[bold]gone[/bold]",)])
    say(out, "550 \x1b]0;title\x07")
    assert "\x1b" not in out.getvalue()
    assert "\x9b" not in out.getvalue()
    assert "[bold]gone[/bold]" in out.getvalue()
