"""From a specification to a draft with its forms, and the forms beside the specification."""

from __future__ import annotations

from fractions import Fraction

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.errors import Invalid
from lms.base.forms import problems_of
from lms.base.i18n import N_, _
from lms.base.web import current_actor, current_session, shows_again
from lms.quizzes.domain.states import QuizState
from lms.quizzes.service import assembling
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.tabs import tabs_for
from question_bank import api as bank

_FIELDS = ("course", "forms", "alike", "common", "months", "points")
_USUAL = {"course": "", "forms": "4", "alike": "different", "common": "0", "months": "6", "points": "0,2"}


@bp.get("/quizzes/assemble/<uid>")
def assembly(uid: str, found: bank.Assembled | None = None) -> ResponseReturnValue:
    """Ask for which class, how many forms and how equal; below what was missing the last time."""
    session, actor = current_session(), current_actor()
    kept = bank.get_specification(session, actor, uid)
    return render_template(
        "lms/quizzes/assemble.html",
        kept=kept,
        whole=kept.specification.total(),
        courses=assembling.courses_for(session, actor, kept),
        typed={name: request.form.get(name, _USUAL[name]) for name in _FIELDS},
        found=found,
        part_names=bank.PART_NAMES,
        part_types=bank.PART_TYPES,
        problems={name: problems_of(name) for name in ("", *_FIELDS)},
    )


@bp.post("/quizzes/assemble/<uid>")
@shows_again(assembly)
def assemble(uid: str) -> ResponseReturnValue:
    """Make the draft, or say which questions have to be written first."""
    asked = _typed()
    made = assembling.assemble_quiz(
        current_session(), current_actor(), uid, request.form.get("course", ""), asked, at=clock.now()
    )
    if made.quiz is None:
        return assembly(uid, made.found), 422  # type: ignore[return-value]  # a page and its status
    flash(_("Đã ghép %(count)s mã đề thành bài kiểm tra nháp.", count=asked.forms), "good")
    return redirect(url_for("quizzes.matrix", uid=made.quiz.uid), code=303)


def _typed() -> assembling.Asked:
    """Read the form; a number that cannot be read is out of bounds."""

    def whole(name: str) -> int:
        text = request.form.get(name, _USUAL[name]).strip()
        if not (text.isascii() and text.isdigit() and len(text) < 4):
            raise Invalid.at(name, N_("Hãy ghi một số nguyên."))
        return int(text)

    try:
        points = Fraction(request.form.get("points", "").strip().replace(",", ".")[:8])
    except (ValueError, ZeroDivisionError):
        raise Invalid.at("points", N_("Hãy ghi số điểm, ví dụ 0,2.")) from None
    forms = whole("forms")
    return assembling.Asked(
        forms=forms,
        sets=1 if request.form.get("alike") == "same" else forms,
        common=whole("common") if request.form.get("alike") == "common" else 0,
        months=whole("months"),
        points=points,
    )


@bp.get("/quizzes/<uid>/matrix")
def matrix(uid: str) -> ResponseReturnValue:
    """The forms of a quiz beside the specification that they were made by, and how equal they are."""
    session, actor = current_session(), current_actor()
    compared = assembling.compare(session, actor, uid)
    quiz, specification = compared.quiz, compared.specification
    draft = quiz.state == QuizState.DRAFT
    return render_template(
        "lms/quizzes/matrix.html",
        quiz=quiz,
        draft=draft,
        entries=[] if draft else tabs_for(actor, quiz, "preview"),
        compared=compared,
        specification=specification,
        whole=specification.total(),
        part_names=bank.PART_NAMES,
        amiss={place: found for place in specification.places() if (found := compared.amiss(place))},
        place=bank.Place,
    )
