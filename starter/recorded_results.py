"""The results that somebody records for a review: read from a file, or taken from the statement of a period."""

from pathlib import Path

from sla.errors import BadInput
from sla.life import Results
from sla.stated_results import results_of
from starter.forms import load_results
from starter.register import known, register_of
from starter.session import Session
from starter.stated import stated


def results_to_record(session: Session, number: str, file: Path | None, period: str | None) -> Results:
    """Raises BadInput unless exactly one of the two is named, and NotFound for a period of which nothing is stated."""
    if (file is None) is (period is None):
        wrong = "neither a file nor a period is named" if file is None else "a file and --stated are both given"
        raise BadInput("the results", wrong, "either FILE, or --stated with a period such as 2027-03, is expected")
    if file is not None:
        return load_results(file)
    views = register_of(session)
    return results_of(stated(views, known(views, number).state.number, period or "", None).statement)
