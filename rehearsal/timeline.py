"""What a rehearsal came to, as one value: what happened when, what lasted how long, and what was refused.

Knows the register of a rehearsal, and reads it. Holds no fact of the wall clock: two rehearsals of the same thing give
the same JSON. Instants are whole minutes, because the engine's clock runs on a little while somebody acts; letters
belong to the event that caused them, whenever they were sent. Source: SEE-2.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from activities.views import Views
from rehearsal.moments import whole_minute
from sla.agreement import SYSTEM, AgreementState
from sla.errors import NotFound
from sla.events import Event, Fact
from sla.fields import Instant, Name, Value, Whole, Zone
from sla.kinds import KINDS
from sla.letter_kinds import LetterKind
from sla.release import VERSION
from sla.stages import Stage, Verb
from sla.terms import Edition


class Row(StrEnum):
    """What lasts: one row of bars each, in the order of the picture."""

    STAGE = "stage"
    TERM = "term"
    EDITION = "edition in force"
    AMENDMENT = "amendment"
    SUSPENSION = "suspension"
    NOTICE = "notice"
    TERMINATION = "termination"


class Post(Value):
    """One letter of an event: its kind, and its reader's name."""

    kind: LetterKind
    reader: str


class Mark(Value):
    """One event of the record. `no` is its place there; `name` is that of whoever acted."""

    no: Whole
    at: Instant
    fact: Fact
    by: str
    name: str
    on_behalf_of: str | None = None
    """The name of the one whose decision it was, where somebody else took it."""
    sentence: str
    reason: str | None = None
    stage: Stage
    amending: Stage | None = None
    edition: Whole | None = None
    letters: tuple[Post, ...] = ()
    step: Whole | None = None
    """The number of the step of the scenario that this is; none for what nobody has written down."""


class Bar(Value):
    """Something that lasted, until an instant (outside); without end where it still lasts."""

    row: Row
    label: str
    since: Instant
    until: Instant | None = None


class Refused(Value):
    """A step of the scenario that the agreement refused, with its answer."""

    at: Instant
    who: str
    verb: Verb
    sentence: str


class Written(Value):
    """One edition that was written, with the hash of its terms and what it asks a month."""

    no: Whole
    hash: str
    author: str
    at: Instant
    fee: str | None = None
    since: Instant | None = None
    """From when it was in force; none for one that never was."""
    until: Instant | None = None


class Figures(Value):
    """A life in numbers: of what was rehearsed, without what had happened before."""

    events: Whole
    letters: Whole
    reviews_held: Whole
    reviews_missed: Whole
    """Reviews that gave way to the next one, or to the end, before anybody concluded them."""
    renewals: Whole
    editions: Whole
    amendments: Whole
    fee: str | None
    """The monthly fee at the end."""


class Timeline(Value):
    """A rehearsed life. Its texts are the agreement's own; whoever shows it escapes them."""

    number: str
    title: Name
    reference: str
    kind: str
    service: str
    provider: Name
    customer: Name
    zone: Zone
    scenario: str
    assumptions: tuple[str, ...] = ()
    version: str
    """Of the software that played it."""
    begins: Instant
    until: Instant
    terms_from: str
    happened: Whole = 0
    """So many events at the beginning of the record have really happened; they were copied, without their letters."""
    marks: tuple[Mark, ...]
    bars: tuple[Bar, ...]
    editions: tuple[Written, ...]
    refused: tuple[Refused, ...]
    stage: Stage
    """Where the agreement stands when the rehearsal is over."""
    why: str | None = None
    """Why it has ended; none while it goes on."""
    figures: Figures


def timeline_of(
    views: Views,
    number: str,
    *,
    scenario: str,
    begins: datetime,
    terms_from: str,
    refused: tuple[Refused, ...] = (),
    until: datetime | None = None,
    assumptions: tuple[str, ...] = (),
    happened: int = 0,
    steps: Mapping[int, int] | None = None,
) -> Timeline:
    """The timeline of the agreement of this number, up to `until` or its last event. Of its events the first `happened`
    are no rehearsal; `steps` tells which events are a step of the scenario, and which step.

    Raises NotFound when the register has no such agreement, or nothing has happened to it yet.
    """
    found = views.find(number)
    events = tuple(each.event for each in views.history(number))
    if found is None or found.state is None or not events:
        raise NotFound(
            f"nothing was rehearsed under {number!r:.40}: the register of the rehearsal knows no event of it"
        )
    state, marks = found.state, _marks(views, found.state, events, steps or {})
    over = state.stage.is_end or until is None
    return Timeline(
        number=state.number,
        title=state.title,
        reference=state.reference,
        kind=KINDS[state.kind].name,
        service=state.service_name,
        provider=state.provider,
        customer=state.customer,
        zone=state.zone,
        scenario=scenario,
        assumptions=assumptions,
        version=VERSION,
        begins=whole_minute(begins),
        until=marks[-1].at if over or until is None else whole_minute(until),
        terms_from=terms_from,
        happened=happened,
        marks=marks,
        bars=tuple(_bars(state, marks, whole_minute(begins))),
        editions=tuple(_written(state, each) for each in views.editions(number)),
        refused=tuple(_refused(state, each) for each in refused),
        stage=state.stage,
        why=state.ending.why if state.ending else None,
        figures=_figures(state, marks, happened),
    )


