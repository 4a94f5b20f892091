"""Pages for marking by hand, one question across all pupils."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.errors import Invalid, Message
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.i18n_marks import N_
from lms.base.text import nfc
from lms.base.web import current_actor, current_session, shows_again
from lms.permissions import Permission, allows, require
from lms.quizzes import forms
from lms.quizzes.domain.rounds import Round, SettledBy
from lms.quizzes.domain.rubrics import MOST_CRITERIA, Criterion, typed_criterion
from lms.quizzes.domain.sheets import in_words, neighbours, next_waiting
from lms.quizzes.domain.states import QuizState
from lms.quizzes.service import comment_bank, marking, noting, panels, rubrics
from lms.quizzes.service.rubrics import open_rubric
from lms.quizzes.service.sheets import Desk, Sheet, open_desk, open_sheet
from lms.quizzes.views import papers
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.tabs import rule_tabs_for, tabs_for
from question_bank import api as bank

WAITING = "waiting"
ROUNDS = {
    Round.FIRST: N_("Vòng một"),
    Round.SECOND: N_("Vòng hai"),
    Round.DECISION: N_("Quyết định khi lệch điểm"),
}
SETTLED_BY = (
    (SettledBy.MEAN, N_("Trung bình cộng hai vòng")),
    (SettledBy.FIRST, N_("Điểm vòng một")),
    (SettledBy.HIGHER, N_("Điểm cao hơn")),
)


@bp.get("/quizzes/<uid>/marking")
def tasks(uid: str) -> ResponseReturnValue:
    """The questions that a person marks, and how many answers wait."""
    actor = current_actor()
    panel, found = marking.list_tasks(current_session(), actor, uid)
    quiz = panel.quiz
    return render_template(
        "lms/quizzes/marking.html",
        quiz=quiz,
        panel=panel,
        round_name=ROUNDS[panel.round] if panel.two_rounds else "",
        entries=tabs_for(actor, quiz, "tasks") if panel.round is Round.FIRST else [],
        may_plan=allows(actor, Permission.BUILD_QUIZ, quiz),
        tasks=[(task, papers.prompt(task.item)) for task in found],
        waiting=sum(task.waiting for task in found),
    )


@bp.get("/quizzes/<uid>/marking/<version_uid>")
def mark(uid: str, version_uid: str) -> ResponseReturnValue:
    """One pupil's answer to a question, the next that waits unless the address names one, and the form to mark it."""
    session, actor = current_session(), current_actor()
    desk = open_desk(session, actor, uid, version_uid)
    sheet = _chosen(desk)
    opened = open_sheet(session, desk, sheet)
    typed = request.form if request.method == "POST" else None
    only = request.values.get("show") == WAITING and desk.waiting > 0
    shown = [one for one in desk.sheets if one.waits or one.uid == sheet.uid] if only else desk.sheets
    before, behind = neighbours(shown, sheet.uid)
    return render_template(
        "lms/quizzes/mark.html",
        quiz=desk.quiz,
        item=desk.item,
        desk=desk,
        round_name=ROUNDS[desk.panel.round] if desk.panel.two_rounds else "",
        rounds=ROUNDS,
        sheet=sheet,
        opened=opened,
        shown=shown,
        only=only,
        before=before,
        behind=behind,
        next=next_waiting(desk.sheets, sheet.uid),
        presented=bank.present(desk.item.body, papers.staff_picture_url),
        key=bank.present_key(desk.item.body, desk.item.key, papers.staff_picture_url),
        points=typed.get("points", "") if typed else "" if sheet.points is None else in_words(sheet.points),
        chosen=_levels() if typed else opened.chosen,
        comment=_typed_comment(typed) if typed else opened.comment,
        noted=noting.noted_sheet(session, desk, sheet, opened.text),
        quote="" if typed is None or g.get("noted") else typed.get("quote", ""),
        note="" if typed is None or g.get("noted") else typed.get("note", ""),
        saved=comment_bank.list_comments(session, actor, desk.quiz),
        problems={name: problems_of(name) for name in ("", "points", "levels", "comment", "quote", "note")},
    )


