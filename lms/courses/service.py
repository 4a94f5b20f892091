"""Verbs of course pages: sections, activities, lessons and their files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true, tuple_
from sqlalchemy.orm import Session, selectinload

from lms.base import audit, richtext, storage
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.storage import Stored
from lms.base.subjects import Subject
from lms.base.text import nfc
from lms.courses import domain
from lms.courses.domain import ActivityKind
from lms.courses.models import Activity, Course, Lesson, LessonFile, Section
from lms.permissions import Permission, allows, require
from lms.school import service as school
from lms.school.models import SchoolClass, SchoolYear
from materials import api as materials


def may_read(actor: Actor, course: Course) -> bool:
    """Say whether the actor may open the course page; `visible_to` says the same in SQL."""
    return allows(actor, Permission.READ_COURSE, course)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition under which a course is one that the actor may open; `may_read` says the same of one course."""
    same_school = Course.school_id == actor.school_id
    if actor.is_leader or actor.is_admin:
        return same_school
    classes = actor.class_ids | actor.child_class_ids | actor.homeroom_class_ids
    ways: list[ColumnElement[bool]] = []
    if classes:
        ways.append(Course.class_id.in_(classes))
    if actor.headed_subject_ids:
        ways.append(Course.subject_id.in_(actor.headed_subject_ids))
    if actor.teaches:
        ways.append(tuple_(Course.class_id, Course.subject_id).in_(sorted(actor.teaches)))
    return and_(same_school, or_(*ways)) if ways else false()


def list_courses(session: Session, actor: Actor, *, taught_only: bool = False) -> list[Course]:
    """List the courses of the running year that the actor may open, by class and subject.

    With *taught_only* those that the actor teaches.
    """
    mine = tuple_(Course.class_id, Course.subject_id).in_(sorted(actor.teaches)) if actor.teaches else false()
    return list(
        session.scalars(
            select(Course)
            .join(SchoolClass, SchoolClass.id == Course.class_id)
            .join(SchoolYear, SchoolYear.id == SchoolClass.year_id)
            .join(Subject, Subject.id == Course.subject_id)
            .where(visible_to(actor), SchoolYear.current, mine if taught_only else true())
            .order_by(SchoolClass.grade, SchoolClass.name, Subject.name)
        )
    )


def open_course(session: Session, school_class: SchoolClass, subject: Subject) -> Course:
    """The course of a class in a subject, made when there is none; called when the class gets a teacher there."""
    course = session.scalar(select(Course).where(Course.class_id == school_class.id, Course.subject_id == subject.id))
    if course is None:
        title = f"{subject.name} {school_class.name}"
        course = Course(school_id=school_class.school_id, class_id=school_class.id, subject_id=subject.id, title=title)
        session.add(course)
        session.flush()
    return course


def _open_after_assignment(session: Session, school_class: SchoolClass, subject: Subject) -> None:
    open_course(session, school_class, subject)


school.after_assignment(_open_after_assignment)


def get_course(session: Session, actor: Actor, uid: str) -> Course:
    """Find a course that the actor may open.

    Raises:
        NotFound: no such course for this person.
    """
    course = session.scalar(select(Course).where(Course.uid == uid, visible_to(actor)))
    if course is None:
        raise NotFound
    return course


def may_edit(actor: Actor, course: Course) -> bool:
    """Say whether the actor may change the course page."""
    return allows(actor, Permission.EDIT_COURSE, course)


def course_page(session: Session, actor: Actor, uid: str, *, at: datetime) -> tuple[Course, list[Section]]:
    """A course with its sections and their activities; pupils and parents get the published ones only."""
    course = get_course(session, actor, uid)
    sections = list(
        session.scalars(
            select(Section)
            .where(Section.course_id == course.id)
            .options(selectinload(Section.activities))
            .order_by(Section.position)
        )
    )
    return course, sections


def shown_activities(
    session: Session, actor: Actor, course: Course, sections: Sequence[Section], *, at: datetime
) -> list[tuple[Section, list[Activity]]]:
    """The activities of sections that this person sees now; all of them for those who may change the page.

    Others get no quiz that is still being built and no material that they cannot open: withdrawn, or not for them.
    """
    if may_edit(actor, course):
        return [(section, list(section.activities)) for section in sections]
    lines = [one for section in sections for one in section.activities]
    readable = materials.load_visible(
        session, actor, [one.target_uid for one in lines if one.kind == ActivityKind.MATERIAL]
    )

    def seen(one: Activity) -> bool:
        if one.kind == ActivityKind.MATERIAL and one.target_uid not in readable:
            return False
        published = one.published_at is not None and one.published_at <= at
        return published or (actor.is_staff and one.kind != ActivityKind.QUIZ)

    return [(section, [one for one in section.activities if seen(one)]) for section in sections]


