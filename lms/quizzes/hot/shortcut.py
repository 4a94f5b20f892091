"""The door of the hot path: a WSGI layer before Flask, so that a save pays for nothing but itself.

`POST /exam/<uid>/events` is answered here: no session, no request log line, no page headers; refusals and failures are
logged, saves are counted in the metrics. Everything else goes on to Flask. `lms.quizzes.views.taking` keeps the same
address in the table of routes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import IO, TYPE_CHECKING

import structlog
from flask import Flask
from prometheus_client import Histogram

from lms.base.errors import AppError, TooLarge, Unavailable
from lms.quizzes.hot.endpoint import take_events
from lms.quizzes.hot.wire import MOST_BYTES, encode

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger()
_PATH = re.compile(r"/exam/([0-9a-f-]{36})/events")
_STATUS = {200: "200 OK", 422: "422 Unprocessable Entity", 403: "403 Forbidden", 404: "404 Not Found"}
_SECONDS = Histogram(
    "gieo_exam_save_seconds",
    "Time from an answer's arrival until it is durable",
    ["status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


class Shortcut:
    """Answers saves itself and hands the rest on."""

    def __init__(self, app: Flask) -> None:
        self._next: WSGIApplication = app.wsgi_app
        self._secret: str = app.config["SECRET_KEY"]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        found = _PATH.fullmatch(path) if path.endswith("/events") else None
        if found is None or environ["REQUEST_METHOD"] != "POST":
            return self._next(environ, start_response)
        began = time.perf_counter()
        status, body = self._answer(found[1], environ)
        _SECONDS.labels(str(status)).observe(time.perf_counter() - began)
        start_response(
            _STATUS.get(status) or f"{status} Refused",
            [
                ("Content-Type", "application/json"),
                ("Content-Length", str(len(body))),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
        return [body]

    def _answer(self, uid: str, environ: WSGIEnvironment) -> tuple[int, bytes]:
        try:
            return take_events(self._secret, uid, environ.get("HTTP_X_EXAM_TOKEN", ""), _body(environ))
        except AppError as error:
            log.warning("exam.save_refused", attempt=uid, kind=type(error).__name__, status=error.status)
            return _problem(error)
        except Exception:
            log.exception("exam.save_failed", attempt=uid)
            return _problem(Unavailable())


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
