"""Who is waited for, for what: the value that every stage answers with."""

from typing import NamedTuple

from sla.stages import Verb


class Awaited(NamedTuple):
    """One person, the verb that is waited for, and what it is about."""

    person: str
    verb: Verb
    subject: str = ""
    part: int = 0
