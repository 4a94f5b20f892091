"""The commands that let an administrator or a leader in."""

from __future__ import annotations

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from lms.accounts.commands import create_admin, create_leader
from lms.base import db
from lms.base.audit import AuditEntry
from lms.base.permissions import Role
from lms.base.users import User
from tests.factories import World

SCHOOL = ["--school", "hoa-phuong"]


def test_a_new_administrator_gets_a_first_password(app: Flask, world: World) -> None:
    answer = CliRunner().invoke(create_admin, ["it.moi", "--name", "Đào Văn Mới", *SCHOOL])
    assert answer.exit_code == 0, answer.output
    name, password = answer.output.split()
    with db.open_session(writes=False) as session:
        made = session.scalars(select(User).where(User.sign_in_name == "it.moi")).one()
        assert (made.roles, made.must_change_password, made.school_id) == ({Role.ADMIN}, True, world.school.id)
    entered = app.test_client().post("/sign-in", data={"sign_in_name": name, "password": password})
    assert entered.status_code == 303


def test_somebody_known_keeps_their_roles_and_gets_in_again(app: Flask, world: World) -> None:
    assert CliRunner().invoke(create_admin, ["gv.toan8", "--name", "Ai", *SCHOOL]).exit_code == 0
    with db.open_session(writes=False) as session:
        person = session.get_one(User, world.teacher.id)
        assert (person.roles, person.full_name) == ({Role.ADMIN, Role.TEACHER}, world.teacher.full_name)


def test_a_pupil_never_and_several_schools_must_be_told_apart(app: Flask, world: World) -> None:
    assert CliRunner().invoke(create_admin, ["hs.an", "--name", "X", *SCHOOL]).exit_code != 0
    unclear = CliRunner().invoke(create_admin, ["it.moi", "--name", "X"])
    assert unclear.exit_code != 0
    assert "hoa-phuong, sao-mai" in unclear.output


def test_the_only_leader_is_let_in_again_at_the_server(app: Flask, world: World) -> None:
    answer = CliRunner().invoke(create_leader, ["hieutruong", "--name", "Ai", *SCHOOL])
    assert answer.exit_code == 0, answer.output
    name, password = answer.output.split()
    entered = app.test_client().post("/sign-in", data={"sign_in_name": name, "password": password})
    assert entered.status_code == 303
    with db.open_session(writes=False) as session:
        assert session.get_one(User, world.leader.id).roles == {Role.LEADER}
        kinds = session.scalars(select(AuditEntry.kind).where(AuditEntry.subject_uid == world.leader.uid)).all()
    assert kinds[:2] == ["account.leader_made", "account.password_reset"]
