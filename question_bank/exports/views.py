"""The page on which questions leave the bank: the format, what it would lose, then the file."""

from __future__ import annotations

import io
from urllib.parse import urlencode

from flask import Blueprint, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from lms.base.clock import now
from lms.base.errors import Invalid
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.web import current_actor, current_session
from question_bank.exports import service
from question_bank.formats.writers import WRITERS
from question_bank.items.listing import KEPT, address, wanted_from
from question_bank.permissions import Permission, require

bp = Blueprint("exports", __name__, url_prefix="/bank/export")

_KEPT = (*KEPT, "mine")


@bp.get("")
def show() -> ResponseReturnValue:
    """Show what would leave in the format of the address, and what of it would not come back."""
    writer = service.writer_called(request.args.get("format") or next(iter(WRITERS)))
    chosen = None
    try:
        chosen = _chosen()
    except Invalid as problem:
        g.problem = problem
    return render_template(
        "question_bank/exports/show.html",
        writer=writer,
        count=len(chosen.drafts) if chosen else 0,
        losses=service.losses_of(writer, chosen) if chosen else (),
        tabs=[
            (one.title, url_for("exports.show") + "?" + _asked(one.name), one is writer, None)
            for one in WRITERS.values()
        ],
        asked=_asked(writer.name),
        back=address(_filter()),
        problems=problems_of(""),
    )


@bp.post("")
def take_out() -> ResponseReturnValue:
    """Send the file."""
    writer = service.writer_called(request.args.get("format", ""))
    name = f"{_('cau-hoi')}-{now():%Y-%m-%d}"
    written = service.take_out(current_session(), current_actor(), writer, _chosen(), name)
    answer = send_file(
        io.BytesIO(written.data), mimetype=written.media_type, as_attachment=True, download_name=written.name
    )
    answer.headers["Cache-Control"] = "no-store"  # it holds keys
    return answer


@bp.post("/chosen")
def choose() -> ResponseReturnValue:
    """Go to the page with the questions that were ticked in the list."""
    require(current_actor(), Permission.OPEN_BANK)
    chosen = [("chosen", uid) for uid in request.form.getlist("chosen")]
    return redirect(url_for("exports.show") + "?" + urlencode([*chosen, *_filter().items()]), code=303)


def _chosen() -> service.Chosen:
    session, actor = current_session(), current_actor()
    return service.choose(session, actor, wanted_from(request.args, actor), request.args.getlist("chosen"))


def _filter() -> dict[str, str]:
    return {name: request.args[name] for name in _KEPT if request.args.get(name)}


def _asked(name: str) -> str:
    """The address of the same questions in another format."""
    chosen = [("chosen", uid) for uid in request.args.getlist("chosen")]
    return urlencode([("format", name), *chosen, *_filter().items()])
