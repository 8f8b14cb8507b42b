"""Suspended time as evidence: an exclusion that the register itself has on record. Source: TER-4, MON-3."""

from collections.abc import Iterable, Iterator

from sla.evidence import Exclusion, ExclusionCause
from sla.life import Suspended
from sla.term import start_of_day

SOURCE = "register"


def suspended_time(suspensions: Iterable[Suspended], zone: str) -> Iterator[Exclusion]:
    """One exclusion for each suspension, until it was over, or until the day on which it is to be."""
    for each in suspensions:
        end = each.over_at or start_of_day(each.until, zone)
        yield Exclusion(
            source=SOURCE,
            key=f"suspension-{each.since:%Y%m%dT%H%M%S}",
            start=each.since,
            end=max(each.since, end),
            cause=ExclusionCause.SUSPENSION,
            evidence=f"The record of the agreement: suspended on {each.since:%Y-%m-%d at %H:%M} UTC.",
            approved_by=each.by,
            approved_at=each.since,
        )
