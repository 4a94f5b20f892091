"""A test page in a real browser when things go wrong: what the page says it kept is kept, and what it says is true."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, Route, expect
from playwright.sync_api import Error as PlaywrightError
from sqlalchemy import select

from lms.base import clock, db
from lms.quizzes.models import Attempt, AttemptEvent, Submission
from tests.browser.pages import PATIENCE, TELEPHONE, follow, sign_in
from tests.browser.sitting import NO_DATABASE, NO_ROOM, begin, by_hand, choose, ready, saved, stored, take_over, takes
from tests.factories import World

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("answers_are_written")]
HANGING_DATABASE = "IDBFactory.prototype.open = () => ({});"
A_DAY_AHEAD = """{
    const Real = Date, ahead = 86400000;
    window.Date = class extends Real {
        constructor(...given) { if (given.length) super(...given); else super(Real.now() + ahead); }
        static now() { return Real.now() + ahead; }
    };
}"""


@pytest.fixture
def device(app: Flask, world: World, address: str, new_context: Callable[..., BrowserContext]) -> Callable[..., Any]:
    """A browser in which the pupil is signed in; each call gives another device."""

    def make(*scripts: str, **options: Any) -> BrowserContext:
        context = new_context(**{"base_url": address, "viewport": TELEPHONE} | options)
        sign_in(context, app, world.pupil)
        for script in scripts:
            context.add_init_script(script)
        return context

    return make


def notice(page: Page, words: str) -> None:
    expect(page.locator("[data-notice-text]")).to_contain_text(words)


def time_of_day() -> str:
    """The hour in Vietnam."""
    return f"{clock.now().astimezone(ZoneInfo('Asia/Ho_Chi_Minh')):%H}"


def submissions() -> list[Submission]:
    with db.open_session(writes=False) as session:
        return list(session.scalars(select(Submission)))


def hurry(page: Page) -> None:
    """Let the page believe once that two seconds are left."""

    def shorten(route: Route) -> None:
        response = route.fetch(timeout=PATIENCE)
        route.fulfill(response=response, json={**response.json(), "remaining_ms": 2000})

    page.route("**/events", shorten, times=1)


def refuse(page: Page | BrowserContext, *paths: str) -> None:
    """Let nothing through to these ends of addresses."""
    for path in paths:
        page.route(f"**/{path}", lambda route: route.abort())


def allow(page: Page | BrowserContext, *paths: str) -> None:
    for path in paths:
        page.unroute(f"**/{path}")


def test_a_click_before_the_script_is_there_is_saved(device: Any, quiz: str) -> None:
    page = device().new_page()
    page.goto(quiz)
    page.wait_for_selector("html[data-preloaded]", state="attached")
    held: list[Route] = []
    page.route("**/exam-*.js", lambda route: held.append(route))
    with page.expect_request("**/exam-*.js"):
        page.get_by_role("button", name="Bắt đầu làm bài").click()
    choose(page, "c")
    held[0].continue_()
    ready(page)
    saved(page, "Đã lưu 1 câu")
    assert stored() == {1: {"choice": "c"}}
    expect(page.locator('#q1 input[value="c"]')).to_be_checked()


def test_a_page_without_its_script_is_a_form(device: Any, quiz: str) -> None:
    context = device()
    context.route("**/exam-*.js", lambda route: route.abort())
    page = context.new_page()
    page.goto(quiz)
    follow(page.get_by_role("button", name="Bắt đầu làm bài"))
    choose(page, "b")
    follow(page.get_by_role("button", name="Lưu bài làm"))
    saved(page, "Đã lưu 1 câu")
    assert stored() == {1: {"choice": "b"}}


def test_a_crashed_tab_loses_nothing_that_was_kept(device: Any, quiz: str) -> None:
    context = device()
    page = begin(context.new_page(), quiz)
    address = page.url
    refuse(context, "events")
    choose(page, "d")
    saved(page, "Giữ trên máy 1 câu")
    with page.expect_event("crash"), pytest.raises(PlaywrightError):
        page.goto("chrome://crash")
    page.close()
    allow(context, "events")
    page = context.new_page()
    page.goto(address)
    saved(ready(page), "Đã lưu 1 câu")
    assert stored() == {1: {"choice": "d"}}


def test_a_second_tab_takes_what_the_first_holds(device: Any, quiz: str) -> None:
    """The first can neither keep nor send, and is in the middle of a word: all of it goes to the second."""
    context = device(NO_DATABASE, NO_ROOM)
    first = begin(context.new_page(), quiz)
    refuse(first, "events")
    choose(first, "b")
    saved(first, "Chưa lưu 1 câu")
    first.locator("#q5 input").fill("Hà N")
    second = context.new_page()
    second.goto(first.url)
    ready(second)
    notice(first, "thẻ khác")
    expect(first.locator('#q1 input[value="a"]')).to_be_disabled()
    expect(second.locator("#q5 input")).to_have_value("Hà N")
    saved(second, "Đã lưu 2 câu")
    with second.expect_response(takes("answer")):
        choose(second, "c")
    allow(first, "events")
    first.evaluate("dispatchEvent(new Event('online'))")
    expect(first.locator('[data-slot="1"] [data-state]')).to_have_text("Đã lưu trên máy chủ")
    assert stored() == {1: {"choice": "c"}, 5: {"text": "Hà N"}}


def test_the_old_device_does_not_hand_in_for_the_new_one(device: Any, quiz: str) -> None:
    old = begin(by_hand(device().new_page()), quiz)
    hurry(old)
    choose(old, "a")
    saved(old, "Đã lưu 1 câu")
    refuse(old, "events", "pulse")
    choose(old, "d")
    new = take_over(device().new_page(), old.url)
    choose(new, "b")
    saved(new, "Đã lưu 1 câu")
    old.clock.resume()
    notice(old, "Chưa nộp được")
    allow(old, "events")
    notice(old, "máy khác")
    assert submissions() == []
    assert stored() == {1: {"choice": "b"}}
    with db.open_session(writes=False) as session:
        kept = session.scalars(select(AttemptEvent).where(AttemptEvent.standing == "other_device")).all()
        assert [json.loads(event.payload) for event in kept] == [{"choice": "d"}]
    expect(old.locator('[data-slot="1"] [data-state]')).to_have_text("Đã gửi, chờ thầy cô xét")


def test_what_an_old_page_kept_does_not_hide_a_newer_answer(device: Any, quiz: str) -> None:
    """Answered without network here, then on another device, then here again: the other device's answer is newer."""
    here = device()
    page = begin(here.new_page(), quiz)
    refuse(here, "events")
    choose(page, "a")
    saved(page, "Giữ trên máy 1 câu")
    page.close()
    other = take_over(device().new_page(), page.url)
    choose(other, "c")
    saved(other, "Đã lưu 1 câu")
    allow(here, "events")
    page = take_over(here.new_page(), other.url)
    saved(page, "Đã lưu 1 câu")
    expect(page.locator('#q1 input[value="c"]')).to_be_checked()
    assert stored() == {1: {"choice": "c"}}


