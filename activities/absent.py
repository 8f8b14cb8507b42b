"""Neighbours that are not there yet: they say so, in the record, instead of pretending. Source: TER-2.

The compliance runs, the measurements and the map of underpinning contracts take these places later.
"""

from temporalio import activity

from workflows.messages import StopAnswer, StopOrder
from workflows.ports import Compliance, Monitoring, Underpinning


class NoCompliance(Compliance):
    """Nothing judges periods yet."""

    @activity.defn(name="compliance.judge_final_period")
    def judge_final_period(self, order: StopOrder) -> StopAnswer:
        """There is no run that could judge it."""
        return StopAnswer(sentence="no compliance run is set up for this agreement, so no period was left to judge.")

    @activity.defn(name="compliance.settle_credits")
    def settle_credits(self, order: StopOrder) -> StopAnswer:
        """Without judged periods nothing is owed."""
        return StopAnswer(sentence="no compliance run is set up for this agreement, so no credit was open.")


class NoMonitoring(Monitoring):
    """Nothing measures yet."""

    @activity.defn(name="monitoring.stop")
    def stop(self, order: StopOrder) -> StopAnswer:
        """There is nothing to stop."""
        return StopAnswer(sentence="no measurement is set up for this agreement, so none is left running.")


class NoUnderpinning(Underpinning):
    """Nothing knows what carries what yet."""

    @activity.defn(name="underpinning.flag")
    def flag(self, order: StopOrder) -> StopAnswer:
        """There is nothing to flag."""
        return StopAnswer(sentence="no underpinning contract is recorded for this agreement.")
