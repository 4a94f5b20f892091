"""Rubrics of the questions of a quiz that people mark: write them, find them, fix them by the first mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.richtext import to_plain
from lms.permissions import Permission, require
from lms.quizzes.domain.rubrics import MOST_CRITERIA, Criterion, Rubric, stored, suggested
from lms.quizzes.domain.sheets import in_words
from lms.quizzes.models import Form, ItemScore, MarkGiven, Quiz, QuizRubric
from lms.quizzes.service.reading import get_quiz
from question_bank import api as bank


@dataclass(frozen=True, slots=True)
class RubricDraft:
    """A question with the criteria it has, or those that its marking guide suggests."""

    quiz: Quiz
    item: bank.BankItem
    worth: Fraction
    rubric: Rubric | None
    suggestion: Rubric | None
    fixed: bool  # somebody was marked by it


def worths_of(session: Session, quiz: Quiz) -> dict[str, Fraction]:
    """What each question of a quiz is worth: out of its forms, of a draft out of its plan."""
    worths: dict[str, Fraction] = {}
    for document in session.scalars(select(Form.document).where(Form.quiz_id == quiz.id).order_by(Form.id)):
        for slot in document:
            worths[slot["version"]] = max(Fraction(slot["worth"]), worths.get(slot["version"], Fraction(0)))
    return worths or {version: slot.worth for slot in quiz.slots for version in slot.chosen}


def find_rubric(session: Session, quiz: Quiz, version_uid: str) -> Rubric | None:
    """The criteria of a question of a quiz that the caller has found."""
    row = _row(session, quiz, version_uid)
    return stored(row.criteria) if row else None


def versions_with_rubric(session: Session, quiz: Quiz) -> set[str]:
    """Which questions of a quiz that the caller has found have criteria."""
    return set(session.scalars(select(QuizRubric.version_uid).where(QuizRubric.quiz_id == quiz.id)))


def _row(session: Session, quiz: Quiz, version_uid: str) -> QuizRubric | None:
    return session.scalar(
        select(QuizRubric).where(QuizRubric.quiz_id == quiz.id, QuizRubric.version_uid == version_uid)
    )


def open_rubric(session: Session, actor: Actor, uid: str, version_uid: str) -> RubricDraft:
    """The criteria of a question, to be looked at or changed.

    Raises:
        NotFound: no such quiz for this person, or no such question in it that a person marks.
        Forbidden: the person may not mark it.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.MARK_QUIZ, quiz)
    worth = worths_of(session, quiz).get(version_uid)
    if worth is None:
        raise NotFound
    item = bank.load_versions(session, quiz.school_id, [version_uid])[version_uid]
    if not isinstance(item.key, bank.EssayKey):
        raise NotFound
    return RubricDraft(
        quiz=quiz,
        item=item,
        worth=worth,
        rubric=find_rubric(session, quiz, version_uid),
        suggestion=suggested(to_plain(item.key.rubric), worth),
        fixed=_is_used(session, quiz, version_uid),
    )


def _is_used(session: Session, quiz: Quiz, version_uid: str) -> bool:
    by_it = (
        select(MarkGiven.id)
        .join(ItemScore, (ItemScore.attempt_id == MarkGiven.attempt_id) & (ItemScore.slot == MarkGiven.slot))
        .where(
            ItemScore.run_id == quiz.current_run_id,
            ItemScore.version_uid == version_uid,
            MarkGiven.levels.is_not(None),
        )
        .limit(1)
    )
    return session.scalar(by_it) is not None


def save_rubric(
    session: Session, actor: Actor, uid: str, version_uid: str, criteria: Sequence[Criterion], *, at: datetime
) -> Rubric | None:
    """Let a question be marked by these criteria; by none: by points alone.

    Raises:
        NotFound, Forbidden: as `open_rubric`.
        Conflict: somebody was marked by the criteria that it has.
        Invalid: their best levels do not sum up to what the question is worth, or there are too many.
    """
    draft = open_rubric(session, actor, uid, version_uid)
    if draft.fixed:
        raise Conflict(N_("Đã có bài chấm theo thang này nên không đổi được nữa: mọi bài phải cùng một thang."))
    rubric = Rubric(tuple(criteria))
    if len(criteria) > MOST_CRITERIA:
        raise Invalid.at("", N_("Nhiều nhất %(most)s tiêu chí."), most=MOST_CRITERIA)
    if criteria and rubric.total != draft.worth:
        raise Invalid.at(
            "",
            N_("Các mức cao nhất cộng lại được %(total)s, mà câu này %(worth)s điểm."),
            total=in_words(rubric.total),
            worth=in_words(draft.worth),
        )
    row = _row(session, draft.quiz, version_uid)
    if not criteria:
        if row is not None:
            session.delete(row)
    else:
        if row is None:
            row = QuizRubric(school_id=draft.quiz.school_id, quiz_id=draft.quiz.id, version_uid=version_uid)
            session.add(row)
        row.criteria, row.saved_by_id, row.saved_at = rubric.document(), actor.user_id, at
    session.flush()
    audit.record(session, actor, "quiz.rubric_saved", draft.quiz.uid, version=version_uid, criteria=len(criteria))
    return rubric if criteria else None
