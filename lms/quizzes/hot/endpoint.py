"""Answer a save: token → check → store → acknowledge. Knows no web framework."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import structlog

from lms.base import metrics
from lms.base.errors import Invalid, TooLarge
from lms.base.i18n_marks import N_
from lms.quizzes.domain.states import Standing
from lms.quizzes.hot.checking import TAB, check
from lms.quizzes.hot.saving import save
from lms.quizzes.hot.storing import Arrival, Stored
from lms.quizzes.hot.tokens import read
from lms.quizzes.hot.wire import MOST_BYTES, MOST_EVENTS, Batch, Reply, decode, encode

log = structlog.get_logger()
_MILLISECOND = timedelta(milliseconds=1)


def take_events(secret: str, attempt_uid: str, token: str, body: bytes) -> tuple[int, bytes]:
    """Store what a page sends; returns the status and the JSON that says which events are safe.

    Status 422 when nothing in it could be an answer; such events are named in `refused` either way.

    Raises:
        Forbidden: the token is not of this attempt, or its pupil was shut out.
        TooLarge, Invalid: the body is no batch.
        NotFound: the attempt is gone.
        Unavailable: nothing was stored; the page keeps its answers and tries again.
    """
    ticket = read(secret, attempt_uid, token)
    batch = _parse(body)
    events, refused = check(ticket.form_id, batch.events)
    if refused:
        log.warning("exam.events_refused", attempt=attempt_uid, user=ticket.user_id, events=len(refused))
    stored = save(Arrival(ticket, f"{ticket.device}.{batch.tab}", events))
    for _seq, standing in stored.saved:
        metrics.exam_save("stored" if standing == Standing.APPLIED else "late")
    return 422 if refused and not events else 200, encode(_reply(stored, refused))


def _parse(body: bytes) -> Batch:
    if len(body) > MOST_BYTES:
        raise TooLarge
    try:
        batch = decode(body)
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
