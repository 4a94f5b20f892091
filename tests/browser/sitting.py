"""A pupil at the page of a running test, and what of it the server has."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, Response, expect
from sqlalchemy import select

from lms.base import clock, db
from lms.quizzes.models import AttemptEvent
from tests.browser.pages import follow

NO_DATABASE = "Object.defineProperty(window, 'indexedDB', {get() { throw new Error('private'); }});"
NO_ROOM = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"


def by_hand(page: Page) -> Page:
    """Let the page's own time stand, from before its first script, and pass by `page.clock.run_for` alone."""
    page.clock.install(time=clock.now())
    page.clock.pause_at(clock.now() + timedelta(minutes=1))
    return page


def begin(page: Page, quiz: str) -> Page:
    """Begin the test at this path."""
    page.goto(quiz)
    follow(page.get_by_role("button", name="Bắt đầu làm bài"))
    return ready(page)


def take_over(page: Page, attempt: str) -> Page:
    """Go on with an attempt that another device has."""
    page.goto(attempt)
    follow(page.get_by_role("button", name="Tiếp tục trên máy này"))
    return ready(page)


def ready(page: Page) -> Page:
    """Go on once the script of the page takes answers."""
    page.wait_for_selector("[data-ready]")
    return page


def choose(page: Page, option: str, slot: int = 1) -> None:
    page.locator(f'#q{slot} input[value="{option}"]').first.check(force=True)


def saved(page: Page, words: str) -> None:
    """The page says this about all answers."""
    expect(page.locator("[data-saved]")).to_have_text(words)


def held(page: Page, *slots: int) -> None:
    """The answers to these questions are on this device, where a closed tab does not take them."""
    for slot in slots:
        expect(page.locator(f'[data-slot="{slot}"] [data-state]')).to_have_text("Đang giữ trên máy này")


def takes(kind: str) -> Callable[[Response], bool]:
    """Whether a response of the server acknowledges an event of this kind."""
    return lambda response: response.ok and f'"kind":"{kind}"' in (response.request.post_data or "")


def stored() -> dict[int, Any]:
    """The answers that count on the server, by slot."""
    with db.open_session(writes=False) as session:
        rows = session.execute(
            select(AttemptEvent.slot, AttemptEvent.payload)
            .where(AttemptEvent.kind == "answer", AttemptEvent.standing == "applied")
            .order_by(AttemptEvent.client_seq, AttemptEvent.id)
        )
        return {slot: json.loads(payload) for slot, payload in rows}
