"""Mark by hand: one question across all pupils, with points and a comment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.text import nfc
from lms.permissions import Permission, require
from lms.quizzes.domain.results import is_released
from lms.quizzes.domain.rounds import Round, SettledBy, settled
from lms.quizzes.domain.sheets import in_words, sheet_uid
from lms.quizzes.domain.states import AttemptState, QuizState, ReleasePolicy
from lms.quizzes.models import Attempt, EssayMark, ItemScore, MarkGiven, Quiz, QuizRubric, TeacherComment
from lms.quizzes.service.feeding import feed_attempt
from lms.quizzes.service.panels import Panel, join_panel, panel_of
from lms.quizzes.service.reading import get_attempt_of, get_quiz
from lms.quizzes.service.rubrics import find_rubric, worths_of
from lms.quizzes.service.runs import share_run
from lms.quizzes.service.scoring import total_up
from lms.quizzes.service.sheets import Desk, history_of, marks_given, open_desk, sheets_of
from question_bank import api as bank

LONGEST_COMMENT = 4000


@dataclass(frozen=True, slots=True)
class Task:
    """A question that a person marks, and how far that is."""

    item: bank.BankItem
    waiting: int
    total: int
    criteria: int  # of its rubric


def list_tasks(session: Session, actor: Actor, uid: str) -> tuple[Panel, list[Task]]:
    """The questions of a quiz that the actor marks, also those that nobody has answered yet.

    Raises:
        NotFound, Forbidden: the person marks it in no round.
    """
    panel = join_panel(session, actor, uid)
    quiz = panel.quiz
    rows = session.execute(
        select(ItemScore.version_uid, func.count(), func.count(ItemScore.points))
        .where(ItemScore.run_id == quiz.current_run_id)
        .group_by(ItemScore.version_uid)
    )
    counts = {version: (total, total - done) for version, total, done in rows}
    rubrics = {row.version_uid: row for row in session.scalars(select(QuizRubric).where(QuizRubric.quiz_id == quiz.id))}
    items = bank.load_versions(session, quiz.school_id, worths_of(session, quiz).keys() | counts.keys())
    tasks = []
    for version_uid, item in items.items():
        total, waiting = counts.get(version_uid, (0, 0))
        if item.type is not bank.ItemType.ESSAY and not waiting:
            continue
        if panel.two_rounds:
            sheets = sheets_of(session, panel, version_uid)
            total, waiting = len(sheets), sum(sheet.waits for sheet in sheets)
        rubric = rubrics.get(version_uid)
        tasks.append(Task(item, waiting, total, criteria=len(rubric.criteria) if rubric else 0))
    return panel, sorted(tasks, key=lambda task: (-task.waiting, task.item.version_uid))


def mark_sheet(
    session: Session,
    actor: Actor,
    uid: str,
    version_uid: str,
    name: str,
    *,
    points: Fraction | None = None,
    levels: Sequence[int | None] = (),
    comment: str = "",
    seen: int,
    at: datetime,
) -> Desk:
    """Mark the sheet of this name, by levels where the question has a rubric; the desk is as it was before.

    Raises:
        NotFound: no such quiz, question or sheet for this person.
        Forbidden, Conflict, Invalid: as `give_points`.
    """
    desk = open_desk(session, actor, uid, version_uid)
    sheet = desk.sheet(name)
    if desk.rubric is None and points is None:
        raise Invalid.at("points", N_("Hãy ghi điểm của bài này."))
    if desk.rubric is not None:
        levels = levels or [None] * len(desk.rubric.criteria)
    verdict = Verdict(points, levels, comment, seen)
    _mark(session, actor, desk.panel, sheet.attempt_uid, sheet.slot, verdict, at)
    return desk


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a marker says of an answer. `seen` is the last act of marking that they knew of; None: they did not look."""

    points: Fraction | None
    levels: Sequence[int | None] = ()
    comment: str = ""
    seen: int | None = None


