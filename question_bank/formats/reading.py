"""What every reader of question files returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from question_bank.items.domain import ItemDraft, Problem


@dataclass(frozen=True, slots=True)
class NotCarried:
    """Things of one kind that the file holds and we cannot take over, with how many there are."""

    what: str  # machine name: "moodle:calculated", "docx:chart"
    count: int
    reason: str  # Vietnamese msgid


@dataclass(frozen=True, slots=True)
class Changed:
    """Things of one kind that were taken over in another form than the file has them, with how many there are."""

    what: str  # machine name: "moodle:ddwtos", "gift:missing_word"
    count: int
    how: str  # Vietnamese msgid


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture or other file that drafts refer to as `asset:SHA256`."""

    sha256: str
    data: bytes
    media_type: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file of questions as read: drafts in file order, pictures by hash, and what was left out.

    `found` counts the questions that the file holds, so `found == len(drafts) + Σ count of lost questions`.
    `problems` speak of the file as a whole; those of a question stand in its draft. `changed` and `not_carried` name
    what the questions that were read have otherwise, or no longer.
    """

    format: str  # "docx", "gift", "moodle_xml"
    drafts: tuple[ItemDraft, ...]
    found: int
    assets: Mapping[str, Asset] = field(default_factory=dict)
    not_carried: tuple[NotCarried, ...] = ()
    problems: tuple[Problem, ...] = ()
    changed: tuple[Changed, ...] = ()
