"""Answer a save (token → check → store → acknowledge) and a pulse. Knows no web framework."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import structlog

from lms.base import clock, metrics
from lms.base.errors import Invalid, TooLarge
from lms.base.i18n_marks import N_
from lms.quizzes.domain.admission import Visit
from lms.quizzes.domain.states import Standing
from lms.quizzes.hot.admitting import admit
from lms.quizzes.hot.checking import TAB, check, paper
from lms.quizzes.hot.presence import seen
from lms.quizzes.hot.pulse import News, news
from lms.quizzes.hot.saving import look_at, save
from lms.quizzes.hot.storing import Arrival, Stored
from lms.quizzes.hot.tokens import read
from lms.quizzes.hot.wire import MOST_BYTES, MOST_EVENTS, Batch, Reply, decode, encode

log = structlog.get_logger()
_MILLISECOND = timedelta(milliseconds=1)


def take_events(
    secret: str, attempt_uid: str, token: str, body: bytes, visit: Callable[[], Visit]
) -> tuple[int, bytes]:
    """Store what a page sends; returns the status and the JSON that says which events are safe.

    Status 422 when nothing in it could be an answer; such events are named in `refused` either way.

    Raises:
        Forbidden: the token is not of this attempt, or its pupil was shut out.
        TooLarge, Invalid: the body is no batch.
        NotFound: the attempt is gone.
        Unavailable: nothing was stored; the page keeps its answers and tries again.
    """
    ticket = read(secret, attempt_uid, token)
    admit(ticket, attempt_uid, visit)
    batch = _parse(body)
    events, refused = check(ticket.form_id, batch.events)
    if refused:
        log.warning("exam.events_refused", attempt=attempt_uid, user=ticket.user_id, events=len(refused))
    form = paper(ticket.form_id)
    seen(ticket.attempt_id, form.quiz_id)
    heard = news(form.quiz_id)  # before the attempt is read, which is then at least as new
    stored = save(Arrival(ticket, f"{ticket.device}.{batch.tab}", events, form.rules))
    for _seq, standing in stored.saved:
        metrics.exam_save("stored" if standing == Standing.APPLIED else "late")
    return 422 if refused and not events else 200, encode(_reply(stored, refused, heard))


def take_pulse(
    secret: str, attempt_uid: str, token: str, known: str, visit: Callable[[], Visit]
) -> tuple[int, int, bytes]:
    """Tell a page whether something was decided since it heard the bulletin *known*.

    Returns the status, the milliseconds after which to ask again, and the body: 204 and nothing while all is as it was,
    else 200 and how the attempt stands.

    Raises:
        Forbidden: the token is not of this attempt, or the quiz may not be taken from where the request came.
        NotFound: the attempt or its form is gone.
    """
    ticket = read(secret, attempt_uid, token)
    admit(ticket, attempt_uid, visit)
    form = paper(ticket.form_id)
    seen(ticket.attempt_id, form.quiz_id)
    heard = news(form.quiz_id)
    if known == str(heard.bulletin):
        return 204, heard.ask_ms, b""
    return 200, heard.ask_ms, encode(_reply(look_at(ticket, clock.now(), form.rules), [], heard))


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


def _reply(stored: Stored, refused: list[int], heard: News) -> Reply:
    until = stored.paused_at or stored.at
    ends = stored.place.section_ends_at
    return Reply(
        saved=stored.saved,
        refused=refused,
        now_ms=int(stored.at.timestamp() * 1000),
        remaining_ms=max(0, (stored.deadline_at - until) // _MILLISECOND),
        state=stored.state,
        here=stored.here,
        paused=stored.paused_at is not None,
        reached=stored.place.reached,
        section_ms=None if ends is None else max(0, (ends - until) // _MILLISECOND),
        bulletin=heard.bulletin,
        ask_ms=heard.ask_ms,
    )