def _typed_comment(typed: Mapping[str, str]) -> str:
    """What stands in the box for words, with a comment behind it that was just picked."""
    picked: str = g.get("picked", "")
    return "\n".join(filter(None, (typed.get("comment", "").rstrip(), picked)))


def _levels() -> list[int | None]:
    """The level of each criterion, as ticked; how many criteria there were the form says by itself."""
    count = _whole(request.form.get("criteria", ""))
    ticked = [request.form.get(f"level-{place}", "") for place in range(min(count, MOST_CRITERIA))]
    return [_whole(text) if text else None for text in ticked]


def _whole(text: str) -> int:
    return int(text[:9]) if text.isascii() and text.isdigit() else 0


def _chosen(desk: Desk) -> Sheet:
    name = request.values.get("sheet", "")
    return desk.sheet(name) if name else next_waiting(desk.sheets) or desk.sheets[0]


@bp.post("/quizzes/<uid>/marking/<version_uid>")
@shows_again(mark)
def save_mark(uid: str, version_uid: str) -> ResponseReturnValue:
    """Mark the open sheet and go on to the next that waits."""
    name = request.form.get("sheet", "")
    desk = marking.mark_sheet(
        current_session(),
        current_actor(),
        uid,
        version_uid,
        name,
        points=forms.typed_points(request.form.get("points", "")),
        levels=_levels(),
        comment=request.form.get("comment", ""),
        seen=_whole(request.form.get("seen", "")),
        at=clock.now(),
    )
    behind = next_waiting(desk.sheets, name)
    flash(_("Đã lưu điểm.") if behind else _("Đã lưu điểm. Câu này đã chấm hết."))
    here = url_for(
        "quizzes.mark",
        uid=uid,
        version_uid=version_uid,
        sheet=behind.uid if behind else name,
        show=request.form.get("show") or None,
    )
    return redirect(here, code=303)


@bp.post("/quizzes/<uid>/marking/<version_uid>/comments")
@shows_again(mark)
def keep_comment(uid: str, version_uid: str) -> ResponseReturnValue:
    """Keep the comment in the form to be used again, use one that was kept, or keep one no longer; then go on marking.

    The form comes back as it was typed: nothing of it is saved by this.
    """
    session, actor, form = current_session(), current_actor(), request.form
    if form.get("use"):
        g.picked = comment_bank.get_comment(session, actor, uid, form["use"]).text
    elif form.get("drop"):
        comment_bank.drop_comment(session, actor, uid, form["drop"])
    else:
        comment_bank.save_comment(session, actor, uid, form.get("comment", ""), at=clock.now())
    return mark(uid, version_uid)


@bp.post("/quizzes/<uid>/marking/<version_uid>/notes")
@shows_again(mark)
def note_on(uid: str, version_uid: str) -> ResponseReturnValue:
    """Note something on a part of the open sheet, or take a note back; the rest of the form comes back as typed."""
    session, actor, form = current_session(), current_actor(), request.form
    where = (uid, version_uid, form.get("sheet", ""))
    start = form.get("start", "")
    if form.get("drop"):
        noting.take_back_note(session, actor, *where, form["drop"], at=clock.now())
    else:
        noting.add_note(
            session,
            actor,
            *where,
            quote=form.get("quote", ""),
            start=_whole(start) if start else None,
            note=form.get("note", ""),
            at=clock.now(),
        )
        g.noted = True
    return mark(uid, version_uid)


@bp.get("/quizzes/<uid>/marking/<version_uid>/rubric")
def rubric(uid: str, version_uid: str) -> ResponseReturnValue:
    """The criteria by which a question is marked; those of its marking guide to begin with."""
    actor = current_actor()
    draft = open_rubric(current_session(), actor, uid, version_uid)
    known = draft.rubric or draft.suggestion
    rows = [(one.name, _lines(one)) for one in known.criteria] if known else []
    if request.method == "POST":
        rows = [(name, levels) for _place, name, levels in _typed_rows()]
    blank = 0 if draft.fixed else max(2, 4 - len(rows))
    return render_template(
        "lms/quizzes/rubric.html",
        quiz=draft.quiz,
        item=draft.item,
        draft=draft,
        prompt=papers.prompt(draft.item),
        guide=bank.present_key(draft.item.body, draft.item.key, papers.staff_picture_url).rubric,
        rows=[*rows, *[("", "")] * blank][:MOST_CRITERIA],
        problems=problems_of(),
        problem_of=lambda what, at: problems_of(f"{what}-{at}"),
    )


