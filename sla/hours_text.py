"""Service hours as data, put into words: for documents, for what changes between two editions, and for examples."""

from collections.abc import Iterable, Sequence

from sla.service_calendar import ServiceCalendar, WeeklyHours

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def week_words(calendar: ServiceCalendar) -> str:
    """`Monday to Friday, 09:00 to 17:00 (Europe/Berlin)`; the week as it is at first."""
    return f"{week_text(calendar.weekly)} ({calendar.zone})"


def weekday_words(calendar: ServiceCalendar) -> str:
    """The days of the week on which it opens: `Monday to Friday`."""
    days = sorted({day for row in calendar.weekly for day in row.weekdays})
    return days_text(days) if days else "the days that its calendar names"


def days_text(days: Sequence[int]) -> str:
    """`Monday to Friday` for days in a row, `Monday, Wednesday` for others; 0 is Monday."""
    in_a_row = len(days) > 2 and days[-1] - days[0] == len(days) - 1
    return f"{DAYS[days[0]]} to {DAYS[days[-1]]}" if in_a_row else ", ".join(DAYS[day] for day in days)


def week_text(rows: Sequence[WeeklyHours]) -> str:
    """Days with the same hours stand together, in the order of the week."""
    if not rows:
        return "no hours but those of single days"
    hours = {day: _hours_of(rows, day) for day in range(7)}
    groups: dict[str, list[int]] = {}
    for day, words in hours.items():
        if words:
            groups.setdefault(words, []).append(day)
    return "; ".join(f"{days_text(days)}, {words}" for words, days in groups.items())


def _hours_of(rows: Sequence[WeeklyHours], day: int) -> str:
    found = sorted((row.minutes, row.words) for row in rows if day in row.weekdays)
    return " and ".join(words for _, words in found)


def lists(calendar: ServiceCalendar) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What differs from the week, list by list, each entry in words."""
    return (
        ("closed day", _days(calendar.closed)),
        ("day closed every year", tuple(calendar.closed_every_year)),
        ("other hours", tuple(f"{row.day}, {row.words}" for row in calendar.other_hours)),
        (
            "closed by the hour",
            tuple(f"{row.start:%Y-%m-%d %H:%M} to {row.end:%Y-%m-%d %H:%M}" for row in calendar.closed_between),
        ),
        (
            "later week",
            tuple(
                f"from {row.effective} on: {week_text(row.weekly)}{_yearly(row.closed_every_year)}"
                for row in calendar.later
            ),
        ),
    )


def _days(days: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(day) for day in days)


def _yearly(days: Sequence[str] | None) -> str:
    if days is None:
        return ""
    return f"; closed every year on {', '.join(days) or 'no day'}"


def hours_text(calendar: ServiceCalendar) -> tuple[str, ...]:
    """The calendar in sentences, everything in it said."""
    since = f", from {calendar.effective} on" if calendar.effective else ""
    week = f"Every week{since}: {week_words(calendar)}."
    rest = (f"{name[:1].upper()}{name[1:]}: {', '.join(entries)}." for name, entries in lists(calendar) if entries)
    return (week, *rest)
