"""Which time zone data Python really uses, and what the engine says of itself. Source: MON-8."""

from importlib import import_module
from pathlib import Path

import pytest

from activities.engine_version import engine_here, tzdata_version
from sla.release import VERSION


def _data(folder: Path, **files: str) -> str:
    (folder / "Europe").mkdir(parents=True)
    (folder / "Europe" / "Berlin").write_bytes(b"TZif2 of a test")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return str(folder)


def test_the_engine_names_its_release_and_its_time_zone_data() -> None:
    assert engine_here().version == VERSION
    assert engine_here().tzdata


@pytest.mark.parametrize(
    "files",
    [{"tzdata.zi": "# version 2031c\n# rest"}, {"+VERSION": "2031c\n"}, {"tzdata.zi": "R x 1", "+VERSION": "2031c"}],
)
def test_the_data_of_the_system_comes_first(tmp_path: Path, files: dict[str, str]) -> None:
    folder = _data(tmp_path / "zones", **files)
    assert tzdata_version((str(tmp_path / "nothing"), folder)) == "2031c"


def test_the_package_counts_only_where_the_system_has_no_zones(tmp_path: Path) -> None:
    assert tzdata_version((str(tmp_path),)) == import_module("tzdata").IANA_VERSION


def test_data_that_names_no_version_is_known_by_a_digest(tmp_path: Path) -> None:
    one = tzdata_version((_data(tmp_path / "one"),))
    assert one.startswith("unnamed-")
    assert tzdata_version((_data(tmp_path / "two"),)) == one
