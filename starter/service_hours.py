"""What a service calendar in a file says about instants and days: typed words in, readable answers out.

All arithmetic is `sla.service_hours`; a local time that somebody types is converted as the calendar converts its own.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from sla import service_hours
from sla.errors import BadInput
from sla.fields import Day, Instant, Span, Value
from sla.service_calendar import Pause, ServiceCalendar
from sla.service_clock import spoken_time
from sla.service_days import instant_of
from starter.forms import parse
from starter.moments import day as day_of
from starter.moments import moment
from starter.session import Session
from starter.telling import counted, tell
from starter.yaml_text import read_bytes

_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
_DAY: TypeAdapter[date] = TypeAdapter(Day)
_SPAN: TypeAdapter[timedelta] = TypeAdapter(Span)


class Asked(NamedTuple):
    """What every question is typed with: the calendar's file, when it begins, and the pauses."""

    file: Path
    start: str
    pauses: Sequence[str]


class OpenAnswer(Value):
    """Whether the clock runs, and when that changes next; none for never. `..._local` is for people."""

    zone: str
    at: Instant
    at_local: str
    is_open: bool
    next_open: Instant | None
    next_open_local: str | None
    next_close: Instant | None
    next_close_local: str | None


class ElapsedAnswer(Value):
    """Service time between two instants."""

    zone: str
    start: Instant
    start_local: str
    end: Instant
    end_local: str
    seconds: int
    service_time: str


class DeadlineAnswer(Value):
    """Between the start and the deadline lie `asked` of service time, or so many working days."""

    zone: str
    start: Instant
    start_local: str
    asked: str
    deadline: Instant
    deadline_local: str


class DaysAnswer(Value):
    """Working days from a day until another, which is outside."""

    start: Day
    end: Day
    working_days: int


class _Question:
    """The calendar and the pauses that were typed, and how instants are read and spoken in its zone."""

    def __init__(self, asked: Asked) -> None:
        self.calendar = load_calendar(asked.file)
        self.zone, self._now = self.calendar.zone, datetime.now(UTC).replace(microsecond=0)
        self.pauses = tuple(self._pause(text) for text in asked.pauses)

    def instant(self, text: str, option: str) -> datetime:
        """The instant that somebody typed. Raises BadInput with the option's name."""
        at = moment(text, option, self.zone, self._now)
        try:
            if (local := _local(text)) is not None:
                at = instant_of(ZoneInfo(self.zone), local)
            return _INSTANT.validate_python(at)
        except (ValidationError, OverflowError):
            raise BadInput(option, f"{text!r:.40} is out of range", "years from 1990 to 2199 are taken") from None

    def day(self, text: str, option: str) -> date:
        """The day that somebody typed. Raises BadInput with the option's name."""
        day = day_of("0d" if text == "now" else text, option, self.zone, self._now)
        try:
            return _DAY.validate_python(day)
        except ValidationError:
            raise BadInput(option, f"{text!r:.40} is out of range", "years from 1990 to 2199 are taken") from None

    def spoken(self, at: datetime) -> str:
        """`Mon 2026-03-02 10:00 Europe/Berlin`, with seconds if there are any, and its offset in a repeated hour."""
        local = at.astimezone(ZoneInfo(self.zone))
        is_shown_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        offset = f" (UTC{local.isoformat()[-6:]})" if is_shown_twice else ""
        clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
        return f"{local:%a %Y-%m-%d} {clock} {self.zone}{offset}"

    def maybe(self, at: datetime | None) -> str | None:
        """The same, if there is one."""
        return None if at is None else self.spoken(at)

    def _pause(self, text: str) -> Pause:
        first, slash, last = text.partition("/")
        if not (first and slash and last):
            right = "a beginning and an end such as 2027-03-05T12:00/2027-03-05T14:30 are expected"
            raise BadInput("--pause", f"{text!r:.60} is no pause", right)
        start, end = self.instant(first, "--pause"), self.instant(last, "--pause")
        if end < start:
            wrong = f"ends at {self.spoken(end)}, before it begins at {self.spoken(start)}"
            raise BadInput("--pause", wrong, "the earlier instant first, then /, then the later one, is expected")
        return Pause(start=start, end=end)


def load_calendar(path: str | Path) -> ServiceCalendar:
    """A service calendar from a file, or from standard input for `-`. Raises BadInput, or BadForm with the lines."""
    return parse(ServiceCalendar, *read_bytes(path))


