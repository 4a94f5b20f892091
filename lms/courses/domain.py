"""Rules of course pages."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol
from urllib.parse import parse_qs, urlsplit


class ActivityKind(StrEnum):
    """What a line of a course page leads to."""

    LESSON = "lesson"
    QUIZ = "quiz"
    MATERIAL = "material"
    LINK = "link"


class Placed(Protocol):
    """Something that has a place in a row."""

    position: int


def shift(row: Sequence[Placed], thing: Placed, step: int) -> None:
    """Move *thing* by *step* places (−1 up, +1 down) and number the row anew from 1; at an end it stays."""
    order = sorted(row, key=lambda one: one.position)
    at = order.index(thing)
    to = min(max(at + step, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    for position, one in enumerate(order, 1):
        one.position = position


def next_position(row: Sequence[Placed]) -> int:
    """The place after the last."""
    return max((one.position for one in row), default=0) + 1


def is_web_address(url: str) -> bool:
    """Say whether *url* is an http(s) address with a host."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def video_embed(url: str) -> str:
    """The address at which a video of YouTube or Vimeo plays in a frame, without cookies; "" for other addresses."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    code = ""
    if host == "youtu.be":
        code = parts.path.strip("/")
    elif host == "youtube.com":
        code = parse_qs(parts.query).get("v", [""])[0]
    if code and code.replace("-", "").replace("_", "").isalnum():
        return f"https://www.youtube-nocookie.com/embed/{code}"
    if host == "vimeo.com" and parts.path.strip("/").isdigit():
        return f"https://player.vimeo.com/video/{parts.path.strip('/')}"
    return ""
