"""What computes figures here: the product's version, and that of the time zone data that `zoneinfo` really uses.

Python looks for a zone on the system first, and in the `tzdata` package only where the system has none. Source: MON-8.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from zoneinfo import TZPATH

from sla.release import VERSION
from sla.statements import Engine

PROBE = "Europe/Berlin"
"""A zone that all time zone data has."""
_LINE = "# version "


@cache
def engine_here() -> Engine:
    """The engine of this process; it does not change while it runs."""
    return Engine(version=VERSION, tzdata=tzdata_version(TZPATH))


def tzdata_version(folders: Iterable[str]) -> str:
    """The version of the first data that has the zones, such as `2026a`; a digest of one zone where none is written."""
    found = next((folder for each in folders if ((folder := Path(each)) / PROBE).is_file()), None)
    if found is None:
        return str(import_module("tzdata").IANA_VERSION)
    return _written(found) or f"unnamed-{hashlib.sha256((found / PROBE).read_bytes()).hexdigest()[:12]}"


def _written(folder: Path) -> str | None:
    """What the data says of itself: in the first line of `tzdata.zi`, or in the file `+VERSION`."""
    for name in ("tzdata.zi", "+VERSION"):
        try:
            with (folder / name).open(encoding="utf-8", errors="replace") as file:
                line = file.readline(100).strip()
        except OSError:
            continue
        version = line.removeprefix(_LINE).strip()
        if version and (name == "+VERSION" or line.startswith(_LINE)):
            return version
    return None
