"""The ports: what a workflow may ask of the outside world. Adapters in `activities/` subclass these."""

from abc import ABC, abstractmethod

from temporalio import activity

from workflows.messages import Beyond, DeliveryReport, DeliveryRound, Entry, Numbered, NumberRequest, Recorded


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


class Letters(ABC):
    """The mailroom."""

    @abstractmethod
    @activity.defn(name="letters.deliver")
    async def deliver(self, order: DeliveryRound) -> DeliveryReport:
        """Sends the letters that wait in the register, until the round is over."""
