"""Mark attempts in the run that is in force, exactly; many at once, since a whole grade hands in at the bell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any, Protocol, cast

import msgspec
from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from lms.base.bulk import add_rows
from lms.base.kept import Kept
from lms.quizzes.domain.answers import Event
from lms.quizzes.domain.behaviours import Conduct, try_number
from lms.quizzes.domain.regrading import Policy, still_stands
from lms.quizzes.models import (
    Attempt,
    AttemptEvent,
    AttemptScore,
    EssayMark,
    EventDecision,
    Form,
    ItemScore,
    ResponseCurrent,
)
from lms.quizzes.service.corrections import Decided, corrections_in_force
from lms.quizzes.service.frozen import MOST_FORMS, TYPED, FrozenForm, get_form
from lms.quizzes.service.reading import Running
from question_bank import api as bank

NONE = Fraction(0)


def versions_of(session: Session, form: Form | FrozenForm) -> dict[str, bank.BankItem]:
    """The questions of a form with their keys: the key sheet. For marking and released reviews only."""
    return bank.load_versions(session, form.school_id, [slot["version"] for slot in form.document])


def scheme_of(quiz: Marked, kind: bank.ItemType) -> bank.Scheme | None:
    """How parts of an answer add up: the quiz's wish where this kind of question knows it."""
    if not quiz.scheme:
        return None
    try:
        return bank.scheme_for(kind, bank.Scheme(quiz.scheme))
    except ValueError:  # not a scheme of this kind
        return None


@dataclass(frozen=True, slots=True)
class KeyedQuestion:
    """A question of a form with its key and its worth."""

    slot: int
    item: bank.BankItem
    worth: Fraction


_items: Kept[int, Mapping[str, bank.BankItem]] = Kept(MOST_FORMS)
_sheets: Kept[int, Sequence[KeyedQuestion]] = Kept(MOST_FORMS)


def items_of(session: Session, form_id: int) -> Mapping[str, bank.BankItem]:
    """As `versions_of`, read once in each process: a version never changes. For marking and released reviews only."""
    return _items.get(form_id, lambda: versions_of(session, get_form(session, form_id)))


def _sheet(session: Session, form_id: int) -> Sequence[KeyedQuestion]:
    """What has to be marked in a form."""

    def read() -> Sequence[KeyedQuestion]:
        form, items = get_form(session, form_id), items_of(session, form_id)
        return [
            KeyedQuestion(slot["number"], items[slot["version"]], Fraction(slot["worth"]))
            for slot in form.document
            if items[slot["version"]].type is not bank.ItemType.DESCRIPTION
        ]

    return _sheets.get(form_id, read)


class Marked(Protocol):
    """A quiz as far as marking its attempts asks: the mapped object or a row of the table."""

    @property
    def scheme(self) -> str: ...
    @property
    def current_run_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Paper:
    """What was handed in: the answers of an attempt by slot."""

    attempt_id: int
    school_id: int
    form_id: int
    quiz: Marked
    answers: Mapping[int, Any]
    tries: Mapping[int, int] = field(default_factory=dict)  # by slot, of a practice


def paper_of(session: Session, attempt: Running, quiz: Marked, counted: Mapping[int, Event]) -> Paper:
    """The answers of an attempt from the events that count."""
    practice = get_form(session, attempt.form_id).conduct.is_practice
    return Paper(
        attempt.id,
        attempt.school_id,
        attempt.form_id,
        quiz,
        {slot: event.response for slot, event in counted.items()},
        {slot: try_number(event.seq) for slot, event in counted.items()} if practice else {},
    )


@dataclass(frozen=True, slots=True)
class Trial:
    """A run that is not in force: what holds of questions in it, and points that it gives single answers."""

    run_id: int
    corrections: Mapping[str, Decided]
    points: Mapping[tuple[int, int], Fraction]  # by attempt and slot


