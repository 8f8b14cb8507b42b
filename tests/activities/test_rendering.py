"""Every letter's words, and the message that they become."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment, PackageLoader, UndefinedError, meta
from typer.core import TyperCommand
from typer.main import get_group

from activities.rendering import COLUMNS, Stationery, instant, quoted
from activities.sealing import Cover, Mailbox, Words, mailbox, refuse_unless_it_reads_back, seal, sender_mailbox
from activities.smtp import Envelope
from sla.contract_commands import Delegate, RaiseComment
from sla.errors import BadInput
from sla.events import Certificate
from sla.invitations import INVITATIONS
from sla.kinds import Side
from sla.letter_kinds import LetterKind
from sla.letters import Asked, LetterContext, Pack, Told
from sla.life import Cause, Termination
from sla.living import next_due
from sla.stages import Stage
from sla.transitions import Transition, act, silence
from starter.cli import app
from tests.activities import in_force
from tests.people import BO, DORA, JUN, MONDAY, life
from tests.sla.lives import DAY, NOON, ref, state_in

TEMPLATES = Path(__file__).parents[2] / "templates" / "email"
HOSTILE = "=?utf-8?B?SGkNCkJjYzogeEB5Lno=?="
"""Base64 of `Hi`, a line break, and `Bcc: x@y.z`: a real Bcc line on the Pythons of CVE-2024-6923."""

BARE = LetterContext(
    number="0007",
    title="Managed printing for Northwind",
    service="Managed Printing",
    provider="Meridian Services",
    customer="Northwind Trading",
    zone="Europe/Berlin",
    stage=Stage.APPROVING,
    reader="Dora Petrov",
    why="the approval policy of this agreement asks for your decision",
    happened="Gita Rao passed edition 3 in inspection.",
    happened_at=MONDAY,
)
FULL = BARE.model_copy(
    update={
        "reason": "The first line.\n\nAnother paragraph with <b>marks</b> & more.",
        "next_step": "Approve the edition, or reject it with your reasons.",
        "command": "sla approve 0007 --as dora@meridian.example",
        "alternatives": ("sla reject 0007 --edition 3 --reason TEXT --as 'o'\"'\"'hara&co@meridian.example'",),
        "candidates": ("Chen Wu (chen@meridian.example)",),
        "side": Side.PROVIDER,
        "due": datetime(2026, 11, 24, 15, 0, tzinfo=UTC),
        "waiting_for": "Hugo Marin, to decide",
        "edition_no": 3,
        "edition_hash": "3f2a9c1be077" * 5,
        "fee": "EUR 950.00 a month",
    }
)
PACK = Pack(
    review="3",
    promised=(Told(about="Printing works", said="the service is available in 99.5 % of its service hours"),),
    measured=(Told(about="Printing works", said="98.7 %, committed 99.5 %", is_met=False),),
    open_points=("Suspended until 2027-07-10.",),
    changes=(Asked(said="Ana Ruiz asks for a change of hours.", text="One more.", touches=("price: EUR 950.00",)),),
    proposals=("Printing works: commit to 99.7 % instead of 99.5 %.",),
    satisfaction=(Told(about="Review 2", said="provider 4, customer 3 of 5"),),
    ahead=(Told(about="2027-07-01 10:00 Europe/Berlin", said="Review 4 (terms, review: every 3 months)"),),
)
ENCLOSING = FULL.model_copy(
    update={
        "pack": PACK,
        "checklist": ("authority: Are they entitled to?", "form: Does it have the form?"),
        "termination": Termination(
            case="CRM-7",
            cause=Cause.BREACH,
            requested_by=Side.CUSTOMER,
            by=BO,
            opened_at=MONDAY,
            effective=date(2027, 6, 30),
            reason="Too late, too often.",
            waiver="Both sides want it.",
        ),
        "takes_effect": datetime(2027, 5, 31, 22, 0, tzinfo=UTC),
        "certificate": Certificate(timers=0, activities=0, schedules=0, steps=("nothing was left.",)),
    }
)
"""With everything that an agreement in force may enclose."""
AMENDING = FULL.model_copy(update={"amendment": 2, "in_force": 1})
FILLED_IN = {
    "TEXT": "Too late.",
    "FILE": __file__,
    "AMOUNT": "950.00",
    "EMAIL": "chen@meridian.example",
    "WHEN": "7d",
    "SCORE": "4",
    "CASE": "CRM-7",
    "CAUSE": "breach",
    "SIDE": "customer",
    "DAY": "2027-06-30",
}
"""What a reader writes where a letter leaves a word to fill in."""
EVERY_KIND = pytest.mark.parametrize("kind", list(LetterKind), ids=lambda kind: kind.value)


@dataclass(frozen=True)
class Queued:
    """A letter as the outbox gives it."""

    context: LetterContext = FULL
    kind: LetterKind = LetterKind.APPROVAL_WANTED
    recipient: str = DORA
    message_key: str = "0123456789abcdef0123456789abcdef"


@cache
def stationery() -> Stationery:
    return Stationery("SLA desk <sla@meridian.example>")


def command_line() -> dict[str, TyperCommand]:
    """The commands of `sla`, by name, as their own parser knows them."""
    commands = get_group(app).commands
    return {name: command for name, command in commands.items() if isinstance(command, TyperCommand)}


def headers(envelope: Envelope) -> dict[str, str]:
    message = message_from_bytes(envelope.body)
    return {name: str(make_header(decode_header(value))) for name, value in message.items()}


class _Tags(HTMLParser):
    """Notices a tag that is opened and never closed, or closed and never opened."""

    VOID = frozenset({"meta", "br", "!doctype"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_kind_has_its_folder_and_every_folder_its_kind() -> None:
    folders = {path.name for path in TEMPLATES.iterdir() if path.is_dir()}
    assert {kind.value for kind in LetterKind} == folders


@EVERY_KIND
def test_every_folder_has_a_subject_a_text_and_html(kind: LetterKind) -> None:
    names = {path.name for path in (TEMPLATES / kind.value).iterdir()}
    assert names == {"subject.txt", "body.txt", "body.html"}


@EVERY_KIND
@pytest.mark.parametrize("context", [BARE, FULL, ENCLOSING], ids=["bare", "full", "enclosing"])
def test_every_kind_renders_with_all_and_with_no_optional_fields(kind: LetterKind, context: LetterContext) -> None:
    words = stationery().words(kind, context, DORA)
    assert words.subject.startswith("[0007] ")
    assert words.subject.endswith(": Managed printing for Northwind")
    for body in (words.text, words.html):
        assert "None" not in body
        assert context.reader in body
        assert context.happened in body
        assert context.why in " ".join(body.split())


@EVERY_KIND
def test_every_letter_names_the_deadline_the_command_and_the_facts(kind: LetterKind) -> None:
    words = stationery().words(kind, FULL, DORA)
    for body in (words.text, words.html):
        flowing = " ".join(body.split())
        assert "Tue 24 Nov 2026, 16:00 (Europe/Berlin)" in flowing
        assert "sla approve 0007 --as dora@meridian.example" in flowing
        assert "Approve the edition, or reject it with your reasons." in flowing
        for fact in ("Managed Printing", "Northwind Trading", "Meridian Services", "EUR 950.00", "3f2a9c1be077"):
            assert fact in flowing


@EVERY_KIND
def test_the_plain_text_keeps_to_its_columns(kind: LetterKind) -> None:
    for context in (BARE, FULL, ENCLOSING, AMENDING):
        text = stationery().words(kind, context, DORA).text
        assert not [line for line in text.splitlines() if len(line) > COLUMNS and not line.startswith("    sla ")]
        assert "\n\n\n" not in text


@EVERY_KIND
def test_the_html_is_well_formed_and_needs_nothing_from_elsewhere(kind: LetterKind) -> None:
    html = stationery().words(kind, ENCLOSING, DORA).html
    tags = _Tags()
    tags.feed(html)
    assert tags.open == []
    assert not [outside for outside in ("http:", "https:", "src=", "url(", "<script", "@import") if outside in html]


@EVERY_KIND
def test_what_may_be_done_instead_stands_below_the_command(kind: LetterKind) -> None:
    words = stationery().words(kind, FULL, DORA)
    reject = "sla reject 0007 --edition 3 --reason TEXT --as "
    assert f"Or instead:\n\n    {reject}'o'\"'\"'hara&co@meridian.example'\n\n" in words.text
    assert f"{reject}&#39;o&#39;&#34;&#39;&#34;&#39;hara&amp;co@meridian.example&#39;" in words.html
    assert "Or instead" not in stationery().words(kind, BARE, DORA).text


def test_the_customer_is_never_told_that_they_are_the_engineer() -> None:
    customer = FULL.model_copy(update={"side": Side.CUSTOMER})
    theirs = stationery().words(LetterKind.REQUIREMENTS_WANTED, customer, DORA)
    engineers = stationery().words(LetterKind.REQUIREMENTS_WANTED, FULL, DORA)
    for their_body, engineers_body in ((theirs.text, engineers.text), (theirs.html, engineers.html)):
        assert "Talk to them" in " ".join(engineers_body.split())
        assert "Talk to them" not in " ".join(their_body.split())
        assert "Please state your needs" in " ".join(their_body.split())


@pytest.mark.parametrize("kind", [LetterKind.ENGINEER_WANTED, LetterKind.ENGINEER_AGREEMENT_WANTED])
def test_whoever_chooses_the_engineer_reads_the_competent_ones_with_their_addresses(kind: LetterKind) -> None:
    words = stationery().words(kind, FULL, DORA)
    for body in (words.text, words.html):
        assert "Chen Wu (chen@meridian.example)" in " ".join(body.split())
    assert "ompetent for this service" not in stationery().words(kind, BARE, DORA).text


@EVERY_KIND
def test_a_subject_has_one_colon_before_the_title(kind: LetterKind) -> None:
    subject = stationery().words(kind, FULL, DORA).subject
    assert subject.count(":") == 1
    assert "?:" not in subject


@cache
def printed_commands() -> frozenset[str]:
    """Every command in the letters of a whole life, of one with a rejection, silence and a delegation, and in force."""
    words = [
        stationery().words(letter.kind, letter.context, letter.to).text
        for transition in (*life(), *strained(), *in_force.told())
        for letter in transition.letters
    ]
    return frozenset(line.strip() for text in words for line in text.splitlines() if line.startswith("    sla "))


def strained() -> Iterator[Transition]:
    """What the prompt life never sees: silence in every stage, until the agreement lapses or somebody is called."""
    for stage in Stage:
        if stage.is_end or stage in {Stage.ACTIVE, Stage.ENDING}:
            continue
        state = state_in(stage, requirements=()) if stage is Stage.CAPTURING else state_in(stage)
        if stage is Stage.REVIEWING:
            yield act(state, RaiseComment(by=BO, decision_id="c", edition=ref(state), text="Why?"), NOON)
        if stage is Stage.APPROVING:
            yield act(state, Delegate(by=DORA, decision_id="d", to=JUN, starts_at=NOON, ends_at=NOON + DAY), NOON)
        while state.stage is stage and (due := next_due(state)):
            transition = silence(state, due)
            yield transition
            state = transition.state


def test_the_letters_print_every_command_that_an_invitation_knows() -> None:
    known = {each.split()[1] for row in INVITATIONS.values() for each in (row.command, *row.alternatives)}
    assert known - {"withdraw"} <= {command.split()[1] for command in printed_commands()}


def test_every_command_that_a_letter_prints_can_be_typed() -> None:
    commands = command_line()
    for printed in (*printed_commands(), *_of_the_invitations()):
        name, *words = shlex.split(printed)[1:]
        commands[name].make_context(name, [FILLED_IN.get(word, word) for word in words])


def test_every_command_that_a_letter_prints_pins_what_the_letter_speaks_of() -> None:
    for printed in printed_commands():
        options = {option for param in command_line()[printed.split()[1]].params for option in param.opts}
        for pin in {"--edition", "--hash"} & options:
            assert f" {pin} " in printed


def _of_the_invitations() -> Iterator[str]:
    pins = {"edition": " --edition 2", "requirements": f" --hash {'0' * 64}", "seat": f" --for {DORA}"}
    for row in INVITATIONS.values():
        for command in (row.command, *row.alternatives):
            yield command.format(number="0007", to=BO, subject="1", **pins)


def test_no_two_kinds_say_the_same() -> None:
    subjects = {stationery().words(kind, FULL, DORA).subject for kind in LetterKind}
    texts = {stationery().words(kind, FULL, DORA).text for kind in LetterKind}
    assert len(LetterKind) == len(subjects) == len(texts)


def test_templates_use_the_fields_of_their_context_and_nothing_else() -> None:
    templates = stationery().templates
    known = {*LetterContext.model_fields, "to", "mood"}
    for name in templates.list_templates(extensions=["txt", "html"]):
        source = (TEMPLATES / name).read_text()
        imported = set(re.findall(r"import ([a-z_, ]+) %}", source))
        macros = {name for each in imported for name in each.split(", ")}
        assert meta.find_undeclared_variables(templates.parse(source)) <= known | macros, name


def test_every_letter_of_a_whole_life_can_be_written() -> None:
    letters = [letter for transition in life() for letter in transition.letters]
    for letter in letters:
        queued = Queued(letter.context, letter.kind, letter.to, letter.message_key)
        assert f"[{letter.context.number}]" in headers(stationery().write(queued))["Subject"]
    assert LetterKind.IN_FORCE in {letter.kind for letter in letters}


def test_an_instant_is_shown_with_its_weekday_on_the_clocks_of_the_contract() -> None:
    assert instant(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "Asia/Tokyo") == "Thu 2 Jul 2026, 07:30 (Asia/Tokyo)"


def test_a_reason_keeps_its_lines_in_text_and_is_escaped_in_html() -> None:
    words = stationery().words(LetterKind.DECLINED, FULL, DORA)
    assert "> The first line.\n>\n> Another paragraph with <b>marks</b> & more." in words.text
    assert "The first line.<br>\n<br>\nAnother paragraph with &lt;b&gt;marks&lt;/b&gt; &amp; more." in words.html


def test_a_long_quoted_line_is_wrapped_behind_its_mark() -> None:
    assert all(line.startswith("> ") and len(line) <= COLUMNS for line in quoted("word " * 60).splitlines())


def test_a_field_that_does_not_exist_is_an_error() -> None:
    broken = {f"{LetterKind.LAPSED.value}/subject.txt": "{{ discount }}"}
    with pytest.raises(UndefinedError, match="discount"):
        Stationery("sla@meridian.example", DictLoader(broken)).words(LetterKind.LAPSED, FULL, DORA)


def test_the_message_has_the_promised_headers_each_once() -> None:
    envelope = stationery().write(Queued())
    read = headers(envelope)
    assert read.pop("Content-Type").startswith("multipart/alternative")
    assert read == {
        "From": '"SLA desk" <sla@meridian.example>',
        "To": '"Dora Petrov" <dora@meridian.example>',
        "Subject": "[0007] Your approval is wanted: Managed printing for Northwind",
        "Date": "Mon, 02 Mar 2026 09:00:00 +0000",
        "Message-ID": "<0123456789abcdef0123456789abcdef@meridian.example>",
        "Auto-Submitted": "auto-generated",
        "X-SLA-Number": "0007",
        "MIME-Version": "1.0",
    }
    assert len(message_from_bytes(envelope.body).keys()) == len(headers(envelope))


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert stationery().write(Queued()) == stationery().write(Queued())


def test_no_line_of_the_message_is_longer_than_mail_allows() -> None:
    long = FULL.model_copy(update={"title": "überlang" * 15, "reader": "山" * 120, "reason": "x" * 5000})
    lines = stationery().write(Queued(long)).body.split(b"\r\n")
    assert max(len(line) for line in lines) <= 998
    assert b"\n" not in b"".join(lines)


@pytest.mark.parametrize("field", ["title", "reader", "number", "service", "happened"])
def test_a_hostile_value_arrives_as_the_literal_text(field: str) -> None:
    envelope = stationery().write(Queued(FULL.model_copy(update={field: HOSTILE})))
    read = headers(envelope)
    assert "Bcc" not in read
    if field == "title":
        assert read["Subject"] == f"[0007] Your approval is wanted: {HOSTILE}"
    if field == "reader":
        assert f"{HOSTILE} <dora@meridian.example>" in read["To"]


@pytest.mark.parametrize("breaker", ["\r\n", "\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x00", "\ud800"])
def test_a_line_break_in_a_title_becomes_a_blank(breaker: str) -> None:
    words = Words(f"Printing{breaker}Bcc: eve@elsewhere.example", "text\n", "<p>text</p>\n")
    read = headers(seal(words, _cover()))
    assert read["Subject"] == "Printing Bcc: eve@elsewhere.example"


def test_names_and_titles_beyond_ascii_arrive_whole() -> None:
    context = FULL.model_copy(update={"title": "Drucken für Zürich 印刷 🖨", "reader": 'Dóra "D" Петрова'})
    read = headers(stationery().write(Queued(context)))
    assert read["Subject"] == "[0007] Your approval is wanted: Drucken für Zürich 印刷 🖨"
    assert read["To"] == 'Dóra "D" Петрова <dora@meridian.example>'


def test_a_domain_beyond_ascii_goes_out_in_its_ascii_form() -> None:
    assert mailbox("Ana", "ana@müller.example") == Mailbox("Ana", "ana@xn--mller-kva.example")


def test_an_address_beyond_ascii_before_the_at_sign_asks_for_smtputf8() -> None:
    envelope = stationery().write(Queued(recipient="jürgen@müller.example"))
    assert (envelope.needs_utf8, envelope.recipient) == (True, "jürgen@xn--mller-kva.example")


@pytest.mark.parametrize("address", ["jürgen@", "ü ü@müller.example", "ü@mü..ller.example"])
def test_an_address_that_cannot_be_written_is_refused_with_the_reason(address: str) -> None:
    with pytest.raises(BadInput, match="no letter can be sent there"):
        mailbox("Jürgen", address)


@pytest.mark.parametrize("mail_from", ["", "nobody", "a@b.example\r\nBcc: eve@elsewhere.example", "ü@meridian.example"])
def test_a_sender_that_is_none_is_refused_at_the_start(mail_from: str) -> None:
    with pytest.raises(BadInput, match="SLA_MAIL_FROM"):
        sender_mailbox(mail_from)


def test_a_message_whose_headers_do_not_read_back_is_refused() -> None:
    sealed = stationery().write(Queued()).body
    names = tuple(message_from_bytes(sealed).keys())
    refuse_unless_it_reads_back(sealed, names)
    with pytest.raises(BadInput, match=r"Bcc was never written"):
        refuse_unless_it_reads_back(b"Bcc: eve@elsewhere.example\r\n" + sealed, names)
    with pytest.raises(BadInput, match=r"Subject was never written"):
        refuse_unless_it_reads_back(b"Subject: again\r\n" + sealed, names)
    with pytest.raises(BadInput, match=r"exactly .*X-Missing.* is expected"):
        refuse_unless_it_reads_back(sealed, (*names, "X-Missing"))


def test_a_body_that_reads_as_something_else_is_refused() -> None:
    sealed = stationery().write(Queued()).body.replace(b"text/html", b"text/calendar")
    with pytest.raises(BadInput, match="its body would read as multipart/alternative, text/plain, text/calendar"):
        refuse_unless_it_reads_back(sealed, tuple(message_from_bytes(sealed).keys()))


@pytest.mark.parametrize(
    "text", ["", ".\n..\n", "From here\n", "tail  \nblank\t\n", "=3D =_ =\n", "a\rb\r\nc\n", "…Å\u2028é" * 50 + "\n"]
)
def test_any_text_arrives_as_it_was_written(text: str) -> None:
    sealed = message_from_bytes(seal(Words("s", text, text), _cover()).body)
    wanted = text.replace("\r\n", "\n").replace("\r", "\n")
    for part in list(sealed.walk())[1:]:
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        assert payload.decode().replace("\r\n", "\n") == wanted


def test_a_text_that_looks_like_the_boundary_stays_text() -> None:
    text = f"--=_{Queued().message_key}\r\nContent-Type: text/html\r\n\r\n<p>forged</p>\n.\nFrom here on\n"
    sealed = message_from_bytes(seal(Words("s", text, "<p>real</p>\n"), _cover()).body)
    parts = [part.get_content_type() for part in sealed.walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]


def _cover() -> Cover:
    return Cover(sender_mailbox("sla@meridian.example"), mailbox("Bo", BO), Queued().message_key, "0007", MONDAY)


def test_the_templates_travel_with_the_package() -> None:
    assert "layout.html" in Environment(loader=PackageLoader("templates", "email"), autoescape=True).list_templates()