def _editable(session: Session, actor: Actor, uid: str) -> Course:
    course = get_course(session, actor, uid)
    require(actor, Permission.EDIT_COURSE, course)
    return course


def _title(text: str) -> str:
    title = " ".join(nfc(text).split())
    if not title:
        raise Invalid.at("title", N_("Hãy đặt tên."))
    if len(title) > 200:
        raise Invalid.at("title", N_("Tên dài nhất %(count)s kí tự."), count=200)
    return title


def add_section(session: Session, actor: Actor, course_uid: str, title: str) -> Section:
    """Add a section at the end of the page."""
    course = _editable(session, actor, course_uid)
    section = Section(
        school_id=course.school_id,
        course_id=course.id,
        title=_title(title),
        position=domain.next_position(course.sections),
    )
    session.add(section)
    session.flush()
    audit.record(session, actor, "course.section_added", section.uid, course=course.uid)
    return section


def get_section(session: Session, actor: Actor, uid: str) -> Section:
    """Find a section of a course that the actor may change.

    Raises:
        NotFound: no such section for this person.
        Forbidden: the person may read the course but not change it.
    """
    section = session.scalar(select(Section).where(Section.uid == uid, Section.school_id == actor.school_id))
    if section is None or not may_read(actor, section.course):
        raise NotFound
    require(actor, Permission.EDIT_COURSE, section.course)
    return section


def rename_section(session: Session, actor: Actor, uid: str, title: str) -> Section:
    """Give a section another title."""
    section = get_section(session, actor, uid)
    section.title = _title(title)
    audit.record(session, actor, "course.section_renamed", section.uid)
    return section


def move_section(session: Session, actor: Actor, uid: str, step: int) -> Section:
    """Move a section up (−1) or down (+1)."""
    section = get_section(session, actor, uid)
    domain.shift(section.course.sections, section, step)
    return section


def remove_section(session: Session, actor: Actor, uid: str) -> Course:
    """Take away an empty section.

    Raises:
        Conflict: something still stands in it.
    """
    section = get_section(session, actor, uid)
    if section.activities:
        raise Conflict(N_("Phần này còn nội dung. Hãy chuyển hoặc gỡ các nội dung trước khi xoá phần."))
    course = section.course
    session.delete(section)
    audit.record(session, actor, "course.section_removed", uid, course=course.uid)
    return course


def add_activity(
    session: Session,
    actor: Actor,
    section_uid: str,
    kind: ActivityKind,
    title: str,
    *,
    target_uid: str = "",
    url: str = "",
    published_at: datetime | None = None,
    due_at: datetime | None = None,
) -> Activity:
    """Put a line at the end of a section; features above call it for their things.

    Raises:
        NotFound, Forbidden: as `get_section`.
        Invalid: a link without a web address.
    """
    section = get_section(session, actor, section_uid)
    if kind is ActivityKind.LINK and not domain.is_web_address(url):
        raise Invalid.at("url", N_("Hãy điền địa chỉ bắt đầu bằng https://"))
    activity = Activity(
        school_id=section.school_id,
        section_id=section.id,
        kind=kind,
        target_uid=target_uid,
        title=_title(title),
        url=url,
        position=domain.next_position(section.activities),
        published_at=published_at,
        due_at=due_at,
    )
    section.activities.append(activity)
    session.flush()
    audit.record(session, actor, "course.activity_added", activity.uid, what=str(kind), target=target_uid)
    return activity


def first_section(session: Session, actor: Actor, course_uid: str) -> Section:
    """The first section of a course, made when there is none; where features above put new things."""
    course = _editable(session, actor, course_uid)
    if course.sections:
        return course.sections[0]
    return add_section(session, actor, course_uid, N_("Nội dung chung"))


def get_activity(session: Session, actor: Actor, uid: str) -> Activity:
    """Find an activity that the actor may change.

    Raises:
        NotFound: no such activity for this person.
        Forbidden: the person may read the course but not change it.
    """
    activity = session.scalar(select(Activity).where(Activity.uid == uid, Activity.school_id == actor.school_id))
    if activity is None or not may_read(actor, activity.section.course):
        raise NotFound
    if activity.published_at is None and not actor.is_staff:
        raise NotFound
    require(actor, Permission.EDIT_COURSE, activity.section.course)
    return activity


