"""Add many rows of one table by one statement, whatever database it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Insert, Table, TextClause, bindparam, insert, text
from sqlalchemy.orm import Session


def add_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows that all name the same columns; defaults that Python makes are not filled in.

    SQLite takes them one after the other without leaving the process. PostgreSQL would answer for each, and each value
    would be prepared in Python, so it gets one JSON document and reads it by the types of the table.
    """
    if not rows:
        return
    names = tuple(rows[0])
    if session.get_bind().dialect.name == "sqlite":
        session.execute(_one(table, names), rows)
    else:
        session.execute(_document(table, names), {"rows": msgspec.json.encode(rows, enc_hook=_exact).decode()})


@lru_cache(maxsize=64)
def _one(table: Table, names: tuple[str, ...]) -> Insert:
    return insert(table).values({name: bindparam(name) for name in names})


@lru_cache(maxsize=64)
def _document(table: Table, names: tuple[str, ...]) -> TextClause:
    columns = ", ".join(names)
    source = f"json_populate_recordset(CAST(NULL AS {table.name}), CAST(:rows AS json))"
    return text(f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {source}")  # noqa: S608 - names of our tables


def _exact(value: object) -> str:
    """As `lms.base.db.FractionText` stores it."""
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise NotImplementedError(type(value))
