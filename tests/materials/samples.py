"""Small files and materials for tests of the library."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lms.base import storage
from lms.base.permissions import Actor
from materials.catalogue import service
from materials.catalogue.domain import Description
from materials.catalogue.models import Edition
from materials.catalogue.service import Incoming
from materials.review import service as review
from tests.factories import NOON, World

TITLE = "Phương trình bậc nhất một ẩn"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_SLIDE = (
    '<p:sld xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>'
)
_SHAPE = (
    '<p:sp><p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>'
    "<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
)


def archive(**parts: str) -> bytes:
    """A zip of these parts; `__` in a name stands for `/`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name.replace("__", "/"), text)
    return out.getvalue()


def pptx(*slides: tuple[str, str]) -> bytes:
    """A presentation of (title, text) slides."""
    parts = {"[Content_Types].xml": _TYPES, "ppt/presentation.xml": "<p/>"}
    for number, (title, text) in enumerate(slides, start=1):
        shapes = _SHAPE.format(kind="title", text=title) + _SHAPE.format(kind="body", text=text)
        parts[f"ppt/slides/slide{number}.xml"] = _SLIDE.format(shapes=shapes)
    return archive(**parts)


DECK = pptx((TITLE, "Bài toán cân đĩa"), ("Quy tắc chuyển vế", "Đổi dấu hạng tử khi chuyển vế"))


def deposited(
    session: Session,
    actor: Actor,
    world: World,
    *,
    title: str = TITLE,
    at: datetime = NOON,
    data: bytes = DECK,
    **said: object,
) -> Edition:
    """A described draft."""
    edition = service.deposit(session, actor, [Incoming(storage.put_bytes(data), "bai-giang.pptx")], at=at)
    description = {
        "title": title,
        "summary": "Mô phỏng cân đĩa, 6 ví dụ.",
        "kind": "slides",
        "subject_uid": world.maths.uid,
        "grades": ("8",),
        "licence": "CC-BY-4.0",
        "rights": "own",
        **said,
    }
    return service.describe(session, actor, edition.uid, Description(**description), at=at)  # type: ignore[arg-type]


def in_state(session: Session, world: World, state: str, *, author: str = "teacher", **said: object) -> Edition:
    """A material of a teacher in this state, brought there by the right people."""
    actor, head = world.actor(session, author), world.actor(session, "subject_head")
    edition = deposited(session, actor, world, **said)  # type: ignore[arg-type]
    later = NOON + timedelta(minutes=5)
    if state != "draft":
        review.submit(session, actor, edition.uid, at=later)
    if state == "changes_requested":
        review.request_changes(session, head, edition.uid, note="Thiếu ví dụ.", at=later)
    if state in {"approved", "superseded", "withdrawn"}:
        review.approve(session, head, edition.uid, at=later)
    if state == "superseded":
        newer = service.new_edition(session, actor, edition.uid, at=later)
        review.submit(session, actor, newer.uid, at=later)
        review.approve(session, head, newer.uid, at=later)
    if state == "withdrawn":
        review.withdraw(session, head, edition.uid, note="Sai kiến thức.", at=later)
    session.flush()
    return edition
