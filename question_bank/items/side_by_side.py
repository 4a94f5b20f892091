"""Two versions of a question side by side, ready for a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lms.base.i18n import say, show_number
from lms.base.i18n_marks import N_
from question_bank.items.cards import asset_address
from question_bank.items.differences import Change, Piece, Side, differences
from question_bank.items.domain import LEVELS, TYPE_NAMES
from question_bank.items.models import ItemVersion
from question_bank.items.presenting import AssetUrl, show


@dataclass(frozen=True, slots=True)
class Difference:
    """A part that is different: its name (a msgid), the letter of an option, what went and came in its text."""

    name: str
    letter: str
    html: Markup


def base_of(version: ItemVersion, visible: Iterable[ItemVersion]) -> ItemVersion | None:
    """Return what a reviewer holds a version against: the last approved one before it, else the last one reviewed."""
    earlier = sorted((one for one in visible if one.number < version.number), key=lambda one: -one.number)
    approved = (one for one in earlier if one.approved_at)
    reviewed = (one for one in earlier if one.reviewed_at)
    return next(approved, None) or next(reviewed, None)


def compared(before: ItemVersion, after: ItemVersion, outcomes: Mapping[str, str]) -> Sequence[Difference]:
    """Say what is different between two versions; *outcomes* names the requirements of both."""
    address = asset_address("bank.asset")
    parts = differences(_side(before, outcomes), _side(after, outcomes))
    return [Difference(part.name, part.letter, _drawn(part.pieces, address)) for part in parts]


_FRAMES = {Change.SAME: Markup("%s"), Change.GONE: Markup("<del>%s</del>"), Change.COME: Markup("<ins>%s</ins>")}


def _drawn(pieces: Iterable[Piece], address: AssetUrl) -> Markup:
    return Markup().join(_FRAMES[piece.change] % show(piece.html, address) for piece in pieces)


def _side(version: ItemVersion, outcomes: Mapping[str, str]) -> Side:
    return Side(
        version.body,
        version.key,
        version.notes,
        {
            N_("Loại câu"): say(TYPE_NAMES[version.kind]),
            N_("Khối lớp"): str(version.grade or ""),
            N_("Mức độ"): say(LEVELS.get(version.level, version.level)),
            N_("Chủ đề"): version.topic,
            N_("Điểm"): show_number(version.points),
            N_("Yêu cầu cần đạt"): "; ".join(outcomes.get(one.outcome, one.outcome) for one in version.outcomes),
        },
    )
