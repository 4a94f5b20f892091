"""The page of a finished attempt: a pupil's is kept and filled in, with each question drawn once for equal answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask import Response, make_response, render_template
from flask import session as cookie
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from lms.base.assets import built_at
from lms.base.frame import current_frame, save_data
from lms.base.i18n import _, chosen_language
from lms.base.kept import Kept
from lms.base.prepared import Piece, Prepared, Value, kept_piece, marks, passing_piece, prepare, respond
from lms.quizzes.domain.results import Shown
from lms.quizzes.hot.wire import encode
from lms.quizzes.service.frozen import TYPED, FrozenForm
from lms.quizzes.service.reviewing import Review, ReviewedQuestion
from lms.quizzes.views.papers import MOST_PAGES, MOST_PIECES, picture_url
from question_bank import api as bank

_questions: Kept[tuple[str, str, int, bool, bytes], Piece] = Kept(MOST_PIECES)
_pages: Kept[tuple[object, ...], Prepared] = Kept(MOST_PAGES)
_END = kept_piece("</div>")


def staff_page(found: Review, *, may_mark: bool) -> Response:
    """A pupil's attempt with everything, and where a teacher may mark it."""
    return make_response(_drawn(found, "layout/staff.html", list(_cards(found, may_mark=may_mark))))


def own_page(found: Review) -> Response:
    """An attempt as its pupil, or a parent, may see it now."""
    cards = list(_cards(found))
    if "_flashes" in cookie:  # something is to be said to this person once
        return make_response(_drawn(found, "layout/pupil.html", cards))
    frame, course = current_frame(), found.quiz.course
    values: dict[str, Value] = {
        "who": frame.who,
        "initials": frame.initials,
        "form_token": generate_csrf(),
        "lead": _lead(found),
        "summary": _summary(found),
        "cards": cards,
    }
    with_maths = any(b"<math" in card.text for card in cards)
    shared = (replace(frame, who="", initials=""), found.quiz.title, course.title, course.uid, with_maths)

    def make() -> Prepared:
        places = marks(values)
        blank = replace(frame, who=places.pop("who"), initials=places.pop("initials"))
        return prepare(
            render_template(
                "lms/quizzes/review.html",
                layout="layout/pupil.html",
                quiz=found.quiz,
                staff=False,
                frame=blank,
                with_maths=with_maths,
                **places,
            )
        )

    return respond(_pages.get((*shared, chosen_language(), save_data(), built_at()), make).filled(values))


def _drawn(found: Review, layout: str, cards: list[Piece]) -> str:
    """The page for one person only."""
    return render_template(
        "lms/quizzes/review.html",
        layout=layout,
        quiz=found.quiz,
        staff=layout == "layout/staff.html",
        lead=_lead(found),
        summary=_summary(found),
        cards=_markup(b"".join(card.text for card in cards).decode()),
    )


def _markup(made: str) -> Markup:
    """What our own autoescaping templates made."""
    return Markup(made)  # noqa: S704


def _lead(found: Review) -> str:
    code = _("Mã đề %(code)s", code=found.form.code)
    number = _("lượt %(number)s", number=found.attempt.number)
    return f"{found.pupil.full_name} · {code} · {number}"


def _summary(found: Review) -> Markup:
    return _markup(render_template("lms/quizzes/_review_summary.html", review=found))


def _cards(found: Review, *, may_mark: bool = False) -> Iterator[Piece]:
    """The questions, each with the comment on it and, for who may mark, the form."""
    language = chosen_language()
    for one in found.questions:
        yield _question(found.form, one, found.shown, language)
        marking = may_mark and bool(one.slot["label"])
        if not (one.comment or marking):
            yield _END
            continue
        below = render_template("lms/quizzes/_review_below.html", one=one, review=found, marking=marking)
        yield passing_piece(_markup(below))
        yield _END


def _question(form: FrozenForm, question: ReviewedQuestion, may: Shown, language: str) -> Piece:
    """The card of a question, left open. Equal answers that were marked equally are drawn once.

    The key of the memory names all that the card shows but the question and its key themselves: a version of the bank
    never changes, and a form never changes its versions.
    """
    if question.response and question.item.type in TYPED:
        return passing_piece(_markup(_text(form, question, may)))
    said = encode((question.response, may.marks, str(question.points), _said(question.outcome)))
    key = (form.uid, language, question.slot["number"], may.key, said)
    return _questions.get(key, lambda: kept_piece(_text(form, question, may)))


def _text(form: FrozenForm, question: ReviewedQuestion, may: Shown) -> str:
    number = question.slot["number"]
    body = form.bodies[number]

    def address(sha256: str) -> str:
        return picture_url(form, sha256)

    return render_template(
        "lms/quizzes/_reviewed.html",
        number=number,
        label=question.slot["label"],
        presented=bank.present(body, address),
        response=question.response,
        key=bank.present_key(body, question.item.key, address) if may.key else None,
        outcome=question.outcome,
        solution=bank.show(question.item.notes.solution, address) if may.key else "",
        marks=may.marks,
        points=question.points,
        worth=question.worth,
    )


def _said(outcome: bank.Score | None) -> object:
    """All that a page shows of an outcome."""
    if outcome is None:
        return None
    parts: Mapping[str, Any] = outcome.detail
    detail = sorted((name, str(share)) for name, share in parts.items())
    return str(outcome.fraction), outcome.answered, outcome.needs_marking, detail
