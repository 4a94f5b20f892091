"""Papers as plain text and as PDF."""

from __future__ import annotations

import contextlib

import pytest

from lms.base.errors import AppError, Invalid
from question_bank.formats.detect import read_any
from question_bank.formats.plain_paper import is_paper
from question_bank.items.domain import ChoiceKey, NumberKey, TruthKey

PAPER = """TRƯỜNG THPT NGUYỄN TRÃI
PHẦN I. Câu trắc nghiệm nhiều phương án lựa chọn
Câu 1. Giá trị của $x^{2}$ khi x = 2 là
A. 2\tB. 4\tC. 6\tD. 8
Câu 2: Thủ đô của Việt Nam?
A. Huế
*B. Hà Nội
C. Đà Nẵng
D. Vinh
PHẦN II. Câu trắc nghiệm đúng sai
Câu 1. Xét:
a) Một. (Đ)
b) Hai. (S)
c) Ba. (Đ)
d) Bốn. (S)
PHẦN III. Câu trắc nghiệm trả lời ngắn
Câu 1. Tính.
Đáp án: 2,5
HẾT
ĐÁP ÁN
PHẦN I
1B 2B
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_paper_as_text(encoding: str) -> None:
    reading = read_any(PAPER.replace("\n", "\r\n").encode(encoding), "de.txt")
    assert reading.format == "text"
    first, second, cluster, short = reading.drafts
    assert first.key == second.key == ChoiceKey({"b": 1})
    assert '<span class="tex">x^{2}</span>' in first.body.prompt
    assert cluster.key == TruthKey({"a": True, "b": False, "c": True, "d": False})
    assert isinstance(short.key, NumberKey)
    assert not any(draft.problems for draft in reading.drafts)


def test_gift_and_aiken_stay_what_they_are() -> None:
    assert not is_paper("::Câu 1:: Hỏi? {=a ~b}\n\nCâu 2. Hỏi? {T}")
    assert not is_paper("Câu 1. 2 + 2 = {=4 ~5}\nA. b")
    assert not is_paper("What is 2+2?\n{#4}")
    assert read_any(b"Hoi?\nA. a\nB. b\nANSWER: B\n", "x.txt").format == "aiken"
    assert read_any("Hỏi? {=a ~b}".encode(), "x.txt").format == "gift"


def pdf(*lines: str, pages: int = 1) -> bytes:
    """Return a PDF with lines of plain letters."""
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R>>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(pages))
    objects.append(f"<</Type/Pages/Kids[{kids}]/Count {pages}>>".encode())
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    for n in range(pages):
        shown = "".join(f"({line.replace('(', '').replace(')', '')}) Tj 0 -20 Td " for line in lines) if n == 0 else ""
        content = f"BT /F1 12 Tf 50 780 Td {shown}ET".encode()
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>"
            % (5 + 2 * n)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    out, places = b"%PDF-1.4\n", []
    for place, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (place, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)


def test_a_pdf_with_text_is_read_and_flagged() -> None:
    lines = ["Question 1. What is the capital of Vietnam?", "A. Hue", "B. Hanoi", "C. Vinh", "D. Dalat", "Answer: B"]
    reading = read_any(pdf(*lines), "de.pdf")
    (draft,) = reading.drafts
    assert reading.format == "pdf"
    assert draft.key == ChoiceKey({"b": 1})
    assert [problem.code for problem in draft.problems] == ["from_pdf"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pdf(pages=3), "bản quét"),
        (b"%PDF-1.4 broken", "Không đọc được tệp PDF"),
        (pdf("There is no question on this page at all"), "Không thấy câu hỏi nào"),
    ],
)
def test_pdfs_that_cannot_be_read_are_answered(data: bytes, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_any(data, "x.pdf")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["Câu 1. " * 20_000, "A. " * 50_000, "Câu 1.\nA.\nB.\n" * 3000, "{" * 100_000, "Câu 1\n" + "$" * 99_999],
)
def test_hostile_text_ends(text: str) -> None:
    with contextlib.suppress(AppError):
        assert read_any(text.encode(), "x.txt").found
