"""The frame around a page: where a person can go from here, and who they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import Flask, g, request
from werkzeug.local import LocalProxy

from lms.base.config import Settings
from lms.base.i18n_marks import N_
from lms.base.permissions import STAFF, Actor, Role
from lms.base.text import initials
from lms.base.users import School
from lms.base.web import current_actor, current_session, find_self


class Entry(NamedTuple):
    """One place in the rail; the label is a msgid, the icon a name of the sprite."""

    label: str
    href: str
    icon: str
    current: bool
    short: str = ""  # where the label is too long for a phone's bar


@dataclass(frozen=True, slots=True)
class Frame:
    """What the layouts show around a page. `layout` is the template that suits the person."""

    entries: tuple[Entry, ...] = ()
    who: str = ""
    role: str = ""
    school: str = ""
    search_href: str = ""
    layout: str = "layout/plain.html"
    initials: str = ""


_STAFF = (
    (N_("Lớp học"), "/courses", "book-open"),
    (N_("Ngân hàng câu hỏi"), "/bank", "list-checks", N_("Câu hỏi")),
    (N_("Học liệu"), "/library", "library"),
    (N_("Sổ điểm"), "/gradebook", "table-2"),
    (N_("Báo cáo"), "/reports", "chart-column"),
)
_SCHOOL = (N_("Nhà trường"), "/school", "graduation-cap", N_("Trường"))
_OFFICE = (  # for who runs the system and teaches nothing: no questions, no materials, no marks
    _SCHOOL,
    (N_("Lớp học"), "/courses", "book-open"),
    (N_("Báo cáo"), "/reports", "chart-column"),
)
_LIBRARY = (  # for who keeps the library and teaches nothing
    (N_("Học liệu"), "/library", "library"),
    _SCHOOL,
)
_PUPIL = (
    (N_("Hôm nay"), "/", "house"),
    (N_("Lớp học"), "/courses", "book-open"),
    (N_("Học liệu"), "/library", "library"),
    (N_("Điểm của em"), "/marks", "award"),
)
_PARENT = (
    (N_("Hôm nay"), "/", "house"),
    (N_("Điểm của con"), "/marks", "award"),
)
_ROLE_NAMES = (
    (Role.LEADER, N_("Lãnh đạo trường")),
    (Role.TEACHER, N_("Giáo viên")),
    (Role.LIBRARIAN, N_("Thư viện")),
    (Role.ADMIN, N_("Quản trị")),
    (Role.PARENT, N_("Phụ huynh")),
    (Role.PUPIL, N_("Học sinh")),
)
_SEARCH = "/library"
_WITHIN = {
    "/courses": ("/lessons", "/quizzes", "/sittings"),
    "/bank": ("/frameworks",),
}  # pages with an address of their own


def for_actor(actor: Actor | None, path: str, school: str = "") -> Frame:
    """Return the frame for a person on the page at *path*; an empty one for nobody.

    *school* is the name shown under the mark.
    """
    if actor is None:
        return Frame(school=school)
    places = _places(actor)
    return Frame(
        entries=tuple(Entry(label, href, icon, is_current(path, href), *short) for label, href, icon, *short in places),
        who=actor.name,
        role=role_name(actor),
        school=school,
        search_href=_SEARCH if any(href == _SEARCH for _label, href, *_more in places) else "",
        layout="layout/staff.html" if actor.is_staff else "layout/pupil.html",
        initials=initials(actor.name),
    )


def _places(actor: Actor) -> Sequence[Sequence[str]]:
    if actor.roles & STAFF == {Role.ADMIN}:
        return _OFFICE
    if actor.roles & STAFF == {Role.LIBRARIAN}:
        return _LIBRARY
    if actor.is_staff:
        return (*_STAFF, _SCHOOL) if actor.is_admin or actor.is_leader else _STAFF
    return _PARENT if actor.is_parent and not actor.is_pupil else _PUPIL


def is_under(path: str, href: str) -> bool:
    """Say whether the page at *path* belongs to the place *href*; the root is a place of its own."""
    return path == href or (href != "/" and path.startswith(href + "/"))


def is_current(path: str, href: str) -> bool:
    """Say whether the rail marks the place *href* on the page at *path*."""
    return any(is_under(path, one) for one in (href, *_WITHIN.get(href, ())))


def role_name(actor: Actor) -> str:
    """Name the role a person is best known by, as a msgid; a subject head is named so."""
    if actor.is_teacher and actor.headed_group_ids and not actor.is_leader:
        return N_("Tổ trưởng chuyên môn")
    return next((name for role, name in _ROLE_NAMES if role in actor.roles), "")


def wants_less_data(save_data: str) -> bool:
    """Say whether the browser asked to save data (the `Save-Data` header): such pages go without fonts."""
    return save_data.strip().lower() == "on"


def current_frame() -> Frame:
    """The frame of the running request."""
    if "frame" not in g:
        actor = find_self()
        if actor is not None and actor.is_staff:  # whose role is named by more than roles
            actor = current_actor()
        g.frame = for_actor(actor, request.path, _school_of(actor) if actor else "")
    frame: Frame = g.frame
    return frame


def _school_of(actor: Actor) -> str:
    if "school_name" in g:  # found with the person
        name: str = g.school_name
        return name
    school = current_session().get(School, actor.school_id)
    return school.name if school else ""


def save_data() -> bool:
    """Say whether the running request asked to save data."""
    return wants_less_data(request.headers.get("Save-Data", ""))


def init_app(app: Flask) -> None:
    """Give templates `frame` (made only when a layout asks for it), `save_data`, `source_url` and `initials`."""
    app.context_processor(lambda: {"frame": LocalProxy(current_frame)})
    settings: Settings = app.config["GIEO"]
    app.jinja_env.globals.update(save_data=save_data, source_url=settings.source_url)
    app.jinja_env.filters.update(initials=initials)
