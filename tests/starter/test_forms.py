"""Bad input is refused at the door with its field, its line and what would be right; good input comes in exact."""

import contextlib
import io
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sla.approvals import begin
from sla.checklist import checklist_of
from sla.drafting import gaps, with_edition
from sla.errors import BadForm, BadInput
from sla.intake import open_request, opened
from sla.life import Cause
from sla.pricing import contract_value, discount, list_price
from sla.requirements import RequirementDocument
from sla.terms import Origin
from starter import forms
from starter.yaml_text import FASTEST, Loader, read_sheet

EXAMPLES = Path(__file__).parents[2] / "examples"
REQUEST = (EXAMPLES / "managed-printing.yaml").read_text("utf-8")
TERMS = (EXAMPLES / "managed-printing" / "draft.yaml").read_text("utf-8")
PROVIDER = (EXAMPLES / "provider.yaml").read_text("utf-8")
EDITIONS = ("draft", "counter-offer", "second-offer", "revised-draft", "amended-draft")


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


BAD_REQUESTS = [
    ("title:", "titel:", "titel", "is unknown; did you mean title?"),
    ("title:", "titel:", "title", "is missing; text is expected"),
    ("customer:\n", "customer: Northwind\nparty:\n", "customer", "is 'Northwind'; a mapping with name, contacts"),
    ("provider: Meridian Services\n", "", "provider", "is missing; text is expected"),
    ("  name: Northwind Trading\n", "", "customer.name", "is missing; text is expected"),
    (
        "  name: Northwind Trading\n",
        "  name: MERIDIAN  services\n",
        "customer.name",
        "is the provider too; two parties",
    ),
    ("service: managed-printing", "service: [managed-printing, service-desk]", "service", "exactly one"),
    ("service: managed-printing", "service: '*'", "service", "asks for more than one service"),
    ("service: managed-printing", "service: all", "service", "asks for more than one service"),
    ("service: managed-printing", "service:", "service", "is missing; an agreement of the service level names"),
    ("service: managed-printing", "services: [a, b]", "services", "did you mean service?"),
    ("level: service", "level: corporate", "service", "a corporate level agreement measures none"),
    ("level: service", "level: servcie", "level", "one of corporate, customer, service is expected"),
    ("kind: customer_sla", "kind: sla", "kind", "one of customer_sla, internal_sla, ola, uc is expected"),
    ("end: 2030-02-01", "end: 2027-02-01", "period.end", "not after its start on 2027-02-01; a later end"),
    ("end: 2030-02-01", "end: 2026-02-01", "period.end", "not after its start"),
    ("end: 2030-02-01", "end: 2077-02-02", "period.end", "longer than 50 years; an end by 2077-02-01"),
    ("end: 2030-02-01", "end: 9999-12-31", "period.end", "years from 1990 to 2199 are taken"),
    ("start: 2027-02-01", "start: 0001-01-01", "period.start", "years from 1990 to 2199 are taken"),
    ("start: 2027-02-01", "start: 2027-02-30", "period.start", "is no day of the calendar"),
    ("start: 2027-02-01", "start: 20270201", "period.start", "one such as 2027-02-28 is expected"),
    ("start: 2027-02-01", "start: 01.02.2027", "period.start", "one such as 2027-02-28 is expected"),
    ("start: 2027-02-01", "start: \u0662\u0660\u0662\u0667-02-01", "period.start", "is no date"),
    *(
        ("zone: Europe/Berlin", f"zone: {zone}", "period.zone", "is no time zone; an IANA zone such as Europe/Berlin")
        for zone in ("Factory", "localtime", "../etc", "Europe/Atlantis", "posix/Europe/Berlin", "+01:00")
    ),
    ("zone: Europe/Lisbon", "zone: Lisbon", "customer.calendar.zone", "is no time zone"),
    ("opens: 09:00", "opens: 9", "customer.calendar.opens", "one such as 09:00 is expected"),
    ("opens: 09:00", "opens: 18:00", "customer.calendar.closes", "a later time is expected"),
    ("weekdays: mon-fri", "weekdays: []", "customer.calendar.weekdays", "at least one is expected"),
    ("weekdays: mon-fri", "weekdays: [mon, 9]", "customer.calendar.weekdays", "'9' is no weekday"),
    ("weekdays: mon-fri", "weekdays: [[mon]]", "customer.calendar.weekdays", "no weekday"),
    ("title: Managed", f"title: {'x' * 121}", "title", "characters; at most 120 are taken"),
    ("name: Ana Ruiz", r'name: "Ana \u202eRuiz"', "customer.contacts[0].name", "hidden character U+202E at position 5"),
    ("name: Ana Ruiz", r'name: "Ana\u0000"', "customer.contacts[0].name", "hidden character U+0000"),
    ("name: Ana Ruiz", r'name: "Ana\nBcc"', "customer.contacts[0].name", "hidden character U+000A"),
    ("name: Ana Ruiz", r'name: "\u200b"', "customer.contacts[0].name", "hidden character U+200B"),
    ("name: Ana Ruiz", "name: ", "customer.contacts[0].name", "is empty; one line of text is expected"),
    ("name: Ana Ruiz", "name: {a: b}", "customer.contacts[0].name", "is a mapping; one line of text is expected"),
    ("name: Ana Ruiz", "nmae: Ana Ruiz", "customer.contacts[0].nmae", "is unknown; did you mean name?"),
    ("name: Ana Ruiz", "name: Ana, phone: 12", "customer.contacts[0].phone", "is unknown; name, email are known here"),
    ("ana@northwind.example}", "ana.northwind.example}", "customer.contacts[0].email", "is no e-mail address"),
    ("ana@northwind.example}", "a..a@northwind.example}", "customer.contacts[0].email", "mail can be sent to"),
    ("ana@northwind.example}", "ines@northwind.example}", "customer.contacts[1]", "stands twice"),
    ("signers: [ines@", "signers: [eve@", "customer.signers[0]", "eve@northwind.example is no contact"),
    ("signers: [ines@northwind.example]", "signers: ines", "customer.signers", "a list (lines that begin with `- `)"),
    ("contacts:", "contacts: []\n  people:", "customer.contacts", "has 0 entries; at least 1 expected"),
    ("reference: NW-2026-014", "reference: NW 14", "reference", "letters, digits and . _ / - such as NW-2027/014"),
    ("reference: NW-2026-014", "reference: true", "reference", "is true; one line of text is expected"),
    ("reference: NW-2026-014", "version: 2\nreference: A", "version", "one of 1 is expected"),
]

