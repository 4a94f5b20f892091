"""Build a quiz: its rules, its questions, random draws; publish it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Invalid, Message, NotFound
from lms.base.i18n_marks import N_
from lms.base.paging import Page, PageRequest
from lms.base.permissions import Actor
from lms.base.richtext import clean
from lms.base.text import nfc
from lms.courses import service as courses
from lms.courses.domain import ActivityKind
from lms.courses.models import Course
from lms.permissions import Permission, require
from lms.quizzes.domain.forms import MOST_FORMS
from lms.quizzes.domain.states import Counts, QuizState, ReleasePolicy, move
from lms.quizzes.models import Quiz, QuizSlot
from lms.quizzes.service.admission import check_ready
from lms.quizzes.service.behaviours import settle_practice
from lms.quizzes.service.freezing import freeze_forms, rule_of
from lms.quizzes.service.reading import get_quiz
from lms.quizzes.service.runs import first_run
from question_bank import api as bank

MOST_SLOTS = 200
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class QuizSettings:
    """What the form of a quiz holds."""

    title: str
    instructions: str = ""  # HTML
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    duration_seconds: int | None = None
    grace_seconds: int = 20
    attempts_allowed: int = 1
    counts: Counts = Counts.BEST
    shuffle_questions: bool = True
    shuffle_options: bool = True
    form_count: int = 4
    release_policy: ReleasePolicy = ReleasePolicy.BY_HAND
    show_marks: bool = True
    show_key: bool = False
    show_comments: bool = True
    column_semester: int | None = None
    column_key: str = ""
    scheme: str = ""

    def problems(self) -> dict[str, list[Message]]:
        """What cannot stay so, by field."""
        found: dict[str, list[Message]] = {}
        if not nfc(self.title).strip():
            found["title"] = [Message(N_("Hãy đặt tên cho bài kiểm tra."))]
        if self.opens_at and self.closes_at and not timedelta(0) < self.closes_at - self.opens_at <= LONGEST:
            found["closes_at"] = [Message(N_("Giờ đóng phải sau giờ mở, và không quá một năm."))]
        if self.duration_seconds is not None and not 60 <= self.duration_seconds <= 24 * 3600:
            found["duration_seconds"] = [Message(N_("Thời gian làm bài từ 1 phút đến 24 giờ."))]
        if not 0 <= self.grace_seconds <= 1800:
            found["grace_seconds"] = [Message(N_("Thời gian chờ câu trả lời gửi muộn từ 0 đến 30 phút."))]
        if not 1 <= self.attempts_allowed <= 20:
            found["attempts_allowed"] = [Message(N_("Số lượt làm bài từ 1 đến 20."))]
        if not 1 <= self.form_count <= MOST_FORMS:
            found["form_count"] = [Message(N_("Số mã đề từ 1 đến %(most)s."), {"most": MOST_FORMS})]
        if bool(self.column_semester) != bool(self.column_key):
            found["column_key"] = [Message(N_("Chọn cả học kì và cột điểm, hoặc để trống cả hai."))]
        return found


def create_quiz(
    session: Session, actor: Actor, course: Course, settings: QuizSettings, *, at: datetime, section_uid: str = ""
) -> Quiz:
    """Begin a quiz as a draft of this course, with a line in this section (the first by default).

    Raises:
        Forbidden: the actor does not teach the course.
        Invalid: something in the settings cannot be.
    """
    require(actor, Permission.BUILD_QUIZ, course)
    quiz = Quiz(
        school_id=course.school_id,
        course=course,
        created_by_id=actor.user_id,
        created_at=at,
        title="",
        state=QuizState.DRAFT,
        seed=secrets.randbits(31),
    )
    _apply(quiz, settings)
    session.add(quiz)
    session.flush()
    section = section_uid or courses.first_section(session, actor, course.uid).uid
    courses.add_activity(session, actor, section, ActivityKind.QUIZ, quiz.title, target_uid=quiz.uid)
    audit.record(session, actor, "quiz.created", quiz.uid)
    return quiz


def change_settings(session: Session, actor: Actor, uid: str, settings: QuizSettings) -> Quiz:
    """Change the rules of a draft.

    Raises:
        NotFound, Forbidden: not this person's quiz.
        Conflict: it has been published.
        Invalid: something in the settings cannot be.
    """
    quiz = _draft(session, actor, uid)
    _apply(quiz, settings)
    line = courses.find_activity(session, ActivityKind.QUIZ, quiz.uid)
    if line is not None:
        line.title = quiz.title
    audit.record(session, actor, "quiz.changed", quiz.uid)
    return quiz


def _apply(quiz: Quiz, settings: QuizSettings) -> None:
    problems = settings.problems()
    if problems:
        raise Invalid(problems)
    quiz.title = nfc(settings.title).strip()[:200]
    quiz.instructions = clean(settings.instructions)
    for name in (
        "opens_at closes_at duration_seconds grace_seconds attempts_allowed counts shuffle_questions shuffle_options "
        "form_count release_policy show_marks show_key show_comments column_semester column_key scheme"
    ).split():
        setattr(quiz, name, getattr(settings, name))


def course_for_quiz(session: Session, actor: Actor, course_uid: str) -> Course:
    """A course in which the actor may build quizzes.

    Raises:
        NotFound, Forbidden: not this person's course.
    """
    course = courses.get_course(session, actor, course_uid)
    require(actor, Permission.BUILD_QUIZ, course)
    return course


def draft_for_editing(session: Session, actor: Actor, uid: str) -> Quiz:
    """A draft that the actor may change.

    Raises:
        NotFound, Conflict, Forbidden: as in `change_settings`.
    """
    return _draft(session, actor, uid)


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A place in the plan as a teacher reads it."""

    slot: QuizSlot
    item: bank.BankItem | None  # None for a draw; of several by form the first
    rule: bank.DrawRule | None
    matching: int  # how many questions a draw can take from

    @property
    def count(self) -> int:
        """How many questions come out of the place; a text to read is none."""
        if self.rule is not None:
            return self.rule.count
        return int(self.item is not None and self.item.type is not bank.ItemType.DESCRIPTION)

    @property
    def worth(self) -> Fraction:
        """The points of all of them."""
        return self.slot.worth * self.count


