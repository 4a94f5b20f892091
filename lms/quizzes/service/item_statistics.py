"""One question of a quiz closely, and all of them for a file: figures, options, and each form beside the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.errors import Conflict, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.permissions import Permission, require
from lms.quizzes.domain.states import Counts
from lms.quizzes.models import Attempt, Form, Quiz
from lms.quizzes.service.feeding import counting_results, results_of
from lms.quizzes.service.frozen import forms_of, get_form
from lms.quizzes.service.item_results import ItemResults, ItemRow, item_results
from lms.quizzes.service.reading import get_quiz
from question_bank import api as bank


@dataclass(frozen=True, slots=True)
class FormShare:
    """How a question did on the papers of one form; `label` is its number there."""

    code: str
    label: str
    papers: int
    facility: Fraction

    @property
    def bounds(self) -> bank.Interval:
        """The facility with the bounds of a share: wide where few papers all did alike."""
        return bank.Interval(self.papers, self.facility, *bank.share_bounds(self.facility, self.papers))


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """A question among those of its quiz, in the order of the page of results."""

    quiz: Quiz
    row: ItemRow
    forms: Sequence[FormShare]
    place: int
    of: int
    before: str  # the version uids of its neighbours; empty at the ends
    after: str

    @property
    def unlike(self) -> list[tuple[str, str]]:
        """The pairs of forms on which the question did so differently that chance alone will hardly do."""
        codes = [one.code for one in self.forms]
        return [(codes[one], codes[other]) for one, other in bank.apart([form.bounds for form in self.forms])]


@dataclass(frozen=True, slots=True)
class QuizStatistics:
    """All questions of a quiz, and how each did on each form."""

    quiz: Quiz
    results: ItemResults
    forms: Mapping[str, Sequence[FormShare]]  # by the version of the question


def quiz_statistics(session: Session, actor: Actor, uid: str) -> QuizStatistics:
    """The figures of all questions, over the attempts that count.

    Raises:
        NotFound, Forbidden: not this person's to see.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.SEE_QUIZ_RESULTS, quiz)
    counted = counting_results(results_of(session, quiz), Counts(quiz.counts))
    attempt_ids = [one.attempt_id for one in counted.values()]
    found = item_results(session, quiz, attempt_ids)
    codes = form_codes(session, attempt_ids)
    labels = {
        form.code: {slot["version"]: slot["label"] for slot in form.document}
        for form in (get_form(session, form_id) for form_id in forms_of(session, quiz.id))
    }
    return QuizStatistics(
        quiz,
        found,
        {version: _by_form(version, own, found.most[version], codes, labels) for version, own in found.marks.items()},
    )


def item_statistics(session: Session, actor: Actor, uid: str, version_uid: str) -> ItemStatistics:
    """One question of a quiz.

    Raises:
        NotFound, Forbidden: not this person's to see, or no question of this quiz.
        Conflict: nobody has answered it yet, or answers wait for marking.
    """
    found = quiz_statistics(session, actor, uid)
    rows = found.results.rows
    order = [row.item.version_uid for row in rows]
    if version_uid not in order:
        quiz = found.quiz
        asked = {
            slot["version"] for form_id in forms_of(session, quiz.id) for slot in get_form(session, form_id).document
        }
        if version_uid not in asked:
            raise NotFound
        raise Conflict(N_("Câu này chưa có số liệu: chưa có bài nộp, hoặc còn bài chờ chấm."))
    place = order.index(version_uid)
    return ItemStatistics(
        quiz=found.quiz,
        row=rows[place],
        forms=found.forms[version_uid],
        place=place + 1,
        of=len(order),
        before=order[place - 1] if place else "",
        after=order[place + 1] if place + 1 < len(order) else "",
    )


def form_codes(session: Session, attempt_ids: Sequence[int]) -> dict[int, str]:
    """The codes of the forms (mã đề) of attempts, by the attempt."""
    rows = session.execute(
        select(Attempt.id, Form.code).join(Form, Form.id == Attempt.form_id).where(Attempt.id.in_(attempt_ids))
    )
    return dict(rows.all())


def _by_form(
    version: str,
    marks: Mapping[int, Fraction],
    most: Fraction,
    codes: Mapping[int, str],
    labels: Mapping[str, Mapping[str, str]],
) -> list[FormShare]:
    shares: dict[str, list[Fraction]] = {}
    for attempt_id, points in marks.items():
        shares.setdefault(codes[attempt_id], []).append(points / most)
    return [
        FormShare(code, labels[code].get(version, ""), len(own), bank.mean(own)) for code, own in sorted(shares.items())
    ]
