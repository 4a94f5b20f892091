"""Marking essays in a real browser, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from lms.base import clock, db
from tests.browser.pages import arriving, check, follow
from tests.factories import World
from tests.lms.quizzes.test_marking import essays, version_of

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(app: Flask, world: World) -> str:
    """The address of the desk of an essay that both pupils of the class have written."""
    with db.transaction() as session:
        quiz = essays(session, world, clock.now())
        return f"/quizzes/{quiz.uid}/marking/{version_of(quiz)}"


def test_marking_needs_no_mouse(visit: Callable[..., Page], world: World, desk: str, axe: str) -> None:
    page = visit(world.teacher)
    page.goto(desk)
    points = page.get_by_label("Điểm (tối đa 1)")
    expect(points).to_be_focused()
    check(page, axe)
    with arriving(page):
        page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Trần Gia Bình")).to_be_visible()
    with arriving(page):
        page.keyboard.press("k")
    expect(page.get_by_role("heading", name="Nguyễn Minh Anh")).to_be_visible()
    page.keyboard.type("0,5")
    page.keyboard.press("Tab")
    page.keyboard.type("Kết bài jk gọn.")  # letters are letters where words are written
    with arriving(page):
        page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Trần Gia Bình")).to_be_visible()
    expect(page.get_by_text("1/2 bài")).to_be_visible()
    expect(page.get_by_label("Điểm (tối đa 1)")).to_be_focused()


def test_digits_take_levels_and_a_click_brings_words(
    visit: Callable[..., Page], world: World, desk: str, axe: str
) -> None:
    page = visit(world.teacher)
    page.goto(f"{desk}/rubric")
    check(page, axe)
    for place, (name, levels) in enumerate((("Nội dung", "0,6 Đủ ý\n0,25 Thiếu ý"), ("Diễn đạt", "0,4 Trôi chảy"))):
        page.get_by_label(f"Tiêu chí {place + 1}").fill(name)
        page.get_by_label("Các mức, mỗi dòng một mức").nth(place).fill(levels)
    follow(page.get_by_role("button", name="Lưu thang tiêu chí"))
    page.goto(desk)
    expect(page.locator("[data-criterion] input").first).to_be_focused()
    page.keyboard.press("2")
    page.keyboard.press("2")
    expect(page.locator("[data-sum]")).to_have_text("0,65")
    page.get_by_label("Nhận xét").fill("Bài gọn.")
    follow(page.get_by_role("button", name="Cất nhận xét vừa viết"))
    expect(page.locator("[data-sum]")).to_have_text("0,65")
    page.get_by_role("button", name="Bài gọn.", exact=True).click()
    expect(page.get_by_label("Nhận xét", exact=False).first).to_have_value("Bài gọn.\nBài gọn.")
    check(page, axe)
    with arriving(page):
        page.keyboard.press("Control+Enter")
    expect(page.get_by_text("1/2 bài")).to_be_visible()


SELECT = """([from, to]) => {
    const answer = document.querySelector("[data-answer]");
    const walker = document.createTreeWalker(answer, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let at = 0, node; (node = walker.nextNode()); at += node.length) {
        if (from >= at && from <= at + node.length) range.setStart(node, from - at);
        if (to >= at && to <= at + node.length) range.setEnd(node, to - at);
    }
    document.getSelection().removeAllRanges();
    document.getSelection().addRange(range);
}"""


def test_a_selected_part_gets_its_note(visit: Callable[..., Page], world: World, desk: str, axe: str) -> None:
    page = visit(world.teacher)
    page.goto(desk)
    answer = page.locator("[data-answer]")
    text = answer.inner_text()
    page.get_by_label("Điểm (tối đa 1)").fill("0,5")
    second = text.rindex("Việt")  # the same word stands before; only the place tells them apart
    page.evaluate(SELECT, [second, second + 4])
    expect(page.get_by_label("Đoạn trong bài")).to_have_value("Việt")
    page.get_by_label("Lời ghi chú").fill("Viết hoa đúng.")
    follow(page.get_by_role("button", name="Thêm ghi chú"))
    mark = answer.locator("mark")
    expect(mark).to_have_text("Việt")
    assert answer.inner_text() == text
    assert mark.evaluate("one => one.previousSibling.data.length") == second
    expect(page.get_by_label("Điểm (tối đa 1)")).to_have_value("0,5")
    check(page, axe)
    end = text.rindex(".")  # behind a mark the count goes on
    page.evaluate(SELECT, [end, end + 1])
    expect(page.get_by_label("Đoạn trong bài")).to_have_value(".")
    assert page.locator("[data-start]").input_value() == str(end)
