"""The mailroom against a real mail server on loopback and a real register."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from jinja2 import ChoiceLoader, DictLoader, PackageLoader
from pydantic import SecretStr
from sqlalchemy import Engine, select
from temporalio.testing import ActivityEnvironment

from activities.database import migrate, open_engine
from activities.letters import Backoff, SmtpLetters
from activities.outbox import LetterCounts, Outbox
from activities.records import SqlRecords
from activities.rendering import Stationery
from activities.sealing import Cover, Words, headers_of, refuse_unless_it_reads_back
from activities.settings import MailSecurity, Settings
from activities.smtp import Envelope, SmtpServer
from activities.tables import LETTERS
from sla.errors import Unreachable
from sla.letter_kinds import LetterKind
from sla.letters import Letter, LetterContext
from tests.activities import in_force
from tests.activities.test_rendering import FULL, HOSTILE
from tests.people import ANA, CHEN, DORA, MONDAY, life, received
from tests.smtp_sink import SmtpSink, running_sink
from workflows.messages import DeliveryReport, DeliveryRound, Entry, NumberRequest

DEADLINE = 20.0
AT_ONCE = Backoff(first=timedelta(milliseconds=20), longest=timedelta(milliseconds=50))
MAIL_FROM = "SLA desk <sla@meridian.example>"


@pytest.fixture
async def sink() -> AsyncIterator[SmtpSink]:
    async with running_sink() as one:
        yield one


@pytest.fixture
def outbox(engine: Engine) -> Outbox:
    return Outbox(engine)


def letter(key: str = "1", to: str = DORA, kind: LetterKind = LetterKind.APPROVAL_WANTED, **changes: str) -> Letter:
    """A letter; `changes` are fields of its context."""
    context = LetterContext.model_validate(FULL.model_dump() | changes)
    return Letter(kind=kind, to=to, context=context, message_key=key.rjust(32, "0"))


def queue(engine: Engine, *letters: Letter) -> None:
    """Puts letters into the register in the way that a transition does."""
    records = SqlRecords(engine)
    request = NumberRequest(workflow_id="w1", provider="Meridian", reference="NW-1", form_digest="0" * 64, at=MONDAY)
    transition = received(records.number(request).number)
    records.record(Entry.of(transition, "w1").model_copy(update={"letters": letters}))


def server_of(sink: SmtpSink) -> SmtpServer:
    return SmtpServer("127.0.0.1", sink.port, timeout_seconds=5.0)


def mailroom(
    outbox: Outbox,
    sink: SmtpSink,
    *,
    stationery: Stationery | None = None,
    server: SmtpServer | None = None,
    backoff: Backoff = AT_ONCE,
) -> SmtpLetters:
    """A mailroom that waits only for moments."""
    return SmtpLetters(
        outbox,
        Settings(mail_from=MAIL_FROM),
        stationery=stationery,
        server=server or server_of(sink),
        letter_backoff=backoff,
        server_backoff=AT_ONCE,
    )


@asynccontextmanager
async def open_round(letters: SmtpLetters) -> AsyncIterator[asyncio.Task[DeliveryReport]]:
    """A round that runs while the block does, and ends as a worker's shutdown ends it."""
    environment = ActivityEnvironment()
    order = DeliveryRound(lasts=timedelta(seconds=DEADLINE), looks_every=timedelta(milliseconds=10))
    work = asyncio.ensure_future(environment.run(letters.deliver, order))
    try:
        yield work
    finally:
        environment.worker_shutdown()
        async with asyncio.timeout(DEADLINE):
            await asyncio.wait([work])


async def until(reached: Callable[[], bool]) -> None:
    """Waits for a state, with a deadline."""
    async with asyncio.timeout(DEADLINE):
        while not await asyncio.to_thread(reached):
            await asyncio.sleep(0.01)


async def deliver(letters: SmtpLetters, outbox: Outbox) -> DeliveryReport:
    """Runs the mailroom until no letter is queued any more."""
    async with open_round(letters) as work:
        await until(lambda: work.done() or outbox.counts().queued == 0)
    return await work


