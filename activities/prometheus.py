"""Measurements that Prometheus has: what the terms name is asked for, made into evidence and kept. Source: MON-1.

Knows PromQL's door `query_range` and its limits; what samples mean is `sla/samples.py`'s. Numbers are read as they
stand in the answer, never as floats. What is wrong with one target is told of its agreement alone; a server that does
not answer is an error that passes.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import NamedTuple, TypeAlias

import httpx
from sqlalchemy import Engine
from temporalio import activity

from activities.database import reading
from activities.dossiers import Dossier, opened, sentence_of
from activities.evidence import SqlEvidence
from activities.heartbeat import beating_beside
from activities.settings import Settings
from activities.sweep import page_of
from sla.applied import Applied
from sla.due_periods import cadence_of, days_in_force, due_period, running_period
from sla.errors import BadInput, Unreachable
from sla.evidence import Evidence
from sla.periods import JudgedPeriod, period_named, within
from sla.samples import Grid, PulledDay, Samples, availability_days, of_day, ratio_days, what_changes
from sla.stages import Stage
from sla.targets import Availability, GoodEventRatio, Pull, Target
from sla.term import day_at, start_of_day
from workflows.messages import PageOrder, PullReport, RunFault
from workflows.ports import Measurements

MOST_POINTS = 11_000
"""Prometheus answers no question about more points of one series."""
MOST_BYTES = 32_000_000
"""Of one answer: 11,000 points of one series are far below; thousands of series are not."""
_AT_ONCE = 4
"""So many agreements are asked for at a time."""
_DAYS_AT_ONCE = timedelta(days=31)
"""Longer stretches are pulled in pieces: a year of samples needs no more memory than a month."""
MOST_FAULTS = 6
"""How many wrong targets of one agreement are named; the others are counted, for a report must fit into a message."""
_TICK = timedelta(microseconds=1)
_WRONG_QUESTION = frozenset({400, 422})

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | Decimal | bool | None"


class _Wanted(NamedTuple):
    """One target, and the stretch for which its words count."""

    target: Target
    pull: Pull
    since: datetime
    until: datetime


class PrometheusMeasurements(Measurements):
    """Pulls from the server that the settings name. Asked twice, nothing is kept twice."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._store, self._settings = engine, SqlEvidence(engine), settings

    @activity.defn(name="measurements.pull_page")
    async def pull_page(self, order: PageOrder) -> PullReport:
        """Everything that the agreements of a page name, of the period up to `at`. Raises Unreachable where Prometheus
        or the register does not answer, or Prometheus lets nobody in; what was kept before stays."""
        dossiers, faults = await asyncio.to_thread(self._page, order)
        turns = asyncio.Semaphore(_AT_ONCE)
        async with self._client() as client, beating_beside():
            work = [self._in_turn(turns, client, dossier, order) for dossier in dossiers]
            reports = await asyncio.gather(*work)
        return PullReport(
            targets=sum(report.targets for report in reports),
            rows=sum(report.rows for report in reports),
            faults=(*faults, *(fault for report in reports for fault in report.faults)),
        )

    def _page(self, order: PageOrder) -> tuple[list[Dossier], list[RunFault]]:
        with reading(self._engine) as connection:
            dossiers, faults = opened(connection, page_of(connection, order), order.at)
        return [each for each in dossiers if each.stage is Stage.ACTIVE and each.applied], faults

    def _client(self) -> httpx.AsyncClient:
        token = self._settings.prometheus_token.get_secret_value()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(headers=headers, timeout=self._settings.prometheus_timeout_seconds)

    async def _in_turn(
        self, turns: asyncio.Semaphore, client: httpx.AsyncClient, dossier: Dossier, order: PageOrder
    ) -> PullReport:
        async with turns:
            try:
                period = _period(dossier, order)
            except BadInput as error:
                return PullReport(faults=(RunFault(number=dossier.number, wrong=str(error)),))
            wanted = tuple(_wanted(dossier, period, order.at)) if period else ()
            reports = [await self._pulled(client, dossier, each, order) for each in wanted]
        return PullReport(
            targets=len({each.target.id for each in wanted}),
            rows=sum(report.rows for report in reports),
            faults=_in_short(dossier.number, [fault for report in reports for fault in report.faults]),
        )

    async def _pulled(
        self, client: httpx.AsyncClient, dossier: Dossier, wanted: _Wanted, order: PageOrder
    ) -> PullReport:
        """One target. What is wrong with it is a fault, and the others are pulled all the same."""
        try:
            days = await self._days(client, wanted, dossier.zone)
        except BadInput as error:
            return PullReport(faults=(RunFault(number=dossier.number, wrong=sentence_of(error)),))
        return PullReport(rows=await asyncio.to_thread(self._keep, dossier, wanted, days, order))

    async def _days(self, client: httpx.AsyncClient, wanted: _Wanted, zone: str) -> tuple[PulledDay, ...]:
        target, pull = wanted.target, wanted.pull
        grid = Grid(wanted.since, wanted.until, pull.step)
        if isinstance(target, Availability):
            if pull.threshold is None:
                raise _wrong(target, "prometheus names no threshold", "below which the service is down, is expected")
            samples = await self._series(client, target, pull.expression, grid)
            return await asyncio.to_thread(availability_days, target.id, grid, samples, pull.threshold, zone)
        if isinstance(target, GoodEventRatio):
            if pull.valid_expression is None:
                raise _wrong(target, "prometheus names no valid_expression", "one for all valid events is expected")
            good = await self._series(client, target, pull.expression, grid)
            valid = await self._series(client, target, pull.valid_expression, grid)
            return await asyncio.to_thread(ratio_days, target.id, grid, good, valid, zone)
        raise _wrong(target, f"{target.form} is not pulled from Prometheus", "availability or good_event_ratio is")

    async def _series(self, client: httpx.AsyncClient, target: Target, expression: str, grid: Grid) -> Samples:
        """The samples of one expression, by questions of at most 11,000 points each."""
        found: dict[datetime, Decimal] = {}
        instants = grid.instants
        for begin in range(0, len(instants), MOST_POINTS):
            asked = instants[begin : begin + MOST_POINTS]
            answer = await self._answer(client, target, expression, asked, grid.step)
            found.update(await asyncio.to_thread(_samples, target, expression, answer))
        return found

    async def _answer(
        self,
        client: httpx.AsyncClient,
        target: Target,
        expression: str,
        asked: Sequence[datetime],
        step: timedelta,
    ) -> bytes:
        if not self._settings.prometheus_url:
            wrong = "is to be pulled from Prometheus, and SLA_PROMETHEUS_URL names none"
            raise _wrong(target, wrong, "one such as http://prometheus.example:9090 is expected")
        query = {
            "query": expression,
            "start": _seconds(asked[0]),
            "end": _seconds(asked[-1]),
            "step": str(int(step.total_seconds())),
        }
        url = f"{self._settings.prometheus_url.rstrip('/')}/api/v1/query_range"
        try:
            async with client.stream("POST", url, data=query) as response:
                body = await _body(target, response)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._away(f"{type(error).__name__}: {error}") from None
        if response.status_code in _WRONG_QUESTION:
            raise _wrong(target, f"Prometheus refuses {expression!r:.200} ({_error_in(body)})", "mend the expression")
        if response.status_code != httpx.codes.OK:
            raise self._away(f"status {response.status_code}")
        return body

    def _away(self, why: str) -> Unreachable:
        url = httpx.URL(self._settings.prometheus_url).copy_with(userinfo=b"")
        return Unreachable(f"Prometheus at {url} does not answer ({why:.200}); nothing is lost, try again when it does")

    def _keep(self, dossier: Dossier, wanted: _Wanted, days: tuple[PulledDay, ...], order: PageOrder) -> int:
        standing = self._store.of(dossier.number, wanted.since, wanted.until)
        before = of_day(standing, wanted.target.id, dossier.zone)
        rows: list[Evidence] = []
        for day in days:
            rows += what_changes(day, before.get(day.day, ()), order.at)
        counts = self._store.add(dossier.number, rows, order.said_at or order.at)
        return counts.accepted + counts.corrected


