"""From a matrix to four printed forms: the grid by keyboard, forms from the bank, papers for the class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from lms.base import clock, db
from lms.base.i18n import local
from tests.browser.pages import arriving, check, follow
from tests.factories import World
from tests.lms.quizzes.test_assembling import choices, fill_bank
from tests.question_bank.items import samples

pytestmark = pytest.mark.browser


@pytest.fixture
def bank(world: World) -> None:
    """Questions for four forms of three choices and a cluster."""
    with db.transaction() as session:
        one = samples.cluster()
        prompts = [f"<p>Xét {letter * 6} trong tứ giác ABCD.</p>" for letter in "abcd"]
        clusters = [replace(one, body=replace(one.body, prompt=prompt)) for prompt in prompts]
        fill_bank(session, world, {"NB": choices(8, "biết"), "TH": [*choices(4, "hiểu"), *clusters]})


def begin_matrix(page: Page) -> None:
    page.goto("/bank")
    follow(page.get_by_role("link", name="Ma trận đề"))
    follow(page.get_by_role("link", name="Lập ma trận"))
    page.get_by_label("Tên bài kiểm tra").fill("Kiểm tra giữa học kì I")
    page.get_by_label("Khối lớp").select_option("8")
    follow(page.get_by_role("button", name="Điền ma trận"))


@pytest.mark.usefixtures("bank")
def test_from_a_matrix_to_four_printed_forms(
    visit: Callable[..., Page], world: World, axe: str, tmp_path: Path
) -> None:
    page = visit(world.teacher)
    begin_matrix(page)
    check(page, axe)
    page.get_by_label("Chủ đề của dòng 1").fill("Đa thức")
    page.get_by_label("Dòng 1, Nhiều lựa chọn, Biết").fill("2")
    page.keyboard.press("ArrowRight")  # to the next level, as in a spreadsheet
    page.keyboard.type("1")
    expect(page.get_by_label("Dòng 1, Nhiều lựa chọn, Hiểu")).to_have_value("1")
    page.get_by_label("Dòng 1, Đúng – Sai, Hiểu").fill("1")
    expect(page.locator(".save-bar .total")).to_have_text("4 câu · 1,75 điểm")
    page.get_by_role("button", name="Thêm dòng").click()
    expect(page.get_by_label("Chủ đề của dòng 2")).to_have_value("Đa thức")
    expect(page.locator("[data-row]").nth(1).locator("[data-row-share]")).to_have_text("")
    page.get_by_role("button", name="Bỏ dòng 2").click()
    expect(page.get_by_label("Chủ đề của dòng 2")).to_have_count(0)
    follow(page.get_by_role("button", name="Lưu ma trận").last)
    check(page, axe)
    follow(page.get_by_role("link", name="Ghép đề"))
    check(page, axe)
    page.get_by_label("Số mã đề").fill("5")
    follow(page.get_by_role("button", name="Ghép đề"))
    expect(page.get_by_text("Thiếu 2 câu Biết, Nhiều lựa chọn, chủ đề Đa thức (cần 10).")).to_be_visible()
    check(page, axe)
    page.get_by_label("Số mã đề").fill("4")
    follow(page.get_by_role("button", name="Ghép đề"))
    expect(page.get_by_text("Mọi mã đề khớp ma trận ở từng ô.")).to_be_visible()
    check(page, axe)
    follow(page.get_by_role("link", name="Xếp lịch và giao bài"))
    follow(page.get_by_role("link", name="Đặt giờ"))
    opens = local(clock.now())
    page.get_by_label("Mở lúc").fill(opens.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("Đóng lúc").fill((opens + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"))
    follow(page.get_by_role("button", name="Lưu quy định"))
    follow(page.get_by_role("button", name="Giao cho lớp 8A2"))
    follow(page.get_by_role("link", name="Đề", exact=True))
    check(page, axe)
    with page.expect_download() as download:
        page.get_by_role("button", name="Mọi mã đề (PDF)").click()
    papers = words_of(download.value.path())
    codes = ("101", "102", "103", "104")
    assert [f"Mã đề: {code}" in "".join(papers) for code in codes] == [True] * 4
    with page.expect_download() as download:
        page.get_by_role("button", name="Phiếu trả lời (PDF)").click()
    assert len(words_of(download.value.path())) == 4
    with page.expect_download() as download:
        page.get_by_role("button", name="Bảng đáp án (PDF)").click()
    assert all(f"Mã đề {code}" in words_of(download.value.path())[0] for code in codes)


def words_of(path: Path) -> list[str]:
    """The words of each page of a PDF."""
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def test_the_grid_can_be_filled_on_a_telephone(visit: Callable[..., Page], world: World, axe: str) -> None:
    page = visit(world.teacher, 360)
    begin_matrix(page)
    check(page, axe)
    page.get_by_label("Chủ đề của dòng 1").fill("Đa thức")
    page.get_by_label("Dòng 1, Tự luận, Vận dụng").fill("1")
    expect(page.locator(".save-bar .total")).to_have_text("1 câu · 1 điểm")
    with arriving(page):
        page.get_by_role("button", name="Lưu ma trận").last.click()
    check(page, axe)
