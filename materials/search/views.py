"""The library's first page: one search field, facets, and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base.i18n import _
from lms.base.paging import PageRequest
from lms.base.subjects import Subject, list_subjects
from lms.base.text import nfc
from lms.base.web import current_actor, current_session
from materials import permissions
from materials.catalogue.domain import KINDS, LICENCES
from materials.permissions import Permission
from materials.search import service
from materials.search.engine import FACETS

bp = Blueprint("library_search", __name__, url_prefix="/library")
PAGE_SIZE = 12
LAST_PAGE = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet on the page; `href` chooses it, or lets go of it when it is `on`."""

    label: str
    count: int
    href: str
    on: bool


@bp.get("")
def index() -> ResponseReturnValue:
    """Search the library."""
    session, actor = current_session(), current_actor()
    wanted = _wanted()
    found = service.find(session, actor, wanted)
    subjects = list_subjects(session, actor.school_id)
    return render_template(
        "materials/search/index.html",
        wanted=wanted,
        found=found,
        groups=_groups(wanted, found.facets, subjects),
        kept={name: value for name, value in wanted.chosen.items() if value},
        kinds=KINDS,
        next_page=_href(wanted) + ("&" if "?" in _href(wanted) else "?") + "page=",
        may_deposit=permissions.can(actor, Permission.DEPOSIT),
        may_decide=permissions.can(actor, Permission.OPEN_QUEUE),
        may_use=actor.is_teacher,
    )


def _wanted() -> service.Request:
    number = request.args.get("page", "1")
    page = min(int(number), LAST_PAGE) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    chosen = {name: nfc(request.args.get(name, ""))[:40] for name in FACETS}
    return service.Request(nfc(request.args.get("q", ""))[:300], chosen, PageRequest(max(1, page), PAGE_SIZE))


def _href(wanted: service.Request, **changed: str) -> str:
    """The address of the same search with another choice, on its first page."""
    args: dict[str, Any] = {"q": wanted.typed, **wanted.chosen, **changed}
    return url_for("library_search.index", **{name: value for name, value in args.items() if value})


def _groups(
    wanted: service.Request, counts: Mapping[str, Mapping[str, int]], subjects: Iterable[Subject]
) -> list[tuple[str, list[Choice]]]:
    """Lay the facets out: a name and its values with anything in them, in the order people know."""
    names: dict[str, dict[str, str]] = {
        "subject": {subject.code: subject.name for subject in subjects},
        "grade": {str(grade): _("Lớp %(grade)s", grade=grade) for grade in range(1, 13)},
        "kind": {code: _(name) for code, name in KINDS.items()},
        "licence": {code: _(licence.name) for code, licence in LICENCES.items()},
    }
    labels = {"subject": _("Môn"), "grade": _("Khối"), "kind": _("Loại"), "licence": _("Giấy phép")}
    groups = []
    for facet in FACETS:
        chosen = wanted.chosen.get(facet, "")
        values = [
            Choice(
                label,
                counts.get(facet, {}).get(value, 0),
                _href(wanted, **{facet: "" if value == chosen else value}),
                value == chosen,
            )
            for value, label in names[facet].items()
            if value == chosen or counts.get(facet, {}).get(value)
        ]
        if len(values) > 1 or chosen:  # one value narrows nothing
            groups.append((labels[facet], values))
    return groups
