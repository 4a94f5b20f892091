"""The marks grid in a real browser: typing, moving, pasting, averages; and nothing of it is needed to save."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from lms.base import db
from lms.gradebook import service
from tests.browser.pages import check, follow
from tests.factories import NOON, World

pytestmark = pytest.mark.browser
PASTE = """([cell, text]) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text", text);
    const paste = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
    document.querySelector(cell).dispatchEvent(paste);
}"""


@pytest.fixture
def gradebook(app: Flask, world: World) -> str:
    """The path of the gradebook Toán 8A2, empty."""
    with db.transaction() as session:
        teacher = world.actor(session, "teacher")
        terms = (world.class_8a2.uid, world.maths.uid, world.semester.uid)
        return f"/gradebook/{service.open_gradebook(session, teacher, *terms, at=NOON).uid}"


def cells(world: World) -> list[str]:
    return [f'input[name="{world.pupil.uid}:{key}"]' for key in ("tx1", "tx2", "tx3", "tx4", "gk", "ck")]


@pytest.mark.parametrize("scripts", [True, False], ids=["js", "no-js"])
def test_marks_are_saved_with_and_without_scripts(
    visit: Callable[..., Page], world: World, gradebook: str, scripts: bool
) -> None:
    page = visit(world.teacher, java_script_enabled=scripts)
    page.goto(gradebook)
    for cell, text in zip(cells(world), ("7", "7", "7", "7", "6,5", "8"), strict=True):
        page.fill(cell, text)
    follow(page.get_by_role("button", name="Lưu điểm"))
    expect(page.get_by_text("Đã lưu 6 ô điểm")).to_be_visible()
    row = page.get_by_role("row", name=world.pupil.full_name)
    expect(row.locator("td.sum")).to_have_text("7,2")  # 65 / 9 = 7,22


def test_the_grid_helps_while_typing(visit: Callable[..., Page], world: World, gradebook: str, axe: str) -> None:
    page = visit(world.teacher)
    page.goto(gradebook)
    first, *others = cells(world)
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
    check(page, axe)
