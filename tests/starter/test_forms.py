"""Bad input is refused at the door with its field, its line and what would be right; good input comes in exact."""

import contextlib
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sla.errors import BadForm, BadInput
from starter import forms
from starter.yaml_text import FASTEST, Loader, read_sheet

EXAMPLES = Path(__file__).parents[2] / "examples"
REQUEST = (EXAMPLES / "managed-printing.yaml").read_text("utf-8")
TERMS = (EXAMPLES / "managed-printing" / "draft.yaml").read_text("utf-8")
PROVIDER = (EXAMPLES / "provider.yaml").read_text("utf-8")


def changed(text: str, old: str, new: str) -> bytes:
    assert old in text
    return text.replace(old, new, 1).encode()


def refusal(read: Callable[[bytes, str], object], data: bytes) -> BadForm:
    with pytest.raises(BadForm) as caught:
        read(data, "form.yaml")
    return caught.value


def told(error: BadForm) -> dict[str, str]:
    return {fault.field: fault.wrong for fault in error.faults}


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize("loader", [yaml.SafeLoader, FASTEST])
def test_half_a_character_is_refused(loader: Loader) -> None:
    with pytest.raises(BadForm, match=r"half a character|invalid Unicode character"):
        read_sheet(b'a: "\\ud83d"', "form.yaml", loader)


@pytest.mark.parametrize("text", [REQUEST, TERMS, PROVIDER])
def test_both_loaders_read_the_same_values_and_lines(text: str) -> None:
    assert read_sheet(text.encode(), "a", yaml.SafeLoader) == read_sheet(text.encode(), "a", FASTEST)


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbfa: 1", "a: 1".encode("utf-16"), "a: 1".encode("utf-16-be"), "a: 1".encode("utf-32")]
)
def test_other_encodings_than_plain_utf_8_are_refused(data: bytes) -> None:
    with pytest.raises(BadInput, match="save it as UTF-8 without a mark"):
        forms.parse_request(data, "form.yaml")


def test_a_form_of_too_many_parts_is_refused() -> None:
    error = refusal(forms.parse_request, b"a: [" + b"x, " * 200_000 + b"]")
    assert told(error) == {"the form": "has more than 100,000 parts; a shorter form is expected"}


def test_anchors_that_explode_are_refused_before_they_do() -> None:
    bomb = "a: &a [x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert refusal(forms.parse_request, bomb.encode()).faults[0].line == 1


def test_the_line_of_each_fault_is_the_line_of_its_key() -> None:
    text = REQUEST.replace("opens: 09:00", "opens: nine").replace("level: service", "level: all")
    error = refusal(forms.parse_request, text.encode())
    expected = [("level", line_of(text, "level: all")), ("customer.calendar.opens", line_of(text, "opens: nine"))]
    assert expected == [(fault.field, fault.line) for fault in error.faults]


def test_a_missing_name_is_told_with_the_line_of_the_mapping_around_it() -> None:
    text = REQUEST.replace("    closes: 18:00\n", "    shuts: 18:00\n").replace(
        "    zone: Europe/Lisbon\n", "    zon: x\n"
    )
    faults = refusal(forms.parse_request, text.encode()).faults
    assert [line_of(text, "    zon: x"), line_of(text, "    shuts:")] == [fault.line for fault in faults]


def test_a_message_is_one_line_for_each_field_with_source_line_and_name() -> None:
    data = changed(REQUEST, "level: service", "level: all")
    line = line_of(REQUEST, "level: service")
    expected = f"form.yaml: line {line}, level: is 'all'; one of corporate, customer, service is expected"
    assert expected == str(refusal(forms.parse_request, data))


def test_thirty_faults_are_told_and_the_others_counted() -> None:
    unknown = "".join(f"field{number}: x\n" for number in range(42))
    error = refusal(forms.parse_request, (REQUEST + unknown).encode())
    assert len(error.faults) == 30
    assert str(error).endswith("form.yaml: and 12 more")


def test_long_values_and_names_are_cut_in_messages() -> None:
    text = REQUEST + f"{'n' * 900}: x\n"
    data = changed(text, "kind: customer_sla", f"kind: {'k' * 100_000}")
    assert all(len(line) < 600 for line in str(refusal(forms.parse_request, data)).splitlines())


