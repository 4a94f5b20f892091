from __future__ import annotations

import io

import pypdfium2
import pytest
from PIL import Image

from lms.base.documents.model import (
    Cell,
    Document,
    Entry,
    Formula,
    Lines,
    Options,
    Paragraph,
    Picture,
    Section,
    Table,
    Text,
    cell,
    line,
)
from lms.base.documents.typst import pdf
from lms.base.documents.typst_maths import typst_maths
from tests.conftest import ROOT

LISTED = (ROOT / "bench/formulas.txt").read_text().splitlines()
FORMULAS = [row.split(" | ", 1)[1] for row in LISTED if " | " in row and not row.startswith("#")]


def pages(*sections: Section) -> list[str]:
    """The words of each page."""
    document = pypdfium2.PdfDocument(pdf(Document("Đề", sections, page_word="Trang")))
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def test_every_formula_of_the_bench_is_mathematics_to_typst() -> None:
    blocks = tuple(Paragraph((Formula(latex),)) for latex in FORMULAS)
    assert len(FORMULAS) == 60
    assert "".join(pages(Section(blocks))).count("$") == 0  # what could not be read would stand between dollars


@pytest.mark.parametrize(
    ("latex", "written"),
    [
        (r"\frac{1}{2}", 'frac("1", "2")'),
        (r"\sqrt[3]{x}", 'root("3", x)'),
        (r"x^2", 'attach(scripts(x), t: "2")'),
        (r"\overline{AB}", "overline(A B)"),
        (r"\text{khi }", '"khi "'),
    ],
)
def test_formulas_are_written_by_what_they_mean(latex: str, written: str) -> None:
    assert typst_maths(latex).replace("\u00a0", " ") == written


def test_no_word_of_a_text_means_anything_to_typst() -> None:
    hostile = 'a #import "x" $x$ *b* _c_ `d` <e> @f \\ // [g] "h" /* i */'
    assert hostile in pages(Section((line(hostile),)))[0]
    assert 'read("/etc/hostname")' in pages(Section((Paragraph((Text('#read("/etc/hostname")', bold=True),)),)))[0]


def test_a_formula_that_cannot_be_read_stands_as_its_source() -> None:
    assert r"$\frac{1$" in pages(Section((Paragraph((Formula(r"\frac{1"),)),)))[0]


def test_sections_count_their_own_pages() -> None:
    many = tuple(line(f"Dòng {n}") for n in range(80))
    found = pages(Section(many, foot="Mã đề 101"), Section((line("Ngang"),), foot="Mã đề 102", landscape=True))
    assert "Mã đề 101 · Trang 1/2" in found[0]
    assert "Mã đề 101 · Trang 2/2" in found[1]
    assert "Mã đề 102 · Trang 1/1" in found[2]


def test_options_tables_lines_and_pictures() -> None:
    out = io.BytesIO()
    Image.new("RGB", (80, 40), (10, 90, 40)).save(out, "BMP")
    blocks = (
        Options(tuple(Entry((Text(f"{letter}."),), (line(f"Đáp án {letter}"),)) for letter in "ABCD"), 4),
        Table(
            ((cell("Chủ đề", bold=True), cell("Số câu", bold=True)), (Cell((line("Gộp ô"),), columns=2),)),
            (2, 1),
            heads=1,
        ),
        Lines(2),
        Paragraph((Picture(out.getvalue(), "image/bmp", "Hình 1"),)),
        Paragraph((Picture(b"no picture", "image/png", "Hình hỏng"),)),
    )
    words = pages(Section(blocks))[0]
    assert all(word in words for word in ("A. Đáp án A", "D. Đáp án D", "Chủ đề", "Gộp ô", "[Hình hỏng]"))
