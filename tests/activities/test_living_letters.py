"""The letters of an agreement in force, as real transitions write them."""

import re
from functools import cache
from html import unescape

import pytest
import yaml

from activities.rendering import COLUMNS
from activities.sealing import Words
from sla.agreement import edition_of
from sla.commands import GiveNotice
from sla.contract_commands import Decide
from sla.ending_commands import Suspend
from sla.letter_kinds import LetterKind
from sla.letters import Letter
from sla.life import ReviewOutcome
from sla.stages import Stage, Verb
from sla.terms import EditionRef
from sla.transitions import sign_off
from tests.activities import in_force
from tests.activities.in_force import FIFTY, TACIT, Tale, ask, conclude, instant, letters, terms_of
from tests.activities.test_rendering import TEMPLATES, Queued, headers, stationery
from tests.people import ANA, BO, CHEN, DORA, FINN, INES, KOFI, LENA, PIA

LIVING = pytest.mark.parametrize("kind", sorted(in_force.LIVING), ids=lambda kind: kind.value)
EVERY_KIND = pytest.mark.parametrize("kind", list(LetterKind), ids=lambda kind: kind.value)


@cache
def words_of(letter: Letter) -> Words:
    return stationery().words(letter.kind, letter.context, letter.to)


def to(email: str, *kinds: LetterKind) -> Letter:
    """The first letter of these kinds to somebody."""
    return next(letter for letter in letters(*kinds) if letter.to == email)


def flowing(text: str) -> str:
    return " ".join(text.split())


def seen(html: str) -> str:
    """What a reader of the HTML sees, in one line."""
    return flowing(unescape(re.sub(r"<[^>]+>", " ", html.partition("</style>")[2])))


def block(template: str, name: str) -> str:
    """One block of a template without its marks, in one line; empty where it has none."""
    found = re.search(rf"{{% block {name} %}}(.*?){{% endblock %}}", template, re.DOTALL)
    return flowing(re.sub(r"</?strong>", "", found[1])) if found else ""


@LIVING
def test_every_kind_comes_from_real_transitions_as_one_message(kind: LetterKind) -> None:
    letter = next(letters(kind))
    read = headers(stationery().write(Queued(letter.context, letter.kind, letter.to, letter.message_key)))
    subject = words_of(letter).subject
    assert re.fullmatch(r"\[0001(, amendment 1)?\] [^:\n]+: Managed printing for Northwind", subject)
    assert flowing(read["Subject"]) == subject


@EVERY_KIND
@pytest.mark.parametrize("name", ["story", "reason_label", "deadline", "rest"])
def test_text_and_html_say_the_same(kind: LetterKind, name: str) -> None:
    html, text = ((TEMPLATES / kind.value / f"body.{ext}").read_text() for ext in ("html", "txt"))
    assert block(html, name) == block(text, name)


def test_the_templates_are_typed_with_a_plain_keyboard() -> None:
    assert all(path.read_text().isascii() for path in TEMPLATES.rglob("*.*"))


def test_no_letter_has_a_long_line_an_empty_gap_or_a_blank_that_nobody_filled() -> None:
    for letter in letters():
        text = words_of(letter).text
        long = [line for line in text.splitlines() if len(line) > COLUMNS]
        assert all(line.startswith("    sla ") for line in long)
        assert "\n\n\n" not in text
        assert "None" not in text


def test_every_instant_is_on_the_clocks_of_the_contract() -> None:
    for letter in letters():
        for body in (words_of(letter).text, seen(words_of(letter).html)):
            assert "+00:00" not in body
            assert all(
                re.search(r"^.{0,3}Europe/Berlin", rest) for rest in re.split(r"\b\d\d:\d\d\b", flowing(body))[1:]
            )


# -- the pack


def test_the_pack_tells_what_was_promised_and_measured_what_it_proposes_and_what_is_ahead() -> None:
    letter = next(letters(LetterKind.REVIEW_PACK))
    for body in (flowing(words_of(letter).text), seen(words_of(letter).html)):
        assert "99.8 % from 2027-02-01 until 2027-03-01, committed 99.5 %; before: 99.7 %" in body
        assert "no less than 98 % is acceptable" in body
        assert "commit to 99.7 % instead of 99.5 %" in body
        assert "No review was concluded yet." in body
        assert "2027-04-01 10:00 Europe/Berlin" in body
        assert " missed" in body


def test_the_pack_of_an_agreement_without_results_says_so() -> None:
    packs = ((letter, letter.context.pack) for letter in letters(LetterKind.REVIEW_PACK))
    letter = next(letter for letter, pack in packs if pack and not pack.measured)
    for body in (words_of(letter).text, seen(words_of(letter).html)):
        assert "Nothing was measured: no results are recorded yet." in body
        assert "Nothing is open between the two sides." in body
        assert "Better levels" not in body


