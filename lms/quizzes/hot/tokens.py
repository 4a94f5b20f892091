"""The token that a page sends with each save: whose attempt, on which device, signed by this installation."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import NamedTuple

from lms.base.errors import Forbidden
from lms.quizzes.domain.leases import PAGE_NO_LONGER_GOOD

HEADER = "X-Exam-Token"
_SHAPE = re.compile(r"(\d{1,18})\.(\d{1,18})\.(\d{1,18})\.(\d{1,18})\.([A-Za-z0-9_-]{8,40})\.([A-Za-z0-9_-]{43})")


class Ticket(NamedTuple):
    """What a valid token says; the ids are those of the database."""

    attempt_id: int
    form_id: int
    user_id: int
    school_id: int
    device: str


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"gieo exam token 1", "sha256")


def _signature(secret: str, attempt_uid: str, payload: str) -> str:
    digest = hmac.digest(_key(secret), f"{attempt_uid}|{payload}".encode(), hashlib.sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def issue(secret: str, attempt_uid: str, ticket: Ticket) -> str:
    """Sign a ticket for the attempt with this uid."""
    payload = f"{ticket.attempt_id}.{ticket.form_id}.{ticket.user_id}.{ticket.school_id}.{ticket.device}"
    return f"{payload}.{_signature(secret, attempt_uid, payload)}"


def read(secret: str, attempt_uid: str, token: str) -> Ticket:
    """Return what the token says.

    Raises:
        Forbidden: it was not issued here, or not for this attempt.
    """
    parts = _SHAPE.fullmatch(token)
    if parts is None or not hmac.compare_digest(parts[6], _signature(secret, attempt_uid, token.rpartition(".")[0])):
        raise Forbidden(PAGE_NO_LONGER_GOOD)
    return Ticket(int(parts[1]), int(parts[2]), int(parts[3]), int(parts[4]), parts[5])
