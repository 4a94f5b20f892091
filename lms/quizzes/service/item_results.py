"""How each question of a quiz worked, over all its forms: figures, who chose what, and what should be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.quizzes.models import ItemScore, Quiz, ResponseCurrent
from lms.quizzes.service.corrections import corrections_in_force
from lms.quizzes.service.scoring import NONE, score_of
from question_bank import api as bank

CHOICES = frozenset({bank.ItemType.SINGLE_CHOICE, bank.ItemType.MULTIPLE_CHOICE})


@dataclass(frozen=True, slots=True)
class ItemRow:
    """How a question worked."""

    item: bank.BankItem
    keys: Sequence[bank.ItemKey]  # in force: its own, or what was decided about it since
    figures: bank.ItemFigures
    blanks: int
    choices: bank.Choices | None  # of its options, or of its statements: who judged them rightly
    findings: tuple[bank.Finding, ...]


@dataclass(frozen=True, slots=True)
class ItemResults:
    """The questions, those to be looked at first and then the hardest first; `test` where all papers have the same.

    `marks` holds the points of each question by attempt, `most` what it is worth.
    """

    rows: Sequence[ItemRow]
    test: bank.TestFigures | None
    marks: Mapping[str, Mapping[int, Fraction]]
    most: Mapping[str, Fraction]


def item_results(session: Session, quiz: Quiz, attempt_ids: Sequence[int]) -> ItemResults:
    """How each question worked in these attempts; a question that waits for marking anywhere is left out."""
    answers: dict[str, dict[int, Any]] = {}
    waiting = set()
    for row in session.execute(
        select(ItemScore.version_uid, ItemScore.attempt_id, ItemScore.points, ItemScore.worth, ResponseCurrent.response)
        .outerjoin(
            ResponseCurrent,
            (ResponseCurrent.attempt_id == ItemScore.attempt_id) & (ResponseCurrent.slot == ItemScore.slot),
        )
        .where(ItemScore.run_id == quiz.current_run_id, ItemScore.attempt_id.in_(attempt_ids))
    ):
        if row.points is None:
            waiting.add(row.version_uid)
        elif row.worth:
            answers.setdefault(row.version_uid, {})[row.attempt_id] = row
    answers = {version: papers for version, papers in answers.items() if version not in waiting}
    items = bank.load_versions(session, quiz.school_id, answers)
    marks = {version: {paper: row.points for paper, row in papers.items()} for version, papers in answers.items()}
    most = {version: max(row.worth for row in papers.values()) for version, papers in answers.items()}
    analysis = bank.analyse(marks, most)
    decided = corrections_in_force(session, quiz.current_run_id) if quiz.current_run_id else {}
    rows = [
        _row(
            quiz,
            items[version],
            decided[version].keys if version in decided else (),
            analysis,
            {paper: row.response or {} for paper, row in papers.items()},
        )
        for version, papers in answers.items()
    ]
    rows.sort(key=lambda row: (bank.urgency_of(row.findings), row.figures.facility))
    return ItemResults(rows, analysis.test, marks, most)


def _row(
    quiz: Quiz,
    item: bank.BankItem,
    keys: Sequence[bank.ItemKey],
    analysis: bank.Analysis[str, int],
    responses: Mapping[int, Mapping[str, Any]],
) -> ItemRow:
    version = item.version_uid
    figures = analysis.items[version]
    blanks = sum(1 for response in responses.values() if not score_of(quiz, item, response).answered)
    keys = keys or ((item.key,) if item.key is not None else ())
    taken, right = _taken(item, keys, responses)
    choices = bank.choices_of(taken, analysis.rests[version], analysis.unit, right) if right else None
    return ItemRow(item, keys, figures, blanks, choices, bank.findings_of(figures, choices, blanks))


def _taken(
    item: bank.BankItem, keys: Sequence[bank.ItemKey], responses: Mapping[int, Mapping[str, Any]]
) -> tuple[dict[int, list[str]], dict[str, bool]]:
    """What each paper chose, and which options are right by some key; of statements, those it judged rightly."""
    if item.type in CHOICES:
        weights = [key.weights for key in keys if isinstance(key, bank.ChoiceKey)]
        right = {option.id: any(one.get(option.id, NONE) > 0 for one in weights) for option in item.body.options}
        return {paper: _chosen(response) for paper, response in responses.items()}, right
    if keys and isinstance(keys[-1], bank.TruthKey):
        truths = keys[-1].truths
        return {
            paper: [one for one, said in (response.get("truths") or {}).items() if said is truths.get(one)]
            for paper, response in responses.items()
        }, dict.fromkeys(truths, True)
    return {}, {}


def _chosen(response: Mapping[str, Any]) -> list[str]:
    chosen = response.get("choices") or [response.get("choice")]
    return [option for option in chosen if option]
