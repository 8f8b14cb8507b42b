"""The ports: what a workflow may ask of the outside world. Adapters in `activities/` subclass these."""

from abc import ABC, abstractmethod

from temporalio import activity

from workflows.messages import (
    Beyond,
    DeliveryReport,
    DeliveryRound,
    Entry,
    Numbered,
    NumberRequest,
    PageOrder,
    PageReport,
    PullReport,
    Recorded,
    StopAnswer,
    StopOrder,
)


class Records(ABC):
    """The register of agreements."""

    @abstractmethod
    @activity.defn(name="records.number")
    def number(self, request: NumberRequest) -> Numbered:
        """Gives a new agreement its number. Twice for the same workflow gives the same number."""

    @abstractmethod
    @activity.defn(name="records.record")
    def record(self, entry: Entry) -> Recorded:
        """Stores one transition in one transaction. Twice the same changes nothing. Where another event follows the
        same one already, nothing is stored and the answer carries that one; anything else that does not fit is
        refused for good (`DifferentHistory`)."""

    @abstractmethod
    @activity.defn(name="records.beyond")
    def beyond(self, asked: Beyond) -> Recorded:
        """The event that stands after `seq`, if one does. Changes nothing."""


class Compliance(ABC):
    """Whoever judges periods and settles credits. Asked twice, the answer is the same."""

    @abstractmethod
    @activity.defn(name="compliance.judge_final_period")
    def judge_final_period(self, order: StopOrder) -> StopAnswer:
        """Judges the last, perhaps partial period up to the end, and says what came of it."""

    @abstractmethod
    @activity.defn(name="compliance.settle_credits")
    def settle_credits(self, order: StopOrder) -> StopAnswer:
        """Settles the credits that are open at the end."""


class Sweep(ABC):
    """Whoever goes over the agreements in force, page by page, and judges them. Source: MON-16."""

    @abstractmethod
    @activity.defn(name="compliance.judge_page")
    def judge_page(self, order: PageOrder) -> PageReport:
        """Judges one page, and keeps its statements. Asked twice, nothing is stated twice, and the answer tells the
        same notable things again. An agreement that cannot be judged is a fault of the report, never an error."""


class Measurements(ABC):
    """Whoever fetches measurements."""

    @abstractmethod
    @activity.defn(name="measurements.pull_page")
    async def pull_page(self, order: PageOrder) -> PullReport:
        """Pulls what the targets of one page name, up to the instant of the order. Twice is once."""


class Monitoring(ABC):
    """Whoever measures the service."""

    @abstractmethod
    @activity.defn(name="monitoring.stop")
    def stop(self, order: StopOrder) -> StopAnswer:
        """Stops every measurement for this agreement. Twice is once."""


class Underpinning(ABC):
    """Whoever knows which contracts carry this agreement."""

    @abstractmethod
    @activity.defn(name="underpinning.flag")
    def flag(self, order: StopOrder) -> StopAnswer:
        """Flags the contracts that carried this agreement and now carry less. Twice is once."""


class Letters(ABC):
    """The mailroom."""

    @abstractmethod
    @activity.defn(name="letters.deliver")
    async def deliver(self, order: DeliveryRound) -> DeliveryReport:
        """Sends the letters that wait in the register, until the round is over."""
