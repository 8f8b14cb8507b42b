"""What sorts of agreement there are, and what each sort needs. Source: KIND-1, KIND-2, KIND-4."""

from enum import StrEnum

from sla.fields import Value


class Kind(StrEnum):
    """The four sorts of agreement. Source: KIND-1."""

    CUSTOMER_SLA = "customer_sla"
    INTERNAL_SLA = "internal_sla"
    OLA = "ola"
    UC = "uc"


class Level(StrEnum):
    """The levels of a multi-level SLA. Source: KIND-2."""

    CORPORATE = "corporate"
    CUSTOMER = "customer"
    SERVICE = "service"


class Side(StrEnum):
    """The two parties: who delivers and who receives."""

    PROVIDER = "provider"
    CUSTOMER = "customer"

    @property
    def other(self) -> "Side":
        """The party across the table."""
        return Side.CUSTOMER if self is Side.PROVIDER else Side.PROVIDER


class KindRow(Value):
    """What one kind of agreement needs; the lifecycle derives its path from this."""

    name: str
    priced: bool
    """It is negotiated over a price."""
    signed: bool
    """Both parties sign; an agreement inside one house comes into force by its approvals."""
    between_parties: bool
    """Provider and customer are different legal persons."""


KINDS: dict[Kind, KindRow] = {
    Kind.CUSTOMER_SLA: KindRow(name="customer SLA", priced=True, signed=True, between_parties=True),
    Kind.INTERNAL_SLA: KindRow(name="internal SLA", priced=False, signed=False, between_parties=False),
    Kind.OLA: KindRow(name="operational level agreement", priced=False, signed=False, between_parties=False),
    Kind.UC: KindRow(name="underpinning contract", priced=True, signed=True, between_parties=True),
}