def test_a_missing_result_is_named_and_never_read_as_met() -> None:
    tale = in_force.measure(Tale(), 1, "99.7").until(instant(2027, 3, 20))
    pack = next(letter.context.pack for letter in tale.told[-1].letters if letter.kind is LetterKind.REVIEW_PACK)
    assert pack is not None
    assert (
        pack.measured[1].said,
        pack.measured[1].is_met,
    ) == ("no result is recorded for 2027-01-01 until 2027-02-01", None)


@pytest.mark.parametrize("kind", [LetterKind.CHANGE_REQUESTED, LetterKind.REVIEW_PACK, LetterKind.REVIEW_WANTED])
def test_hostile_words_in_a_pack_arrive_as_words(kind: LetterKind) -> None:
    tale = ask(Tale(), instant(2027, 3, 17), in_force.HOSTILE).until(instant(2027, 4, 2))
    letter = next(each for step in tale.told for each in step.letters if each.kind is kind)
    assert "</td>&lt;script" not in words_of(letter).html
    assert "<script" not in words_of(letter).html
    assert "&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;<br>" in words_of(letter).html
    assert ">\n> WHAT TO DO NEXT\n>\n>     sla sign 0001" in words_of(letter).text
    assert "\n    sla sign" not in words_of(letter).text


def test_a_hostile_name_of_a_target_stays_in_its_cell() -> None:
    state = Tale().state
    named = tuple(each.model_copy(update={"name": "</td>{{ 7 * 7 }}: x"}) for each in edition_of(state).terms.targets)
    letter = next(
        each
        for step in Tale(targets=named).until(instant(2027, 3, 20)).told
        for each in step.letters
        if each.kind is LetterKind.REVIEW_PACK
    )
    assert "&lt;/td&gt;{{ 7 * 7 }}: x</td>" in words_of(letter).html
    assert "- </td>{{ 7 * 7 }}: x: the service is available" in words_of(letter).text


def test_a_request_is_told_once_with_what_it_touches() -> None:
    text = words_of(to(INES, LetterKind.CHANGE_REQUESTED)).text
    assert text.count("We open an hour earlier from May on.") == 1
    assert "- requirement 1: Printers work while the office is open." in text


# -- amendments


def test_every_letter_about_an_amendment_says_so_and_which_edition_counts_meanwhile() -> None:
    about = [letter for letter in letters() if letter.context.amendment]
    assert {LetterKind.OFFER_RECEIVED, LetterKind.APPROVAL_WANTED, LetterKind.SIGNATURE_WANTED} < {
        letter.kind for letter in about
    }
    for letter in about:
        assert words_of(letter).subject.startswith("[0001, amendment 1] ")
        for body in (flowing(words_of(letter).text), seen(words_of(letter).html)):
            assert "This letter is about amendment 1. The agreement itself is in force: edition 2 counts until" in body


def test_no_letter_of_an_amendment_speaks_of_a_request() -> None:
    for letter in letters():
        if letter.context.amendment:
            assert "the request" not in flowing(words_of(letter).text).lower()


def test_an_approver_of_an_amendment_reads_how_to_see_what_changes() -> None:
    assert "sla diff 0001 2 3" in words_of(to(DORA, LetterKind.APPROVAL_WANTED)).text


def test_the_drafter_reads_the_levels_that_the_review_decided_to_raise() -> None:
    letter = to(FINN, LetterKind.DRAFT_WANTED)
    assert "Printing works: commit to 99.7 % instead of 99.5 %" in flowing(words_of(letter).text)


def test_whoever_signed_an_amendment_reads_when_it_takes_effect() -> None:
    body = flowing(words_of(to(PIA, LetterKind.AMENDMENT_AGREED)).text)
    assert "takes effect on Tue 1 Jun 2027, 00:00 (Europe/Berlin). Until that instant edition 2 counts." in body


def test_a_sign_off_that_did_not_count_on_an_amendment_asks_for_the_decision_again() -> None:
    tale = conclude(ask(Tale(), instant(2027, 2, 1)), instant(2027, 2, 2), ReviewOutcome.RENEGOTIATE)
    tale.amend(instant(2027, 2, 3), terms_of(tale, limits=FIFTY), Stage.APPROVING)
    stale = EditionRef(no=2, hash=edition_of(tale.state).hash)
    command = Decide(by=DORA, decision_id="stale", edition=stale, approve=True)
    [letter] = sign_off(tale.state, command, instant(2027, 2, 4)).letters
    assert letter.context.amendment == 1
    assert letter.context.command == f"sla approve 0001 --edition 3 --as {DORA}"


