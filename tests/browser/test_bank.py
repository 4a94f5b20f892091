"""The bank with eyes and hands: nothing sticks out, axe finds nothing, a file goes in without scripts, keys review."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.conftest import sign_in
from tests.factories import World
from tests.question_bank.imports.test_imports import GIFT

pytestmark = pytest.mark.browser
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def page_of(browser: Browser, app: Flask, address: str, user: Any, width: int = 1280, **options: Any) -> Page:
    client = sign_in(app, user)
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True, **options)
    value = client.get_cookie("gieo")
    assert value is not None
    context.add_cookies([{"name": "gieo", "value": value.value, "url": address}])
    return context.new_page()


def check(page: Page, axe: str) -> None:
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    page.evaluate(axe)
    found = page.evaluate("tags => axe.run({runOnly: tags})", TAGS)["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == [], page.url


def bring_in(page: Page, address: str, file: Path) -> None:
    page.goto(f"{address}/bank/import")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Đọc tệp").click()
    page.wait_for_url("**/bank/import/*-*")


@pytest.mark.parametrize("width", [1280, 360])
def test_pages_fit_and_can_be_used_by_everyone(
    browser: Browser, app: Flask, world: World, serve: Callable[[Flask], str], axe: str, tmp_path: Path, width: int
) -> None:
    address = serve(app)
    file = tmp_path / "de.gift"
    file.write_text(GIFT)
    page = page_of(browser, app, address, world.teacher, width)
    for path in ("/bank", "/bank/import", "/bank/new", f"/bank/new?type=cluster&subject={world.maths.uid}"):
        page.goto(address + path)
        check(page, axe)
    bring_in(page, address, file)
    check(page, axe)
    page.get_by_role("link", name="Gắn nhãn câu đã chọn").click()
    check(page, axe)
    page.get_by_role("link", name="Thôi").click()
    page.get_by_role("button", name="Lưu 6 câu").click()
    page.get_by_role("button", name="Gửi duyệt 6 câu").click()
    check(page, axe)
    page.get_by_role("link", name="Sửa câu 2").click()
    check(page, axe)
    head = page_of(browser, app, address, world.subject_head, width)
    for path in ("/bank", "/bank/review"):
        head.goto(address + path)
        check(head, axe)
    head.get_by_role("link", name="Xem từng câu").click()
    check(head, axe)


def test_the_head_reviews_by_keyboard(
    browser: Browser, app: Flask, world: World, serve: Callable[[Flask], str], tmp_path: Path
) -> None:
    address = serve(app)
    file = tmp_path / "de.gift"
    file.write_text(GIFT)
    # The teacher's browser runs no scripts at all.
    page = page_of(browser, app, address, world.teacher, java_script_enabled=False)
    bring_in(page, address, file)
    page.locator("form", has_text="Đặt làm đáp án").get_by_role("checkbox").nth(1).check()
    page.get_by_role("button", name="Đặt làm đáp án").click()
    page.get_by_role("button", name="Lưu 7 câu").click()
    page.get_by_role("button", name="Gửi duyệt 7 câu").click()
    head = page_of(browser, app, address, world.subject_head)
    head.goto(f"{address}/bank/review")
    head.get_by_role("link", name="Xem từng câu").click()
    head.get_by_role("heading", name="Duyệt câu 1 trên 7").wait_for()
    head.keyboard.press("j")
    head.get_by_role("heading", name="Duyệt câu 2 trên 7").wait_for()
    head.keyboard.press("d")
    head.get_by_role("heading", name="Duyệt câu 2 trên 6").wait_for()
    head.keyboard.press("t")
    head.keyboard.type("Đề dài quá.")
    head.get_by_role("button", name="Trả lại").click()
    head.get_by_role("heading", name="Duyệt câu 2 trên 5").wait_for()


@pytest.mark.parametrize("width", [1280, 360])
def test_a_question_is_seen_while_it_is_written(
    browser: Browser, app: Flask, world: World, serve: Callable[[Flask], str], axe: str, width: int
) -> None:
    address = serve(app)
    page = page_of(browser, app, address, world.teacher, width)
    page.goto(f"{address}/bank/new?type=single_choice&subject={world.maths.uid}")
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