def _refused(state: AgreementState, refused: Refused) -> Refused:
    """With the name of whoever tried, where the agreement knows one."""
    return refused.model_copy(update={"at": whole_minute(refused.at), "who": state.people.name_of(refused.who)})


# -- marks


def _marks(
    views: Views, state: AgreementState, events: tuple[Event, ...], steps: Mapping[int, int]
) -> tuple[Mark, ...]:
    posts: dict[int, list[Post]] = {}
    for letter in views.letters(state.number):
        reader = state.people.name_of(letter.recipient)
        posts.setdefault(letter.seq, []).append(Post(kind=letter.kind, reader=reader))
    return tuple(_mark(state, event, posts.get(event.seq, ()), steps.get(event.seq)) for event in events)


def _mark(state: AgreementState, event: Event, posts: Iterable[Post], step: int | None) -> Mark:
    giver = event.on_behalf_of
    return Mark(
        no=event.seq,
        at=whole_minute(event.at),
        fact=event.fact,
        by=event.by,
        name=_name(state, event.by),
        on_behalf_of=state.people.name_of(giver) if giver else None,
        sentence=event.sentence,
        reason=event.reason,
        stage=event.stage,
        amending=event.amending,
        edition=event.edition.no if event.edition else None,
        letters=tuple(sorted(posts, key=lambda post: (post.kind, post.reader))),
        step=step,
    )


def _name(state: AgreementState, by: str) -> str:
    return SYSTEM if by == SYSTEM else state.people.name_of(by)


# -- bars


def _bars(state: AgreementState, marks: tuple[Mark, ...], begins: datetime) -> Iterator[Bar]:
    yield from _stages(marks)
    yield from _terms(state, marks)
    yield from _editions(state, marks[-1].at)
    yield from _amendments(state, marks)
    for span in _SPANS:
        yield from _spans(span, marks, begins)


def _stages(marks: tuple[Mark, ...]) -> Iterator[Bar]:
    """Each stage from the event that entered it to the one that left it; an end lasts no time."""
    first = marks[0]
    for mark in marks[1:]:
        if mark.stage is not first.stage:
            yield Bar(row=Row.STAGE, label=first.stage.value, since=first.at, until=mark.at)
            first = mark
    if not first.stage.is_end:
        yield Bar(row=Row.STAGE, label=first.stage.value, since=first.at)


def _terms(state: AgreementState, marks: tuple[Mark, ...]) -> Iterator[Bar]:
    """The initial term, then each renewal, counted with those that were before the rehearsal."""
    life = state.life
    if life is None or not life.in_force or not life.has_begun:
        return
    renewed = [mark.at for mark in marks if mark.fact is Fact.RENEWED]
    before = max(0, life.renewals - len(renewed))
    starts = [whole_minute(life.in_force[0].since), *renewed]
    ends = [*renewed, whole_minute(life.ended_at) if life.ended_at else None]
    for count, (since, until) in enumerate(zip(starts, ends, strict=True), start=before):
        label = f"renewal {count}" if count else "initial term"
        yield Bar(row=Row.TERM, label=label, since=since, until=until)


def _editions(state: AgreementState, last: datetime) -> Iterator[Bar]:
    for span in state.life.in_force if state.life else ():
        if span.since <= last:
            until = whole_minute(span.until) if span.until else None
            yield Bar(row=Row.EDITION, label=f"edition {span.edition.no}", since=whole_minute(span.since), until=until)


def _amendments(state: AgreementState, marks: tuple[Mark, ...]) -> Iterator[Bar]:
    """Each amendment, from the review that decided it to its agreement, its end, or what has stopped it."""
    begun = sum(_begins_amendment(mark) for mark in marks)
    no, since = max(0, (state.life.amendments if state.life else 0) - begun), None
    for mark in marks:
        if _begins_amendment(mark):
            no, since = no + 1, mark.at
        over = _over(mark)
        if since is not None and over is not None:
            yield Bar(row=Row.AMENDMENT, label=f"amendment {no}, {over}", since=since, until=mark.at)
            since = None
    if since is not None:
        yield Bar(row=Row.AMENDMENT, label=f"amendment {no}", since=since)