def test_a_bell_that_rings_too_early_is_taken_back(device: Any, quiz: str) -> None:
    """Time was given while the page had no network: it learns of it at the bell and goes on."""
    page = begin(device().new_page(), quiz)
    hurry(page)
    choose(page, "a")
    notice(page, "Em còn giờ")
    choose(page, "b")
    saved(page, "Đã lưu 1 câu")
    assert stored() == {1: {"choice": "b"}}
    assert submissions() == []


def test_a_hand_in_without_network_outlives_the_page(device: Any, quiz: str) -> None:
    context = device()
    page = begin(context.new_page(), quiz)
    refuse(context, "events", "finish")
    choose(page, "b")
    page.locator("[data-hand-in]").click()
    page.get_by_role("dialog").get_by_role("button", name="Nộp bài").click()
    notice(page, "Chưa nộp được")
    expect(page.locator('#q1 input[value="a"]')).to_be_disabled()
    page.close()
    page = context.new_page()
    page.goto(quiz)
    follow(page.get_by_role("link", name="Làm tiếp"))
    allow(context, "events", "finish")  # not before: the page with the link would hand in itself
    expect(page.locator("main")).to_contain_text("Bài của em đã nộp.")
    assert stored() == {1: {"choice": "b"}}
    assert [one.handed_in_by for one in submissions()] == ["pupil"]
    expect(page.locator("main")).to_contain_text(submissions()[0].receipt)


def test_a_sign_in_that_ran_out_stops_neither_answers_nor_hand_in(device: Any, quiz: str) -> None:
    context = device()
    page = begin(context.new_page(), quiz)
    context.clear_cookies(name="gieo")
    choose(page, "b")
    saved(page, "Đã lưu 1 câu")
    page.locator("[data-hand-in]").click()
    page.get_by_role("dialog").get_by_role("button", name="Nộp bài").click()
    expect(page.locator("main")).to_contain_text("Bài của em đã nộp.")
    expect(page.locator("main")).to_contain_text(submissions()[0].receipt)
    expect(page.locator("main")).to_contain_text("1/10")


def test_a_long_essay_is_saved_in_one_piece(device: Any, quiz: str) -> None:
    page = begin(device().new_page(), quiz)
    essay = "Trường em có hàng phượng vĩ. " * 2000
    page.locator("#q10 textarea").fill(essay)
    saved(page, "Đã lưu 1 câu")
    assert stored() == {10: {"text": essay}}


def test_steady_typing_is_kept_before_it_pauses(device: Any, quiz: str) -> None:
    page = begin(device().new_page(), quiz)
    page.evaluate(
        """() => {
            const field = document.querySelector('#q10 textarea');
            setInterval(() => {
                field.value += 'a';
                field.dispatchEvent(new Event('input', {bubbles: true}));
            }, 200);
        }"""
    )
    saved(page, "Đã lưu 1 câu")
    assert set(stored()[10]["text"]) == {"a"}


