"""Practise: have one answer checked after the other, ask for hints, end the round.

A try is an event like every other: stored once under the lock of the attempt, never changed. What a pupil sees is read
back from the events, so that key and solution of a question stand on no page before the try that ends it is stored; the
request that brings a try is answered after its commit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.quizzes.domain.admission import NOWHERE, Visit
from lms.quizzes.domain.behaviours import Conduct, Progress, hint_seq, try_seq
from lms.quizzes.domain.states import AttemptState, EventKind, Standing
from lms.quizzes.domain.topics import TopicResult, by_topic
from lms.quizzes.models import Attempt, AttemptEvent, Quiz
from lms.quizzes.service import admission
from lms.quizzes.service.closing import needs_closing
from lms.quizzes.service.frozen import FrozenForm, get_form
from lms.quizzes.service.reading import get_own_attempt
from lms.quizzes.service.scoring import items_of, scheme_of
from lms.quizzes.service.taking import FormValues, hand_in
from question_bank import api as bank

CLIENT = "practice"  # of every event: a try counts once, from whichever device it comes again
OVER = N_("Lượt luyện tập này đã kết thúc. Hãy tải lại trang.")
AGAIN = N_("Câu này đã khác so với lúc em mở trang. Hãy tải lại trang.")


@dataclass(frozen=True, slots=True)
class Practised:
    """A question of a round with all that the pupil did with it."""

    slot: Mapping[str, Any]
    item: bank.BankItem  # its key and notes are to be shown only as far as `settled` and `hints` say
    conduct: Conduct
    over: bool  # the round has ended
    responses: Sequence[Any] = ()
    outcomes: Sequence[bank.Score] = ()
    hints: int = 0  # that were shown

    @property
    def number(self) -> int:
        return int(self.slot["number"])

    @property
    def worth(self) -> Fraction:
        return Fraction(self.slot["worth"])

    @property
    def response(self) -> Any:
        """The answer of the last try."""
        return self.responses[-1] if self.responses else {}

    @property
    def outcome(self) -> bank.Score | None:
        """What marking says of the last try."""
        return self.outcomes[-1] if self.outcomes else None

    @property
    def progress(self) -> Progress:
        # A person would have to mark an essay: it is done when it is written, and compared with the solution.
        return Progress(tuple(one.right or one.needs_marking for one in self.outcomes), self.hints)

    @property
    def tries_left(self) -> int:
        return 0 if self.over else self.conduct.tries_left(self.progress)

    @property
    def settled(self) -> bool:
        """Whether the pupil may see key and solution: tried, and no try is left."""
        return bool(self.outcomes) and not self.tries_left

    @property
    def may_see_hint(self) -> bool:
        return not self.over and self.conduct.may_see_hint(self.progress, len(self.item.notes.hints))

    @property
    def points(self) -> Fraction:
        """What the last try earns."""
        if self.outcome is None:
            return Fraction(0)
        return self.worth * self.conduct.earned(self.outcome.fraction, len(self.outcomes))


@dataclass(frozen=True, slots=True)
class Round:
    """One go of a pupil at a practice."""

    attempt: Attempt
    quiz: Quiz
    form: FrozenForm
    questions: Sequence[Practised]

    @property
    def over(self) -> bool:
        return self.attempt.state != AttemptState.OPEN

    @property
    def to_answer(self) -> list[Practised]:
        """The questions without the texts to read."""
        return [one for one in self.questions if one.slot["label"]]

    @property
    def done(self) -> int:
        """How many questions are settled."""
        return sum(1 for one in self.to_answer if one.settled)

    @property
    def points(self) -> Fraction:
        return sum((one.points for one in self.to_answer), Fraction(0))

    @property
    def worth(self) -> Fraction:
        return sum((one.worth for one in self.to_answer), Fraction(0))

    @property
    def topics(self) -> list[TopicResult]:
        """The results by topic, the weakest first; a question that was not tried earned nothing."""
        return by_topic((one.item.topic, one.points, one.worth) for one in self.to_answer)

    def question(self, slot: int) -> Practised:
        """The question in this slot.

        Raises:
            NotFound: there is none to answer.
        """
        for one in self.to_answer:
            if one.number == slot:
                return one
        raise NotFound


def get_round(session: Session, actor: Actor, uid: str, *, at: datetime, visit: Visit = NOWHERE) -> Round:
    """One's own round as it stands.

    Raises:
        NotFound: no such attempt of this person, or not one of a practice.
        NotAdmitted: it may not go on from here.
    """
    attempt = get_own_attempt(session, actor, uid)
    if attempt.state == AttemptState.OPEN and not needs_closing(attempt, at):
        admission.check_attempt(session, attempt, visit)
    return _round(session, attempt)


def check_answer(
    session: Session,
    actor: Actor,
    uid: str,
    slot: int,
    values: FormValues,
    *,
    number: int,
    at: datetime,
    visit: Visit = NOWHERE,
) -> None:
    """Store a try of a question; `number` counts the tries, and the same number again changes nothing.

    Raises:
        NotFound: no such attempt of this person, or no such question in it.
        Invalid: nothing was answered, or the answer is none of its question's.
        Conflict: the round is over or stands still, or the page is an old one.
        NotAdmitted: it may not go on from here.
    """
    found = _open(session, actor, uid, at, visit)
    question = found.question(slot)
    made = len(question.outcomes)
    if number <= made:
        return
    if number > made + 1 or not question.tries_left:
        raise Conflict(AGAIN)
    body = found.form.bodies[slot]
    response = bank.check_response(body, bank.response_from_form(body, values, prefix=f"q{slot}-"))
    if not bank.is_answered(response):
        raise Invalid.at(f"slot-{slot}", N_("Em hãy trả lời rồi bấm Kiểm tra."))
    payload = json.dumps(response, ensure_ascii=False)
    _store(session, found.attempt, EventKind.TRY, slot, try_seq(slot, number), payload, at)


def ask_hint(
    session: Session, actor: Actor, uid: str, slot: int, *, number: int, at: datetime, visit: Visit = NOWHERE
) -> None:
    """Note that the pupil sees the hint with this number; the same number again changes nothing.

    Raises:
        NotFound, Conflict, NotAdmitted: as in `check_answer`; or this hint is not to be seen yet.
    """
    found = _open(session, actor, uid, at, visit)
    question = found.question(slot)
    if number <= question.hints:
        return
    if number > question.hints + 1 or not question.may_see_hint:
        raise Conflict(AGAIN)
    _store(session, found.attempt, EventKind.HINT, slot, hint_seq(slot, number), "null", at)


def end_round(session: Session, actor: Actor, uid: str, *, at: datetime, visit: Visit = NOWHERE) -> None:
    """End one's round and have it marked; doing it again changes nothing.

    Raises:
        NotFound: no such attempt of this person, or not one of a practice.
        NotAdmitted: it may not be ended from here.
    """
    get_round(session, actor, uid, at=at, visit=visit)
    hand_in(session, actor, uid, at=at, visit=visit)


def find_picture(
    session: Session, actor: Actor, uid: str, slot: int, sha256: str, *, at: datetime, visit: Visit = NOWHERE
) -> str:
    """The media type of a picture in what the pupil may see of a question by now.

    Raises:
        NotFound: it stands nowhere there.
        NotAdmitted: it may not be seen from here.
    """
    found = get_round(session, actor, uid, at=at, visit=visit)
    question = found.question(slot)
    texts = said_of(question)
    if not question.settled and sha256 not in bank.asset_hashes(found.form.bodies[slot]) | bank.pictures_in(texts):
        raise NotFound
    media_type = bank.holds_asset(session, found.form.school_id, [question.slot["version"]], sha256)
    if media_type is None:
        raise NotFound
    return media_type


def said_of(question: Practised) -> list[str]:
    """The texts beside the body that a pupil may read by now: hints asked for, then what is said of the last answer.

    Solution and key follow when the question is settled.
    """
    notes = question.item.notes
    texts = list(notes.hints[: question.hints])
    if question.outcome is not None:
        texts += [notes.per_option[name] for name in chosen_in(question.response) if name in notes.per_option]
    return texts


def chosen_in(response: Mapping[str, Any]) -> list[str]:
    """The names by which feedback knows an answer: options chosen, words typed, the truth of a lone statement."""
    found = [response.get("choice"), *(response.get("choices") or ()), response.get("text")]
    truth = (response.get("truths") or {}).get("s")
    if truth is not None:
        found.append("true" if truth else "false")
    return [name for name in found if name]


def _open(session: Session, actor: Actor, uid: str, at: datetime, visit: Visit) -> Round:
    attempt = get_own_attempt(session, actor, uid, lock=True)
    found = _round(session, attempt)
    if attempt.state != AttemptState.OPEN or needs_closing(attempt, at):
        raise Conflict(OVER)
    if attempt.paused_at is not None:
        raise Conflict(N_("Thầy cô đang cho tạm dừng. Em chờ rồi làm tiếp."))
    admission.check_attempt(session, attempt, visit)
    return found


@dataclass(slots=True)
class _Done:
    responses: list[Any] = field(default_factory=list)
    hints: int = 0


def _round(session: Session, attempt: Attempt) -> Round:
    form = get_form(session, attempt.form_id)
    if not form.conduct.is_practice:
        raise NotFound
    items = items_of(session, form.id)
    done: dict[int, _Done] = {}
    for kind, number, payload in session.execute(
        select(AttemptEvent.kind, AttemptEvent.slot, AttemptEvent.payload)
        .where(AttemptEvent.attempt_id == attempt.id, AttemptEvent.kind.in_((EventKind.TRY, EventKind.HINT)))
        .order_by(AttemptEvent.id)
    ):
        own = done.setdefault(number or 0, _Done())
        if kind == EventKind.HINT:
            own.hints += 1
        else:
            own.responses.append(json.loads(payload))
    over = attempt.state != AttemptState.OPEN
    questions = []
    for slot in form.document:
        item, own = items[slot["version"]], done.get(slot["number"], _Done())
        scheme = scheme_of(attempt.quiz, item.type)
        outcomes = [bank.score(item.body, item.key, response, scheme) for response in own.responses]
        questions.append(Practised(slot, item, form.conduct, over, own.responses, outcomes, own.hints))
    return Round(attempt, attempt.quiz, form, questions)


def _store(
    session: Session, attempt: Attempt, kind: EventKind, slot: int, seq: int, payload: str, at: datetime
) -> None:
    session.add(
        AttemptEvent(
            school_id=attempt.school_id,
            attempt_id=attempt.id,
            client_id=CLIENT,
            client_seq=seq,
            kind=kind,
            slot=slot,
            payload=payload,
            client_mono_ms=0,
            standing=Standing.APPLIED,
            server_at=at,
        )
    )
    session.flush()
