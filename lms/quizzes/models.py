"""The tables of quizzes, from the plan of a teacher to the scores of the class."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.base import db
from lms.base.db import Base
from lms.base.ids import new_uid
from lms.base.users import User
from lms.courses.models import Course
from lms.quizzes.domain.results import ReleaseRules
from lms.quizzes.domain.states import AttemptState, Counts, EventKind, HandedInBy, QuizState, ReleasePolicy, Standing
from lms.quizzes.domain.timing import Allowance, Window

WideInt = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only in INTEGER


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
        if self.opens_at is None or self.closes_at is None:
            return None
        return Window(self.opens_at, self.closes_at, self.duration, timedelta(seconds=self.grace_seconds))

    @property
    def release_rules(self) -> ReleaseRules:
        return ReleaseRules(ReleasePolicy(self.release_policy), self.show_marks, self.show_key, self.show_comments)


class QuizSlot(Base):
    """A place in the plan: one chosen question version, or a rule that draws some when the quiz is published."""

    __tablename__ = "quiz_slot"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), index=True)
    position: Mapped[int]
    version_uid: Mapped[str | None] = mapped_column(String(36))
    draw: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # filters as in question_bank.api, and "count"
    worth: Mapped[Fraction]  # of each question that comes out of this place

    quiz: Mapped[Quiz] = relationship(back_populates="slots")


class Form(Base):
    """One of the parallel forms (mã đề), frozen when the quiz is published.

    `document` is all that a pupil's page is made from: a list of slots `{number, label, part, version, worth, body}`
    with the options in the order of this form. It never holds a key: the key sheet is the immutable versions that it
    names, read by scoring, marking and released reviews only.
    """

    __tablename__ = "quiz_form"
    __table_args__ = (UniqueConstraint("quiz_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    code: Mapped[str] = mapped_column(String(10))
    document: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


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


class Attempt(Base):
    """One go of a pupil at a quiz. `accept_until_at` is the deadline plus grace."""

    __tablename__ = "quiz_attempt"
    __table_args__ = (
        UniqueConstraint("quiz_id", "pupil_id", "number"),
        Index("ix_quiz_attempt_due", "state", "accept_until_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("quiz_form.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), default=AttemptState.OPEN)
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime]
    accept_until_at: Mapped[datetime]
    device: Mapped[str] = mapped_column(String(40))  # holds the lease: answers from others are kept, not applied

    quiz: Mapped[Quiz] = relationship(lazy="select")
    form: Mapped[Form] = relationship(lazy="select")
    pupil: Mapped[User] = relationship(lazy="select")
    submission: Mapped[Submission | None] = relationship(lazy="select", viewonly=True)


class AttemptEvent(Base):
    """What a pupil's page told us, in the order of arrival; rows are only ever added.

    `client_seq` is the client's count in milliseconds since the start, so that answers held back for a while find
    their place among the others. `id` is the server's own sequence.
    """

    __tablename__ = "quiz_attempt_event"
    __table_args__ = (UniqueConstraint("attempt_id", "client_id", "client_seq"),)

    id: Mapped[int] = mapped_column(WideInt, primary_key=True)
    school_id: Mapped[int]  # of the attempt; no second foreign key on the hot path
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"))
    client_id: Mapped[str] = mapped_column(String(80))
    client_seq: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(10), default=EventKind.ANSWER)
    slot: Mapped[int | None]
    payload: Mapped[str] = mapped_column(Text)  # JSON of the response, or of the fact
    client_mono_ms: Mapped[int] = mapped_column(BigInteger)
    standing: Mapped[str] = mapped_column(String(20), default=Standing.APPLIED)
    server_at: Mapped[datetime]


class ResponseCurrent(Base):
    """What counts for each slot of an attempt that was handed in; made from the events, and can be made again."""

    __tablename__ = "quiz_response"
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt_event.id"))
    response: Mapped[Any] = mapped_column(JSON)


class Submission(Base):
    """That an attempt was handed in: once, by whom, and the receipt of its answers."""

    __tablename__ = "quiz_submission"
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    handed_in_at: Mapped[datetime]
    handed_in_by: Mapped[str] = mapped_column(String(10), default=HandedInBy.PUPIL)
    receipt: Mapped[str] = mapped_column(String(20))


class ScoreRun(Base):
    """One marking of a quiz: which keys, which engine, why. A later run replaces none; the quiz points at one."""

    __tablename__ = "quiz_score_run"
    __table_args__ = (UniqueConstraint("quiz_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    number: Mapped[int]
    engine: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(300), default="")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime]


class ItemScore(Base):
    """The points of one answer in a run; None while it waits for a person."""

    __tablename__ = "quiz_item_score"
    run_id: Mapped[int] = mapped_column(ForeignKey("quiz_score_run.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"), primary_key=True, index=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    version_uid: Mapped[str] = mapped_column(String(36), index=True)
    points: Mapped[Fraction | None]
    worth: Mapped[Fraction]


class AttemptScore(Base):
    """The total of an attempt in a run; `waiting` answers have no points yet."""

    __tablename__ = "quiz_attempt_score"
    run_id: Mapped[int] = mapped_column(ForeignKey("quiz_score_run.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"), primary_key=True, index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    points: Mapped[Fraction]
    worth: Mapped[Fraction]
    waiting: Mapped[int] = mapped_column(default=0)
    scored_at: Mapped[datetime]


class EssayMark(Base):
    """The points that a teacher gave an answer."""

    __tablename__ = "quiz_essay_mark"
    __table_args__ = (UniqueConstraint("attempt_id", "slot"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"))
    slot: Mapped[int]
    points: Mapped[Fraction]
    marked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    marked_at: Mapped[datetime]


class TeacherComment(Base):
    """What a teacher wrote to the pupil about one answer, or about the whole (slot 0)."""

    __tablename__ = "quiz_comment"
    __table_args__ = (UniqueConstraint("attempt_id", "slot"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("quiz_attempt.id"))
    slot: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text)
    written_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    written_at: Mapped[datetime]


class Release(Base):
    """That the results of a quiz were let out: when, by whom (None: by its own rule), from which run."""

    __tablename__ = "quiz_release"
    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("quiz_score_run.id"))
    released_at: Mapped[datetime]
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


db.append_only(AttemptEvent)  # tests/lms/quizzes/test_hot.py holds that events cannot be changed
