"""Files that are not what they say, or were made to hurt: a sentence for each, nothing read, nothing unpacked."""

import contextlib
import io
import random
import struct
import zipfile

import pytest
import xlsxwriter

from lms.base.errors import AppError, Invalid, TooLarge
from lms.base.sheets import container
from lms.base.sheets.tables import read_tables

SHEET = "xl/worksheets/sheet1.xml"


def small() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet().write_row(0, 0, ["STT", "Họ và tên", 8.5])
    book.close()
    return out.getvalue()


def changed(part: str, content: bytes, data: bytes | None = None) -> bytes:
    source = zipfile.ZipFile(io.BytesIO(data or small()))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name in source.namelist():
            package.writestr(name, content if name == part else source.read(name))
    return out.getvalue()


def sheet_with(head: bytes, row: bytes) -> bytes:
    return changed(
        SHEET, b'<?xml version="1.0"?>' + head + b"<worksheet><sheetData>" + row + b"</sheetData></worksheet>"
    )


def ole(*names: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + b"".join(name.encode("utf-16-le") for name in names)


ENTITY = b'<!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = b'<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'

HOSTILE = {
    "empty": b"",
    "blank": b"\0" * 600,
    "spaces": b"  \r\n ",
    "truncated": small()[:-600],
    "head only": small()[:90],
    "damaged inside": small()[:700] + b"\xff" * 200 + small()[900:],
    "encrypted": ole("EncryptedPackage", "EncryptionInfo"),
    "an .xls that is none": ole("Workbook"),
    "a web page": "<html><body><table><tr><td>Họ và tên</td></tr></table></body></html>".encode(),
    "a page with a declaration": b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>',
    "a PDF": b"%PDF-1.7\n1 0 obj",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "noise": bytes(range(256)) * 8,
    "external entity": sheet_with(ENTITY, b'<row r="1"><c r="A1" t="str"><v>&e;</v></c></row>'),
    "billion laughs": sheet_with(LAUGHS, b'<row r="1"><c r="A1" t="str"><v>&b;</v></c></row>'),
    "utf-16 markup": changed(SHEET, "<worksheet/>".encode("utf-16")),
    "not well-formed": sheet_with(b"", b"<row><c>"),
    "cell nowhere": sheet_with(b"", b'<row r="1"><c r="1A"><v>1</v></c></row>'),
    "document, not a workbook": changed("xl/workbook.xml", b"<document/>"),
}


@pytest.mark.parametrize("name", sorted(set(HOSTILE) - {"document, not a workbook"}))
def test_is_refused_with_a_vietnamese_sentence(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_tables(HOSTILE[name], "danh sach.xlsx")
    (sentence,) = [str(message) for message in caught.value.fields["file"]]
    assert any(letter in sentence for letter in "ệảầọấượ")
    assert sentence.endswith(".")


def test_a_workbook_without_sheets_has_no_tables() -> None:
    assert read_tables(HOSTILE["document, not a workbook"]) == []


def test_a_zip_of_something_else_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("word/document.xml", "<document/>")
    with pytest.raises(Invalid, match=r"\.xlsx"):
        read_tables(out.getvalue())


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = changed(SHEET, b"<worksheet>" + b" " * (60 << 20) + b"</worksheet>")
    assert len(bomb) < 200_000
    with pytest.raises(TooLarge):
        read_tables(bomb)
    monkeypatch.setattr(container, "PARTS_AT_MOST", 3)
    with pytest.raises(TooLarge):
        read_tables(small())


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (SHEET, b"<worksheet><sheetData>" + b"<row/>" * 400_000 + b"</sheetData></worksheet>"),
        (SHEET, b'<worksheet><sheetData><row r="1">' + b"<c/>" * 400_000 + b"</row></sheetData></worksheet>"),
        (SHEET, b"<worksheet>" + b"<a>" * 1000 + b"</a>" * 1000 + b"</worksheet>"),
        ("xl/sharedStrings.xml", b"<sst>" + b"<si/>" * 400_000 + b"</sst>"),
    ],
    ids=["rows", "cells", "depth", "strings"],
)
def test_what_would_grow_in_memory_is_refused_on_the_way(part: str, content: bytes) -> None:
    with pytest.raises(AppError) as caught:
        read_tables(changed(part, content))
    assert caught.value.status in (413, 422)


def test_merged_areas_and_sheets_without_end_are_cut_off() -> None:
    merges = b"<mergeCells>" + b'<mergeCell ref="A1:XFD1048576"/>' * 30_000 + b"</mergeCells>"
    (table,) = read_tables(changed(SHEET, b"<worksheet><sheetData/>" + merges + b"</worksheet>"))
    assert table.anchor(5, 5) == (5, 5)
    workbook = zipfile.ZipFile(io.BytesIO(small())).read("xl/workbook.xml")
    sheet = workbook[workbook.index(b"<sheet ") : workbook.index(b"</sheets>")]
    assert len(read_tables(changed("xl/workbook.xml", workbook.replace(sheet, sheet * 500)))) == 100


def test_a_lie_about_the_size_reads_no_further_than_it_says() -> None:
    """The directory says ten bytes, the stream holds megabytes."""
    data = changed(SHEET, b"<worksheet>" + b" " * (1 << 20) + b"</worksheet>")
    at = data.rindex(SHEET.encode()) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    lying = data[: at + 24] + struct.pack("<I", 10) + data[at + 28 :]
    with pytest.raises(AppError):
        read_tables(lying)


def test_a_password_on_the_zip_is_named() -> None:
    data = small()
    at = data.rindex(SHEET.encode()) - 46
    locked = data[: at + 8] + struct.pack("<H", 1) + data[at + 10 :]
    with pytest.raises(Invalid, match="mật khẩu"):
        read_tables(locked)


@pytest.mark.parametrize("seed", range(40))
def test_no_damage_ends_in_anything_but_a_sentence(seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(small())
    for _ in range(rng.randint(1, 30)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    with contextlib.suppress(AppError):
        read_tables(bytes(data))
