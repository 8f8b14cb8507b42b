"""A crowd: thousands of agreements in a register, copied from one that was really signed. No workflow carries them."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Row, insert, select

from activities.database import reading, writing
from activities.evidence import SqlEvidence
from activities.evidence_versions import Cells, cells_of
from activities.tables import AGREEMENTS, EDITIONS
from sla.agreement import AgreementState
from sla.evidence import Evidence, Observed, Outage

AT_ONCE = 500


def crowd(engine: Engine, like: AgreementState, count: int) -> tuple[str, ...]:
    """So many more of the same, each with a number of its own; their numbers."""
    with reading(engine) as connection:
        agreement = connection.execute(select(AGREEMENTS).where(AGREEMENTS.c.number == like.number)).one()
        editions = connection.execute(select(EDITIONS).where(EDITIONS.c.number == like.number)).all()
        last = _last(connection)
    ids = range(last + 1, last + 1 + count)
    for begin in range(0, count, AT_ONCE):
        with writing(engine) as connection:
            some = ids[begin : begin + AT_ONCE]
            connection.execute(insert(AGREEMENTS), [_copy(agreement, id_) for id_ in some])
            connection.execute(
                insert(EDITIONS), [{**row._mapping, "number": f"{id_:04d}"} for id_ in some for row in editions]
            )
    return tuple(f"{id_:04d}" for id_ in ids)


def _last(connection: Connection) -> int:
    return int(connection.execute(select(AGREEMENTS.c.id).order_by(AGREEMENTS.c.id.desc()).limit(1)).scalar_one())


def _copy(row: "Row[tuple[object, ...]]", id_: int) -> dict[str, object]:
    number, name = f"{id_:04d}", f"{row.reference}-{id_}"
    state = json.dumps({**json.loads(row.state), "number": number, "reference": name})
    return {**row._mapping, "id": id_, "number": number, "workflow_id": name, "reference": name, "state": state}


def a_month_of(since: datetime, until: datetime, outages: int = 0) -> tuple[Evidence, ...]:
    """Somebody looked all the time, and saw so many outages of half an hour, a day apart."""
    looked = Observed(source="probe", key="watch", start=since - timedelta(hours=14), end=until + timedelta(hours=14))
    first = since + timedelta(days=1)
    seen = (
        Outage(source="probe", key=f"o{place}", start=at, end=at + timedelta(minutes=30))
        for place in range(outages)
        for at in [first + timedelta(days=place)]
    )
    return (looked, *seen)


def witnessed(engine: Engine, numbers: Sequence[str], rows: Sequence[Evidence], received: datetime) -> None:
    """The same evidence for each of them."""
    SqlEvidence(engine).add_cells(_cells(numbers, rows), received)


def _cells(numbers: Sequence[str], rows: Sequence[Evidence]) -> Iterator[Cells]:
    made = [cells_of("", row) for row in rows]
    return (cells._replace(number=number) for number in numbers for cells in made)