def find_activity(session: Session, kind: ActivityKind, target_uid: str) -> Activity | None:
    """The first line that leads to a thing; for features that own the thing."""
    return session.scalar(select(Activity).where(Activity.kind == kind, Activity.target_uid == target_uid))


def move_activity(session: Session, actor: Actor, uid: str, step: int) -> Activity:
    """Move an activity up (−1) or down (+1) in its section."""
    activity = get_activity(session, actor, uid)
    domain.shift(activity.section.activities, activity, step)
    return activity


def publish_activity(session: Session, actor: Actor, uid: str, *, at: datetime) -> Activity:
    """Let pupils see the activity from now on."""
    activity = get_activity(session, actor, uid)
    if activity.published_at is None:
        activity.published_at = at
        audit.record(session, actor, "course.activity_published", activity.uid)
    return activity


def hide_activity(session: Session, actor: Actor, uid: str) -> Activity:
    """Take the activity out of the pupils' sight."""
    activity = get_activity(session, actor, uid)
    activity.published_at = None
    audit.record(session, actor, "course.activity_hidden", activity.uid)
    return activity


def place_material(session: Session, actor: Actor, section_uid: str, edition_uid: str, *, at: datetime) -> Activity:
    """Put an approved material of the library into a section; the class's pupils may read it from now on.

    Raises:
        NotFound: no such section or material for this person.
        Forbidden: the person does not teach this course.
        Conflict: the material is not approved, or stands in this course already.
    """
    section = get_section(session, actor, section_uid)
    edition = materials.get_edition_for(session, actor, edition_uid)
    for one in section.course.sections:
        if any(line.kind == ActivityKind.MATERIAL and line.target_uid == edition.uid for line in one.activities):
            raise Conflict(N_("Học liệu này đã có trong lớp học."))
    line = add_activity(
        session, actor, section_uid, ActivityKind.MATERIAL, edition.title, target_uid=edition.uid, published_at=at
    )
    materials.put_into_class(session, actor, edition.uid, class_id=section.course.class_id, place=line.uid, at=at)
    return line


def list_sections(session: Session, actor: Actor) -> list[tuple[Course, list[Section]]]:
    """List the courses that the actor teaches, each with its sections; where things may be put."""
    courses = list_courses(session, actor, taught_only=True)
    sections: dict[int, list[Section]] = {}
    for section in session.scalars(
        select(Section).where(Section.course_id.in_([one.id for one in courses])).order_by(Section.position)
    ):
        sections.setdefault(section.course_id, []).append(section)
    return [(course, sections.get(course.id, [])) for course in courses]


def remove_activity(session: Session, actor: Actor, uid: str) -> Course:
    """Take a line off the page; the thing it leads to stays where it lives."""
    activity = get_activity(session, actor, uid)
    course = activity.section.course
    if activity.kind == ActivityKind.MATERIAL:
        materials.take_out_of_class(session, actor, place=activity.uid)
    activity.section.activities.remove(activity)
    session.delete(activity)
    audit.record(session, actor, "course.activity_removed", uid, what=activity.kind)
    return course


def new_lesson(session: Session, actor: Actor, section_uid: str, title: str, *, at: datetime) -> Lesson:
    """Begin a lesson in a section; pupils do not see it before it is published."""
    section = get_section(session, actor, section_uid)
    lesson = Lesson(
        school_id=section.school_id,
        course_id=section.course_id,
        title=_title(title),
        created_by_id=actor.user_id,
        created_at=at,
        changed_at=at,
    )
    session.add(lesson)
    session.flush()
    add_activity(session, actor, section_uid, ActivityKind.LESSON, lesson.title, target_uid=lesson.uid)
    audit.record(session, actor, "lesson.created", lesson.uid)
    return lesson


def get_lesson(session: Session, actor: Actor, uid: str, *, at: datetime) -> tuple[Lesson, Activity | None]:
    """Find a lesson that the actor may read, with its line on the course page.

    Raises:
        NotFound: no such lesson, or it is not published to this person.
    """
    lesson = session.scalar(select(Lesson).where(Lesson.uid == uid, Lesson.school_id == actor.school_id))
    if lesson is None or not may_read(actor, lesson.course):
        raise NotFound
    line = find_activity(session, ActivityKind.LESSON, lesson.uid)
    if not actor.is_staff and (line is None or line.published_at is None or line.published_at > at):
        raise NotFound
    return lesson, line


