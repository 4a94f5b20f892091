"""Request glue: one session a request, one actor, one answer an error, and nobody in without signing in.

A view parses, calls one verb and answers. What it must not do is here: open and settle the transaction (status below
400 commits, anything else rolls back), find out who acts, map errors to pages, set the security headers.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Protocol, TypeVar

import structlog
from flask import (
    Flask,
    Response,
    after_this_request,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from lms.base import db
from lms.base.config import Settings
from lms.base.errors import AppError, Forbidden, Invalid, NotFound, SignInNeeded, TooLarge, TooMany, Unavailable
from lms.base.i18n import N_, say
from lms.base.permissions import Actor

log = structlog.get_logger()
V = TypeVar("V", bound=Callable[..., Any])

CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'nonce-%s'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self' https://www.youtube-nocookie.com https://player.vimeo.com",  # a video, once asked for
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
csrf = CSRFProtect()


class Logins(LoginManager):  # type: ignore[misc]  # flask-login ships no types
    """Flask-Login without its "remember me": on shared school PCs nobody is remembered.

    Its hook would also read the session after every request and so make each asset vary by cookie.
    """

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


logins = Logins()
logins.session_protection = None  # it marks sessions as not fresh, which nothing of ours asks about


class Cookies(SecureCookieSessionInterface):
    """Flask's signed session cookie, with the signer made once and not at each request."""

    def __init__(self) -> None:
        self._signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer


class SignedIn(Protocol):
    """What the session of a signed-in person must tell; `lms.accounts` provides it."""

    is_authenticated: bool
    must_change_password: bool

    def actor(self, session: Session) -> Actor: ...
    def oneself(self) -> Actor: ...


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.config["GIEO"]
    return found


def current_session() -> Session:
    """The database session of this request; on SQLite an unsafe method takes the write lock at its first statement."""
    if "session" not in g:
        view = current_app.view_functions.get(request.endpoint or "")
        alone = request.method in SAFE and getattr(view, "reads_only", False)
        g.session = db.open_reading() if alone else db.open_session(writes=request.method not in SAFE)
    session: Session = g.session
    return session


@contextmanager
def reading_session() -> Iterator[Session]:
    """A session to read from before anybody needs the writers' gate: the request's own wherever that takes no gate."""
    if request.method in SAFE or not settings().is_sqlite:
        yield current_session()
        return
    with db.open_reading() as session:
        yield session


def leave_queue() -> None:
    """Let others write while this request does something slow; nothing may have been written yet.

    On SQLite the first statement of an unsafe request, mostly the one that finds the actor, takes the writers' gate.
    The session goes on with a transaction of its own at its next statement.
    """
    current_session().rollback()


def find_actor() -> Actor | None:
    """Who acts, or None when nobody is signed in."""
    if "actor" not in g:
        who = _who()
        g.actor = who.actor(current_session()) if who is not None else None
    actor: Actor | None = g.actor
    return actor


def current_actor() -> Actor:
    """Who acts.

    Raises:
        SignInNeeded: nobody is signed in.
    """
    actor = find_actor()
    if actor is None:
        raise SignInNeeded
    return actor


def find_self() -> Actor | None:
    """Who acts, as `current_self` has them; None when nobody is signed in."""
    who = _who()
    return who.oneself() if who is not None else None


def current_self() -> Actor:
    """Who acts, without the facts about classes and subjects: for what belongs to the person alone.

    Rules of a policy table would deny what they allow the full actor, never the other way round.

    Raises:
        SignInNeeded: nobody is signed in.
    """
    oneself = find_self()
    if oneself is None:
        raise SignInNeeded
    return oneself


def _who() -> SignedIn | None:
    """The signed-in person of this request, looked for once."""
    if "who" not in g:
        g.who = current_user._get_current_object() if current_user.is_authenticated else None
    who: SignedIn | None = g.who
    return who


def sign_in(user: Any) -> None:
    """Begin a signed-in session; what stood in an earlier one is dropped, so its identifier changes."""
    from flask import session as cookie

    cookie.clear()
    login_user(user)
    _forget_who()


def sign_out() -> None:
    """End the signed-in session."""
    from flask import session as cookie

    logout_user()
    cookie.clear()
    _forget_who()


def _forget_who() -> None:
    g.pop("actor", None)
    g.pop("who", None)


def public(view: V) -> V:
    """Mark a view that people may open without signing in."""
    view.open_to_all = True  # type: ignore[attr-defined]  # a mark on the function, read by `_guard`
    return view


def before_password(view: V) -> V:
    """Mark a view that stays open while the first password has not been changed yet."""
    view.before_password = True  # type: ignore[attr-defined]  # as above
    return view


def reads_only(view: V) -> V:
    """Mark a view that writes nothing: its page is asked for by a whole grade at once, and needs no transaction."""
    view.reads_only = True  # type: ignore[attr-defined]  # as above
    return view


def shows_again(page: Callable[..., ResponseReturnValue]) -> Callable[[V], V]:
    """When the view raises Invalid, answer with *page* (the view of the form) and status 422.

    *page* gets the same URL arguments; its form and `problems_of` show what was wrong.
    """

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            try:
                answer: ResponseReturnValue = view(*args, **kwargs)
            except Invalid as problem:
                if wants_json():
                    raise
                current_session().rollback()
                g.problem = problem
                response = make_response(page(*args, **kwargs))
                response.status_code = problem.status
                return response
            return answer

        return guarded  # type: ignore[return-value]  # same signature as *view*

    return decorate


