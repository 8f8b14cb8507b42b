"""What a look at the system gives: one finding per check, with what to do when it is not fine."""

from enum import StrEnum

from pydantic import computed_field

from sla.fields import Value


class Health(StrEnum):
    """How a check came out."""

    FINE = "fine"
    ILL = "WRONG"
    UNSEEN = "not looked at"


class Finding(Value):
    """One check."""

    check: str
    health: Health
    found: str
    todo: str = ""

    @property
    def is_fine(self) -> bool:
        """Nobody needs to do anything."""
        return self.health is Health.FINE


class Report(Value):
    """All checks."""

    findings: tuple[Finding, ...]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def healthy(self) -> bool:
        """All is well: what was not looked at is not well."""
        return all(finding.is_fine for finding in self.findings)


def fine(check: str, found: str) -> Finding:
    """All is well here."""
    return Finding(check=check, health=Health.FINE, found=found)


def ill(check: str, found: str, todo: str) -> Finding:
    """Something is wrong, and what to do about it."""
    return Finding(check=check, health=Health.ILL, found=found, todo=todo)


def unseen(check: str, because: str) -> Finding:
    """It could not be looked at."""
    return Finding(check=check, health=Health.UNSEEN, found=because, todo="mend that first")