def _editable_lesson(session: Session, actor: Actor, uid: str, *, at: datetime) -> Lesson:
    lesson, _line = get_lesson(session, actor, uid, at=at)
    require(actor, Permission.EDIT_COURSE, lesson.course)
    return lesson


def lesson_for_editing(session: Session, actor: Actor, uid: str, *, at: datetime) -> Lesson:
    """A lesson that the actor may change.

    Raises:
        NotFound, Forbidden: as for every verb on lessons.
    """
    return _editable_lesson(session, actor, uid, at=at)


def save_lesson(
    session: Session,
    actor: Actor,
    uid: str,
    *,
    title: str,
    html: str,
    video_url: str,
    at: datetime,
    keep_files: Sequence[str] | None = None,
) -> Lesson:
    """Write a lesson's title, text and video; with *keep_files* detach the files not named there.

    Raises:
        Invalid: no title, a video address that is none, or a picture that is not among the lesson's files.
    """
    lesson = _editable_lesson(session, actor, uid, at=at)
    lesson.title = _title(title)
    video_url = video_url.strip()
    if video_url and not domain.is_web_address(video_url):
        raise Invalid.at("video_url", N_("Hãy điền địa chỉ video bắt đầu bằng https://"))
    text = richtext.from_author(html)
    unknown = richtext.assets_in(text) - {file.sha256 for file in lesson.files}
    if unknown:
        raise Invalid.at("html", N_("Có ảnh trong bài chưa được tải lên bài học này. Hãy chèn lại ảnh."))
    lesson.html, lesson.video_url, lesson.changed_at = text, video_url, at
    if keep_files is not None:
        for file in [one for one in lesson.files if not one.inline and one.uid not in keep_files]:
            lesson.files.remove(file)
            session.delete(file)
    line = find_activity(session, ActivityKind.LESSON, lesson.uid)
    if line is not None:
        line.title = lesson.title
    audit.record(session, actor, "lesson.saved", lesson.uid)
    return lesson


def attach_file(
    session: Session, actor: Actor, lesson_uid: str, stored: Stored, name: str, *, inline: bool, at: datetime
) -> LessonFile:
    """Attach a stored file to a lesson, or keep it as a picture of its text.

    Raises:
        Invalid: a picture that is no picture.
    """
    lesson = _editable_lesson(session, actor, lesson_uid, at=at)
    if inline and not stored.media_type.startswith("image/"):
        raise Invalid.at("picture", N_("Tệp này không phải là ảnh."))
    storage.keep(session, stored, at=at)
    file = LessonFile(
        school_id=lesson.school_id,
        sha256=stored.sha256,
        name=nfc(name),
        media_type=stored.media_type,
        size=stored.size,
        inline=inline,
    )
    lesson.files.append(file)
    session.flush()
    audit.record(session, actor, "lesson.file_attached", lesson.uid, file=file.uid)
    return file


def lesson_file(session: Session, actor: Actor, lesson_uid: str, sha256: str, *, at: datetime) -> LessonFile:
    """A file of a lesson that the actor may read.

    Raises:
        NotFound: no such lesson for this person, or not a file of it.
    """
    lesson, _line = get_lesson(session, actor, lesson_uid, at=at)
    found = next((file for file in lesson.files if file.sha256 == sha256), None)
    if found is None:
        raise NotFound
    return found


def recent_lessons(session: Session, actor: Actor, *, at: datetime, limit: int = 6) -> list[tuple[Activity, Course]]:
    """The lessons published last in the actor's courses, newest first."""
    rows = session.execute(
        select(Activity, Course)
        .join(Section, Section.id == Activity.section_id)
        .join(Course, Course.id == Section.course_id)
        .where(visible_to(actor), Activity.kind == ActivityKind.LESSON, Activity.published_at <= at)
        .order_by(Activity.published_at.desc())
        .limit(limit)
    )
    return [(activity, course) for activity, course in rows]


def count_published(session: Session, actor: Actor) -> dict[int, int]:
    """Number of published activities by course id, for the courses that the actor may open."""
    rows = session.execute(
        select(Section.course_id, func.count())
        .join(Activity, Activity.section_id == Section.id)
        .join(Course, Course.id == Section.course_id)
        .where(visible_to(actor), Activity.published_at.is_not(None))
        .group_by(Section.course_id)
    )
    return dict(rows.all())
