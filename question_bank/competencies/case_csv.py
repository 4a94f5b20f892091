"""Frameworks as a plain table: one line an item, each naming the one above it.

Columns are found by their names, ours or those of OpenSALT's sheets; the order is free and unknown columns are left.
A child names its parent by code or identifier; where neither is given, a dotted code stands under the code it extends.
"""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Mapping

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from lms.base.text import fold, nfc
from question_bank.competencies.case_json import LARGEST, LONGEST
from question_bank.competencies.domain import CHILD_OF, Association, Framework, Item, check, grade_of, walk

COLUMNS = ("code", "parent", "kind", "grades", "statement", "notes", "identifier")
_NAMES: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "ma", "humancodingscheme"),
    "parent": ("parent", "macha", "thuocma", "ischildof"),
    "kind": ("kind", "loai", "cfitemtype"),
    "grades": ("grades", "lop", "khoilop", "educationlevel"),
    "statement": ("statement", "noidung", "yeucaucandat", "fullstatement"),
    "notes": ("notes", "ghichu"),
    "identifier": ("identifier",),
    "order": ("sequencenumber",),
}
_TROUBLE = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so would be a formula to a spreadsheet


def read_csv(data: bytes, *, title: str, subject: str = "") -> Framework:
    """Read a table; the framework's own name is not in it and comes from the form.

    Raises:
        Invalid: with a sentence about the file or the line.
    """
    rows = _rows(data)
    columns = _columns(rows[0])
    if "statement" not in columns:
        raise Invalid.at("file", N_("Dòng đầu phải có cột “statement” (nội dung) và nên có “code”, “parent”."))
    space = uuid.uuid5(uuid.NAMESPACE_OID, f"{subject}\n{title}")
    items: list[Item] = []
    parents: list[str] = []
    orders: list[str] = []
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in columns.items()}
        if not any(cells.values()):
            continue
        code = cells.get("code", "")[:120]
        written = cells.get("grades", "")
        items.append(
            Item(
                identifier=cells.get("identifier", "")[:100] or str(uuid.uuid5(space, code or f"line {number}")),
                statement=_unguarded(cells["statement"])[:LONGEST],
                code=code,
                kind=cells.get("kind", "")[:60],
                grades=tuple(grade_of(grade) for grade in re.split(r"[,;]", written) if grade.strip()),
                notes=_unguarded(cells.get("notes", ""))[:LONGEST],
            )
        )
        parents.append(cells.get("parent", ""))
        orders.append(cells.get("order", ""))
    root = str(uuid.uuid5(space, ""))
    return check(
        Framework(
            identifier=root,
            title=nfc(title).strip(),
            subject=subject,
            items=tuple(items),
            associations=tuple(_links(items, parents, orders, root, space)),
        )
    )


def _rows(data: bytes) -> list[list[str]]:
    if len(data) > LARGEST:
        raise Invalid.at("file", N_("Tệp lớn hơn %(most)d MB."), most=LARGEST // (1024 * 1024))
    if not data.strip():
        raise Invalid.at("file", N_("Tệp rỗng."))
    if b"\0" in data:
        raise Invalid.at("file", N_("Đây không phải tệp CSV. Hãy lưu lại từ bảng tính dưới dạng CSV UTF-8."))
    try:
        text = nfc(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Invalid.at("file", N_("Tệp không viết bằng UTF-8 nên không đọc được.")) from None
    head = text.split("\n", 1)[0]
    separator = max(",;\t", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error:
        raise Invalid.at("file", N_("Đây không phải tệp CSV. Hãy lưu lại từ bảng tính dưới dạng CSV UTF-8.")) from None
    return rows or [[]]


def _columns(head: list[str]) -> dict[str, int]:
    keys = [re.sub(r"[^a-z]", "", fold(cell)) for cell in head]
    return {
        name: next(keys.index(alias) for alias in aliases if alias in keys)
        for name, aliases in _NAMES.items()
        if any(alias in keys for alias in aliases)
    }


def _links(items: list[Item], parents: list[str], orders: list[str], root: str, space: uuid.UUID) -> list[Association]:
    by_name: dict[str, str] = {}
    for item in items:
        by_name.setdefault(item.identifier, item.identifier)
        if item.code:
            by_name.setdefault(item.code, item.identifier)
    links = []
    for number, (item, parent, order) in enumerate(zip(items, parents, orders, strict=True), start=1):
        above = by_name.get(parent, "") if parent else _above(item.code, by_name)
        links.append(
            Association(
                identifier=str(uuid.uuid5(space, f"{item.identifier} in")),
                origin=item.identifier,
                kind=CHILD_OF,
                destination=above if above and above != item.identifier else root,
                position=int(order) if re.fullmatch(r"\d{1,6}", order) else number,
            )
        )
    return links


def _above(code: str, by_name: Mapping[str, str]) -> str:
    while "." in code:
        code = code.rpartition(".")[0]
        if code in by_name:
            return by_name[code]
    return ""


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_TROUBLE) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_TROUBLE) else cell


def write_csv(framework: Framework) -> bytes:
    """Write the tree as a table in UTF-8 with a byte-order mark, so that spreadsheets show Vietnamese at once."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    names = {item.identifier: item.code or item.identifier for item in framework.items}
    for node in walk(framework):
        item = node.item
        cells = (
            item.code,
            names.get(node.parent or "", ""),
            item.kind,
            ";".join(item.grades),
            item.statement,
            item.notes,
        )
        writer.writerow([*map(_guarded, cells), item.identifier])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
