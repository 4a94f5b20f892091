"""From a request to the visit that a quiz's door asks about."""

from __future__ import annotations

from dataclasses import replace

from flask import request

from lms.quizzes.domain.admission import Visit
from lms.quizzes.hot.admitting import visit_of


def visit() -> Visit:
    """How the running request came."""
    return visit_of(request.environ)


def visit_at_the_door() -> Visit:
    """How the running request came, with what was typed to begin."""
    return replace(visit(), password=request.form.get("password", ""), code=request.form.get("code", ""))