BAD_TERMS = [
    ("committed: 99.5", "committed: 100.1", "targets[0].committed", "out of range; a percentage from 0 to 100"),
    ("committed: 99.5", "committed: -1", "targets[0].committed", "out of range; a percentage from 0 to 100"),
    *(
        ("committed: 99.5", f"committed: {number}", "targets[0].committed", "digits such as 99.5 are expected")
        for number in (
            ".nan",
            "NaN",
            ".inf",
            "-.inf",
            "1e400",
            "1_000",
            "99,5",
            "0x1F",
            "'\u0669\u0669'",
            "true",
            "9 9",
        )
    ),
    ("committed: 99.5", "committed: [99.5]", "targets[0].committed", "is a list; digits such as 99.5 are expected"),
    ("committed: 99.5", "committed: 98", "targets[0].committed", "98 % is below the acceptable 98.5 %"),
    ("within: 4h", "within: -4h", "targets[1].within", "one such as 30min, 4h or 2d is expected"),
    ("within: 4h", "within: 0h", "targets[1].within", "is not above zero"),
    ("within: 4h", "within: 4", "targets[1].within", "one such as 30min, 4h or 2d is expected"),
    ("within: 4h", "within: 32d", "targets[1].within", "longer than 31 days of service time"),
    ("within: 4h", "within: 999999d", "targets[1].within", "longer than 366 days"),
    ("    within: 4h", "    witin: 4h", "targets[1].within", "is missing; a length of time such as 4h is expected"),
    ("    within: 4h", "    witin: 4h", "targets[1].witin", "did you mean within?"),
    ("working_days: 1", "working_days: 1.5", "targets[3].working_days", "digits such as 12 are expected"),
    ("working_days: 1", "working_days: -1", "targets[3].working_days", "out of range; at least 0 is expected"),
    ("working_days: 1", "working_days: yes", "targets[3].working_days", "'yes' is not a whole number"),
    ("form: availability", "form: availabilty", "targets[0].form", "did you mean availability?"),
    ("form: availability", "form: uptime", "targets[0].form", "is 'uptime'; one of availability, response_time"),
    ("form: availability", "forms: availability", "targets[0].form", "is missing; one of availability, response_time"),
    ("form: outcome", "form: outcome\n    outcome: ''", "targets[5].outcome", "is empty; text is expected"),
    ("scale_to: 5", "scale_to: 4", "targets[5].committed", "4.2 is beyond the scale; at most 4 is expected"),
    ("scale_to: 5", "scale_to: 0", "targets[5].scale_to", "out of range; more than 0 is expected"),
    ("id: printers-work", "id: Printers Work", "targets[0].id", "small letters, digits and hyphens"),
    ("requirements: [1]", "requirements: 1", "targets[0].requirements", "a list (lines that begin"),
    ("requirements: [1]", "requirements: [one]", "targets[0].requirements[0]", "digits such as 12 are expected"),
    ("amount: 3946.00", "amount: -0.01", "price.monthly_fee.amount", "is below zero; an amount of zero or more"),
    ("amount: 3946.00", "amount: 3946.001", "price.monthly_fee.amount", "2 after the point are expected"),
    ("amount: 3946.00", "amount: 1000000000000", "price.monthly_fee.amount", "10^12 or more"),
    ("currency: EUR", "currency: EURO", "price.monthly_fee.currency", "an ISO 4217 code such as EUR is expected"),
    ("currency: EUR", "currency: XXX", "price.monthly_fee.currency", "an ISO 4217 code such as EUR is expected"),
    ("quantity: 140", "quantity: 0", "price.selection.quantity", "out of range; at least 1 is expected"),
    ("toner-stock]", "toner-stock, toner-stock]", "price.selection.options", "each once is expected"),
    ("{every_months: 3}", "quarterly", "review", "is 'quarterly'; a mapping with every_months is expected"),
    ("{every_months: 3}", "{every_months: 99}", "review.every_months", "at most 24 is expected"),
    ("  - At most 140 printers", f"  - {'x' * 5001}", "limits[0]", "at most 5000 are taken"),
    ("limits:", "limits: none\nfurther:", "limits", "a list (lines that begin"),
    ("calendar: standard", "calendar: The Standard", "hours.calendar", "small letters, digits and hyphens"),
]

