"""One part with the evidence that can concern it, sorted out once for all parts of a case; and what is added up of it.

What is added up already spares the measures their own sums and changes no word of what they say. Where several targets
ask the same of the same items, one answer does for all; and `sla.bulk.page` adds up a whole page of cases together.
Source: MON-7, MON-16.
"""

from datetime import datetime
from typing import NamedTuple

from sla.applied import Part
from sla.availability import Stretch, Times, service_stretches, without
from sla.evidence import Evidence, Exclusion
from sla.work_items import Shown, WorkItem


class PartEvidence(NamedTuple):
    """What one part is measured by."""

    part: Part
    rows: tuple[Evidence, ...]
    """Those that stand, in their order, and name its target or none."""
    exclusions: tuple[Exclusion, ...] = ()
    """Those among the rows, whether somebody has approved them or not."""
    items: tuple[WorkItem, ...] = ()
    """Of a target about work items: those that the rows speak of."""
    times: Times | None = None
    """Of a part of availability that somebody has added up already."""
    shown: Shown | None = None
    """Of a target about work items: the answer to `sla.item_measures.asked_of`, where somebody has it already."""

    def counting(self, since: datetime, until: datetime) -> list[Stretch]:
        """The service time between two instants of the part, less what is excluded of it."""
        approved = ((each.start, each.end) for each in self.exclusions if each.is_approved)
        return without(service_stretches(self.part, since, until), approved)
