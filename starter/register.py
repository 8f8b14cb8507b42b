"""The register, opened for reading by a door. Knows where it is and says what to do when it is not there."""

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import inspect

from activities.database import open_engine, place, reading
from activities.past_cases import PastCases
from activities.views import Views
from sla.agreement import AgreementState
from sla.errors import NotFound, Unreachable
from sla.events import Event
from sla.terms import Edition
from starter.session import Session

START_ONE = "`sla up` makes one, and so does every worker; SLA_HOME or SLA_DATABASE_URL says where it is"


class Known(NamedTuple):
    """One agreement that has a state, and the execution that carries it."""

    workflow_id: str
    state: AgreementState


def register_of(session: Session) -> Views:
    """The register that the settings name, open once a session. Raises Unreachable, with what to do, without one."""
    if session.views is None:
        session.views = _opened(session)
    return session.views


def _opened(session: Session) -> Views:
    engine = open_engine(session.settings.register_url)
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file():
        raise Unreachable(f"there is no register at {place(engine)}; {START_ONE}")
    session.at_end.append(engine.dispose)
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            raise Unreachable(f"the register at {place(engine)} is empty; {START_ONE}")
    return Views(engine)


def past_cases_of(session: Session) -> PastCases:
    """The cases of the same register, for whoever computes a statement again. Raises Unreachable without one."""
    register_of(session)
    engine = open_engine(session.settings.register_url)
    session.at_end.append(engine.dispose)
    return PastCases(engine)


def known(views: Views, number: str) -> Known:
    """The agreement of this number, in its latest recorded state. Raises NotFound."""
    found = views.find(number)
    if found is None:
        raise NotFound(f"there is no agreement {number!r:.40}; `sla list` shows those that there are")
    if found.state is None:
        raise NotFound(f"agreement {found.number} has its number and no entry yet; try again in a moment")
    return Known(found.workflow_id, found.state)


def story(views: Views, number: str) -> tuple[Event, ...]:
    """The events of an agreement, the first first."""
    return tuple(row.event for row in views.history(number))


def edition_of(views: Views, number: str, no: int) -> Edition:
    """One edition of an agreement. Raises NotFound with the editions that there are."""
    found = views.edition(number, no)
    if found is None:
        last = len(views.editions(number))
        right = f"editions 1 to {last} stand" if last else "none has been submitted"
        raise NotFound(f"agreement {number} has no edition {no}; {right}")
    return found