def tell_open(session: Session, asked: Asked) -> None:
    """Whether it is open, and when that changes."""
    question = _Question(asked)
    about = (question.calendar, at := question.instant(asked.start, "--from"), question.pauses)
    opens, closes = service_hours.next_open(*about), service_hours.next_close(*about)
    answer = OpenAnswer(
        zone=question.zone,
        at=at,
        at_local=question.spoken(at),
        is_open=service_hours.is_open(*about),
        next_open=opens,
        next_open_local=question.maybe(opens),
        next_close=closes,
        next_close_local=question.maybe(closes),
    )
    tell(session, answer, *_open_lines(answer))


def _open_lines(answer: OpenAnswer) -> list[str]:
    until = f"until {answer.next_close_local}" if answer.next_close_local else "for as long as the calendar reaches"
    if answer.is_open:
        return [f"It is open at {answer.at_local}, {until}."]
    if answer.next_open_local is None:
        return [f"It is closed at {answer.at_local}, and never opens again."]
    return [f"It is closed at {answer.at_local}.", f"It opens at {answer.next_open_local}, {until}."]


def tell_elapsed(session: Session, asked: Asked, end: str) -> None:
    """The service time between two instants."""
    question = _Question(asked)
    first, last = question.instant(asked.start, "--from"), question.instant(end, "--to")
    if last < first:
        wrong = f"{question.spoken(last)} is before --from, {question.spoken(first)}"
        raise BadInput("--to", wrong, "the same or a later instant is expected")
    spent = service_hours.elapsed(question.calendar, first, last, question.pauses)
    answer = ElapsedAnswer(
        zone=question.zone,
        start=first,
        start_local=question.spoken(first),
        end=last,
        end_local=question.spoken(last),
        seconds=spent // timedelta(seconds=1),
        service_time=spoken_time(spent),
    )
    tell(session, answer, f"{answer.service_time} of service time, from {answer.start_local} to {answer.end_local}.")


def tell_deadline(
    session: Session, asked: Asked, span: str | None, working_days: int | None, *, backwards: bool
) -> None:
    """When so much service time, or so many working days, have passed; backwards, when the clock must begin."""
    if (span is None) == (working_days is None):
        wrong = "--for and --working-days are both given" if span else "neither --for nor --working-days is given"
        raise BadInput("deadline", wrong, "one of them is expected")
    question = _Question(asked)
    at = question.instant(asked.start, "--from")
    if span is not None:
        due, words = _by_time(question, at, _span(span), backwards=backwards)
    else:
        due, words = _by_days(question, at, working_days or 0, backwards=backwards)
    answer = DeadlineAnswer(
        zone=question.zone,
        start=at,
        start_local=question.spoken(at),
        asked=words,
        deadline=due,
        deadline_local=question.spoken(due),
    )
    lead = "before" if backwards else "from"
    tell(session, answer, f"{answer.deadline_local}: {words} {lead} {answer.start_local}.")


def _by_time(question: _Question, at: datetime, span: timedelta, *, backwards: bool) -> tuple[datetime, str]:
    find = service_hours.latest_start if backwards else service_hours.deadline
    return find(question.calendar, at, span, question.pauses), f"{spoken_time(span)} of service time"


def _by_days(question: _Question, at: datetime, days: int, *, backwards: bool) -> tuple[datetime, str]:
    if backwards:
        raise BadInput("--backwards", "counts no working days", "--for with a length of time such as 4h is expected")
    due = service_hours.add_working_days(question.calendar, at, days, question.pauses)
    return due, counted(days, "working day", "working days")


def tell_days(session: Session, asked: Asked, end: str) -> None:
    """How many working days there are from a day until another."""
    question = _Question(asked)
    first, last = question.day(asked.start, "--from"), question.day(end, "--to")
    if last < first:
        raise BadInput("--to", f"{last} is before --from, {first}", "the same or a later day is expected")
    number = service_hours.count_working_days(question.calendar, first, last, question.pauses)
    answer = DaysAnswer(start=first, end=last, working_days=number)
    days = counted(number, "working day", "working days")
    tell(session, answer, f"{days} from {first} until {last}, which is outside.")


def _span(text: str) -> timedelta:
    try:
        return _SPAN.validate_python(text)
    except ValidationError as error:
        wrong, _, right = error.errors()[0]["msg"].removeprefix("Value error, ").partition("; ")
        raise BadInput("--for", wrong, right) from None


def _local(text: str) -> datetime | None:
    """A typed local time; None for anything that says its own offset, or is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is None else None
