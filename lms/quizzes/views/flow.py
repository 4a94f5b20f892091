"""What the page of a running test asks all the time, and what its teacher decides meanwhile."""

from __future__ import annotations

from flask import Response, current_app, request

from lms.base.web import public
from lms.quizzes.hot import endpoint, pulse, tokens
from lms.quizzes.views.blueprint import bp


@bp.get("/exam/<uid>/pulse")
@public
def pulse_of(uid: str) -> Response:
    """Whether something was decided since the page last heard; the token in the header says whose page.

    `lms.quizzes.hot.shortcut` answers before Flask is asked; this stands in the table of routes.
    """
    token, known = (request.headers.get(name, "") for name in (tokens.HEADER, pulse.HEADER))
    status, ask_ms, body = endpoint.take_pulse(current_app.config["SECRET_KEY"], uid, token, known)
    return Response(body, status, {pulse.ASK_HEADER: str(ask_ms)}, content_type="application/json")
