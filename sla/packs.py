"""What both sides read before a review: what was promised and measured, what is open, and what comes next. REV-1."""

from sla import corrective_actions, disputes
from sla.agreement import AgreementState, edition_of, life_of, local_time
from sla.letters import Asked, Pack, Told
from sla.living import dues, risks
from sla.promises import sentence
from sla.results import proposals, proposals_told, results_told

NEXT_DATES = 6


def pack_of(state: AgreementState, *, is_ahead: bool) -> Pack:
    """The pack of the scheduled review that is ahead, or of the one that is open."""
    life = life_of(state)
    return Pack(
        review=str(life.prepared) if is_ahead or life.review is None else life.review.no,
        promised=tuple(
            Told(about=target.name, said=sentence(target).removeprefix(f"{target.name}: ").removesuffix("."))
            for target in edition_of(state).terms.targets
        ),
        measured=results_told(state),
        open_points=_open_points(state),
        changes=_changes(state),
        proposals=proposals_told(state, proposals(state)),
        satisfaction=tuple(
            Told(
                about=f"Review {held.no}",
                said=f"provider {held.provider_satisfaction}, customer {held.customer_satisfaction} of 5",
            )
            for held in life.held
        ),
        ahead=_ahead(state),
    )


def _open_points(state: AgreementState) -> tuple[str, ...]:
    """Every risk; in place of those about corrective actions and disputes, each open one in a sentence."""
    short = {*corrective_actions.risks(state), *disputes.risks(state)}
    found = (f"{risk[:1].upper()}{risk[1:]}." for risk in risks(state) if risk not in short)
    return (*found, *corrective_actions.told(state), *disputes.told(state))


def _changes(state: AgreementState) -> tuple[Asked, ...]:
    return tuple(
        Asked(
            said=f"{state.people.name_of(each.by)} asks for a change of {', '.join(each.kinds)}.",
            text=each.text,
            touches=each.touches,
        )
        for each in life_of(state).changes
    )


def _ahead(state: AgreementState) -> tuple[Told, ...]:
    """The next date of each source, but for the steps of silence."""
    dated = sorted(due for due in dues(state) if due.happen and not due.key.startswith("silence-"))
    return tuple(Told(about=local_time(state, due.at), said=f"{due.what} ({due.cause})") for due in dated[:NEXT_DATES])
