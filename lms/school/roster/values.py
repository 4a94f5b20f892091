"""Names, days and numbers as people type them into lists."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

from lms.base.sheets.tables import one_line
from lms.base.sheets.xlsx import Value
from lms.base.text import exact_key, fold, nfc

_DAY_FIRST = re.compile(r"(\d{1,2})[/.\- ]+(\d{1,2})[/.\- ]+(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})(?:[T ].*)?")


def read_day(value: Value) -> date | None:
    """Return a day from a date cell or from `12/3/2013`, `12-03-2013`, `2013-03-12`; day before month.

    Two-digit years are of this century, since pupils are.
    """
    if isinstance(value, date):
        return value
    text = one_line(value).strip("' ")
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = int(found[1]), int(found[2]), int(found[3])
        return _day(year + 2000 if year < 100 else year, month, day)
    if found := _YEAR_FIRST.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_name(text: str) -> str:
    """Return a name in NFC with single spaces, without marks that cannot be seen."""
    visible = "".join(letter for letter in nfc(text) if unicodedata.category(letter) != "Cf")
    return " ".join(visible.split())


def name_key(name: str) -> str:
    """Return a key under which spellings of one name are equal: case, form of letters, place of the tone."""
    return " ".join(exact_key(read_name(name)).split())


def read_code(value: Value) -> str:
    """Return a code as text; a number keeps its digits, an apostrophe before it goes."""
    text = read_name(one_line(value)).strip("'’ ")
    return text[:-2] if re.fullmatch(r"\d+\.0", text) else text


def read_ministry_id(value: Value) -> str:
    """Return the Ministry's ten-digit ID; a cell that became a number gets its leading zeros back."""
    code = read_code(value)
    return code.zfill(10) if isinstance(value, Decimal) and code.isdecimal() else code


def read_gender(text: str) -> str | None:
    """Return `male` or `female`, or None where it is neither word."""
    return {"nam": "male", "nu": "female", "x": "female", "m": "male", "f": "female"}.get(fold(text).strip())
