"""One sitting and its invigilator: what they see, what they may do, and that it ends there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.base import clock, db, ratelimit
from lms.base.audit import AuditEntry
from lms.quizzes.hot import checking, saving
from lms.quizzes.models import Attempt, LetIn, Sitting
from lms.quizzes.service import admission, building, sittings, taking
from lms.school import service as school
from tests.factories import World
from tests.lms.quizzes import factories
from tests.lms.quizzes.test_admission import HOME

SignIn = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def _fresh(app: Flask) -> Any:
    checking.forget()
    ratelimit.configure()
    yield
    saving.stop()


def give(world: World, rules: admission.Rules) -> tuple[str, str]:
    """Publish a quiz of 8A2 in two rooms; `colleague` invigilates the first, where `pupil` sits. Quiz and sitting."""
    at = clock.now()
    with db.transaction() as session:
        teacher, admin = world.actor(session, "teacher"), world.actor(session, "admin")
        rooms = [school.add_room(session, admin, f"Phòng Tin {n}", f"10.1.{n}.0/24").uid for n in (1, 2)]
        quiz = factories.draft(session, world, at=at)
        mine = sittings.Wanted(rooms[0], [world.colleague.uid], [world.pupil.uid])
        first = sittings.add_sitting(session, teacher, quiz.uid, mine, at=at)
        sittings.add_sitting(session, teacher, quiz.uid, sittings.Wanted(rooms[1], [world.it_teacher.uid]), at=at)
        admission.save_rules(session, teacher, quiz.uid, rules, at=at)
        building.publish(session, teacher, quiz.uid, at=at)
        return quiz.uid, first.uid


def code_of(uid: str) -> str:
    with db.open_session(writes=False) as session:
        return session.scalars(select(Sitting).where(Sitting.uid == uid)).one().code


def acts() -> list[tuple[str, int | None]]:
    with db.open_session(writes=False) as session:
        return [(one.kind, one.actor_id) for one in session.scalars(select(AuditEntry).order_by(AuditEntry.seq))]


def test_an_invigilator_sees_the_room_and_nothing_else(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz, sitting = give(world, admission.Rules(password="Lá Bàng", code_required=True))
    colleague = signed_in("colleague")
    assert "Coi thi" in colleague.get("/").text
    assert sitting in colleague.get("/sittings").text
    page = colleague.get(f"/sittings/{sitting}").text
    assert "Nguyễn Minh Anh" in page
    assert "Trần Gia Bình" not in page  # sits in the other room
    assert code_of(sitting) in page
    assert "Lá Bàng" in page
    assert quiz not in page
    assert code_of(sitting) in colleague.get(f"/sittings/{sitting}/code").text
    for path in ("", "/board", "/results", "/preview", "/sittings", "/door", "/edit"):
        assert colleague.get(f"/quizzes/{quiz}{path}").status_code == 404, path
    assert colleague.post(f"/quizzes/{quiz}/extra-time", data={"pupil": world.pupil.uid}).status_code == 404
    assert colleague.get(f"/sittings/{sitting}/edit").status_code == 404

    for stranger in (
        "it_teacher",
        "subject_head",
        "pupil",
        "parent",
        "outsider",
        "admin",
    ):  # of the other room, of none
        assert signed_in(stranger).get(f"/sittings/{sitting}").status_code == 404, stranger
    assert "Cho vào" not in signed_in("leader").get(f"/sittings/{sitting}").text
    assert "Cho vào" in signed_in("teacher").get(f"/sittings/{sitting}").text


def test_the_code_changes_by_a_press(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz, sitting = give(world, admission.Rules(code_required=True))
    pupil, colleague = signed_in("pupil"), signed_in("colleague")
    old = code_of(sitting)
    assert colleague.post(f"/sittings/{sitting}/code", data={"from": "wall"}).location.endswith("/code")
    assert code_of(sitting) != old
    assert pupil.post(f"/quizzes/{quiz}/start", data={"code": old}).status_code == 422
    assert signed_in("leader").post(f"/sittings/{sitting}/code").status_code == 403
    assert signed_in("it_teacher").post(f"/sittings/{sitting}/code").status_code == 404
    begun = pupil.post(f"/quizzes/{quiz}/start", data={"code": code_of(sitting)})
    assert begun.status_code == 201
    colleague.post(f"/sittings/{sitting}/code")
    assert pupil.get(begun.location).status_code == 200  # whoever is in stays in
    assert ("sitting.code_changed", world.colleague.id) in acts()


def test_one_pupil_is_let_in_with_a_reason(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz, sitting = give(world, admission.Rules(password="x", code_required=True, network_required=True))
    pupil, colleague = signed_in("pupil"), signed_in("colleague")
    begin, act = f"/quizzes/{quiz}/start", f"/sittings/{sitting}/let-in"
    assert pupil.post(begin, environ_overrides=HOME).status_code == 403
    for form, said in (({"pupil": world.pupil.uid, "reason": " "}, "lí do"), ({"reason": "Máy hỏng"}, "chọn học sinh")):
        refused = colleague.post(act, data=form)
        assert refused.status_code == 422
        assert said in refused.text
    assert colleague.post(act, data={"pupil": world.classmate.uid, "reason": "Máy hỏng"}).status_code == 404
    assert signed_in("leader").post(act, data={"pupil": world.pupil.uid, "reason": "Máy hỏng"}).status_code == 403
    assert pupil.post(begin, environ_overrides=HOME).status_code == 403

    assert colleague.post(act, data={"pupil": world.pupil.uid, "reason": "Máy hỏng"}).status_code == 303
    assert "được cho vào" in colleague.get(f"/sittings/{sitting}").text
    assert pupil.post(begin, environ_overrides=HOME).status_code == 201
    assert signed_in("classmate").post(begin, environ_overrides=HOME).status_code == 403
    with db.open_session(writes=False) as session:
        kept = session.scalars(select(LetIn)).one()
        assert (kept.pupil_id, kept.given_by_id, kept.reason) == (world.pupil.id, world.colleague.id, "Máy hỏng")
    assert ("quiz.let_in", world.colleague.id) in acts()


def test_nothing_is_run_before_or_after(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz, sitting = give(world, admission.Rules(code_required=True))
    with db.transaction() as session:
        draft = factories.draft(session, world, at=clock.now())
        early = sittings.add_sitting(
            session,
            world.actor(session, "teacher"),
            draft.uid,
            sittings.Wanted("", [world.colleague.uid]),
            at=clock.now(),
        ).uid
    colleague, teacher = signed_in("colleague"), signed_in("teacher")
    assert colleague.get(f"/sittings/{early}").status_code == 404  # a draft is its teachers' own
    assert teacher.get(f"/sittings/{early}").status_code == 409
    teacher.post(f"/quizzes/{quiz}/end", data={"confirm": "kết thúc"})
    assert colleague.get(f"/sittings/{sitting}").status_code == 200
    assert sitting not in colleague.get("/sittings").text
    assert colleague.post(f"/sittings/{sitting}/code").status_code == 409
    late = colleague.post(f"/sittings/{sitting}/let-in", data={"pupil": world.pupil.uid, "reason": "Máy hỏng"})
    assert late.status_code == 409


def test_somebody_who_is_no_teacher_any_more_sees_nothing(app: Flask, world: World, signed_in: SignIn) -> None:
    _quiz, sitting = give(world, admission.Rules())
    with db.transaction() as session:
        colleague = session.merge(world.colleague)
        colleague.grants[0].role = "librarian"
    assert signed_in("colleague").get(f"/sittings/{sitting}").status_code == 404


def standing() -> dict[int, bool]:
    """Whether the clock stands, by pupil."""
    with db.open_session(writes=False) as session:
        return {one.pupil_id: one.paused_at is not None for one in session.scalars(select(Attempt))}


def test_a_room_is_stopped_and_the_others_go_on(app: Flask, world: World, signed_in: SignIn) -> None:
    quiz, sitting = give(world, admission.Rules())
    with db.transaction() as session:
        for who in ("pupil", "classmate"):
            taking.begin(session, world.actor(session, who), quiz, device=factories.DEVICE, at=clock.now())
    keeper = signed_in("colleague")
    refused = keeper.post(f"/sittings/{sitting}/pause", data={})
    assert refused.status_code == 422
    assert "Hãy ghi lí do tạm dừng." in refused.text
    assert keeper.post(f"/sittings/{sitting}/pause", data={"pause_reason": "Mất điện"}).status_code == 303
    assert standing() == {world.pupil.id: True, world.classmate.id: False}
    page = keeper.get(f"/sittings/{sitting}").text
    assert "Đang tạm dừng" in page
    assert signed_in("it_teacher").post(f"/sittings/{sitting}/resume").status_code == 404
    assert keeper.post(f"/sittings/{sitting}/resume").status_code == 303
    assert standing() == {world.pupil.id: False, world.classmate.id: False}
    teacher = signed_in("teacher")
    assert teacher.post(f"/quizzes/{quiz}/pause", data={"whom": "all", "reason": "Báo cháy"}).status_code == 303
    assert keeper.post(f"/sittings/{sitting}/resume").status_code == 409