def score_papers(session: Session, papers: Sequence[Paper], *, at: datetime, trial: Trial | None = None) -> None:
    """Add the points of each answer and their totals to the runs in force, or to one on trial.

    Once for each attempt and run. A question that was dropped has no points in the run at all.
    """
    given = _given(session, papers)
    if trial is not None:
        given |= trial.points
    items: list[dict[str, Any]] = []
    totals: list[dict[str, Any]] = []
    for paper in papers:
        if paper.quiz.current_run_id is None:
            raise ValueError("A published quiz has a score run.")
        run_id = trial.run_id if trial else paper.quiz.current_run_id
        corrections = trial.corrections if trial else corrections_in_force(session, run_id)
        row = {"run_id": run_id, "attempt_id": paper.attempt_id, "school_id": paper.school_id}
        earned, worth, waiting = NONE, NONE, 0
        conduct = get_form(session, paper.form_id).conduct
        for question in _sheet(session, paper.form_id):
            decided = corrections.get(question.item.version_uid)
            if decided and decided.policy is Policy.DROP:
                continue
            points = _points(paper.quiz, question, paper.answers.get(question.slot), decided)
            points = _after_tries(points, question, conduct, paper.tries.get(question.slot, 1))
            if decided is None or decided.policy is not Policy.FULL_CREDIT:
                points = given.get((paper.attempt_id, question.slot), points)
            items.append(
                {
                    **row,
                    "slot": question.slot,
                    "version_uid": question.item.version_uid,
                    "points": points,
                    "worth": question.worth,
                }
            )
            worth += question.worth
            if points is None:
                waiting += 1
            else:
                earned += points
        totals.append({**row, "points": earned, "worth": worth, "waiting": waiting, "scored_at": at})
    add_rows(session, cast(Table, ItemScore.__table__), items)
    add_rows(session, cast(Table, AttemptScore.__table__), totals)


_mark, _response = EssayMark.__table__.c, ResponseCurrent.__table__.c
_event, _decision = AttemptEvent.__table__.c, EventDecision.__table__.c
_GIVEN = (
    select(_mark.attempt_id, _mark.slot, _mark.points, _mark.marked_at, _event.server_at, _decision.decided_at)
    .outerjoin_from(
        EssayMark.__table__,
        ResponseCurrent.__table__,
        (_response.attempt_id == _mark.attempt_id) & (_response.slot == _mark.slot),
    )
    .outerjoin(AttemptEvent.__table__, _event.id == _response.event_id)
    .outerjoin(EventDecision.__table__, _decision.event_id == _response.event_id)
    .where(_mark.attempt_id.in_(bindparam("ids", expanding=True)))
)


def _given(session: Session, papers: Sequence[Paper]) -> dict[tuple[int, int], Fraction]:
    """The points that people gave, where they gave them for the answer that counts now."""
    marks = session.execute(_GIVEN, {"ids": [paper.attempt_id for paper in papers]})
    return {
        (mark.attempt_id, mark.slot): mark.points
        for mark in marks
        if still_stands(mark.marked_at, came_at=mark.server_at, decided_at=mark.decided_at)
    }


MOST_SCORES = 20_000
_scores: Kept[tuple[str, str, bytes], bank.Score] = Kept(MOST_SCORES)


def score_of(quiz: Marked, item: bank.BankItem, answer: Any, keys: Sequence[bank.ItemKey] = ()) -> bank.Score:
    """What marking says of an answer by the question's key, or by the best of these.

    Equal answers to a question are marked by its own key once in each process.
    """
    if keys:
        return bank.best_score(item.body, keys, answer, scheme_of(quiz, item.type))

    def score() -> bank.Score:
        return bank.score(item.body, item.key, answer, scheme_of(quiz, item.type))

    if answer and item.type in TYPED:
        return score()
    return _scores.get((item.version_uid, quiz.scheme, msgspec.json.encode(answer)), score)


def _points(quiz: Marked, question: KeyedQuestion, answer: Any, decided: Decided | None) -> Fraction | None:
    """What an answer earns by the key, or by what was decided about the question; None when a person has to say."""
    if decided and decided.policy is Policy.FULL_CREDIT:
        return question.worth
    score = score_of(quiz, question.item, answer, decided.keys if decided else ())
    return None if score.needs_marking and question.worth else question.worth * score.fraction


def _after_tries(points: Fraction | None, question: KeyedQuestion, conduct: Conduct, tries: int) -> Fraction | None:
    """What is left of the points of the last of several tries."""
    if points is None or tries < 2 or not question.worth:
        return points
    return question.worth * conduct.earned(points / question.worth, tries)


def total_up(session: Session, attempt: Attempt, *, at: datetime) -> AttemptScore:
    """Write the total of an attempt from the points of its answers."""
    run_id = attempt.quiz.current_run_id
    scores = session.scalars(
        select(ItemScore).where(ItemScore.run_id == run_id, ItemScore.attempt_id == attempt.id)
    ).all()
    total = session.get(AttemptScore, (run_id, attempt.id))
    if total is None:
        total = AttemptScore(run_id=run_id, attempt_id=attempt.id, school_id=attempt.school_id)
        session.add(total)
    total.points = sum((score.points for score in scores if score.points is not None), NONE)
    total.worth = sum((score.worth for score in scores), NONE)
    total.waiting = sum(1 for score in scores if score.points is None)
    total.scored_at = at
    session.flush()
    return total