def plan_of(session: Session, actor: Actor, quiz: Quiz) -> list[PlanLine]:
    """The places of a draft in order, draws with how many questions they can take from."""
    items = bank.load_versions(session, quiz.school_id, [slot.version_in(0) for slot in quiz.slots if slot.chosen])
    lines = []
    for slot in sorted(quiz.slots, key=lambda one: one.position):
        if slot.chosen:
            lines.append(PlanLine(slot, items[slot.version_in(0)], None, 0))
        else:
            rule = rule_of(slot.draw or {})
            lines.append(PlanLine(slot, None, rule, count_for_draw(session, actor, quiz, rule)))
    return lines


def _draft(session: Session, actor: Actor, uid: str) -> Quiz:
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.BUILD_QUIZ, quiz)
    if quiz.state != QuizState.DRAFT:
        raise Conflict(N_("Bài kiểm tra đã giao nên không sửa câu hỏi và quy định được nữa."))
    return quiz


def add_questions(
    session: Session, actor: Actor, uid: str, version_uids: Sequence[str], worth: Fraction | None = None
) -> Quiz:
    """Put chosen questions at the end of a draft; those already in it are left out. *worth* None: each its own.

    Raises:
        NotFound: a question is unknown or not this person's to use.
        Conflict, Forbidden: as in `change_settings`.
        Invalid: nothing chosen, or too many.
    """
    quiz = _draft(session, actor, uid)
    known = {version for slot in quiz.slots for version in slot.chosen}
    wanted = [version for version in dict.fromkeys(version_uids) if version not in known]
    if not version_uids:
        raise Invalid.at("", N_("Hãy chọn ít nhất một câu hỏi."))
    if len(quiz.slots) + len(wanted) > MOST_SLOTS:
        raise Invalid.at("", N_("Một bài kiểm tra có tối đa %(most)s câu."), most=MOST_SLOTS)
    for item in bank.get_versions(session, actor, wanted):
        points = Fraction(0) if item.type is bank.ItemType.DESCRIPTION else _worth(worth or item.points)
        _append(quiz, QuizSlot(school_id=quiz.school_id, version_uid=item.version_uid, worth=points))
    session.flush()
    return quiz


def add_draw(session: Session, actor: Actor, uid: str, rule: bank.DrawRule, worth: Fraction) -> Quiz:
    """Put a random draw at the end of a draft; each form draws for itself.

    Raises:
        Invalid: the bank holds fewer questions than the rule wants.
        NotFound, Conflict, Forbidden: as in `change_settings`.
    """
    quiz = _draft(session, actor, uid)
    if rule.subject_id != quiz.subject_id:
        raise NotFound
    if not 1 <= rule.count <= MOST_SLOTS:
        raise Invalid.at("count", N_("Số câu rút từ 1 đến %(most)s."), most=MOST_SLOTS)
    there = count_for_draw(session, actor, quiz, rule)
    if there < rule.count:
        raise Invalid.at("count", N_("Ngân hàng chỉ có %(there)s câu phù hợp."), there=there)
    slot = QuizSlot(school_id=quiz.school_id, draw=rule_to_json(rule), worth=_worth(worth))
    _append(quiz, slot)
    session.flush()
    return quiz


