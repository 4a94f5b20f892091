"""An evening of a subject head: thirty questions reviewed from first to last without touching the mouse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.base import db
from lms.base.clock import now
from question_bank.items.models import ItemVersion
from question_bank.items.service import writing
from tests.browser.pages import arriving
from tests.factories import World
from tests.question_bank.items import samples

pytestmark = pytest.mark.browser
COUNT = 30
RETURNED = {5, 14, 23}  # which of them, counted from 1, are sent back


def hand_in(world: World) -> None:
    with db.transaction() as session:
        teacher = world.actor(session, "teacher")
        drafts = [samples.choice(f"<p>Tính {number} + 1.</p>") for number in range(COUNT)]
        uids = [writing.new_item(session, teacher, world.maths.id, draft, at=now()).versions[0].uid for draft in drafts]
        writing.submit(session, teacher, uids, at=now())


def test_thirty_questions_are_reviewed_by_keyboard(visit: Callable[..., Page], world: World) -> None:
    hand_in(world)
    page = visit(world.subject_head)
    page.goto("/bank/review")
    first = page.get_by_role("link", name="Xem từng câu")
    first.focus()
    with arriving(page):
        page.keyboard.press("Enter")
    with arriving(page):
        page.keyboard.press("j")
    with arriving(page):
        page.keyboard.press("k")
    for number in range(1, COUNT + 1):
        expect(page.get_by_role("heading", name=f"trên {COUNT + 1 - number}")).to_be_visible()
        if number in RETURNED:
            page.keyboard.press("r")
            page.keyboard.type("Thêm đơn vị đo vào đáp án.")
        with arriving(page):
            page.keyboard.press("Control+Enter" if number in RETURNED else "a")
    expect(page.get_by_text("Không còn câu nào chờ duyệt")).to_be_visible()
    with db.transaction() as session:
        states = Counter(session.scalars(select(ItemVersion.state)))
    assert states == {"approved": COUNT - len(RETURNED), "changes_requested": len(RETURNED)}
