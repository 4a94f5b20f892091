"""Pages of the bank: the list, a question with its history, writing one, its pictures."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base.clock import now
from lms.base.downloads import send_blob
from lms.base.errors import NotFound
from lms.base.forms import problems_of
from lms.base.i18n import _, show_number
from lms.base.permissions import Actor
from lms.base.subjects import Subject, get_subject, list_subjects
from lms.base.text import nfc, title_key
from lms.base.uploads import MEGABYTE, Upload, receive, upload_route
from lms.base.web import current_actor, current_session, shows_again, wants_part
from question_bank.items import history_views, review_views
from question_bank.items.cards import card_of, outcome_names, picture_address, tag_choices
from question_bank.items.domain import LEVELS, STATE_NAMES, TYPE_NAMES, ItemDraft, ItemState, ItemType
from question_bank.items.forms import TAG_FIELDS, blank, draft_from_form, fields_of, tags_from_form, typed_tags
from question_bank.items.listing import KEPT, ORDERS, address, groups, kept_of, page_from, wanted_from
from question_bank.items.models import ItemVersion
from question_bank.items.previewing import preview_part, previewed
from question_bank.items.search.service import find
from question_bank.items.service import labelling, reading, reviewing, soundness, writing
from question_bank.items.service.content import Picture, keep_new_pictures, with_pictures
from question_bank.items.tagging import Tags
from question_bank.permissions import Permission, can, require

bp = Blueprint("bank", __name__, url_prefix="/bank")
blueprints = (bp, review_views.bp, history_views.bp)

MAX_PICTURE = 10 * MEGABYTE
MAX_PICTURES = 4
PICTURE_ENDINGS = frozenset({"png", "jpg", "jpeg", "gif", "webp"})
PICTURES_SECONDS = 3600


@bp.get("")
def index() -> ResponseReturnValue:
    """List the questions that the person may see, narrowed by the address."""
    session, actor = current_session(), current_actor()
    subjects = list_subjects(session, actor.school_id)
    wanted = wanted_from(request.args, actor)
    found = find(session, actor, wanted, page_from(request.args))
    page, kept = found.page, kept_of(wanted)
    facets, chips = groups(session, actor, wanted, found, subjects)
    subject = next((one for one in subjects if one.uid == wanted.filters.get("subject")), None)
    return render_template(
        "question_bank/items/index.html",
        page=page,
        cards=[card_of(version, with_key=False) for version in page.rows],
        facets=facets,
        chips=chips,
        wanted=wanted,
        kept=kept,
        next_page=address(kept) + ("&" if kept else "?") + "page=",
        orders=[(order.value, _(name)) for order, name in ORDERS.items()],
        levels=LEVELS,
        may_add=actor.is_teacher and bool(actor.subject_ids),
        may_submit={row.uid for row in page.rows if _may_submit(actor, row)},
        may_tag={row.uid for row in page.rows if can(actor, Permission.TAG, row)},
        waiting=reviewing.count_queue(session, actor),
        heads=bool(actor.headed_subject_ids),
        choices=tag_choices(session, actor, subject, topics=sorted(found.counts["topic"], key=title_key)),
        problems=[text for name in ("chosen", *TAG_FIELDS) for text in problems_of(name)],
    )


def _may_submit(actor: Actor, version: ItemVersion) -> bool:
    waits = version.state in {ItemState.DRAFT, ItemState.CHANGES_REQUESTED}
    return waits and can(actor, Permission.SUBMIT, version)


@bp.post("/submit")
@shows_again(index)
def submit() -> ResponseReturnValue:
    """Hand the chosen questions to the subject head."""
    session, actor = current_session(), current_actor()
    versions = writing.submit(session, actor, request.form.getlist("chosen"), at=now())
    flash(_("Đã gửi duyệt %(count)s câu.", count=len(versions)), "good")
    _say_found(versions)
    return redirect(_back(), code=303)


def _say_found(versions: list[ItemVersion]) -> None:
    """Tell the author that the checks found something in what was handed in."""
    checked = soundness.check_versions(current_session(), current_actor(), versions)
    found = sum(not one.passes for one in checked.values())
    if found:
        flash(_("%(count)s câu có điều nên xem lại; mở câu để biết. Tổ trưởng cũng thấy.", count=found), "wait")


@bp.post("/tag")
@shows_again(index)
def tag() -> ResponseReturnValue:
    """Tag the chosen questions in one sweep."""
    tags = tags_from_form(request.form, sweep=True)
    count = labelling.tag_many(current_session(), current_actor(), request.form.getlist("chosen"), tags)
    flash(_("Đã gắn nhãn %(count)s câu.", count=count), "good")
    return redirect(_back(), code=303)


def _back() -> str:
    """The list as it was narrowed."""
    kept = {name: request.args[name] for name in (*KEPT, "page") if request.args.get(name)}
    return address(kept)


@bp.get("/<uid>")
def show(uid: str) -> ResponseReturnValue:
    """Show a question: one version of it, its tags, what was said about it, its other versions."""
    session, actor = current_session(), current_actor()
    item = reading.get_item(session, actor, uid)
    versions = reading.visible_versions(item, actor)
    number = request.args.get("v", 0, type=int)
    version = next((one for one in versions if one.number == number), versions[0])
    said, retagging = labelling.tags_of(version), request.endpoint == "bank.retag"
    return render_template(
        "question_bank/items/show.html",
        item=item,
        version=version,
        versions=versions,
        card=card_of(version),
        checked=soundness.check_versions(session, actor, [version])[version.uid] if _is_on_its_way(version) else None,
        outcomes=outcome_names(session, actor.school_id, [version]),
        levels=LEVELS,
        states=STATE_NAMES,
        may={
            "edit": can(actor, Permission.RENEW, version) and not versions[0].is_submitted,
            "submit": _may_submit(actor, version),
            "retire": _may_retire(actor, version),
            "review": version.is_submitted and can(actor, Permission.REVIEW, version),
            "comment": not version.is_draft
            and (can(actor, Permission.EDIT, version) or can(actor, Permission.REVIEW, version)),
        },
        said=said,
        typed_tags=typed_tags(request.form)[0] if retagging else said,
        retagging=retagging,
        may_tag=can(actor, Permission.TAG, version),
        choices=tag_choices(session, actor, item.subject, [one.outcome for one in version.outcomes], version.grade),
        tag_problems={name: problems_of(name) for name in TAG_FIELDS},
        problems=problems_of("comment"),
        typed=request.form.get("comment", ""),
    )


def _is_on_its_way(version: ItemVersion) -> bool:
    return version.state in {ItemState.DRAFT, ItemState.SUBMITTED, ItemState.CHANGES_REQUESTED}


def _may_retire(actor: Actor, version: ItemVersion) -> bool:
    return version.state not in {ItemState.RETIRED, ItemState.SUBMITTED} and can(actor, Permission.RETIRE, version)


@bp.post("/<uid>/tags")
@shows_again(show)
def retag(uid: str) -> ResponseReturnValue:
    """Say anew what is said about one version; its content and its number stay."""
    labelling.tag_many(
        current_session(), current_actor(), [request.form.get("version", "")], tags_from_form(request.form)
    )
    flash(_("Đã lưu nhãn của câu này."), "good")
    return redirect(url_for("bank.show", uid=uid, v=request.args.get("v", type=int)), code=303)


@bp.post("/<uid>/comment")
@shows_again(show)
def comment(uid: str) -> ResponseReturnValue:
    """Say something about a version under review."""
    version_uid = request.form.get("version", "")
    reviewing.comment(current_session(), current_actor(), version_uid, request.form.get("comment", ""), at=now())
    return redirect(url_for("bank.show", uid=uid), code=303)


@bp.post("/<uid>/retire")
def retire(uid: str) -> ResponseReturnValue:
    """Take a version out of use."""
    writing.retire(current_session(), current_actor(), request.form.get("version", ""))
    flash(_("Câu hỏi đã thôi dùng. Các bài kiểm tra đang có câu này vẫn giữ nguyên."), "good")
    return redirect(url_for("bank.index"), code=303)


@bp.get("/new")
def new() -> ResponseReturnValue:
    """Ask for the kind of question, then for the question."""
    session, actor = current_session(), current_actor()
    require(actor, Permission.OPEN_BANK)
    subjects = [one for one in list_subjects(session, actor.school_id) if one.id in actor.subject_ids]
    subject = next((one for one in subjects if one.uid == request.args.get("subject")), None)
    if subject is None and len(subjects) == 1:
        subject = subjects[0]
    kind = _kind()
    if subject is None or kind is None:
        return render_template(
            "question_bank/items/kinds.html", subjects=subjects, subject=subject, kind=kind, types=TYPE_NAMES
        )
    return _form_page(
        subject,
        blank(kind),
        action=url_for("bank.add", type=kind, subject=subject.uid),
        back=url_for("bank.index"),
        tags=Tags(),
    )


def _kind() -> ItemType | None:
    """The kind of question that the address asks for."""
    wanted = request.args.get("type", "")
    return ItemType(wanted) if wanted in set(ItemType) else None


@bp.post("/new")
@upload_route
@shows_again(new)
def add() -> ResponseReturnValue:
    """Put a new question into the subject's bank."""
    session, actor = current_session(), current_actor()
    subject, kind = get_subject(session, actor.school_id, request.args.get("subject", "")), _kind()
    if kind is None:
        raise NotFound
    writing.may_add_or_refuse(actor, subject)
    upload = _receive()
    if request.form.get("act") == "preview":
        return new()
    pictures = keep_new_pictures(session, upload.all("pictures"), at=now())
    draft = draft_from_form(request.form, blank(kind))
    item = writing.new_item(
        session,
        actor,
        subject.id,
        with_pictures(draft, pictures.values()),
        tags=tags_from_form(request.form),
        pictures=pictures,
        at=now(),
    )
    return _saved(item.uid, item.versions[-1])