def reply_of(engine: Engine, key: str = "1") -> str | None:
    with engine.connect() as connection:
        query = select(LETTERS.c.last_reply).where(LETTERS.c.message_key == key.rjust(32, "0"))
        reply: str | None = connection.execute(query).scalar_one()
        return reply


async def test_a_letter_is_delivered_and_noted(engine: Engine, outbox: Outbox, sink: SmtpSink) -> None:
    queue(engine, letter())
    report = await deliver(mailroom(outbox, sink), outbox)
    [received_letter] = sink.letters
    assert report == DeliveryReport(sent=1)
    assert (received_letter.sender, received_letter.recipient) == ("sla@meridian.example", DORA)
    assert received_letter.message["Message-ID"] == f"<{'1'.rjust(32, '0')}@meridian.example>"
    assert "Dora Petrov" in received_letter.part("text/plain")
    assert "<h1" in received_letter.part("text/html")
    assert outbox.counts() == LetterCounts(sent=1)
    assert reply_of(engine) == "250 2.0.0 taken"


async def test_the_same_round_twice_sends_nothing_again(engine: Engine, outbox: Outbox, sink: SmtpSink) -> None:
    queue(engine, letter("1"), letter("2", ANA))
    await deliver(mailroom(outbox, sink), outbox)
    assert await deliver(mailroom(outbox, sink), outbox) == DeliveryReport()
    assert len(sink.letters) == 2


async def test_every_kind_of_letter_of_an_agreement_in_force_arrives(
    engine: Engine, outbox: Outbox, sink: SmtpSink
) -> None:
    one_of_each = [next(in_force.letters(kind)) for kind in sorted(in_force.LIVING)]
    queue(engine, *one_of_each)
    report = await deliver(mailroom(outbox, sink), outbox)
    assert report.sent == len(one_of_each) == len({one.message["Message-ID"] for one in sink.letters})
    assert any("What was promised" in one.part("text/html") for one in sink.letters)


async def test_every_letter_of_a_whole_life_arrives_once(engine: Engine, outbox: Outbox, sink: SmtpSink) -> None:
    letters = [one for transition in life() for one in transition.letters]
    queue(engine, *letters)
    report = await deliver(mailroom(outbox, sink), outbox)
    assert report.sent == len(letters) == len({one.message["Message-ID"] for one in sink.letters})


async def test_many_letters_share_a_few_connections(engine: Engine, outbox: Outbox, sink: SmtpSink) -> None:
    queue(engine, *(letter(str(no)) for no in range(150)))
    await deliver(mailroom(outbox, sink), outbox)
    assert len({one.message["Message-ID"] for one in sink.letters}) == len(sink.letters) == 150
    assert sink.connections <= 8


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
async def test_a_server_that_says_later_gets_the_letter_later(
    engine: Engine, outbox: Outbox, sink: SmtpSink, command: str
) -> None:
    queue(engine, letter())
    sink.answer(command, "451 4.3.0 try again", "421 4.3.2 too busy")
    report = await deliver(mailroom(outbox, sink), outbox)
    assert report == DeliveryReport(sent=1, postponed=2)
    assert len(sink.letters) == 1


async def test_what_the_server_said_stands_in_the_register_while_the_letter_waits(
    engine: Engine, outbox: Outbox, sink: SmtpSink
) -> None:
    queue(engine, letter())
    sink.answer("RCPT", "450 4.2.1 mailbox is full")
    letters = mailroom(outbox, sink, backoff=Backoff(timedelta(hours=1), timedelta(hours=1)))
    async with open_round(letters):
        await until(lambda: reply_of(engine) is not None)
    assert reply_of(engine) == "450 4.2.1 mailbox is full"
    assert outbox.counts() == LetterCounts(queued=1)


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
async def test_a_letter_that_is_refused_for_good_is_recorded_and_never_tried_again(
    engine: Engine, outbox: Outbox, sink: SmtpSink, command: str
) -> None:
    queue(engine, letter("1"))
    sink.answer(command, "550 5.1.1 no such person")
    report = await deliver(mailroom(outbox, sink), outbox)
    await deliver(mailroom(outbox, sink), outbox)
    assert report == DeliveryReport(refused=1)
    assert reply_of(engine) == "550 5.1.1 no such person"
    assert (sink.letters, sink.offered) == ([], [DORA])


