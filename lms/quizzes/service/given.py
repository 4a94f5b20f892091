"""What counts of a finished attempt, read in one row.

SQLite's driver lets other threads run at every row: when a whole class looks at its results, forty rows of answers cost
more in turns than in reading. So the database joins the rows to a text, a line each.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, cast, func, select, type_coerce
from sqlalchemy.orm import Session

from lms.quizzes.models import ItemScore, ResponseCurrent

_response, _score = ResponseCurrent.__table__.c, ItemScore.__table__.c
_LINE = "\n"  # in JSON it is always written as \n, so it ends a line


def _lines(*columns: ColumnElement[Any]) -> ColumnElement[str]:
    """All rows as one text: a line each, the columns by spaces."""
    line: ColumnElement[str] = cast(columns[0], String)
    for column in columns[1:]:
        line = line + " " + func.coalesce(cast(column, String), "")
    return func.aggregate_strings(line, _LINE)


_RESPONSES = select(_lines(_response.slot, _response.response)).where(_response.attempt_id == bindparam("attempt_id"))
_SCORES = select(_lines(_score.slot, type_coerce(_score.worth, String), type_coerce(_score.points, String))).where(
    _score.attempt_id == bindparam("attempt_id"), _score.run_id == bindparam("run_id")
)


@dataclass(frozen=True, slots=True)
class Scored:
    """What a slot earned in a run; no points while a person has to say."""

    points: Fraction | None
    worth: Fraction


def responses_of(session: Session, attempt_id: int) -> Mapping[int, Any]:
    """The answers that count, by slot."""
    found = session.scalar(_RESPONSES, {"attempt_id": attempt_id})
    lines = [line.partition(" ") for line in found.split(_LINE)] if found else []
    return {int(slot): json.loads(response) for slot, _space, response in lines}


def scores_of(session: Session, attempt_id: int, run_id: int | None) -> Mapping[int, Scored]:
    """What the slots earned in a run of marking; nothing where there is none."""
    found = session.scalar(_SCORES, {"attempt_id": attempt_id, "run_id": run_id})
    lines = [line.split(" ") for line in found.split(_LINE)] if found else []
    return {int(slot): Scored(Fraction(points) if points else None, Fraction(worth)) for slot, worth, points in lines}
