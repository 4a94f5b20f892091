"""Pages of signing in and out, and one's own account."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.accounts import service
from lms.accounts.domain import device_name
from lms.accounts.forms import PasswordForm, SignInForm
from lms.accounts.sessions import CurrentUser
from lms.base import clock, db, ratelimit, web
from lms.base.errors import Invalid
from lms.base.forms import problems_of
from lms.base.i18n import LANGUAGES, _
from lms.base.ids import new_uid
from lms.base.web import (
    before_password,
    current_actor,
    current_session,
    find_actor,
    leave_queue,
    public,
    settings,
    shows_again,
)

bp = Blueprint("accounts", __name__)

DEVICE_COOKIE = "device"


def home_or(target: str | None) -> str:
    """The page to go on to after signing in: *target* when it lies on this site, else home."""
    if not target:
        return url_for("home.today")
    parts = urlsplit(target.replace("\\", "/"))
    stays_here = not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith("//")
    return target if stays_here and "\\" not in target else url_for("home.today")


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """Show the sign-in form; an empty installation is set up first."""
    if not service.is_set_up(current_session()):
        return redirect(url_for("set_up.form"), code=303)
    if find_actor() is not None and "problem" not in g:
        return redirect(home_or(request.args.get("next")), code=303)
    return render_template(
        "lms/accounts/sign_in.html", form=SignInForm(), problems=problems_of(), next=request.args.get("next", "")
    )


@bp.post("/sign-in")
@public
@shows_again(sign_in)
def do_sign_in() -> ResponseReturnValue:
    """Check name and password and go on."""
    form = SignInForm()
    form.check()
    name = form.sign_in_name.data.strip().lower()
    device = request.cookies.get(DEVICE_COOKIE, "")[:36]
    address = request.remote_addr or ""
    ratelimit.check_sign_in(name, device, address)
    try:
        with db.open_session(writes=False) as reading:
            user_id = service.check_password(reading, name, form.password.data, at=clock.now())
    except Invalid:
        ratelimit.note_failure(name, device, address)
        raise
    token, user = service.begin_session(
        current_session(),
        user_id,
        device=device_name(request.user_agent.string),
        hours=settings().session_hours,
        at=clock.now(),
    )
    ratelimit.note_success(name, device, address)
    web.sign_in(CurrentUser(token, user))
    response = redirect(home_or(request.args.get("next")), code=303)
    if not device:
        response.set_cookie(
            DEVICE_COOKIE,
            new_uid(),
            max_age=180 * 24 * 3600,
            httponly=True,
            secure=settings().secure_cookies,
            samesite="Lax",
        )
    return response


@bp.post("/sign-out")
@before_password
def sign_out() -> ResponseReturnValue:
    """End this browser's session."""
    service.end_session(current_session(), current_actor(), current_user.token, at=clock.now())
    web.sign_out()
    flash(_("Bạn đã đăng xuất."))
    return redirect(url_for("accounts.sign_in"), code=303)


@bp.get("/account")
@before_password
def account() -> ResponseReturnValue:
    """Show one's own account and the browsers in which it is signed in."""
    return render_template(
        "lms/accounts/account.html",
        user=service.get_own_account(current_session(), current_actor()),
        sessions=service.list_sessions(current_session(), current_actor(), at=clock.now()),
    )


@bp.get("/account/password")
@before_password
def change_password() -> ResponseReturnValue:
    """Show the form for a new password."""
    return render_template(
        "lms/accounts/password.html",
        form=PasswordForm(),
        problems=problems_of(),
        first=current_user.must_change_password,
    )


@bp.post("/account/password")
@before_password
@shows_again(change_password)
def do_change_password() -> ResponseReturnValue:
    """Set one's own password."""
    form = PasswordForm()
    form.check()
    actor = current_actor()
    leave_queue()
    with db.open_session(writes=False) as reading:
        hashed = service.check_new_password(reading, actor, form.current.data, form.new.data)
    service.change_password(current_session(), actor, hashed, token=current_user.token, at=clock.now())
    flash(_("Đã đổi mật khẩu. Các máy khác đã được đăng xuất."))
    return redirect(url_for("home.today"), code=303)


@bp.post("/account/sign-out-everywhere")
@before_password
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of one's own."""
    service.end_all_sessions(current_session(), current_actor())
    web.sign_out()
    flash(_("Đã đăng xuất khỏi mọi máy."))
    return redirect(url_for("accounts.sign_in"), code=303)


@bp.post("/language")
@public
def set_language() -> ResponseReturnValue:
    """Choose the language of the pages; kept with the account, and in a cookie before signing in."""
    wanted = request.form.get("language", "")
    wanted = wanted if wanted in LANGUAGES else "vi"
    actor = find_actor()
    if actor is not None:
        service.choose_language(current_session(), actor, wanted)
    response = redirect(home_or(request.form.get("next")), code=303)
    response.set_cookie("lang", wanted, max_age=365 * 24 * 3600, samesite="Lax", secure=settings().secure_cookies)
    return response
