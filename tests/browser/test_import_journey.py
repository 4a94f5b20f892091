"""A Word exam comes in: what its reader could not know is mended, then it is tagged, saved and taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bench.papers.wordml import docx, formula, math, paragraph, run
from tests.browser.pages import arriving, check, follow
from tests.factories import World

pytestmark = pytest.mark.browser
SQUARE = f"<m:sSup><m:e>{math('x')}</m:e><m:sup>{math('2')}</m:sup></m:sSup>"


@pytest.fixture
def exam(tmp_path: Path) -> Path:
    """A paper whose first question has another number in its middle, and whose third has no key."""
    file = tmp_path / "Giữa kì Toán 8.docx"
    file.write_bytes(
        docx(
            paragraph("ĐỀ KIỂM TRA GIỮA HỌC KÌ I"),
            paragraph("Câu 1. Cho tam giác ABC vuông tại A."),
            paragraph("Câu 2. Biết AB = 3 cm, AC = 4 cm. Độ dài BC bằng"),
            paragraph(run("A.", "u") + run(" 5 cm")),
            *map(paragraph, ("B. 6 cm", "C. 7 cm", "D. 8 cm")),
            paragraph("Câu 3. Số nào là số nguyên tố?"),
            *map(paragraph, ("A. 4", "B. 7", "C. 8", "D. 9")),
            paragraph(run("Câu 4. Giá trị của ") + formula(SQUARE) + run(" tại x = 2 là")),
            *map(paragraph, ("A. 2", "B. 3")),
            paragraph(run("C.", "u") + run(" 4")),
            paragraph("D. 8"),
        )
    )
    return file


@pytest.mark.parametrize("width", [1280, 360])
def test_a_word_exam_is_imported_and_mended(
    visit: Callable[..., Page], world: World, axe: str, exam: Path, width: int
) -> None:
    page = visit(world.teacher, width)
    page.goto("/bank/import")
    page.set_input_files("input[type=file]", exam)
    follow(page.get_by_role("button", name="Đọc tệp"))
    expect(page.get_by_text("Đọc được 4 câu.")).to_be_visible()
    expect(page.get_by_text("1 câu cần xem.")).to_be_visible()
    # The missing key is set on the question itself.
    page.locator("form", has_text="Đặt làm đáp án").get_by_role("radio").nth(1).check()
    follow(page.get_by_role("button", name="Đặt làm đáp án"))
    expect(page.get_by_text("1 câu cần xem.")).to_be_hidden()
    # What was read apart becomes one.
    page.get_by_label("Chọn câu 1", exact=True).check()
    page.get_by_label("Chọn câu 2", exact=True).check()
    follow(page.get_by_role("button", name="Gộp câu đã chọn"))
    expect(page.get_by_text("Đọc được 3 câu.")).to_be_visible()
    check(page, axe)
    # The order changes by keyboard.
    page.get_by_role("button", name="Đưa câu 3 lên").focus()
    with arriving(page):
        page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Câu 3", exact=True)).to_contain_text("Số nào là số nguyên tố?")
    # All are tagged in one sweep.
    page.get_by_label("Chọn cả trang").check()
    page.get_by_role("link", name="Gắn nhãn câu đã chọn").click()
    sweep = page.get_by_role("dialog", name="Gắn nhãn các câu đã chọn")
    sweep.get_by_label("Mức độ").select_option("TH")
    sweep.get_by_label("Chủ đề").fill("Ôn tập giữa kì")
    sweep.get_by_label("Thêm từ khoá").fill("giữa kì, hình học")
    follow(sweep.get_by_role("button", name="Gắn nhãn"))
    expect(page.get_by_text("hình học", exact=True)).to_have_count(3)
    # Only now something is in the bank; taking it back says first what goes.
    follow(page.get_by_role("button", name="Lưu 3 câu"))
    expect(page.get_by_text("Đã lưu 3 câu vào ngân hàng.")).to_be_visible()
    check(page, axe)
    follow(page.get_by_role("link", name="Rút lại"))
    expect(page.get_by_text("3 câu sẽ ra khỏi ngân hàng.")).to_be_visible()
    check(page, axe)
    follow(page.get_by_role("button", name="Rút lại 3 câu"))
    expect(page.get_by_text("Đã rút 3 câu khỏi ngân hàng.")).to_be_visible()
    # A question that was read together parts at the place that is pressed; the page of the export says what is lost.
    follow(page.get_by_role("link", name="Tách câu 1"))
    check(page, axe)
    follow(page.get_by_role("button", name="Tách từ đây").first)
    expect(page.get_by_text("Đã tách thành hai câu.")).to_be_visible()
    page.get_by_label("Chọn câu 1", exact=True).check()
    follow(page.get_by_role("button", name="Bỏ câu đã chọn"))
    follow(page.get_by_role("button", name="Lưu 3 câu"))
    page.goto("/bank/export?format=gift")
    expect(page.get_by_text("3 câu, kèm đáp án")).to_be_visible()
    check(page, axe)
    with page.expect_download() as sent:
        page.get_by_role("button", name="Tải tệp GIFT").click()
    assert sent.value.suggested_filename.endswith(".gift")