@bp.get("/<uid>/edit")
def edit(uid: str) -> ResponseReturnValue:
    """Show the newest version of a question as a form."""
    session, actor = current_session(), current_actor()
    item = reading.get_item(session, actor, uid)
    version = reading.visible_versions(item, actor)[0]
    require(actor, Permission.RENEW, version)
    return _form_page(
        item.subject,
        reading.draft_of(version),
        action=url_for("bank.renew", uid=uid),
        back=url_for("bank.show", uid=uid),
        tags=labelling.tags_of(version),
    )


@bp.post("/<uid>/edit")
@upload_route
@shows_again(edit)
def renew(uid: str) -> ResponseReturnValue:
    """Write the next version of a question."""
    session, actor = current_session(), current_actor()
    writing.may_renew_or_refuse(session, actor, uid)
    upload = _receive()
    if request.form.get("act") == "preview":
        return edit(uid)
    before = reading.visible_versions(reading.get_item(session, actor, uid), actor)[0]
    pictures: dict[str, Picture] = keep_new_pictures(session, upload.all("pictures"), at=now())
    draft = with_pictures(draft_from_form(request.form, reading.draft_of(before)), pictures.values())
    tags = tags_from_form(request.form)
    version = writing.new_version(session, actor, uid, draft, tags=tags, pictures=pictures, at=now())
    return _saved(uid, version)


