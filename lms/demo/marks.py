"""Marks that teachers have typed by the middle of November: regular ones, and verdicts where a subject has no marks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy.orm import Session

from lms.base.marks import with_comma
from lms.base.permissions import Actor
from lms.base.subjects import Subject
from lms.base.users import User
from lms.gradebook import service as gradebook
from lms.school.models import SchoolClass, Semester


def type_marks(
    session: Session,
    teacher: Actor,
    found: SchoolClass,
    subject: Subject,
    semester: Semester,
    pupils: Sequence[tuple[User, float]],
    columns: Sequence[str],
    *,
    fed_by_quiz: str = "",
    at: datetime,
    seed: int,
) -> None:
    """Type the columns of a gradebook for pupils of these abilities, and let pupils and parents see what is in it."""
    random = Random(f"{seed} {found.name} {subject.code}")  # noqa: S311 - invented marks need no secrecy
    book = gradebook.open_gradebook(session, teacher, found.uid, subject.uid, semester.uid, at=at - timedelta(days=40))
    changes: dict[tuple[str, str], gradebook.Change] = {}
    for number, (pupil, ability) in enumerate(pupils):
        for column in columns:
            typed = _verdict(ability, random) if book.by_comment else _mark(ability, random)
            if number == 16 and column == columns[-1]:
                typed = "p"  # one was away that day
            changes[pupil.uid, column] = gradebook.Change(typed, "")
    gradebook.save_grid(session, teacher, book.uid, changes, at=at - timedelta(days=9))
    fed = [column.key for column in book.columns if column.key == fed_by_quiz]
    gradebook.publish(session, teacher, book.uid, [*columns, *fed], at=at - timedelta(days=1))


def _mark(ability: float, random: Random) -> str:
    raw = 7.1 + 1.35 * ability + random.gauss(0, 0.7)
    quarter = Decimal(round(min(10.0, max(2.0, raw)) * 4)) / 4
    return with_comma(quarter.quantize(Decimal("0.1")))


def _verdict(ability: float, random: Random) -> str:
    return "CĐ" if ability < -1.8 and random.random() < 0.5 else "Đ"


def abilities(names: Sequence[str], seed: int) -> dict[str, float]:
    """How able each pupil is, from about −2 to 2; the same for the same seed."""
    random = Random(seed)  # noqa: S311 - invented pupils need no secrecy
    return {name: max(-2.2, min(2.2, random.gauss(0.35, 0.85))) for name in names}
