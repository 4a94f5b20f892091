from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.base.clock import now
from lms.base.errors import Forbidden
from lms.reports.stuck_reviews import Stuck, stuck_reviews
from question_bank.items.service import reviewing, writing
from tests.factories import NOON, World
from tests.question_bank.items import samples

LATER = NOON + timedelta(days=8)


def handed_in(session: Session, world: World, author: str = "teacher", at: datetime = NOON) -> str:
    actor = world.actor(session, author)
    version = writing.new_item(session, actor, world.maths.id, samples.choice(), at=at).versions[0]
    writing.submit(session, actor, [version.uid], at=at)
    return version.uid


def told(rows: list[Stuck]) -> list[tuple[str, int]]:
    return [(one.person, one.count) for one in rows]


def test_what_waits_is_told_by_person(session: Session, world: World) -> None:
    head = world.actor(session, "subject_head")
    handed_in(session, world)
    handed_in(session, world)
    reviewing.request_changes(session, head, handed_in(session, world), "Thiếu đơn vị.", at=NOON)
    own = stuck_reviews(session, head, 7, at=LATER)
    assert told(own.for_heads) == [("Vũ Thanh Bình", 2)]
    assert told(own.for_authors) == [("Nguyễn Thị Thu Hà", 1)]
    assert own.for_heads[0].since == NOON
    young = stuck_reviews(session, head, 14, at=LATER)
    assert (young.for_heads, young.for_authors) == ([], [])
    elsewhere = stuck_reviews(session, world.actor(session, "it_teacher"), 7, at=LATER)
    assert (elsewhere.for_heads, elsewhere.for_authors) == ([], [])


def test_the_only_heads_own_question_waits_for_nobody(session: Session, world: World) -> None:
    handed_in(session, world, "subject_head")
    found = stuck_reviews(session, world.actor(session, "leader"), 7, at=LATER)
    assert told(found.for_heads) == [("", 1)]


@pytest.mark.parametrize("persona", ["teacher", "pupil", "parent"])
def test_others_are_refused(session: Session, world: World, persona: str) -> None:
    with pytest.raises(Forbidden):
        stuck_reviews(session, world.actor(session, persona), 7, at=LATER)


def test_the_page_says_who_is_waited_for(
    signed_in: Callable[[str], FlaskClient], session: Session, world: World
) -> None:
    handed_in(session, world, at=now() - timedelta(days=4))
    session.commit()
    session.close()
    leader = signed_in("leader")
    assert "/reports/waiting" in leader.get("/reports").text
    page = leader.get("/reports/waiting?days=3").text
    assert "Vũ Thanh Bình" in page
    assert leader.get("/reports/waiting?days=x").status_code == 200
