"""Neighbours that are not there yet: they say so, in the record, instead of pretending. Source: TER-2.

The map of underpinning contracts takes this place later.
"""

from temporalio import activity

from workflows.messages import StopAnswer, StopOrder
from workflows.ports import Underpinning


class NoUnderpinning(Underpinning):
    """Nothing knows what carries what yet."""

    @activity.defn(name="underpinning.flag")
    def flag(self, order: StopOrder) -> StopAnswer:
        """There is nothing to flag."""
        return StopAnswer(sentence="no underpinning contract is recorded for this agreement.")
