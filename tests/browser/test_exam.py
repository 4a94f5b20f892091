"""The page of a running test in a real browser: what a pupil typed survives the network, a reload, a closed tab."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.base import clock, db
from lms.quizzes.domain.flow import Navigation
from lms.quizzes.models import Attempt, AttemptEvent, Submission
from lms.quizzes.service import building
from lms.quizzes.service.flow import tell_running
from lms.quizzes.service.going import SectionWish, change_flow
from tests.browser.pages import PATIENCE, check, check_width, follow
from tests.browser.sitting import NO_DATABASE, begin, by_hand, choose, held, ready, saved, stored, take_over, takes
from tests.conftest import sign_in
from tests.factories import World
from tests.lms.quizzes import factories

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("answers_are_written")]


@pytest.fixture
def pupil(visit: Callable[..., Page], world: World) -> Callable[..., Page]:
    """Open a browser in which the pupil is signed in; another one is another device."""
    return lambda **options: visit(world.pupil, 360, **options)


def test_every_kind_of_answer_is_saved_and_comes_back(pupil: Any, quiz: str) -> None:
    page = begin(pupil(), quiz)
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
    page.reload()
    ready(page)
    saved(page, "Đã lưu 10 câu")
    expect(page.locator("#q10 textarea")).to_have_value("Em thích bài thơ này.\nVì nó hay.")
    check_width(page)


@pytest.mark.parametrize("private", [False, True], ids=["indexeddb", "no-indexeddb"])
def test_answers_given_without_network_survive_a_closed_tab(pupil: Any, quiz: str, private: bool) -> None:
    page = pupil()
    context = page.context
    if private:
        context.add_init_script(NO_DATABASE)
    begin(page, quiz)
    choose(page, "a")
    saved(page, "Đã lưu 1 câu")
    address = page.url
    context.set_offline(True)
    choose(page, "b")
    choose(page, "a", 2)
    expect(page.locator("[data-notice-text]")).to_contain_text("2 câu trả lời đang giữ trên máy này")
    saved(page, "Giữ trên máy 2 câu")
    held(page, 1, 2)
    assert stored() == {1: {"choice": "a"}}
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(address)
    ready(page)
    saved(page, "Đã lưu 2 câu")
    assert stored() == {1: {"choice": "b"}, 2: {"choices": ["a"]}}
    expect(page.locator('#q1 input[value="b"]')).to_be_checked()


def test_when_the_network_is_back_it_sends_by_itself(pupil: Any, quiz: str) -> None:
    page = begin(pupil(), quiz)
    page.context.set_offline(True)
    choose(page, "c")
    saved(page, "Giữ trên máy 1 câu")
    page.context.set_offline(False)
    saved(page, "Đã lưu 1 câu")
    assert stored() == {1: {"choice": "c"}}


def test_a_busy_server_is_asked_again(pupil: Any, quiz: str) -> None:
    page = begin(pupil(), quiz)
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


def test_a_lost_acknowledgement_makes_no_second_answer(pupil: Any, quiz: str) -> None:
    page = begin(pupil(), quiz)
    lost = iter([True])

    def lose(route: Any) -> None:
        if next(lost, False):
            route.fetch(timeout=PATIENCE)
            route.abort()
        else:
            route.continue_()

    page.route("**/events", lose)
    choose(page, "b")
    saved(page, "Đã lưu 1 câu")
    with db.open_session(writes=False) as session:
        assert len(session.scalars(select(AttemptEvent)).all()) == 1


def test_handing_in_gives_the_receipt_of_the_server(pupil: Any, quiz: str) -> None:
    page = begin(pupil(), quiz)
    choose(page, "b")
    page.locator("[data-hand-in]").click()
    expect(page.get_by_role("dialog")).to_contain_text("Còn 9 câu em chưa trả lời.")
    follow(page.get_by_role("dialog").get_by_role("button", name="Nộp bài"))
    page.wait_for_url("**/receipt")
    with db.open_session(writes=False) as session:
        receipt = session.scalars(select(Submission)).one().receipt
    expect(page.locator("main")).to_contain_text(receipt)


def test_at_the_bell_the_page_hands_in(pupil: Any, quiz: str) -> None:
    page = begin(pupil(), quiz)
    choose(page, "b")
    saved(page, "Đã lưu 1 câu")
    with db.transaction() as session:
        attempt = session.scalars(select(Attempt)).one()
        attempt.deadline_at = clock.now() + timedelta(seconds=3)
        attempt.accept_until_at = clock.now() + timedelta(minutes=30)
    page.locator("#q5 input").fill("Hà Nội")  # the next reply tells of the new end
    page.wait_for_url("**/receipt")
    with db.open_session(writes=False) as session:
        assert session.scalars(select(Submission)).one().handed_in_by == "pupil"
    assert stored()[5] == {"text": "Hà Nội"}


def test_extra_time_moves_the_clock_of_a_page_that_saves_nothing(
    pupil: Any, quiz: str, app: Flask, world: World
) -> None:
    page = begin(by_hand(pupil()), quiz)
    expect(page.locator("[data-time]")).to_have_text(re.compile(r"4[45]:\d\d"))
    given = sign_in(app, world.teacher).post(
        f"{quiz}/extra-time", data={"pupil": world.pupil.uid, "minutes": "10", "reason": "Mất điện"}
    )
    assert given.status_code == 303
    page.clock.run_for(5000)
    expect(page.locator("[data-time]")).to_have_text(re.compile(r"5[45]:\d\d"))


def test_a_pause_rests_the_page_and_keeps_what_was_typed(pupil: Any, quiz: str, app: Flask, world: World) -> None:
    page = begin(by_hand(pupil()), quiz)
    teacher = sign_in(app, world.teacher)
    page.locator("#q10 textarea").type("Em đang viết dở")
    assert teacher.post(f"{quiz}/pause", data={"whom": "all", "reason": "Mất điện"}).status_code == 303
    page.clock.run_for(5000)
    expect(page.get_by_role("heading", name="Tạm dừng")).to_be_visible()
    expect(page.locator("#q10 textarea")).to_be_disabled()
    expect(page.locator("[data-hand-in]")).to_be_disabled()
    saved(page, "Đã lưu 1 câu")
    assert stored() == {10: {"text": "Em đang viết dở"}}
    stands = page.locator("[data-time]").inner_text()
    page.reload()
    ready(page)
    expect(page.locator("#q10 textarea")).to_be_disabled()
    page.clock.run_for(1500)
    expect(page.locator("[data-time]")).to_have_text(stands)
    assert teacher.post(f"{quiz}/resume", data={"whom": "all"}).status_code == 303
    page.clock.run_for(5000)
    expect(page.get_by_role("heading", name="Tạm dừng")).to_be_hidden()
    choose(page, "b")
    saved(page, "Đã lưu 2 câu")


def on_its_way(app: Flask, world: World, **rules: Any) -> str:
    """The path of a test that is gone through by these rules."""
    with db.transaction() as session:
        made = factories.draft(session, world, at=clock.now())
        teacher = world.actor(session, "teacher")
        going = {"navigation": Navigation.FREE, "way_back": True, **rules}
        change_flow(session, teacher, made.uid, **going)
        return f"/quizzes/{building.publish(session, teacher, made.uid, at=clock.now()).uid}"


def test_one_question_at_a_time_without_a_way_back(pupil: Any, app: Flask, world: World) -> None:
    page = begin(pupil(), on_its_way(app, world, navigation=Navigation.ONE_BY_ONE, way_back=False))
    expect(page.locator("[data-slot]:visible")).to_have_count(1)
    choose(page, "b")
    page.get_by_role("button", name="Câu sau").click()
    expect(page.locator("#q2")).to_be_visible()
    expect(page.locator("#q1")).to_be_hidden()
    expect(page.get_by_role("button", name="Câu trước")).to_be_hidden()
    expect(page.locator('[data-cell="1"]')).not_to_have_attribute("href", re.compile("."))
    choose(page, "a", 2)
    saved(page, "Đã lưu 2 câu")
    with page.expect_response(takes("reached")):
        page.locator('[data-cell="4"]').click()
    expect(page.locator("#q4")).to_be_visible()
    page.reload()
    ready(page)
    expect(page.locator("#q4")).to_be_visible()
    expect(page.locator("#q1")).to_have_count(0)
    saved(page, "Đã lưu 2 câu")
    assert stored() == {1: {"choice": "b"}, 2: {"choices": ["a"]}}


def test_without_scripts_one_question_at_a_time(pupil: Any, app: Flask, world: World) -> None:
    page = pupil(java_script_enabled=False)
    page.goto(on_its_way(app, world, navigation=Navigation.ONE_BY_ONE, way_back=False))
    follow(page.get_by_role("button", name="Bắt đầu làm bài"))
    expect(page.locator("[data-slot]:visible")).to_have_count(1)
    page.locator('#q1 input[value="b"]').check(force=True)
    follow(page.get_by_role("button", name="Lưu và sang câu sau"))
    expect(page.locator("[data-slot]:visible")).to_have_attribute("data-slot", "2")
    expect(page.locator("#q1")).to_have_count(0)
    assert stored() == {1: {"choice": "b"}}


def test_a_section_whose_time_is_over_gives_way_to_the_next(pupil: Any, app: Flask, world: World) -> None:
    parts = [SectionWish("Trắc nghiệm", 1, 5), SectionWish("Trả lời ngắn", 5)]
    page = begin(pupil(), on_its_way(app, world, sections=parts))
    expect(page.locator("[data-slot]:visible")).to_have_count(4)
    expect(page.locator("[data-section-time]")).to_have_text(re.compile(r"Trắc nghiệm · [45]:\d\d"))
    choose(page, "a")
    saved(page, "Đã lưu 1 câu")
    with db.transaction() as session:
        attempt = session.scalars(select(Attempt)).one()
        attempt.section_ends_at = clock.now() + timedelta(seconds=3)
        tell_running(session, attempt.quiz)
    expect(page.locator("#q5")).to_be_visible()
    expect(page.locator("#q1")).to_be_hidden()
    page.locator("#q5 input").fill("Hà Nội")
    saved(page, "Đã lưu 2 câu")
    assert stored() == {1: {"choice": "a"}, 5: {"text": "Hà Nội"}}


def test_a_second_tab_and_a_second_device(pupil: Any, quiz: str) -> None:
    first = begin(pupil(), quiz)
    second = first.context.new_page()
    second.goto(first.url)
    ready(second)
    expect(first.locator("[data-notice-text]")).to_contain_text("thẻ khác")
    expect(first.locator('#q1 input[value="a"]')).to_be_disabled()
    choose(second, "b")
    saved(second, "Đã lưu 1 câu")
    other = take_over(pupil(), first.url)
    saved(other, "Đã lưu 1 câu")
    with other.expect_response(takes("answer")):
        choose(other, "c")
    expect(second.locator("[data-notice-text]")).to_contain_text("máy khác")
    expect(second.locator('#q1 input[value="a"]')).to_be_disabled()
    assert stored() == {1: {"choice": "c"}}


def test_leaving_the_page_is_noted_and_shown_to_nobody_else(pupil: Any, quiz: str) -> None:
    page = begin(pupil(), quiz)
    with page.expect_response(takes("left")):
        away = page.evaluate(
            """async () => {
                const become = (state) => {
                    Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});
                    document.dispatchEvent(new Event('visibilitychange'));
                };
                const begun = performance.now();
                become('hidden');
                await new Promise((go) => setTimeout(go, 1800));
                become('visible');
                return performance.now() - begun;
            }"""
        )
    with db.open_session(writes=False) as session:
        (noted,) = session.scalars(select(AttemptEvent.payload).where(AttemptEvent.kind == "left"))
    assert 1500 < int(noted) <= away + 1


def test_without_scripts_it_is_a_form(pupil: Any, quiz: str) -> None:
    page = pupil(java_script_enabled=False)
    page.goto(quiz)
    follow(page.get_by_role("button", name="Bắt đầu làm bài"))
    page.locator('#q1 input[value="b"]').check(force=True)
    follow(page.get_by_role("button", name="Lưu bài làm"))
    saved(page, "Đã lưu 1 câu")
    follow(page.get_by_role("button", name="Nộp bài").first)
    page.wait_for_url("**/receipt")
    assert stored() == {1: {"choice": "b"}}


def test_axe_finds_nothing(pupil: Any, quiz: str, axe: str) -> None:
    page = begin(pupil(), quiz)
    choose(page, "b")
    saved(page, "Đã lưu 1 câu")
    check(page, axe)
