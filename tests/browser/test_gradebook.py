"""The marks grid in a real browser: typing, moving, pasting, averages; and nothing of it is needed to save."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from lms.base import db
from lms.gradebook import service
from tests.conftest import sign_in
from tests.factories import NOON, World

pytestmark = pytest.mark.browser
PASTE = """([cell, text]) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text", text);
    const paste = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
    document.querySelector(cell).dispatchEvent(paste);
}"""


@pytest.fixture
def address(app: Flask, world: World, serve: Callable[[Flask], str]) -> str:
    """The address of the gradebook Toán 8A2, empty."""
    with db.transaction() as session:
        teacher = world.actor(session, "teacher")
        terms = (world.class_8a2.uid, world.maths.uid, world.semester.uid)
        uid = service.open_gradebook(session, teacher, *terms, at=NOON).uid
    return f"{serve(app)}/gradebook/{uid}"


@pytest.fixture(params=[True, False], ids=["js", "no-js"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def page(browser: Browser, app: Flask, world: World, address: str, scripts: bool) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, locale="vi-VN", java_script_enabled=scripts, bypass_csp=True
    )
    cookie = sign_in(app, world.teacher).get_cookie("gieo")
    assert cookie is not None
    context.add_cookies([{"name": "gieo", "value": cookie.value, "domain": "127.0.0.1", "path": "/"}])
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def cells(page: Page, world: World) -> list[str]:
    return [f'input[name="{world.pupil.uid}:{key}"]' for key in ("tx1", "tx2", "tx3", "tx4", "gk", "ck")]


def test_marks_are_saved_with_and_without_scripts(page: Page, world: World, scripts: bool) -> None:
    for cell, text in zip(cells(page, world), ("7", "7", "7", "7", "6,5", "8"), strict=True):
        page.fill(cell, text)
    page.get_by_role("button", name="Lưu điểm").click()
    expect(page.get_by_text("Đã lưu 6 ô điểm")).to_be_visible()
    row = page.get_by_role("row", name=world.pupil.full_name)
    expect(row.locator("td.sum")).to_have_text("7,2")  # 65 / 9 = 7,22


@pytest.mark.parametrize("scripts", [True], indirect=True)
def test_the_grid_helps_while_typing(page: Page, world: World, axe: str) -> None:
    first, *others = cells(page, world)
    average = page.get_by_role("row", name=world.pupil.full_name).locator("[data-result]")
    expect(average).to_have_text("thiếu")
    page.fill(first, "85")
    page.press(first, "Enter")
    expect(page.locator(first)).to_have_value("8,5")
    expect(page.locator(f'input[name="{world.classmate.uid}:tx1"]')).to_be_focused()
    page.evaluate(PASTE, [first, "7,0\t7.0\t7\t7\t65\t8\n9\t9\n"])
    expect(page.locator(others[-2])).to_have_value("6,5")
    expect(page.locator(f'input[name="{world.classmate.uid}:tx2"]')).to_have_value("9")
    expect(average).to_have_text("7,2")
    page.fill(others[-1], "11")
    page.press(others[-1], "ArrowUp")
    page.locator(others[0]).focus()
    page.evaluate(axe)
    assert page.evaluate("axe.run().then(found => found.violations.map(one => one.id))") == []