async def test_one_refused_recipient_leaves_the_others_alone(engine: Engine, outbox: Outbox, sink: SmtpSink) -> None:
    queue(engine, letter("1"), letter("2", ANA), letter("3", CHEN))
    sink.answer("RCPT", "250 ok", "553 5.1.3 not this one", "250 ok")
    assert await deliver(mailroom(outbox, sink), outbox) == DeliveryReport(sent=2, refused=1)
    assert {one.recipient for one in sink.letters} == {DORA, CHEN}


async def test_a_refused_sender_costs_no_letter(engine: Engine, outbox: Outbox, sink: SmtpSink) -> None:
    queue(engine, letter())
    sink.answer("MAIL", "530 5.7.0 authentication required")
    assert await deliver(mailroom(outbox, sink), outbox) == DeliveryReport(sent=1, postponed=1)


async def test_a_server_that_is_away_delays_and_loses_nothing(engine: Engine, outbox: Outbox, sink: SmtpSink) -> None:
    queue(engine, letter("1"), letter("2", ANA))
    await sink.close()
    letters = mailroom(outbox, sink)
    async with open_round(letters) as work:
        await until(lambda: letters.failed_calls >= 3)
        assert outbox.counts() == LetterCounts(queued=2)
        await sink.open()
        await until(lambda: outbox.counts().queued == 0)
    assert await work == DeliveryReport(sent=2)
    assert [attempts for attempts in _attempts(engine) if attempts != 1] == []
    assert len(sink.letters) == 2


def _attempts(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.execute(select(LETTERS.c.attempts)).scalars())


async def test_a_server_that_hangs_up_before_the_letter_gets_it_on_the_next_call(
    engine: Engine, outbox: Outbox, sink: SmtpSink
) -> None:
    queue(engine, letter("1"), letter("2", ANA))
    sink.answer("MAIL", "hangup")
    assert await deliver(mailroom(outbox, sink), outbox) == DeliveryReport(sent=2, postponed=1)
    assert len(sink.letters) == 2


async def test_a_letter_whose_answer_was_lost_comes_again_under_the_same_message_id(
    engine: Engine, outbox: Outbox, sink: SmtpSink
) -> None:
    queue(engine, letter())
    sink.answer("DATA", "hangup")
    await deliver(mailroom(outbox, sink), outbox)
    first, second = sink.letters
    assert first.raw == second.raw


class _ForgetfulOutbox(Outbox):
    """A register that is away just when a letter has been sent."""

    away = True

    def mark_sent(self, message_key: str, at: datetime, reply: str) -> None:
        if self.away:
            raise Unreachable("the register is away")
        super().mark_sent(message_key, at, reply)


async def test_a_letter_that_the_register_could_not_note_is_noted_later_and_not_sent_again(
    engine: Engine, sink: SmtpSink
) -> None:
    queue(engine, letter())
    outbox = _ForgetfulOutbox(engine)
    letters = mailroom(outbox, sink)
    for _ in range(2):
        with pytest.raises(Unreachable, match="the register is away"):
            await deliver(letters, outbox)
    outbox.away = False
    await deliver(letters, outbox)
    assert outbox.counts() == LetterCounts(sent=1)
    assert len(sink.letters) == 1


async def test_a_hostile_title_arrives_as_the_literal_text(engine: Engine, outbox: Outbox, sink: SmtpSink) -> None:
    queue(engine, letter("1", title=HOSTILE, reader=HOSTILE), letter("2", title="a\u2028Bcc: x@y.z"))
    assert await deliver(mailroom(outbox, sink), outbox) == DeliveryReport(sent=2)
    subjects = {one.header("Subject") for one in sink.letters}
    assert subjects == {
        f"[0007] Your approval is wanted: {HOSTILE}",
        "[0007] Your approval is wanted: a Bcc: x@y.z",
    }
    assert not [one for one in sink.letters if "Bcc" in one.message]


