"""Course pages: a course, its sections, the activities in their order, lessons and the files of lessons."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.base.ids import new_uid
from lms.base.subjects import Subject
from lms.school.models import SchoolClass


class Course(Base):
    """What one class learns in one subject in a school year; its teachers are those of the teaching assignment."""

    __tablename__ = "course"
    __table_args__ = (UniqueConstraint("class_id", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("school_class.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("subject.id"))
    title: Mapped[str] = mapped_column(String(120))

    school_class: Mapped[SchoolClass] = relationship(lazy="joined")
    subject: Mapped[Subject] = relationship(lazy="joined")
    sections: Mapped[list[Section]] = relationship(back_populates="course", order_by="Section.position")


class Section(Base):
    """A part of a course page: a chapter, a week."""

    __tablename__ = "course_section"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]

    course: Mapped[Course] = relationship(back_populates="sections")
    activities: Mapped[list[Activity]] = relationship(back_populates="section", order_by="Activity.position")


class Activity(Base):
    """One line of a course page: a lesson, a quiz, a material of the library or a link.

    `kind` names the feature that owns the thing ("lesson", "quiz", "material", "link") and `target_uid` the thing
    there; features above courses place their things by the verb `add_activity`.
    """

    __tablename__ = "course_activity"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    section_id: Mapped[int] = mapped_column(ForeignKey("course_section.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    target_uid: Mapped[str] = mapped_column(String(36), default="", index=True)
    title: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(500), default="")
    position: Mapped[int]
    published_at: Mapped[datetime | None]  # pupils see it from here on
    due_at: Mapped[datetime | None]

    section: Mapped[Section] = relationship(back_populates="activities")


class Lesson(Base):
    """A page to learn from: HTML in the vocabulary of `lms.base.richtext`."""

    __tablename__ = "lesson"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    html: Mapped[str] = mapped_column(Text, default="")
    video_url: Mapped[str] = mapped_column(String(500), default="")
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    course: Mapped[Course] = relationship(lazy="joined")
    files: Mapped[list[LessonFile]] = relationship(back_populates="lesson", order_by="LessonFile.id", lazy="selectin")


class LessonFile(Base):
    """A file attached to a lesson or a picture in it; the bytes lie in the content store."""

    __tablename__ = "lesson_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lesson.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    inline: Mapped[bool] = mapped_column(default=False)  # a picture of the page, not an attachment

    lesson: Mapped[Lesson] = relationship(back_populates="files")
