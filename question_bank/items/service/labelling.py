"""What is said about a version, put into its rows and read from them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.permissions import Actor
from lms.base.text import exact_key, fold, title_key
from question_bank.items.models import ItemLabel, ItemOutcome, ItemVersion
from question_bank.items.service.reading import get_versions_to
from question_bank.items.tagging import LONGEST_LABEL, Tags, tidy_words
from question_bank.permissions import Permission


def tag_many(session: Session, actor: Actor, version_uids: Sequence[str], tags: Tags) -> int:
    """Tag many questions at once; returns how many.

    Raises:
        NotFound: one of them is not theirs to see.
        Forbidden: one of them is not theirs to tag.
        Invalid: see `Tags.check`.
    """
    tags = tags.tidied()
    rows = get_versions_to(session, actor, version_uids, Permission.TAG)
    for version in rows:
        put_tags(version, tags)
    session.flush()
    for version in rows:
        audit.record(session, actor, "item.tagged", version.item.uid, version=version.uid)
    return len(rows)


def tags_of(version: ItemVersion) -> Tags:
    """Return everything that is said about a version."""
    return Tags(
        version.grade or 0,
        version.topic,
        version.level,
        tuple(one.outcome for one in version.outcomes),
        version.points,
        tuple(sorted((one.label for one in version.labels), key=title_key)),
        taken_from=version.taken_from,
        year=version.year or 0,
        category=version.category,
        any_textbook=version.any_textbook,
        external_id=version.item.external_id,
    )


def put_tags(version: ItemVersion, tags: Tags) -> None:
    """Set what is given; what its source calls a question belongs to all its versions.

    Raises:
        Invalid: see `Tags.check`.
    """
    tags = tags.tidied()
    if tags.grade is not None:
        version.grade = tags.grade or None
    if tags.topic is not None:
        version.topic = tags.topic
        version.topic_key = fold(version.topic)[:200]
    if tags.level is not None:
        version.level = tags.level
    if tags.points is not None:
        version.points = tags.points
    if tags.outcomes is not None:
        held = {one.outcome: one for one in version.outcomes}
        version.outcomes = [
            held.get(code) or ItemOutcome(outcome=code, school_id=version.school_id) for code in tags.outcomes
        ]
    if tags.labels is not None or tags.added:
        _put_labels(version, tags)
    if tags.taken_from is not None:
        version.taken_from = tags.taken_from
    if tags.year is not None:
        version.year = tags.year or None
    if tags.category is not None:
        version.category = tags.category
    if tags.any_textbook is not None:
        version.any_textbook = tags.any_textbook
    if tags.external_id is not None:
        version.item.external_id = tags.external_id


def _put_labels(version: ItemVersion, tags: Tags) -> None:
    """Set the words, two spellings of one as one; a word that stays keeps its row."""
    held = {one.label_key: one for one in version.labels}
    stay = tags.labels if tags.labels is not None else tuple(one.label for one in version.labels)
    version.labels = []
    for word in tidy_words((*stay, *tags.added)):
        key = exact_key(word)[:LONGEST_LABEL]
        row = held.get(key) or ItemLabel(label_key=key, school_id=version.school_id)
        row.label = word
        held[key] = row
        if row not in version.labels:
            version.labels.append(row)
