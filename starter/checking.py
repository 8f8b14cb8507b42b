"""Legal's checklist for a termination, printed as a file to fill in. Source: TER-1."""

from collections.abc import Iterator

from sla.agreement import AgreementState
from sla.checklist import checklist_of
from sla.errors import NotFound
from sla.fields import Value
from sla.life import Termination
from sla.termination import checkers
from starter.register import known, register_of
from starter.session import Session
from starter.telling import say, say_json


class QuestionOverview(Value):
    """One question of the checklist."""

    question: str
    text: str


def print_checklist(session: Session, number: str, case: str) -> None:
    """Every question for the cause of the open termination. Raises NotFound where no such termination is open."""
    state = known(register_of(session), number).state
    termination = _open(state, case)
    if session.as_json:
        questions = checklist_of(termination.cause)
        say_json(session.out, [QuestionOverview(question=each.key, text=each.text) for each in questions])
        return
    for line in _sheet(state, termination):
        say(session.out, line)


def _open(state: AgreementState, case: str) -> Termination:
    termination = state.life.termination if state.life else None
    if termination is None:
        raise NotFound(f"no termination of {state.number} is open; `sla open-termination` opens one for a CRM case")
    if termination.case != case.strip():
        raise NotFound(f"{state.number} has no termination {case!r:.40}; {termination.case} is open")
    return termination


def _sheet(state: AgreementState, termination: Termination) -> Iterator[str]:
    legal = " or ".join(checkers(state))
    yield (
        f"# Termination {termination.case} of {state.number} ({termination.cause.words}), asked for by the "
        f"{termination.requested_by}; its last day is {termination.effective}."
    )
    yield from _quoted("Reason", termination.reason)
    yield from _quoted("Waiver of the notice", termination.waiver or "none; the notice period is kept.")
    yield "# Answer each with yes or no, add a note where it is no, save this as a file, and send it with:"
    yield f"#   sla check-termination {state.number} {termination.case} FILE --as {legal}"
    yield "answers:"
    for each in checklist_of(termination.cause):
        yield f"  # {each.text}"
        yield f"  - question: {each.key}"
        yield "    is_met:"


def _quoted(word: str, text: str) -> Iterator[str]:
    """Somebody's own words as comments: none of their lines can become an answer."""
    first, *more = text.splitlines() or [""]
    yield f"# {word}: {first}".rstrip()
    yield from (f"#   {line}".rstrip() for line in more)
