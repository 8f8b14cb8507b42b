"""The ground that a rehearsal is played on: a register, and the real worker, on a site of its own.

Nothing here reads a setting of the environment: neither the real register nor the real engine nor real mail can be
reached from it. Source: SEE-2.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, event
from sqlalchemy.pool import ConnectionPoolEntry
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from activities.database import open_engine
from activities.settings import Settings
from activities.tables import METADATA
from activities.views import Views
from rehearsal.site import Site
from sla.errors import Unreachable
from starter.child import Child
from starter.loopback import LOOPBACK
from worker import build_worker, open_mailroom
from workflows.ids import NUMBER_KEY
from workflows.wire import connect

LOOKS_FOR_LETTERS_EVERY_MS = 100
BETWEEN_LOOKS = 0.01
STARTS_WITHIN = 30.0
"""Seconds after which an engine that does not answer is given up."""


class Ground(NamedTuple):
    """What a rehearsal is played with."""

    client: Client
    skipper: TimeSkipper
    engine: Engine
    views: Views
    letters: Path
    """The folder in which every letter arrives."""


@asynccontextmanager
async def ground(site: Site) -> AsyncIterator[Ground]:
    """A fresh ground on a site, as long as the block. Raises Unreachable where its engine does not come up."""
    settings = own_settings(site.folder, site.engine_port, site.mail_port)
    engine = open_engine(settings.register_url)
    event.listen(engine, "connect", _hurry)
    try:
        METADATA.create_all(engine)  # what the migrations make, without the time that they take
        async with _staffed(site.server, settings, engine) as client:
            skipper = TimeSkipper(client, config=TimeSkippingConfig(enabled=False))
            yield Ground(client, skipper, engine, Views(engine), site.letters)
    finally:
        engine.dispose()


def _hurry(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    """No commit waits for the disk: nothing of a rehearsal has to outlive a crash."""
    connection.execute("PRAGMA synchronous = OFF")


def own_settings(folder: Path, temporal_port: int, smtp_port: int) -> Settings:
    """Settings that no environment variable has touched: defaults, and what is the rehearsal's own."""
    return Settings.model_construct(
        home=folder,
        temporal_address=f"{LOOPBACK}:{temporal_port}",
        smtp_host=LOOPBACK,
        smtp_port=smtp_port,
        mail_looks_every_ms=LOOKS_FOR_LETTERS_EVERY_MS,
    )


@asynccontextmanager
async def _staffed(server: Child, settings: Settings, engine: Engine) -> AsyncIterator[Client]:
    """The engine with the real worker and the real mailroom."""
    client = await _connected(server, settings)
    async with build_worker(client, engine, settings):
        await open_mailroom(client, settings)
        yield client


async def _connected(server: Child, settings: Settings) -> Client:
    """A client, as soon as the engine answers."""
    trouble = ""
    async with asyncio.timeout(STARTS_WITHIN):
        while server.is_running:
            try:
                client = await connect(settings)
                await client.count_workflows(f"{NUMBER_KEY.name} = '0'")
            except (Unreachable, RPCError) as error:
                trouble = str(error)
                await asyncio.sleep(BETWEEN_LOOKS)
            else:
                return client
    raise Unreachable(f"the engine of the rehearsal did not start ({server.how_it_ended()}; {trouble})")
