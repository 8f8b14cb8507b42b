"""How often an agreement is judged."""

from enum import StrEnum


class Cadence(StrEnum):
    """How often a statement is made."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        """How many months one period has."""
        return {Cadence.MONTH: 1, Cadence.QUARTER: 3, Cadence.YEAR: 12}[self]
