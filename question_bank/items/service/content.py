"""The content of a question on its way in: cleaned, checked, hashed, with its pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Protocol

from sqlalchemy.orm import Session

from lms.base import richtext, storage
from lms.base.errors import Invalid, Message
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.text import exact_key, fold, nfc
from question_bank.items import codec
from question_bank.items.checking import problems_in
from question_bank.items.domain import EssayKey, Gap, ItemBody, ItemDraft, ItemKey, ItemNotes, ItemState, Option
from question_bank.items.models import Item, ItemAsset, ItemVersion
from question_bank.items.presenting import asset_hashes, pictures_in, words_of


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is in the content store already."""

    sha256: str
    media_type: str
    name: str = ""


class UploadedFile(Protocol):
    """A picture that an upload brought."""

    @property
    def stored(self) -> storage.Stored: ...
    @property
    def name(self) -> str: ...


class Bytes(Protocol):
    """A picture that comes with its bytes, as readers of files return it."""

    @property
    def sha256(self) -> str: ...
    @property
    def data(self) -> bytes: ...
    @property
    def name(self) -> str: ...


NO_PICTURES: Mapping[str, Picture] = {}


def keep_pictures(session: Session, files: Iterable[Bytes], *, at: datetime) -> dict[str, Picture]:
    """Put pictures into the content store; what they are is told from their bytes."""
    kept = {}
    for file in files:
        blob = storage.keep_bytes(session, file.data, at=at)
        kept[file.sha256] = Picture(blob.sha256, blob.media_type, file.name[:200])
    return kept


def keep_new_pictures(session: Session, files: Iterable[UploadedFile], *, at: datetime) -> dict[str, Picture]:
    """Record pictures that an upload put into the content store."""
    kept = {}
    for file in files:
        blob = storage.keep(session, file.stored, at=at)
        kept[blob.sha256] = Picture(blob.sha256, blob.media_type, file.name[:200])
    return kept


def with_pictures(draft: ItemDraft, pictures: Iterable[Picture]) -> ItemDraft:
    """Return the draft with more pictures at the end of its prompt."""
    added = "".join(f'<p><img src="asset:{one.sha256}" alt="{escape(one.name)}"></p>' for one in pictures)
    return replace(draft, body=replace(draft.body, prompt=draft.body.prompt + added)) if added else draft


def cleaned(draft: ItemDraft) -> ItemDraft:
    """Return a draft whose every text is in NFC and in the vocabulary of `lms.base.richtext`."""
    body, notes, key = draft.body, draft.notes, draft.key
    if isinstance(key, EssayKey):
        key = EssayKey(richtext.clean(key.rubric))
    return replace(
        draft,
        body=replace(
            body,
            prompt=richtext.clean(body.prompt),
            passage=richtext.clean(body.passage),
            options=_clean_options(body.options),
            targets=_clean_options(body.targets),
            gaps=tuple(Gap(gap.id, _clean_options(gap.choices)) for gap in body.gaps),
        ),
        key=key,
        notes=ItemNotes(
            richtext.clean(notes.solution),
            richtext.clean(notes.feedback),
            {name: richtext.clean(text) for name, text in notes.per_option.items()},
            tuple(richtext.clean(hint) for hint in notes.hints),
        ),
        title=nfc(draft.title)[:200],
    )


def _clean_options(options: tuple[Option, ...]) -> tuple[Option, ...]:
    return tuple(replace(option, html=richtext.clean(option.html)) for option in options)


def likeness(body: ItemBody) -> str:
    """A hash under which two questions are equal that read the same, whatever the order of their options."""
    options = sorted(exact_key(richtext.to_plain(option.html)) for option in (*body.options, *body.targets))
    words = " ".join(exact_key(richtext.to_plain(f"{body.passage} {body.prompt}".strip())).split())
    return hashlib.sha256("\n".join([words, *options, *sorted(asset_hashes(body))]).encode()).hexdigest()


def add_version(
    item: Item, actor: Actor, draft: ItemDraft, number: int, pictures: Mapping[str, Picture], at: datetime
) -> ItemVersion:
    """Make the next version of a question from a cleaned draft.

    Raises:
        Invalid: the question is not whole, or shows a picture that is not among `pictures`.
    """
    problems = problems_in(draft.body, draft.key)
    if problems:
        raise Invalid({"": [Message(problem.message, problem.params) for problem in problems]})
    shown = asset_hashes(draft.body) | hashes_in_notes(draft.key, draft.notes)
    if not shown <= pictures.keys():
        raise Invalid.at("prompt", N_("Câu hỏi nhắc tới một hình không có ở đây. Hãy thêm lại hình."))
    version = ItemVersion(
        school_id=actor.school_id,
        subject_id=item.subject_id,
        author_id=actor.user_id,
        number=number,
        type=draft.body.type.value,
        body_json=codec.encode_body(draft.body),
        key_json=codec.encode_key(draft.key),
        notes_json=codec.encode_notes(draft.notes),
        sha256=codec.fingerprint(draft.body, draft.key, draft.notes),
        title=draft.title,
        search_text=fold(f"{draft.title} {words_of(draft.body)}"),
        state=ItemState.DRAFT.value,
        created_at=at,
    )
    version.assets = [
        ItemAsset(
            sha256=sha256, school_id=actor.school_id, media_type=pictures[sha256].media_type, name=pictures[sha256].name
        )
        for sha256 in sorted(shown)
    ]
    item.versions.append(version)
    return version


def hashes_in_notes(key: ItemKey | None, notes: ItemNotes) -> frozenset[str]:
    """The pictures in solution, feedback, hints and rubric."""
    texts = [notes.solution, notes.feedback, *notes.per_option.values(), *notes.hints]
    if isinstance(key, EssayKey):
        texts.append(key.rubric)
    return pictures_in(texts)
