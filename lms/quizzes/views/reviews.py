"""The page of a finished attempt: a pupil's is kept and filled in, with each question drawn once for equal answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, make_response, render_template
from markupsafe import Markup

from lms.base.filled import filled_page
from lms.base.i18n import _, chosen_language, local
from lms.base.i18n_marks import N_
from lms.base.kept import Kept
from lms.base.prepared import Piece, kept_piece, passing_piece
from lms.quizzes.domain.regrading import Policy
from lms.quizzes.domain.switches import Shown
from lms.quizzes.hot.wire import encode
from lms.quizzes.service.frozen import TYPED, FrozenForm
from lms.quizzes.service.reviewing import Review, ReviewedQuestion
from lms.quizzes.views.papers import MOST_PIECES, picture_url
from question_bank import api as bank

FACTS = {
    Policy.KEY: N_("Câu này đã được chấm lại theo đáp án sửa."),
    Policy.SEVERAL: N_("Câu này đã được chấm lại: có thêm đáp án được chấp nhận."),
    Policy.FULL_CREDIT: N_("Câu này có sai sót nên mọi học sinh được trọn điểm."),
    Policy.DROP: N_("Câu này có sai sót nên được bỏ khỏi bài; điểm tính trên các câu còn lại."),
}
_questions: Kept[tuple[str, str, int, bool, bytes], Piece] = Kept(MOST_PIECES)
_END = kept_piece("</div>")


def staff_page(found: Review, *, may_mark: bool) -> Response:
    """A pupil's attempt with everything, and where a teacher may mark it."""
    cards = b"".join(card.text for card in _cards(found, may_mark=may_mark))
    page = render_template(
        "lms/quizzes/review.html",
        layout="layout/staff.html",
        quiz=found.quiz,
        staff=True,
        lead=_lead(found),
        summary=_summary(found),
        cards=_markup(cards.decode()),
    )
    return make_response(page)


def own_page(found: Review, asking: str, *, own: bool = False) -> Response:
    """An attempt as its pupil (`own`), or a parent, may see it now; `asking` leads to the requests for review."""
    cards = list(_cards(found))
    quiz, course = found.quiz, found.quiz.course
    with_maths = any(b"<math" in card.text for card in cards)
    return filled_page(
        "lms/quizzes/review.html",
        (quiz.title, course.title, course.uid, with_maths),
        {"lead": _lead(found), "summary": _summary(found, asking, own=own), "cards": cards},
        layout="layout/pupil.html",
        quiz=quiz,
        staff=False,
        with_maths=with_maths,
    )


def _markup(made: str) -> Markup:
    """What our own autoescaping templates made."""
    return Markup(made)  # noqa: S704


def _lead(found: Review) -> str:
    code = _("Mã đề %(code)s", code=found.form.code)
    number = _("lượt %(number)s", number=found.attempt.number)
    return f"{found.pupil.full_name} · {code} · {number}"


def _summary(found: Review, asking: str = "", *, own: bool = False) -> Markup:
    told = [(local(one.left_at), one.seconds) for one in found.departures]
    page = render_template("lms/quizzes/_review_summary.html", review=found, asking=asking, own=own, departures=told)
    return _markup(page)


def _cards(found: Review, *, may_mark: bool = False) -> Iterator[Piece]:
    """The questions, each with the comment on it and, for who may mark, the form."""
    language = chosen_language()
    for one in found.questions:
        yield _question(found.form, one, found.shown, language)
        marking = may_mark and bool(one.slot["label"])
        said = one.comment or (one.feedback and (one.feedback.levels or one.feedback.noted))
        if not (said or marking or one.share is not None):
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
    said = encode((question.response, may.marks, str(question.points), _said(question.outcome), _decided(question)))
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
        key=bank.present_keys(body, question.keys, address) if may.key else None,
        outcome=question.outcome,
        solution=bank.show(question.item.notes.solution, address) if may.key else "",
        marks=may.marks,
        points=question.points,
        worth=question.worth,
        fact=_(FACTS[question.decided.policy]) if question.decided else "",
        dropped=question.decided is not None and question.decided.policy is Policy.DROP,
        noted=question.feedback.noted if question.feedback else None,
    )


def _decided(question: ReviewedQuestion) -> object:
    """What was decided about a question after the test, as far as a page shows it."""
    if question.decided is None:
        return None
    return question.decided.policy.value, [bank.encode_key(key) for key in question.decided.keys]


def _said(outcome: bank.Score | None) -> object:
    """All that a page shows of an outcome."""
    if outcome is None:
        return None
    parts: Mapping[str, Any] = outcome.detail
    detail = sorted((name, str(share)) for name, share in parts.items())
    return str(outcome.fraction), outcome.answered, outcome.needs_marking, detail
