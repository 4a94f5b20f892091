"""What is said about a question of an import, before it is saved: put into its row and read from it."""

from __future__ import annotations

import msgspec

from lms.base.text import exact_key
from question_bank.imports.models import ImportDraft
from question_bank.items.tagging import Tags, tidy_words


def put_row_tags(row: ImportDraft, tags: Tags) -> None:
    """Set what is given; points stay with the question itself.

    Raises:
        Invalid: see `Tags.check`.
    """
    tags = tags.tidied()
    if tags.grade is not None:
        row.grade = tags.grade or None
    if tags.topic is not None:
        row.topic = tags.topic
    if tags.level is not None:
        row.level = tags.level
    if tags.outcomes is not None:
        row.outcomes_json = _listed(tags.outcomes)
    if tags.labels is not None or tags.added:
        stay = _words(row.labels_json) if tags.labels is None else tags.labels
        row.labels_json = _listed(tuple({exact_key(word): word for word in tidy_words((*stay, *tags.added))}.values()))
    if tags.taken_from is not None:
        row.taken_from = tags.taken_from
    if tags.year is not None:
        row.year = tags.year or None
    if tags.category is not None:
        row.category = tags.category
    if tags.any_textbook is not None:
        row.any_textbook = tags.any_textbook
    if tags.external_id is not None:
        row.external_id = tags.external_id


def row_tags(row: ImportDraft) -> Tags:
    """Return everything that is said about a question of an import."""
    return Tags(
        row.grade or 0,
        row.topic,
        row.level,
        _words(row.outcomes_json),
        labels=_words(row.labels_json),
        taken_from=row.taken_from,
        year=row.year or 0,
        category=row.category,
        any_textbook=row.any_textbook,
        external_id=row.external_id,
    )


def _words(json: str) -> tuple[str, ...]:
    return msgspec.json.decode(json, type=tuple[str, ...])


def _listed(words: tuple[str, ...]) -> str:
    return msgspec.json.encode(words).decode()