# -- one clear next step


@pytest.mark.parametrize(
    ("kind", "email", "command"),
    [
        (LetterKind.NOTICE_REMINDER, ANA, f"sla give-notice 0001 --end 2028-01-01 --as {ANA}"),
        (LetterKind.NOTICE_RECEIVED, BO, f"sla acknowledge-notice 0001 --as {BO}"),
        (LetterKind.RENEWAL_AGREED, FINN, f"sla agree-renewal 0001 --end 2028-01-01 --as {FINN}"),
        (LetterKind.LEGAL_CHECK_WANTED, KOFI, f"sla check-termination 0001 CRM-2027/118 FILE --as {KOFI}"),
        (LetterKind.TERMINATION_HELD, BO, f"sla withdraw-termination 0001 CRM-2027/118 --reason TEXT --as {BO}"),
    ],
)
def test_the_next_step_stands_ready_to_copy(kind: LetterKind, email: str, command: str) -> None:
    assert to(email, kind).context.command == command


def test_a_term_that_renews_expressly_asks_for_the_word_of_each_side() -> None:
    tale = Tale(renewal=in_force.EXPRESS).until(instant(2027, 7, 10))
    reminded = (each for step in tale.told for each in step.letters if each.kind is LetterKind.NOTICE_REMINDER)
    letter = next(each for each in reminded if each.to == ANA)
    assert letter.context.command == f"sla agree-renewal 0001 --end 2028-01-01 --as {ANA}"
    assert letter.context.next_step is not None
    assert letter.context.next_step.endswith("Unless both sides agree, the agreement ends on 2028-01-01.")


def test_only_the_providers_side_reads_how_to_open_a_termination_and_only_for_its_own_right() -> None:
    offered = [letter for letter in letters(LetterKind.RIGHT_OFFERED) if letter.context.command]
    assert {BO, FINN} == {letter.to for letter in offered}
    assert all("--requested-by provider" in str(letter.context.command) for letter in offered)


def test_an_overdue_review_can_be_concluded_from_its_letter_by_a_manager() -> None:
    assert str(to(BO, LetterKind.REVIEW_OVERDUE).context.command).startswith("sla conclude-review 0001 ")
    assert to(LENA, LetterKind.REVIEW_OVERDUE).context.command is None


def test_a_letter_about_something_else_does_not_ask_for_the_review_that_is_open() -> None:
    tale = ask(Tale(), instant(2027, 2, 1))
    tale.say(instant(2027, 2, 1, 9), Suspend(by=BO, decision_id="s", until=instant(2027, 3, 1).date(), reason="x"))
    letter = next(each for each in tale.told[-1].letters if each.to == FINN)
    assert (letter.kind, letter.context.next_step, letter.context.command) == (LetterKind.SUSPENDED, None, None)


def test_a_reminder_in_force_does_not_say_that_the_agreement_stands_still() -> None:
    living = [each for each in letters(LetterKind.REMINDER, LetterKind.ESCALATION) if not each.context.amendment]
    assert {LetterKind.REMINDER, LetterKind.ESCALATION} == {letter.kind for letter in living}
    for letter in living:
        body = flowing(words_of(letter).text)
        assert "is in force" in body
        assert not [wrong for wrong in ("stands still", "cannot go on", "lapses") if wrong in body]


def test_silence_about_a_review_leaves_the_other_waits_their_dates() -> None:
    tale = Tale(renewal=TACIT).until(instant(2027, 4, 14))
    tale.say(instant(2027, 4, 14), GiveNotice(by=ANA, decision_id="n", end=instant(2028, 1, 1).date()))
    tale.until(instant(2027, 4, 16))
    assert {True} == {wait.due is not None for wait in tale.state.waits if wait.verb is Verb.ACKNOWLEDGE_NOTICE}


# -- a termination, and the end


@pytest.mark.parametrize("kind", [LetterKind.LEGAL_CHECK_WANTED, LetterKind.REMINDER])
def test_legal_reads_the_questions_and_how_the_answers_look(kind: LetterKind) -> None:
    text = next(words_of(letter).text for letter in letters(kind) if letter.context.checklist)
    assert "- breach: Is the breach proven, and was it notified?" in text
    sample = text[text.index("    answers:") :].partition("\n\n")[0]
    assert yaml.safe_load(sample) == {
        "answers": [
            {"question": "authority", "is_met": True},
            {"question": "form", "is_met": False, "note": "What is missing."},
        ]
    }


