"""Slow down guessing without locking out a class that shares one address.

Only failures count. They count against the account; a device on which this account has signed in before is counted
for itself, so that a classmate who types wrong passwords cannot keep the owner out. An address counts only when it
tries very many different accounts and mostly fails (spraying): then strange devices behind it go slowly, and nobody is
locked.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
from collections.abc import Callable

import structlog
from flask import Flask
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from lms.base.config import Settings
from lms.base.errors import TooMany
from lms.base.i18n_marks import N_
from lms.base.text import nfc

log = structlog.get_logger()

FAILURES = (RateLimitItemPerMinute(5), RateLimitItemPerMinute(10, 15), RateLimitItemPerHour(20))
"""Failed tries that one account (or one known device of it) has, in each of these spans."""

SPRAYED = 60  # different accounts that failed from one address
SPRAY_SPAN = 600  # seconds in which they count
PACE = RateLimitItemPerMinute(30)  # tries a minute that strange devices behind a spraying address share
KNOWN_FOR = 180 * 86_400  # seconds for which a device stays known to an account


class _Counters:
    """Where the counts live: in this process, or in Redis for several."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.window = MovingWindowRateLimiter(storage)


_here = {"counters": _Counters(MemoryStorage()), "spare": _Counters(MemoryStorage())}


def configure(redis_url: str = "") -> None:
    """Begin with empty counters in this process, or with those that are kept in Redis."""
    storage = storage_from_string(redis_url) if redis_url else MemoryStorage()
    if not isinstance(storage, Storage):
        raise ValueError("Counters need a plain redis:// address.")
    _here["counters"], _here["spare"] = _Counters(storage), _Counters(MemoryStorage())


def init_app(app: Flask) -> None:
    """Choose the place of the counters by the settings."""
    settings: Settings = app.config["GIEO"]
    configure(settings.redis_url)


def check_sign_in(account_key: str, device_key: str, ip: str) -> None:
    """Let a try to sign in go on.

    *account_key* is the sign-in name as typed, *device_key* the device cookie ("" for none), *ip* the address.

    Raises:
        TooMany: wait first; `retry_after` says how many seconds.
    """
    _counting(lambda counters: _check(counters, account_key, device_key, ip))


def _check(counters: _Counters, account_key: str, device_key: str, ip: str) -> None:
    known = _is_known(counters, account_key, device_key)
    bucket = _bucket(account_key, device_key, known=known)
    for limit in FAILURES:
        if not counters.window.test(limit, bucket):
            raise slow_down(_wait(counters, limit, bucket))
    if not known and _is_spraying(counters, ip) and not counters.window.hit(PACE, "pace", ip):
        raise slow_down(_wait(counters, PACE, "pace", ip))


def note_failure(account_key: str, device_key: str, ip: str) -> None:
    """Count a wrong password or an unknown account; both count the same, so that waiting tells nothing."""
    _counting(lambda counters: _count_failure(counters, account_key, device_key, ip))


def _count_failure(counters: _Counters, account_key: str, device_key: str, ip: str) -> None:
    bucket = _bucket(account_key, device_key, known=_is_known(counters, account_key, device_key))
    for limit in FAILURES:
        counters.window.hit(limit, bucket)
    if counters.storage.incr(f"seen/{ip}/{_digest(account_key)}", SPRAY_SPAN) == 1:
        before = _is_spraying(counters, ip)
        counters.storage.incr(f"failing/{ip}", SPRAY_SPAN)
        if not before and _is_spraying(counters, ip):
            log.warning("sign_in.spraying", network=_network(ip), accounts=SPRAYED)


def note_success(account_key: str, device_key: str, ip: str) -> None:
    """Remember the device as one of this account's; its own failures are forgiven."""
    _counting(lambda counters: _count_success(counters, account_key, device_key, ip))


def _count_success(counters: _Counters, account_key: str, device_key: str, ip: str) -> None:
    counters.storage.incr(f"good/{ip}", SPRAY_SPAN)
    for limit in FAILURES:
        counters.window.clear(limit, _bucket(account_key, device_key, known=True))
    if device_key:
        counters.storage.incr(_known_key(account_key, device_key), KNOWN_FOR)


def slow_down(seconds: int) -> TooMany:
    """Say how long to wait."""
    problem = TooMany(N_("Bạn thử quá nhiều lần. Hãy đợi %(seconds)s giây rồi thử lại."), seconds=seconds)
    problem.retry_after = seconds
    return problem


def allow(limit: RateLimitItem, *who: str) -> None:
    """Count one more of whatever *limit* limits.

    Raises:
        TooMany: it was one too many.
    """
    _counting(lambda counters: _hit(counters, limit, who))


def _hit(counters: _Counters, limit: RateLimitItem, who: tuple[str, ...]) -> None:
    if not counters.window.hit(limit, *who):
        raise slow_down(_wait(counters, limit, *who))


def _counting(count: Callable[[_Counters], None]) -> None:
    """Count where the settings say; while Redis is away, here: people still get in, slowly if they guess."""
    counters = _here["counters"]
    try:
        count(counters)
    except counters.storage.base_exceptions as error:
        log.error("counters.away", problem=type(error).__name__)
        count(_here["spare"])


def _wait(counters: _Counters, limit: RateLimitItem, *who: str) -> int:
    return max(1, math.ceil(counters.window.get_window_stats(limit, *who).reset_time - time.time()))


def _is_spraying(counters: _Counters, ip: str) -> bool:
    failing = counters.storage.get(f"failing/{ip}")
    return failing >= SPRAYED and failing > 2 * counters.storage.get(f"good/{ip}")


def _is_known(counters: _Counters, account_key: str, device_key: str) -> bool:
    return bool(device_key) and counters.storage.get(_known_key(account_key, device_key)) > 0


def _known_key(account_key: str, device_key: str) -> str:
    return f"known/{_digest(account_key)}/{_digest(device_key)}"


def _bucket(account_key: str, device_key: str, *, known: bool) -> str:
    return f"failed/{_digest(account_key)}/{_digest(device_key) if known else 'strange'}"


def _digest(key: str) -> str:
    """Hide names from whoever looks into Redis, and bound the length of what strangers type."""
    return hashlib.blake2b(nfc(key).strip().casefold().encode(), digest_size=12).hexdigest()


def _network(ip: str) -> str:
    """The network of an address: enough to act on, without naming one household."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))