def _period(dossier: Dossier, order: PageOrder) -> JudgedPeriod | None:
    """The period that the order asks of an agreement, as far as it is in force; None where it asks for nothing."""
    applied, zone = dossier.applied, dossier.zone
    if order.is_provisional:
        return running_period(applied, zone, order.at)
    if order.period is not None:
        return within(period_named(order.period, zone), *days_in_force(applied, zone))
    if not order.numbers and cadence_of(applied, order.at) is not order.cadence:
        return None
    return due_period(applied, zone, order.at, None, dossier.stated)


def _wanted(dossier: Dossier, period: JudgedPeriod, at: datetime) -> Iterator[_Wanted]:
    """The targets of all terms that count in the period, each for its own local days."""
    applied = sorted(dossier.applied, key=lambda each: each.since)
    for index, each in enumerate(applied):
        later = applied[index + 1] if index + 1 < len(applied) else None
        since = max(period.begins, _day_begins(each.since, dossier.zone))
        until = min(period.ends, at, *_end_of(each, later, dossier.zone))
        for target in each.terms.targets:
            if target.prometheus is not None:
                yield from _pieces(target, target.prometheus, since, until, dossier.zone)


def _pieces(target: Target, pull: Pull, since: datetime, until: datetime, zone: str) -> Iterator[_Wanted]:
    """The stretch by whole local days, each of which stands for itself; a day's last step may end in the next one."""
    while since < until:
        over = start_of_day(day_at(since, zone) + _DAYS_AT_ONCE, zone)
        yield _Wanted(target, pull, since, min(until, over + pull.step - _TICK))
        since = over