BAD_PROVIDERS = [
    ("signers: [mara@", "signers: [eve@", "signers", "names eve@meridian.example, who is not among the people"),
    ("owner: kofi@", "owner: eve@", "policies.customer_sla", "names eve@meridian.example"),
    ("deputy: jun@", "deputy: eve@", "policies.customer_sla", "names eve@meridian.example"),
    ("  ola:", "  olaf:", "policies.olaf", "one of customer_sla, internal_sla, ola, uc is expected"),
    ("calendar: engineering", "calendar: night", "people[2].calendar", "one of standard, engineering is expected"),
    ("[managed-printing, service-desk]", "[printing]", "people[2].competent_for", "is not in the catalogue"),
    ("roles: [inspector]", "roles: [inspector, sla_manager]", "people[3].roles", "an inspector who is no author"),
    ("roles: [inspector]", "roles: [inspecter]", "people[3].roles[0]", "did you mean inspector?"),
    ("email: finn@", "email: bo@", "people[1]", "bo@meridian.example stands twice"),
    ("  - id: service-desk", "  - id: managed-printing", "services[1]", "managed-printing stands twice"),
    (
        "      service: managed-printing",
        "      service: x",
        "services[0].prices.service",
        "'managed-printing' is expected",
    ),
    ("{amount: 24.50, currency: EUR}", "{amount: 24.50, currency: USD}", "services[0].prices", "all in EUR"),
    ("        - id: standard", "        - id: basic", "services[0].prices.levels", "names an id twice"),
    ("has_sla: false", "has_sla: perhaps", "services[2].has_sla", "yes or no (or true or false) is expected"),
    (
        "mode: quorum\n        quorum: 2",
        "mode: quorum\n        quorum: 4",
        "policies.uc.stages[0]",
        "quorum from 1 to 3",
    ),
    ("discount_from: 15", "discount_from: 101", "policies.customer_sla.stages[1].when.discount_from", "0 to 100"),
]

