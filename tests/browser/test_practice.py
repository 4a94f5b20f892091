"""A round of practice in a real browser: no reload, nothing lost with the network, usable without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.base import clock, db
from lms.quizzes.models import AttemptEvent
from tests.browser.pages import DESKTOP, check, follow, resize
from tests.factories import World
from tests.lms.quizzes.test_practising import given

pytestmark = pytest.mark.browser


@pytest.fixture
def quiz(app: Flask, world: World) -> str:
    """The path of a practice with three tries; its first question has two hints."""
    with db.transaction() as session:
        return f"/quizzes/{given(session, world, at=clock.now()).uid}"


def begin(page: Page, quiz: str) -> Page:
    page.goto(quiz)
    follow(page.get_by_role("button", name="Bắt đầu làm bài"))
    return page


def choose(page: Page, option: str) -> None:
    page.locator(f'#q1 input[value="{option}"]').check(force=True)


def press(page: Page, name: str) -> None:
    """Press a button of the first question and go on once the answer stands there."""
    with page.expect_response(lambda response: response.url.endswith("/practice/1")):
        page.locator("#q1").get_by_role("button", name=name).click()


def kinds() -> list[str]:
    with db.open_session(writes=False) as session:
        return list(session.scalars(select(AttemptEvent.kind).order_by(AttemptEvent.id)))


def test_a_round_without_a_reload(visit: Callable[..., Page], world: World, quiz: str, axe: str) -> None:
    page = begin(visit(world.pupil, 360), quiz)
    page.evaluate("window.same = true")
    expect(page.locator("#q2")).to_be_hidden()
    choose(page, "a")
    press(page, "Kiểm tra")
    expect(page.get_by_text("Chưa đúng.")).to_be_visible()
    expect(page.get_by_text("Sai dấu.")).to_be_visible()
    check(page, axe)
    press(page, "Gợi ý 1/2")
    expect(page.get_by_text("Nhớ lại hiệu hai bình phương.")).to_be_visible()
    choose(page, "b")
    press(page, "Kiểm tra")
    expect(page.get_by_text("Dùng hằng đẳng thức.")).to_be_visible()
    check(page, axe)
    resize(page, DESKTOP)
    check(page, axe)
    page.get_by_role("link", name="Câu sau").click()
    expect(page.locator("#q2")).to_be_visible()
    expect(page.locator("#q1")).to_be_hidden()
    page.locator("#q2").get_by_role("link", name="Kết thúc").click()
    assert page.evaluate("window.same")
    follow(page.get_by_role("button", name="Kết thúc và xem kết quả"))
    expect(page.get_by_role("heading", name="Nên luyện lại")).to_be_visible()
    check(page, axe)
    assert kinds() == ["try", "hint", "try"]


def test_without_a_network_nothing_is_checked_and_nothing_lost(
    visit: Callable[..., Page], world: World, quiz: str
) -> None:
    page = begin(visit(world.pupil, 360), quiz)
    page.context.set_offline(True)
    choose(page, "b")
    page.locator("#q1").get_by_role("button", name="Kiểm tra").click()
    expect(page.get_by_text("Mất kết nối nên chưa kiểm tra được")).to_be_visible()
    page.get_by_role("link", name="Câu sau").first.click()
    page.locator("#q2 input[name$=text]").fill("Hà Nội")
    page.context.set_offline(False)
    expect(page.get_by_text("Đã có mạng lại.")).to_be_visible()
    page.reload()
    assert page.locator("#q2 input[name$=text]").input_value() == "Hà Nội"
    page.goto(page.url.partition("#")[0] + "#q1")
    expect(page.locator('#q1 input[value="b"]')).to_be_checked()
    press(page, "Kiểm tra")
    expect(page.get_by_text("Dùng hằng đẳng thức.")).to_be_visible()
    assert kinds() == ["try"]


def test_a_round_without_scripts(visit: Callable[..., Page], world: World, quiz: str) -> None:
    page = begin(visit(world.pupil, 1280, java_script_enabled=False), quiz)
    choose(page, "b")
    follow(page.locator("#q1").get_by_role("button", name="Kiểm tra"))
    expect(page.get_by_text("Dùng hằng đẳng thức.")).to_be_visible()
    expect(page.locator("#q2")).to_be_visible()
    follow(page.get_by_role("button", name="Kết thúc và xem kết quả"))
    expect(page.get_by_role("heading", name="Nên luyện lại")).to_be_visible()
