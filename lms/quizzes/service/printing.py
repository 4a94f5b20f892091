"""A published quiz on paper: its frozen forms, with keys for those who may see them before the pupils."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy.orm import Session

from lms.base import audit, storage
from lms.base.documents.model import Document
from lms.base.errors import Conflict, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.users import School
from lms.quizzes import printing
from lms.quizzes.answer_sheet import answer_sheets
from lms.quizzes.domain.states import QuizState
from lms.quizzes.models import Quiz
from lms.quizzes.service.reading import forms_for_teacher, get_quiz
from question_bank import api as bank


class Sheet(StrEnum):
    """What can be printed."""

    PAPER = "paper"  # what pupils get
    TEACHER = "teacher"  # with keys, levels and solutions
    KEYS = "keys"  # the keys of all forms
    ANSWERS = "answers"  # bubbles to blacken, PDF only


SHEET_NAMES: Mapping[str, str] = MappingProxyType(
    {
        Sheet.PAPER: N_("đề cho học sinh"),
        Sheet.TEACHER: N_("bản có đáp án"),
        Sheet.KEYS: N_("bảng đáp án"),
        Sheet.ANSWERS: N_("phiếu trả lời"),
    }
)


def print_quiz(session: Session, actor: Actor, uid: str, sheet: Sheet, code: str = "") -> tuple[Quiz, Document]:
    """Return one form (or all, without a code) of a quiz for paper, and write down who took it.

    Raises:
        NotFound, Forbidden: not this person's quiz; no form with this code.
        Conflict: a draft has no forms yet.
    """
    quiz, chosen = _chosen(session, actor, uid, code)
    versions = {slot["version"] for form in chosen for slot in form.slots}
    items = bank.load_versions(session, quiz.school_id, versions)

    pictures = bank.assets_of(session, quiz.school_id, versions)

    def picture(sha256: str) -> tuple[bytes, str] | None:
        media_type = pictures.get(sha256)
        path = storage.path_of(sha256) if media_type else None
        return (path.read_bytes(), media_type) if path and media_type and path.is_file() else None

    head = _head(session, quiz)
    audit.record(session, actor, "quiz.printed", quiz.uid, printed=sheet.value)
    if sheet is Sheet.KEYS:
        return quiz, printing.key_sheet(head, chosen, items)
    if sheet is Sheet.TEACHER:
        return quiz, printing.teachers_copy(head, chosen, items, picture)
    return quiz, printing.paper(head, chosen, picture)


def print_answer_sheets(session: Session, actor: Actor, uid: str, code: str = "") -> tuple[Quiz, bytes]:
    """Return the answer sheets of one form (or all, without a code) as PDF, and write down who took them.

    Raises:
        NotFound, Forbidden, Conflict: as in `print_quiz`.
    """
    quiz, chosen = _chosen(session, actor, uid, code)
    audit.record(session, actor, "quiz.printed", quiz.uid, printed=Sheet.ANSWERS.value)
    return quiz, answer_sheets(_head(session, quiz), quiz.uid, chosen)


def _chosen(session: Session, actor: Actor, uid: str, code: str) -> tuple[Quiz, list[printing.Printed]]:
    forms = forms_for_teacher(session, actor, uid)
    quiz = get_quiz(session, actor, uid)
    if quiz.state == QuizState.DRAFT:
        raise Conflict(N_("Bài kiểm tra còn là bản nháp nên chưa có mã đề. Hãy giao bài rồi in."))
    chosen = [printing.Printed(form.code, form.document) for form in forms if code in ("", form.code)]
    if not chosen:
        raise NotFound
    return quiz, chosen


def _head(session: Session, quiz: Quiz) -> printing.Head:
    seconds = quiz.duration_seconds
    return printing.Head(
        school=session.get_one(School, quiz.school_id).name,
        title=quiz.title,
        subject=quiz.course.subject.name,
        grade=quiz.course.school_class.grade,
        minutes=seconds // 60 if seconds else None,
    )
