"""The DuckDB file: opened, brought up to date, and its errors said in the words of the protocol."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from store.base import StoreRefused, StoreUnavailable

MIGRATIONS = (
    """
    CREATE TABLE series (id INTEGER, device VARCHAR, channel VARCHAR, quantity VARCHAR);
    CREATE TABLE place (id INTEGER, building VARCHAR, zone VARCHAR);
    CREATE TABLE reading (series INTEGER, place INTEGER, time BIGINT, value DOUBLE);
    CREATE TABLE latest (series INTEGER, place INTEGER, time BIGINT, value DOUBLE);
    CREATE TABLE touched (series INTEGER, from_ms BIGINT, arrived_ms BIGINT);
    CREATE TABLE flow (id INTEGER, meter VARCHAR, tenant VARCHAR, every VARCHAR);
    CREATE TABLE kind (id INTEGER, building VARCHAR, carrier VARCHAR, role VARCHAR);
    CREATE TABLE consumption (flow INTEGER, kind INTEGER, time BIGINT, amount BIGINT, estimated DOUBLE);
    """,
    "".join(
        f"""
        CREATE TABLE consumption_{every}
            (flow INTEGER, kind INTEGER, time BIGINT, amount BIGINT, estimated DOUBLE, settled_ms BIGINT);
        INSERT INTO consumption_{every}
            SELECT c.*, 0 FROM consumption c JOIN flow f ON f.id = c.flow WHERE f.every = '{every}';"""
        for every in ("15m", "30m", "1h", "1d", "1mo", "1y")
    )
    + "DROP TABLE consumption;",
)
"""Schema versions, oldest first; a file is brought up to date when opened. Append, never edit."""

_MAY_PASS = (duckdb.OperationalError, duckdb.InternalError, duckdb.FatalException)
_MEND = "restore a backup, or move the file away to begin anew"


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn DuckDB's errors into StoreUnavailable (disk full, out of memory, damage) or StoreRefused (anything else)."""
    try:
        yield
    except _MAY_PASS as error:
        raise StoreUnavailable(
            f"store {path}: {_first_line(error)}; check the disk, its space and permissions"
        ) from error
    except (duckdb.Error, OverflowError) as error:
        if gives_up(error):
            raise StoreUnavailable(f"store {path}: it cannot be read ({_first_line(error)}); {_MEND}") from error
        raise StoreRefused(f"store {path}: {_first_line(error)}") from error


def gives_up(error: BaseException | None) -> bool:
    """Whether the database answers nothing more until it is opened again. Damage has no class of its own in DuckDB."""
    return isinstance(error, duckdb.FatalException) or type(error) is duckdb.Error


def connect(path: Path, memory_limit: str) -> duckdb.DuckDBPyConnection:
    """Open the file, created if it is absent, at the newest schema. Raises StoreUnavailable, also for damage.

    A file that makes no sense refuses no reading: they wait until somebody has mended it.
    """
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "threads": 2,  # of DuckDB's own: a long read takes one, never the core that ingests
        "enable_external_access": False,
        "autoinstall_known_extensions": False,
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        database = duckdb.connect(path, config=settings)
    except OSError as error:
        raise StoreUnavailable(
            f"store {path}: {error.strerror}; check [store] url and the folder's permissions"
        ) from error
    except duckdb.Error as error:
        raise _unopened(path, error) from error
    try:
        with plain_errors(path):
            _migrate(path, database)
    except StoreUnavailable:
        database.close()
        raise
    except StoreRefused as error:
        database.close()
        raise StoreUnavailable(f"{error}; {_MEND}") from error
    return database


def _unopened(path: Path, error: duckdb.Error) -> StoreUnavailable:
    said = _first_line(error)
    if "lock on file" in said:
        return StoreUnavailable(
            f"store {path}: another process has it open ({said}); stop that microville, or ask it over HTTP"
        )
    if isinstance(error, duckdb.IOException) and "Cannot open file" in said:
        return StoreUnavailable(f"store {path}: {said}; check [store] url and the folder's permissions")
    return StoreUnavailable(f"store {path}: it cannot be read ({said}); {_MEND}")


def _migrate(path: Path, database: duckdb.DuckDBPyConnection) -> None:
    database.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER)")
    (version,) = database.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchall()[0]
    if version > len(MIGRATIONS):
        raise StoreUnavailable(
            f"store {path}: a newer microville wrote it (schema {version}); run that one, or a newer one"
        )
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        database.execute(f"BEGIN; {script}; INSERT INTO schema_version VALUES ({number}); COMMIT")


def _first_line(error: duckdb.Error | OverflowError) -> str:
    return str(error).partition("\n")[0]
