"""The frame: each person sees the places that are theirs."""

from __future__ import annotations

import pytest

from lms.base.frame import Frame, for_actor, is_current, is_under, role_name, wants_less_data
from lms.base.permissions import Actor, Role


def person(*roles: Role, headed: frozenset[int] = frozenset()) -> Actor:
    return Actor(user_id=1, school_id=1, name="Trần Thu Hà", roles=frozenset(roles), headed_group_ids=headed)


def hrefs(frame: Frame) -> list[str]:
    return [entry.href for entry in frame.entries]


def test_staff_go_to_courses_bank_library_marks_and_reports() -> None:
    frame = for_actor(person(Role.TEACHER), "/bank", "THCS Hoa Phượng")
    assert hrefs(frame) == ["/courses", "/bank", "/library", "/gradebook", "/reports"]
    assert frame.layout == "layout/staff.html"
    assert (frame.who, frame.role, frame.school) == ("Trần Thu Hà", "Giáo viên", "THCS Hoa Phượng")


def test_leaders_reach_the_school_too_and_an_administrator_sees_no_marks() -> None:
    assert hrefs(for_actor(person(Role.LEADER), "/"))[-2:] == ["/reports", "/school"]
    assert hrefs(for_actor(person(Role.ADMIN), "/")) == ["/school", "/courses", "/reports"]
    assert "/gradebook" in hrefs(for_actor(person(Role.ADMIN, Role.TEACHER), "/"))


def test_nobody_is_led_to_a_library_that_is_shut_to_them() -> None:
    assert for_actor(person(Role.ADMIN), "/").search_href == ""
    frame = for_actor(person(Role.LIBRARIAN), "/library")
    assert hrefs(frame) == ["/library", "/school"]
    assert frame.search_href == "/library"


def test_pupils_begin_with_today() -> None:
    frame = for_actor(person(Role.PUPIL), "/")
    assert hrefs(frame) == ["/", "/courses", "/library", "/marks"]
    assert frame.layout == "layout/pupil.html"
    assert [entry.label for entry in frame.entries if entry.current] == ["Hôm nay"]


def test_parents_see_marks_but_no_library() -> None:
    frame = for_actor(person(Role.PARENT), "/")
    assert hrefs(frame) == ["/", "/marks"]
    assert frame.search_href == ""


def test_a_teacher_who_is_a_parent_keeps_the_staff_frame() -> None:
    assert "/bank" in hrefs(for_actor(person(Role.TEACHER, Role.PARENT), "/"))


def test_nobody_has_an_empty_frame() -> None:
    assert for_actor(None, "/") == Frame()


@pytest.mark.parametrize(
    ("path", "current"),
    [("/bank", "/bank"), ("/bank/items/1", "/bank"), ("/banking", None), ("/", None), ("/account", None)],
)
def test_the_place_a_page_belongs_to_is_marked(path: str, current: str | None) -> None:
    marked = [entry.href for entry in for_actor(person(Role.TEACHER), path).entries if entry.current]
    assert marked == ([current] if current else [])


def test_the_root_is_only_itself() -> None:
    assert is_under("/", "/")
    assert not is_under("/courses", "/")


def test_the_role_a_person_is_best_known_by() -> None:
    assert role_name(person(Role.TEACHER, headed=frozenset({3}))) == "Tổ trưởng chuyên môn"
    assert role_name(person(Role.TEACHER, Role.LEADER, headed=frozenset({3}))) == "Lãnh đạo trường"
    assert role_name(person(Role.PUPIL)) == "Học sinh"
    assert role_name(person()) == ""


def test_save_data() -> None:
    assert wants_less_data("on")
    assert wants_less_data(" ON ")
    assert not wants_less_data("")
    assert not wants_less_data("off")


def test_a_lesson_and_a_quiz_belong_to_the_courses() -> None:
    assert is_current("/quizzes/01/board", "/courses")
    assert is_current("/lessons/01", "/courses")
    assert is_current("/frameworks", "/bank")
    assert not is_current("/quizzes/01", "/bank")
