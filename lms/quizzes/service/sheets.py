"""What lies on a marker's desk: the answers of all pupils to one question, one of them open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.errors import NotFound
from lms.base.permissions import Actor
from lms.base.users import User
from lms.quizzes.domain.regrading import still_stands
from lms.quizzes.domain.rounds import Round, SettledBy, settled
from lms.quizzes.domain.rubrics import Rubric
from lms.quizzes.domain.sheets import sheet_uid
from lms.quizzes.models import (
    Attempt,
    AttemptEvent,
    EventDecision,
    ItemScore,
    MarkGiven,
    Quiz,
    ResponseCurrent,
    TeacherComment,
)
from lms.quizzes.service.panels import Panel, join_panel
from lms.quizzes.service.rubrics import find_rubric
from lms.school import service as school
from question_bank import api as bank


@dataclass(frozen=True, slots=True)
class Sheet:
    """One pupil's answer to a question that a person marks, as far as this marker may know of it.

    `points` are those of the marker's own round; `apart` are the two that whoever decides stands between.
    """

    uid: str
    attempt_uid: str
    attempt_id: int
    slot: int
    name: str  # "" where names are hidden; then the number stands for it
    number: int
    turn: int  # of a pupil who was let try several times
    points: Fraction | None
    worth: Fraction
    closed: bool  # both rounds have spoken: it is no longer the marker's to change
    apart: tuple[Fraction, Fraction] | None = None

    @property
    def waits(self) -> bool:
        return self.points is None


@dataclass(frozen=True, slots=True)
class Desk:
    """The answers to one question in the order in which they are worked through."""

    panel: Panel
    quiz: Quiz
    item: bank.BankItem
    sheets: Sequence[Sheet]
    rubric: Rubric | None

    @property
    def waiting(self) -> int:
        return sum(sheet.waits for sheet in self.sheets)

    @property
    def done(self) -> int:
        return len(self.sheets) - self.waiting

    def sheet(self, uid: str) -> Sheet:
        """The sheet of this name.

        Raises:
            NotFound: none of these.
        """
        for sheet in self.sheets:
            if sheet.uid == uid:
                return sheet
        raise NotFound


@dataclass(frozen=True, slots=True)
class Opened:
    """A sheet with what its marker reads: the answer, the words said to the pupil so far, and what was done before."""

    text: str
    comment: str
    history: Sequence[MarkGiven]  # of the marker's own round, latest first
    others: Sequence[MarkGiven]  # of the rounds that who decides stands between, latest first

    @property
    def seen(self) -> int:
        """Which act of marking was the last one, 0 for none; whoever marks says what they have seen."""
        return self.history[0].id if self.history else 0

    @property
    def chosen(self) -> list[int]:
        """The levels of the rubric that were chosen last."""
        latest: Sequence[dict[str, Any]] = next((one.levels for one in self.history if one.levels), [])
        return [said["at"] for said in latest]


def open_desk(session: Session, actor: Actor, uid: str, version_uid: str) -> Desk:
    """Every pupil's answer to one question: by the pupils' names, or by number where names are hidden.

    Raises:
        NotFound: no such quiz for this person, or nothing of this question lies before them.
        Forbidden: the person may not mark it.
    """
    panel = join_panel(session, actor, uid)
    sheets = sheets_of(session, panel, version_uid)
    if not sheets:
        raise NotFound
    item = bank.load_versions(session, panel.school_id, [version_uid])[version_uid]
    return Desk(panel, panel.quiz, item, sheets, find_rubric(session, panel.quiz, version_uid))


def sheets_of(session: Session, panel: Panel, version_uid: str) -> list[Sheet]:
    """The answers to a question that lie before one of a panel that the caller has joined."""
    rows = session.execute(
        select(
            ItemScore.slot,
            ItemScore.points,
            ItemScore.worth,
            Attempt.id,
            Attempt.uid,
            Attempt.number,
            Attempt.pupil_id,
            User.full_name,
        )
        .join(Attempt, Attempt.id == ItemScore.attempt_id)
        .join(User, User.id == Attempt.pupil_id)
        .where(ItemScore.run_id == panel.quiz.current_run_id, ItemScore.version_uid == version_uid)
        .order_by(User.sort_name, User.id, Attempt.number)
    ).all()
    given = marks_given(session, [row.id for row in rows]) if panel.two_rounds else {}
    numbers = _numbers(session, panel, {row.pupil_id for row in rows}) if panel.hides_names else {}
    sheets = []
    for row in rows:
        marks = given.get((row.id, row.slot), {})
        apart = _apart(panel, marks)
        if panel.round is Round.DECISION and apart is None:
            continue
        sheets.append(
            Sheet(
                uid=sheet_uid(panel.rules.secret, row.uid, row.slot),
                attempt_uid=row.uid,
                attempt_id=row.id,
                slot=row.slot,
                name="" if panel.hides_names else row.full_name,
                number=numbers.get(row.pupil_id, 0),
                turn=row.number,
                points=marks.get(panel.round) if panel.two_rounds else row.points,
                worth=row.worth,
                closed=panel.round is not Round.DECISION and {Round.FIRST, Round.SECOND} <= marks.keys(),
                apart=apart if panel.round is Round.DECISION else None,
            )
        )
    return sorted(sheets, key=lambda sheet: (sheet.number, sheet.turn)) if panel.hides_names else sheets


def marks_given(session: Session, attempt_ids: Sequence[int]) -> dict[tuple[int, int], dict[Round, Fraction]]:
    """The latest points of each round by attempt and slot, as far as they were given for the answer that counts now."""
    found: dict[tuple[int, int], dict[Round, Fraction]] = {}
    rows = session.execute(
        select(
            MarkGiven.attempt_id,
            MarkGiven.slot,
            MarkGiven.round,
            MarkGiven.points,
            MarkGiven.given_at,
            AttemptEvent.server_at,
            EventDecision.decided_at,
        )
        .outerjoin(
            ResponseCurrent,
            (ResponseCurrent.attempt_id == MarkGiven.attempt_id) & (ResponseCurrent.slot == MarkGiven.slot),
        )
        .outerjoin(AttemptEvent, AttemptEvent.id == ResponseCurrent.event_id)
        .outerjoin(EventDecision, EventDecision.event_id == ResponseCurrent.event_id)
        .where(MarkGiven.attempt_id.in_(attempt_ids), MarkGiven.points.is_not(None))
        .order_by(MarkGiven.id)
    )
    for row in rows:
        if row.points is not None and still_stands(row.given_at, came_at=row.server_at, decided_at=row.decided_at):
            found.setdefault((row.attempt_id, row.slot), {})[Round(row.round)] = row.points
    return found


def _apart(panel: Panel, marks: Mapping[Round, Fraction]) -> tuple[Fraction, Fraction] | None:
    """The marks of the two rounds where they are too far apart."""
    if not {Round.FIRST, Round.SECOND} <= marks.keys():
        return None
    first, second = marks[Round.FIRST], marks[Round.SECOND]
    agreed = settled(first, second, panel.rules.tolerance, SettledBy(panel.rules.settled_by))
    return (first, second) if agreed is None else None


def _numbers(session: Session, panel: Panel, pupil_ids: Set[int]) -> dict[int, int]:
    """A number for each pupil of the class, in an order that only the quiz's secret knows."""
    everyone = pupil_ids | {one.id for one in school.list_pupils(session, panel.class_id)}
    shuffled = sorted(everyone, key=lambda pupil_id: sheet_uid(panel.rules.secret, f"pupil/{pupil_id}", 0))
    return {pupil_id: place for place, pupil_id in enumerate(shuffled, 1)}


