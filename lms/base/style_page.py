"""The style page: every component with its states, for those who build pages. Not there in production."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lms.base.errors import NotFound
from lms.base.frame import for_actor
from lms.base.permissions import Actor, Role
from lms.base.web import public, settings

bp = Blueprint("style", __name__)

_TEACHER = Actor(user_id=0, school_id=0, name="Trần Thu Hà", roles=frozenset({Role.TEACHER}))
_PUPIL = Actor(user_id=0, school_id=0, name="Nguyễn Minh Anh", roles=frozenset({Role.PUPIL}))
_PAGES = {"index": _TEACHER, "pupil": _PUPIL, "exam": _PUPIL, "plain": _PUPIL}


@bp.get("/style", defaults={"page": "index"})
@bp.get("/style/<page>")
@public
def show(page: str) -> ResponseReturnValue:
    """Show the components, or one of the other layouts."""
    if page not in _PAGES or settings().environment == "production":
        raise NotFound
    frame = for_actor(_PAGES[page], "/bank" if page == "index" else "/", "Trường THCS Hoa Phượng")
    return render_template(f"style/{page}.html", frame=frame)
