"""Know a browser again: a random name in a cookie of its own, which outlives signing in and out."""

from __future__ import annotations

import re
import secrets

from flask import Response, g, request

from lms.base.web import settings

COOKIE = "gieo-device"
_SHAPE = re.compile(r"[A-Za-z0-9_-]{16,40}")
KEPT_SECONDS = 365 * 86_400


def device() -> str:
    """The name of the browser that asks; a new one until `remember` sent it along."""
    if "device" not in g:
        known = request.cookies.get(COOKIE, "")
        g.device = known if _SHAPE.fullmatch(known) else secrets.token_urlsafe(16)
    name: str = g.device
    return name


def remember(response: Response) -> Response:
    """Let the browser keep its name."""
    if request.cookies.get(COOKIE) != device():
        response.set_cookie(
            COOKIE, device(), max_age=KEPT_SECONDS, httponly=True, samesite="Lax", secure=settings().secure_cookies
        )
    return response