_BEGINS_AMENDMENT = re.compile(r" Amendment [1-9][0-9]* begins( with [0-9]+ proposed levels?)?\.$")


def _begins_amendment(mark: Mark) -> bool:
    """No field of an event tells it, and letters of what has really happened are not here: the sentence does."""
    return mark.fact is Fact.REVIEW_CONCLUDED and _BEGINS_AMENDMENT.search(mark.sentence) is not None


def _over(mark: Mark) -> str | None:
    """What has become of an amendment with this event; None while it goes on."""
    if mark.amending is Stage.ACTIVE:
        return "agreed"
    if mark.amending is not None and mark.amending.is_end:
        return mark.amending.value
    stops = mark.fact is Fact.TERMINATION_OPENED or mark.stage is Stage.ENDING
    return "stopped" if stops else None


class _Span(NamedTuple):
    """What begins with one fact and is over with one of some others, under the label that each gives it."""

    row: Row
    start: Fact
    label: str
    ends: dict[Fact, str]


_SPANS = (
    _Span(Row.SUSPENSION, Fact.SUSPENDED, "suspended", {Fact.REINSTATED: "suspended"}),
    _Span(Row.NOTICE, Fact.NOTICE_GIVEN, "notice given", {}),
    _Span(
        Row.TERMINATION,
        Fact.TERMINATION_OPENED,
        "termination",
        {
            Fact.TERMINATION_WITHDRAWN: "termination, withdrawn",
            Fact.TERMINATION_LAPSED: "termination, lapsed",
            Fact.TERMINATION_TOOK_EFFECT: "termination",
        },
    ),
)
"""The end of the agreement is the end of each of them."""


def _spans(span: _Span, marks: tuple[Mark, ...], begins: datetime) -> Iterator[Bar]:
    """One bar for each; one that was begun before the rehearsal is shown from its beginning on."""
    since: datetime | None = None
    for mark in marks:
        if mark.fact is span.start:
            since = mark.at
        elif mark.fact in span.ends or (since is not None and mark.stage is Stage.ENDING):
            label = span.ends.get(mark.fact, span.label)
            yield Bar(row=span.row, label=label, since=since or begins, until=mark.at)
            since = None
    if since is not None:
        yield Bar(row=span.row, label=span.label, since=since)


# -- editions and figures


def _written(state: AgreementState, edition: Edition) -> Written:
    spans = state.life.in_force if state.life else ()
    span = next((each for each in spans if each.edition == edition.ref), None)
    price = edition.terms.price
    return Written(
        no=edition.no,
        hash=edition.hash,
        author=_name(state, edition.author),
        at=whole_minute(edition.at),
        fee=str(price.monthly_fee) if price else None,
        since=whole_minute(span.since) if span else None,
        until=whole_minute(span.until) if span and span.until else None,
    )


def _figures(state: AgreementState, marks: tuple[Mark, ...], happened: int) -> Figures:
    before, ahead = marks[:happened], marks[happened:]
    held, missed = (whole - past for whole, past in zip(_reviews(marks), _reviews(before), strict=True))
    return Figures(
        events=len(ahead),
        letters=sum(len(mark.letters) for mark in ahead),
        reviews_held=held,
        reviews_missed=missed,
        renewals=sum(mark.fact is Fact.RENEWED for mark in ahead),
        editions=state.editions - max((mark.edition or 0 for mark in before), default=0),
        amendments=sum(_begins_amendment(mark) for mark in ahead),
        fee=_fee(state),
    )


def _reviews(marks: tuple[Mark, ...]) -> tuple[int, int]:
    """How many were held, and how many gave way to the next one or to the end without being concluded."""
    held, missed, is_open = 0, 0, False
    for mark in marks:
        if mark.fact is Fact.REVIEW_CONCLUDED:
            held, is_open = held + 1, False
        elif mark.fact is Fact.CHANGE_REQUESTED:
            is_open = True
        elif mark.fact is Fact.REVIEW_OPENED:
            missed, is_open = missed + is_open, True
        elif mark.stage is Stage.ENDING:
            missed, is_open = missed + is_open, False
    return held, missed


def _fee(state: AgreementState) -> str | None:
    if state.life is not None:
        return str(state.life.fee) if state.life.fee else None
    price = state.edition.terms.price if state.edition else None
    return str(price.monthly_fee) if price else None
