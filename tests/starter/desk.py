"""A desk at which a test types commands: the real command line, in this process, with its settings given."""

import io
import json
from pathlib import Path
from typing import Any, NamedTuple

from activities.settings import Settings
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
