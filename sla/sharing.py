"""One copy of what many agreements have in common: a provider's people, calendars, prices and policies.

Each agreement carries its own frozen house (decision 0004), and a worker keeps thousands of agreements. Equal frozen
values that come from the wire are replaced by the first of them; nobody can tell, but the memory.
"""

from collections.abc import Hashable
from functools import lru_cache
from typing import TypeVar

from pydantic import AfterValidator

_Value = TypeVar("_Value", bound=Hashable)

MOST_SHARED = 20_000


@lru_cache(maxsize=MOST_SHARED, typed=True)
def _first(value: Hashable) -> Hashable:
    return value


def _shared(value: _Value) -> _Value:
    return _first(value)  # type: ignore[return-value]


SHARED = AfterValidator(_shared)
"""For a frozen, hashable field: `Annotated[PriceBook, SHARED]`."""
