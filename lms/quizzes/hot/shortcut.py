"""The door of the hot path: a WSGI layer before Flask, so that a save pays for nothing but itself.

`POST /exam/<uid>/events` and `GET /exam/<uid>/pulse` are answered here: no session, no request log line, no page
headers; refusals and failures are logged, saves are counted in the metrics. Everything else goes on to Flask.
`lms.quizzes.views` keeps the same addresses in the table of routes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from typing import IO, TYPE_CHECKING

import structlog
from flask import Flask
from prometheus_client import Histogram

from lms.base.config import Settings
from lms.base.errors import AppError, TooLarge, Unavailable
from lms.quizzes.domain.admission import Visit
from lms.quizzes.hot import pulse
from lms.quizzes.hot.admitting import visit_of
from lms.quizzes.hot.endpoint import take_events, take_pulse
from lms.quizzes.hot.wire import MOST_BYTES, encode

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger()
_PATH = re.compile(r"/exam/([0-9a-f-]{36})/(events|pulse)")
_TICKET = "HTTP_X_EXAM_TOKEN"
_BULLETIN = "HTTP_X_EXAM_BULLETIN"
_METHODS = {"events": "POST", "pulse": "GET"}
_STATUS = {
    200: "200 OK",
    204: "204 No Content",
    403: "403 Forbidden",
    404: "404 Not Found",
    422: "422 Unprocessable Entity",
}
_SECONDS = Histogram(
    "gieo_exam_save_seconds",
    "Time from an answer's arrival until it is durable",
    ["status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


class Shortcut:
    """Answers saves and pulses itself and hands the rest on."""

    def __init__(self, app: Flask) -> None:
        self._next: WSGIApplication = app.wsgi_app
        self._secret: str = app.config["SECRET_KEY"]
        settings: Settings = app.config["GIEO"]
        self._base_url = settings.base_url

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        found = _PATH.fullmatch(path) if path.startswith("/exam/") else None
        if found is None or environ["REQUEST_METHOD"] != _METHODS[found[2]]:
            return self._next(environ, start_response)
        headers = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]
        if found[2] == "pulse":
            status, ask_ms, body = self._answer_pulse(found[1], environ)
            headers.append((pulse.ASK_HEADER, str(ask_ms)))
        else:
            began = time.perf_counter()
            status, body = self._answer_save(found[1], environ)
            _SECONDS.labels(str(status)).observe(time.perf_counter() - began)
        if status != 204:
            headers += [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(_STATUS.get(status) or f"{status} Refused", headers)
        return [body]

    def _visit(self, environ: WSGIEnvironment) -> Callable[[], Visit]:
        return lambda: visit_of(environ, self._base_url)

    def _answer_save(self, uid: str, environ: WSGIEnvironment) -> tuple[int, bytes]:
        try:
            return take_events(self._secret, uid, environ.get(_TICKET, ""), _body(environ), self._visit(environ))
        except AppError as error:
            log.warning("exam.save_refused", attempt=uid, kind=type(error).__name__, status=error.status)
            return _problem(error)
        except Exception:
            log.exception("exam.save_failed", attempt=uid)
            return _problem(Unavailable())

    def _answer_pulse(self, uid: str, environ: WSGIEnvironment) -> tuple[int, int, bytes]:
        try:
            return take_pulse(
                self._secret, uid, environ.get(_TICKET, ""), environ.get(_BULLETIN, ""), self._visit(environ)
            )
        except AppError as error:
            log.warning("exam.pulse_refused", attempt=uid, kind=type(error).__name__, status=error.status)
            status, body = _problem(error)
        except Exception:
            log.exception("exam.pulse_failed", attempt=uid)
            status, body = _problem(Unavailable())
        return status, pulse.TROUBLED_MS, body


def _body(environ: WSGIEnvironment) -> bytes:
    length = environ.get("CONTENT_LENGTH") or "0"
    size = int(length) if length.isascii() and length.isdigit() else 0
    if size > MOST_BYTES:
        raise TooLarge
    stream: IO[bytes] = environ["wsgi.input"]
    return stream.read(size)


def _problem(error: AppError) -> tuple[int, bytes]:
    return error.status, encode({"status": error.status, "title": str(error.message), "kind": type(error).__name__})


def init_app(app: Flask) -> None:
    """Put the door before the application."""
    app.wsgi_app = Shortcut(app)  # type: ignore[method-assign]  # Flask's own way to add a WSGI layer
