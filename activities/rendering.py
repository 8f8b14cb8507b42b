"""From a letter's typed context to its words: Jinja2 templates, one folder per kind of letter.

Knows the templates and how instants and paragraphs are written. Computes no price, date or permission.
"""

import re
import textwrap
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from activities.sealing import Cover, Words, mailbox, one_line, seal, sender_mailbox
from activities.smtp import Envelope
from sla.letter_kinds import LetterKind
from sla.letters import LetterContext

COLUMNS = 72
"""The width of a letter in plain text. A command or a long word is never broken."""

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_BLANK_LINES = re.compile(r"\n\s*\n")
_LABEL_WIDTH = 12


class QueuedLetter(Protocol):
    """What the outbox knows of a letter, as far as its writing goes."""

    @property
    def message_key(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> LetterKind: ...  # noqa: D102
    @property
    def recipient(self) -> str: ...  # noqa: D102
    @property
    def context(self) -> LetterContext: ...  # noqa: D102


class Stationery:
    """Writes letters from one sender. Raises BadInput at once when `mail_from` names no sender."""

    def __init__(self, mail_from: str, loader: BaseLoader | None = None) -> None:
        self.sender = sender_mailbox(mail_from)
        self.templates = environment(loader or PackageLoader("templates", "email"))

    def write(self, letter: QueuedLetter) -> Envelope:
        """The letter, ready for the mail server.

        Raises BadInput when it cannot be written safely, and whatever Jinja2 raises when its template is broken.
        """
        context = letter.context
        cover = Cover(
            sender=self.sender,
            reader=mailbox(context.reader, letter.recipient),
            message_key=letter.message_key,
            number=context.number,
            at=context.happened_at,
        )
        return self.seal(self.words(letter.kind, context, letter.recipient), cover)

    def words(self, kind: LetterKind, context: LetterContext, to: str) -> Words:
        """Subject, text and HTML of a letter. Templates know the fields of the context, and the address as `to`."""
        fields = {name: getattr(context, name) for name in LetterContext.model_fields} | {"to": to}

        def fill(name: str) -> str:
            return self.templates.get_template(f"{kind.value}/{name}").render(fields)

        return Words(one_line(fill("subject.txt")), fill("body.txt"), fill("body.html"))

    def seal(self, words: Words, cover: Cover) -> Envelope:
        """The last step: from words to bytes that read back as they were meant."""
        return seal(words, cover)


def environment(loader: BaseLoader) -> Environment:
    """The templates with their filters. HTML is escaped, text is not; an unknown name is an error."""
    templates = Environment(
        loader=loader,
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters.update(instant=instant, by=by, edition=edition, fact=fact)
    templates.filters.update(paragraphs=paragraphs, quoted=quoted, spaced=spaced, lines=lines, item=item)
    templates.filters.update(about_amendment=about_amendment, paper=paper, answers=answers, sections=sections)
    return templates


def instant(at: datetime, zone: str) -> str:
    """`Tue 24 Nov 2026, 16:00 (Europe/Berlin)`: with the weekday, on the clocks of `zone`."""
    local = at.astimezone(ZoneInfo(zone))
    day = f"{_WEEKDAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{day}, {local:%H:%M} ({zone})"


def by(due: datetime | None, zone: str) -> str:
    """`by Tue 24 Nov 2026, 16:00 (Europe/Berlin)`; `as soon as you can` when nothing sets a date."""
    return f"by {instant(due, zone)}" if due else "as soon as you can"


def edition(no: int | None) -> str:
    """`edition 3`; `the draft` before there is a numbered one."""
    return f"edition {no}" if no else "the draft"


def paper(amendment: int | None) -> str:
    """What somebody works on: `the amendment` of an agreement in force, else `the request`."""
    return "the amendment" if amendment else "the request"


def about_amendment(no: int, in_force: int | None) -> str:
    """What every letter of an amendment says first: the agreement itself goes on as it is. Source: AME-1."""
    counts = f": {edition(in_force)} counts until a new one takes effect" if in_force else ""
    return f"This letter is about amendment {no}. The agreement itself is in force{counts}."


def answers(checklist: tuple[str, ...]) -> str:
    """How the file begins that answers a checklist of `key: question` lines: one yes, and one no with its note."""
    said = ("is_met: yes", "is_met: no, note: What is missing.")
    keys = (line.partition(": ")[0] for line in checklist)
    return "\n".join(("answers:", *(f"  - {{question: {key}, {each}}}" for key, each in zip(keys, said, strict=False))))


def paragraphs(text: str) -> str:
    """The paragraphs of a text, each filled to the columns, with one empty line between them."""
    filled = (_fill(" ".join(part.split())) for part in _BLANK_LINES.split(text) if part.strip())
    return "\n\n".join(filled)


def quoted(text: str) -> str:
    """Somebody's own words: their line breaks stay, and each line begins with `> `."""
    return "\n".join(_fill(line, indent="> ") if line.strip() else ">" for line in text.splitlines())


def sections(text: str) -> str:
    """What is enclosed: its sections with one empty line between them, and one after the last."""
    kept = _BLANK_LINES.sub("\n\n", text).strip("\n")
    return f"{kept}\n\n" if kept else ""


def item(text: str) -> str:
    """One item of a list; a long one goes on below itself."""
    return _fill(" ".join(text.split()), indent="  ", first="- ")


def spaced(html: Markup) -> Markup:
    """The paragraphs of a text in HTML, each as one `p` that looks alike in every client."""
    parts = (part.strip() for part in _BLANK_LINES.split(html) if part.strip())
    return Markup("\n").join(Markup(f'<p style="margin:0 0 14px 0;">{part}</p>') for part in parts)


def lines(text: str) -> Markup:
    """Somebody's own words in HTML: escaped, with their line breaks."""
    return Markup("<br>\n").join(text.splitlines())


def fact(value: str, label: str) -> str:
    """One row of the table of facts; a long value goes on below itself."""
    return _fill(value, indent=" " * _LABEL_WIDTH, first=label.ljust(_LABEL_WIDTH))


def _fill(text: str, indent: str = "", first: str | None = None) -> str:
    return textwrap.fill(
        text,
        width=COLUMNS,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
