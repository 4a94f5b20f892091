"""Pages of an import: upload, preview with its problems, mend one, tag many, save, take back."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from lms.base.clock import now
from lms.base.downloads import send_blob
from lms.base.errors import Forbidden, NotFound
from lms.base.forms import problems_of
from lms.base.i18n import N_, _
from lms.base.subjects import get_subject, list_subjects
from lms.base.uploads import MEGABYTE, receive, upload_route
from lms.base.web import current_actor, current_session, settings, shows_again, wants_part
from question_bank.formats import sheet
from question_bank.formats.writers import WRITERS
from question_bank.imports.domain import ReadDraft, ReadImport, turned_into
from question_bank.imports.joining import pieces_of
from question_bank.imports.service import mending, reading, saving
from question_bank.items.cards import Card, asset_address, picture_address, tag_choices
from question_bank.items.domain import LEVELS, TYPE_NAMES, ItemDraft, ItemType
from question_bank.items.forms import TAG_FIELDS, draft_from_form, fields_of, tags_from_form, typed_tags
from question_bank.items.presenting import show as show_text
from question_bank.items.previewing import preview_part, previewed
from question_bank.items.responding import response_from_form
from question_bank.items.service.taking_back import REASONS
from question_bank.permissions import Permission, require

bp = Blueprint("imports", __name__, url_prefix="/bank/import")

ENDINGS = frozenset(
    {"docx", "gift", "txt", "xml", "zip", "imscc", "qti", "dat", "xlsx", "xlsm", "xls", "csv", "tex", "pdf"}
)
PAGE = 50
PICTURES_SECONDS = 3600
_SWEEP = ("chosen", *TAG_FIELDS)
_SHOWN = ("all", "blocked", "ready", "doubles", "left_out", "saved")
_FORMATS = {
    "docx": "Word",
    "gift": "GIFT",
    "moodle_xml": "Moodle XML",
    "aiken": "Aiken",
    "qti": "QTI",
    "qti12": "QTI 1.2",
    "common_cartridge": "Common Cartridge",
    "blackboard": "Blackboard",
    "xlsx": "Excel",
    "csv": "CSV",
}


@bp.get("")
def index() -> ResponseReturnValue:
    """Ask for a file of questions; the last imports below."""
    session, actor = current_session(), current_actor()
    require(actor, Permission.OPEN_BANK)
    subjects = [one for one in list_subjects(session, actor.school_id) if one.id in actor.subject_ids]
    return render_template(
        "question_bank/imports/index.html",
        subjects=subjects,
        chosen=request.form.get("subject") or request.args.get("subject", ""),
        imports=reading.list_imports(session, actor),
        limit=settings().max_question_file_mb,
        typed={name: request.form.get(name, "") for name in ("grade", "taken_from", "year")},
        problems={name: problems_of(name) for name in ("", "file", "grade", "taken_from", "year")},
    )


@bp.get("/template.xlsx")
def template() -> ResponseReturnValue:
    """Send the workbook that a teacher fills with questions."""
    require(current_actor(), Permission.OPEN_BANK)
    answer = send_file(
        io.BytesIO(sheet.template()),
        mimetype=WRITERS["xlsx"].media_type,
        as_attachment=True,
        download_name=_("mau-cau-hoi") + ".xlsx",
    )
    answer.headers["Cache-Control"] = "no-store"  # as every answer to who is signed in
    return answer


@bp.post("")
@upload_route
@shows_again(index)
def bring_in() -> ResponseReturnValue:
    """Read a file of questions and show what is in it."""
    actor = current_actor()
    if not (actor.is_teacher and actor.subject_ids):
        raise Forbidden
    upload = receive(request, max_file_bytes=settings().max_question_file_mb * MEGABYTE, endings=ENDINGS)
    file = upload.file("file")
    tags = tags_from_form(request.form, sweep=True)
    read = reading.read_file(file.sha256, file.name)  # before the database is asked for anything
    session = current_session()
    subject = get_subject(session, actor.school_id, upload.get("subject"))
    batch = reading.start_import(session, actor, subject.id, file.stored, file.name, read, said=tags, at=now())
    return redirect(url_for("imports.show", uid=batch.uid), code=303)


@bp.get("/<uid>")
def show(uid: str) -> ResponseReturnValue:
    """Show every question of an import as pupils will see it, with its problems beside it."""
    session, actor = current_session(), current_actor()
    read = reading.get_import(session, actor, uid)
    wanted = request.args.get("show", "all")
    wanted = wanted if wanted in _SHOWN else "all"
    rows = _narrowed(read.drafts, wanted)
    pages = max(1, -(-len(rows) // PAGE))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    rows = rows[(number - 1) * PAGE : number * PAGE]
    by_type = {kind: sum(one.draft.body.type is kind for one in read.drafts) for kind in ItemType}
    subject = next(one for one in list_subjects(session, actor.school_id) if one.id == read.subject_id)
    return render_template(
        "question_bank/imports/show.html",
        read=read,
        rows=[(one, Card.of_draft(one.draft, "imports.asset", one.uid)) for one in rows],
        parted={one.uid for one in rows if len(pieces_of(one.draft)) > 1},
        tabs=_tabs(read, wanted),
        shown=wanted,
        page=number,
        pages=pages,
        format=_FORMATS.get(read.format, read.format),
        by_type=[(TYPE_NAMES[kind], count) for kind, count in by_type.items() if count],
        levels=LEVELS,
        choices=tag_choices(session, actor, subject, grade=_common_grade(read.drafts)),
        submittable=saving.count_submittable(session, actor, uid),
        problems=[text for name in _SWEEP for text in problems_of(name)],
        key_problems=problems_of("key"),
        asked=g.get("asked_draft", ""),
    )


def _narrowed(drafts: Sequence[ReadDraft], wanted: str) -> list[ReadDraft]:
    keeps: dict[str, Callable[[ReadDraft], bool]] = {
        "all": lambda one: True,
        "blocked": lambda one: one.blocked and not one.left_out,
        "ready": lambda one: one.ready,
        "doubles": lambda one: one.is_double and not one.item_uid,
        "left_out": lambda one: one.left_out,
        "saved": lambda one: bool(one.item_uid),
    }
    return [one for one in drafts if keeps[wanted](one)]


def _tabs(read: ReadImport, wanted: str) -> list[tuple[str, str, bool, int]]:
    names = (
        ("all", _("Tất cả")),
        ("blocked", _("Cần sửa")),
        ("ready", _("Sẵn sàng")),
        ("doubles", _("Đã có")),
        ("left_out", _("Bỏ ra")),
        ("saved", _("Đã lưu")),
    )
    counted = [(name, label, len(_narrowed(read.drafts, name))) for name, label in names]
    return [
        (label, url_for("imports.show", uid=read.uid, show=name), name == wanted, count)
        for name, label, count in counted
        if count or name in {"all", wanted}
    ]


def _common_grade(drafts: Sequence[ReadDraft]) -> int | None:
    grades = {one.tags.grade for one in drafts}
    return grades.pop() if len(grades) == 1 else None


def _here(uid: str, anchor: str = "") -> ResponseReturnValue:
    """Back to the preview as it was narrowed."""
    kept = urlencode({name: request.args[name] for name in ("show", "page") if request.args.get(name)})
    place = url_for("imports.show", uid=uid) + (f"?{kept}" if kept else "") + (f"#{anchor}" if anchor else "")
    return redirect(place, code=303)


@bp.post("/<uid>/tag")
@shows_again(show)
def tag(uid: str) -> ResponseReturnValue:
    """Tag the chosen questions in one sweep."""
    chosen = request.form.getlist("chosen")
    tags = tags_from_form(request.form, sweep=True)
    count = mending.tag_drafts(current_session(), current_actor(), uid, chosen, tags)
    flash(_("Đã gắn nhãn %(count)s câu.", count=count), "good")
    return _here(uid)


@bp.post("/<uid>/leave-out")
@shows_again(show)
def leave_out(uid: str) -> ResponseReturnValue:
    """Leave the chosen questions out of what will be saved, or take them in again."""
    chosen = request.form.getlist("chosen")
    out = request.form.get("out", "y") == "y"
    count = mending.leave_out(current_session(), current_actor(), uid, chosen, out=out)
    said = N_("Đã bỏ %(count)s câu ra; tệp gốc không đổi.") if out else N_("Đã lấy lại %(count)s câu.")
    flash(_(said, count=count), "good")
    return _here(uid)


@bp.post("/<uid>/merge")
@shows_again(show)
def merge(uid: str) -> ResponseReturnValue:
    """Make one question of the chosen ones."""
    chosen = request.form.getlist("chosen")
    merged_uid = mending.merge_drafts(current_session(), current_actor(), uid, chosen)
    flash(_("Đã gộp %(count)s câu thành một. Hãy xem lại câu này.", count=len(chosen)), "good")
    return _here(uid, anchor=f"q-{merged_uid}")


@bp.post("/<uid>/move")
def move(uid: str) -> ResponseReturnValue:
    """Move one question a place up or down; which and where says the button."""
    by = -1 if request.form.get("up") else 1
    draft_uid = request.form.get("up") or request.form.get("down", "")
    mending.move_draft(current_session(), current_actor(), uid, draft_uid, by)
    return _here(uid, anchor=f"q-{draft_uid}")


@bp.get("/<uid>/<draft_uid>/split")
def ask_split(uid: str, draft_uid: str) -> ResponseReturnValue:
    """Ask where the second question begins."""
    session, actor = current_session(), current_actor()
    draft = reading.get_draft(session, actor, uid, draft_uid)
    read = reading.get_import(session, actor, uid)
    address = asset_address("imports.asset")
    return render_template(
        "question_bank/imports/split.html",
        read=read,
        row=next(one for one in read.drafts if one.uid == draft_uid),
        pieces=[show_text(html, address) for html in pieces_of(draft)],
        prompt_count=len(pieces_of(draft)) - len(draft.body.options),
        problems=problems_of("at"),
    )


@bp.post("/<uid>/<draft_uid>/split")
@shows_again(ask_split)
def split(uid: str, draft_uid: str) -> ResponseReturnValue:
    """Make two questions of one."""
    at = request.form.get("at", 0, type=int)
    mending.split_draft(current_session(), current_actor(), uid, draft_uid, at)
    flash(_("Đã tách thành hai câu. Hãy xem lại cả hai."), "good")
    return _here(uid, anchor=f"q-{draft_uid}")


def _show_asked(uid: str, draft_uid: str) -> ResponseReturnValue:
    """The preview again, what was wrong said at the question."""
    g.asked_draft = draft_uid
    return show(uid)


@bp.post("/<uid>/<draft_uid>/key")
@shows_again(_show_asked)
def set_key(uid: str, draft_uid: str) -> ResponseReturnValue:
    """Take what was chosen on the card as the key of the question."""
    session, actor = current_session(), current_actor()
    draft = reading.get_draft(session, actor, uid, draft_uid)
    mending.set_key(session, actor, uid, draft_uid, response_from_form(draft.body, request.form, f"{draft_uid}-"))
    return _here(uid, anchor=f"q-{draft_uid}")


@bp.get("/<uid>/<draft_uid>/edit")
def edit(uid: str, draft_uid: str) -> ResponseReturnValue:
    """Show one question of an import as a form, beside the words of the file."""
    session, actor = current_session(), current_actor()
    draft = reading.get_draft(session, actor, uid, draft_uid)
    read = reading.get_import(session, actor, uid)
    row = next(one for one in read.drafts if one.uid == draft_uid)
    kinds = [kind for kind in ItemType if kind in _INTERCHANGEABLE.get(draft.body.type, ())]
    subject = next(one for one in list_subjects(session, actor.school_id) if one.id == read.subject_id)
    tags, typed = row.tags, draft
    if request.method == "POST":
        tags, typed = typed_tags(request.form)[0], draft_from_form(request.form, draft)
    fields = fields_of(typed)
    shown = _turned(typed)
    card, seen = previewed(shown, "imports.asset")
    return render_template(
        "question_bank/imports/edit.html",
        read=read,
        row=row,
        fields=fields,
        kinds=kinds,
        kind=shown.body.type,
        types=TYPE_NAMES,
        images=[url_for("imports.asset", sha256=picture_address(tag)) for tag in fields.images],
        tags=tags,
        choices=tag_choices(session, actor, subject, tags.outcomes or (), tags.grade),
        card=card,
        seen=seen if request.method == "POST" else (),
        problems={name: problems_of(name) for name in ("", "prompt", *TAG_FIELDS)},
    )


_CHOICES = (ItemType.SINGLE_CHOICE, ItemType.MULTIPLE_CHOICE, ItemType.CLUSTER)
_TYPED = (ItemType.SHORT_TEXT, ItemType.SHORT_NUMBER, ItemType.ESSAY)
_INTERCHANGEABLE = {kind: group for group in (_CHOICES, _TYPED) for kind in group}


def _turned(draft: ItemDraft) -> ItemDraft:
    """The question in the kind that the form asks for, where it can be of that kind."""
    wanted = request.form.get("type", "")
    if wanted and wanted != draft.body.type and wanted in _INTERCHANGEABLE.get(draft.body.type, ()):
        return turned_into(draft, ItemType(wanted))
    return draft


@bp.post("/<uid>/<draft_uid>/edit")
@shows_again(edit)
def mend(uid: str, draft_uid: str) -> ResponseReturnValue:
    """Put the mended question in the place of what was read."""
    session, actor = current_session(), current_actor()
    before = reading.get_draft(session, actor, uid, draft_uid)
    draft = _turned(draft_from_form(request.form, before))
    if request.form.get("act") == "preview":
        return preview_part(draft, "imports.asset") if wants_part("preview") else edit(uid, draft_uid)
    tags = tags_from_form(request.form)
    mended = mending.edit_draft(session, actor, uid, draft_uid, draft)
    mending.tag_drafts(session, actor, uid, [draft_uid], tags)
    flash(
        _("Đã sửa; câu này vẫn còn chỗ cần xem.") if mended.blocked else _("Đã sửa câu này."),
        "wait" if mended.blocked else "good",
    )
    return _here(uid, anchor=f"q-{draft_uid}")


@bp.post("/<uid>/save")
def save(uid: str) -> ResponseReturnValue:
    """Put what is ready into the subject's bank."""
    keep, renew = request.form.get("keep_doubles") == "y", request.form.get("renew", "y") == "y"
    saved = saving.save_import(current_session(), current_actor(), uid, keep_doubles=keep, renew=renew, at=now())
    flash(_("Đã lưu %(count)s câu vào ngân hàng.", count=len(saved.saved)), "good")
    left = (
        (saved.renewed, N_("%(count)s câu thành bản mới của câu đã có: câu %(places)s."), "info"),
        (saved.blocked, N_("%(count)s câu chưa lưu vì còn cần sửa: câu %(places)s."), "wait"),
        (saved.doubles, N_("%(count)s câu không lưu vì đã có: câu %(places)s."), "info"),
    )
    for places, said, look in left:
        if places:
            flash(_(said, count=len(places), places=_listed(places)), look)
    return redirect(url_for("imports.show", uid=uid), code=303)


