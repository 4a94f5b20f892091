"""Files that are broken, locked, of another kind, or made to do harm: each is answered with a sentence."""

from __future__ import annotations

import io
import zipfile

import pytest

from bench.papers.wordml import NAMESPACES, docx, formula, math, paragraph, picture, run, table
from lms.base.errors import AppError, Invalid, TooLarge
from question_bank.formats.detect import read_any
from question_bank.formats.docx import package

GOOD = docx(paragraph("Câu 1. Hỏi?"), paragraph(run("A.", "u"), run(" a")), paragraph("B. b"))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def document(xml: str) -> bytes:
    return docx(parts={"word/document.xml": xml})


def answered(data: bytes) -> str:
    """Return what the reader answers: the format it read, or its sentence."""
    try:
        return read_any(data, "x.docx").format
    except AppError as error:
        return str(error)


def bomb(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("word/document.xml", b" " * size)
    return out.getvalue()


LAUGHS = (
    '<!DOCTYPE w:document [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f"<w:document {NAMESPACES}><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>"
)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "trống"),
        (OLE + bytes(600), ".docx"),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
        (GOOD[: len(GOOD) // 2], "hỏng"),
        (GOOD[:-30], "hỏng"),
        (b"PK\x03\x04" + bytes(100), "hỏng"),
        (b"{\\rtf1 hello}", "RTF"),
        (b"%PDF-1.7", "PDF"),
        (docx(parts={"word/document.xml": "<w:document"}), "hỏng"),
        (docx(parts={"word/document.xml": "<html/>"}), "hỏng"),
        (document(LAUGHS), "DOCTYPE"),
        (document('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'), "DOCTYPE"),
        (docx(paragraph("Chỉ có chữ, không có câu nào.")), "Không thấy câu hỏi"),
        (docx(), "Không thấy câu hỏi"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value,
)
def test_refused_with_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_any(data, "de.docx")
    assert words in str(caught.value)


def test_other_office_files_are_named() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(Invalid):
        read_any(out.getvalue(), "bang.docx")


def test_bombs_and_giants_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TooLarge):
        read_any(bomb(90_000_000), "bom.docx")
    monkeypatch.setattr(package, "PART_LIMIT", 1000)
    with pytest.raises(TooLarge):
        read_any(docx(*[paragraph("Câu 1. Hỏi?")] * 50), "dai.docx")
    with pytest.raises(TooLarge):
        read_any(b"PK\x03\x04" + bytes(package.FILE_LIMIT), "lon.docx")


def test_a_wrong_extension_does_not_matter() -> None:
    assert read_any(GOOD, "de.txt").format == "docx"
    assert read_any(b"x{=a ~b}", "de.xml").format == "gift"
    assert read_any(b"Q?\nA) a\nB) b\nANSWER: B\n", "x.txt").format == "aiken"
    assert read_any("<quiz/>".encode("utf-16"), "x.gift").format == "moodle_xml"


def test_xml_of_other_programs_is_no_question() -> None:
    with pytest.raises(Invalid) as caught:
        read_any(b'<assessmentResult xmlns="http://www.imsglobal.org/xsd/imsqti_result_v2p2"/>', "ket-qua.xml")
    assert "Moodle XML" in str(caught.value)


def test_a_broken_package_is_not_called_a_word_file() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("imsmanifest.xml", "<manifest/>")
    for data, words in ((out.getvalue()[:40], "Tệp nén bị hỏng"), (out.getvalue(), "QTI")):
        with pytest.raises(Invalid) as caught:
            read_any(data, "goi.zip")
        assert words in str(caught.value)


def test_names_that_lead_outside_are_only_names() -> None:
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="x/image" Target="../../../../etc/passwd"/>'
        '<Relationship Id="rId2" Type="x/image" Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
    )
    data = docx(
        paragraph("Câu 1. Hỏi?", picture("rId1"), picture("rId2")), paragraph("A. a\tB. b"),
        parts={"word/_rels/document.xml.rels": relations, "../../evil.txt": "x"},
    )  # fmt: skip
    reading = read_any(data, "de.docx")
    assert not reading.assets
    assert "docx_missing" in [problem.code for problem in reading.drafts[0].problems]


def test_deep_nesting_and_long_lines_end() -> None:
    deep = math("x")
    for _ in range(80):
        deep = f"<m:rad><m:e>{deep}</m:e></m:rad>"
    assert read_any(docx(paragraph("Câu 1. ", formula(deep))), "x.docx").found == 1
    inner = paragraph("Câu 1. Hỏi?")
    for _ in range(10):
        inner = table([[inner]])
    assert read_any(docx(inner), "x.docx").found == 1
    for _ in range(60):
        inner = table([[inner]])
    with pytest.raises(Invalid):
        read_any(docx(inner), "x.docx")


@pytest.mark.parametrize(
    "piece", ["A. ", "(", "\t", "Câu 1 ", "$", "[<", "1A ", "a) Đ ", "Đáp án ", " [NB]", "  ", "*A", "\\("]
)
def test_long_lines_end(piece: str) -> None:
    line = piece * (100_000 // len(piece))
    body = (
        paragraph("Câu 1. Hỏi?"),
        paragraph(line),
        paragraph("A. a\tB. b"),
        paragraph("ĐÁP ÁN CHI TIẾT"),
        paragraph(line),
    )
    assert read_any(docx(*body), "x.docx").found >= 1


def test_any_cut_of_a_file_is_a_reading_or_a_sentence() -> None:
    for end in range(0, len(GOOD), 97):
        assert answered(GOOD[:end])
    for place in range(0, len(GOOD), 61):
        data = GOOD[:place] + bytes([GOOD[place] ^ 0xFF]) + GOOD[place + 1 :]
        assert answered(data)
