"""Public holidays of countries and their subdivisions, from the `holidays` library, as days with names.

Knows what the library knows, and says where that ends: years beyond its tables, dates that it only estimates, make-up
work days that no government has announced yet. Nothing here is asked again once the days stand in a calendar.
The library is imported when it is asked, and no earlier. Source: DRA-8.
"""

import difflib
import inspect
import warnings
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from sla.closures import ClosedDay, Found, MakeUpDay, each_once
from sla.errors import BadInput
from sla.fields import Value

if TYPE_CHECKING:
    from holidays import HolidayBase

LANGUAGE = "en_US"
"""Asked for by name: without one the library would follow the environment, and the same command would differ."""
SHORT_OR_OPEN = frozenset({"half_day", "workday"})
"""Categories of days on which service is only shorter, or even open: never closed from midnight to midnight."""


class Region(Value):
    """A country, by its ISO 3166 code, and perhaps one of its subdivisions."""

    country: str
    subdivision: str | None = None
    name: str

    @property
    def code(self) -> str:
        """`DE`, or `DE-BE`."""
        return f"{self.country}-{self.subdivision}" if self.subdivision else self.country


class _Marks(TypedDict, total=False):
    """The option by which some countries of the library mark their estimates; most of them mark them anyway."""

    islamic_show_estimated: bool


class _Asked(NamedTuple):
    region: Region
    years: range
    library: "HolidayBase"


