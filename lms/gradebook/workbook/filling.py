"""Write planned cells into the sheet's own bytes, so that every byte around them stays what it was."""

from __future__ import annotations

import re
from hashlib import sha256
from xml.sax.saxutils import escape

from lms.base.errors import Conflict
from lms.base.i18n_marks import N_
from lms.base.sheets.container import Package
from lms.base.sheets.xlsx import RowSpot, Sheet, SheetRef, Workbook
from lms.base.text import nfc
from lms.gradebook.workbook.layout import as_xlsx
from lms.gradebook.workbook.planning import CellPlan, Plan

_CALCULATION = re.compile(rb"<(?:\w+:)?calcPr\b[^>]*?(?=\s*/?>)")
_RECALCULATE = re.compile(rb'\sfullCalcOnLoad="[^"]*"')


def fill(data: bytes, plan: Plan) -> bytes:
    """Return the workbook with the planned cells written; every other part is copied as it is.

    Values go in as numbers or inline text, so that no text ever becomes a formula.

    Raises:
        Conflict: not the file that the plan was made for.
    """
    if sha256(data).hexdigest() != plan.digest:
        raise Conflict(N_("Đây không phải tệp vừa xem trước. Hãy tải tệp lên lại."))
    content, _ = as_xlsx(data)
    package = Package(content)
    workbook = Workbook(package)
    sheet = workbook.sheet(SheetRef(plan.sheet, plan.part, hidden=False))
    parts = {plan.part: _spliced(package.read(plan.part), sheet, plan.written)}
    if any(spot.formula for spot in sheet.cells.values()):
        parts[workbook.part] = _recalculating(package.read(workbook.part))
    return package.rewritten(parts)


def _spliced(part: bytes, sheet: Sheet, cells: tuple[CellPlan, ...]) -> bytes:
    pieces: list[tuple[int, int, int, bytes]] = []  # from, to, order, what stands there instead
    emptied: dict[int, list[CellPlan]] = {}
    for cell in sorted(cells, key=lambda one: (one.row, one.column)):
        spot, row = sheet.cells.get((cell.row, cell.column)), sheet.rows[cell.row]
        if spot is not None:
            pieces.append((spot.start, spot.end, cell.column, _markup(cell, row.prefix, spot.extra)))
        elif row.closed:
            emptied.setdefault(cell.row, []).append(cell)
        else:
            place = _place(part, sheet, row, cell)
            pieces.append((place, place, cell.column, _markup(cell, row.prefix)))
    for number, waiting in emptied.items():
        row = sheet.rows[number]
        tag = part[row.start : row.tag_end].removesuffix(b"/>").rstrip() + b">"
        inner = b"".join(_markup(cell, row.prefix) for cell in waiting)
        pieces.append((row.start, row.tag_end, 0, tag + inner + f"</{row.prefix}row>".encode()))
    out, last = bytearray(), 0
    for start, end, _, piece in sorted(pieces, key=lambda one: one[:3]):
        out += part[last:start]
        out += piece
        last = end
    return bytes(out + part[last:])


def _place(part: bytes, sheet: Sheet, row: RowSpot, cell: CellPlan) -> int:
    """Return where in the row a new cell belongs: before the next column's, or at the row's end."""
    later = [
        spot.start for (number, column), spot in sheet.cells.items() if number == cell.row and column > cell.column
    ]
    return min(later) if later else part.rindex(b"</", row.start, row.end)


def _markup(cell: CellPlan, prefix: str, extra: str = "") -> bytes:
    style = "" if cell.style is None else f' s="{cell.style}"'
    head = f'<{prefix}c r="{cell.ref}"{style}'
    if cell.as_text:
        text = escape(nfc(cell.after))
        space = ' xml:space="preserve"' if cell.after != cell.after.strip() or "\n" in cell.after else ""
        body = f'{head} t="inlineStr"{extra}><{prefix}is><{prefix}t{space}>{text}</{prefix}t></{prefix}is></{prefix}c>'
    else:
        body = f"{head}{extra}><{prefix}v>{cell.after}</{prefix}v></{prefix}c>"
    return body.encode("ascii", "xmlcharrefreplace")  # right whatever ASCII-like encoding the part is in


def _recalculating(part: bytes) -> bytes:
    """Ask the program that opens the file to compute its formulas anew; without the wish they would show old values."""
    return _CALCULATION.sub(lambda found: _RECALCULATE.sub(b"", found[0]) + b' fullCalcOnLoad="1"', part, count=1)
