"""The page on which a teacher makes a draft a test or a practice."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base.errors import Invalid
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.i18n_marks import N_
from lms.base.web import current_actor, current_session, shows_again
from lms.quizzes.domain.behaviours import MOST_TRIES, Behaviour, Penalty
from lms.quizzes.models import QuizBehaviour
from lms.quizzes.service import behaving
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.practising import PENALTIES
from lms.quizzes.views.tabs import rule_tabs_for

YES = "y"
BEHAVIOURS = (
    (
        Behaviour.DEFERRED.value,
        N_("Kiểm tra"),
        N_("Học sinh nộp cả bài. Kết quả và đáp án hiện theo quy định công bố."),
    ),
    (
        Behaviour.IMMEDIATE.value,
        N_("Luyện tập, mỗi câu một lần"),
        N_("Học sinh bấm Kiểm tra ở từng câu và thấy ngay đúng sai, đáp án, lời giải. Gợi ý xem trước khi trả lời."),
    ),
    (
        Behaviour.INTERACTIVE.value,
        N_("Luyện tập, mỗi câu nhiều lần"),
        N_("Trả lời sai thì được xem một gợi ý rồi làm lại. Đáp án và lời giải hiện khi đúng hoặc hết số lần."),
    ),
)


def _shown(kept: QuizBehaviour) -> dict[str, str]:
    several = kept.behaviour == Behaviour.INTERACTIVE
    return {
        "behaviour": kept.behaviour,
        "tries": str(kept.tries if several else behaving.SUGGESTED.tries),
        "penalty": kept.penalty if several else behaving.SUGGESTED.penalty.value,
        "marks_count": YES if kept.marks_count else "",
    }


@bp.get("/quizzes/<uid>/behaviour")
def behaviour(uid: str) -> ResponseReturnValue:
    """Whether a draft will be a test or a practice."""
    quiz, kept = behaving.behaviour_of_draft(current_session(), current_actor(), uid)
    typed = _shown(kept)
    if request.method == "POST":
        typed = {name: request.form.get(name, "") for name in typed}
    return render_template(
        "lms/quizzes/behaviour.html",
        quiz=quiz,
        entries=rule_tabs_for(quiz, "behaviour"),
        typed=typed,
        behaviours=BEHAVIOURS,
        penalties=PENALTIES.items(),
        most_tries=MOST_TRIES,
        problems={name: problems_of(name) for name in ("", "tries")},
    )


@bp.post("/quizzes/<uid>/behaviour")
@shows_again(behaviour)
def save_behaviour(uid: str) -> ResponseReturnValue:
    """Save whether a draft will be a test or a practice."""
    typed = request.form
    tries = typed.get("tries", "")
    try:
        chosen, penalty = Behaviour(typed.get("behaviour", "")), Penalty(typed.get("penalty", Penalty.THIRD))
    except ValueError:
        raise Invalid.at("", N_("Có lựa chọn không hợp lệ. Hãy tải lại trang.")) from None
    behaving.change_behaviour(
        current_session(),
        current_actor(),
        uid,
        chosen,
        tries=int(tries[:4]) if tries.isascii() and tries.isdigit() else 0,
        penalty=penalty,
        marks_count=typed.get("marks_count") == YES,
    )
    flash(_("Đã lưu kiểu bài."))
    return redirect(url_for("quizzes.edit", uid=uid), code=303)
