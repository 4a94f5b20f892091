"""A code by which a pupil goes on with an attempt on another machine without signing in: shown once, used once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another
LENGTH = 8
GOOD_FOR = timedelta(minutes=10)


def new_resume_code() -> str:
    """A code as an invigilator reads it out, "K7PM-2XWA"."""
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return f"{code[:4]}-{code[4:]}"


def digest_of(typed: str) -> str:
    """What is kept of a code: the hash of its letters and digits, whatever their case and whatever stands between.

    >>> digest_of(" k7pm 2xwa") == digest_of("K7PM-2XWA")
    True
    """
    return hashlib.sha256("".join(one for one in typed.upper() if one.isalnum()).encode()).hexdigest()


def is_good(made_at: datetime, used_at: datetime | None, at: datetime) -> bool:
    """Whether a code may be used now."""
    return used_at is None and made_at <= at < made_at + GOOD_FOR
