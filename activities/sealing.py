"""From words to the bytes of one message (RFC 5322, 2045-2047), each read back before it may leave.

The header block is written here and not by the library: on the Pythons of CVE-2024-6923 the library decodes a title
such as `=?utf-8?B?SGkNCkJjYzogeEB5Lno=?=` and writes what it hides as a header of its own. Knows nothing of SMTP,
of agreements, or of how the words came about.
"""

import re
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.header import Header
from email.utils import format_datetime, parseaddr, quote
from unicodedata import category

from email_validator import EmailNotValidError, validate_email

from activities.smtp import Envelope
from sla.errors import BadInput

_CRLF = "\r\n"
_ENCODED_WORD = "=?"
_LINE_END = re.compile(r"\r\n|\r|\n")
_BREAKING = frozenset({"Cc", "Cs", "Zl", "Zp"})
_PARTS = ["multipart/alternative", "text/plain", "text/html"]


@dataclass(frozen=True)
class Words:
    """What a letter says: a subject of one line, the text, and the same as HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Mailbox:
    """Whom a letter is from or to. The address is fit for the wire; the name is as people write it."""

    name: str
    address: str
    needs_utf8: bool = False


@dataclass(frozen=True)
class Cover:
    """What stands on the outside of a letter besides its subject."""

    sender: Mailbox
    reader: Mailbox
    message_key: str
    number: str
    at: datetime


def mailbox(name: str, address: str) -> Mailbox:
    """A mailbox whose domain is ASCII (IDNA). Raises BadInput when the address cannot be written on an envelope."""
    if address.isascii():
        return Mailbox(name, address)
    try:
        valid = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise BadInput(address, "no letter can be sent there", str(error)) from None
    return Mailbox(name, f"{valid.local_part}@{valid.ascii_domain}", not valid.local_part.isascii())


def sender_mailbox(mail_from: str) -> Mailbox:
    """The mailbox of `SLA desk <sla@provider.example>`. Raises BadInput when there is no address in it."""
    name, address = parseaddr(mail_from)
    if "@" not in address or mail_from != "".join(mail_from.splitlines()):
        right = "one line such as SLA desk <sla@provider.example> is expected"
        raise BadInput("SLA_MAIL_FROM", f"{mail_from!r:.120} names no sender", right)
    sender = mailbox(name, address)
    if sender.needs_utf8:
        right = "an address in plain letters is expected, because every mail server takes it"
        raise BadInput("SLA_MAIL_FROM", f"{address!r:.120} has letters beyond ASCII before the @", right)
    return sender


def seal(words: Words, cover: Cover) -> Envelope:
    """The envelope of a letter; the same letter gives the same bytes.

    Raises BadInput when the bytes do not read back as they were meant: then the letter must not be sent.
    """
    headers = headers_of(words, cover)
    head = "".join(f"{name}: {value}{_CRLF}" for name, value in headers)
    sealed = f"{head}{_CRLF}".encode() + _body(words, _boundary(cover))
    refuse_unless_it_reads_back(sealed, tuple(name for name, _ in headers))
    return Envelope(cover.sender.address, cover.reader.address, sealed, cover.reader.needs_utf8)


def headers_of(words: Words, cover: Cover) -> tuple[tuple[str, str], ...]:
    """Every header with its folded value."""
    domain = cover.sender.address.rpartition("@")[2]
    return (
        ("From", _address(cover.sender)),
        ("To", _address(cover.reader)),
        ("Subject", unstructured("Subject", words.subject)),
        ("Date", format_datetime(cover.at)),
        ("Message-ID", f"<{cover.message_key}@{domain}>"),
        ("Auto-Submitted", "auto-generated"),
        ("X-SLA-Number", unstructured("X-SLA-Number", cover.number)),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative; boundary="{_boundary(cover)}"'),
    )


def unstructured(name: str, text: str) -> str:
    """Text as the value of a header: one line, plain when it is safe so, else as encoded words."""
    line = one_line(text)
    charset = "us-ascii" if _is_plain(line) else "utf-8"
    return Header(line, charset, header_name=name).encode(linesep=_CRLF)


def one_line(text: str) -> str:
    """The text with every line break (U+2028 too), control character and run of blanks as one blank."""
    return " ".join("".join(" " if category(char) in _BREAKING else char for char in text).split())


def refuse_unless_it_reads_back(sealed: bytes, names: tuple[str, ...]) -> None:
    """Raises BadInput unless a reader finds exactly these headers, each once, and the two forms of the body."""
    message = message_from_bytes(sealed)
    found = sorted(message.keys())
    meant = sorted(names)
    if found != meant:
        odd = ", ".join(name for name in found if name not in meant or found.count(name) > 1)
        wrong = f"its headers would read {', '.join(found)}" + (f" ({odd} was never written)" if odd else "")
        raise BadInput("letter", wrong, f"exactly {', '.join(meant)} is expected, so it was not sent")
    parts = [part.get_content_type() for part in message.walk()]
    if parts != _PARTS:
        raise BadInput("letter", f"its body would read as {', '.join(parts)}", "it was not sent")


def _address(box: Mailbox) -> str:
    name = one_line(box.name)
    if not name:
        return box.address
    shown = f'"{quote(name)}"' if _is_plain(name) else Header(name, "utf-8", header_name="To").encode(linesep=_CRLF)
    return f"{shown} <{box.address}>"


def _is_plain(line: str) -> bool:
    """ASCII without the beginning of an encoded word: what a reader shows as it stands."""
    return line.isascii() and _ENCODED_WORD not in line


def _boundary(cover: Cover) -> str:
    """`=_` never occurs in quoted-printable, so no text can hold the boundary; the same letter has the same one."""
    return f"=_{cover.message_key}"


def _body(words: Words, boundary: str) -> bytes:
    between = f"--{boundary}{_CRLF}".encode()
    forms = between + _part("plain", words.text) + between + _part("html", words.html)
    return forms + f"--{boundary}--{_CRLF}".encode()


def _part(subtype: str, text: str) -> bytes:
    head = f'Content-Type: text/{subtype}; charset="utf-8"{_CRLF}Content-Transfer-Encoding: quoted-printable{_CRLF}'
    lines = _LINE_END.sub(_CRLF, text).encode()
    return f"{head}{_CRLF}".encode() + b2a_qp(lines, istext=True) + _CRLF.encode()
