"""The page of a running test in a real browser: what a pupil typed survives the network, a reload, a closed tab."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from lms.base import clock, db
from lms.quizzes.hot import checking, saving
from lms.quizzes.models import Attempt, AttemptEvent, Submission
from tests.conftest import sign_in
from tests.factories import World
from tests.lms.quizzes import factories

pytestmark = pytest.mark.browser
VIEWPORT = {"width": 360, "height": 740}
NO_DATABASE = "Object.defineProperty(window, 'indexedDB', {get() { throw new Error('private'); }});"


@pytest.fixture
def quiz_url(app: Flask, world: World, serve: Callable[[Flask], str]) -> Iterator[str]:
    checking.forget()
    with db.transaction() as session:
        uid = factories.published(session, world, at=clock.now()).uid
    yield f"{serve(app)}/quizzes/{uid}"
    saving.stop()


@pytest.fixture
def pupil(browser: Browser, app: Flask, world: World, quiz_url: str) -> Iterator[Callable[..., BrowserContext]]:
    """Make a browser in which the pupil is signed in; another one is another device."""
    made = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(viewport=VIEWPORT, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", **options)
        cookie = sign_in(app, world.pupil).get_cookie("gieo")
        assert cookie is not None
        context.add_cookies([{"name": "gieo", "value": cookie.value, "domain": "127.0.0.1", "path": "/"}])
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


def begin(context: BrowserContext, quiz_url: str) -> Page:
    page = context.new_page()
    page.goto(quiz_url)
    page.get_by_role("button", name="Bắt đầu làm bài").click()
    return ready(page)


def ready(page: Page) -> Page:
    page.wait_for_selector("[data-ready]")
    return page


def choose(page: Page, option: str, slot: int = 1) -> None:
    page.locator(f'#q{slot} input[value="{option}"]').first.check(force=True)


def stored() -> dict[int, Any]:
    """What counts on the server, by slot."""
    with db.open_session(writes=False) as session:
        rows = session.execute(
            select(AttemptEvent.slot, AttemptEvent.payload)
            .where(AttemptEvent.kind == "answer", AttemptEvent.standing == "applied")
            .order_by(AttemptEvent.client_seq, AttemptEvent.id)
        )
        return {slot: json.loads(payload) for slot, payload in rows}


def saved(page: Page, words: str) -> None:
    expect(page.locator("[data-saved]")).to_have_text(words, timeout=15_000)


def test_every_kind_of_answer_is_saved_and_comes_back(pupil: Any, quiz_url: str) -> None:
    page = begin(pupil(), quiz_url)
    choose(page, "b")
    choose(page, "a", 2)
    choose(page, "c", 2)
    page.locator("#q3 input").first.check()
    for index in (0, 3, 4, 7):
        page.locator("#q4 input").nth(index).check()
    page.locator("#q5 input").fill("Hà Nội")
    page.locator("#q6 input").fill("2,5")
    page.locator("#q7 select").nth(0).select_option("r2")
    page.locator("#q7 select").nth(1).select_option("r1")
    for index, place in enumerate(("2", "1", "3")):
        page.locator("#q8 select").nth(index).select_option(place)
    page.locator("#q9 input").fill("Hà Nội")
    page.locator("#q9 select").select_option("c1")
    page.locator("#q10 textarea").fill("Em thích bài thơ này.\nVì nó hay.")
    saved(page, "Đã lưu 10 câu")
    assert stored() == {**factories.RIGHT, 10: {"text": "Em thích bài thơ này.\nVì nó hay."}}
    ready_again = page.reload()
    assert ready_again is not None
    ready(page)
    saved(page, "Đã lưu 10 câu")
    expect(page.locator("#q10 textarea")).to_have_value("Em thích bài thơ này.\nVì nó hay.")
    assert page.evaluate("document.documentElement.scrollWidth") <= VIEWPORT["width"]


@pytest.mark.parametrize("private", [False, True], ids=["indexeddb", "no-indexeddb"])
def test_answers_given_without_network_survive_a_closed_tab(pupil: Any, quiz_url: str, private: bool) -> None:
    context = pupil()
    if private:
        context.add_init_script(NO_DATABASE)
    page = begin(context, quiz_url)
    choose(page, "a")
    saved(page, "Đã lưu 1 câu")
    address = page.url
    context.set_offline(True)
    choose(page, "b")
    choose(page, "a", 2)
    expect(page.locator("[data-notice-text]")).to_contain_text("2 câu trả lời đang giữ trên máy này")
    saved(page, "Giữ trên máy 2 câu")
    assert stored() == {1: {"choice": "a"}}
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(address)
    ready(page)
    saved(page, "Đã lưu 2 câu")
    assert stored() == {1: {"choice": "b"}, 2: {"choices": ["a"]}}
    expect(page.locator('#q1 input[value="b"]')).to_be_checked()


def test_when_the_network_is_back_it_sends_by_itself(pupil: Any, quiz_url: str) -> None:
    context = pupil()
    page = begin(context, quiz_url)
    context.set_offline(True)
    choose(page, "c")
    saved(page, "Giữ trên máy 1 câu")
    context.set_offline(False)
    saved(page, "Đã lưu 1 câu")
    assert stored() == {1: {"choice": "c"}}


def test_a_busy_server_is_asked_again(pupil: Any, quiz_url: str) -> None:
    page = begin(pupil(), quiz_url)
    failures = iter([503, 500])

    def flaky(route: Any) -> None:
        status = next(failures, 0)
        if status:
            route.fulfill(status=status, body="{}")
        else:
            route.continue_()

    page.route("**/events", flaky)
    choose(page, "d")
    saved(page, "Đã lưu 1 câu")
    assert stored() == {1: {"choice": "d"}}


def test_a_lost_acknowledgement_makes_no_second_answer(pupil: Any, quiz_url: str) -> None:
    page = begin(pupil(), quiz_url)
    lost = iter([True])

    def lose(route: Any) -> None:
        if next(lost, False):
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/events", lose)
    choose(page, "b")
    saved(page, "Đã lưu 1 câu")
    with db.open_session(writes=False) as session:
        assert len(session.scalars(select(AttemptEvent)).all()) == 1


def test_handing_in_gives_the_receipt_of_the_server(pupil: Any, quiz_url: str) -> None:
    page = begin(pupil(), quiz_url)
    choose(page, "b")
    page.locator("[data-hand-in]").click()
    expect(page.get_by_role("dialog")).to_contain_text("Còn 9 câu em chưa trả lời.")
    page.get_by_role("dialog").get_by_role("button", name="Nộp bài").click()
    page.wait_for_url("**/receipt")
    with db.open_session(writes=False) as session:
        receipt = session.scalars(select(Submission)).one().receipt
    expect(page.locator("main")).to_contain_text(receipt)


def test_at_the_bell_the_page_hands_in(pupil: Any, quiz_url: str) -> None:
    page = begin(pupil(), quiz_url)
    choose(page, "b")
    saved(page, "Đã lưu 1 câu")
    with db.transaction() as session:
        attempt = session.scalars(select(Attempt)).one()
        attempt.deadline_at = clock.now() + timedelta(seconds=3)
        attempt.accept_until_at = clock.now() + timedelta(seconds=60)
    page.locator("#q5 input").fill("Hà Nội")  # the next reply tells of the new end
    page.wait_for_url("**/receipt", timeout=20_000)
    with db.open_session(writes=False) as session:
        assert session.scalars(select(Submission)).one().handed_in_by == "pupil"
    assert stored()[5] == {"text": "Hà Nội"}


def test_extra_time_moves_the_clock_of_a_page_that_saves_nothing(
    pupil: Any, quiz_url: str, app: Flask, world: World
) -> None:
    page = begin(pupil(), quiz_url)
    expect(page.locator("[data-time]")).to_have_text(re.compile(r"4[45]:\d\d"))
    given = time.monotonic()
    answer = sign_in(app, world.teacher).post(
        f"/quizzes/{quiz_url.rpartition('/')[2]}/extra-time",
        data={"pupil": world.pupil.uid, "minutes": "10", "reason": "Mất điện"},
    )
    assert answer.status_code == 303
    expect(page.locator("[data-time]")).to_have_text(re.compile(r"5[45]:\d\d"), timeout=10_000)
    assert time.monotonic() - given < 5


def test_a_pause_rests_the_page_and_keeps_what_was_typed(pupil: Any, quiz_url: str, app: Flask, world: World) -> None:
    page = begin(pupil(), quiz_url)
    teacher, quiz = sign_in(app, world.teacher), quiz_url.rpartition("/")[2]
    page.locator("#q10 textarea").type("Em đang viết dở")
    assert teacher.post(f"/quizzes/{quiz}/pause", data={"whom": "all", "reason": "Mất điện"}).status_code == 303
    expect(page.get_by_role("heading", name="Tạm dừng")).to_be_visible(timeout=5_000)
    expect(page.locator("#q10 textarea")).to_be_disabled()
    expect(page.locator("[data-hand-in]")).to_be_disabled()
    saved(page, "Đã lưu 1 câu")
    assert stored() == {10: {"text": "Em đang viết dở"}}
    stands = page.locator("[data-time]").text_content()
    page.reload()
    ready(page)
    expect(page.locator("#q10 textarea")).to_be_disabled()
    page.wait_for_timeout(1500)  # longer than a second of the clock
    assert page.locator("[data-time]").text_content() == stands
    assert teacher.post(f"/quizzes/{quiz}/resume", data={"whom": "all"}).status_code == 303
    expect(page.get_by_role("heading", name="Tạm dừng")).to_be_hidden(timeout=5_000)
    choose(page, "b")
    saved(page, "Đã lưu 2 câu")


def test_a_second_tab_and_a_second_device(pupil: Any, quiz_url: str) -> None:
    context = pupil()
    first = begin(context, quiz_url)
    second = context.new_page()
    second.goto(first.url)
    ready(second)
    expect(first.locator("[data-notice-text]")).to_contain_text("thẻ khác")
    expect(first.locator('#q1 input[value="a"]')).to_be_disabled()
    choose(second, "b")
    saved(second, "Đã lưu 1 câu")
    other = pupil().new_page()
    other.goto(first.url)
    other.get_by_role("button", name="Tiếp tục trên máy này").click()
    ready(other)
    saved(other, "Đã lưu 1 câu")
    choose(other, "c")
    saved(other, "Đã lưu 1 câu")
    choose(second, "a")
    expect(second.locator("[data-notice-text]")).to_contain_text("máy khác")
    assert stored() == {1: {"choice": "c"}}


def test_leaving_the_page_is_noted_and_shown_to_nobody_else(pupil: Any, quiz_url: str) -> None:
    page = begin(pupil(), quiz_url)
    page.evaluate(
        """() => {
            const become = (state) => {
                Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});
                document.dispatchEvent(new Event('visibilitychange'));
            };
            become('hidden');
            setTimeout(() => become('visible'), 1800);
        }"""
    )
    deadline = time.monotonic() + 10
    facts: list[int] = []
    while not facts and time.monotonic() < deadline:
        page.wait_for_timeout(200)
        with db.open_session(writes=False) as session:
            facts = [
                int(one) for one in session.scalars(select(AttemptEvent.payload).where(AttemptEvent.kind == "left"))
            ]
    assert len(facts) == 1
    assert 1500 < facts[0] < 6000


def test_without_scripts_it_is_a_form(pupil: Any, quiz_url: str) -> None:
    context = pupil(java_script_enabled=False)
    page = context.new_page()
    page.goto(quiz_url)
    page.get_by_role("button", name="Bắt đầu làm bài").click()
    page.locator('#q1 input[value="b"]').check(force=True)
    page.get_by_role("button", name="Lưu bài làm").click()
    expect(page.locator("[data-saved]")).to_have_text("Đã lưu 1 câu")
    page.get_by_role("button", name="Nộp bài").first.click()
    page.wait_for_url("**/receipt")
    assert stored() == {1: {"choice": "b"}}


def test_axe_finds_nothing(pupil: Any, quiz_url: str, axe: str) -> None:
    page = begin(pupil(bypass_csp=True), quiz_url)
    choose(page, "b")
    saved(page, "Đã lưu 1 câu")
    page.evaluate(axe)
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
        ".then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html).slice(0, 3)]))"
    )
    assert found == []