def test_names_with_hidden_characters_are_shown_escaped() -> None:
    words = str(refusal(forms.parse_request, (REQUEST + '"a\\u202eb": x\n').encode()))
    assert "\u202e" not in words
    assert "\\u202e" in words


def test_hidden_and_repeated_numbers_are_refused_in_requirements_and_verdicts() -> None:
    rows = (EXAMPLES / "managed-printing" / "requirements.yaml").read_text("utf-8")
    twice = refusal(forms.parse_requirements, changed(rows, "no: 2", "no: 1"))
    assert told(twice) == {"requirements[1].no": "1 stands twice; each number once is expected"}
    verdicts = (EXAMPLES / "managed-printing" / "verdicts-technical.yaml").read_text("utf-8")
    unmet = refusal(forms.parse_verdicts, changed(verdicts, "finding: not_met", "finding: unmet"))
    assert "one of met, met_with_changes, not_met is expected" in told(unmet)["verdicts[6].finding"]
    assert "a list" in told(refusal(forms.parse_verdicts, b"verdicts: none\n"))["verdicts"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: Ana Ruiz", "name: No"),
        ("name: Ana Ruiz", "name: 1e3"),
        ("name: Ana Ruiz", "name: '~'"),
        ("name: Ana Ruiz", "name: 2027-01-01"),
        ("name: Ana Ruiz", "name: 1:30"),
        ("name: Ana Ruiz", "name: Nguy\u1ec5n Th\u1ecb Minh"),
        ("name: Ana Ruiz", "name: \u738b\u5c0f\u660e"),
        ("name: Ana Ruiz", "name: \u0622\u0646\u0627 \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u062f"),
        ("weekdays: mon-fri", "weekdays: sun,mon-thu"),
        ("weekdays: mon-fri", "weekdays: [mon, wed, sat]"),
        ("zone: Europe/Berlin", "zone: America/Argentina/Buenos_Aires"),
        ("zone: Europe/Berlin", "zone: UTC"),
        ("end: 2030-02-01", "end: 2077-02-01"),
        ("kind: customer_sla", "kind: ola"),
        ("kind: customer_sla", "#"),
        ("  signers: [ines@northwind.example]", "  signers: []"),
        ("reference: NW-2026-014", "reference: 007"),
    ],
)
def test_a_good_variant_of_the_request_comes_in(old: str, new: str) -> None:
    assert forms.parse_request(changed(REQUEST, old, new)).provider == "Meridian Services"


def test_text_that_looks_like_something_else_stays_text() -> None:
    form = forms.parse_request(changed(REQUEST, "name: Ana Ruiz", "name: no"))
    assert form.customer.contacts[0].name == "no"


def test_a_percentage_is_the_decimal_that_was_written() -> None:
    terms = forms.parse_terms(changed(TERMS, "committed: 99.5", "committed: 99.95"))
    assert terms.targets[0].committed == Decimal("99.95")
    assert isinstance(terms.targets[0].committed, Decimal)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_form_or_a_refusal(data: bytes) -> None:
    with pytest.raises(BadInput):
        forms.parse_request(data, "form.yaml")


@given(st.integers(0, len(TERMS) - 1), st.sampled_from(["", "\n", ":", "- ", "[", "{", "&", "*", "!", "\u202e", "'"]))
def test_terms_with_one_damaged_place_come_in_or_are_refused(place: int, damage: str) -> None:
    with contextlib.suppress(BadInput):
        forms.parse_terms((TERMS[:place] + damage + TERMS[place + 1 :]).encode(), "terms.yaml")


def test_a_form_over_one_megabyte_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    with large.open("wb") as file:
        file.truncate(5_000_000_000)
    with pytest.raises(BadInput, match="larger than 1 MB; at most 1,000,000 bytes are taken"):
        forms.load_request(large)