def _lines(criterion: Criterion) -> str:
    """The levels of a criterion as they are typed, the best first."""
    return "\n".join(f"{in_words(level.points)} {level.words}".strip() for level in reversed(criterion.levels))


def _typed_rows() -> list[tuple[int, str, str]]:
    """The criteria of the form that are not empty, each with its place."""
    rows = [
        (at, request.form.get(f"name-{at}", ""), request.form.get(f"levels-{at}", "").replace("\r\n", "\n"))
        for at in range(MOST_CRITERIA)
    ]
    return [row for row in rows if row[1].strip() or row[2].strip()]


@bp.post("/quizzes/<uid>/marking/<version_uid>/rubric")
@shows_again(rubric)
def save_rubric(uid: str, version_uid: str) -> ResponseReturnValue:
    """Let the question be marked by the criteria of the form; by points alone where there are none."""
    criteria: list[Criterion] = []
    problems: dict[str, list[Message]] = {}
    for place, (_at, name, levels) in enumerate(_typed_rows()):
        try:
            criteria.append(typed_criterion(nfc(name), nfc(levels)))
        except Invalid as problem:
            problems |= {f"{field}-{place}": messages for field, messages in problem.fields.items()}
    if problems:
        raise Invalid(problems)
    kept = rubrics.save_rubric(current_session(), current_actor(), uid, version_uid, criteria, at=clock.now())
    flash(_("Đã lưu thang tiêu chí.") if kept else _("Câu này chấm bằng điểm, không theo tiêu chí."))
    return redirect(url_for("quizzes.tasks", uid=uid), code=303)


@bp.get("/quizzes/<uid>/marking-rules")
def marking_rules(uid: str) -> ResponseReturnValue:
    """How a quiz is marked by hand: with or without names, in one round or two."""
    plan = panels.open_plan(current_session(), current_actor(), uid)
    rules = plan.rules
    typed = {
        "anonymous": "y" if rules.anonymous else "",
        "second_marker": rules.second_marker.uid if rules.second_marker else "",
        "adjudicator": rules.adjudicator.uid if rules.adjudicator else "",
        "tolerance": in_words(rules.tolerance),
        "settled_by": rules.settled_by,
    }
    if request.method == "POST":
        typed = {name: request.form.get(name, "") for name in typed}
    return render_template(
        "lms/quizzes/marking_rules.html",
        quiz=plan.quiz,
        plan=plan,
        entries=rule_tabs_for(plan.quiz, "marking_rules") if plan.quiz.state == QuizState.DRAFT else [],
        typed=typed,
        settlements=SETTLED_BY,
        problems={name: problems_of(name) for name in ("", *typed)},
    )


@bp.post("/quizzes/<uid>/marking-rules")
@shows_again(marking_rules)
def save_marking_rules(uid: str) -> ResponseReturnValue:
    """Say how a quiz is marked by hand."""
    form = request.form
    by = form.get("settled_by", "")
    wish = panels.MarkingWish(
        anonymous=form.get("anonymous") == "y",
        second_marker=form.get("second_marker", ""),
        adjudicator=form.get("adjudicator", ""),
        tolerance=forms.typed_points(form.get("tolerance", ""), "tolerance") or Fraction(0),
        settled_by=SettledBy(by) if by in list(SettledBy) else SettledBy.MEAN,
    )
    panels.save_plan(current_session(), current_actor(), uid, wish)
    flash(_("Đã lưu cách chấm."))
    return redirect(url_for("quizzes.marking_rules", uid=uid), code=303)


@bp.get("/marking")
def asked_to_mark() -> ResponseReturnValue:
    """The quizzes that others asked this person to mark."""
    actor = current_actor()
    require(actor, Permission.SEE_SCHOOL)
    found = panels.list_asked(current_session(), actor)
    return render_template("lms/quizzes/asked_to_mark.html", asked=[(quiz, ROUNDS[one]) for quiz, one in found])