class _TrustingStationery(Stationery):
    """Writes headers as one would without knowing of CVE-2024-6923; the check stays."""

    def seal(self, words: Words, cover: Cover) -> Envelope:
        message = EmailMessage(policy=SMTP)
        headers = dict(headers_of(words, cover)) | {"Subject": words.subject}
        for name in headers.keys() - {"MIME-Version", "Content-Type"}:
            message[name] = headers[name]
        message.set_content(words.text)
        message.add_alternative(words.html, subtype="html")
        sealed = message.as_bytes() if HOSTILE not in words.subject else _injected(message)
        refuse_unless_it_reads_back(sealed, tuple(headers))
        return Envelope(cover.sender.address, cover.reader.address, sealed)


def _injected(message: EmailMessage) -> bytes:
    """What a Python with the hole makes of it; one without it gets the line by hand."""
    sealed = message.as_bytes()
    return sealed if b"\nBcc:" in sealed else b"Bcc: x@y.z\r\n" + sealed


async def test_a_message_that_reads_back_with_another_header_is_never_sent(
    engine: Engine, outbox: Outbox, sink: SmtpSink
) -> None:
    queue(engine, letter("1", title=HOSTILE), letter("2", ANA))
    report = await deliver(mailroom(outbox, sink, stationery=_TrustingStationery(MAIL_FROM)), outbox)
    assert report == DeliveryReport(sent=1, refused=1)
    assert [one.recipient for one in sink.letters] == [ANA]
    assert "Bcc was never written" in (reply_of(engine) or "")


async def test_a_broken_template_refuses_its_letter_and_the_others_go_out(
    engine: Engine, outbox: Outbox, sink: SmtpSink
) -> None:
    broken = DictLoader({"lapsed/body.txt": "{{ discount }}"})
    stationery = Stationery(MAIL_FROM, ChoiceLoader([broken, PackageLoader("templates", "email")]))
    queue(engine, letter("1", kind=LetterKind.LAPSED), letter("2", ANA))
    report = await deliver(mailroom(outbox, sink, stationery=stationery), outbox)
    assert report == DeliveryReport(sent=1, refused=1)
    assert reply_of(engine) == "not sent, because it cannot be written: 'discount' is undefined"


class _OutOfFiles(Stationery):
    """A machine that cannot open one more file, the first time."""

    tries = 0

    def words(self, kind: LetterKind, context: LetterContext, to: str) -> Words:
        self.tries += 1
        if self.tries == 1:
            raise OSError(24, "too many open files")
        return super().words(kind, context, to)


async def test_a_passing_trouble_while_writing_refuses_no_letter(
    engine: Engine, outbox: Outbox, sink: SmtpSink
) -> None:
    queue(engine, letter())
    report = await deliver(mailroom(outbox, sink, stationery=_OutOfFiles(MAIL_FROM)), outbox)
    assert report == DeliveryReport(sent=1, postponed=1)


async def test_names_and_addresses_beyond_ascii_arrive(engine: Engine, outbox: Outbox, sink: SmtpSink) -> None:
    queue(engine, letter("1", "jürgen@müller.example", reader="Jürgen 山", title="Drucken für Zürich"))
    assert await deliver(mailroom(outbox, sink), outbox) == DeliveryReport(sent=1)
    [one] = sink.letters
    assert one.recipient == "jürgen@xn--mller-kva.example"
    assert one.header("Subject").endswith("Drucken für Zürich")
    assert "Jürgen 山" in one.part("text/plain")