def give_points(
    session: Session,
    actor: Actor,
    uid: str,
    attempt_uid: str,
    slot: int,
    *,
    points: Fraction | None,
    levels: Sequence[int | None] = (),
    comment: str = "",
    seen: int | None = None,
    at: datetime,
) -> Attempt:
    """Give an answer its points (None: leave them) and a comment; total and, once released, gradebook follow.

    Where the question has a rubric, the `levels` of its criteria say the points. `seen` is the last act of marking that
    the person knew of (`Opened.seen`); None where they took no look before.

    Raises:
        NotFound: no such quiz, attempt or answer for this person.
        Forbidden: the person may not mark it.
        Conflict: the attempt is still running.
        Invalid: the points are not between 0 and what the question is worth, a criterion has no level, or somebody
            marked it in the meantime.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.MARK_QUIZ, quiz)
    panel = panel_of(session, quiz)
    if panel.two_rounds or panel.hides_names:
        raise Conflict(N_("Bài này chấm hai vòng hoặc ẩn danh: hãy chấm ở trang Chấm bài."))
    return _mark(session, actor, panel, attempt_uid, slot, Verdict(points, levels, comment, seen), at)


def _mark(
    session: Session, actor: Actor, panel: Panel, attempt_uid: str, slot: int, verdict: Verdict, at: datetime
) -> Attempt:
    quiz = panel.quiz
    attempt = get_attempt_of(session, quiz, attempt_uid, lock=True)
    share_run(session, quiz)
    if attempt.state != AttemptState.HANDED_IN:
        raise Conflict(N_("Học sinh còn đang làm bài, chưa chấm được."))
    score = session.get(ItemScore, (quiz.current_run_id, attempt.id, slot), populate_existing=True)
    if score is None:
        raise NotFound
    if verdict.seen is not None:
        _refuse_unseen(session, panel, attempt, slot, verdict.seen)
    points, chosen = _points_said(session, quiz, score, verdict)
    if points is not None and not 0 <= points <= score.worth:
        raise Invalid.at("points", N_("Điểm phải từ 0 đến %(worth)s."), worth=in_words(score.worth))
    counts = _what_counts(session, panel, attempt, slot, points)
    comment = nfc(verdict.comment).strip()[:LONGEST_COMMENT]
    # A second marker's words are for who decides; those words for the pupil that are there stay unless new ones come.
    speaks = panel.round is Round.FIRST or (panel.round is Round.DECISION and bool(comment))
    said = speaks and _keep_comment(session, actor, attempt, slot, comment, at)
    if counts is not None:
        keep_mark(session, actor.user_id, attempt, slot, counts, at)
        score.points = counts
        total_up(session, attempt, at=at)
    if points is not None:
        _record(session, actor, panel, attempt, slot, points)
    if said or points is not None:
        _remember(session, actor, panel, attempt, slot, points, chosen, comment, at)
    if is_released(ReleasePolicy(quiz.release_policy), QuizState(quiz.state), quiz.released_at):
        feed_attempt(session, actor, attempt, at=at)
    return attempt


def _what_counts(
    session: Session, panel: Panel, attempt: Attempt, slot: int, points: Fraction | None
) -> Fraction | None:
    """The points that count once these are given; None while another round is still to come.

    Raises:
        Conflict: both rounds have spoken and the actor's is one of them, or who decides has nothing to decide.
    """
    if not panel.two_rounds or points is None:
        return points
    given = marks_given(session, [attempt.id]).get((attempt.id, slot), {})
    both = {Round.FIRST, Round.SECOND} <= given.keys()
    if panel.round is Round.DECISION:
        if not both:
            raise Conflict(N_("Hai người chấm chưa xong bài này."))
        return points
    if both:
        raise Conflict(N_("Hai vòng đã chấm xong bài này. Chỉ người quyết định còn đổi được điểm."))
    marks = {**given, panel.round: points}
    if len(marks) < len((Round.FIRST, Round.SECOND)):
        return None
    by = SettledBy(panel.rules.settled_by)
    return settled(marks[Round.FIRST], marks[Round.SECOND], panel.rules.tolerance, by)


def _record(session: Session, actor: Actor, panel: Panel, attempt: Attempt, slot: int, points: Fraction) -> None:
    """Note the act; where names are hidden, or two markers must not know of each other, without saying whose it is."""
    if panel.two_rounds or panel.hides_names:
        sheet = sheet_uid(panel.rules.secret, attempt.uid, slot)
        audit.record(
            session, actor, "quiz.sheet_marked", panel.quiz.uid, sheet=sheet, round=int(panel.round), points=str(points)
        )
    else:
        audit.record(session, actor, "attempt.marked", attempt.uid, slot=slot, points=str(points))


def _points_said(
    session: Session, quiz: Quiz, score: ItemScore, verdict: Verdict
) -> tuple[Fraction | None, list[dict[str, Any]] | None]:
    """The points, and what was chosen of the rubric, if the question has one."""
    rubric = find_rubric(session, quiz, score.version_uid)
    if rubric is not None and verdict.levels:
        return rubric.points_of(verdict.levels, score.worth), rubric.said(verdict.levels)
    if rubric is not None and verdict.points is not None:
        raise Invalid.at("points", N_("Câu này chấm theo tiêu chí: hãy chấm ở trang Chấm bài."))
    return verdict.points, None


def _refuse_unseen(session: Session, panel: Panel, attempt: Attempt, slot: int, seen: int) -> None:
    acts = history_of(session, attempt.id, slot)
    last = next((one for one in acts if one.round == panel.round), None)
    if last is None or last.id == seen:
        return
    raise Invalid.at(
        "",
        N_(
            "%(who)s vừa chấm bài này (%(points)s). Điều bạn ghi còn ở dưới, chưa lưu: "
            "hãy xem lại rồi bấm lưu nếu vẫn muốn thay."
        ),
        who=last.given_by.full_name,
        points=in_words(last.points) if last.points is not None else "–",
    )


def _remember(
    session: Session,
    actor: Actor,
    panel: Panel,
    attempt: Attempt,
    slot: int,
    points: Fraction | None,
    chosen: list[dict[str, Any]] | None,
    comment: str,
    at: datetime,
) -> None:
    session.add(
        MarkGiven(
            school_id=attempt.school_id,
            attempt_id=attempt.id,
            slot=slot,
            round=panel.round,
            points=points,
            levels=chosen,
            comment=comment,
            given_by_id=actor.user_id,
            given_at=at,
        )
    )
    session.flush()


def keep_mark(session: Session, by_id: int, attempt: Attempt, slot: int, points: Fraction, at: datetime) -> None:
    """Let these be the points that a person gave an answer. Knows no permission: for verbs that have asked."""
    mark = session.scalar(select(EssayMark).where(EssayMark.attempt_id == attempt.id, EssayMark.slot == slot))
    if mark is None:
        mark = EssayMark(school_id=attempt.school_id, attempt_id=attempt.id, slot=slot)
        session.add(mark)
    mark.points, mark.marked_by_id, mark.marked_at = points, by_id, at


def _keep_comment(session: Session, actor: Actor, attempt: Attempt, slot: int, text: str, at: datetime) -> bool:
    """Keep what the pupil is told; say whether that is something else than before."""
    comment = session.scalar(
        select(TeacherComment).where(TeacherComment.attempt_id == attempt.id, TeacherComment.slot == slot)
    )
    if text == (comment.text if comment else ""):
        return False
    if comment is None:
        comment = TeacherComment(school_id=attempt.school_id, attempt_id=attempt.id, slot=slot)
        session.add(comment)
    if text:
        comment.text, comment.written_by_id, comment.written_at = text, actor.user_id, at
    else:
        session.delete(comment)
    return True


def comments_of(session: Session, attempt: Attempt) -> dict[int, str]:
    """The teacher's comments on an attempt by slot; 0 is the whole."""
    return {row.slot: row.text for row in session.execute(_COMMENTS, {"attempt_id": attempt.id})}


_comment = TeacherComment.__table__.c
_COMMENTS = select(_comment.slot, _comment.text).where(_comment.attempt_id == bindparam("attempt_id"))
