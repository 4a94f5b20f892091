"""The bank with eyes and hands: nothing sticks out, axe finds nothing, a file goes in without scripts, keys review."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import arriving, check, follow
from tests.factories import World
from tests.question_bank.imports.test_imports import GIFT

pytestmark = pytest.mark.browser


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Seven questions, one of them without a key."""
    file = tmp_path / "de.gift"
    file.write_text(GIFT)
    return file


def bring_in(page: Page, file: Path) -> None:
    page.goto("/bank/import")
    page.set_input_files("input[type=file]", file)
    follow(page.get_by_role("button", name="Đọc tệp"))
    page.wait_for_url("**/bank/import/*-*")


@pytest.mark.parametrize("width", [1280, 360])
def test_pages_fit_and_can_be_used_by_everyone(
    visit: Callable[..., Page], world: World, axe: str, file: Path, width: int
) -> None:
    page = visit(world.teacher, width)
    for path in ("/bank", "/bank/import", "/bank/new", f"/bank/new?type=cluster&subject={world.maths.uid}"):
        page.goto(path)
        check(page, axe)
    bring_in(page, file)
    check(page, axe)
    page.get_by_role("link", name="Gắn nhãn câu đã chọn").click()
    sweep = page.get_by_role("dialog", name="Gắn nhãn các câu đã chọn")
    expect(sweep).to_be_visible()
    check(page, axe)
    sweep.get_by_role("link", name="Thôi").click()
    expect(sweep).to_be_hidden()
    follow(page.get_by_role("button", name="Lưu 6 câu"))
    follow(page.get_by_role("button", name="Gửi duyệt 6 câu"))
    check(page, axe)
    follow(page.get_by_role("link", name="Sửa câu 2"))
    check(page, axe)
    head = visit(world.subject_head, width)
    for path in ("/bank", "/bank/review"):
        head.goto(path)
        check(head, axe)
    follow(head.get_by_role("link", name="Xem từng câu"))
    shows(head, "Duyệt câu 1 trên 6")
    check(head, axe)


def test_the_list_is_walked_by_keyboard(visit: Callable[..., Page], world: World, file: Path) -> None:
    page = visit(world.teacher)
    bring_in(page, file)
    follow(page.get_by_role("button", name="Lưu 6 câu"))
    page.goto("/bank")
    questions = page.locator("[data-walk] > li")
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(questions.nth(place)).to_be_focused()
    page.keyboard.press("x")
    expect(questions.nth(1).get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Phím tắt trong danh sách")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("k")
    page.keyboard.press("j")
    shown = questions.nth(1).locator(".stem").first.inner_text()
    questions.nth(1).focus()
    with arriving(page):
        page.keyboard.press("Enter")
    expect(page.locator(".stem").first).to_have_text(shown)


def test_the_head_reviews_by_keyboard(visit: Callable[..., Page], world: World, file: Path) -> None:
    page = visit(world.teacher, java_script_enabled=False)  # the teacher's browser runs no scripts at all
    bring_in(page, file)
    page.locator("form", has_text="Đặt làm đáp án").get_by_role("checkbox").nth(1).check()
    follow(page.get_by_role("button", name="Đặt làm đáp án"))
    follow(page.get_by_role("button", name="Lưu 7 câu"))
    follow(page.get_by_role("button", name="Gửi duyệt 7 câu"))
    head = visit(world.subject_head)
    head.goto("/bank/review")
    follow(head.get_by_role("link", name="Xem từng câu"))
    shows(head, "Duyệt câu 1 trên 7")
    with arriving(head):
        head.keyboard.press("j")
    shows(head, "Duyệt câu 2 trên 7")
    with arriving(head):
        head.keyboard.press("a")
    shows(head, "Duyệt câu 2 trên 6")
    head.keyboard.press("?")
    keys = head.get_by_role("dialog", name="Phím tắt")
    expect(keys).to_be_visible()
    head.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    head.keyboard.press("r")
    expect(head.get_by_label("Cần sửa gì?")).to_be_focused()
    head.keyboard.type("Đề dài quá.")
    with arriving(head):
        head.keyboard.press("Control+Enter")
    shows(head, "Duyệt câu 2 trên 5")


def shows(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", name=heading)).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360])
def test_a_question_is_seen_while_it_is_written(visit: Callable[..., Page], world: World, axe: str, width: int) -> None:
    page = visit(world.teacher, width)
    page.goto(f"/bank/new?type=single_choice&subject={world.maths.uid}")
    page.get_by_label("Câu dẫn", exact=True).fill("Giá trị của \\(\\dfrac{x^2-4}{x+2}\\) là")
    seen = page.locator("#preview")
    seen.locator("math mfrac").wait_for()
    page.get_by_label("Phương án A").fill("\\(\\sqrt{2}\\)")
    seen.locator("math msqrt").wait_for()
    check(page, axe)
    page.context.set_offline(True)
    page.get_by_label("Phương án B").fill("3")
    seen.get_by_text("Những gì bạn viết vẫn còn trong trang").wait_for()
    assert seen.locator("math msqrt").count() == 1
    page.context.set_offline(False)
    page.get_by_role("button", name="Xem trước").click()
    seen.get_by_text("3", exact=True).wait_for()
    assert page.get_by_label("Phương án B").input_value() == "3"
