"""Bodies, keys, notes and drafts as JSON text and back, exactly; fractions are written "n/d".

The text is canonical (keys sorted, no spaces), so that equal contents have equal hashes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeVar

import msgspec

from question_bank.items.domain import KEY_OF, ItemBody, ItemDraft, ItemKey, ItemNotes, ItemType, Problem

T = TypeVar("T")


def _write(value: Any) -> Any:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, Mapping):
        return dict(value)
    raise NotImplementedError(type(value))


def _read(kind: type, value: Any) -> Any:
    if kind is Fraction:
        return Fraction(value)
    raise NotImplementedError(kind)


_encoder = msgspec.json.Encoder(enc_hook=_write, order="deterministic")


def _encode(value: Any) -> str:
    return _encoder.encode(value).decode()


def _decode(text: str, kind: type[T]) -> T:
    return msgspec.json.decode(text, type=kind, dec_hook=_read)


def encode_body(body: ItemBody) -> str:
    """Write a body; one without variables as bodies were written before there were any, so that its hash stays."""
    if body.variables:
        return _encode(body)
    return _encode({name: getattr(body, name) for name in ItemBody.__slots__ if name != "variables"})


def decode_body(text: str) -> ItemBody:
    """Read a body.

    Raises:
        msgspec.DecodeError: the text is none.
    """
    return _decode(text, ItemBody)


def encode_key(key: ItemKey | None) -> str:
    """Write a key; which kind it is follows from the question's type."""
    return _encode(key)


def decode_key(kind: ItemType, text: str) -> ItemKey | None:
    """Read the key of a question of the type *kind*.

    Raises:
        msgspec.DecodeError: the text is no key of that kind.
    """
    form = KEY_OF[kind]
    return None if form is None or text == "null" else _decode(text, form)


def encode_notes(notes: ItemNotes) -> str:
    """Write notes."""
    return _encode(notes)


def decode_notes(text: str) -> ItemNotes:
    """Read notes.

    Raises:
        msgspec.DecodeError: the text is none.
    """
    return _decode(text, ItemNotes)


def encode_draft(draft: ItemDraft) -> str:
    """Write a draft with its problems."""
    return _encode({name: getattr(draft, name) for name in draft.__dataclass_fields__})


_PLAIN: Mapping[str, Any] = {
    **dict.fromkeys(
        ("title", "number", "part", "category", "level", "external_id", "source", "topic", "taken_from"), str
    ),
    **dict.fromkeys(("grade", "year"), int | None),
    "any_textbook": bool,
}


def decode_draft(text: str) -> ItemDraft:
    """Read a draft.

    Raises:
        msgspec.DecodeError: the text is none.
    """
    raw = _decode(text, dict[str, msgspec.Raw])
    body = decode_body(bytes(raw["body"]).decode())
    return ItemDraft(
        body=body,
        key=decode_key(body.type, bytes(raw["key"]).decode()),
        notes=decode_notes(bytes(raw["notes"]).decode()),
        codes=_decode(bytes(raw["codes"]).decode(), tuple[str, ...]),
        tags=_decode(bytes(raw["tags"]).decode(), tuple[str, ...]),
        points=_decode(bytes(raw["points"]).decode(), Fraction | None),  # type: ignore[arg-type]  # a union is no class
        problems=_decode(bytes(raw["problems"]).decode(), tuple[Problem, ...]),
        **{
            name: _decode(bytes(raw[name]).decode(), kind)
            for name, kind in _PLAIN.items()
            if name in raw  # what was written before the field was there does not have it
        },
    )


def fingerprint(body: ItemBody, key: ItemKey | None, notes: ItemNotes) -> str:
    """The SHA-256 of a version's canonical content, hexadecimal."""
    content = f'{{"body":{encode_body(body)},"key":{encode_key(key)},"notes":{encode_notes(notes)}}}'
    return hashlib.sha256(content.encode()).hexdigest()
