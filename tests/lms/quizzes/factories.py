"""Quizzes for tests, built by the verbs that teachers use."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.quizzes.domain.states import EventKind, Standing
from lms.quizzes.models import Attempt, AttemptEvent, Quiz
from lms.quizzes.service import building, taking
from question_bank import api as bank
from tests.factories import NOON, World
from tests.question_bank.items import samples

DEVICE = "device-of-pupil-1"
OTHER_DEVICE = "device-of-pupil-2"


def questions(session: Session, world: World, drafts: Sequence[Any] = ()) -> list[bank.BankItem]:
    """Approved questions of mathematics, one of each kind by default."""
    return bank.save_new_items(
        session,
        world.actor(session, "teacher"),
        world.maths.id,
        list(drafts) or [make() for make in samples.ALL],
        state=bank.ItemState.APPROVED,
        reviewer=world.actor(session, "subject_head"),
        at=NOON,
    )


def settings(at: datetime = NOON, **changes: Any) -> building.QuizSettings:
    """The rules of a quiz that opened an hour before *at* and takes 45 minutes."""
    return building.QuizSettings(
        **{
            "title": "Kiểm tra 45 phút",
            "opens_at": at - timedelta(hours=1),
            "closes_at": at + timedelta(hours=2),
            "duration_seconds": 45 * 60,
            "shuffle_questions": False,
            "shuffle_options": False,
            **changes,
        }
    )


def draft(session: Session, world: World, drafts: Sequence[Any] = (), at: datetime = NOON, **changes: Any) -> Quiz:
    """A quiz of 8A2 that is being built; each question is worth one point."""
    teacher = world.actor(session, "teacher")
    course = session.merge(world.course, load=False)
    quiz = building.create_quiz(session, teacher, course, settings(at, **changes), at=at)
    items = questions(session, world, drafts)
    return building.add_questions(session, teacher, quiz.uid, [item.version_uid for item in items], Fraction(1))


def published(session: Session, world: World, drafts: Sequence[Any] = (), at: datetime = NOON, **changes: Any) -> Quiz:
    """A quiz that the class can take."""
    quiz = draft(session, world, drafts, at, **changes)
    return building.publish(session, world.actor(session, "teacher"), quiz.uid, at=at)


def begun(
    session: Session, world: World, quiz: Quiz, who: str = "pupil", at: datetime = NOON, device: str = DEVICE
) -> Attempt:
    """An attempt that a pupil began."""
    found = taking.begin(session, world.actor(session, who), quiz.uid, device=device, at=at)
    return session.get_one(Attempt, found.attempt.id)


def answered(session: Session, world: World, quiz: Quiz, who: str, at: datetime = NOON, **fields: str) -> Attempt:
    """An attempt that was begun, answered by a plain form (`q1_choice="b"`) and handed in."""
    attempt = begun(session, world, quiz, who, at)
    actor = world.actor(session, who)
    written = MultiDict({name.replace("_", "-"): value for name, value in fields.items()})
    taking.save_plain(session, actor, attempt.uid, written, device=DEVICE, at=at)
    taking.hand_in(session, actor, attempt.uid, at=at)
    return attempt


def late(
    session: Session,
    attempt: Attempt,
    slot: int,
    response: Any,
    made: datetime,
    came: datetime,
    standing: Standing = Standing.LATE,
    client: str = "other.t",
) -> AttemptEvent:
    """An event as the hot path keeps it."""
    event = AttemptEvent(
        school_id=attempt.school_id,
        attempt_id=attempt.id,
        client_id=client,
        client_seq=(made - attempt.started_at) // timedelta(milliseconds=1),
        kind=EventKind.ANSWER,
        slot=slot,
        payload=json.dumps(response),
        client_mono_ms=1,
        standing=standing,
        server_at=came,
    )
    session.add(event)
    session.flush()
    return event


RIGHT: dict[int, Any] = {
    1: {"choice": "b"},
    2: {"choices": ["a", "c"]},
    3: {"truths": {"s": True}},
    4: {"truths": {"a": True, "b": False, "c": True, "d": False}},
    5: {"text": "Hà Nội"},
    6: {"text": "2,5"},
    7: {"pairs": {"l1": "r2", "l2": "r1"}},
    8: {"order": ["o2", "o1", "o3"]},
    9: {"gaps": {"g1": "Hà Nội", "g2": "c1"}},
}
"""Right answers to `samples.ALL` by slot; slot 10 is the essay."""
