"""The page on which a code is typed to go on with a test, and the pass that the browser gets for it.

The pass is no sign-in: it opens the page of that attempt, its pictures, its plain save and its receipt, on this device,
until the browser is closed or twelve hours are over.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import replace
from datetime import timedelta

from flask import Request, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.forms import problems_of
from lms.base.permissions import Actor, Role
from lms.base.web import current_session, logins, public, settings, shows_again, sign_out
from lms.quizzes.domain.seb import Proof
from lms.quizzes.models import Attempt
from lms.quizzes.service import admission, reading, resuming
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.devices import device, remember
from lms.quizzes.views.doors import visit, vouch

COOKIE = "gieo-pass"
GOOD_FOR = timedelta(hours=12)
OPENED = frozenset({"quizzes.exam", "quizzes.save", "quizzes.receipt", "quizzes.picture"})
_SHAPE = re.compile(r"([0-9a-f-]{36})\.(\d{1,11})\.([0-9a-f]{64})")


@bp.get("/exam/resume")
@public
def resume_elsewhere() -> ResponseReturnValue:
    """The form for the code."""
    return remember(make_response(render_template("lms/quizzes/resume.html", problems=problems_of("code"))))


@bp.post("/exam/resume")
@public
@shows_again(resume_elsewhere)
def use_resume_code() -> ResponseReturnValue:
    """Take the code and open the attempt here; whoever was signed in on this machine is signed out."""
    told = (request.form.get("seb_config", ""), request.form.get("seb_exam", ""))
    here = visit()
    here = replace(here, proofs=(*here.proofs, Proof(f"{here.base}{url_for('quizzes.resume_elsewhere')}", *told)))
    at = clock.now()
    attempt = resuming.use_code(current_session(), request.form.get("code", ""), device=device(), visit=here, at=at)
    sign_out()
    response = remember(make_response(redirect(url_for("quizzes.exam", uid=attempt.uid), code=303)))
    until = int((at + GOOD_FOR).timestamp())
    response.set_cookie(
        COOKIE,
        f"{attempt.uid}.{until}.{_word(attempt.uid, until)}",
        httponly=True,
        samesite="Strict",
        secure=settings().secure_cookies,
    )
    return (
        vouch(response, attempt.uid) if admission.proves_browser(current_session(), attempt.quiz_id, here) else response
    )


def _word(attempt_uid: str, until: int) -> str:
    secret: str = current_app.config["SECRET_KEY"]
    return hmac.new(
        secret.encode(), f"gieo pass 1|{attempt_uid}|{until}|{device()}".encode(), hashlib.sha256
    ).hexdigest()


class PassHolder:
    """Whoever holds a pass, as Flask-Login sees them: the pupil of the attempt, and nothing but a pupil."""

    is_active = is_authenticated = True
    is_anonymous = must_change_password = False

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt

    def get_id(self) -> str:
        """Nothing: a pass is in no session."""
        return ""

    def actor(self, _session: object) -> Actor:
        """The pupil as the verbs see them."""
        return self.oneself()

    def oneself(self) -> Actor:
        """The pupil, without what the school knows of them."""
        pupil = self.attempt.pupil
        return Actor(pupil.id, pupil.school_id, pupil.uid, pupil.full_name, frozenset({Role.PUPIL}))


@logins.request_loader  # type: ignore[untyped-decorator]  # flask-login ships no types
def _find_holder(asked: Request) -> PassHolder | None:
    """Who asks by a pass; only where nobody is signed in, and only for what a pass opens."""
    found = _SHAPE.fullmatch(asked.cookies.get(COOKIE, ""))
    if found is None or asked.endpoint not in OPENED:
        return None
    uid, until = found[1], int(found[2])
    if (asked.view_args or {}).get("uid", uid) != uid or clock.now().timestamp() >= until:
        return None
    if not hmac.compare_digest(found[3], _word(uid, until)):
        return None
    attempt = reading.find_attempt(current_session(), uid)
    return PassHolder(attempt) if attempt is not None else None
