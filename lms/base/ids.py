"""Public identifiers: UUID version 7 (RFC 9562), so that rows made later sort later."""

from __future__ import annotations

import os
import time
import uuid


def new_uid() -> str:
    """Make an identifier for URLs, exports and exchange.

    48 bits of Unix milliseconds, then version, variant and 74 random bits (RFC 9562, 5.7).
    """
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))
