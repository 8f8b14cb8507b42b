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
from typing import TypeAlias

import httpx
from sqlalchemy import Engine
from temporalio import activity

from activities.asked_periods import Wanted, asked_periods, is_known, wanted_of
from activities.database import reading
from activities.dossiers import Dossier, opened, sentence_of
from activities.evidence import SqlEvidence
from activities.heartbeat import beating_beside
from activities.settings import Settings
from activities.sweep import page_of
from sla.errors import BadInput, Unreachable
from sla.evidence import Evidence
from sla.periods import JudgedPeriod
from sla.samples import Grid, PulledDay, Samples, availability_days, of_day, ratio_days, what_changes
from sla.targets import Availability, GoodEventRatio, Target
from workflows.messages import PageOrder, PullReport, RunFault, Unasked
from workflows.options import PULL_PAGE
from workflows.ports import Measurements

MOST_POINTS = 11_000
"""Prometheus answers no question about more points of one series."""
MOST_BYTES = 32_000_000
"""Of one answer: 11,000 points of one series are far below; thousands of series are not."""
_AT_ONCE = 4
"""So many agreements are asked for at a time."""
MOST_FAULTS = 6
"""How many wrong targets of one agreement are named; the others are counted, for a report must fit into a message."""
_WRONG_QUESTION = frozenset({400, 422})

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | Decimal | bool | None"


class _ServerAway(Unreachable):
    """Nothing answers at all: whoever asks something else is not answered either."""


class _Round:
    """One try at some periods: whom to ask, as of when, whether it is the last, whether what is known is left out, and
    whether nobody was there."""

    def __init__(
        self, client: httpx.AsyncClient, order: PageOrder, *, is_last: bool = False, skips_known: bool = False
    ) -> None:
        self.client, self.order, self.is_last, self.skips_known = client, order, is_last, skips_known
        self.turns = asyncio.Semaphore(_AT_ONCE)
        self.away: _ServerAway | None = None