def _receive() -> Upload:
    return receive(request, max_file_bytes=MAX_PICTURE, max_files=MAX_PICTURES, endings=PICTURE_ENDINGS)


def _saved(uid: str, version: ItemVersion) -> ResponseReturnValue:
    if request.form.get("act") == "submit":
        versions = writing.submit(current_session(), current_actor(), [version.uid], at=now())
        flash(_("Đã lưu và gửi duyệt."), "good")
        _say_found(versions)
    else:
        flash(_("Đã lưu vào ngân hàng, ở dạng bản nháp."), "good")
    return redirect(url_for("bank.show", uid=uid), code=303)


def _form_page(subject: Subject, draft: ItemDraft, *, action: str, back: str, tags: Tags) -> ResponseReturnValue:
    """The form of a question with its preview; after a refusal it shows what was typed."""
    typed = draft_from_form(request.form, draft) if request.method == "POST" else draft
    if wants_part("preview"):
        return preview_part(typed, "bank.asset")
    session, actor = current_session(), current_actor()
    card, seen = previewed(typed, "bank.asset") if fields_of(typed).prompt else (None, ())
    points = tags.points and show_number(tags.points)
    if request.method == "POST":
        tags, points = typed_tags(request.form)
    return render_template(
        "question_bank/items/form.html",
        fields=fields_of(typed),
        images=[url_for("bank.asset", sha256=picture_address(tag)) for tag in fields_of(typed).images],
        tags=tags,
        points=points or "",
        subject=subject,
        types=TYPE_NAMES,
        choices=tag_choices(session, actor, subject, tags.outcomes or (), tags.grade),
        action=action,
        back=back,
        card=card,
        seen=seen,
        truth=nfc(request.form.get("truth", "")) or fields_of(typed).truth,
        problems={name: problems_of(name) for name in ("", "prompt", "points", "pictures", *TAG_FIELDS)},
    )


@bp.get("/assets/<sha256>")
def asset(sha256: str) -> ResponseReturnValue:
    """Send a picture to somebody who may see a question that shows it."""
    blob = reading.find_asset(current_session(), current_actor(), sha256)
    return send_blob(
        blob.sha256, name=blob.sha256[:12], media_type=blob.media_type, inline=True, cache_seconds=PICTURES_SECONDS
    )
