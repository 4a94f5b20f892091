"""Hashing of passwords: argon2id, with few at a time so that a class signing in does not exhaust the machine."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's smaller profile: 19 MiB, two passes, one lane; about 30–130 ms on school hardware.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_few = threading.BoundedSemaphore(2)

# Easy to read aloud and to type on a phone: no l/1, o/0, i.
LETTERS = "abcdefghjkmnpqrstuvwxyz"
DIGITS = "23456789"


def hash_password(password: str) -> str:
    """Hash with a fresh salt."""
    with _few:
        return _hasher.hash(password)


def verify_password(password: str, stored: str | None) -> bool:
    """Check *password*; takes as long for an unknown person (None) as for a known one."""
    with _few:
        try:
            return _hasher.verify(stored or _nobody(), password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


def first_password() -> str:
    """Make a first password for a card: three letters, three digits, twice; about 46 bits."""
    draw = secrets.choice
    parts = ("".join(draw(LETTERS) for _ in range(3)) + "".join(draw(DIGITS) for _ in range(3)) for _ in range(2))
    return "-".join(parts)


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """A first password for its card, and the hash that is kept."""

    text: str
    hashed: str


def draw_first_password() -> FirstPassword:
    """Draw a first password and hash it; slow on purpose, so never while others wait for the transaction."""
    text = first_password()
    return FirstPassword(text, hash_password(text))
