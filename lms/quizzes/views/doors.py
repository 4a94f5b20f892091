"""From a request to the visit that a quiz's door asks about, and the word that a browser keeps once it was proven."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

from flask import Response, current_app, request, url_for

from lms.base.web import settings
from lms.quizzes.domain.admission import Visit
from lms.quizzes.domain.seb import Proof
from lms.quizzes.hot.admitting import base_of, visit_of
from lms.quizzes.views.devices import device

COOKIE = "gieo-seb"


def site() -> str:
    """The address of the site as the browser knows it."""
    return base_of(request.environ, settings().base_url)


def seb_link(quiz_uid: str) -> str:
    """The address that opens Safe Exam Browser with the file of a quiz: `seb` stands for http, `sebs` for https."""
    return site().replace("http", "seb", 1) + url_for("quizzes.seb_file", uid=quiz_uid)


def resume_address() -> str:
    """The address at which a code to go on is typed."""
    return site() + url_for("quizzes.resume_elsewhere")


def visit() -> Visit:
    """How the running request came."""
    found = visit_of(request.environ, settings().base_url)
    uid, _point, word = request.cookies.get(COOKIE, "").partition(".")
    if word and hmac.compare_digest(word.encode(), _word(uid).encode()):
        return replace(found, vouched_for=uid)
    return found


def visit_at_the_door(quiz_uid: str) -> Visit:
    """How the running request came, with what was typed to begin, and what the start page's script was told by SEB."""
    found, form = visit(), request.form
    told = (form.get("seb_config", ""), form.get("seb_exam", ""))
    pages = [f"{found.base}/quizzes/{quiz_uid}", f"{found.base}/quizzes/{quiz_uid}/start"]  # the second after a mistake
    return replace(
        found,
        password=form.get("password", ""),
        code=form.get("code", ""),
        proofs=(*found.proofs, *(Proof(page, *told) for page in pages)),
    )


def vouch(response: Response, attempt_uid: str) -> Response:
    """Let the browser show with later requests of this attempt that it was proven; no script can read or copy it.

    For versions of SEB that tell their keys to scripts only: a page or a picture is asked for by no script.
    """
    response.set_cookie(
        COOKIE,
        f"{attempt_uid}.{_word(attempt_uid)}",
        httponly=True,
        samesite="Strict",
        secure=settings().secure_cookies,
    )
    return response


def _word(attempt_uid: str) -> str:
    secret: str = current_app.config["SECRET_KEY"]
    return hmac.new(secret.encode(), f"gieo seb 1|{attempt_uid}|{device()}".encode(), hashlib.sha256).hexdigest()
