"""Where a question was used, on a page of the bank."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lms.base.errors import Message
from lms.base.i18n import say, show_date, show_number
from lms.base.i18n_marks import N_
from lms.base.web import current_actor, current_session
from question_bank.analysis import service
from question_bank.analysis.domain.linking import Drift
from question_bank.analysis.service import UseTold

bp = Blueprint("bank_uses", __name__, url_prefix="/bank")


@bp.get("/<uid>/uses")
def show(uid: str) -> ResponseReturnValue:
    """Show every test in which a question was used, how it did, and whether it has become easier or harder."""
    found = service.history_of(current_session(), current_actor(), uid)
    known = [one for one in found.uses if one.known]
    return render_template(
        "question_bank/analysis/uses.html",
        item=found.item,
        uses=[(one, change_of(one)) for one in reversed(found.uses)],
        drawn=[_drawn(one) for one in known],
        drifted=[(one, change_of(one)) for one in known if one.drift is not None and one.drift.sure],
        papers=sum(one.use.papers for one in found.uses),
    )


def change_of(one: UseTold) -> str:
    """Whether a question moved since its first use, in words."""
    if not one.known:
        return say(N_("Ít hơn 10 bài: chưa nói được gì."))
    if one.first:
        return say(N_("Lần dùng đầu của bản này."))
    if one.link is None or one.drift is None:
        return say(N_("Chưa so được với lần đầu: hai bài có quá ít câu chung."))
    return say(Message(_moved(one.drift), {"count": one.link.anchors}))


def _moved(drift: Drift) -> str:
    if not drift.sure:
        return N_("Không khác lần đầu quá mức ngẫu nhiên (so với %(count)s câu chung).")
    if drift.change > 0:
        return N_("Khó hơn lần đầu rõ rệt (so với %(count)s câu chung).")
    return N_("Dễ hơn lần đầu rõ rệt (so với %(count)s câu chung): câu có thể đã lộ hoặc được luyện nhiều.")


def _drawn(one: UseTold) -> tuple[str, float, float, float, str]:
    """A use as `intervals` of `macros/charts.html` draws it."""
    low, high = (100 * bound for bound in one.bounds)
    share = f"{show_number(100 * one.use.facility, 0)} % ({show_number(low, 0)} – {show_number(high, 0)})"
    label = f"{one.use.year} · {show_date(one.use.used_at)}"
    return label, low, float(100 * one.use.facility), high, share
