"""Opens the DuckLake: one DuckDB connection a process and lake, extensions out of the installed wheels.

Locations: a folder (SQLite catalogue `catalog.sqlite` and data files `files/` inside it), or
`postgres:<libpq connection string>` with the shared folder for data files in JICENG_LAKE_FILES.
Assumes that nothing is ever fetched from a network: automatic installing of extensions is off.
"""

from __future__ import annotations

import importlib
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from warehouse.conninfo import split_password
from warehouse.errors import (
    CatalogueDamaged,
    CatalogueMissing,
    CatalogueUnreachable,
    ExtensionMissing,
    LakeError,
    LakeMoved,
    from_duckdb,
)

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_FOLDER = PROJECT / "data" / "warehouse"
POSTGRES_PREFIX = "postgres:"
SECRET = "jiceng_catalogue"
BUSY_MILLISECONDS = 10_000
"""How long SQLite waits for another process before it says that its database is locked."""
CONFIG = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": os.environ.get("JICENG_MEMORY", "2GB"),
}
THREADS = "JICENG_THREADS"
"""How many threads DuckDB may use, for a process that shares the machine's cores; default: one a core."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a lake lies: its catalogue, its data files, and the folder for what belongs to it."""

    catalogue: str
    files: Path
    home: Path
    password: str | None = field(default=None, repr=False)

    @property
    def is_postgres(self) -> bool:
        """Whether the catalogue is a PostgreSQL database."""
        return self.catalogue.startswith(POSTGRES_PREFIX)

    @property
    def catalogue_file(self) -> Path:
        """The SQLite catalogue's path."""
        return Path(self.catalogue)

    def exists(self) -> bool:
        """Whether a catalogue is there (always assumed for PostgreSQL)."""
        return self.is_postgres or self.catalogue_file.is_file()

    def named(self) -> str:
        """The location for a reader: never with a password."""
        return "the PostgreSQL catalogue" if self.is_postgres else str(self.catalogue_file)


def resolve(location: str | Path | Location | None = None) -> Location:
    """The location meant by an argument, else by JICENG_LAKE, else the default folder.

    Raises:
        CatalogueUnreachable: what stands after `postgres:` is no connection string.
    """
    if isinstance(location, Location):
        return location
    given = str(location) if location is not None else os.environ.get("JICENG_LAKE", "") or str(DEFAULT_FOLDER)
    if given.startswith(POSTGRES_PREFIX):
        home = Path(os.environ.get("JICENG_LAKE_FILES", str(DEFAULT_FOLDER))).expanduser().resolve()
        try:
            catalogue, password = split_password(given.removeprefix(POSTGRES_PREFIX))
        except ValueError as error:
            raise CatalogueUnreachable(error) from None
        return Location(POSTGRES_PREFIX + catalogue, home / "files", home, password)
    home = Path(given).expanduser().resolve()
    return Location(str(home / "catalog.sqlite"), home / "files", home)


def extension_path(name: str) -> Path:
    """The file of a DuckDB extension inside its installed wheel.

    Raises:
        ExtensionMissing: the wheel is not installed, or is of another DuckDB version.
    """
    try:
        package = importlib.import_module(f"duckdb_extension_{name}")
    except ImportError as error:
        raise ExtensionMissing(f"duckdb-extension-{name.replace('_', '-')}") from error
    folder = Path(str(package.__file__)).parent / "extensions" / f"v{duckdb.__version__}"
    path = folder / f"{name}.duckdb_extension"
    if not path.is_file():
        raise ExtensionMissing(f"duckdb-extension-{name.replace('_', '-')} for DuckDB {duckdb.__version__}")
    return path


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _attach_statement(location: Location, create: bool) -> str:
    if location.is_postgres:
        source = "ducklake:postgres:" + location.catalogue.removeprefix(POSTGRES_PREFIX)
        extra = f", META_SECRET {SECRET}" if location.password else ""
    else:
        source = "ducklake:sqlite:" + location.catalogue
        extra = f", META_JOURNAL_MODE 'WAL', META_BUSY_TIMEOUT {BUSY_MILLISECONDS}"
    files = _quote(str(location.files) + "/")
    made = str(create).lower()
    return (
        f"ATTACH {_quote(source)} AS lake "
        f"(DATA_PATH {files}, OVERRIDE_DATA_PATH true, CREATE_IF_NOT_EXISTS {made}{extra})"
    )


def _remember_password(connection: duckdb.DuckDBPyConnection, password: str) -> None:
    """Give the password to DuckDB's secrets, kept in memory only. No error and no log repeats it from there."""
    connection.execute(f"CREATE OR REPLACE TEMPORARY SECRET {SECRET} (TYPE postgres, PASSWORD {_quote(password)})")


def connect(location: Location, *, create: bool = False) -> duckdb.DuckDBPyConnection:
    """A new DuckDB with the lake attached as `lake`. Without `create`, a database that holds no lake stays as it is.

    Raises:
        ExtensionMissing, CatalogueMissing, CatalogueDamaged, CatalogueUnreachable, DiskFull, Busy: see
        `warehouse.errors`.
    """
    threads = os.environ.get(THREADS, "")
    config: dict[str, str | bool | int | float | list[str]] = dict(CONFIG)
    if threads.isdecimal() and int(threads):
        config["threads"] = threads
    connection = duckdb.connect(":memory:", config=config)
    try:
        scanner = "postgres_scanner" if location.is_postgres else "sqlite_scanner"
        for name in ("ducklake", scanner):
            connection.execute(f"LOAD {_quote(str(extension_path(name)))}")
        if create or location.home.is_dir():  # looking for a lake leaves no folder behind
            location.files.mkdir(parents=True, exist_ok=True)
        connection.execute(f"SET GLOBAL temp_directory = {_quote(str(location.home / 'scratch'))}")
        if location.password:
            _remember_password(connection, location.password)
        connection.execute(_attach_statement(location, create))
    except (duckdb.Error, OSError, ExtensionMissing) as error:
        connection.close()
        raise _why_not(error, location) from error
    return connection


def _why_not(error: duckdb.Error | OSError | ExtensionMissing, location: Location) -> LakeError:
    """Why a lake could not be attached, with its place."""
    if isinstance(error, ExtensionMissing):
        return error
    known = from_duckdb(error, location.home)
    if isinstance(known, CatalogueMissing):
        return CatalogueMissing(location.named())
    if isinstance(known, CatalogueDamaged | LakeMoved):
        return CatalogueDamaged(f"{location.named()}: {known.detail.rsplit(': ')[-1]}")
    return known


_open: dict[tuple[str, int], duckdb.DuckDBPyConnection] = {}
_guard = threading.Lock()


def shared(location: Location, *, create: bool = False) -> duckdb.DuckDBPyConnection:
    """This process's one connection to the lake; take a `cursor()` of it, never query it."""
    key = (location.catalogue, os.getpid())
    with _guard:
        if key not in _open:
            _open[key] = connect(location, create=create)
        return _open[key]


def forget(location: Location) -> None:
    """Close this process's connection to the lake, for restoring and for tests."""
    with _guard:
        connection = _open.pop((location.catalogue, os.getpid()), None)
    if connection is not None:
        connection.close()
