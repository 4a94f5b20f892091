"""The bank on PostgreSQL: content that never changes, lists, draws, and taking an import back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms.app import load_models
from lms.base import db, storage
from lms.base.config import Settings
from question_bank.imports.service import reading as importing
from question_bank.imports.service import saving
from question_bank.items.domain import DrawRule, ItemState
from question_bank.items.models import ItemVersion
from question_bank.items.search import index
from question_bank.items.search.service import find
from question_bank.items.search.wanted import Wanted
from question_bank.items.service import drawing, reading, reviewing, writing
from tests import factories
from tests.factories import NOON
from tests.question_bank.items import samples
from tests.question_bank.items.test_service import Bank

pytestmark = pytest.mark.postgres


@pytest.fixture
def bank(postgres_url: str, tmp_path: Path) -> Iterator[Bank]:
    load_models()
    storage.configure(tmp_path)
    index.configure(Settings(data_dir=tmp_path))
    engine = db.connect(postgres_url)
    db.Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield Bank(session, factories.make_world(session))
        session.rollback()
    engine.dispose()


def test_content_never_changes_and_the_rest_may(bank: Bank) -> None:
    version = bank.version(ItemState.APPROVED)
    changed = update(ItemVersion).where(ItemVersion.id == version.id)
    bank.session.execute(changed.values(topic="Đa thức", key_json=version.key_json))
    with pytest.raises(DatabaseError, match="never changes"):
        bank.session.execute(changed.values(body_json="{}"))


def test_lists_facets_and_draws(bank: Bank) -> None:
    for make in samples.ALL:
        version = bank.version(draft=make())
        writing.submit(bank.session, bank.teacher, [version.uid], at=NOON)
    waiting = reviewing.queue_uids(bank.session, bank.head)
    assert len(waiting) == 10
    reviewing.approve(bank.session, bank.head, waiting, at=NOON)
    assert find(bank.session, bank.teacher, Wanted("phan tich 4")).page.total == 1
    assert sum(find(bank.session, bank.teacher, Wanted()).counts["type"].values()) == 10
    assert reading.list_topics(bank.session, bank.teacher, bank.subject_id) == []
    drawn = drawing.draw(bank.session, bank.teacher, DrawRule(bank.subject_id, count=4), seed="8A2")
    assert drawn == drawing.draw(bank.session, bank.teacher, DrawRule(bank.subject_id, count=4), seed="8A2")


def test_an_import_goes_in_and_out(bank: Bank) -> None:
    stored = storage.put_bytes("Một? {=a ~b}\n\nHai? {TRUE}\n\nBa? {}\n".encode())
    read = importing.read_file(stored.sha256, "de.gift")
    batch = importing.start_import(bank.session, bank.teacher, bank.subject_id, stored, "de.gift", read, at=NOON)
    assert saving.save_import(bank.session, bank.teacher, batch.uid, at=NOON).saved == (1, 2, 3)
    [(_, questions, saved)] = importing.list_imports(bank.session, bank.teacher)
    assert (questions, saved) == (3, 3)
    assert saving.what_undo_does(bank.session, bank.teacher, batch.uid).stays == ()
    assert len(saving.undo_import(bank.session, bank.teacher, batch.uid).items) == 3
    assert find(bank.session, bank.teacher, Wanted()).page.total == 0
