"""A desk at which a test types commands: the real command line, in this process, with its settings given."""

import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from activities.settings import Settings
from sla.term import months_after
from starter.cli import run
from starter.session import Session

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = EXAMPLES / "managed-printing"


class Ran(NamedTuple):
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


class Desk:
    """Types commands with the same settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def types(self, *words: str) -> Ran:
        """Runs one command."""
        out, err = io.StringIO(), io.StringIO()
        status = run(words, Session(words, out, err, self.settings))
        return Ran(status, out.getvalue(), err.getvalue())

    def does(self, *words: str) -> Ran:
        """Runs a command that must succeed."""
        ran = self.types(*words)
        assert (ran.status, ran.err) == (0, ""), f"{words}: {ran}"
        return ran

    def starts(self, form: Path) -> str:
        """Starts an agreement and gives its number."""
        return str(self.does("start", str(form), "--json").document["number"])

    def carries(self, form: Path, *lines: str) -> str:
        """Starts an agreement and runs lines of words on it, `#` standing for its number."""
        number = self.starts(form)
        for line in lines:
            self.does(*(number if word == "#" else word for word in line.split()))
        return number


FIRST_STEPS = (
    "name-engineer # chen@meridian.example --as finn@meridian.example",
    "agree-engineer # --as bo@meridian.example",
    f"record-requirements # {FILES / 'requirements.yaml'} --as chen@meridian.example",
    "confirm-requirements # --as ana@northwind.example",
    f"assess # {FILES / 'verdicts-technical.yaml'} --as chen@meridian.example",
    f"assess # {FILES / 'verdicts-commercial.yaml'} --as bo@meridian.example",
    f"submit-draft # {FILES / 'draft.yaml'} --as finn@meridian.example",
)
"""From the form to the negotiation."""

TO_THE_REVIEW = (
    *FIRST_STEPS,
    "submit-offer # --expires 14d --as bo@meridian.example",
    "accept-offer # --as ana@northwind.example",
)
TO_THE_APPROVAL = (
    *TO_THE_REVIEW,
    "acknowledge # --as ana@northwind.example",
    "acknowledge # --as bo@meridian.example",
    "inspect # --pass --as gita@meridian.example",
)
TO_THE_SIGNATURE = (
    *TO_THE_APPROVAL,
    "approve # --as dora@meridian.example",
    "approve # --as hugo@meridian.example",
    "approve # --as mara@meridian.example",
)
IN_FORCE = (*TO_THE_SIGNATURE, "sign # --as mara@meridian.example", "sign # --as ines@northwind.example")
AMENDED = (
    "submit-offer # --expires 14d --as bo@meridian.example",
    "accept-offer # --as ana@northwind.example",
    "acknowledge # --as ana@northwind.example",
    "acknowledge # --as bo@meridian.example",
    "inspect # --pass --as gita@meridian.example",
    "approve # --as dora@meridian.example",
    "sign-off # --as hugo@meridian.example",
    "approve # --as mara@meridian.example",
    "sign # --as mara@meridian.example",
    "sign # --as ines@northwind.example",
)
"""From the draft of an amendment to its last signature."""


class Running:
    """The example's files with a term that began nine months ago and lasts for three years."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start = months_after(datetime.now(UTC).date().replace(day=1), -9)
        self.end = months_after(self.start, 36)

    def file(self, source: Path) -> Path:
        """The file with the days of this term."""
        text = source.read_text(encoding="utf-8")
        days = ((date(2027, 2, 1), self.start), (date(2030, 2, 1), self.end), (date(2028, 2, 1), self.in_a_year))
        for old, new in days:
            text = text.replace(old.isoformat(), new.isoformat())
        path = self.folder / source.name
        path.write_text(text, encoding="utf-8")
        return path

    @property
    def in_a_year(self) -> date:
        """The first day of the second year of the term."""
        return months_after(self.start, 12)

    def begins(self, desk: Desk, form: Path) -> str:
        """The number of an agreement in force with these terms."""
        self.file(form)
        draft, running = str(FILES / "draft.yaml"), str(self.file(FILES / "draft.yaml"))
        return desk.carries(form, *(line.replace(draft, running) for line in IN_FORCE))
