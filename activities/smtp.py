"""One conversation with a mail server: envelopes go in, verdicts come out.

Knows SMTP and the settings of one server. Knows nothing of agreements, letters or the register, and retries nothing.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from ssl import SSLContext
from types import TracebackType
from typing import Self

import aiosmtplib
from pydantic import SecretStr

from activities.settings import MailSecurity, Settings
from sla.errors import Unreachable

_LONGEST_ANSWER = 500
_HANG_UP_SECONDS = 3.0


@dataclass(frozen=True)
class SmtpServer:
    """Where letters are handed over, and how. `timeout_seconds` bounds each step of a conversation."""

    host: str
    port: int
    security: MailSecurity = MailSecurity.NONE
    user: str = ""
    password: SecretStr = field(default=SecretStr(""))
    timeout_seconds: float = 30.0
    tls: SSLContext | None = None
    """What a certificate is checked against; the machine's own authorities when none."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The server that the settings name."""
        return cls(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=settings.smtp_security,
            user=settings.smtp_user,
            password=settings.smtp_password,
        )

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class Envelope:
    """One message for one recipient, as it goes over the wire."""

    sender: str
    recipient: str
    body: bytes
    needs_utf8: bool = False
    """The recipient's address has letters beyond ASCII before the @ (SMTPUTF8, RFC 6531)."""


class Verdict(StrEnum):
    """What the server made of an envelope."""

    TAKEN = "taken"
    REFUSED = "refused"
    LATER = "later"


@dataclass(frozen=True)
class Answer:
    """The verdict, and the server's own words on one line."""

    verdict: Verdict
    words: str


class MailServerAway(Unreachable):
    """No conversation comes about: nobody answers, or the server does not let us in."""


class Conversation:
    """One connection that several envelopes are handed over on. Use with `async with`.

    Entering and `be_open` raise MailServerAway when no connection can be had: for a refused login or a missing STARTTLS
    too, because no letter is to blame for them.
    """

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._smtp = self._telephone()

    async def __aenter__(self) -> Self:
        await self.be_open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._hang_up()

    async def hand_over(self, envelope: Envelope) -> Answer:
        """Offers one envelope. A lost connection is `later`: the outcome is unknown, and the server may have it."""
        options = ["SMTPUTF8"] if envelope.needs_utf8 else []
        try:
            refused, words = await self._smtp.sendmail(
                envelope.sender, [envelope.recipient], envelope.body, mail_options=options
            )
        except aiosmtplib.SMTPException as error:
            return _answer_of(error)
        except OSError as error:
            self._smtp.close()
            return Answer(Verdict.LATER, _one_line(f"the connection was lost: {error}"))
        except ValueError as error:
            return Answer(Verdict.REFUSED, _one_line(str(error)))
        if refused:  # a partial refusal does not raise; this envelope's only recipient is among them
            reply = refused.get(envelope.recipient) or next(iter(refused.values()))
            return _answer_to_code(reply.code, reply.message)
        return Answer(Verdict.TAKEN, _one_line(f"250 {words}"))

    async def be_open(self) -> None:
        """Calls again when the server has hung up, as some do after a number of letters."""
        if self._smtp.is_connected:
            return
        self._smtp = self._telephone()
        try:
            await self._smtp.connect()
            if self._smtp.is_ehlo_or_helo_needed:
                await self._smtp.ehlo()
        except (aiosmtplib.SMTPException, OSError) as error:
            self._smtp.close()
            raise MailServerAway(
                f"the mail server {self._server} takes no letters now ({_one_line(str(error))}); "
                "they wait in the register and go out when it is back"
            ) from error

    def _telephone(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password.get_secret_value() if server.user else None,
            use_tls=server.security is MailSecurity.TLS,
            start_tls=server.security is MailSecurity.STARTTLS,
            tls_context=server.tls,
            timeout=server.timeout_seconds,
        )

    async def _hang_up(self) -> None:
        try:
            if self._smtp.is_connected:
                await self._smtp.quit(timeout=_HANG_UP_SECONDS)
        except (aiosmtplib.SMTPException, OSError):
            pass  # every letter has its answer by now; politeness is all that failed
        finally:
            self._smtp.close()


def _answer_of(error: aiosmtplib.SMTPException) -> Answer:
    """A refusal is final only when it is about the recipient or the message; all else may be mended on our side."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused(recipients=[first, *_]):
            return _answer_to_code(first.code, first.message)
        case aiosmtplib.SMTPNotSupported():
            words = "the mail server takes no address with letters beyond ASCII (it offers no SMTPUTF8)"
            return Answer(Verdict.REFUSED, words)
        case aiosmtplib.SMTPSenderRefused() | aiosmtplib.SMTPHeloError():
            return Answer(Verdict.LATER, _one_line(f"{error.code} {error.message}"))
        case aiosmtplib.SMTPResponseException():
            return _answer_to_code(error.code, error.message)
        case _:
            return Answer(Verdict.LATER, _one_line(f"the connection was lost: {error}"))


def _answer_to_code(code: int, message: str) -> Answer:
    verdict = Verdict.REFUSED if 500 <= code <= 599 else Verdict.LATER
    return Answer(verdict, _one_line(f"{code} {message}"))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_ANSWER]
