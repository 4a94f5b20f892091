"""The results of a class in a quiz: pupils, the questions, whether the forms were alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.marks import TENTH, round_half_up
from lms.base.permissions import Actor
from lms.base.users import User
from lms.permissions import Permission, require
from lms.quizzes.domain.results import on_ten
from lms.quizzes.domain.states import Counts
from lms.quizzes.models import Attempt, Quiz, Submission
from lms.quizzes.service.feeding import Result, counting_results, results_of
from lms.quizzes.service.item_results import ItemRow, item_results
from lms.quizzes.service.item_statistics import form_codes
from lms.quizzes.service.panels import panel_of
from lms.quizzes.service.reading import get_quiz
from lms.school import service as school
from question_bank import api as bank

COLUMNS = 10  # of the distribution, from 0 to 10


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One pupil's result; no attempt when there is none."""

    pupil: User
    attempt_uid: str = ""
    attempts: int = 0
    points: Fraction | None = None
    mark: Decimal | None = None
    waiting: int = 0
    receipt: str = ""
    handed_in_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FormRow:
    """How the papers of one form (mã đề) came out, on the scale of ten; no bounds for a single paper."""

    code: str
    papers: int
    mean: Fraction
    bounds: bank.Interval | None


@dataclass(frozen=True, slots=True)
class ClassResults:
    """The results of a class in a quiz."""

    quiz: Quiz
    rows: Sequence[ResultRow]
    items: Sequence[ItemRow]
    forms: Sequence[FormRow]
    test: bank.TestFigures | None  # where all papers have the same questions
    worth: Fraction

    @property
    def waiting(self) -> int:
        """How many answers wait for a person."""
        return sum(row.waiting for row in self.rows)

    @property
    def marks(self) -> list[Decimal]:
        return [row.mark for row in self.rows if row.mark is not None]

    @property
    def mean(self) -> Decimal | None:
        """The mean of the marks, for the teacher's eyes."""
        marks = self.marks
        return round_half_up(bank.mean([Fraction(mark) for mark in marks]), TENTH) if marks else None

    @property
    def bounds(self) -> bank.Interval | None:
        """The mean of the marks with its bounds; None for fewer than two."""
        return bank.interval([Fraction(mark) for mark in self.marks])

    @property
    def distribution(self) -> list[tuple[str, int]]:
        """How many pupils in each point from 0–1 to 9–10; a full ten belongs to the last."""
        counts = [0] * COLUMNS
        for mark in self.marks:
            counts[min(COLUMNS - 1, int(mark))] += 1
        return [(f"{low}–{low + 1}", count) for low, count in enumerate(counts)]

    @property
    def unlike(self) -> list[tuple[str, str]]:
        """The pairs of forms whose means lie too far from each other for chance alone."""
        bounded = [(row.code, row.bounds) for row in self.forms if row.bounds is not None]
        return [
            (bounded[one][0], bounded[other][0]) for one, other in bank.apart([bounds for _code, bounds in bounded])
        ]


def class_results(session: Session, actor: Actor, uid: str) -> ClassResults:
    """The results of everybody, the attempt that counts of each, how each question and each form went.

    Raises:
        NotFound, Forbidden: not this person's to see.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.SEE_QUIZ_RESULTS, quiz)
    results = results_of(session, quiz)
    counted = counting_results(results, Counts(quiz.counts))
    found = item_results(session, quiz, [one.attempt_id for one in counted.values()])
    return ClassResults(
        quiz,
        _rows(session, quiz, results, counted),
        found.rows,
        _forms(session, list(counted.values())),
        found.test,
        max((result.worth for result in results), default=Fraction(0)),
    )


def _rows(session: Session, quiz: Quiz, results: Sequence[Result], counted: Mapping[int, Result]) -> list[ResultRow]:
    submissions = {
        row.attempt_id: row
        for row in session.scalars(
            select(Submission).join(Attempt, Attempt.id == Submission.attempt_id).where(Attempt.quiz_id == quiz.id)
        )
    }
    attempts = Counter(one.pupil_id for one in results)
    nameless = panel_of(session, quiz).hides_names  # a mark that shows up here would tell whose answer was just marked
    rows = []
    for pupil in school.list_pupils(session, quiz.class_id):
        result = counted.get(pupil.id)
        if result is None:
            rows.append(ResultRow(pupil))
            continue
        submission = submissions[result.attempt_id]
        rows.append(
            ResultRow(
                pupil=pupil,
                attempt_uid=result.attempt_uid,
                attempts=attempts[pupil.id],
                points=None if nameless else result.points,
                mark=None if nameless else _mark(result),
                waiting=result.waiting,
                receipt=submission.receipt,
                handed_in_at=submission.handed_in_at,
            )
        )
    return rows


def _mark(result: Result) -> Decimal | None:
    return None if result.waiting else round_half_up(on_ten(result.points, result.worth), TENTH)


def _forms(session: Session, counted: Sequence[Result]) -> list[FormRow]:
    """The forms by code; papers that wait for marking are left out, since their totals are not known."""
    codes = form_codes(session, [one.attempt_id for one in counted])
    marks: dict[str, list[Fraction]] = {}
    for result in counted:
        if not result.waiting:
            marks.setdefault(codes[result.attempt_id], []).append(on_ten(result.points, result.worth))
    return [FormRow(code, len(own), bank.mean(own), bank.interval(own)) for code, own in sorted(marks.items())]
