"""One time-skipping server for all tests of this folder; one world for those that need no faults."""

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import Engine
from temporalio.client import Client

from activities.database import migrate, open_engine
from tests.temporal import World, connected, running_server
from tests.temporal import world as make_world


@pytest.fixture(scope="session")
def server_address() -> Iterator[str]:
    with running_server(None) as address:
        yield address


@pytest.fixture(scope="session")
async def temporal(server_address: str) -> Client:
    return await connected(server_address)


@pytest.fixture(scope="session")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('register') / 'register.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
async def world(temporal: Client, register: Engine) -> AsyncIterator[World]:
    async with make_world(temporal, register) as one:
        yield one
