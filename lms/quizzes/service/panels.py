"""Who marks a quiz in which round, without names where the quiz says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor, foreign
from lms.base.users import User
from lms.permissions import Permission, allows, require
from lms.quizzes.domain.rounds import Round, SettledBy
from lms.quizzes.domain.states import QuizState, ReleasePolicy
from lms.quizzes.models import Attempt, MarkGiven, MarkingRules, Quiz
from lms.quizzes.service.reading import get_quiz, may_see
from lms.school import service as school


@dataclass(frozen=True, slots=True)
class Panel:
    """Those who mark a quiz, and in which round the person who asks does."""

    quiz: Quiz
    rules: MarkingRules
    round: Round = Round.FIRST

    @property
    def school_id(self) -> int:
        return self.quiz.school_id

    @property
    def class_id(self) -> int:
        return self.quiz.class_id

    @property
    def subject_id(self) -> int:
        return self.quiz.subject_id

    @property
    def second_marker_id(self) -> int | None:
        return self.rules.second_marker_id

    @property
    def adjudicator_id(self) -> int | None:
        return self.rules.adjudicator_id

    @property
    def two_rounds(self) -> bool:
        return self.rules.second_marker_id is not None

    @property
    def hides_names(self) -> bool:
        """Names come back once the marks are out."""
        return self.rules.anonymous and self.quiz.released_at is None


def rules_of(session: Session, quiz: Quiz) -> MarkingRules:
    """How a quiz is marked; as by default when nobody has said."""
    return session.get(MarkingRules, quiz.id) or MarkingRules(
        quiz_id=quiz.id,
        school_id=quiz.school_id,
        anonymous=False,
        secret="",
        second_marker_id=None,
        adjudicator_id=None,
        tolerance=Fraction(1, 2),
        settled_by=SettledBy.MEAN,
    )


def panel_of(session: Session, quiz: Quiz) -> Panel:
    """Those who mark a quiz that the caller has found."""
    return Panel(quiz, rules_of(session, quiz))


def join_panel(session: Session, actor: Actor, uid: str) -> Panel:
    """Find a quiz for whoever marks it in any round.

    Raises:
        NotFound: no such quiz for this person.
        Forbidden: the person marks it in no round.
    """
    quiz = session.scalar(select(Quiz).where(Quiz.uid == uid))
    if quiz is None or foreign(actor, quiz):
        raise NotFound
    panel = panel_of(session, quiz)
    if quiz.state != QuizState.DRAFT and allows(actor, Permission.MARK_SECOND, panel):
        return Panel(quiz, panel.rules, Round.SECOND)
    if may_see(actor, quiz) and allows(actor, Permission.MARK_QUIZ, quiz):
        return panel
    if quiz.state != QuizState.DRAFT and allows(actor, Permission.DECIDE_MARKS, panel):
        return Panel(quiz, panel.rules, Round.DECISION)
    raise Forbidden if may_see(actor, quiz) else NotFound


@dataclass(frozen=True, slots=True)
class MarkingPlan:
    """How a quiz is marked, and whom the form may choose from."""

    quiz: Quiz
    rules: MarkingRules
    teachers: list[User]
    begun: bool  # somebody has marked: only who decides may still change


def open_plan(session: Session, actor: Actor, uid: str) -> MarkingPlan:
    """How a quiz is marked, for its teachers.

    Raises:
        NotFound, Forbidden: not this person's quiz.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.BUILD_QUIZ, quiz)
    teaching = {
        one.teacher_id for one in school.list_assignments(session, quiz.class_id) if one.subject_id == quiz.subject_id
    }
    others = [one for one in school.teachers_of(session, quiz.school_id) if one.id not in teaching]
    return MarkingPlan(quiz, rules_of(session, quiz), others, begun=_begun(session, quiz))


def _begun(session: Session, quiz: Quiz) -> bool:
    given = select(MarkGiven.id).join(Attempt, Attempt.id == MarkGiven.attempt_id).where(Attempt.quiz_id == quiz.id)
    return session.scalar(given.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class MarkingWish:
    """How a teacher wants a quiz to be marked; people by their uid."""

    anonymous: bool = False
    second_marker: str = ""
    adjudicator: str = ""
    tolerance: Fraction = Fraction(1, 2)
    settled_by: SettledBy = SettledBy.MEAN


def save_plan(session: Session, actor: Actor, uid: str, wish: MarkingWish) -> MarkingRules:
    """Say how a quiz is marked by hand.

    Raises:
        NotFound, Forbidden: as `open_plan`.
        Conflict: marking has begun, and more than who decides would change.
        Invalid: nobody of that name may do that, the tolerance is below 0, or names would be known at once.
    """
    plan = open_plan(session, actor, uid)
    second = _chosen(plan.teachers, wish.second_marker, "second_marker")
    decides = _chosen(plan.teachers, wish.adjudicator, "adjudicator") if second else None
    if second and decides and second.id == decides.id:
        raise Invalid.at("adjudicator", N_("Người quyết định không thể là người chấm hai."))
    if wish.tolerance < 0:
        raise Invalid.at("tolerance", N_("Hãy ghi một số từ 0 trở lên."))
    if wish.anonymous and plan.quiz.release_policy != ReleasePolicy.BY_HAND:
        raise Invalid.at("anonymous", N_("Chấm ẩn danh cần kết quả chỉ công bố khi giáo viên bấm công bố."))
    rules = plan.rules
    wanted = (wish.anonymous, second.id if second else None, wish.tolerance, str(wish.settled_by))
    if plan.begun and wanted != (rules.anonymous, rules.second_marker_id, rules.tolerance, rules.settled_by):
        raise Conflict(N_("Đã có bài được chấm. Bây giờ chỉ còn đổi được người quyết định."))
    rules = session.get(MarkingRules, plan.quiz.id) or MarkingRules(quiz_id=plan.quiz.id, school_id=plan.quiz.school_id)
    rules.anonymous, rules.second_marker_id, rules.tolerance, rules.settled_by = wanted
    rules.adjudicator_id = decides.id if decides else None
    session.add(rules)
    session.flush()
    session.expire(rules, ["second_marker", "adjudicator"])
    audit.record(
        session,
        actor,
        "quiz.marking_planned",
        plan.quiz.uid,
        anonymous=wish.anonymous,
        second_marker=rules.second_marker_id,
        adjudicator=rules.adjudicator_id,
    )
    return rules


def _chosen(people: Iterable[User], uid: str, field: str) -> User | None:
    if not uid:
        return None
    for one in people:
        if one.uid == uid:
            return one
    raise Invalid.at(field, N_("Hãy chọn một giáo viên khác của trường, không dạy môn này ở lớp."))


def list_asked(session: Session, actor: Actor) -> list[tuple[Quiz, Round]]:
    """The quizzes that the actor was named to mark a second time or to decide about, the latest first."""
    named = or_(MarkingRules.second_marker_id == actor.user_id, MarkingRules.adjudicator_id == actor.user_id)
    rows = session.execute(
        select(Quiz, MarkingRules.second_marker_id)
        .join(MarkingRules, MarkingRules.quiz_id == Quiz.id)
        .where(named, Quiz.school_id == actor.school_id, Quiz.state != QuizState.DRAFT)
        .order_by(Quiz.closes_at.desc(), Quiz.id.desc())
    )
    return [(quiz, Round.SECOND if second == actor.user_id else Round.DECISION) for quiz, second in rows]