def test_without_room_the_page_says_that_nothing_is_kept(device: Any, quiz: str) -> None:
    page = begin(device(NO_DATABASE, NO_ROOM).new_page(), quiz)
    refuse(page, "events")
    choose(page, "b")
    saved(page, "Chưa lưu 1 câu")
    notice(page, "1 câu chưa lưu")
    expect(page.locator('[data-slot="1"] [data-state]')).to_have_text("Chưa lưu")
    allow(page, "events")
    saved(page, "Đã lưu 1 câu")
    assert stored() == {1: {"choice": "b"}}


def test_a_database_that_never_opens_does_not_keep_the_page(device: Any, quiz: str) -> None:
    context = device(HANGING_DATABASE)
    page = begin(context.new_page(), quiz)
    refuse(context, "events")
    choose(page, "b")
    saved(page, "Giữ trên máy 1 câu")
    page.close()
    allow(context, "events")
    page = context.new_page()
    page.goto(quiz)
    follow(page.get_by_role("link", name="Làm tiếp"))
    saved(page, "Đã lưu 1 câu")
    assert stored() == {1: {"choice": "b"}}


@pytest.mark.parametrize("status", [200, 403, 404])
def test_what_a_proxy_says_in_the_place_of_the_server_changes_nothing(device: Any, quiz: str, status: int) -> None:
    page = begin(device().new_page(), quiz)
    page.route("**/events", lambda route: route.fulfill(status=status, body="<p>Đăng nhập mạng</p>"))
    choose(page, "b")
    saved(page, "Giữ trên máy 1 câu")
    notice(page, "1 câu trả lời đang giữ trên máy này")
    allow(page, "events")
    saved(page, "Đã lưu 1 câu")
    assert stored() == {1: {"choice": "b"}}


def test_a_clock_that_is_wrong_by_a_day_decides_nothing(device: Any, quiz: str) -> None:
    page = begin(device(A_DAY_AHEAD).new_page(), quiz)
    expect(page.locator("[data-time]")).to_have_text(re.compile("^4[45]:"))
    earlier = time_of_day()
    refuse(page, "events")
    choose(page, "b")
    notice(page, "Mất kết nối lúc")
    told = page.locator("[data-notice-text]").inner_text()
    assert any(f"lúc {hour}:" in told for hour in (earlier, time_of_day()))
    page.evaluate("() => { const real = Date.now; Date.now = () => real() - 2 * 86400000; }")
    allow(page, "events")
    saved(page, "Đã lưu 1 câu")
    expect(page.locator("[data-time]")).to_have_text(re.compile("^4[45]:"))
    assert stored() == {1: {"choice": "b"}}


def test_a_page_after_the_test_delivers_what_an_earlier_one_held(device: Any, quiz: str) -> None:
    """The tab was closed without network and the server closed the attempt: the answers come all the same, as late."""
    context = device()
    page = begin(context.new_page(), quiz)
    address = page.url
    refuse(context, "events", "pulse")
    choose(page, "b")
    saved(page, "Giữ trên máy 1 câu")
    page.close()
    with db.transaction() as session:
        attempt = session.scalars(select(Attempt)).one()
        attempt.deadline_at = attempt.accept_until_at = clock.now() - timedelta(seconds=5)
    allow(context, "events", "pulse")
    page = context.new_page()
    page.goto(address)
    expect(page.locator("[data-leftovers]")).to_have_text("Đã gửi 1 câu trả lời còn giữ trên máy này.")
    assert [one.handed_in_by for one in submissions()] == ["server"]
    with db.open_session(writes=False) as session:
        event = session.scalars(select(AttemptEvent)).one()
        assert (json.loads(event.payload), event.standing) == ({"choice": "b"}, "late")
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-leftovers]")).to_be_hidden()


def test_a_rescue_file_saved_by_the_page_is_taken_by_the_server(device: Any, quiz: str) -> None:
    context = device()
    page = begin(context.new_page(), quiz)
    page.wait_for_function(
        "() => performance.getEntriesByType('resource').some((one) => one.name.includes('/rescue-'))"
    )
    refuse(context, "events", "pulse")
    choose(page, "b")
    page.locator("#q5 input").fill("Hà Nội, thủ đô")
    save = page.get_by_role("button", name="Lưu tệp cứu bài")
    expect(save).to_be_visible()
    with page.expect_download() as downloading:
        save.click()
    notice(page, downloading.value.suggested_filename)
    assert downloading.value.suggested_filename.endswith(".gieo")
    file = downloading.value.path()
    assert "Hà Nội" not in file.read_text()
    other = context.new_page()
    other.goto("/rescue")
    other.locator("input[type=file]").set_input_files(file)
    follow(other.get_by_role("button", name="Nộp tệp"))
    expect(other.locator("main")).to_contain_text("Đã nhận 2 câu trả lời")
    assert stored() == {1: {"choice": "b"}, 5: {"text": "Hà Nội, thủ đô"}}
    allow(context, "events", "pulse")
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page, "Đã lưu 2 câu")
    with db.open_session(writes=False) as session:
        assert len(session.scalars(select(AttemptEvent)).all()) == 2
