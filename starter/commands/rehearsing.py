"""The command that rehearses. It looks whether the files are there, and hands over to the room that plays."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

ScenarioFile = Annotated[
    Path | None,
    typer.Option("--scenario", metavar="FILE", help="Who does what, when. Everybody is prompt by default."),
]
TermsFile = Annotated[
    Path | None,
    typer.Option("--terms", metavar="FILE", help="The first draft. The one beside the form by default."),
]
ProviderFile = Annotated[
    Path | None, typer.Option("--provider", metavar="FILE", help="The provider's profile. SLA_PROVIDER by default.")
]
Years = Annotated[
    int | None,
    typer.Option("--years", metavar="N", min=1, max=60, help="For so long. To the end, or a renewal, by default."),
]
Begins = Annotated[
    str | None,
    typer.Option("--begins", metavar="DAY", help="The first day. The next working day, at 9, by default."),
]
JsonFile = Annotated[
    str | None, typer.Option("--json", metavar="FILE", help="The timeline as JSON; - for standard output.")
]
HtmlFile = Annotated[str | None, typer.Option("--html", metavar="FILE", help="The timeline as one page, to attach.")]


def add_to(app: typer.Typer) -> None:
    """Adds this family's command."""
    app.command("rehearse")(rehearse)


def rehearse(
    what: Annotated[
        str,
        typer.Argument(metavar="FORM.yaml | NUMBER", help="A form, or an agreement from now on.", show_default=False),
    ],
    scenario: ScenarioFile = None,
    terms: TermsFile = None,
    provider: ProviderFile = None,
    years: Years = None,
    begins: Begins = None,
    json: JsonFile = None,
    html: HtmlFile = None,
) -> None:
    """Play the whole life of an agreement in seconds; nothing real is touched."""
    if not what.isdigit():
        _require_file(what, "a form, or the number of an agreement, is expected")
        provider = provider or _providers_setting()
    for file in (scenario, terms, provider):
        if file is not None:
            _require_file(str(file), "the path of a YAML file is expected")
    options = {
        "--scenario": scenario,
        "--terms": terms,
        "--provider": provider if not what.isdigit() else None,
        "--years": years,
        "--begins": begins,
        "--json": json,
        "--html": html,
    }
    given = [word for name, value in options.items() if value is not None for word in (name, str(value))]
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "rehearsal", *given, "--", what])


def _providers_setting() -> Path | None:
    """What the environment says; where it says nothing, the rehearsal finds the profile itself. Settings in full take
    half a second to load here, and are loaded there anyway."""
    named = os.environ.get("SLA_PROVIDER")
    return Path(named) if named else None


def _require_file(path: str, right: str) -> None:
    from sla.errors import BadInput

    if not Path(path).is_file():
        raise BadInput(path, "is no file", right)
