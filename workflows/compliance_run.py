"""A compliance run: over all agreements in force, page by page, and a word to those that have to hear one.

Knows order, waiting and what is said to whom. What a period came to is judged by the pure rules, in an activity; a run
that is killed goes on with the page where it was. History and memory stay the same however many agreements there are.
Source: MON-16.
"""

import asyncio

from temporalio import workflow
from temporalio.exceptions import FailureError, is_cancelled_exception

from sla.fields import Instant
from workflows.ids import SCHEDULED_AT_KEY
from workflows.messages import Notable, PageOrder, PageReport, PullReport, RunFault, RunOrder, RunReport
from workflows.options import JUDGE_HEARTBEAT, JUDGE_PAGE, PULL_HEARTBEAT, PULL_PAGE
from workflows.ports import Measurements, Sweep

LONGEST_RUN = 1_000
"""After so many events the history begins anew, at the end of a page."""
MOST_FAULTS = 100
"""How many faults a report names; the others are counted, and stand in the log of the worker."""
TOLD_AT_ONCE = 50
"""How many agreements are told at a time: the server takes so many signals of one workflow without delay."""


@workflow.defn(name="sla-compliance-run")
class ComplianceRun:
    """One run of a cadence, started by a schedule or by a person; a page is one activity."""

    @workflow.init
    def __init__(self, order: RunOrder) -> None:
        at = _instant_of(order)
        self._order = order.model_copy(update={"at": at, "said_at": order.said_at or workflow.now()})
        self._so_far = order.so_far.model_copy(update={"at": at})

    @workflow.query
    def progress(self) -> RunReport:
        """What it came to so far."""
        return self._so_far

    @workflow.run
    async def run(self, order: RunOrder) -> RunReport:
        """From where the run before has left off to the last agreement."""
        while True:
            page = await self._page()
            self._note(page)
            await self._tell(page.notable)
            if page.after is None:
                return self._so_far
            self._order = self._order.model_copy(update={"after": page.after})
            if _is_long():
                workflow.continue_as_new(self._order.model_copy(update={"so_far": self._so_far}))

    async def _page(self) -> PageReport:
        """Judges one page. One that names nothing in Prometheus costs no activity but its own."""
        asked = self._asked()
        page = await _judged(asked)
        if page.to_pull:
            page = await _judged(await self._pulled(asked))
        return page

    def _asked(self) -> PageOrder:
        order = self._order
        assert order.at is not None
        return PageOrder(
            cadence=order.cadence,
            period=order.period,
            at=order.at,
            after=order.after,
            limit=order.page_size,
            numbers=order.numbers,
            is_provisional=order.is_provisional,
            only_late=order.only_late,
            said_at=order.said_at,
        )

    async def _pulled(self, asked: PageOrder) -> PageOrder:
        """What cannot be asked is a fault of the agreements that name it, and not stated; the others go on."""
        try:
            pulled: PullReport = await workflow.execute_activity_method(
                Measurements.pull_page, asked, heartbeat_timeout=PULL_HEARTBEAT, **PULL_PAGE
            )
        except FailureError as error:
            if is_cancelled_exception(error):
                raise
            return asked.model_copy(update={"is_pulled": True, "not_pulled": f"{error.cause or error}"[:1000]})
        self._so_far = self._so_far.model_copy(update={"pulled": self._so_far.pulled + pulled.rows})
        self._blame(*pulled.faults)
        return asked.model_copy(update={"is_pulled": True, "unasked": pulled.unasked})

    async def _tell(self, notable: tuple[Notable, ...]) -> None:
        """Tells each agreement what is notable about it; one that does not hear is a fault, and stops nothing."""
        for begin in range(0, len(notable), TOLD_AT_ONCE):
            faults = await asyncio.gather(*(_told(each) for each in notable[begin : begin + TOLD_AT_ONCE]))
            heard = sum(fault is None for fault in faults)
            self._so_far = self._so_far.model_copy(update={"told": self._so_far.told + heard})
            self._blame(*(fault for fault in faults if fault is not None))

    def _note(self, page: PageReport) -> None:
        before = self._so_far
        self._so_far = before.model_copy(
            update={
                "pages": before.pages + 1,
                "agreements": before.agreements + page.agreements,
                "stated": before.stated + page.stated,
                "restated": before.restated + page.restated,
                "unchanged": before.unchanged + page.unchanged,
            }
        )
        self._blame(*page.faults)

    def _blame(self, *faults: RunFault) -> None:
        """Counts faults and names the first; one that both pulling and judging meet is one."""
        before = self._so_far
        new = [fault for fault in faults if fault not in before.faults]
        for fault in new:
            workflow.logger.warning("%s: %s", fault.number, fault.wrong)
        named = (*before.faults, *new)[:MOST_FAULTS]
        self._so_far = before.model_copy(update={"faulty": before.faulty + len(new), "faults": named})


async def _judged(asked: PageOrder) -> PageReport:
    return await workflow.execute_activity_method(
        Sweep.judge_page, asked, heartbeat_timeout=JUDGE_HEARTBEAT, **JUDGE_PAGE
    )


async def _told(notable: Notable) -> RunFault | None:
    """By signal: the run needs no answer, and the agreement knows by the decision id what it has heard before."""
    agreement = workflow.get_external_workflow_handle(notable.workflow_id)
    try:
        await agreement.signal("note_finding", notable.command)
    except FailureError as error:
        if is_cancelled_exception(error):
            raise
        said = notable.command.finding.sentence
        return RunFault(number=notable.number, wrong=f"its workflow does not hear it ({error}): {said}"[:1000])
    return None


def _instant_of(order: RunOrder) -> Instant:
    """As ordered; else as scheduled, so that what is filled in later is judged as of its own time. Never ahead."""
    scheduled = workflow.info().typed_search_attributes.get(SCHEDULED_AT_KEY)
    return min(order.at or scheduled or workflow.now(), workflow.now())


def _is_long() -> bool:
    info = workflow.info()
    return info.is_continue_as_new_suggested() or info.get_current_history_length() > LONGEST_RUN
