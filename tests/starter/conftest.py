"""One whole stack, with real processes, for all tests of the command line; and a desk to type at."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from activities.settings import Settings
from starter.stack import Stack
from tests.starter.desk import EXAMPLES, Desk

_references = count(1)


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Temporal, a mail sink and one worker, on free ports."""
    base = Settings(provider=EXAMPLES / "provider.yaml", mail_looks_every_ms=50)
    home = tmp_path_factory.mktemp("standing")
    with Stack(home, temporal_port=None, ui_port=None, smtp_port=None, base=base) as stack:
        yield stack


@pytest.fixture
def desk(standing: Stack) -> Desk:
    """Where somebody types commands against the standing stack."""
    return Desk(standing.settings)


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """The example's form, under a reference of its own."""
    text = (EXAMPLES / "managed-printing.yaml").read_text(encoding="utf-8")
    path = tmp_path / "form.yaml"
    path.write_text(text.replace("NW-2026-014", f"NW-TEST-{next(_references)}"), encoding="utf-8")
    return path
