"""Slow hashing never happens while others wait at the writers' gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts import passwords
from lms.accounts import service as accounts
from lms.base import db
from lms.base.users import User
from tests.factories import PASSWORD, World

SignedIn = Callable[[str], FlaskClient]
NEW = "bong hoa phuong do"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """Whether the gate was shut at each hashing."""
    gates: list[bool] = []
    real = passwords.hash_password

    def watched(password: str) -> str:
        gates.append(db.write_gate.locked())
        return real(password)

    monkeypatch.setattr(passwords, "hash_password", watched)
    monkeypatch.setattr(accounts, "hash_password", watched)
    yield gates
    assert not any(gates)


def test_changing_a_password(signed_in: SignedIn, hashed: list[bool]) -> None:
    sent = {"current": PASSWORD, "new": NEW, "again": NEW}
    assert signed_in("teacher").post("/account/password", data=sent).status_code == 303
    assert len(hashed) == 1


def test_first_passwords_and_cards(signed_in: SignedIn, world: World, hashed: list[bool]) -> None:
    with db.transaction() as session:
        for person in session.scalars(select(User).where(User.id.in_([world.pupil.id, world.classmate.id]))):
            person.password_hash = None
    admin = signed_in("admin")
    assert admin.post(f"/school/classes/{world.class_8a2.uid}/cards").status_code == 200
    assert admin.post(f"/school/people/{world.colleague.uid}/password/ask").status_code == 303
    assert signed_in("leader").post(f"/school/people/{world.colleague.uid}/password").status_code == 200
    path = f"/school/classes/{world.class_8a2.uid}/pupils/{world.pupil.uid}/password"
    assert signed_in("teacher").post(path).status_code == 200
    added = {"full_name": "Lý Thu Trang", "roles": ["librarian"]}
    assert admin.post("/school/staff/new", data=added).status_code == 200
    assert len(hashed) == 5


def test_a_pupil_signs_in_with_the_card(app: Flask, signed_in: SignedIn, world: World) -> None:
    with db.transaction() as session:
        session.get_one(User, world.pupil.id).password_hash = None
    page = signed_in("teacher").post(f"/school/classes/{world.class_8a2.uid}/cards").text
    password = page.split("<dd>")[3].partition("</dd>")[0]
    client = app.test_client()
    assert client.post("/sign-in", data={"sign_in_name": "hs.an", "password": password}).status_code == 303
    assert client.get("/courses").location == "/account/password"
