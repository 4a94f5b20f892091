"""Every component in a real browser: nothing sticks out, axe finds nothing, and the small behaviours work."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.pages import check, settle

pytestmark = pytest.mark.browser
PATHS = ("/style", "/style/pupil", "/style/exam", "/style/plain")


@pytest.fixture
def page(visit: Callable[..., Page]) -> Page:
    return visit()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280, 1920])
def test_no_sideways_scroll_and_nothing_for_axe(visit: Callable[..., Page], axe: str, width: int, scheme: str) -> None:
    page = visit(width=width, color_scheme=scheme)
    for path in PATHS:
        page.goto(path)
        check(page, axe)


def test_no_other_host_and_no_broken_policy(page: Page, address: str) -> None:
    asked: list[Request] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request))  # playwright wants a function of its own
    page.on("console", lambda message: said.append(message.text))
    page.goto("/style")
    settle(page)
    assert {request.url.split("/")[2] for request in asked} == {address.removeprefix("http://")}
    assert said == []


def test_the_text_font_and_the_maths_font_arrive(page: Page) -> None:
    page.goto("/style")
    settle(page)
    loaded = page.evaluate("[...document.fonts].filter((font) => font.status === 'loaded').map((font) => font.family)")
    assert set(loaded) == {"Be Vietnam Pro", "Gieo Maths"}


def test_what_can_be_touched_is_large_enough(visit: Callable[..., Page]) -> None:
    page = visit(width=360, has_touch=True, is_mobile=True)
    for path in PATHS:
        page.goto(path)
        settle(page)
        small = page.evaluate(
            """() => [...document.querySelectorAll("a.button, button, select, summary, .rail a, .pages a, .cells a")]
            .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 43.5)
            .map((one) => one.outerHTML.slice(0, 120))"""
        )
        assert small == [], path


def test_slash_goes_to_the_search(page: Page) -> None:
    page.goto("/style")
    page.locator("h1").first.click()  # the cursor stands in the field that shows a fault
    page.keyboard.press("/")
    expect(page.locator("main input[type=search][name=q]")).to_be_focused()


def test_a_dialog_opens_and_gives_focus_back(page: Page) -> None:
    page.goto("/style")
    opener = page.get_by_role("link", name="Mở hộp thoại")
    opener.click()
    dialog = page.get_by_role("dialog", name="Nộp bài kiểm tra?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_loss_is_confirmed_by_typing(page: Page) -> None:
    page.goto("/style")
    page.get_by_role("link", name="Xác nhận bằng cách gõ").click()
    danger = page.locator("#delete button.danger")
    expect(danger).to_be_disabled()
    page.get_by_label("Gõ Toán 8A2 để xác nhận").fill("Toán 8A2")
    expect(danger).to_be_enabled()


def test_tags_are_narrowed_without_accents(page: Page) -> None:
    page.goto("/style")
    picker = page.locator("[data-picker]")
    picker.get_by_placeholder("Gõ để lọc").fill("tu giac")
    expect(picker.locator("label.check:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(picker.get_by_role("button", name="Mô tả tứ giác đặc biệt")).to_be_visible()


def test_a_chosen_file_is_named(page: Page) -> None:
    page.goto("/style")
    page.locator("#file").set_input_files({"name": "Đề 8.docx", "mimeType": "", "buffer": b"x" * 1200})
    expect(page.locator("[data-chosen]").first).to_have_text("Đề 8.docx (1,2 KB)")


def test_without_scripts_the_dialogs_still_open(visit: Callable[..., Page]) -> None:
    page = visit(width=360, java_script_enabled=False)
    page.goto("/style")
    page.get_by_role("link", name="Mở hộp thoại").click()
    expect(page.locator("#ask")).to_be_visible()
