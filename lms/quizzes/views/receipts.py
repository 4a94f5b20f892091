"""Receipts for teachers: which hand-in a code stands for, and whether the answers are still the same."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.base.forms import problems_of
from lms.base.web import current_actor, current_session, shows_again
from lms.permissions import Permission, require
from lms.quizzes.service import receipts
from lms.quizzes.views.blueprint import bp


@bp.get("/receipts")
def receipt_form() -> ResponseReturnValue:
    """Where a teacher types or pastes the receipt that a pupil wrote down."""
    require(current_actor(), Permission.SEE_SCHOOL, None)
    return _page(None)


@bp.post("/receipts")
@shows_again(receipt_form)
def check_receipt() -> ResponseReturnValue:
    """Say what the receipt stands for."""
    return _page(receipts.check_receipt(current_session(), current_actor(), request.form.get("code", "")))


def _page(found: receipts.Checked | None) -> str:
    return render_template(
        "lms/quizzes/receipts.html", found=found, typed=request.form.get("code", ""), problems=problems_of("code")
    )
