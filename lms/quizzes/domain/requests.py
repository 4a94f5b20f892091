"""Requests to look at a marked paper again (phúc khảo): their states, and until when they are taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from lms.base.errors import Conflict
from lms.base.i18n_marks import N_

DAYS = 7
MOST_DAYS = 60


class RequestState(StrEnum):
    """How far a request has come."""

    SENT = "sent"
    TAKEN_UP = "taken_up"
    ANSWERED = "answered"
    CLOSED = "closed"  # the family has read the answer
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """What an answered request came to."""

    KEPT = "kept"
    CHANGED = "changed"


OPEN = frozenset({RequestState.SENT, RequestState.TAKEN_UP})
MOVES: Mapping[RequestState, frozenset[RequestState]] = MappingProxyType(
    {
        RequestState.SENT: frozenset({RequestState.TAKEN_UP, RequestState.WITHDRAWN}),
        RequestState.TAKEN_UP: frozenset({RequestState.ANSWERED}),
        RequestState.ANSWERED: frozenset({RequestState.CLOSED}),
        RequestState.CLOSED: frozenset(),
        RequestState.WITHDRAWN: frozenset(),
    }
)


def move(now: RequestState, to: RequestState) -> RequestState:
    """Return the state after a move.

    Raises:
        Conflict: a request cannot go from *now* to *to*.
    """
    if to not in MOVES[now]:
        raise Conflict(N_("Đơn phúc khảo không còn ở trạng thái cho phép việc này. Hãy tải lại trang."))
    return to


def taken_until(released_at: datetime | None, days: int) -> datetime | None:
    """Until when requests are taken; None while results are not out, or where none are taken at all."""
    return None if released_at is None or days <= 0 else released_at + timedelta(days=days)
