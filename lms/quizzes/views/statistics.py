"""The figures of one question, drawn, and of all questions as a file."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from lms.base.i18n import _, say, show_number
from lms.base.text import slug
from lms.base.web import current_actor, current_session
from lms.permissions import Permission, allows
from lms.quizzes import exports
from lms.quizzes.domain.states import QuizState
from lms.quizzes.service.item_results import ItemRow
from lms.quizzes.service.item_statistics import FormShare, item_statistics, quiz_statistics
from lms.quizzes.views import papers
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.tabs import tabs_for
from question_bank import api as bank

Badge = tuple[str, str]
JUDGED = frozenset({bank.ItemType.TRUE_FALSE, bank.ItemType.CLUSTER})


@bp.get("/quizzes/<uid>/results/questions.csv")
def item_figures(uid: str) -> ResponseReturnValue:
    """The figures of all questions, a line each; no names in it."""
    found = quiz_statistics(current_session(), current_actor(), uid)
    answer = Response(exports.figures_as_csv(found), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug(found.quiz.title) or "bai"}-cau-hoi.csv"'
    answer.headers["Cache-Control"] = "no-store"  # keys stay on no shared computer
    return answer


@bp.get("/quizzes/<uid>/results/<version_uid>")
def item_result(uid: str, version_uid: str) -> ResponseReturnValue:
    """How one question worked: what should be looked at, who chose what, each form."""
    actor = current_actor()
    found = item_statistics(current_session(), actor, uid, version_uid)
    row, quiz = found.row, found.quiz
    presented = bank.present(row.item.body, papers.staff_picture_url)
    letters = {option.id: option.letter for option in presented.options}
    return render_template(
        "lms/quizzes/item_result.html",
        quiz=quiz,
        found=found,
        figures=row.figures,
        entries=tabs_for(actor, quiz, "results"),
        presented=presented,
        key=bank.present_keys(row.item.body, row.keys, papers.staff_picture_url) if row.keys else None,
        grave=[said(one, letters) for one in row.findings if one.sure and one.flag in bank.GRAVE],
        mild=[said(one, letters) for one in row.findings if one.sure and one.flag not in bank.GRAVE],
        unsure=[said(one, letters) for one in row.findings if not one.sure],
        judged=row.item.type in JUDGED,
        options=_options(row, letters),
        sizes=row.choices.sizes if row.choices and row.figures.papers >= bank.FEWEST else (),
        groups=_groups(len(row.choices.sizes)) if row.choices else [],
        forms=[_form(one) for one in found.forms],
        unlike=", ".join(f"{one} – {other}" for one, other in found.unlike),
        in_use=row.item.state is bank.ItemState.APPROVED,
        may_regrade=allows(actor, Permission.REGRADE_QUIZ, quiz) and quiz.state == QuizState.CLOSED,
    )


def said(finding: bank.Finding, letters: Mapping[str, str]) -> str:
    """A finding as a sentence."""
    return say(bank.sentence(finding, letters))


def badges_of(row: ItemRow) -> list[Badge]:
    """The flags of a question in two or three words each, with the look of a badge."""
    told = [
        (say(bank.badge(one.flag)), "bad" if one.flag in bank.GRAVE and one.sure else "wait" if one.sure else "")
        for one in row.findings
    ]
    return list(dict.fromkeys(told))


def _groups(count: int) -> list[str]:
    """What the groups of papers are called under the columns, the weakest first."""
    return [_("thấp"), _("giữa"), _("cao")] if count == 3 else [str(place + 1) for place in range(count)]


def _options(row: ItemRow, letters: Mapping[str, str]) -> list[dict[str, object]]:
    """What the page says and draws of each option: its letter, how many chose it, the share in each group."""
    if row.choices is None:
        return []
    flagged = {one.option for one in row.findings if one.flag in bank.GRAVE}
    names = _groups(len(row.choices.sizes))
    return [
        {
            "letter": letters.get(one.option, _("Phát biểu")),
            "right": one.right,
            "flagged": one.option in flagged,
            "count": one.count,
            "share": round(100 * one.share),
            "rest": show_number(one.rest, 2) or "–",
            "biserial": "–" if one.biserial is None else show_number(one.biserial, 0),
            "columns": [
                (name, round(100 * count / size) if size else 0)
                for name, count, size in zip(names, one.groups, row.choices.sizes, strict=True)
            ],
        }
        for one in row.choices.options
    ]


def _form(one: FormShare) -> tuple[str, str, int, str, str]:
    """Code, number of the question there, papers, share of the points, its bounds."""
    share = f"{show_number(100 * one.facility, 0)} %"
    low, high = 100 * one.bounds.low, 100 * one.bounds.high
    return one.code, one.label, one.papers, share, f"{show_number(low, 0)} – {show_number(high, 0)} %"
