"""The verbs of drafting and negotiation: terms through the gate, offers by turns."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from starter.commands.options import As, DecisionId, EditionNo, File, Final, Json, Number, Reason, act

if TYPE_CHECKING:
    from sla.agreement import AgreementState
    from sla.terms import Terms


def add_to(app: typer.Typer) -> None:
    """Adds this family's commands."""
    app.command("submit-draft")(submit_draft)
    app.command("submit-offer")(submit_offer)
    app.command("accept-offer")(accept_offer)
    app.command("reject-offer")(reject_offer)
    app.command("withdraw-offer")(withdraw_offer)


def submit_draft(
    context: typer.Context, number: Number, file: File, by: As, decision_id: DecisionId = None, as_json: Json = False
) -> None:
    """Submit the terms (YAML) to the gate, as the SLA manager."""
    from sla.contract_commands import SubmitDraft
    from starter.forms import load_terms

    terms = load_terms(file)
    act(context, number, by, decision_id, lambda b: SubmitDraft(by=b.by, decision_id=b.decision_id, terms=terms))


def submit_offer(
    context: typer.Context,
    number: Number,
    by: As,
    expires: Annotated[
        str, typer.Option("--expires", metavar="WHEN", help="7d, a day, or an instant.", show_default=False)
    ],
    terms: Annotated[
        Path | None, typer.Option("--terms", metavar="FILE", help="Other terms (YAML).", show_default=False)
    ] = None,
    fee: Annotated[
        str | None,
        typer.Option("--fee", metavar="AMOUNT", help="Another monthly fee, such as 950.00.", show_default=False),
    ] = None,
    edition: EditionNo = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Make an offer or a counter-offer: the terms as they stand, another fee, or other terms."""
    from sla.contract_commands import SubmitOffer
    from starter.acting import Basis
    from starter.forms import load_terms
    from starter.moments import moment

    loaded = load_terms(terms) if terms else None

    def make(basis: Basis) -> SubmitOffer:
        return SubmitOffer(
            by=basis.by,
            decision_id=basis.decision_id,
            edition=basis.current(SubmitOffer),
            terms=_with_fee(basis.paper, loaded, fee) if fee is not None else loaded,
            expires_at=moment(expires, "--expires", basis.state.zone, basis.now, to_its_end=True),
        )

    act(context, number, by, decision_id, make, edition)


def _with_fee(state: "AgreementState", loaded: "Terms | None", fee: str) -> "Terms":
    """The terms at another monthly fee, in the same currency. Raises BadInput."""
    from pydantic import ValidationError

    from sla.errors import BadInput
    from sla.money import Money

    terms = loaded or (state.edition.terms if state.edition else None)
    if terms is None or terms.price is None:
        raise BadInput("--fee", "the terms have no price to change", "give terms with a price by --terms")
    try:
        money = Money.model_validate({"amount": fee, "currency": terms.price.monthly_fee.currency})
    except ValidationError as error:
        raise BadInput("--fee", error.errors()[0]["msg"].removeprefix("Value error, ")) from None
    price = terms.price.model_copy(update={"monthly_fee": money})
    return terms.model_copy(update={"price": price})


def accept_offer(
    context: typer.Context,
    number: Number,
    by: As,
    edition: EditionNo = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Accept the offer that the other side made."""
    from sla.contract_commands import AcceptOffer

    act(
        context,
        number,
        by,
        decision_id,
        lambda b: AcceptOffer(by=b.by, decision_id=b.decision_id, edition=b.current(AcceptOffer)),
        edition,
    )


def reject_offer(
    context: typer.Context,
    number: Number,
    by: As,
    reason: Reason,
    final: Final = False,
    edition: EditionNo = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Reject the offer; its side may make a better one, unless --final."""
    from sla.contract_commands import RejectOffer

    act(
        context,
        number,
        by,
        decision_id,
        lambda b: RejectOffer(
            by=b.by, decision_id=b.decision_id, edition=b.current(RejectOffer), reason=reason, final=final
        ),
        edition,
    )


def withdraw_offer(
    context: typer.Context,
    number: Number,
    by: As,
    reason: Reason,
    edition: EditionNo = None,
    decision_id: DecisionId = None,
    as_json: Json = False,
) -> None:
    """Take your side's open offer back."""
    from sla.contract_commands import WithdrawOffer

    act(
        context,
        number,
        by,
        decision_id,
        lambda b: WithdrawOffer(by=b.by, decision_id=b.decision_id, edition=b.current(WithdrawOffer), reason=reason),
        edition,
    )
