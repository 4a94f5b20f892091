"""Who did what: readable by those who answer for it, and unchangeable."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms.base import audit, db
from lms.base.paging import PageRequest
from lms.reports.audit_log import Filters, list_acts
from tests.factories import World

SignedIn = Callable[[str], FlaskClient]


def act(session: Session, world: World, persona: str, kind: str = "lesson.saved") -> None:
    audit.record(session, world.actor(session, persona), kind, "thing")


@pytest.fixture
def acts(app: object, world: World) -> None:
    for persona in ("teacher", "pupil", "outsider"):
        with db.transaction() as session:
            act(session, world, persona)


@pytest.mark.usefixtures("acts")
def test_the_head_reads_the_school_and_others_their_own(session: Session, world: World) -> None:
    def read(persona: str) -> set[str]:
        return {line.who for line in list_acts(session, world.actor(session, persona), Filters(), PageRequest()).rows}

    assert read("leader") == {world.teacher.full_name, world.pupil.full_name}
    assert read("teacher") == {world.teacher.full_name}
    assert read("outsider") == {world.outsider.full_name}


@pytest.mark.usefixtures("acts")
def test_the_chain_holds_and_a_forged_entry_breaks_it(session: Session, world: World) -> None:
    assert audit.verify(session, world.school.id).holds
    session.execute(text("DROP TRIGGER audit_entry_no_update"))
    session.execute(text("UPDATE audit_entry SET kind = 'quiz.released' WHERE seq = 1"))
    session.expire_all()
    assert audit.verify(session, world.school.id).broken_at == 1


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET kind = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_an_entry(session: Session, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(text(statement))


def test_entries_cut_off_the_end_are_noticed(session: Session, world: World) -> None:
    act(session, world, "teacher")
    audit._chain(session)
    session.execute(text("DROP TRIGGER audit_entry_no_delete"))
    session.execute(text("DELETE FROM audit_entry"))
    assert not audit.verify(session, world.school.id).holds


def test_what_is_rolled_back_leaves_no_entry(session: Session, world: World) -> None:
    session.close()
    with db.open_session(writes=True) as other:
        act(other, world, "teacher")
        db.finish(other, keep=False)
    with db.transaction() as other:
        assert audit.verify(other, world.school.id).entries == 0


@pytest.mark.usefixtures("acts")
def test_the_pages_open_for_those_they_are_for(signed_in: SignedIn, world: World) -> None:
    leader = signed_in("leader")
    assert "sửa bài học" in leader.get("/reports/acts").text
    assert "còn nguyên vẹn" in leader.get("/reports/acts/chain").text
    assert leader.get("/reports/acts?day=hom-qua&page=x").status_code == 200
    assert signed_in("teacher").get("/reports/acts/chain").status_code == 403
    assert world.pupil.full_name not in signed_in("teacher").get("/reports/acts").text
