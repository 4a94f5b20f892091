"""Results: of the class for its teachers, of one attempt for its pupil and parents."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.i18n import _, local, show_number
from lms.base.web import current_actor, current_self, current_session, reads_only
from lms.permissions import Permission, allows
from lms.quizzes import forms
from lms.quizzes.domain.states import QuizState
from lms.quizzes.service import deliveries, departures, marking, panels, releasing, requests, reviewing
from lms.quizzes.service.class_results import ClassResults, FormRow, class_results
from lms.quizzes.views import papers, reviews
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.statistics import badges_of
from lms.quizzes.views.tabs import tabs_for


@bp.get("/quizzes/<uid>/results")
def results(uid: str) -> ResponseReturnValue:
    """The class's results: table, distribution, questions."""
    session, actor = current_session(), current_actor()
    found = class_results(session, actor, uid)
    quiz = found.quiz
    return render_template(
        "lms/quizzes/results.html",
        quiz=quiz,
        results=found,
        entries=tabs_for(actor, quiz, "results"),
        items=[(row, papers.prompt(row.item), badges_of(row)) for row in found.items],
        bounds=found.bounds,
        reliability=_reliability(found),
        forms=[_drawn(row) for row in found.forms],
        unlike=", ".join(f"{one} – {other}" for one, other in found.unlike),
        uncertain=any(row.bounds is None for row in found.forms),
        handed_in=sum(1 for row in found.rows if row.attempt_uid),
        may_read=allows(actor, Permission.READ_ATTEMPTS, quiz) and not panels.panel_of(session, quiz).hides_names,
        may_mark=allows(actor, Permission.MARK_QUIZ, quiz),
        may_release=allows(actor, Permission.RELEASE_RESULTS, quiz)
        and quiz.released_at is None
        and not quiz.release_acts
        and quiz.state == QuizState.CLOSED,
        released=quiz.released_at is not None,
        running=quiz.state == QuizState.PUBLISHED,
        requests_waiting=requests.count_open(session, quiz) if allows(actor, Permission.READ_ATTEMPTS, quiz) else 0,
        late_waiting=deliveries.count_waiting(session, quiz) if allows(actor, Permission.READ_ATTEMPTS, quiz) else 0,
    )


def _drawn(row: FormRow) -> tuple[str, float | None, float, float | None, str]:
    """A form as `intervals` of `macros/charts.html` draws it, on a scale of a hundred."""
    code = _("Mã đề %(code)s", code=row.code)
    papers = _("%(count)s bài", count=row.papers)
    middle = show_number(row.mean, 2)
    if row.bounds is None:
        return code, None, float(row.mean * 10), None, f"{middle} · {papers}"
    low, high = max(0.0, row.bounds.low), min(10.0, row.bounds.high)
    return code, low * 10, float(row.mean * 10), high * 10, (
        f"{middle} ({show_number(low, 2)} – {show_number(high, 2)}) · {papers}"
    )  # fmt: skip


def _reliability(found: ClassResults) -> list[tuple[str, str]]:
    """The mean of the class, alpha and the standard error with their bounds, as far as they are known."""
    told = []
    if found.bounds is not None:
        low, high = max(0.0, found.bounds.low), min(10.0, found.bounds.high)
        told.append((_("Điểm trung bình"), _between(show_number(found.bounds.mean, 2), low, high)))
    if found.test is not None:
        alpha = show_number(found.test.alpha, 2)
        error = _(
            "%(points)s trên %(most)s điểm", points=show_number(found.test.error, 2), most=show_number(found.worth)
        )
        told += [
            (_("Độ tin cậy (Cronbach α)"), _between(alpha, found.test.low, found.test.high)),
            (_("Sai số chuẩn của một bài"), error),
        ]
    return told


def _between(middle: str, low: float, high: float) -> str:
    bounds = {"low": show_number(low, 2), "high": show_number(high, 2)}
    return str(_("%(middle)s (từ %(low)s đến %(high)s)", middle=middle, **bounds))


@bp.post("/quizzes/<uid>/release")
def release(uid: str) -> ResponseReturnValue:
    """Let pupils see their results; marks go to the gradebook."""
    quiz = releasing.release(current_session(), current_actor(), uid, at=clock.now())
    flash(_("Đã công bố kết quả và ghi vào sổ điểm.") if quiz.column_key else _("Đã công bố kết quả."))
    return redirect(url_for("quizzes.results", uid=uid), code=303)


@bp.get("/quizzes/<uid>/attempts/<attempt_uid>")
def attempt(uid: str, attempt_uid: str) -> ResponseReturnValue:
    """A pupil's finished attempt as its teacher sees it."""
    session, actor = current_session(), current_actor()
    review = reviewing.teacher_review(session, actor, uid, attempt_uid, at=clock.now())
    alone = not panels.panel_of(session, review.quiz).two_rounds
    return reviews.staff_page(review, may_mark=alone and allows(actor, Permission.MARK_QUIZ, review.quiz))


@bp.post("/quizzes/<uid>/attempts/<attempt_uid>/slots/<int:slot>")
def mark_answer(uid: str, attempt_uid: str, slot: int) -> ResponseReturnValue:
    """Give one answer its points and a comment, from the page of the attempt."""
    marking.give_points(
        current_session(),
        current_actor(),
        uid,
        attempt_uid,
        slot,
        points=forms.typed_points(request.form.get("points", "")),
        comment=request.form.get("comment", ""),
        at=clock.now(),
    )
    return redirect(url_for("quizzes.attempt", uid=uid, attempt_uid=attempt_uid, _anchor=f"q{slot}"), code=303)


@bp.get("/exam/<uid>/review")
@reads_only
def review(uid: str) -> ResponseReturnValue:
    """A pupil's own finished attempt, as far as results are out."""
    return reviews.own_page(
        reviewing.own_review(current_session(), current_self(), uid, at=clock.now()),
        url_for("quizzes.own_requests", uid=uid),
        own=True,
    )


@bp.get("/exam/<uid>/departures")
def own_departures(uid: str) -> ResponseReturnValue:
    """When a pupil's own page was left during the test."""
    attempt, found = departures.own_departures(current_session(), current_self(), uid)
    told = [(local(one.left_at), one.seconds) for one in found]
    return render_template("lms/quizzes/departures.html", attempt=attempt, quiz=attempt.quiz, departures=told)


@bp.get("/children/<child_uid>/quizzes")
def child_quizzes(child_uid: str) -> ResponseReturnValue:
    """A child's finished attempts, for its parents."""
    child, attempts = reviewing.child_attempts(current_session(), current_actor(), child_uid, at=clock.now())
    return render_template("lms/quizzes/child.html", child=child, attempts=attempts)


@bp.get("/children/<child_uid>/quizzes/<uid>")
def child_review(child_uid: str, uid: str) -> ResponseReturnValue:
    """A child's finished attempt, exactly as the child may see it."""
    return reviews.own_page(
        reviewing.child_review(current_session(), current_actor(), child_uid, uid, at=clock.now()),
        url_for("quizzes.child_requests", child_uid=child_uid, uid=uid),
    )
