"""What a bench hands back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Outcome:
    """Figures for the last line of JSON, whether the bench's own goals hold, and words for people."""

    figures: dict[str, Any] = field(default_factory=dict)
    ok: bool = False
    text: str = ""
