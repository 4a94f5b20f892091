"""The list for signatures: who began when, who handed in, who was not there; of the class and of a room."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from lms.base import db
from lms.quizzes.service import sittings, taking
from lms.school import service as school
from tests.factories import World
from tests.lms.quizzes import factories

SignIn = Callable[[str], FlaskClient]
BEGAN = datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC)  # 8:02:03 in Việt Nam


def rows(page: str) -> list[list[str]]:
    """The cells of the list."""
    body = page.partition("<tbody")[2].partition("</tbody>")[0]
    lines = [re.findall(r"<td[^>]*>(.*?)</td>", line, re.S) for line in body.split("<tr>")[1:]]
    return [[re.sub(r"\s+", " ", cell).strip() for cell in line] for line in lines]


@pytest.fixture
def sat(world: World) -> tuple[str, str]:
    """A quiz that one of two pupils took, and the sitting of its room."""
    with db.transaction() as session:
        room = school.add_room(session, world.actor(session, "admin"), "Phòng máy 1", "")
        quiz = factories.published(session, world, at=BEGAN)
        wanted = sittings.Wanted(room=room.uid, invigilators=[world.colleague.uid])
        sitting = sittings.add_sitting(session, world.actor(session, "teacher"), quiz.uid, wanted, at=BEGAN)
        attempt = factories.begun(session, world, quiz, at=BEGAN)
        taking.hand_in(session, world.actor(session, "pupil"), attempt.uid, at=BEGAN.replace(minute=20))
        return quiz.uid, sitting.uid


def test_the_list_of_the_class(world: World, signed_in: SignIn, sat: tuple[str, str]) -> None:
    page = signed_in("teacher").get(f"/quizzes/{sat[0]}/attendance").text
    by_name = {line[1]: line for line in rows(page)}
    assert by_name[world.pupil.full_name][3] == "Phòng máy 1"
    assert by_name[world.pupil.full_name][5:] == ["08:02:03", "08:20:03", ""]
    assert by_name[world.classmate.full_name][5:] == ["vắng", "", ""]
    assert "Có mặt 1/2, đã nộp 1" in page
    assert "Kí tên" in page


def test_the_list_of_a_room_is_its_invigilators(world: World, signed_in: SignIn, sat: tuple[str, str]) -> None:
    quiz, sitting = sat
    keeper = signed_in("colleague")
    assert len(rows(keeper.get(f"/sittings/{sitting}/attendance").text)) == 2
    assert keeper.get(f"/quizzes/{quiz}/attendance").status_code == 404
    assert signed_in("pupil").get(f"/sittings/{sitting}/attendance").status_code == 404
