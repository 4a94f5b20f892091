"""Pages about the versions of a question: what changed from one to another."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lms.base.errors import NotFound
from lms.base.web import current_actor, current_session
from question_bank.items.cards import outcome_names
from question_bank.items.domain import STATE_NAMES
from question_bank.items.models import ItemVersion
from question_bank.items.service import reading
from question_bank.items.side_by_side import base_of, compared

bp = Blueprint("bank_history", __name__, url_prefix="/bank")


@bp.get("/<uid>/compare")
def compare(uid: str) -> ResponseReturnValue:
    """Show what is different between two versions that the person may see; unasked, the newest and its base."""
    session, actor = current_session(), current_actor()
    item = reading.get_item(session, actor, uid)
    versions = reading.visible_versions(item, actor)
    after = _chosen(versions, "to") or versions[0]
    earlier = [one for one in versions if one.number < after.number]
    before = _chosen(versions, "from") or base_of(after, earlier) or next(iter(earlier), None)
    if before is None:
        raise NotFound
    return render_template(
        "question_bank/items/compare.html",
        item=item,
        versions=versions,
        before=before,
        after=after,
        differences=compared(before, after, outcome_names(session, actor.school_id, [before, after])),
        states=STATE_NAMES,
    )


def _chosen(versions: list[ItemVersion], name: str) -> ItemVersion | None:
    """The version whose number the address names.

    Raises:
        NotFound: there is none, or it is not theirs to see.
    """
    if not request.args.get(name):
        return None
    number = request.args.get(name, 0, type=int)
    for version in versions:
        if version.number == number:
            return version
    raise NotFound
