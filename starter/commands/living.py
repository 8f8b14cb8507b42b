"""The verbs of an agreement in force: its reviews, changes, results, notice, renewal and suspension."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from starter.commands.options import As, DecisionId, Json, Number, OptionalReason, Reason, act, session_of

Satisfaction = Annotated[int, typer.Option(metavar="1..5", min=1, max=5, help="5 is entirely.", show_default=False)]
End = Annotated[
    str, typer.Option("--end", metavar="DAY", help="The end that is meant, such as 2030-02-01.", show_default=False)
]


class Outcome(StrEnum):
    """What a review decides, as `sla.life` names it."""

    KEEP = "keep"
    RENEGOTIATE = "renegotiate"
    RAISE_TARGET = "raise_target"
    TERMINATE = "terminate"


def add_to(app: typer.Typer) -> None:
    """Adds this family's commands."""
    app.command("conclude-review")(conclude_review)
    app.command("request-change")(request_change)
    app.command("record-results")(record_results)
    app.command("give-notice")(give_notice)
    app.command("acknowledge-notice")(acknowledge_notice)
    app.command("agree-renewal")(agree_renewal)
    app.command("state-index")(state_index)
    app.command("suspend")(suspend)
    app.command("reinstate")(reinstate)


def conclude_review(
    context: typer.Context,
    number: Number,
    review: Annotated[
        str, typer.Argument(metavar="REVIEW", help="The open review, such as 3 or x1.", show_default=False)
    ],
    outcome: Annotated[
        Outcome,
        typer.Option(help="Renegotiating and raising a target begin an amendment.", show_default=False),
    ],
    reason: Reason,
    provider_satisfaction: Satisfaction,
    customer_satisfaction: Satisfaction,
    by: As,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Say what came of the open review, as a manager."""
    from sla.commands import ConcludeReview
    from sla.life import ReviewOutcome

    act(
        context,
        number,
        by,
        decision_id,
        lambda b: ConcludeReview(
            by=b.by,
            decision_id=b.decision_id,
            review=review,
            outcome=ReviewOutcome(outcome.value),
            reason=reason,
            provider_satisfaction=provider_satisfaction,
            customer_satisfaction=customer_satisfaction,
        ),
    )


def request_change(
    context: typer.Context,
    number: Number,
    what: Annotated[
        list[str],
        typer.Option(
            "--what",
            metavar="KINDS",
            help="hours, accessibility, uptime, completion, response, scope, price; with commas, or repeated.",
            show_default=False,
        ),
    ],
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="What is wanted, and why.", show_default=False)],
    by: As,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Ask for a change; a review opens at once, with what it touches."""
    from sla.commands import RequestChange
    from starter.typed import change_kinds

    kinds = change_kinds(what)
    act(
        context,
        number,
        by,
        decision_id,
        lambda b: RequestChange(by=b.by, decision_id=b.decision_id, kinds=kinds, text=text),
    )


def record_results(
    context: typer.Context,
    number: Number,
    by: As,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="YAML: start, end, measured.", show_default=False)
    ] = None,
    stated: Annotated[
        str | None,
        typer.Option(metavar="PERIOD", help="Take them from the statement of this period.", show_default=False),
    ] = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Record what the targets came to in a period that is over, from YAML or from its statement."""
    from sla.commands import RecordResults
    from starter.recorded_results import results_to_record

    results = results_to_record(session_of(context), number, file, stated)
    act(context, number, by, decision_id, lambda b: RecordResults(by=b.by, decision_id=b.decision_id, results=results))


def give_notice(
    context: typer.Context,
    number: Number,
    end: End,
    by: As,
    reason: OptionalReason = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Give notice for your side: the term ends on that day and does not renew."""
    from sla.commands import GiveNotice
    from starter.acting import Basis
    from starter.moments import day

    def make(basis: Basis) -> GiveNotice:
        ends = day(end, "--end", basis.state.zone, basis.now)
        return GiveNotice(by=basis.by, decision_id=basis.decision_id, end=ends, reason=reason)

    act(context, number, by, decision_id, make)


def acknowledge_notice(
    context: typer.Context, number: Number, by: As, decision_id: DecisionId = None, as_json: Json = False
) -> None:
    """Prove that your side has received the other side's notice."""
    from sla.commands import AcknowledgeNotice

    act(context, number, by, decision_id, lambda b: AcknowledgeNotice(by=b.by, decision_id=b.decision_id))


def agree_renewal(
    context: typer.Context, number: Number, end: End, by: As, decision_id: DecisionId = None, as_json: Json = False
) -> None:
    """Agree for your side that the term renews after that end, where it renews expressly only."""
    from sla.commands import AgreeRenewal
    from starter.acting import Basis
    from starter.moments import day

    def make(basis: Basis) -> AgreeRenewal:
        ends = day(end, "--end", basis.state.zone, basis.now)
        return AgreeRenewal(by=basis.by, decision_id=basis.decision_id, end=ends)

    act(context, number, by, decision_id, make)


def state_index(
    context: typer.Context,
    number: Number,
    rate: Annotated[str, typer.Option("--rate", metavar="PERCENT", help="Such as 2.4 or -0.3.", show_default=False)],
    source: Annotated[
        str, typer.Option("--source", metavar="TEXT", help="Where the rate stands published.", show_default=False)
    ],
    by: As,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """State the index rate that moves the fee at the next renewal, as the account manager."""
    from sla.commands import StateIndex

    def percent(by: str, decision_id: str) -> StateIndex:
        return StateIndex.model_validate({"by": by, "decision_id": decision_id, "rate": rate, "source": source})

    act(context, number, by, decision_id, lambda b: percent(b.by, b.decision_id))


def suspend(
    context: typer.Context,
    number: Number,
    until: Annotated[
        str,
        typer.Option(
            "--until", metavar="DAY", help="It resumes by itself when this day begins; or 30d.", show_default=False
        ),
    ],
    reason: Reason,
    by: As,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Suspend the agreement for a bounded time, as a manager."""
    from sla.ending_commands import Suspend
    from starter.acting import Basis
    from starter.moments import day

    def make(basis: Basis) -> Suspend:
        resumes = day(until, "--until", basis.state.zone, basis.now)
        return Suspend(by=basis.by, decision_id=basis.decision_id, until=resumes, reason=reason)

    act(context, number, by, decision_id, make)


def reinstate(
    context: typer.Context,
    number: Number,
    reason: Reason,
    by: As,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """End a suspension early, as a manager."""
    from sla.ending_commands import Reinstate

    act(context, number, by, decision_id, lambda b: Reinstate(by=b.by, decision_id=b.decision_id, reason=reason))
