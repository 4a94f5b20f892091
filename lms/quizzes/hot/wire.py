"""What the page and the server say to each other while a test runs."""

from __future__ import annotations

from typing import Any

import msgspec

MOST_EVENTS = 200  # in one batch
MOST_BYTES = 512 * 1024
MOST_SEQ = 2**53  # what a browser can count exactly


class SentEvent(msgspec.Struct, forbid_unknown_fields=True):
    """One change on the page. `seq` counts milliseconds since the start and grows with each event of a client."""

    seq: int
    slot: int | None = None
    response: Any = None
    mono: int = 0  # the page's own clock, milliseconds
    kind: str = "answer"


class Batch(msgspec.Struct, forbid_unknown_fields=True):
    """What the page sends: the name of the tab that made the events, and the events."""

    tab: str
    events: list[SentEvent]


class Reply(msgspec.Struct):
    """What the server answers: for each stored event `[seq, standing]`, and the time that counts."""

    saved: list[tuple[int, str]]
    refused: list[int]
    now_ms: int  # Unix time of the server
    remaining_ms: int
    state: str
    here: bool  # whether this device holds the lease
    paused: bool  # the clock stands; answers are taken all the same
    reached: int  # answers are taken from this slot on
    section_ms: int | None  # what is left of the section that runs, where it has its own time
    bulletin: int  # what the page knows by this reply, see `hot.pulse`
    ask_ms: int  # when to ask for the bulletin again


decode = msgspec.json.Decoder(Batch).decode
encode = msgspec.json.Encoder().encode
