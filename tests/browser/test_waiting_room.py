"""The page before a test: it waits, looks at the device, and has fetched beforehand what the test page needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.base import clock, db
from lms.quizzes.models import Quiz
from tests.browser.pages import check, follow
from tests.browser.sitting import NO_DATABASE, NO_ROOM, by_hand, ready
from tests.factories import World
from tests.lms.quizzes import factories

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("answers_are_written")]
Visit = Callable[..., Page]
AN_HOUR_AHEAD = "const ahead = 3600000, now = Date.now; Date.now = () => now() + ahead;"


def opens_in(world: World, **left: float) -> str:
    with db.transaction() as session:
        at = clock.now()
        opens_at = at + timedelta(**left)
        quiz = factories.published(session, world, at=at, opens_at=opens_at, closes_at=opens_at + timedelta(hours=2))
        return f"/quizzes/{quiz.uid}"


def test_the_button_comes_by_itself_and_only_the_page_is_fetched_then(app: Flask, world: World, visit: Visit) -> None:
    asked: list[str] = []
    inner = app.wsgi_app

    def listen(environ, start_response):  # type: ignore[no-untyped-def]  # a WSGI application
        asked.append(environ["PATH_INFO"])
        return inner(environ, start_response)

    app.wsgi_app = listen  # type: ignore[method-assign]
    page = by_hand(visit(world.pupil, width=360))
    page.goto(opens_in(world, minutes=20))
    button = page.get_by_role("button", name="Bắt đầu làm bài")
    waiting = page.locator("[data-waiting]")
    left, spread = (int(waiting.get_attribute(name) or "") for name in ("data-opens-in", "data-spread"))
    page.clock.run_for(left - 400)
    expect(page.locator("[data-countdown]")).to_have_text("0:00:01")
    expect(button).to_be_hidden()
    page.wait_for_selector("html[data-preloaded]", state="attached")
    with db.transaction() as session:
        session.scalars(select(Quiz)).one().opens_at = clock.now()
    page.clock.run_for(400 + spread + 500)
    expect(button).to_be_visible()
    asked.clear()
    follow(button)
    ready(page)
    fetched = [path for path in asked if not path.endswith(("/start", "/events", "/pulse", ".webp", ".png"))]
    assert fetched == []
    assert urlsplit(page.url).path.startswith("/exam/")
    page.reload()
    ready(page)
    assert [path for path in asked if path.endswith("/start")] == asked[:1]  # the button was not pressed again


def test_a_good_device_is_told_so(world: World, visit: Visit, axe: str) -> None:
    page = by_hand(visit(world.pupil, width=360))  # a slow machine would call the network slow
    page.goto(opens_in(world, hours=30))
    expect(page.locator("[data-countdown]")).to_contain_text("1 ngày")
    for name in ("store", "clock", "network", "browser"):
        expect(page.locator(f'[data-check="{name}"] .badge')).to_have_text("tốt")
    page.clock.resume()
    check(page, axe)


def test_a_poor_device_is_told_what_to_do(world: World, visit: Visit) -> None:
    page = visit(world.pupil)
    for script in (NO_DATABASE, NO_ROOM, AN_HOUR_AHEAD):
        page.add_init_script(script)
    page.route("**/healthz", lambda route: route.abort())
    page.goto(opens_in(world, hours=1))
    expect(page.locator('[data-check="store"]')).to_contain_text("không giữ được bài")
    expect(page.locator('[data-check="clock"]')).to_contain_text("lệch 60 phút")
    expect(page.locator('[data-check="network"]')).to_contain_text("Chưa nối được")


def test_without_scripts_it_says_when_to_come_back(world: World, visit: Visit) -> None:
    page = visit(world.pupil, java_script_enabled=False)
    page.goto(opens_in(world, hours=1))
    expect(page.locator("main")).to_contain_text("em tải lại trang này để bắt đầu")
    expect(page.get_by_role("button", name="Bắt đầu làm bài")).to_be_hidden()