class PrometheusMeasurements(Measurements):
    """Pulls from the server that the settings name. Asked twice, nothing is kept twice."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._store, self._settings = engine, SqlEvidence(engine), settings

    @activity.defn(name="measurements.pull_page")
    async def pull_page(self, order: PageOrder) -> PullReport:
        """Everything that the agreements of a page name, of their periods up to `at`. Raises Unreachable where the
        register does not answer, or Prometheus does not or lets nobody in; what was kept before stays. In the last try
        of an activity, what Prometheus does not answer is a fault of those agreements alone."""
        dossiers, faults = await asyncio.to_thread(self._page, order)
        async with self._client() as client, beating_beside():
            this = _Round(client, order, is_last=not _is_tried_again())
            reports = await asyncio.gather(*(self._in_turn(this, dossier) for dossier in dossiers))
        whole = _together(reports)
        return whole.model_copy(update={"faults": (*faults, *whole.faults)})

    async def pull_periods(
        self, dossier: Dossier, periods: Sequence[JudgedPeriod], at: datetime, said_at: datetime
    ) -> PullReport:
        """What is not known yet of these periods of one agreement: who asks again goes on where it was. Raises
        Unreachable where anybody does not answer."""
        order = PageOrder(at=at, numbers=(dossier.number,), said_at=said_at)
        async with self._client() as client:
            this = _Round(client, order, skips_known=True)
            return _together([await self._of_period(this, dossier, period) for period in periods])

    def _page(self, order: PageOrder) -> tuple[list[Dossier], list[RunFault]]:
        with reading(self._engine) as connection:
            return opened(connection, page_of(connection, order), order.at)

    def _client(self) -> httpx.AsyncClient:
        token = self._settings.prometheus_token.get_secret_value()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(headers=headers, timeout=self._settings.prometheus_timeout_seconds)

    async def _in_turn(self, this: _Round, dossier: Dossier) -> PullReport:
        async with this.turns:
            try:
                periods = asked_periods(dossier, this.order)
            except BadInput as error:
                return PullReport(faults=(RunFault(number=dossier.number, wrong=str(error)),))
            whole = _together([await self._of_period(this, dossier, period) for period in periods])
        return whole.model_copy(update={"faults": _in_short(dossier.number, whole.faults)})

    async def _of_period(self, this: _Round, dossier: Dossier, period: JudgedPeriod) -> PullReport:
        wanted = tuple(wanted_of(dossier, period, this.order.at))
        reports = [await self._pulled(this, dossier, period, each) for each in wanted]
        whole = _together(reports)
        wrong = {each.target.id for each, report in zip(wanted, reports, strict=True) if report.faults}
        targets = len({each.target.id for each in wanted} - wrong)
        return whole.model_copy(update={"targets": targets, "unasked": tuple(dict.fromkeys(whole.unasked))})

    async def _pulled(self, this: _Round, dossier: Dossier, period: JudgedPeriod, wanted: Wanted) -> PullReport:
        """One target. What is wrong with it is a fault, and the others are pulled all the same."""
        try:
            if this.skips_known and await self._is_known(dossier, wanted):
                return PullReport()
            if this.away is not None:
                raise this.away
            days = await self._days(this.client, wanted, dossier.zone)
        except BadInput as error:
            return await self._unasked(dossier, period, wanted, error)
        except Unreachable as error:
            if not this.is_last:
                raise
            this.away = error if isinstance(error, _ServerAway) else None
            told = _wrong(wanted.target, "could not be asked", f"{error}")
            return await self._unasked(dossier, period, wanted, told)
        return PullReport(rows=await asyncio.to_thread(self._keep, dossier, wanted, days, this.order))

    async def _unasked(self, dossier: Dossier, period: JudgedPeriod, wanted: Wanted, error: BadInput) -> PullReport:
        """What could not be asked is a fault, and holds the period back, but where others have said all of it."""
        fault = RunFault(number=dossier.number, wrong=sentence_of(error))
        if await self._is_known(dossier, wanted):
            return PullReport(faults=(fault,))
        days = Unasked(number=dossier.number, start=period.start, end=period.end)
        return PullReport(faults=(fault,), unasked=(days,))

    async def _is_known(self, dossier: Dossier, wanted: Wanted) -> bool:
        rows = await asyncio.to_thread(self._store.of, dossier.number, wanted.since, wanted.until)
        return is_known(wanted, rows)

    async def _days(self, client: httpx.AsyncClient, wanted: Wanted, zone: str) -> tuple[PulledDay, ...]:
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
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _ServerAway(self._away(error)) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(self._away(error)) from None
        if response.status_code in _WRONG_QUESTION:
            raise _wrong(target, f"Prometheus refuses {expression!r:.200} ({_error_in(body)})", "mend the expression")
        if response.status_code != httpx.codes.OK:
            raise Unreachable(self._away(f"status {response.status_code}"))
        return body

    def _away(self, error: Exception | str) -> str:
        url = httpx.URL(self._settings.prometheus_url).copy_with(userinfo=b"")
        why = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
        return f"Prometheus at {url} does not answer ({why:.200}); nothing is lost, try again when it does"

    def _keep(self, dossier: Dossier, wanted: Wanted, days: tuple[PulledDay, ...], order: PageOrder) -> int:
        standing = self._store.of(dossier.number, wanted.since, wanted.until)
        before = of_day(standing, wanted.target.id, dossier.zone)
        rows: list[Evidence] = []
        for day in days:
            rows += what_changes(day, before.get(day.day, ()), order.at)
        counts = self._store.add(dossier.number, rows, order.said_at or order.at)
        return counts.accepted + counts.corrected


def _together(reports: Sequence[PullReport]) -> PullReport:
    return PullReport(
        targets=sum(report.targets for report in reports),
        rows=sum(report.rows for report in reports),
        faults=tuple(fault for report in reports for fault in report.faults),
        unasked=tuple(each for report in reports for each in report.unasked),
    )


def _is_tried_again() -> bool:
    """Whether what fails now is asked for once more: by Temporal, or by the person who has called."""
    return not activity.in_activity() or activity.info().attempt < PULL_PAGE["retry_policy"].maximum_attempts


def _in_short(number: str, faults: Sequence[RunFault]) -> tuple[RunFault, ...]:
    """Each once, and not more than a few."""
    once = tuple(dict.fromkeys(faults))
    if len(once) <= MOST_FAULTS:
        return once
    return (*once[:MOST_FAULTS], RunFault(number=number, wrong=f"and {len(once) - MOST_FAULTS} more of its targets"))


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
