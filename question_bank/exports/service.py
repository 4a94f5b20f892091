"""Take questions of the bank out as a file, with everything that is said about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session, selectinload

from lms.base import audit, storage
from lms.base.errors import Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from question_bank.formats.losses import Loss, losses
from question_bank.formats.reading import Asset
from question_bank.formats.writers import WRITERS, Writer
from question_bank.items.domain import ItemDraft
from question_bank.items.models import ItemVersion
from question_bank.items.queries import versions, visible_to
from question_bank.items.search.service import find_ids
from question_bank.items.search.wanted import Wanted
from question_bank.items.service.labelling import tags_of
from question_bank.items.service.reading import draft_of
from question_bank.permissions import Permission, require

MOST = 1000  # questions of one file
MOST_BYTES = 100_000_000  # pictures of one file


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is taken out: one version a question, in the order in which they were written, and their pictures."""

    drafts: tuple[ItemDraft, ...]
    assets: Mapping[str, Asset]


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it is sent."""

    data: bytes
    name: str
    media_type: str


def writer_called(name: str) -> Writer:
    """Return a format by its name.

    Raises:
        NotFound: questions are not written so.
    """
    try:
        return WRITERS[name]
    except KeyError:
        raise NotFound from None


def choose(session: Session, actor: Actor, wanted: Wanted, uids: Sequence[str] = ()) -> Chosen:
    """Return the questions that a search finds, or only those whose versions are named.

    Everything that the actor may read can be taken out, since whoever reads a question in the bank sees its key.

    Raises:
        Forbidden: the bank is closed to the actor.
        Invalid: there is none, or too many for one file.
    """
    require(actor, Permission.OPEN_BANK)
    if uids:
        named = ItemVersion.uid.in_(uids[: MOST + 1])
    else:
        named = ItemVersion.id.in_(find_ids(session, actor, wanted, most=2 * MOST))
    held = (selectinload(ItemVersion.labels), selectinload(ItemVersion.assets))
    query = versions(visible_to(actor), named).options(*held)
    rows = session.scalars(query.order_by(ItemVersion.item_id, ItemVersion.number).limit(2 * MOST)).all()
    newest = list({row.item_id: row for row in rows}.values())
    if not newest:
        raise Invalid.at("", N_("Không có câu nào để xuất."))
    if len(newest) > MOST:
        raise Invalid.at("", N_("Mỗi tệp tối đa %(most)s câu. Hãy lọc bớt, rồi xuất vài tệp."), most=MOST)
    return Chosen(tuple(with_tags(row) for row in newest), _pictures(newest))


def losses_of(writer: Writer, chosen: Chosen) -> tuple[Loss, ...]:
    """Return what of the questions a file of this format would not bring back."""
    return losses(writer, chosen.drafts, chosen.assets)


def take_out(session: Session, actor: Actor, writer: Writer, chosen: Chosen, name: str) -> Written:
    """Write questions as a file that leaves, which the log remembers."""
    data = writer.write(chosen.drafts, chosen.assets)
    audit.record(session, actor, "item.exported", format=writer.name, questions=len(chosen.drafts))
    return Written(data, f"{name}.{writer.ending}", writer.media_type)


def with_tags(version: ItemVersion) -> ItemDraft:
    """Return a version as a draft with everything that is said about it."""
    said = tags_of(version)
    return replace(
        draft_of(version),
        category=version.category,
        level=version.level,
        topic=version.topic,
        codes=said.outcomes or (),
        tags=said.labels or (),
        points=version.points,
        external_id=version.item.external_id,
        grade=version.grade,
        taken_from=version.taken_from,
        year=version.year,
        any_textbook=version.any_textbook,
    )


def _pictures(rows: Sequence[ItemVersion]) -> dict[str, Asset]:
    kept: dict[str, Asset] = {}
    room = MOST_BYTES
    for asset in (asset for row in rows for asset in row.assets):
        if asset.sha256 not in kept:
            data = storage.get_bytes(asset.sha256)
            room -= len(data)
            if room < 0:
                raise Invalid.at("", N_("Hình của các câu này quá lớn cho một tệp. Hãy lọc bớt, rồi xuất vài tệp."))
            kept[asset.sha256] = Asset(asset.sha256, data, asset.media_type, asset.name)
    return kept
