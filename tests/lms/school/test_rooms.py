"""Rooms: the administrator keeps them, the head of school reads them, nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.base import db
from lms.school.models import Room
from tests.factories import World

SignedIn = Callable[[str], FlaskClient]
LAB = {"name": "Phòng Tin 1", "networks": "192.168.10.7/24\n2001:db8::/48"}


def rooms() -> list[Room]:
    with db.open_session(writes=False) as session:
        return list(session.scalars(select(Room).order_by(Room.id)))


def test_a_room_is_added_changed_and_closed(signed_in: SignedIn) -> None:
    admin = signed_in("admin")
    assert "Chưa có phòng nào" in admin.get("/school/rooms").text
    assert admin.post("/school/rooms", data=LAB).status_code == 303
    (room,) = rooms()
    assert (room.name, room.networks) == ("Phòng Tin 1", ["192.168.10.0/24", "2001:db8::/48"])
    assert "192.168.10.0/24, 2001:db8::/48" in admin.get("/school/rooms").text

    page = f"/school/rooms/{room.uid}"
    assert "192.168.10.0/24\n2001:db8::/48</textarea>" in admin.get(page).text
    assert admin.post(page, data={"name": "Phòng Tin 1", "networks": "10.1.0.0/16"}).status_code == 303
    assert rooms()[0].networks == ["10.1.0.0/16"]

    assert admin.post(f"{page}/close").status_code == 303
    assert admin.get(page).status_code == 404
    assert admin.post("/school/rooms", data=LAB).status_code == 303  # its name is free again
    assert "10.1.0.0/16" not in admin.get("/school/rooms").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": " ", "networks": ""}, "Hãy đặt tên."),
        ({"name": "Phòng 2", "networks": "192.168.10.0/40"}, "không phải dải mạng"),
        ({"name": "Phòng 2", "networks": "0.0.0.0/0"}, "không phải một phòng"),
        (LAB, "Trường đã có phòng tên này."),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(signed_in: SignedIn, typed: dict[str, str], said: str) -> None:
    admin = signed_in("admin")
    admin.post("/school/rooms", data=LAB)
    answer = admin.post("/school/rooms", data=typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert len(rooms()) == 1


def test_others_read_at_most(signed_in: SignedIn, world: World) -> None:
    signed_in("admin").post("/school/rooms", data=LAB)
    page = f"/school/rooms/{rooms()[0].uid}"
    leader = signed_in("leader")
    assert leader.get(page).status_code == 200
    assert 'name="networks"' not in leader.get(page).text
    assert leader.post(page, data=LAB).status_code == 403
    for persona in ("teacher", "pupil", "parent"):
        assert signed_in(persona).get("/school/rooms").status_code == 403
    assert signed_in("outsider").get(page).status_code == 404
    assert rooms()[0].closed_at is None
