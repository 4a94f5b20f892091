"""A school with a bank of any size, written by statements: nothing else would be done this century."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from bench.harness.questions import Question, questions
from lms.app import create_app
from lms.base import db
from lms.base.clock import now
from lms.base.config import Settings
from lms.base.ids import new_uid
from lms.base.text import exact_key, fold
from lms.base.users import User
from lms.demo.people import DemoSchool, build_people
from question_bank.items import codec
from question_bank.items.domain import ItemState
from question_bank.items.models import Bank, Item, ItemLabel, ItemOutcome, ItemVersion
from question_bank.items.presenting import words_of
from question_bank.items.service.content import likeness

TOGETHER = 2000
STATES = (ItemState.APPROVED,) * 7 + (ItemState.DRAFT, ItemState.SUBMITTED, ItemState.RETIRED)


@dataclass(frozen=True)
class Filled:
    """The application, the school and its bank."""

    app: Flask
    school: DemoSchool
    subjects: dict[str, int]  # name → id
    writers: dict[str, list[User]]  # by subject; the first one heads its group


@contextmanager
def filled_bank(folder: Path, count: int, seed: int) -> Iterator[Filled]:
    """Make the school and *count* questions in a new SQLite file below *folder*."""
    app = create_app(Settings(data_dir=folder, secret_key="bench-secret", environment="test", mail_url="file:"))
    app.config["WTF_CSRF_ENABLED"] = False
    engine = app.extensions["gieo_engine"]
    db.Base.metadata.create_all(engine)
    try:
        with db.transaction() as session:
            filled = _school(session, app)
            _fill(session, filled, count, seed)
        yield filled
    finally:
        engine.dispose()


def _school(session: Session, app: Flask) -> Filled:
    made = build_people(session, at=now())
    writers = {name: made.teachers[subject.group.name] for name, subject in made.subjects.items() if subject.group}
    return Filled(app, made, {name: subject.id for name, subject in made.subjects.items()}, writers)


def _fill(session: Session, filled: Filled, count: int, seed: int) -> None:
    banks: dict[str, int] = {}
    stream = enumerate(questions(count, seed), 1)
    while part := list(islice(stream, TOGETHER)):
        for _, one in part:
            if one.subject not in banks:
                bank = Bank(school_id=filled.school.school.id, subject_id=filled.subjects[one.subject], owner_id=None)
                session.add(bank)
                session.flush()
                banks[one.subject] = bank.id
        rows: dict[type[db.Base], list[dict[str, Any]]] = {Item: [], ItemVersion: [], ItemOutcome: [], ItemLabel: []}
        for number, one in part:
            _rows(rows, filled, banks, number, one)
        for model, found in rows.items():
            if found and isinstance(model.__table__, Table):
                session.execute(insert(model.__table__), found)


def _rows(
    rows: dict[type[db.Base], list[dict[str, Any]]], filled: Filled, banks: dict[str, int], number: int, one: Question
) -> None:
    body, at = one.draft.body, now()
    writers = filled.writers[one.subject]
    state = STATES[number % len(STATES)]
    same = {"school_id": filled.school.school.id, "subject_id": filled.subjects[one.subject], "created_at": at}
    sha256 = codec.fingerprint(body, one.draft.key, one.draft.notes)
    author = writers[number % len(writers)].id
    rows[Item].append(
        {**same, "id": number, "uid": new_uid(), "bank_id": banks[one.subject], "owner_id": author,
         "origin_hash": likeness(body), "import_uid": "", "external_id": ""}
    )  # fmt: skip
    rows[ItemVersion].append(
        {**same, "id": number, "uid": new_uid(), "item_id": number, "author_id": author, "number": 1,
         "type": body.type.value, "body_json": codec.encode_body(body), "key_json": codec.encode_key(one.draft.key),
         "notes_json": codec.encode_notes(one.draft.notes), "sha256": sha256,
         "title": "", "search_text": fold(words_of(body)), "level": one.level, "topic": one.topic,
         "topic_key": fold(one.topic), "grade": one.grade, "taken_from": one.source, "year": one.year, "category": "",
         "any_textbook": number % 3 == 0, "points": one.draft.points or Fraction(1), "state": state.value,
         "reviewed_at": at if state in (ItemState.APPROVED, ItemState.RETIRED) else None}
    )  # fmt: skip
    of_version = {"version_id": number, "school_id": filled.school.school.id}
    rows[ItemOutcome].append({**of_version, "outcome": one.outcome})
    rows[ItemLabel].extend({**of_version, "label": word, "label_key": exact_key(word)} for word in one.labels)