def count_for_draw(session: Session, actor: Actor, quiz: Quiz, rule: bank.DrawRule) -> int:
    """How many questions a draw could take that are not in the quiz already."""
    chosen = [version for slot in quiz.slots for version in slot.chosen]
    return bank.count_matching(session, actor, rule, exclude=chosen)


def _append(quiz: Quiz, slot: QuizSlot) -> None:
    slot.position = max((other.position for other in quiz.slots), default=0) + 1
    quiz.slots.append(slot)


def _worth(points: Fraction) -> Fraction:
    if not 0 < points <= 100:
        raise Invalid.at("worth", N_("Điểm của mỗi câu phải lớn hơn 0 và không quá 100."))
    return points


def remove_slot(session: Session, actor: Actor, uid: str, slot_uid: str) -> Quiz:
    """Take a question or a draw out of a draft.

    Raises:
        NotFound: no such place in this quiz.
        Conflict, Forbidden: as in `change_settings`.
    """
    quiz = _draft(session, actor, uid)
    quiz.slots.remove(_slot(quiz, slot_uid))
    session.flush()
    return quiz


def change_slot(
    session: Session, actor: Actor, uid: str, slot_uid: str, *, worth: Fraction | None = None, up: bool | None = None
) -> Quiz:
    """Change what a place is worth, or move it one up or down.

    Raises:
        NotFound: no such place in this quiz.
        Invalid: the worth is out of bounds.
        Conflict, Forbidden: as in `change_settings`.
    """
    quiz = _draft(session, actor, uid)
    slot = _slot(quiz, slot_uid)
    if worth is not None:
        slot.worth = _worth(worth)
    if up is not None:
        order = sorted(quiz.slots, key=lambda one: one.position)
        place = order.index(slot)
        other = order[max(0, place - 1) if up else min(len(order) - 1, place + 1)]
        slot.position, other.position = other.position, slot.position
    session.flush()
    return quiz


def _slot(quiz: Quiz, slot_uid: str) -> QuizSlot:
    for slot in quiz.slots:
        if slot.uid == slot_uid:
            return slot
    raise NotFound


def rule_to_json(rule: bank.DrawRule) -> dict[str, object]:
    """A draw as it is kept with the quiz."""
    return {
        "subject_id": rule.subject_id,
        "count": rule.count,
        "grade": rule.grade,
        "types": [kind.value for kind in rule.types],
        "level": rule.level,
        "topic": rule.topic,
        "outcome": rule.outcome,
    }


def list_choosable(
    session: Session, actor: Actor, uid: str, wanted: bank.ItemFilter, page: PageRequest
) -> Page[bank.BankItem]:
    """List the bank's questions that may go into this draft.

    Raises:
        NotFound, Conflict, Forbidden: as in `change_settings`.
    """
    _draft(session, actor, uid)
    return bank.list_usable(session, actor, wanted, page)


def publish(session: Session, actor: Actor, uid: str, *, at: datetime) -> Quiz:
    """Freeze the forms and give the quiz to the class.

    Raises:
        Invalid: questions, times, matching questions or rooms are missing; says which.
        Conflict, NotFound, Forbidden: as in `change_settings`.
    """
    quiz = _draft(session, actor, uid)
    due = quiz.closes_at
    settle_practice(session, quiz, at=at)
    window = quiz.window
    if window is None:
        raise Invalid.at("", N_("Hãy đặt giờ mở và giờ đóng trước khi giao bài."))
    if window.closes_at <= at:
        raise Invalid.at("", N_("Giờ đóng đã qua. Hãy đặt lại giờ trước khi giao bài."))
    check_ready(session, quiz)
    freeze_forms(session, actor, quiz)
    run = first_run(session, quiz, actor.user_id, at=at)
    quiz.state = move(QuizState(quiz.state), QuizState.PUBLISHED)
    quiz.published_at = at
    line = courses.find_activity(session, ActivityKind.QUIZ, quiz.uid)
    if line is not None:
        line.due_at = due
        courses.publish_activity(session, actor, line.uid, at=at)
    audit.record(session, actor, "quiz.published", quiz.uid, run=run.uid)
    return quiz