def _in_short(number: str, faults: Sequence[RunFault]) -> tuple[RunFault, ...]:
    """Each once, and not more than a few."""
    once = tuple(dict.fromkeys(faults))
    if len(once) <= MOST_FAULTS:
        return once
    return (*once[:MOST_FAULTS], RunFault(number=number, wrong=f"and {len(once) - MOST_FAULTS} more of its targets"))


def _end_of(each: Applied, later: Applied | None, zone: str) -> tuple[datetime, ...]:
    """A day on which terms change is pulled by the later ones."""
    if later is not None:
        return (_day_begins(later.since, zone),)
    return () if each.until is None else (each.until,)


def _day_begins(at: datetime, zone: str) -> datetime:
    return start_of_day(day_at(at, zone), zone)


def _samples(target: Target, expression: str, body: bytes) -> Samples:
    """What an answer holds. Raises BadInput for several series, and for an answer that is none."""
    return dict(_read(target, expression, body))


def _read(target: Target, expression: str, body: bytes) -> Iterator[tuple[datetime, Decimal]]:
    result = _result(target, body)
    if len(result) > 1:
        wrong = f"{len(result)} series answer to {expression!r:.200}"
        raise _wrong(target, wrong, "one is expected: aggregate them, by sum() or min()")
    for series in result:
        values = series.get("values") if isinstance(series, dict) else None
        for pair in values if isinstance(values, list) else ():
            if isinstance(pair, list) and len(pair) == 2:
                number = _number(pair[1])
                if number is not None:
                    yield _instant(target, pair[0]), number


def _result(target: Target, body: bytes) -> "list[Json]":
    try:
        answer: Json = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        answer = None
    data = answer.get("data") if isinstance(answer, dict) else None
    result = data.get("result") if isinstance(data, dict) else None
    if not isinstance(result, list):
        raise _wrong(target, "what answers is not Prometheus", "SLA_PROMETHEUS_URL names another server")
    return result


def _number(text: Json) -> Decimal | None:
    """As it stands in the answer. NaN is no sample; an infinity is beyond every threshold, and no count."""
    try:
        number = Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        return None
    return None if number is None or number.is_nan() else number


def _instant(target: Target, given: Json) -> datetime:
    if isinstance(given, bool) or not isinstance(given, int | Decimal):
        raise _wrong(target, f"an answer has the instant {given!r:.40}", "seconds since 1970 are expected")
    return datetime.fromtimestamp(int(given), UTC)


async def _body(target: Target, response: httpx.Response) -> bytes:
    """Not more than one series can need, whatever comes."""
    parts, size = list[bytes](), 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > MOST_BYTES:
            raise _wrong(target, f"the answer is above {MOST_BYTES:,} bytes", "one series is expected: aggregate it")
        parts.append(part)
    return b"".join(parts)


def _error_in(body: bytes) -> str:
    try:
        answer: Json = json.loads(body)
    except ValueError:
        return "no reason given"
    said = answer.get("error") if isinstance(answer, dict) else None
    return f"{said}"[:300]


def _wrong(target: Target, wrong: str, right: str) -> BadInput:
    return BadInput(f"target {target.id}", wrong, right)


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))
