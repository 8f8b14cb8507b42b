"""Which evidence a stretch of time is judged by: the same choice for the register and for a file, so that both give one
digest. Source: MON-8.

- A row touches the stretch when what it says begins before the end of the stretch and is not over before its start.
- Events of a work item come all or not at all: all that happened before the end, of every item that was still open when
  the stretch began or of which something happened since. An item opened in February and resolved in March needs its
  events of February in March.
- So do exclusions that were over by then, where such an item was opened before their end: its clocks rested in them.
- What happens at or after the end of the stretch is left out: it cannot change what was decided before.
"""

from collections.abc import Iterable, Set
from datetime import datetime

from sla.evidence import Evidence, Exclusion, ItemEvent, standing
from sla.work_items import WorkItem, items_of


def touching(rows: Iterable[Evidence], since: datetime, until: datetime) -> tuple[Evidence, ...]:
    """The rows that count for the half-open stretch, in one order. Of one source and key, the last one counts."""
    before_end = [row for row in standing(rows) if row.first < until]
    events = [row for row in before_end if isinstance(row, ItemEvent)]
    alive = {item.item: item.opened_at or since for item in items_of(events) if _is_alive(item, since)}
    rested_since = min((since, *alive.values()))
    return tuple(row for row in before_end if _touches(row, since, alive.keys(), rested_since))


def _touches(row: Evidence, since: datetime, alive: Set[str], rested_since: datetime) -> bool:
    if isinstance(row, ItemEvent):
        return row.item in alive
    if isinstance(row, Exclusion) and row.end > rested_since:
        return True
    return row.last is None or row.last >= since


def _is_alive(item: WorkItem, since: datetime) -> bool:
    """Something happened since, or it was not over by then. One that nobody opened is not judged."""
    if item.events[-1].at >= since:
        return True
    steps = item.course.steps
    return bool(steps) and steps[-1].resolved_at is None
