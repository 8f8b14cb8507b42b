"""The real register, as a rehearsal of a live agreement sees it: looked into once, copied from once, never written."""

from sqlalchemy import Engine

from activities.copying import copy_agreement
from activities.database import open_engine, place
from activities.settings import Settings
from activities.views import Views
from sla.agreement import AgreementState
from sla.errors import NotFound


def looked_up(number: str) -> tuple[str, AgreementState]:
    """The register that the settings name, and the agreement of this number in it. Raises NotFound."""
    settings = Settings()
    engine = open_engine(settings.register_url)
    try:
        found = Views(engine).find(number)
    finally:
        engine.dispose()
    if found is None or found.state is None:
        raise NotFound(f"there is no agreement {number!r:.40} in {place(engine)}; `sla list` shows those there are")
    return settings.register_url, found.state


def copied(url: str, number: str, target: Engine) -> None:
    """Copies the agreement into the register of the rehearsal."""
    source = open_engine(url)
    try:
        copy_agreement(source, target, number)
    finally:
        source.dispose()