BAD_YAML = [
    (b"", "is empty; lines such as"),
    (b"# nothing\n", "is empty; lines such as"),
    (b"- a\n- b\n", "is not a mapping"),
    (b"managed printing", "is not a mapping"),
    (b"a: &x 1\nb: *x\n", "has an anchor or alias"),
    (b"a: *x\n", "has an anchor or alias"),
    (b"&x a: 1\n", "has an anchor or alias"),
    (b"&x\na: 1\n", "has an anchor or alias"),
    (b"a: !!python/object/apply:os.system [ls]\n", "has a tag"),
    (b"a: !!int 3\n", "has a tag"),
    (b"!form\na: 1\n", "has a tag"),
    (b"<<: {a: 1}\n", "has a merge key"),
    (b"a: 1\na: 2\n", "stands twice, first on line 1; each name once"),
    (b"? [a]\n: 1\n", "has a key that is no text"),
    (b"? {a: b}\n: 1\n", "has a key that is no text"),
    (b"a: 1\n---\nb: 2\n", "has a second document"),
    (b"a: " + b"[" * 31 + b"]" * 31, "is nested deeper than 30 levels"),
    (b"a: " + b"[" * 400_000, "is nested deeper than 30 levels"),
    (b"a: " + b"{b: " * 100_000, "is nested deeper than 30 levels"),
    (b"a: [1\n", "is no YAML"),
    (b"\ta: 1\n", "is no YAML"),
    (b"a: 'b\n", "is no YAML"),
    (b"a: b: c\n", "is no YAML"),
    (b"a: 1\nb: \xff\n", "is not UTF-8; save the form as UTF-8"),
    (b"a: 1\nb: \x1b[31m\n", "has the control character U+001B"),
]


@pytest.mark.parametrize(("old", "new", "field", "wrong"), BAD_REQUESTS)
def test_a_bad_request_is_refused_with_its_field_and_what_would_be_right(
    old: str, new: str, field: str, wrong: str
) -> None:
    assert wrong in told(refusal(forms.parse_request, changed(REQUEST, old, new)))[field]


@pytest.mark.parametrize(("old", "new", "field", "wrong"), BAD_TERMS)
def test_bad_terms_are_refused_with_their_field_and_what_would_be_right(
    old: str, new: str, field: str, wrong: str
) -> None:
    assert wrong in told(refusal(forms.parse_terms, changed(TERMS, old, new)))[field]


@pytest.mark.parametrize(("old", "new", "field", "wrong"), BAD_PROVIDERS)
def test_a_bad_profile_is_refused_with_its_field_and_what_would_be_right(
    old: str, new: str, field: str, wrong: str
) -> None:
    assert wrong in told(refusal(forms.parse_provider, changed(PROVIDER, old, new)))[field]


@pytest.mark.parametrize(("data", "wrong"), BAD_YAML)
def test_yaml_beyond_mappings_lists_and_text_is_refused(data: bytes, wrong: str) -> None:
    for loader in (yaml.SafeLoader, FASTEST):
        with pytest.raises(BadForm) as caught:
            read_sheet(data, "form.yaml", loader)
        assert [wrong in fault.wrong for fault in caught.value.faults] == [True]


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


