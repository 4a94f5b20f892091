"""Find the heading rows of a table by their words, wherever the junk above them ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lms.base.sheets.tables import Table
from lms.base.text import fold

SEARCHED_ROWS = 40
DEEPEST = 3

Classify: TypeAlias = Callable[[tuple[str, ...]], str | None]


@dataclass(frozen=True, slots=True)
class Headings:
    """The heading rows and what each column is: column → role."""

    top: int
    bottom: int
    roles: Mapping[int, str]

    def columns(self, role: str) -> tuple[int, ...]:
        """Return the columns of a role, from the left."""
        return tuple(sorted(column for column, name in self.roles.items() if name == role))

    def column(self, role: str) -> int | None:
        """Return the first column of a role."""
        return next(iter(self.columns(role)), None)


def heading_key(text: str) -> str:
    r"""Return a heading as bare words: without accents, case, signs and line ends.

    >>> heading_key("Mã định danh\\nBộ GD&ĐT"), heading_key("ĐĐGtx")
    ('ma dinh danh bo gd dt', 'ddgtx')
    """
    return " ".join(re.sub(r"[^a-z0-9]+", " ", fold(text)).split())


def path_of(table: Table, top: int, bottom: int, column: int) -> tuple[str, ...]:
    """Return a column's headings from the top one down, each merged area once."""
    keys: list[str] = []
    seen: set[tuple[int, int]] = set()
    for row in range(top, bottom + 1):
        place = table.anchor(row, column)
        key = heading_key(table.words(row, column))
        if key and place not in seen:
            keys.append(key)
        seen.add(place)
    return tuple(keys)


def find_headings(table: Table, classify: Classify, anchor: str) -> Headings | None:
    """Return the block of one to three rows that names the most columns, among them the *anchor* role.

    *classify* gets a column's headings from top to bottom as bare words and says its role, or None.
    """
    best: tuple[int, int, int] | None = None
    found: Headings | None = None
    width = min(table.last_column, 300)
    for row in range(1, min(table.last_row, SEARCHED_ROWS) + 1):
        named = [
            column
            for column in range(1, width + 1)
            if table.anchor(row, column)[0] == row and classify((heading_key(table.words(row, column)),)) == anchor
        ]
        if not named:
            continue
        for top in range(max(1, row - DEEPEST + 1), row + 1):
            for bottom in range(row, min(table.last_row, top + DEEPEST - 1) + 1):
                if any(not _continues(table, row, below, named[0]) for below in range(row + 1, bottom + 1)):
                    break
                roles = {
                    column: role
                    for column in range(1, width + 1)
                    if (role := classify(path_of(table, top, bottom, column))) is not None
                }
                score = (len(roles), -(bottom - top), -top)
                if anchor in roles.values() and (best is None or score > best):
                    best, found = score, Headings(top, bottom, roles)
    return found


def _continues(table: Table, row: int, below: int, column: int) -> bool:
    """Say whether the anchor's heading still stands in a row below: merged with it, or empty under it."""
    return table.anchor(below, column) == table.anchor(row, column) or not table.words(below, column)
