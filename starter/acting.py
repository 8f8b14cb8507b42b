"""One verb, from the words that were typed to the answer: read the register, send the command, tell what came of it.

Knows the order of these steps and nothing of any single verb. What the person has read is pinned: a command speaks
of the edition that the register shows, or of the one that they name.
"""

import asyncio
import shlex
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar
from uuid import uuid4

from pydantic import ValidationError

from activities.views import Views
from sla import transitions
from sla.agreement import AgreementState
from sla.amendment import scene
from sla.command import Command, EditionCommand
from sla.contract_commands import ConfirmRequirements, Decide
from sla.errors import BadInput, NotPossible, Unreachable
from sla.events import Event, Fact
from sla.lifecycle import permit
from sla.terms import EditionRef
from starter.agreements import ADMISSION, Agreements, NotRunning, OutcomeUnknown, RefusedThere
from starter.answers import Outcome, next_lines, outcome
from starter.register import Known, edition_of, known, register_of, story
from starter.session import Session
from starter.telling import tell
from workflows.messages import Receipt
from workflows.wire import connect

C = TypeVar("C", bound=Command)

BETWEEN_LOOKS = timedelta(milliseconds=50)
OF_A_SIGN_OFF = frozenset({Fact.APPROVED, Fact.REJECTED, Fact.SIGN_OFF_REFUSED})
"""What may become of a sign-off."""


class Basis(NamedTuple):
    """What a command is made from: the state that the register shows, who acts, and when it is now."""

    state: AgreementState
    by: str
    decision_id: str
    now: datetime
    edition: EditionRef | None = None

    @property
    def paper(self) -> AgreementState:
        """The agreement as the verbs of the paper see it: with the terms of its amendment, where one is on its way."""
        return scene(self.state)

    def current(self, command: type[EditionCommand]) -> EditionRef:
        """The edition that such a command speaks of. Where there is none yet, raises what refuses its verb there."""
        if self.edition is None:
            permit(self.state, self.by, command.verb, self.now)
            raise NotPossible(f"{self.state.number} has no edition yet; the SLA manager submits a draft first")
        return self.edition


class Words(NamedTuple):
    """What every verb is typed with."""

    number: str
    by: str
    decision_id: str | None = None
    edition: int | None = None


OPTIONS = {
    "by": "--as",
    "decision_id": "--decision-id",
    "engineer": "ENGINEER",
    "text": "TEXT",
    "no": "NO",
    "resolution": "--how",
    "expires_at": "--expires",
    "seat": "--for",
    "back_to": "--back-to",
    "starts_at": "--from",
    "ends_at": "--until",
    "removed": "--remove",
    "review": "REVIEW",
    "kinds": "--what",
    "case": "CASE",
    "requirements_hash": "--hash",
}
"""How a command's field is typed, where that is not `--field`."""

OWN_OPTIONS = {
    ("RequestChange", "text"): "--text",
    ("OpenTermination", "case"): "--case",
    ("Inspect", "reason"): "--send-back",
    ("AssignAction", "owner"): "EMAIL",
}
"""The same for one command that types a field in another way than the others."""


RIGHT = {
    "review": "the number of the review that is open is expected, such as 3, or x1 for one that a change has opened",
    "statement": "the digest of a statement, 64 hexadecimal digits, is expected",
    "rate": "a percentage above -100 and at most 100 is expected, in plain digits such as 2.4",
}
"""What would be right, for the fields whose type does not say it."""


def checked(make: Callable[[], C]) -> C:
    """The command that `make` makes. Raises BadInput, with the option's name, for a value that does not hold."""
    try:
        return make()
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else "command"
        right = RIGHT.get(field, "")
        words = f"{first['input']!r:.40} does not hold" if right else first["msg"].removeprefix("Value error, ")
        raise BadInput(_option(error.title, field), words, right) from None


def _option(command: str, field: str) -> str:
    """The word under which a field of a command is typed."""
    return OWN_OPTIONS.get((command, field)) or OPTIONS.get(field) or f"--{field.replace('_', '-')}"


def act(session: Session, words: Words, make: Callable[[Basis], Command]) -> None:
    """Sends the command and tells what happened and what comes next. Raises what refuses it."""
    views = register_of(session)
    before, command = _prepared(views, words, make)
    pins = _pins(command)
    if words.edition is None and not session.as_json and isinstance(command, EditionCommand):
        print(f"You speak of edition {command.edition.no} ({command.edition.hash[:8]}).", file=session.out)
    try:
        receipt = asyncio.run(_sent(session, before, command))
    except OutcomeUnknown as error:
        raise _with_repeat(session, error, before.state.number, pins) from error
    event = _event(views, receipt)
    repeated = receipt.seq <= before.state.head.seq
    _tell(session, outcome(known(views, before.state.number).state, event, repeated=repeated))


