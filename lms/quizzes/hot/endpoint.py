"""Answer a save: token → check → store → acknowledge."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import structlog
from flask import Response, current_app, request

from lms.base.errors import Invalid, TooLarge
from lms.base.i18n_marks import N_
from lms.quizzes.hot.checking import TAB, check
from lms.quizzes.hot.saving import save
from lms.quizzes.hot.storing import Arrival, Stored
from lms.quizzes.hot.tokens import HEADER, read
from lms.quizzes.hot.wire import MOST_BYTES, MOST_EVENTS, Batch, Reply, decode, encode

log = structlog.get_logger()
_MILLISECOND = timedelta(milliseconds=1)


def take_events(attempt_uid: str) -> Response:
    """Store what a page sends and answer which events are safe.

    Status 422 when nothing in it could be an answer; the events are named in `refused` either way.

    Raises:
        Forbidden: the token is not of this attempt.
        TooLarge, Invalid: the body is no batch.
        Unavailable: nothing was stored; the page keeps its answers and tries again.
    """
    ticket = read(current_app.config["SECRET_KEY"], attempt_uid, request.headers.get(HEADER, ""))
    batch = _parse()
    events, refused = check(ticket.form_id, batch.events)
    if refused:
        log.warning("exam events refused", attempt=attempt_uid, user=ticket.user_id, events=len(refused))
    stored = save(Arrival(ticket, f"{ticket.device}.{batch.tab}", events))
    body = encode(_reply(stored, refused))
    return Response(body, 422 if refused and not events else 200, content_type="application/json")


def _parse() -> Batch:
    if (request.content_length or 0) > MOST_BYTES:
        raise TooLarge
    data = request.get_data(cache=False)
    try:
        batch = decode(data)
    except msgspec.DecodeError as error:
        raise Invalid(text=N_("Gói câu trả lời không đọc được.")) from error
    if len(batch.events) > MOST_EVENTS or not TAB.fullmatch(batch.tab):
        raise Invalid(text=N_("Gói câu trả lời không đọc được."))
    return batch


def _reply(stored: Stored, refused: list[int]) -> Reply:
    return Reply(
        saved=stored.saved,
        refused=refused,
        now_ms=int(stored.at.timestamp() * 1000),
        remaining_ms=max(0, (stored.deadline_at - stored.at) // _MILLISECOND),
        state=stored.state,
        here=stored.here,
    )
