"""A formula drawn while somebody writes it."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from lms.base.errors import Forbidden, Invalid
from lms.base.i18n_marks import N_
from lms.base.maths import MathsError, to_mathml
from lms.base.web import current_actor

bp = Blueprint("maths", __name__)

LONGEST = 2000


@bp.get("/maths")
def draw() -> ResponseReturnValue:
    """Answer with the formula `tex` as MathML; for those who write."""
    if not current_actor().is_staff:
        raise Forbidden
    tex = request.args.get("tex", "")
    if len(tex) > LONGEST:
        raise Invalid.at("tex", N_("Công thức dài quá."))
    try:
        drawn = to_mathml(tex, display=request.args.get("display") == "y")
    except MathsError:
        raise Invalid.at("tex", N_("Không đọc được công thức này.")) from None
    return Response(drawn, content_type="text/html; charset=utf-8", headers={"Cache-Control": "private, max-age=86400"})
