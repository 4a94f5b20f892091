"""The receipt of a hand-in: a short code that stands for exactly these answers."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b32encode
from collections.abc import Mapping
from typing import Any

LENGTH = 10  # 50 bits: not to be found by trying


def receipt_of(attempt_uid: str, answers: Mapping[int, Any]) -> str:
    """The receipt for the answers by slot number, as `ABCDE-FGHIJ`.

    SHA-256 of the canonical JSON of attempt and answers, in base 32 (RFC 4648, no 0, 1, 8, 9).

    >>> receipt_of("a", {1: {"choice": "x"}}) == receipt_of("a", {1: {"choice": "x"}})
    True
    """
    body = json.dumps([attempt_uid, sorted(answers.items())], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    code = b32encode(hashlib.sha256(body.encode()).digest()).decode()[:LENGTH]
    return f"{code[:5]}-{code[5:]}"


_READ = str.maketrans("018", "OIB")  # what people read for the letters of base 32


def typed_receipt(text: str) -> str:
    """Read a receipt as people type or paste it, in either case, with any spaces or strokes; "" when it is none.

    >>> typed_receipt(" abcde fghi2 "), typed_receipt("0BCDE-FGHI1"), typed_receipt("ABC")
    ('ABCDE-FGHI2', 'OBCDE-FGHII', '')
    """
    code = re.sub(r"[\s\-–_.]", "", text).upper().translate(_READ)
    return f"{code[:5]}-{code[5:]}" if re.fullmatch(f"[A-Z2-7]{{{LENGTH}}}", code) else ""