def wants_json() -> bool:
    """Whether the client asked for JSON rather than a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" or request.is_json


def wants_part(name: str) -> bool:
    """Whether a script of the page asked for one part of it, to put into the page that is open."""
    return request.headers.get("X-Gieo-Part") == name


def csp_nonce() -> str:
    """The nonce of this response's content-security policy."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    nonce: str = g.nonce
    return nonce


def init_app(app: Flask) -> None:
    """Wire the glue into the application."""
    app.session_interface = Cookies()
    csrf.init_app(app)
    logins.init_app(app)
    app.before_request(_guard)
    app.after_request(_settle)
    app.after_request(_headers)
    app.after_request(_name_next)
    app.teardown_request(_close)
    app.register_error_handler(AppError, _explain)
    app.register_error_handler(CSRFError, _explain_csrf)
    app.register_error_handler(HTTPException, _explain_http)
    app.register_error_handler(TimeoutError, _explain_busy)
    app.register_error_handler(OperationalError, _explain_trouble)
    app.register_error_handler(Exception, _explain_bug)
    app.jinja_env.globals.update(csp_nonce=csp_nonce)


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    view = current_app.view_functions[request.endpoint]
    if getattr(view, "open_to_all", False) or request.endpoint == "static":
        return None
    actor = current_self()
    g.language = g.get("language", "")
    if g.who.must_change_password and not getattr(view, "before_password", False):
        if wants_json():
            raise Forbidden(N_("Bạn cần đổi mật khẩu lần đầu trước khi tiếp tục."))
        return redirect(url_for("accounts.change_password"), code=303)
    structlog.contextvars.bind_contextvars(user=actor.user_id, school=actor.school_id)
    return None


def _settle(response: Response) -> Response:
    if "session" in g:
        db.finish(g.session, keep=response.status_code < 400)
    return response


def _close(_error: BaseException | None) -> None:
    if "session" in g:
        g.pop("session").close()


def _headers(response: Response) -> Response:
    headers = response.headers
    if "Content-Security-Policy" not in headers:
        headers["Content-Security-Policy"] = CONTENT_POLICY % csp_nonce()
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if settings().secure_cookies:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"  # shared school PCs: nothing personal stays behind
    return response


def _name_next(response: Response) -> Response:
    """Tell a page that uploads by script where to go, so that it goes itself and not its request."""
    if "X-Gieo-Upload" in request.headers and response.status_code in {302, 303} and response.location:
        answer = Response(status=200, headers={**response.headers, "X-Gieo-Next": response.location})
        del answer.headers["Location"]
        answer.set_data(b"")
        return answer
    return response


def _explain(error: AppError) -> ResponseReturnValue:
    if isinstance(error, SignInNeeded) and not wants_json():
        here = request.full_path.rstrip("?") if request.method in SAFE else None
        return redirect(url_for("accounts.sign_in", next=here), code=303)
    if isinstance(error, Forbidden | NotFound):
        log.info("denied", kind=type(error).__name__, endpoint=request.endpoint)
    return _answer(error)


def _answer(error: AppError) -> ResponseReturnValue:
    sentence = say(error.message)
    if isinstance(error, TooMany) and error.retry_after:
        after_this_request(_wait(error.retry_after))
    if wants_json():
        body: dict[str, Any] = {"status": error.status, "title": sentence, "kind": type(error).__name__}
        if isinstance(error, Invalid):
            body["fields"] = {name: [say(text) for text in texts] for name, texts in error.fields.items()}
        return jsonify(body), error.status, {"Content-Type": "application/problem+json"}
    details = [say(text) for texts in error.fields.values() for text in texts] if isinstance(error, Invalid) else []
    page = render_template(
        "errors/problem.html",
        status=error.status,
        sentence=sentence,
        details=details,
        request_id=g.get("request_id", ""),
    )
    return page, error.status


def _wait(seconds: int) -> Callable[[Response], Response]:
    def tell(response: Response) -> Response:
        response.headers["Retry-After"] = str(seconds)
        return response

    return tell


def _explain_csrf(_error: CSRFError) -> ResponseReturnValue:
    return _answer(Forbidden(N_("Trang này mở đã lâu. Hãy tải lại trang rồi làm lại; chưa có gì bị thay đổi.")))


def _explain_http(error: HTTPException) -> ResponseReturnValue:
    if error.code in {301, 302, 303, 307, 308}:
        return error.get_response()
    if error.code == 404:
        return _answer(NotFound())
    if error.code == 413:
        return _answer(TooLarge())
    trouble = getattr(error, "original_exception", None)  # what went wrong after the view: the commit
    if isinstance(trouble, OperationalError) and db.is_out_of_service(trouble):
        return _explain_trouble(trouble)
    plain = AppError()
    plain.status = error.code or 500
    return _answer(plain)


def _explain_busy(error: TimeoutError) -> ResponseReturnValue:
    log.warning("busy", error=str(error))
    return _answer(Unavailable())


def _explain_trouble(error: OperationalError) -> ResponseReturnValue:
    if not db.is_out_of_service(error):
        return _explain_bug(error)
    log.error("database_out_of_service", endpoint=request.endpoint, error=str(error.orig))
    return _answer(Unavailable())


def _explain_bug(error: Exception) -> ResponseReturnValue:
    if current_app.config.get("PROPAGATE_BUGS"):
        raise error
    log.exception("bug", endpoint=request.endpoint)
    bug = AppError(
        N_("Có lỗi ngoài dự tính. Việc vừa làm chưa được lưu; nhà trường có thể báo mã dưới đây cho người quản trị.")
    )
    bug.status = 500
    return _answer(bug)
