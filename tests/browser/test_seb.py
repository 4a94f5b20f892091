"""A test that asks for Safe Exam Browser, in a browser whose script is told the keys as SEB tells them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, expect
from sqlalchemy import func, select

from lms.base import clock, db
from lms.quizzes.domain.seb import own_config_key
from lms.quizzes.models import AttemptEvent
from lms.quizzes.service import admission, building
from tests.browser.pages import follow, sign_in
from tests.browser.sitting import ready, saved
from tests.factories import World
from tests.lms.quizzes import factories

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("answers_are_written")]

SEB = """
{
  const digest = async (text) => {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return [...new Uint8Array(bytes)].map((one) => one.toString(16).padStart(2, "0")).join("");
  };
  const security = {
    configKey: "",
    browserExamKey: "",
    updateKeys(callback) {
      digest(location.href.split("#")[0] + "KEY").then((made) => {
        security.configKey = made;
        new Function(callback.name + "()")(); // as SEB does: by the name of the function
      });
    },
  };
  window.SafeExamBrowser = { version: "SEB_macOS_3.7", security };
}
"""


def test_a_test_in_safe_exam_browser(
    app: Flask, world: World, address: str, new_context: Callable[..., BrowserContext]
) -> None:
    at = clock.now()
    with db.transaction() as session:
        teacher = world.actor(session, "teacher")
        quiz = factories.draft(session, world, at=at - timedelta(minutes=1)).uid
        admission.save_rules(session, teacher, quiz, admission.Rules(seb_required=True), at=at)
        building.publish(session, teacher, quiz, at=at)

    plain = new_context(base_url=address)
    sign_in(plain, app, world.pupil)
    page = plain.new_page()
    page.goto(f"/quizzes/{quiz}")
    expect(page.get_by_role("link", name="Mở Safe Exam Browser")).to_be_visible()
    expect(page.get_by_role("button", name="Bắt đầu làm bài")).to_be_hidden()

    # `new Function` stands for what SEB does from outside the page.
    locked = new_context(base_url=address, bypass_csp=True)
    sign_in(locked, app, world.pupil)
    locked.add_init_script(SEB.replace("KEY", own_config_key(address, quiz, "")))
    page = locked.new_page()
    page.goto(f"/quizzes/{quiz}")
    expect(page.get_by_role("link", name="Mở Safe Exam Browser")).to_have_count(0)
    follow(page.get_by_role("button", name="Bắt đầu làm bài"))
    ready(page).locator("#q1 input[type=radio]").first.check()
    saved(page, "Đã lưu 1 câu")
    with db.open_session(writes=False) as session:
        assert session.scalar(select(func.count()).select_from(AttemptEvent)) == 1
    page.reload()  # a navigation, by the cookie
    saved(ready(page), "Đã lưu 1 câu")
