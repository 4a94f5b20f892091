"""Everyone's first page opens and shows what is theirs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.factories import World

SignedIn = Callable[[str], FlaskClient]


@pytest.mark.parametrize(
    ("persona", "words"),
    [
        ("teacher", "Lớp tôi dạy"),
        ("subject_head", "Chưa có việc nào chờ bạn"),
        ("leader", "Báo cáo của trường"),
        ("admin", "Báo cáo của trường"),
        ("pupil", "Chào Anh"),
        ("parent", "Nguyễn Minh Anh"),
    ],
)
def test_the_first_page_suits_the_person(signed_in: SignedIn, world: World, persona: str, words: str) -> None:
    answer = signed_in(persona).get("/")
    assert answer.status_code == 200
    assert words in answer.text


def test_a_parent_sees_no_other_child(signed_in: SignedIn, world: World) -> None:
    assert world.classmate.full_name not in signed_in("parent").get("/").text


def test_reports_are_for_those_who_answer_for_the_school(signed_in: SignedIn, world: World) -> None:
    assert "Học sinh có tài khoản đã dùng" in signed_in("leader").get("/reports").text
    assert "Học sinh có tài khoản đã dùng" not in signed_in("teacher").get("/reports").text