def _listed(places: Sequence[int]) -> str:
    shown = ", ".join(str(place) for place in places[:12])
    return shown + ("…" if len(places) > 12 else "")


@bp.post("/<uid>/submit")
def submit(uid: str) -> ResponseReturnValue:
    """Hand everything that was saved to the subject head."""
    count = saving.submit_import(current_session(), current_actor(), uid, at=now())
    flash(_("Đã gửi duyệt %(count)s câu cho tổ trưởng chuyên môn.", count=count), "good")
    return redirect(url_for("imports.show", uid=uid), code=303)


@bp.get("/<uid>/undo")
def ask_undo(uid: str) -> ResponseReturnValue:
    """Say what taking the import back would remove and what would stay, before anything happens."""
    session, actor = current_session(), current_actor()
    return render_template(
        "question_bank/imports/undo.html",
        read=reading.get_import(session, actor, uid),
        told=saving.what_undo_does(session, actor, uid),
        reasons=REASONS,
    )


@bp.post("/<uid>/undo")
def undo(uid: str) -> ResponseReturnValue:
    """Take back out of the bank what was saved and nobody has built on."""
    told = saving.undo_import(current_session(), current_actor(), uid)
    count = len(told.items) + len(told.versions)
    flash(_("Đã rút %(count)s câu khỏi ngân hàng. Bản xem trước vẫn còn ở đây.", count=count), "good")
    if told.stays:
        flash(_("%(count)s câu ở lại ngân hàng.", count=len(told.stays)), "info")
    return redirect(url_for("imports.show", uid=uid), code=303)


@bp.post("/<uid>/discard")
def discard(uid: str) -> ResponseReturnValue:
    """Forget the preview; what was saved stays in the bank."""
    saving.discard_import(current_session(), current_actor(), uid)
    flash(_("Đã bỏ bản xem trước. Các câu đã lưu vẫn ở trong ngân hàng."), "good")
    return redirect(url_for("imports.index"), code=303)


@bp.get("/assets/<sha256>")
def asset(sha256: str) -> ResponseReturnValue:
    """Send a picture of an import to the teacher who brought it in."""
    media_type = reading.holds_picture(current_session(), current_actor(), sha256)
    if media_type is None:
        raise NotFound
    return send_blob(sha256, name=sha256[:12], media_type=media_type, inline=True, cache_seconds=PICTURES_SECONDS)
