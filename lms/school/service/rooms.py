"""Rooms of the school: their names and the networks of their machines, kept by the IT officer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.networks import read_networks
from lms.base.permissions import Actor
from lms.permissions import Permission, require
from lms.school.domain import check_title
from lms.school.models import Room

LONGEST_NAME = 80


def list_rooms(session: Session, school_id: int) -> list[Room]:
    """List the rooms in use, by name. Knows no permission: for verbs, not for views."""
    return list(
        session.scalars(
            select(Room).where(Room.school_id == school_id, Room.closed_at.is_(None)).order_by(Room.name, Room.id)
        )
    )


def rooms_page(session: Session, actor: Actor) -> list[Room]:
    """List the rooms with their networks, for those who run the school.

    Raises:
        Forbidden: the actor may not see the order of the school.
    """
    require(actor, Permission.SEE_PEOPLE)
    return list_rooms(session, actor.school_id)


def get_room(session: Session, actor: Actor, uid: str) -> Room:
    """Find a room in use, with its networks.

    Raises:
        NotFound: there is none with that uid in the actor's school.
        Forbidden: the actor may not see the order of the school.
    """
    room = session.scalar(
        select(Room).where(Room.uid == uid, Room.school_id == actor.school_id, Room.closed_at.is_(None))
    )
    if room is None:
        raise NotFound
    require(actor, Permission.SEE_PEOPLE, room)
    return room


def add_room(session: Session, actor: Actor, name: str, networks: str) -> Room:
    """Add a room.

    Raises:
        Forbidden: the actor does not arrange the school.
        Invalid: no name, one that another room has, or a network that is none.
    """
    require(actor, Permission.ARRANGE_SCHOOL)
    read = read_networks(networks)
    room = Room(school_id=actor.school_id, name=_free_name(session, actor, name), networks=read)
    session.add(room)
    session.flush()
    audit.record(session, actor, "room.created", room.uid, networks=read)
    return room


def change_room(session: Session, actor: Actor, uid: str, name: str, networks: str) -> Room:
    """Write a room's name and networks; a test that is being written there goes by them within seconds.

    Raises:
        NotFound: no such room.
        Forbidden, Invalid: as in `add_room`.
    """
    room = get_room(session, actor, uid)
    require(actor, Permission.ARRANGE_SCHOOL, room)
    room.networks = read_networks(networks)
    room.name = _free_name(session, actor, name, room)
    audit.record(session, actor, "room.changed", room.uid, networks=room.networks)
    return room


def close_room(session: Session, actor: Actor, uid: str, *, at: datetime) -> Room:
    """Take a room out of use; sittings that were held there keep it, new ones cannot choose it.

    Raises:
        NotFound: no such room, or it is out of use already.
        Forbidden: the actor does not arrange the school.
    """
    room = get_room(session, actor, uid)
    require(actor, Permission.ARRANGE_SCHOOL, room)
    room.closed_at = at
    audit.record(session, actor, "room.closed", room.uid)
    return room


def _free_name(session: Session, actor: Actor, name: str, but: Room | None = None) -> str:
    title = check_title(name, "name", LONGEST_NAME)
    other = session.scalar(
        select(Room).where(Room.school_id == actor.school_id, Room.name == title, Room.closed_at.is_(None))
    )
    if other is not None and other is not but:
        raise Invalid.at("name", N_("Trường đã có phòng tên này."))
    return title
