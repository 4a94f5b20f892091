"""Pages of specifications: the list, beginning one, the grid, the sheets for paper."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base.clock import now
from lms.base.documents.word import MEDIA_TYPE, word
from lms.base.errors import Invalid
from lms.base.forms import problems_of
from lms.base.i18n import N_, _
from lms.base.subjects import get_subject, list_subjects
from lms.base.text import slug
from lms.base.web import current_actor, current_session, shows_again
from question_bank.assembly import forms
from question_bank.assembly.domain.specification import PART_NAMES, PartKind, Specification
from question_bank.assembly.domain.templates import TEMPLATES
from question_bank.assembly.models import KeptSpecification
from question_bank.assembly.service import printing, specifications
from question_bank.competencies.domain import LEVEL_SCHEMES
from question_bank.items.cards import tag_choices
from question_bank.permissions import Permission, can, require

bp = Blueprint("specifications", __name__, url_prefix="/bank/specifications")

_SHORT_PARTS: Mapping[PartKind, str] = MappingProxyType(
    {
        PartKind.CHOICE: N_("Chọn"),
        PartKind.TRUTHS: N_("Đ–S"),
        PartKind.SHORT: N_("Ngắn"),
        PartKind.PAIRS: N_("Nối"),
        PartKind.ESSAY: N_("Tự luận"),
    }
)
_ABOUT = ("title", "grade", "minutes", "template", "subject")
_FIELDS = ("", "title", "grade", "minutes", "rows", "worth", "goal", "parts")


@bp.get("")
def index() -> ResponseReturnValue:
    """The specifications that the person may read, by school year."""
    session, actor = current_session(), current_actor()
    found = specifications.list_specifications(session, actor)
    years: dict[int, list[KeptSpecification]] = {}
    for one in found:
        years.setdefault(one.year, []).append(one)
    return render_template(
        "question_bank/assembly/index.html",
        years=years,
        totals={one.uid: one.specification.total() for one in found},
        may_add=actor.is_teacher and bool(actor.subject_ids),
    )


@bp.get("/new")
def new() -> ResponseReturnValue:
    """Ask what the matrix is for, and by which template it begins."""
    session, actor = current_session(), current_actor()
    require(actor, Permission.OPEN_BANK)
    return render_template(
        "question_bank/assembly/new.html",
        subjects=[one for one in list_subjects(session, actor.school_id) if one.id in actor.subject_ids],
        templates=TEMPLATES.values(),
        typed={name: request.form.get(name, "") for name in _ABOUT},
        problems={name: problems_of(name) for name in ("", *_ABOUT)},
    )


@bp.post("/new")
@shows_again(new)
def begin() -> ResponseReturnValue:
    """Begin a matrix by a template and go on to fill it."""
    session, actor = current_session(), current_actor()
    subject = get_subject(session, actor.school_id, request.form.get("subject", ""))
    template = TEMPLATES.get(request.form.get("template", ""))
    if template is None:
        raise Invalid.at("template", N_("Hãy chọn một mẫu ma trận."))
    typed = forms.typed_about(request.form)
    about = specifications.About(typed.title, typed.grade, template.minutes)
    kept = specifications.begin(session, actor, subject, about, template.begin(), at=now())
    return redirect(url_for("specifications.edit", uid=kept.uid), code=303)


@bp.get("/<uid>")
def show(uid: str) -> ResponseReturnValue:
    """A matrix as it stands, with what can be done with it."""
    session, actor = current_session(), current_actor()
    kept = specifications.get_specification(session, actor, uid)
    specification = kept.specification
    return render_template(
        "question_bank/assembly/show.html",
        kept=kept,
        specification=specification,
        statements=printing.statements_of(session, actor, specification),
        part_names=PART_NAMES,
        may_write=can(actor, Permission.WRITE_SPECIFICATION, kept),
        may_copy=can(actor, Permission.ADD, kept),
        problems=problems_of("confirm"),
    )


@bp.get("/<uid>/edit")
def edit(uid: str) -> ResponseReturnValue:
    """The grid of a matrix; after a refusal as it was typed."""
    session, actor = current_session(), current_actor()
    kept = specifications.get_to_write(session, actor, uid)
    specification, about = kept.specification, specifications.About(kept.title, kept.grade, kept.minutes)
    grid = forms.grid_of(specification)
    if request.method == "POST":
        about = forms.typed_about(request.form)
        try:
            grid = forms.typed_grid(request.form)
            specification = forms.specification_of(grid)
        except Invalid:  # said beside the grid already; the sums are those of the last whole state
            pass
    return _grid_page(kept, about, grid, specification)


def _grid_page(
    kept: KeptSpecification, about: specifications.About, grid: forms.Grid, specification: Specification
) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    choices = tag_choices(session, actor, kept.subject, grade=kept.grade)
    if not grid.rows or not grid.rows[-1].is_blank:  # one to write on in, without a script too
        grid.rows.append(grid.blank())
    return render_template(
        "question_bank/assembly/edit.html",
        kept=kept,
        about=about,
        grid=grid,
        specification=specification,
        schemes=LEVEL_SCHEMES.values(),
        kinds=list(PartKind),
        part_names=PART_NAMES,
        short_parts=_SHORT_PARTS,
        topics=choices.topics,
        outcomes=choices.outcomes,
        problems={
            name: problems_of(name) for name in ("", "title", "grade", "minutes", "rows", "worth", "goal", "parts")
        },
    )


@bp.post("/<uid>/edit")
@shows_again(edit)
def save(uid: str) -> ResponseReturnValue:
    """Keep the grid; a button may ask for a row less, another head, or just to go on with the grid."""
    session, actor = current_session(), current_actor()
    specifications.get_to_write(session, actor, uid)
    grid = forms.typed_grid(request.form)
    act = request.form.get("act", "")
    if act.startswith("remove-") and act[7:].isdigit() and int(act[7:]) < len(grid.rows):
        grid.rows.pop(int(act[7:]))
    specification = forms.with_typed_head(forms.specification_of(grid), request.form)
    about = forms.typed_about(request.form)
    specifications.change(session, actor, uid, about, specification, at=now())
    if act:
        return redirect(url_for("specifications.edit", uid=uid), code=303)
    flash(_("Đã lưu ma trận."), "good")
    return redirect(url_for("specifications.show", uid=uid), code=303)


@bp.post("/<uid>/copy")
def copy(uid: str) -> ResponseReturnValue:
    """Begin a matrix of this school year with what this one says."""
    kept = specifications.copy(current_session(), current_actor(), uid, at=now())
    flash(_("Đã sao chép sang năm học này. Bản cũ giữ nguyên."), "good")
    return redirect(url_for("specifications.edit", uid=kept.uid), code=303)


@bp.post("/<uid>/delete")
@shows_again(show)
def delete(uid: str) -> ResponseReturnValue:
    """Delete a matrix, once the word is typed that the page asks for."""
    session, actor = current_session(), current_actor()
    specifications.get_to_write(session, actor, uid)
    if request.form.get("confirm", "").strip().lower() != _("xoá"):
        raise Invalid.at("confirm", N_("Hãy gõ đúng chữ để xác nhận."))
    specifications.delete(session, actor, uid)
    flash(_("Đã xoá ma trận. Các bài kiểm tra đã ghép từ ma trận này không đổi."), "good")
    return redirect(url_for("specifications.index"), code=303)


@bp.get("/<uid>/word")
def as_word(uid: str) -> ResponseReturnValue:
    """The matrix and the sheet of requirements as one Word file."""
    session, actor = current_session(), current_actor()
    kept, document = printing.print_specification(session, actor, uid)
    answer = Response(word(document), mimetype=MEDIA_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="ma-tran-{slug(kept.title) or "de"}.docx"'
    return answer
