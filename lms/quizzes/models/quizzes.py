"""What a teacher gives a class: the quiz with its rules, its plan, its frozen forms."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base.db import Base
from lms.base.ids import new_uid
from lms.courses.models import Course
from lms.quizzes.domain.results import ReleaseRules
from lms.quizzes.domain.states import Counts, QuizState, ReleasePolicy
from lms.quizzes.domain.timing import Allowance, Window, window_of


class Quiz(Base):
    """A test of a course: its questions, its rules, and where its marks go."""

    __tablename__ = "quiz"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    title: Mapped[str] = mapped_column(String(200))
    instructions: Mapped[str] = mapped_column(Text, default="")  # HTML of lms.base.richtext
    state: Mapped[str] = mapped_column(String(20), default=QuizState.DRAFT)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    duration_seconds: Mapped[int | None]
    grace_seconds: Mapped[int] = mapped_column(default=20)
    attempts_allowed: Mapped[int] = mapped_column(default=1)
    counts: Mapped[str] = mapped_column(String(10), default=Counts.BEST)
    shuffle_questions: Mapped[bool] = mapped_column(default=True)
    shuffle_options: Mapped[bool] = mapped_column(default=True)
    form_count: Mapped[int] = mapped_column(default=4)
    release_policy: Mapped[str] = mapped_column(String(20), default=ReleasePolicy.BY_HAND)
    show_marks: Mapped[bool] = mapped_column(default=True)
    show_key: Mapped[bool] = mapped_column(default=False)
    show_comments: Mapped[bool] = mapped_column(default=True)
    column_semester: Mapped[int | None]  # 1 or 2; None: feeds no column of the gradebook
    column_key: Mapped[str] = mapped_column(String(5), default="")  # as the gradebook names it: "tx1", "gk", "ck"
    scheme: Mapped[str] = mapped_column(String(40), default="")  # partial credit, by its name in the question bank
    seed: Mapped[int] = mapped_column(default=0)  # of every random choice made at publishing
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    current_run_id: Mapped[int | None]  # the score run in force; no foreign key, since runs point at the quiz

    course: Mapped[Course] = relationship(lazy="joined", innerjoin=True)
    release_acts: Mapped[list[ReleaseAct]] = relationship(order_by="ReleaseAct.id", lazy="select")
    slots: Mapped[list[QuizSlot]] = relationship(
        back_populates="quiz", order_by="QuizSlot.position", cascade="all, delete-orphan"
    )

    @property
    def class_id(self) -> int:
        return self.course.class_id

    @property
    def subject_id(self) -> int:
        return self.course.subject_id

    @property
    def duration(self) -> timedelta | None:
        return None if self.duration_seconds is None else timedelta(seconds=self.duration_seconds)

    @property
    def window(self) -> Window | None:
        """The window with its duration and grace; None while a draft has no times yet."""
        return window_of(self.opens_at, self.closes_at, self.duration_seconds, self.grace_seconds)

    @property
    def release_rules(self) -> ReleaseRules:
        return ReleaseRules(ReleasePolicy(self.release_policy), self.show_marks, self.show_key, self.show_comments)


class ReleaseAct(Base):
    """That a person set the switch of one part of the results (`domain.switches`); the last act on a part is in force.

    Rows are only ever added. With the first of them every part gets one, so that the quiz's rule says no more.
    """

    __tablename__ = "quiz_release_act"
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), index=True)
    part: Mapped[str] = mapped_column(String(10))
    out_at: Mapped[datetime | None]  # None: held back
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]


class QuizSlot(Base):
    """A place in the plan: one question version, one for each form, or a rule that draws some at publishing."""

    __tablename__ = "quiz_slot"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), index=True)
    position: Mapped[int]
    version_uid: Mapped[str | None] = mapped_column(String(36))
    by_form: Mapped[list[str] | None] = mapped_column(JSON)  # versions in the order of the forms, then from the first
    draw: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # filters as in question_bank.api, and "count"
    worth: Mapped[Fraction]  # of each question that comes out of this place

    quiz: Mapped[Quiz] = relationship(back_populates="slots")

    @property
    def chosen(self) -> list[str]:
        """The versions that were chosen for it: one, one for each form, none where it draws."""
        return self.by_form or ([self.version_uid] if self.version_uid else [])

    def version_in(self, form: int) -> str:
        """The version that the form with this index holds, counted from 0; not for a place that draws."""
        return self.chosen[form % len(self.chosen)]


class Form(Base):
    """One of the parallel forms (mã đề), frozen when the quiz is published.

    `document` is all that a pupil's page is made from: a list of slots `{number, label, part, version, worth, body}`
    with the options in the order of this form. It never holds a key: the key sheet is the immutable versions that it
    names, read by scoring, marking and released reviews only. `rules` is what saves have to know of the quiz
    (`lms.quizzes.domain.flow`), frozen with the questions.
    """

    __tablename__ = "quiz_form"
    __table_args__ = (UniqueConstraint("quiz_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    code: Mapped[str] = mapped_column(String(10))
    document: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    rules: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Accommodation(Base):
    """Extra time of a pupil in a quiz, and why."""

    __tablename__ = "quiz_accommodation"
    __table_args__ = (UniqueConstraint("quiz_id", "pupil_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    percent: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(300))
    given_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    given_at: Mapped[datetime]

    @property
    def allowance(self) -> Allowance:
        return Allowance(self.percent, self.seconds)
