"""Course pages as verbs: who sees what, in which order, and what a lesson may hold."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.courses import service
from lms.courses.domain import ActivityKind, video_embed
from lms.courses.models import Course
from tests.factories import NOON, World

EVERYONE = (
    "admin leader teacher colleague it_teacher subject_head pupil classmate other_pupil parent outsider outsider_pupil"
).split()


@pytest.mark.parametrize("persona", EVERYONE)
def test_the_list_and_the_single_check_agree(session: Session, world: World, persona: str) -> None:
    actor = world.actor(session, persona)
    listed = set(session.scalars(select(Course.id).where(service.visible_to(actor))))
    allowed = {course.id for course in session.scalars(select(Course)) if service.may_read(actor, course)}
    assert listed == allowed


def test_who_opens_the_course_of_8a2(session: Session, world: World) -> None:
    opened = set()
    for persona in EVERYONE:
        try:
            service.get_course(session, world.actor(session, persona), world.course.uid)
        except NotFound:
            continue
        opened.add(persona)
    assert opened == {"admin", "leader", "teacher", "subject_head", "pupil", "classmate", "parent"}


def test_lines_are_moved_and_keep_whole_numbers(session: Session, world: World) -> None:
    teacher = world.actor(session, "teacher")
    lines = [
        service.add_activity(
            session, teacher, world.section.uid, ActivityKind.LINK, f"Trang {n}", url="https://example.edu.vn"
        )
        for n in range(3)
    ]
    service.move_activity(session, teacher, lines[2].uid, -1)
    assert [one.position for one in lines] == [1, 3, 2]
    service.move_activity(session, teacher, lines[0].uid, -1)
    assert sorted(one.position for one in lines) == [1, 2, 3]


@pytest.mark.parametrize(
    ("persona", "refusal"),
    [
        ("leader", Forbidden),
        ("subject_head", Forbidden),
        ("pupil", Forbidden),
        ("colleague", NotFound),
        ("outsider", NotFound),
    ],
)
def test_only_the_teacher_of_the_course_changes_it(
    session: Session, world: World, persona: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        service.add_section(session, world.actor(session, persona), world.course.uid, "Chương mới")


def test_a_lesson_is_hidden_until_it_is_published(session: Session, world: World) -> None:
    teacher, pupil = world.actor(session, "teacher"), world.actor(session, "pupil")
    lesson = service.new_lesson(session, teacher, world.section.uid, "Đơn thức", at=NOON)
    with pytest.raises(NotFound):
        service.get_lesson(session, pupil, lesson.uid, at=NOON)
    line = service.find_activity(session, ActivityKind.LESSON, lesson.uid)
    assert line is not None
    service.publish_activity(session, teacher, line.uid, at=NOON)
    assert service.get_lesson(session, pupil, lesson.uid, at=NOON)[0] is lesson


def test_a_lesson_is_cleaned_and_its_formulas_kept(session: Session, world: World) -> None:
    teacher = world.actor(session, "teacher")
    lesson = service.new_lesson(session, teacher, world.section.uid, "Đa thức", at=NOON)
    service.save_lesson(
        session,
        teacher,
        lesson.uid,
        title="Đa thức",
        html=r"<h2>Định nghĩa</h2><p onclick=alert(1)>Cho \(x^2-4\)</p><script>alert(1)</script>",
        video_url="https://youtu.be/abc-123_x",
        at=NOON,
    )
    assert "script" not in lesson.html
    assert "onclick" not in lesson.html
    assert 'class="tex"' in lesson.html


def test_a_picture_must_belong_to_the_lesson(session: Session, world: World) -> None:
    teacher = world.actor(session, "teacher")
    lesson = service.new_lesson(session, teacher, world.section.uid, "Ảnh lạ", at=NOON)
    with pytest.raises(Invalid):
        service.save_lesson(
            session,
            teacher,
            lesson.uid,
            title="Ảnh lạ",
            html=f'<p><img src="asset:{"a" * 64}" alt="x"></p>',
            video_url="",
            at=NOON,
        )


def test_a_section_with_content_stays(session: Session, world: World) -> None:
    teacher = world.actor(session, "teacher")
    service.new_lesson(session, teacher, world.section.uid, "Còn đây", at=NOON)
    with pytest.raises(Conflict):
        service.remove_section(session, teacher, world.section.uid)


def test_only_known_video_hosts_are_embedded() -> None:
    assert video_embed("https://www.youtube.com/watch?v=a1B2-c3") == "https://www.youtube-nocookie.com/embed/a1B2-c3"
    assert video_embed("https://vimeo.com/12345") == "https://player.vimeo.com/video/12345"
    bad = [
        "https://evil.example/watch?v=x",
        "https://youtube.com.evil.example/watch?v=x",
        'https://youtu.be/"><script>',
    ]
    assert list(itertools.filterfalse(lambda url: video_embed(url) == "", bad)) == []
