"""The story that the demonstration tells: every line is a command that a person could type.

Two rounds of negotiation, an inspection that sends the draft back once, approvals in two stages with one delegation,
and both signatures.
"""

from pathlib import Path

ANA, INES = "ana@northwind.example", "ines@northwind.example"
BO, CHEN, FINN, GITA = "bo@meridian.example", "chen@meridian.example", "finn@meridian.example", "gita@meridian.example"
DORA, HUGO, JUN, MARA = (
    "dora@meridian.example",
    "hugo@meridian.example",
    "jun@meridian.example",
    "mara@meridian.example",
)

FORM = "managed-printing.yaml"
FILES = "managed-printing"
SCENARIO = "scenarios/three-years.yaml"
"""What the same form is then rehearsed with: a renegotiation, a change, a suspension, a termination."""

Line = tuple[str, ...]


def chapters(number: str, examples: Path) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """The chapters after the start, each with its commands."""

    def file(name: str) -> str:
        return str(examples / FILES / name)

    return (
        (
            "An engineer is named, and writes down what is needed",
            (
                ("name-engineer", number, CHEN, "--as", FINN),
                ("agree-engineer", number, "--as", BO),
                ("record-requirements", number, file("requirements.yaml"), "--as", CHEN),
                ("confirm-requirements", number, "--as", ANA),
            ),
        ),
        (
            "Can it be done? Then a draft",
            (
                ("assess", number, file("verdicts-technical.yaml"), "--as", CHEN),
                ("assess", number, file("verdicts-commercial.yaml"), "--as", BO),
                ("submit-draft", number, file("draft.yaml"), "--as", FINN),
            ),
        ),
        (
            "Offer, counter-offer, agreement on a price",
            (
                ("submit-offer", number, "--expires", "14d", "--as", BO),
                ("submit-offer", number, "--terms", file("counter-offer.yaml"), "--expires", "14d", "--as", ANA),
                ("submit-offer", number, "--terms", file("second-offer.yaml"), "--expires", "14d", "--as", BO),
                ("accept-offer", number, "--as", ANA),
            ),
        ),
        (
            "The inspection sends it back; the revised draft is offered and accepted",
            (
                ("acknowledge", number, "--as", ANA),
                (
                    "inspect", number, "--as", GITA, "--send-back",
                    "The survey does not say how many answers count, and planned maintenance is not excluded.",
                ),
                ("submit-draft", number, file("revised-draft.yaml"), "--as", FINN),
                ("submit-offer", number, "--expires", "7d", "--as", BO),
                ("accept-offer", number, "--as", ANA),
            ),
        ),
        (
            "The second review: a comment, its resolution, and the inspection passes",
            (
                ("acknowledge", number, "--as", ANA),
                ("comment", number, "Does the maintenance window hold for the warehouse, too?", "--as", ANA),
                (
                    "resolve-comment", number, "1", "--as", FINN, "--how",
                    "It does: the exclusion names every office and the warehouse works on weekdays by the same plan.",
                ),
                ("acknowledge", number, "--as", BO),
                ("inspect", number, "--pass", "--as", GITA),
            ),
        ),
        (
            "Approvals in two stages, one by delegation",
            (
                ("approve", number, "--as", DORA),
                ("delegate", number, "--to", JUN, "--until", "14d", "--reason", "On leave.", "--as", HUGO),
                ("approve", number, "--for", HUGO, "--as", JUN),
                ("approve", number, "--comment", "A good price for both sides.", "--as", MARA),
            ),
        ),
        (
            "Both sides sign",
            (
                ("sign", number, "--as", MARA),
                ("sign", number, "--as", INES),
            ),
        ),
    )  # fmt: skip