async def test_a_server_without_smtputf8_gets_no_address_beyond_ascii(engine: Engine, outbox: Outbox) -> None:
    queue(engine, letter("1", "jürgen@müller.example"), letter("2", "ana@müller.example"))
    async with running_sink(SmtpSink(takes_utf8=False)) as sink:
        assert await deliver(mailroom(outbox, sink), outbox) == DeliveryReport(sent=1, refused=1)
    assert "SMTPUTF8" in (reply_of(engine) or "")
    assert [one.recipient for one in sink.letters] == ["ana@xn--mller-kva.example"]


async def test_a_cancelled_round_finishes_and_notes_the_letter_in_hand(
    engine: Engine, outbox: Outbox, sink: SmtpSink
) -> None:
    queue(engine, *(letter(str(no)) for no in range(30)))
    environment = ActivityEnvironment()
    work = asyncio.ensure_future(environment.run(mailroom(outbox, sink).deliver, DeliveryRound()))
    await until(lambda: len(sink.letters) > 2)
    environment.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert outbox.counts().sent == len(sink.letters)


async def test_a_round_ends_by_itself_and_tells_that_it_lives(outbox: Outbox, sink: SmtpSink) -> None:
    heard: list[str] = []
    environment = ActivityEnvironment()
    environment.on_heartbeat = lambda *details: heard.extend(details)
    order = DeliveryRound(lasts=timedelta(milliseconds=50), looks_every=timedelta(milliseconds=10))
    assert await environment.run(mailroom(outbox, sink).deliver, order) == DeliveryReport()
    assert heard == ["sent 0, refused 0, postponed 0"]


async def test_a_letter_waits_twice_as_long_after_each_failure_up_to_a_quarter_of_an_hour() -> None:
    backoff = Backoff(first=timedelta(seconds=5), longest=timedelta(minutes=15))
    waits = [backoff.after(failures).total_seconds() for failures in (1, 2, 3, 8, 9, 10_000)]
    assert waits == [5, 10, 20, 640, 900, 900]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one file."""
    path = tmp_path_factory.mktemp("tls") / "sink.pem"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "-"]
    names = ["-subj", "/CN=sink", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", *key, *names, "-days", "2", "-out", "-"]
    path.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    return path


@pytest.fixture
def small_register(tmp_path: Path) -> Engine:
    engine = open_engine(f"sqlite:///{tmp_path / 'register.db'}")
    migrate(engine)
    queue(engine, letter())
    return engine


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
async def test_letters_go_out_encrypted_and_with_a_login(
    certificate: Path, small_register: Engine, security: MailSecurity
) -> None:
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(certificate)
    theirs = ssl.create_default_context(cafile=str(certificate))
    sink = SmtpSink(tls=ours, tls_from_the_start=security is MailSecurity.TLS, users={"desk": "s3cret"})
    outbox = Outbox(small_register)
    async with running_sink(sink):
        password = SecretStr("s3cret")
        server = replace(server_of(sink), security=security, tls=theirs, user="desk", password=password)
        assert await deliver(mailroom(outbox, sink, server=server), outbox) == DeliveryReport(sent=1)


async def test_a_wrong_password_costs_no_letter_and_is_not_told_to_anybody(
    small_register: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    outbox = Outbox(small_register)
    async with running_sink(SmtpSink(users={"desk": "s3cret"})) as sink:
        server = replace(server_of(sink), user="desk", password=SecretStr("wr0ng"))
        letters = mailroom(outbox, sink, server=server)
        async with open_round(letters):
            await until(lambda: letters.failed_calls >= 1)
    assert outbox.counts() == LetterCounts(queued=1)
    assert "535" in caplog.text
    assert "wr0ng" not in caplog.text


async def test_a_server_that_offers_no_starttls_gets_no_letter(small_register: Engine) -> None:
    outbox = Outbox(small_register)
    async with running_sink() as sink:
        letters = mailroom(outbox, sink, server=replace(server_of(sink), security=MailSecurity.STARTTLS))
        async with open_round(letters):
            await until(lambda: letters.failed_calls >= 1)
    assert (sink.letters, outbox.counts().queued) == ([], 1)
