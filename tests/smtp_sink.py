"""A real SMTP server on loopback (aiosmtpd) that answers as a test tells it to, and keeps what it took."""

import asyncio
import warnings
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from ssl import SSLContext

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True)
class Received:
    """One message as it came over the wire."""

    sender: str
    recipient: str
    raw: bytes
    connection: int

    @property
    def message(self) -> Message:
        """As a mail program parses it."""
        return message_from_bytes(self.raw)

    def header(self, name: str) -> str:
        """A header as its reader sees it."""
        return str(make_header(decode_header(self.message[name])))

    def part(self, kind: str) -> str:
        """The body of one kind, decoded."""
        part = next(part for part in self.message.walk() if part.get_content_type() == kind)
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        return payload.decode()


@dataclass
class SmtpSink:
    """Answers `250` unless a reply stands in `script` for the command; `hangup` ends the connection."""

    letters: list[Received] = field(default_factory=list)
    script: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    offered: list[str] = field(default_factory=list)
    """The recipients that were tried, taken or not."""
    users: dict[str, str] = field(default_factory=dict)
    """Who may log in, with which password; nobody has to when empty."""
    takes_utf8: bool = True
    tls: SSLContext | None = None
    tls_from_the_start: bool = False
    port: int = 0
    connections: int = 0
    _server: asyncio.Server | None = None

    def answer(self, command: str, *replies: str) -> None:
        """The next replies to MAIL, RCPT or DATA."""
        self.script[command].extend(replies)

    async def open(self) -> None:
        """Listens: on a free port the first time, on the same one ever after."""
        tls = self.tls if self.tls_from_the_start else None
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, "127.0.0.1", self.port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Goes away; whoever calls now is refused."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def _protocol(self) -> SMTP:
        self.connections += 1
        upgrades = self.tls is not None and not self.tls_from_the_start
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a password without STARTTLS is worth one, on loopback too
            return SMTP(
                _Line(self, self.connections),
                hostname="sink.example",
                enable_SMTPUTF8=self.takes_utf8,
                tls_context=self.tls if upgrades else None,
                require_starttls=upgrades,
                authenticator=self._authenticate if self.users else None,
                auth_required=bool(self.users),
                auth_require_tls=upgrades,
            )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: LoginPassword
    ) -> AuthResult:
        known = self.users.get(login.login.decode())
        return AuthResult(success=known == login.password.decode(), handled=False)


class _Line:
    """aiosmtpd's handler of one connection."""

    def __init__(self, sink: SmtpSink, connection: int) -> None:
        self._sink = sink
        self._connection = connection

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self._next("MAIL", server)
        if reply.startswith("250"):
            envelope.mail_from = address
        return reply

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._sink.offered.append(address)
        reply = self._next("RCPT", server)
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        reply = self._next("DATA", server)
        if reply.startswith("250") or reply == "hangup":
            for recipient in envelope.rcpt_tos:
                assert isinstance(envelope.original_content, bytes)
                letter = Received(envelope.mail_from or "", recipient, envelope.original_content, self._connection)
                self._sink.letters.append(letter)
        return reply

    def _next(self, command: str, server: SMTP) -> str:
        waiting = self._sink.script[command]
        reply = waiting.popleft() if waiting else "250 2.0.0 taken"
        if reply == "hangup":
            assert server.transport is not None
            server.transport.close()
        return reply


@asynccontextmanager
async def running_sink(sink: SmtpSink | None = None) -> AsyncIterator[SmtpSink]:
    """A sink that listens while the block runs."""
    sink = sink or SmtpSink()
    await sink.open()
    try:
        yield sink
    finally:
        await sink.close()
