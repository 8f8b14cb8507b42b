"""From a form to a running agreement with a number. Source: INT-1.

The same form again, from any number of processes at once, gives the same agreement; another one a conflict.
"""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

from activities.views import AgreementView, Views
from sla.errors import Unreachable
from sla.intake import Opening
from starter.agreements import Agreements, Started, refuse_other_form
from starter.answers import Outcome, next_lines, outcome
from starter.forms import load_opening, load_provider
from starter.register import register_of, story
from starter.session import Session
from starter.telling import tell
from workflows.ids import agreement_id
from workflows.wire import connect

NUMBER_WITHIN = timedelta(seconds=10)
"""How long a new agreement may take to be in the register: a worker does it in milliseconds."""
BETWEEN_LOOKS = timedelta(milliseconds=50)


def start(session: Session, path: Path) -> None:
    """Checks the form, starts its agreement, and tells its number. Raises BadForm, Conflict, Unreachable."""
    opening = load_opening(path, load_provider(session.settings.provider))
    views = register_of(session)
    started = _already(views, opening) or asyncio.run(_started(session, opening))
    found = _numbered(views, started)
    assert found.state is not None
    first = story(views, found.number)[0]
    answer = outcome(found.state, first, repeated=started.already)
    tell(session, answer, *_lines(answer))


def _already(views: Views, opening: Opening) -> Started | None:
    """What the register knows of this reference: it remembers longer than Temporal does."""
    found = views.by_workflow(agreement_id(opening.provider, opening.reference))
    if found is None:
        return None
    refuse_other_form(opening, found.form_digest)
    return Started(found.workflow_id, already=True)


async def _started(session: Session, opening: Opening) -> Started:
    client = await connect(session.settings)
    return await Agreements(client).start(opening)


def _numbered(views: Views, started: Started) -> AgreementView:
    deadline = time.monotonic() + NUMBER_WITHIN.total_seconds()
    while time.monotonic() < deadline:
        found = views.by_workflow(started.workflow_id)
        if found is not None and found.state is not None:
            return found
        time.sleep(BETWEEN_LOOKS.total_seconds())
    raise Unreachable(
        f"the request is started and safe, and has no number after {NUMBER_WITHIN.seconds} s, because no worker "
        "answers; see that one runs (`sla doctor`), and start the same form again: that gives the same agreement"
    )


def _lines(answer: Outcome) -> list[str]:
    happened = f"{answer.number} was already started from this form." if answer.repeated else answer.happened
    return [happened, *next_lines(answer)]
