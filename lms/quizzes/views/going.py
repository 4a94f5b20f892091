"""The page on which a teacher decides how a draft will be gone through."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base.errors import Invalid
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.i18n_marks import N_
from lms.base.web import current_actor, current_session, shows_again
from lms.quizzes.domain.flow import Navigation
from lms.quizzes.models import QuizFlow
from lms.quizzes.service import going
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.tabs import rule_tabs_for

MOST_SECTIONS = 8
FEWEST_ROWS = 4
NAVIGATIONS = (
    (Navigation.FREE.value, N_("Mọi câu trên một trang"), N_("Học sinh làm theo thứ tự tuỳ ý.")),
    (Navigation.ONE_BY_ONE.value, N_("Từng câu một"), N_("Các câu chung một bài đọc hiện cùng nhau.")),
)


def _typed_sections(values: Mapping[str, str]) -> list[going.SectionWish]:
    """The rows of the form that say something.

    Raises:
        Invalid: a place or a time is no number.
    """

    def number(name: str) -> int | None:
        text = values.get(name, "").strip()
        if not text:
            return None
        if not text.isascii() or not text.isdigit():
            raise Invalid.at("sections", N_("Hãy ghi một số nguyên."))
        return int(text[:6])

    found = []
    for row in range(MOST_SECTIONS):
        title, place, minutes = values.get(f"title-{row}", ""), number(f"place-{row}"), number(f"minutes-{row}")
        if title.strip() or place is not None or minutes is not None:
            found.append(going.SectionWish(title, place or 0, minutes))
    return found


def _shown(flow: QuizFlow) -> dict[str, str]:
    shown = {"navigation": flow.navigation, "way_back": "y" if flow.way_back else ""}
    for row in range(MOST_SECTIONS):
        kept = flow.sections[row] if row < len(flow.sections) else None
        shown[f"title-{row}"] = kept["title"] if kept else ""
        shown[f"place-{row}"] = str(kept["place"]) if kept else ""
        shown[f"minutes-{row}"] = str(kept["seconds"] // 60) if kept and kept["seconds"] else ""
    return shown


@bp.get("/quizzes/<uid>/going")
def going_rules(uid: str) -> ResponseReturnValue:
    """How a draft will be gone through."""
    quiz, flow = going.flow_of_draft(current_session(), current_actor(), uid)
    typed = _shown(flow)
    if request.method == "POST":
        typed = {name: request.form.get(name, "") for name in typed}
    return render_template(
        "lms/quizzes/going.html",
        quiz=quiz,
        entries=rule_tabs_for(quiz, "going_rules"),
        typed=typed,
        navigations=NAVIGATIONS,
        rows=range(min(MOST_SECTIONS, max(FEWEST_ROWS, len(flow.sections) + 1))),
        places=len(quiz.slots),
        problems={name: problems_of(name) for name in ("", "sections")},
    )


@bp.post("/quizzes/<uid>/going")
@shows_again(going_rules)
def save_going(uid: str) -> ResponseReturnValue:
    """Save how a draft will be gone through."""
    navigation = request.form.get("navigation", "")
    one_by_one = navigation == Navigation.ONE_BY_ONE
    going.change_flow(
        current_session(),
        current_actor(),
        uid,
        navigation=Navigation.ONE_BY_ONE if one_by_one else Navigation.FREE,
        way_back=not one_by_one or request.form.get("way_back") == "y",
        sections=_typed_sections(request.form),
    )
    flash(_("Đã lưu cách làm bài."))
    return redirect(url_for("quizzes.edit", uid=uid), code=303)
