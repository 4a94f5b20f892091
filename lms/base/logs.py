"""One line an event, with the request it belongs to; JSON for machines, columns for people.

Every line of a request carries its id, which also goes out as `X-Request-ID` and onto error pages, so that a teacher's
report leads to the line. Lines name endpoints and ids, never people, addresses or what was typed; whatever a stranger
sends is escaped, so that nobody can write a line of their own.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any

import structlog
from flask import Flask, Response, g, request

from lms.base.config import Settings
from lms.base.ids import new_uid

log = structlog.get_logger()

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_QUIET = ("huey", "huey.consumer", "huey.consumer.Worker", "huey.consumer.Scheduler", "alembic", "_granian", "PIL")
_SECRET = re.compile(r"pass(word|wd)?$|token|secret|cookie|authorization|csrf|answer", re.IGNORECASE)


def configure(settings: Settings) -> None:
    """Write our own lines and those of the libraries the same way, to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _hide_secrets,
    ]
    as_json = settings.log_format == "json"
    last: list[Any] = [structlog.processors.JSONRenderer(ensure_ascii=False)] if as_json else [_keep_trace, _Columns()]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if settings.developing else logging.INFO),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _escape, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def init_app(app: Flask) -> None:
    """Give each request an id and one closing line."""
    settings: Settings = app.config["GIEO"]
    if not settings.testing:
        configure(settings)
    app.before_request(_begin)
    app.after_request(_end)


def request_id(given: str) -> str:
    """Return the id a proxy or client gave when it is fit to be logged, else a new one."""
    return given if _REQUEST_ID.fullmatch(given) else new_uid()


def _begin() -> None:
    g.request_id = request_id(request.headers.get("X-Request-ID", ""))
    g.log_began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    if "request_id" not in g:  # a request refused before it began
        return response
    response.headers["X-Request-ID"] = g.request_id
    if request.endpoint not in {"health.alive", "health.ready", "metrics.metrics", "static"}:
        spent = round((time.perf_counter() - g.log_began) * 1000, 1)
        log.info("request", method=request.method, endpoint=request.endpoint, status=response.status_code, ms=spent)
    return response


@lru_cache(maxsize=512)
def _is_secret(name: str) -> bool:
    return _SECRET.search(name) is not None


def _hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    for name in event:
        if _is_secret(name):
            event[name] = "…"
    return event


def _escape(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Make every value one line."""
    for name, value in event.items():
        if name != "exception" and isinstance(value, str) and not value.isprintable():  # most lines are done here
            event[name] = _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", value)
    return event


def _keep_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Indent a trace, so that none of its lines looks like a line of ours."""
    if "exception" in event:
        event["exception"] = "\n".join("    | " + line for line in str(event["exception"]).splitlines())
    return event


class _Columns:
    """Time, level, what, then name=value; a trace below."""

    def __call__(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
        at, level, what = (str(event.pop(name, "")) for name in ("timestamp", "level", "event"))
        trace = event.pop("exception", "")
        values = " ".join(f"{name}={_quoted(value)}" for name, value in event.items() if value is not None)
        line = f"{at[11:19]} {level:<7} {what}  {values}".rstrip()
        return f"{line}\n{trace}" if trace else line


def _quoted(value: object) -> str:
    text = str(value)
    return repr(text) if " " in text or "=" in text else text
