"""The connection to Temporal, made the same way by every process: pydantic values on the wire."""

from typing import Protocol

from pydantic import SecretStr
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from sla.errors import Unreachable


class TemporalPlace(Protocol):
    """Where Temporal is, and how it is spoken to; the settings are one."""

    @property
    def temporal_address(self) -> str:
        """Host and port."""

    @property
    def temporal_namespace(self) -> str:
        """The namespace in which the agreements live."""

    @property
    def temporal_tls(self) -> bool:
        """Whether the connection is encrypted."""

    @property
    def temporal_api_key(self) -> SecretStr:
        """The key of Temporal Cloud; empty elsewhere."""


async def connect(place: TemporalPlace) -> Client:
    """A client. Raises Unreachable with the address and what would help."""
    key = place.temporal_api_key.get_secret_value()
    try:
        return await Client.connect(
            place.temporal_address,
            namespace=place.temporal_namespace,
            tls=place.temporal_tls or bool(key),
            api_key=key or None,
            data_converter=pydantic_data_converter,
        )
    except RuntimeError as error:
        raise Unreachable(
            f"Temporal does not answer at {place.temporal_address}; "
            "start it with `make up`, or set SLA_TEMPORAL_ADDRESS"
        ) from error
