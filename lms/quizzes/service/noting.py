"""Note something on a part of a written answer; what its pupil is shown of notes and levels."""

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
from lms.base.text import nfc
from lms.quizzes.domain.notes import Piece, cut, find_span
from lms.quizzes.domain.rounds import Round
from lms.quizzes.models import AnswerNote, Attempt, MarkGiven
from lms.quizzes.service.sheets import Desk, Sheet, open_desk, open_sheet

LONGEST_NOTE = 1000
LONGEST_QUOTE = 2000
MOST = 50  # on one answer


@dataclass(frozen=True, slots=True)
class Noted:
    """An answer cut where notes begin and end, with the notes in the order of their numbers."""

    pieces: Sequence[Piece]
    notes: Sequence[AnswerNote]


def add_note(
    session: Session,
    actor: Actor,
    uid: str,
    version_uid: str,
    name: str,
    *,
    quote: str,
    start: int | None = None,
    note: str,
    at: datetime,
) -> AnswerNote:
    """Note something on a part of a sheet; the same once only. *start* tells equal parts apart.

    Raises:
        NotFound, Forbidden: the sheet does not lie before this person.
        Conflict: it is no longer theirs to mark, or has too many notes.
        Invalid: nothing was written, or the quoted part does not stand in the answer.
    """
    desk = open_desk(session, actor, uid, version_uid)
    sheet = desk.sheet(name)
    if sheet.closed:
        raise Conflict(N_("Hai vòng đã chấm xong bài này. Chỉ người quyết định còn đổi được điểm."))
    note = nfc(note).strip()[:LONGEST_NOTE]
    if not note:
        raise Invalid.at("note", N_("Hãy viết lời ghi chú."))
    text = open_sheet(session, desk, sheet).text
    quote = quote.replace("\r\n", "\n")[:LONGEST_QUOTE]
    span = find_span(text, quote, start) or find_span(text, quote.strip())
    if span is None:
        raise Invalid.at("quote", N_("Không thấy đoạn này trong bài. Hãy chép đúng từng chữ, hoặc bôi đen trong bài."))
    quote = text[span.start : span.end]
    kept = notes_on(session, sheet.attempt_id, sheet.slot, [desk.panel.round])
    same = next((one for one in kept if (one.start, one.quote, one.note) == (span.start, quote, note)), None)
    if same is not None:
        return same
    if len(kept) >= MOST:
        raise Conflict(N_("Bài này đã có %(most)s ghi chú."), most=MOST)
    made = AnswerNote(
        school_id=desk.panel.school_id,
        attempt_id=sheet.attempt_id,
        slot=sheet.slot,
        round=desk.panel.round,
        start=span.start,
        quote=quote,
        note=note,
        written_by_id=actor.user_id,
        written_at=at,
    )
    session.add(made)
    session.flush()
    audit.record(session, actor, "quiz.answer_noted", desk.quiz.uid, sheet=sheet.uid)
    return made


def take_back_note(
    session: Session, actor: Actor, uid: str, version_uid: str, name: str, note_uid: str, *, at: datetime
) -> None:
    """Show a note to nobody any more.

    Raises:
        NotFound, Forbidden: the sheet does not lie before this person, or has no such note of their round.
        Conflict: it is no longer theirs to mark.
    """
    desk = open_desk(session, actor, uid, version_uid)
    sheet = desk.sheet(name)
    if sheet.closed:
        raise Conflict(N_("Hai vòng đã chấm xong bài này. Chỉ người quyết định còn đổi được điểm."))
    kept = notes_on(session, sheet.attempt_id, sheet.slot, [desk.panel.round])
    note = next((one for one in kept if one.uid == note_uid), None)
    if note is None:
        raise NotFound
    note.taken_back_at = at
    session.flush()
    audit.record(session, actor, "quiz.answer_note_taken_back", desk.quiz.uid, sheet=sheet.uid)


def notes_on(session: Session, attempt_id: int, slot: int, rounds: Sequence[Round]) -> list[AnswerNote]:
    """The notes of these rounds on an answer, in its order."""
    found = select(AnswerNote).where(
        AnswerNote.attempt_id == attempt_id,
        AnswerNote.slot == slot,
        AnswerNote.round.in_(rounds),
        AnswerNote.taken_back_at.is_(None),
    )
    return list(session.scalars(found.order_by(AnswerNote.start, AnswerNote.id)))


def noted_sheet(session: Session, desk: Desk, sheet: Sheet, text: str) -> Noted:
    """A sheet of a desk with the notes of the marker's own round; who decides sees those of all rounds."""
    rounds = list(Round) if desk.panel.round is Round.DECISION else [desk.panel.round]
    return _noted(text, notes_on(session, sheet.attempt_id, sheet.slot, rounds))


def _noted(text: str, notes: Sequence[AnswerNote]) -> Noted:
    return Noted(cut(text, [find_span(text, one.quote, one.start) for one in notes]), notes)


@dataclass(frozen=True, slots=True)
class LevelSaid:
    """How well a criterion was found met."""

    name: str
    words: str
    points: Fraction
    most: Fraction


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a pupil is shown of how an answer was marked, beside points and comment."""

    noted: Noted | None
    levels: Sequence[LevelSaid]  # of the rubric, as chosen in the mark that counts


def feedback_on(session: Session, attempt: Attempt, texts: dict[int, str]) -> dict[int, Feedback]:
    """Notes and levels on the written answers of an attempt, by slot; a second marker's are for who decides only."""
    notes: dict[int, list[AnswerNote]] = {}
    for one in session.scalars(
        select(AnswerNote)
        .where(
            AnswerNote.attempt_id == attempt.id,
            AnswerNote.round != Round.SECOND,
            AnswerNote.taken_back_at.is_(None),
        )
        .order_by(AnswerNote.start, AnswerNote.id)
    ):
        notes.setdefault(one.slot, []).append(one)
    given: dict[int, dict[Round, MarkGiven]] = {}
    for act in session.scalars(select(MarkGiven).where(MarkGiven.attempt_id == attempt.id).order_by(MarkGiven.id)):
        if act.points is not None:
            given.setdefault(act.slot, {})[Round(act.round)] = act
    return {
        slot: Feedback(_noted(text, notes[slot]) if slot in notes else None, _levels(given.get(slot, {})))
        for slot, text in texts.items()
    }


def _levels(given: dict[Round, MarkGiven]) -> list[LevelSaid]:
    """The levels behind the mark that counts: of one person's; a mean of two has none."""
    act = given.get(Round.DECISION) or (given.get(Round.FIRST) if Round.SECOND not in given else None)
    chosen = (act.levels or []) if act else []
    return [LevelSaid(one["name"], one["words"], Fraction(one["points"]), Fraction(one["most"])) for one in chosen]
