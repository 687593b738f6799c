"""Where run records are kept: ``history.db`` beside the store's steps, one SQLite file.

A record is written in one transaction, so that it is there whole or not at all, whatever is killed meanwhile; SQLite's
own lock lets one run write after the other.  ``PRAGMA user_version`` says which version of the tables it is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shoptune.errors import StoreError
from shoptune.history.run_record import RunRecord, new_id

__all__ = ["VERSION", "add_run", "history_file", "read_runs"]

VERSION = 1
PATIENCE = 10.0
"""Seconds that another run's writing is waited for; it takes milliseconds."""

TABLES = """
CREATE TABLE runs (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, created TEXT NOT NULL, experiment TEXT NOT NULL,
  baseline TEXT NOT NULL, outcome TEXT NOT NULL, seed INTEGER NOT NULL, command TEXT NOT NULL, reports TEXT NOT NULL,
  currency TEXT, versions TEXT NOT NULL, plugins TEXT NOT NULL, fingerprints TEXT NOT NULL
);
CREATE TABLE tasks (
  run INTEGER NOT NULL REFERENCES runs, task TEXT NOT NULL, component TEXT NOT NULL, scored_on TEXT NOT NULL,
  examples INTEGER NOT NULL, groups INTEGER NOT NULL, prompts TEXT NOT NULL, samples TEXT NOT NULL,
  UNIQUE (run, task)
);
CREATE TABLE candidates (
  run INTEGER NOT NULL REFERENCES runs, candidate TEXT NOT NULL, kind TEXT NOT NULL, summary TEXT NOT NULL,
  UNIQUE (run, candidate)
);
CREATE TABLE metrics (
  run INTEGER NOT NULL REFERENCES runs, task TEXT NOT NULL, metric TEXT NOT NULL, component TEXT NOT NULL,
  higher_is_better INTEGER, format TEXT NOT NULL, additive INTEGER NOT NULL, options TEXT NOT NULL,
  UNIQUE (run, task, metric)
);
CREATE TABLE figures (
  run INTEGER NOT NULL REFERENCES runs, task TEXT NOT NULL, metric TEXT NOT NULL, candidate TEXT NOT NULL, value REAL,
  low REAL, high REAL, difference REAL, difference_low REAL, difference_high REAL, verdict TEXT, n INTEGER NOT NULL,
  invalid INTEGER NOT NULL,
  UNIQUE (run, task, metric, candidate)
);
CREATE TABLE gates (
  run INTEGER NOT NULL REFERENCES runs, task TEXT NOT NULL, metric TEXT NOT NULL, candidate TEXT NOT NULL,
  must TEXT NOT NULL, outcome TEXT NOT NULL, on_inconclusive TEXT NOT NULL, saw TEXT NOT NULL
);
CREATE INDEX gates_run ON gates (run);
CREATE TABLE costs (
  run INTEGER NOT NULL REFERENCES runs, candidate TEXT NOT NULL, task TEXT, phase TEXT NOT NULL, seconds REAL NOT NULL,
  tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, peak_memory_bytes INTEGER, peak_accelerator_bytes INTEGER,
  money REAL
);
CREATE INDEX costs_run ON costs (run);
"""
PARTS = ("tasks", "candidates", "metrics", "figures", "gates", "costs")
"""Tables with the fields of `RunRecord` of the same name, whose rows are named tuples of their dataclass's fields."""
AS_JSON = ("versions", "plugins", "fingerprints")

RECORDS: TypeAdapter[list[RunRecord]] = TypeAdapter(list[RunRecord])


def history_file(store: Path) -> Path:
    """Return where the history of a store is kept."""
    return store / "history.db"


def add_run(path: Path, record: RunRecord) -> RunRecord:
    """Add a run to the history, which is made where there is none; returns it with its number and id.

    Raises StoreError where that can't be done: the history is then as it was.
    """
    with _explaining(path), closing(_open(path, "rwc")) as connection, connection:
        connection.execute("BEGIN IMMEDIATE")
        if not _has_tables(connection, path):
            _make_tables(connection)
        record = replace(record, id=new_id())
        row = {field.name: getattr(record, field.name) for field in fields(record) if field.name not in PARTS}
        row |= {name: json.dumps(dict(row[name]), ensure_ascii=False) for name in AS_JSON}
        number = _insert(connection, "runs", [row])
        for name in PARTS:
            _insert(connection, name, [{"run": number, **asdict(part)} for part in getattr(record, name)])
    return replace(record, number=number)


def read_runs(path: Path, where: str = "true", *values: str | int) -> list[RunRecord]:
    """Return the runs of which the SQL condition `where` on the table ``runs`` holds, the oldest first.

    A history that isn't there yet has no runs.  Raises StoreError for one that can't be read.
    """
    if not path.exists():
        return []
    with _explaining(path), closing(_open(path, "rw")) as connection:
        connection.execute("BEGIN")  # one view of all tables, whatever a run adds meanwhile
        if not _has_tables(connection, path):
            return []
        runs = {row["number"]: dict(row) for row in _select(connection, "runs", where, "number", values)}
        for run in runs.values():
            run.update({name: json.loads(run[name]) for name in AS_JSON}, **{name: [] for name in PARTS})
        of_runs = f"run IN (SELECT number FROM runs WHERE {where})"  # noqa: S608 - a condition of our own
        for name in PARTS:
            for row in _select(connection, name, of_runs, "rowid", values):
                part = dict(row)
                runs[part.pop("run")][name].append(part)
        return RECORDS.validate_python(list(runs.values()))


def _open(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=PATIENCE, isolation_level=None
    )
    connection.row_factory = sqlite3.Row
    return connection


def _has_tables(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether this is a history already; raises StoreError where it is anything but one that this version reads."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise StoreError(
            f"the history {path} has version {version}, this version of shoptune reads {VERSION}; "
            "update shoptune, or name another folder with --store. Nothing in it was changed"
        )
    if tables and version < VERSION:
        raise StoreError(f"{path} is no history of shoptune's; move it away, and the next run begins a new one")
    return bool(tables)


def _make_tables(connection: sqlite3.Connection) -> None:
    for statement in TABLES.split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows that share their keys, which are the table's columns; returns the last one's number."""
    if not rows:
        return 0
    columns = list(rows[0])
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
    cursor = connection.cursor()
    for row in rows:
        cursor.execute(statement, [row[column] for column in columns])
    return cursor.lastrowid or 0


def _select(
    connection: sqlite3.Connection, table: str, where: str, order: str, values: Sequence[str | int]
) -> Iterator[sqlite3.Row]:
    statement = f"SELECT * FROM {table} WHERE {where} ORDER BY {order}"  # noqa: S608 - nothing in it is a user's
    yield from connection.execute(statement, values)


@contextmanager
def _explaining(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.OperationalError, OverflowError) as error:  # locked, read-only, full; a seed beyond 64 bits
        raise StoreError(f"the history {path} can't be used: {error}") from error
    except (sqlite3.Error, ValidationError, ValueError, KeyError) as error:
        said = str(error).splitlines()[0]
        raise StoreError(
            f"the history {path} is damaged ({said}); move it away, and the next run begins a new one"
        ) from error
