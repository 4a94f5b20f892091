"""Rules of the school's order."""

from __future__ import annotations

from lms.base.permissions import Actor


def may_see_class(actor: Actor, class_id: int) -> bool:
    """Say whether the person may know of a class: staff of the school, its pupils, and their parents."""
    return actor.is_staff or class_id in actor.class_ids or class_id in actor.child_class_ids
