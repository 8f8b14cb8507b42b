"""Each fault that a form can have is refused with its field and what would be right."""

import pytest
import yaml

from sla.errors import BadForm
from starter import forms
from starter.yaml_text import FASTEST, read_sheet
from tests.starter.test_forms import PROVIDER, REQUEST, TERMS, changed, refusal, told

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
