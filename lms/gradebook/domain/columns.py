"""The columns of a semester's gradebook: regular, mid-term, final."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_


class Kind(StrEnum):
    """What a column assesses; the value is the short form used in keys."""

    REGULAR = "tx"  # ĐĐGtx
    MIDTERM = "gk"  # ĐĐGgk
    FINAL = "ck"  # ĐĐGck


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `number` counts the regular ones from 1 and is 0 for the other two."""

    kind: Kind
    number: int = 0

    @property
    def key(self) -> str:
        """A name for forms, links and exchange: `tx1`, `gk`, `ck`."""
        return f"{self.kind}{self.number or ''}"

    @property
    def heading(self) -> str:
        """The heading as the circular writes it: `ĐĐGtx 1`, `ĐĐGgk`, `ĐĐGck`."""
        return f"ĐĐG{self.kind}{f' {self.number}' if self.number else ''}"


MIDTERM = Column(Kind.MIDTERM)
FINAL = Column(Kind.FINAL)


def columns_of(regular: int) -> tuple[Column, ...]:
    """Return a semester's columns in the order of the gradebook.

    >>> [column.key for column in columns_of(2)]
    ['tx1', 'tx2', 'gk', 'ck']
    """
    return (*(Column(Kind.REGULAR, number) for number in range(1, regular + 1)), MIDTERM, FINAL)


def column_of(key: str) -> Column:
    """Return the column that a key names.

    Raises:
        Invalid: there is no such column in any gradebook.
    """
    kind, number = key[:2], key[2:]
    if kind == Kind.REGULAR and number in {"1", "2", "3", "4", "5"}:
        return Column(Kind.REGULAR, int(number))
    if kind in (Kind.MIDTERM, Kind.FINAL) and not number:
        return Column(Kind(kind))
    raise Invalid.at("column", N_("Sổ điểm không có cột này."))
