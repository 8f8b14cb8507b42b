"""Terms in plain words, what changed between two editions, and the alternatives of a price book side by side."""

from pathlib import Path

from pydantic import ValidationError

from sla.difference import difference, terms_text, text_difference
from sla.errors import BadInput, NotFound
from sla.fields import Value
from sla.money import Money
from sla.pricing import PriceBook, alternatives
from sla.provider import ProviderProfile
from sla.terms import Selection
from starter.forms import load_provider
from starter.register import edition_of, known, register_of
from starter.session import Session
from starter.telling import say, say_json, table


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


def diff(session: Session, number: str, first: int, second: int, *, as_text: bool) -> None:
    """What changed from one edition to another: as terms with their effect, or as text. Source: PRI-3."""
    views = register_of(session)
    state = known(views, number).state
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