def open_sheet(session: Session, desk: Desk, sheet: Sheet) -> Opened:
    """What stands on a sheet of a desk; of two independent rounds each reads its own only, who decides reads both."""
    response = session.scalar(
        select(ResponseCurrent.response).where(
            ResponseCurrent.attempt_id == sheet.attempt_id, ResponseCurrent.slot == sheet.slot
        )
    )
    history = history_of(session, sheet.attempt_id, sheet.slot)
    if not desk.panel.two_rounds:
        comment = session.scalar(
            select(TeacherComment.text).where(
                TeacherComment.attempt_id == sheet.attempt_id, TeacherComment.slot == sheet.slot
            )
        )
        return Opened(written_in(response), comment or "", history, ())
    own = [one for one in history if one.round == desk.panel.round]
    others = [one for one in history if one.round != desk.panel.round] if desk.panel.round is Round.DECISION else []
    return Opened(written_in(response), own[0].comment if own else "", own, others)


def written_in(response: object) -> str:
    """The text of a written answer, its lines ended in one way."""
    text = response.get("text", "") if isinstance(response, dict) else ""
    return str(text).replace("\r\n", "\n").replace("\r", "\n")


def history_of(session: Session, attempt_id: int, slot: int) -> list[MarkGiven]:
    """Every act of marking an answer, the latest first."""
    given = select(MarkGiven).where(MarkGiven.attempt_id == attempt_id, MarkGiven.slot == slot)
    return list(session.scalars(given.order_by(MarkGiven.id.desc())))