def test_what_is_no_readable_file_is_refused_by_name(tmp_path: Path) -> None:
    for path, wrong in ((tmp_path / "none.yaml", "does not exist"), (tmp_path, "is a folder")):
        with pytest.raises(BadInput, match=wrong) as caught:
            forms.load_request(path)
        assert str(caught.value).startswith(str(path))


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(REQUEST.encode())))
    assert forms.load_request("-") == forms.load_request(EXAMPLES / "managed-printing.yaml")


def test_what_the_provider_lacks_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    wrong = changed(REQUEST, "service: managed-printing", "service: printing").decode()
    path.write_bytes(changed(wrong, "sla_manager: finn@", "sla_manager: eve@"))
    with pytest.raises(BadForm) as caught:
        forms.load_opening(path, forms.load_provider(EXAMPLES / "provider.yaml"))
    expected = [("service", line_of(REQUEST, "service:")), ("sla_manager", line_of(REQUEST, "sla_manager:"))]
    assert [(fault.field, fault.line) for fault in caught.value.faults] == expected
    assert str(caught.value).startswith(f"{path}: line {expected[0][1]}, service: 'printing' is not in the catalogue")


def test_json_is_read_as_well() -> None:
    data = (
        b'{"requirements": [{"no": 1, "need": "x", "outcome": "y", "measure": "z", "source": "s", "asked_by": "Ana"}]}'
    )
    assert forms.parse_requirements(data)[0].asked_by == "Ana"


RESULTS = "start: 2027-02-01\nend: 2027-05-01\nmeasured:\n  first-look: 94.5\n"


@pytest.mark.parametrize(
    ("old", "new", "field", "wrong", "line"),
    [
        ("end: 2027-05-01", "end: 2027-02-01", "end", "is not after the start on 2027-02-01; a later day", 2),
        ("end: 2027-05-01", "end: May", "end", "'May' is no date; one such as 2027-02-28 is expected", 2),
        ("94.5", "1e3", "measured.first-look", "is not a plain decimal number", 4),
        ("94.5", "", "measured.first-look", "is empty; ", 4),
        ("first-look", "First look", "measured.First look", "small letters, digits and hyphens", 4),
        ("measured:", "measurd:", "measurd", "is unknown; did you mean measured?", 3),
    ],
)
def test_wrong_results_are_told_by_line(old: str, new: str, field: str, wrong: str, line: int) -> None:
    error = refusal(forms.parse_results, changed(RESULTS, old, new))
    fault = next(fault for fault in error.faults if fault.field == field)
    assert (wrong in fault.wrong, fault.line) == (True, line)


def test_results_without_any_target_are_refused() -> None:
    error = refusal(forms.parse_results, b"start: 2027-02-01\nend: 2027-05-01\nmeasured: {}\n")
    assert "at least 1 expected" in told(error)["measured"]


ANSWERS = "answers:\n  - question: form\n    is_met: yes\n  - question: claims\n    is_met: no\n    note: Open fees.\n"


@pytest.mark.parametrize(("yes", "no"), [("yes", "no"), ("true", "false"), ("'yes'", "'no'"), ("Yes", "No")])
def test_answers_are_yes_or_no_or_true_or_false(yes: str, no: str, tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text(ANSWERS.replace("is_met: yes", f"is_met: {yes}").replace("is_met: no", f"is_met: {no}"))
    assert [each.is_met for each in forms.load_answers(path)] == [True, False]


@pytest.mark.parametrize(
    ("old", "new", "field", "wrong", "line"),
    [
        ("    note: Open fees.\n", "", "answers[1].note", "is missing; why the question is not met is expected", 4),
        ("claims", "form", "answers[1].question", "form stands twice; each question once is expected", 4),
        (
            "is_met: yes",
            "is_met: maybe",
            "answers[0].is_met",
            "is 'maybe'; yes or no (or true or false) is expected",
            3,
        ),
        ("is_met: yes", "is_met:", "answers[0].is_met", "is empty; yes or no (or true or false) is expected", 3),
    ],
)
def test_wrong_answers_are_told_by_line(old: str, new: str, field: str, wrong: str, line: int) -> None:
    error = refusal(forms.parse_answers, changed(ANSWERS, old, new))
    assert (told(error)[field], error.faults[0].line) == (wrong, line)
