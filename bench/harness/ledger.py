"""What the pupils did and what their clients were told, written down on the client's side only."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(eq=False)
class Change:
    """An answer that a pupil gave. Moments are Unix times of the machine that server and bench share."""

    client: str  # device and tab, as the server names them
    seq: int
    slot: int
    option: str
    sent_at: float = 0.0  # when it first left; 0: never
    told: set[str] = field(default_factory=set)  # every standing that was acknowledged
    told_at: float = 0.0
    barred: bool = False  # made after the client knew that another device had taken over


@dataclass(frozen=True)
class Trouble:
    """An answer of status 500 or above."""

    what: str  # save, finish, start, or the end of another address
    status: int
    body: str


@dataclass
class Ledger:
    """One pupil's evening."""

    pupil_id: int
    pressed_at: float = 0.0  # the button that begins
    begun_at: float = 0.0  # told that it has begun
    too_late: bool = False  # the answer to the start came so late that the time was over
    attempts: set[str] = field(default_factory=set)  # uids that starts were answered with
    changes: list[Change] = field(default_factory=list)
    waiting: set[Change] = field(default_factory=set)  # what the clients still show as not saved
    finish_pressed_at: float = 0.0
    receipts: list[str] = field(default_factory=list)  # of every hand-in that was answered
    resent: int = 0  # requests without an answer
    troubles: list[Trouble] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # answers that must never come
