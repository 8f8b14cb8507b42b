"""The commands that judge: a period from files, a statement again, the past by other terms; and what was stated."""

from pathlib import Path
from typing import Annotated

import typer

from starter.commands.options import Force, Json, Number, session_of

Evidence = Annotated[
    list[Path] | None,
    typer.Option("--evidence", metavar="FILE", help="Evidence, CSV or JSON lines; repeat it.", show_default=False),
]
MoreTerms = Annotated[
    list[str] | None,
    typer.Option(
        "--terms", metavar="FILE[@DAY]", help="Terms, and the local day from which they count; repeat it for more.",
        show_default=False,
    ),
]  # fmt: skip
Past = Annotated[
    list[Path] | None,
    typer.Option(
        "--past", metavar="FILE", help="An earlier statement that credits and rights look back at; repeat it.",
        show_default=False,
    ),
]  # fmt: skip
PeriodName = Annotated[
    str, typer.Option("--period", metavar="PERIOD", help="2026-03, 2026-Q1, 2026 or DAY/DAY.", show_default=False)
]
MaybePeriod = Annotated[
    str | None,
    typer.Option("--period", metavar="PERIOD", help="The statement of 2026-03, 2026-Q1 or 2026.", show_default=False),
]
Revision = Annotated[
    int | None, typer.Option("--revision", metavar="N", min=1, help="An earlier one. The last by default.")
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="WHEN", help="What is later is not known. Now by default.", show_default=False),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write the statement here.", show_default=False)
]


def add_to(app: typer.Typer) -> None:
    """Adds this family's commands."""
    app.command("judge")(judge)
    app.command("verify")(verify)
    app.command("replay")(replay)
    app.command("statements")(statements)
    app.command("why")(why)


def judge(
    context: typer.Context,
    terms: Annotated[
        str, typer.Argument(metavar="TERMS[@DAY]", help="The terms, a YAML file as a draft is.", show_default=False)
    ],
    period: PeriodName,
    evidence: Evidence = None,
    more_terms: MoreTerms = None,
    fee: Annotated[
        str | None,
        typer.Option(
            "--fee", metavar="EUR100", help="The monthly fee. That of the terms by default.", show_default=False
        ),
    ] = None,
    past: Past = None,
    as_of: AsOf = None,
    provisional: Annotated[
        bool, typer.Option("--provisional", help="How a period stands that is not over yet.")
    ] = False,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Judge a period by terms and evidence in files: no server, no register. Exit status 0 once it is judged, met or
    missed; --json and --out tell which."""
    from starter import judging
    from starter.case_files import Files

    files = Files((terms, *(more_terms or ())), tuple(evidence or ()), tuple(past or ()))
    judging.judge(session_of(context), files, judging.Asked(period, fee, as_of, provisional, out, force))


def verify(
    context: typer.Context,
    statement: Annotated[
        str,
        typer.Argument(
            metavar="STATEMENT", help="A statement's file; or an agreement's number, with --period.", show_default=False
        ),
    ],
    evidence: Evidence = None,
    terms: MoreTerms = None,
    past: Past = None,
    as_of: AsOf = None,
    period: MaybePeriod = None,
    revision: Revision = None,
    as_json: Json = False,
) -> None:
    """Compute a statement again, and say what differs; exit status 1 where the figures do."""
    from starter import verifying
    from starter.case_files import Files

    if period is not None:
        verifying.refuse_files(terms, evidence, past, as_of)
        verifying.verify_stated(session_of(context), statement, period, revision)
        return
    files = Files(tuple(terms or ()), tuple(evidence or ()), tuple(past or ()))
    verifying.verify_file(session_of(context), Path(statement), files, as_of)


def replay(
    context: typer.Context,
    number: Annotated[
        str | None, typer.Argument(metavar="[NUMBER]", help="The agreement. Without it, files are read.")
    ] = None,
    proposed: Annotated[
        str, typer.Option("--terms", metavar="FILE", help="The proposed terms.", show_default=False)
    ] = "",
    current: Annotated[
        str | None,
        typer.Option("--current", metavar="FILE", help="Without NUMBER: the terms that counted.", show_default=False),
    ] = None,
    evidence: Evidence = None,
    months: Annotated[int, typer.Option("--months", metavar="N", min=1, max=120, help="So many months.")] = 12,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="MONTH", help="The last one. The last that is over by default.", show_default=False
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Score past evidence under proposed terms, side by side with those that counted."""
    from starter import replaying

    replaying.replay_typed(
        session_of(context),
        replaying.Typed(number, proposed, current, tuple(evidence or ())),
        replaying.Span(months, until),
    )


def statements(
    context: typer.Context,
    number: Number,
    period: MaybePeriod = None,
    revision: Revision = None,
    target: Annotated[
        str | None, typer.Option("--target", metavar="TARGET", help="Only this one, with all of its reasons.")
    ] = None,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """List what was stated of an agreement, or show one statement in full."""
    from starter import stated

    stated.tell(session_of(context), stated.Wanted(number, period, revision, target, out, force))


def why(
    context: typer.Context,
    number: Number,
    period: PeriodName,
    target: Annotated[str, typer.Option("--target", metavar="TARGET", help="Which figure.", show_default=False)],
    revision: Revision = None,
    as_json: Json = False,
) -> None:
    """Say why a figure is what it is: edition, line, hours, evidence, exclusions, computation."""
    from starter import stated

    stated.tell(session_of(context), stated.Wanted(number, period, revision, target))
