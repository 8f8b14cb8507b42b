"""One call to Temporal at the command line: connected, asked, and told where the server could not do it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from temporalio.client import Client
from temporalio.service import RPCError

from sla.errors import Unreachable
from starter.session import Session
from workflows.wire import connect

_T = TypeVar("_T")


def call(session: Session, do: Callable[[Client], Awaitable[_T]]) -> _T:
    """What `do` answers. Raises Unreachable where the server refuses, or cannot be reached."""

    async def _connected() -> _T:
        client = await connect(session.settings)
        try:
            return await do(client)
        except RPCError as error:
            raise Unreachable(f"Temporal has not done it ({error.message}); nothing is lost, try again") from None

    return asyncio.run(_connected())