def sign_off(session: Session, words: Words, make: Callable[[Basis], Decide]) -> None:
    """The same for the signal, which nobody answers: waits until the register shows what became of it."""
    views = register_of(session)
    before, command = _prepared(views, words, make)
    assert isinstance(command, Decide)
    try:
        event = asyncio.run(_signalled(session, views, before, command))
    except OutcomeUnknown as error:
        raise _with_repeat(session, error, before.state.number, _pins(command)) from error
    if event.fact is Fact.SIGN_OFF_REFUSED:
        raise RefusedThere("SignOffRefused", event.reason or event.sentence)
    repeated = event.seq <= before.state.head.seq
    _tell(session, outcome(known(views, before.state.number).state, event, repeated=repeated))


def _prepared(views: Views, words: Words, make: Callable[[Basis], C]) -> tuple[Known, C]:
    before = known(views, words.number)
    state = before.state
    paper = scene(state).edition
    edition = paper.ref if paper else None
    if words.edition is not None:
        edition = edition_of(views, state.number, words.edition).ref
    basis = Basis(state, words.by.strip().lower(), words.decision_id or str(uuid4()), datetime.now(UTC), edition)
    command = checked(lambda: make(basis))
    return before, command.model_copy(update={"seen": state.head.seq})


async def _sent(session: Session, before: Known, command: Command) -> Receipt:
    settings = session.settings
    client = await connect(settings)
    try:
        return await Agreements(client).act(before.workflow_id, command)
    except NotRunning as error:
        return _answer_of_ended(before.state, command, error)


def _answer_of_ended(state: AgreementState, command: Command, error: NotRunning) -> Receipt:
    """An agreement that has ended still answers a repeat, and says why it refuses the rest."""
    done = transitions.first_answer(state, command)
    if done is not None:
        return Receipt(number=state.number, seq=done.seq, stage=done.stage)
    permit(state, command.by, command.verb, datetime.now(UTC))
    raise Unreachable(
        f"{state.number} is {state.stage} in the register, and its workflow takes no commands; "
        "`sla doctor` tells what is wrong"
    ) from error


async def _signalled(session: Session, views: Views, before: Known, command: Decide) -> Event:
    number = before.state.number
    sign_off_answer(story(views, number), command)
    client = await connect(session.settings)
    try:
        await Agreements(client).sign_off(before.workflow_id, command)
    except NotRunning as error:
        receipt = _answer_of_ended(before.state, command, error)
        return _event(views, receipt)
    deadline = datetime.now(UTC) + ADMISSION
    while datetime.now(UTC) < deadline:
        if event := sign_off_answer(story(views, number), command):
            return event
        await asyncio.sleep(BETWEEN_LOOKS.total_seconds())
    raise OutcomeUnknown(f"the sign-off is sent, and the register does not show it after {ADMISSION.seconds} s")


def sign_off_answer(events: Sequence[Event], command: Decide) -> Event | None:
    """What became of a sign-off, once it is told. Raises NotPossible where its id names what is no answer to it."""
    event = next((each for each in reversed(events) if each.decision_id == command.decision_id), None)
    if event is not None and (event.by != command.by or event.fact not in OF_A_SIGN_OFF):
        raise NotPossible(f"the decision id {command.decision_id!r} is somebody else's; a fresh one is expected")
    return event


def _event(views: Views, receipt: Receipt) -> Event:
    return next(event for event in story(views, receipt.number) if event.seq == receipt.seq)


def _pins(command: Command) -> tuple[str, ...]:
    """What a repeat says so that it means the same."""
    if isinstance(command, EditionCommand):
        return ("--edition", str(command.edition.no), "--decision-id", command.decision_id)
    if isinstance(command, ConfirmRequirements):
        return ("--hash", command.requirements_hash, "--decision-id", command.decision_id)
    return ("--decision-id", command.decision_id)


def _with_repeat(session: Session, error: OutcomeUnknown, number: str, pins: tuple[str, ...]) -> OutcomeUnknown:
    repeat = shlex.join(["sla", *_without(session.arguments, ("--edition", "--hash", "--decision-id")), *pins])
    return OutcomeUnknown(
        f"whether {number} has done this is unknown: {error}; see that a worker runs (`sla doctor`), and repeat it "
        f"safely with: {repeat}"
    )


def _without(arguments: tuple[str, ...], options: tuple[str, ...]) -> list[str]:
    """The arguments without these options and their values."""
    kept: list[str] = []
    skips = False
    for argument in arguments:
        if skips:
            skips = False
        elif argument in options:
            skips = True
        elif not argument.startswith(tuple(f"{option}=" for option in options)):
            kept.append(argument)
    return kept


def _tell(session: Session, answer: Outcome) -> None:
    lines = [answer.happened]
    if answer.repeated:
        lines.append(f"This was done before (entry {answer.seq}); nothing was done twice.")
    tell(session, answer, *lines, *next_lines(answer))
