"""Terms in plain words, what changed between two editions, and the alternatives of a price book side by side."""

from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from sla import renewal, termination
from sla.agreement import AgreementState
from sla.difference import difference
from sla.errors import BadInput, NotFound
from sla.fields import Instant, Value
from sla.money import Money
from sla.pricing import PriceBook, alternatives
from sla.provider import ProviderProfile
from sla.stages import Stage
from sla.term import start_of_day
from sla.terms import Selection
from sla.terms_text import terms_text, text_difference
from starter.forms import load_provider
from starter.moments import moment, spoken
from starter.register import edition_of, known, register_of
from starter.session import Session
from starter.telling import say, say_json, table, tell


def terms(session: Session, number: str, no: int | None) -> None:
    """An edition in plain words, each target with an example. Source: DRA-9."""
    views = register_of(session)
    state = known(views, number).state
    edition = state.edition if no is None else edition_of(views, state.number, no)
    if edition is None:
        raise NotFound(f"{state.number} has no edition yet; the SLA manager submits a draft first")
    if session.as_json:
        say_json(session.out, edition)
        return
    say(session.out, f"{state.number}, edition {edition.no} ({edition.hash[:8]})")
    say(session.out, terms_text(edition.terms).rstrip())
    other = _other(state)
    if no is None and other is not None:
        say(session.out, f"Edition {other} is on its way: see `sla diff {state.number}`.")


class InForceAt(Value):
    """Which edition counts at an instant, and from when until when; none where none does."""

    number: str
    at: Instant
    edition: int | None = None
    hash: str | None = None
    since: Instant | None = None
    until: Instant | None = None


def edition_at(session: Session, number: str, at: str) -> None:
    """Which edition was in force at an instant, or is to be as things stand. Source: AME-1."""
    views = register_of(session)
    state = known(views, number).state
    instant = moment(at, "--at", state.zone, datetime.now(UTC))
    edition = None if _is_over(state, instant) else views.edition_in_force(state.number, instant)
    answer = InForceAt(number=state.number, at=instant)
    if edition is not None:
        spans = state.life.in_force if state.life else ()
        span = next((each for each in spans if each.edition == edition.ref), None)
        told = {"edition": edition.no, "hash": edition.hash, "since": span and span.since, "until": span and span.until}
        answer = answer.model_copy(update=told)
    tell(session, answer, _in_force_words(answer, state.zone))


def _is_over(state: AgreementState, at: datetime) -> bool:
    """Whether the end that is settled by now has come by an instant ahead."""
    if state.stage is not Stage.ACTIVE or state.life is None:
        return False
    ends = [termination.effective_at(state)]
    if not renewal.renews(state):
        ends.append(start_of_day(renewal.end_of(state), state.zone))
    return any(end is not None and end <= at for end in ends)


def _in_force_words(answer: InForceAt, zone: str) -> str:
    at = spoken(answer.at, zone)
    if answer.edition is None:
        return f"No edition of {answer.number} counts at {at}."
    since = f", since {spoken(answer.since, zone)}" if answer.since else ""
    until = f" and until {spoken(answer.until, zone)}" if answer.until else ""
    return f"Edition {answer.edition} ({(answer.hash or '')[:8]}) of {answer.number} counts at {at}{since}{until}."


def _other(state: AgreementState) -> int | None:
    """The edition that is to follow the one in force: that of its amendment, or one that is signed already."""
    coming = state.life.coming if state.life else None
    edition = coming.edition if coming else state.amendment.edition if state.amendment else None
    return edition.no if edition and state.edition and edition.no != state.edition.no else None


def _compared(state: AgreementState, first: int | None, second: int | None) -> tuple[int, int]:
    """The two editions that are meant. Raises BadInput where one is missing and nothing else says it."""
    if first is not None and second is not None:
        return first, second
    other = _other(state)
    if first is None and other is not None and state.edition is not None:
        return state.edition.no, other
    right = "two editions are expected, such as `sla diff 0007 1 2`"
    raise BadInput("A B", f"no amendment of {state.number} has an edition" if first is None else "B is missing", right)


def diff(session: Session, number: str, first: int | None, second: int | None, *, as_text: bool) -> None:
    """What changed from one edition to another: as terms with their effect, or as text. Source: PRI-3, AME-1."""
    views = register_of(session)
    state = known(views, number).state
    first, second = _compared(state, first, second)
    before, after = (edition_of(views, state.number, no) for no in (first, second))
    changes = difference(before.terms, after.terms)
    if session.as_json:
        say_json(session.out, changes)
    elif not changes:
        say(session.out, f"Editions {first} and {second} of {state.number} say the same.")
    elif as_text:
        say(session.out, text_difference(before.terms, after.terms).rstrip())
    else:
        rows = [(change.what, change.effect.value, change.before or "", change.after or "") for change in changes]
        table(session.out, ("what", "effect", f"edition {first}", f"edition {second}"), rows)


class Alternative(Value):
    """One level of a price book, for the quantity and options that were asked for."""

    level: str
    name: str
    promise: str
    unit_price: Money
    monthly: Money


def prices(session: Session, service: str, quantity: int, options: tuple[str, ...], profile: Path | None) -> None:
    """Every level of a service's price book with its monthly price, cheapest first. Source: PRI-1."""
    book = _price_book(load_provider(profile or session.settings.provider), service)
    rows = tuple(
        Alternative(level=level.id, name=level.name, promise=level.promise, unit_price=level.unit_price, monthly=price)
        for level, price in alternatives(book, _selection(book, quantity, options))
    )
    if session.as_json:
        say_json(session.out, rows)
        return
    asked = f"{quantity} x {book.unit}" + (f" with {', '.join(options)}" if options else "")
    heads = ("level", "name", "promise", f"a month for one {book.unit}", f"a month for {asked}")
    table(
        session.out, heads, ((row.level, row.name, row.promise, str(row.unit_price), str(row.monthly)) for row in rows)
    )
    for option in book.options:
        per = f"for each {book.unit}" if option.per_unit else "once"
        say(session.out, f"Option {option.id}: {option.name}, {option.price} a month {per}")


def _price_book(provider: ProviderProfile, service: str) -> PriceBook:
    found = provider.service(service)
    priced = ", ".join(each.id for each in provider.services if each.prices)
    if found is None:
        raise NotFound(f"{provider.name} has no service {service!r:.40}; these have prices: {priced}")
    if found.prices is None:
        raise NotFound(f"{found.name} has no price book; these have prices: {priced}")
    return found.prices


def _selection(book: PriceBook, quantity: int, options: tuple[str, ...]) -> Selection:
    try:
        return Selection(level=book.levels[0].id, quantity=quantity, options=options)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadInput(f"--{str(first['loc'][0]).rstrip('s')}", first["msg"].removeprefix("Value error, ")) from None