def holidays_of(
    country: str, subdivision: str | None, first: int, last: int, categories: Sequence[str] = ("public",)
) -> Found:
    """The holidays of the years from `first` to `last`, both inside, with their names in English where it has them.

    Make-up work days come as such. Raises BadInput for a country, subdivision or category that is not known (with those
    that are near), and for years of which the library knows nothing at all.
    """
    import holidays
    from holidays.version import __version__

    region = _region(country, subdivision)
    kinds = _kinds(region, categories)
    years = range(first, last + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of old spellings; what was asked for is checked above
        asked = holidays.country_holidays(
            region.country,
            region.subdivision,
            years=years,
            language=_language(region),
            categories=kinds,
            **_marked_estimates(region),
        )
    known = _Asked(region, years, asked)
    _refuse_unknown_years(known)
    days = each_once(ClosedDay(day=day, name=_name(name)) for day, name in sorted(asked.items()) if day.year in years)
    source = f"{', '.join(sorted(kinds))} holidays of {region.name} ({region.code}), {_span(years)}"
    return Found(
        source=f"{source}, by holidays {__version__}",
        days=days,
        make_up=_make_up(known),
        remarks=tuple(_remarks(known, days, kinds)),
    )


def _name(text: str) -> str:
    """One visible line of what the library calls a day."""
    line = "".join(char for char in " ".join(text.split()) if char.isprintable())
    return line[:200] or "holiday"


def _span(years: Sequence[int]) -> str:
    return f"{years[0]}" if years[0] == years[-1] else f"{years[0]} to {years[-1]}"


def _region(country: str, subdivision: str | None) -> Region:
    from holidays.registry import COUNTRIES

    typed = country.strip().upper()
    for module, (_, code, *others) in COUNTRIES.items():
        if typed in {code, *others}:
            name = module.replace("_", " ").title()
            return Region(country=code, subdivision=_subdivision(code, name, subdivision), name=name)
    known = {module.replace("_", " "): codes[1] for module, codes in COUNTRIES.items()}
    raise BadInput("--country", f"{country!r:.40} is no country that is known", _nearest_country(country, known))


def _nearest_country(typed: str, known: dict[str, str]) -> str:
    """By name, and by code for what is as short as one."""
    words = typed.strip().lower().replace("_", " ")
    names = difflib.get_close_matches(words, known, n=5, cutoff=0.6)
    if len(words) <= 3:
        names += [name for name, code in known.items() if code[:1] == words[:1].upper() and code not in names][:8]
    listed = ", ".join(f"{known[name]} ({name.title()})" for name in dict.fromkeys(names))
    return f"one such as {listed} is expected" if listed else "an ISO 3166 code such as DE, US or CN is expected"


def _subdivision(code: str, country: str, typed: str | None) -> str | None:
    if typed is None:
        return None
    kind = _class(code)
    aliases: dict[str, str] = dict(getattr(kind, "subdivisions_aliases", {}))
    spellings = {**{name.lower(): real for name, real in aliases.items()}, **{s.lower(): s for s in kind.subdivisions}}
    word = typed.strip().lower().removeprefix(f"{code.lower()}-")
    if word in spellings:
        return spellings[word]
    if not kind.subdivisions:
        right = "leave --subdivision out"
        raise BadInput("--subdivision", f"{typed!r:.40} is none, for {country} ({code}) has none that are known", right)
    near = dict.fromkeys(spellings[each] for each in difflib.get_close_matches(word, spellings, n=5, cutoff=0.6))
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise BadInput(
        "--subdivision",
        f"{typed!r:.40} is no subdivision of {country} ({code}) that is known",
        f"{hint}known are {_listed(kind.subdivisions, aliases)}",
    )


def _listed(codes: Iterable[str], aliases: dict[str, str]) -> str:
    names: dict[str, str] = {}
    for name, code in aliases.items():
        names.setdefault(code, name)
    return ", ".join(f"{code} ({names[code]})" if code in names else code for code in codes)


def _class(code: str) -> "HolidayBase":
    """The library's own description of a country, without any year."""
    import holidays

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return holidays.country_holidays(code, language=LANGUAGE)


def _language(region: Region) -> str | None:
    kind = _class(region.country)
    return LANGUAGE if LANGUAGE in kind.supported_languages else kind.default_language


def _marked_estimates(region: Region) -> _Marks:
    """Some countries name a date that is only estimated like any other, unless they are asked to mark it."""
    options = inspect.signature(type(_class(region.country)).__init__).parameters
    return _Marks(islamic_show_estimated=True) if "islamic_show_estimated" in options else _Marks()


def _kinds(region: Region, categories: Sequence[str]) -> tuple[str, ...]:
    known = tuple(_class(region.country).supported_categories)
    right = f"one of {', '.join(sorted(set(known) - SHORT_OR_OPEN))} is expected"
    for typed in categories:
        if typed in SHORT_OR_OPEN:
            wrong = f"{typed} are days with other hours, not closed ones, and which hours is not known"
            raise BadInput("--category", wrong, f"write them under other_hours; {right}")
        if typed not in known:
            raise BadInput("--category", f"{typed!r:.40} is none that is known of {region.name}", right)
    return tuple(dict.fromkeys(categories))


def _refuse_unknown_years(asked: _Asked) -> None:
    first, last = asked.library.start_year, asked.library.end_year
    if asked.years[-1] < first or asked.years[0] > last:
        wrong = f"holidays of {asked.region.name} are known from {first} to {last} only, not for {_span(asked.years)}"
        raise BadInput("--from", wrong, "other years are expected")


def _make_up(asked: _Asked) -> tuple[MakeUpDay, ...]:
    """Work days of weekends, each with the day off for which it was moved there."""
    moved = {worked: off for worked, off, _ in _moves(asked.library)}
    made = sorted(day for day in asked.library.weekend_workdays if day.year in asked.years)
    return tuple(MakeUpDay(day=day, instead_of=moved.get(day), name=_made_up(moved.get(day))) for day in made)


def _made_up(off: date | None) -> str:
    return f"work day in place of {off:%a %Y-%m-%d}" if off else "make-up work day"


def _moves(library: "HolidayBase") -> list[tuple[date, date, int]]:
    """(day that is worked, day that is off, year of the announcement), out of the library's tables by year."""
    table: object = getattr(library, "special_public_holidays", None)
    if not isinstance(table, dict):
        return []
    found: list[tuple[date, date, int]] = []
    for year, rows in table.items():
        for row in rows if rows and isinstance(rows[0], tuple) else (rows,):
            if len(row) in {4, 5} and all(isinstance(part, int) for part in row):
                month, day, worked_month, worked_day, *worked_year = row
                worked = date(worked_year[0] if worked_year else year, worked_month, worked_day)
                found.append((worked, date(year, month, day), year))
    return found


def _remarks(asked: _Asked, days: tuple[ClosedDay, ...], kinds: tuple[str, ...]) -> Iterable[str]:
    """What the reader should not take for certain, most important first."""
    first, last = asked.library.start_year, asked.library.end_year
    outside = [year for year in asked.years if not first <= year <= last]
    if outside:
        yield f"not known: {_gaps(outside)}; the library knows {asked.region.name} from {first} to {last}"
    if moves := _moves(asked.library):
        announced = max(year for *_, year in moves)
        if late := [year for year in asked.years if announced < year <= last]:
            yield (
                f"make-up work days and the days off for them are known up to {announced}; computed by rule only, and "
                f"to be imported again when the government has announced them: {_gaps(late)}"
            )
    if guessed := [each for each in days if _is_estimated(asked.library, each.name)]:
        more = f" and {len(guessed) - 20} more" if len(guessed) > 20 else ""
        yield f"only estimated: {', '.join(f'{each.day} ({each.name})' for each in guessed[:20])}{more}"
    seen = {each.day.year for each in days}
    if empty := [year for year in asked.years if year not in seen and year not in outside]:
        yield f"the library lists no such holidays of {asked.region.name} for {_gaps(empty)}"
    if asked.library.subdivisions and not asked.region.subdivision:
        yield f"only days of all of {asked.region.name}; --subdivision adds those of one of {_codes(asked.library)}"
    if others := sorted(set(asked.library.supported_categories) - set(kinds)):
        yield f"not asked for: days of the categories {', '.join(others)}"


def _codes(library: "HolidayBase") -> str:
    codes = list(library.subdivisions)
    return ", ".join(codes) if len(codes) <= 20 else f"{', '.join(codes[:20])} and {len(codes) - 20} more"


def _gaps(years: list[int]) -> str:
    """`2027 to 2029 and 2031`."""
    runs: list[list[int]] = []
    for year in years:
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return " and ".join(_span(run) for run in runs)


def _is_estimated(library: "HolidayBase", name: str) -> bool:
    labels: tuple[object, ...] = tuple(getattr(library, f"{kind}estimated_label", None) for kind in ("", "observed_"))
    marks = (library.tr(label).replace("%s", "").strip() for label in labels if isinstance(label, str))
    return any(mark and mark in name for mark in marks)