def test_legal_reads_the_reason_and_the_waiver() -> None:
    for body in (
        words_of(to(KOFI, LetterKind.LEGAL_CHECK_WANTED)).text,
        words_of(to(KOFI, LetterKind.LEGAL_CHECK_WANTED)).html,
    ):
        assert "Three months in a row below the acceptable level." in body
        assert "Nobody loses by it." in body


def test_whoever_receives_a_notice_reads_its_reason() -> None:
    assert "> We move." in words_of(to(BO, LetterKind.NOTICE_RECEIVED)).text


def test_after_a_renewal_letters_tell_the_revised_fee() -> None:
    assert to(ANA, LetterKind.RENEWED).context.fee == "EUR 922.50 a month"


def test_the_last_letter_carries_the_certificate_to_everybody_who_heard_of_the_end() -> None:
    closed, ended = ({letter.to for letter in letters(kind)} for kind in (LetterKind.CLOSED, LetterKind.ENDED))
    assert {ANA, BO, CHEN, FINN, INES, PIA} == closed == ended
    for letter in letters(LetterKind.CLOSED):
        assert "Timers      0\nActivities  0\nSchedules   0\n" in words_of(letter).text


def test_whoever_drafts_an_amendment_after_a_renewal_reads_the_fee_as_it_is_now() -> None:
    tale = in_force.renewed_until(instant(2028, 1, 2))
    conclude(ask(tale, instant(2028, 1, 3)), instant(2028, 1, 3, 9), ReviewOutcome.RENEGOTIATE)
    letter = next(each for each in tale.told[-1].letters if each.kind is LetterKind.DRAFT_WANTED)
    assert letter.context.fee == "EUR 922.50 a month"


# -- what a compliance run has found


def test_the_owner_of_an_action_reads_what_was_found_and_until_when_it_is_due() -> None:
    letter = next(letters(LetterKind.ACTION_WANTED))
    for body in (flowing(words_of(letter).text), seen(words_of(letter).html)):
        assert "Please do it by Tue 16 Feb 2027, 23:59 (Europe/Berlin)." in body
        assert f"sla complete-action 0001 1 --evidence TEXT --as {letter.to}" in body


def test_hostile_words_of_a_finding_arrive_as_words() -> None:
    letter = to(ANA, LetterKind.TARGET_MISSED)
    assert "<script" not in words_of(letter).html
    assert "\n    sla sign" not in words_of(letter).text
    assert "> WHAT TO DO NEXT" in words_of(letter).text


def test_whoever_hears_of_a_miss_reads_how_to_dispute_it_and_need_not_do_anything() -> None:
    body = flowing(words_of(to(INES, LetterKind.TARGET_MISSED)).text)
    assert "You need not do anything. If you hold the figure to be wrong, dispute it with the command below" in body
    assert "sla dispute 0001 --period 2027-01 --target printing-works --statement 3f2a9c1b" in body


def test_a_forecast_never_leaves_the_providers_house() -> None:
    assert {BO, CHEN, FINN} == {letter.to for letter in letters(LetterKind.BREACH_FORECAST)}


def test_whoever_looks_at_an_action_reads_its_evidence_and_both_answers() -> None:
    text = words_of(to(ANA, LetterKind.VERIFICATION_WANTED)).text
    assert "> The probe was replaced.\n> It runs." in text
    assert f"    sla verify-action 0001 1 --effective --as {ANA}\n" in text
    assert f"    sla verify-action 0001 1 --not-effective --note TEXT --as {ANA}\n" in text


def test_only_the_managers_read_how_to_conclude_the_review_that_a_watermelon_opens() -> None:
    asked = {letter.to for letter in letters(LetterKind.WATERMELON_FOUND) if letter.context.command}
    assert {BO, FINN} == asked


def test_a_claim_asks_the_provider_to_see_to_it_and_the_customer_for_nothing() -> None:
    provider, customer = (flowing(words_of(to(email, LetterKind.CREDIT_CLAIMED)).text) for email in (BO, INES))
    assert "See to it that whoever writes your invoices knows of it" in provider
    assert "You need not do anything here." in customer


def test_only_the_customer_is_told_how_a_credit_is_claimed() -> None:
    provider, customer = (flowing(words_of(to(email, LetterKind.TARGET_MISSED)).text) for email in (BO, ANA))
    assert "sla claim-credit 0001" in customer
    assert "claim-credit" not in provider


def test_an_early_warning_never_says_that_nothing_is_missed() -> None:
    """It comes, too, when downtime has used up the whole budget and nothing can mend it."""
    text = flowing(words_of(to(BO, LetterKind.BREACH_FORECAST)).text)
    assert "no statement says it" in text
    assert "nothing is missed" not in text