def test_no_message_speaks_of_the_program() -> None:
    for read, text, rows in (
        (forms.parse_request, REQUEST, BAD_REQUESTS),
        (forms.parse_terms, TERMS, BAD_TERMS),
        (forms.parse_provider, PROVIDER, BAD_PROVIDERS),
    ):
        for old, new, _, _ in rows:
            words = str(refusal(read, changed(text, old, new)))
            for inner in (
                "Value error",
                "pydantic",
                "https://",
                "StrEnum",
                "tuple",
                "dict",
                "NoneType",
                "Input should",
            ):
                assert inner not in words


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


@pytest.mark.parametrize("name", ["managed-printing.yaml", "service-desk.yaml"])
def test_the_example_requests_open_with_the_example_provider(name: str) -> None:
    opening = open_request(forms.load_request(EXAMPLES / name), forms.load_provider(EXAMPLES / "provider.yaml"))
    assert opening.signers == ("mara@meridian.example", "ines@northwind.example")


@pytest.mark.parametrize("name", EDITIONS)
def test_the_example_editions_pass_the_gate_against_the_example_requirements(name: str) -> None:
    rows = forms.load_requirements(EXAMPLES / "managed-printing" / "requirements.yaml")
    terms = forms.load_terms(EXAMPLES / "managed-printing" / f"{name}.yaml")
    assert gaps(terms, RequirementDocument(rows=rows)) == ()


@pytest.mark.parametrize("angle", ["technical", "commercial"])
def test_the_example_verdicts_judge_every_example_requirement(angle: str) -> None:
    rows = forms.load_requirements(EXAMPLES / "managed-printing" / "requirements.yaml")
    verdicts = forms.load_verdicts(EXAMPLES / "managed-printing" / f"verdicts-{angle}.yaml")
    assert [row.no for row in rows] == [verdict.requirement for verdict in verdicts]


def test_the_example_reaches_both_stages_of_its_approval_policy() -> None:
    opening = open_request(
        forms.load_request(EXAMPLES / "managed-printing.yaml"), forms.load_provider(EXAMPLES / "provider.yaml")
    )
    rows = forms.load_requirements(EXAMPLES / "managed-printing" / "requirements.yaml")
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    asked = opened(opening, "0001", now).model_copy(update={"requirements": RequirementDocument(rows=rows)})
    terms = forms.load_terms(EXAMPLES / "managed-printing" / "revised-draft.yaml")
    drafted = with_edition(asked, terms, Origin.DRAFT, "finn@meridian.example", now)
    plan = begin(drafted, now).approval.plan
    assert [(stage.name, stage.needed) for stage in plan] == [("legal and finance", 2), ("management", 1)]


def test_the_comments_of_the_example_prices_are_true() -> None:
    provider = forms.load_provider(EXAMPLES / "provider.yaml")
    service = provider.service("managed-printing")
    assert service is not None
    assert service.prices is not None
    prices = [forms.load_terms(EXAMPLES / "managed-printing" / f"{name}.yaml").price for name in EDITIONS]
    fees = [str(discount(service.prices, price)) for price in prices if price]
    assert fees == ["0.00", "13.84", "8.01", "8.01", "6.78"]
    second = forms.load_terms(EXAMPLES / "managed-printing" / "second-offer.yaml")
    assert second.price is not None
    assert str(list_price(service.prices, second.price.selection)) == "EUR 3,946.00"
    assert str(contract_value(second.price, second.period)) == "EUR 130,680.00"


def test_the_example_results_speak_of_targets_of_the_terms() -> None:
    results = forms.load_results(EXAMPLES / "managed-printing" / "results.yaml")
    targets = {target.id for target in forms.parse_terms(TERMS.encode()).targets}
    assert {each.target for each in results.measured} == targets
    assert (results.start.isoformat(), results.end.isoformat()) == ("2027-02-01", "2027-05-01")


def test_the_example_checklist_answers_every_question() -> None:
    answers = forms.load_answers(EXAMPLES / "managed-printing" / "checklist.yaml")
    assert [each.question for each in answers] == [each.key for each in checklist_of(Cause.CONVENIENCE)]


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
