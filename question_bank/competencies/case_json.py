"""CASE 1.0 packages (IMS Competencies and Academic Standards Exchange, CFPackage as JSON) in and out.

What the format allows and we do not use travels along in `extra`, so a package that came in goes out with it.
"""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from lms.base.text import nfc
from question_bank.competencies.domain import Association, Framework, Item, check, grade_of

LARGEST = 20 * 1024 * 1024  # bytes
LONGEST = 20_000  # characters of one text
_ITEM = {
    "identifier",
    "fullStatement",
    "humanCodingScheme",
    "CFItemType",
    "educationLevel",
    "educationalLevel",
    "notes",
}
_LINK = {"identifier", "associationType", "sequenceNumber", "originNodeURI", "destinationNodeURI"}
_DOCUMENT = {"identifier", "title", "creator", "subject", "description", "officialSourceURL"}


def read_case(data: bytes) -> Framework:
    """Read a CASE package.

    Raises:
        Invalid: with a sentence about what the file is or lacks.
    """
    package = _parsed(data)
    if not isinstance(package, dict) or not isinstance(package.get("CFDocument"), dict):
        raise Invalid.at("file", N_("Tệp JSON này không phải gói CASE: không có CFDocument."))
    document = package["CFDocument"]
    items = tuple(_item(row, number) for number, row in enumerate(_rows(package, "CFItems"), start=1))
    links = tuple(
        link
        for number, row in enumerate(_rows(package, "CFAssociations"), start=1)
        if (link := _link(row, number)) is not None
    )
    subjects = document.get("subject")
    definitions = package.get("CFDefinitions")
    return check(
        Framework(
            identifier=_identifier(document, N_("CFDocument thiếu identifier.")),
            title=_text(document, "title"),
            creator=_text(document, "creator"),
            subject=nfc(str(subjects[0])) if isinstance(subjects, list) and subjects else _text(document, "subject"),
            source=_text(document, "officialSourceURL"),
            note=_text(document, "description"),
            items=items,
            associations=links,
            extra=_rest(document, _DOCUMENT),
            definitions=definitions if isinstance(definitions, dict) else {},
        )
    )


def _parsed(data: bytes) -> Any:
    if len(data) > LARGEST:
        raise Invalid.at("file", N_("Tệp lớn hơn %(most)d MB."), most=LARGEST // (1024 * 1024))
    if not data.strip():
        raise Invalid.at("file", N_("Tệp rỗng."))
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=lambda _: None)
    except UnicodeDecodeError:
        raise Invalid.at("file", N_("Tệp không viết bằng UTF-8 nên không đọc được.")) from None
    except (ValueError, RecursionError):
        raise Invalid.at("file", N_("Tệp không phải JSON hợp lệ hoặc bị cắt giữa chừng.")) from None


def _rows(package: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = package.get(name) or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Invalid.at("file", N_("Phần %(name)s của gói CASE không phải một danh sách."), name=name)
    return rows


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return nfc(str(value))[:LONGEST] if isinstance(value, str | int | float) else ""


def _identifier(row: Mapping[str, Any], otherwise: str, **params: str | int) -> str:
    identifier = _text(row, "identifier").strip() or _text(row, "uri").rsplit("/", 1)[-1].strip()
    if not identifier or len(identifier) > 100:
        raise Invalid.at("file", otherwise, **params)
    return identifier


def _rest(row: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    return {str(name)[:100]: value for name, value in row.items() if name not in known and value is not None}


def _item(row: dict[str, Any], number: int) -> Item:
    levels = row.get("educationLevel", row.get("educationalLevel")) or []
    written = levels.split(",") if isinstance(levels, str) else levels if isinstance(levels, list) else []
    return Item(
        identifier=_identifier(row, N_("Mục thứ %(number)d thiếu mã nhận dạng hoặc trùng mã."), number=number),
        statement=_text(row, "fullStatement").strip() or _text(row, "abbreviatedStatement").strip(),
        code=_text(row, "humanCodingScheme")[:120],
        kind=_text(row, "CFItemType")[:60],
        grades=tuple(dict.fromkeys(grade_of(str(level))[:20] for level in written if str(level).strip())),
        notes=_text(row, "notes"),
        extra=_rest(row, _ITEM),
    )


def _link(row: dict[str, Any], number: int) -> Association | None:
    """Read an association; one that names no two nodes says nothing and is left out."""
    ends = []
    for name in ("originNodeURI", "destinationNodeURI"):
        end = row.get(name)
        if isinstance(end, str):  # an early draft of the standard
            end = {"uri": end}
        if not isinstance(end, dict):
            return None
        ends.append(_text(end, "identifier") or _text(end, "uri").rsplit("/", 1)[-1])
    if not all(ends):
        return None
    destination = row.get("destinationNodeURI")
    outside = {"destination": destination} if isinstance(destination, dict) else {}
    return Association(
        identifier=_text(row, "identifier")[:100] or str(uuid.uuid5(uuid.NAMESPACE_OID, f"{number}{ends}")),
        origin=ends[0][:100],
        kind=_text(row, "associationType")[:40],
        destination=ends[1][:100],
        position=_position(row.get("sequenceNumber")),
        extra=_rest(row, _LINK) | outside,
    )


def _position(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value) if abs(value) < 1 << 30 else None


def write_case(framework: Framework, *, base_url: str, at: datetime) -> bytes:
    """Write a CASE 1.0 package; `base_url` stands before the identifiers in the URIs that are not ours to keep."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    root = f"{base_url.rstrip('/')}/ims/case/v1p0"
    titles = {framework.identifier: framework.title} | {item.identifier: _name(item) for item in framework.items}
    document = {
        **framework.extra,
        "identifier": framework.identifier,
        "uri": framework.extra.get("uri") or f"{root}/CFDocuments/{framework.identifier}",
        "creator": framework.creator,
        "title": framework.title,
        "lastChangeDateTime": framework.extra.get("lastChangeDateTime") or stamp,
        "subject": [framework.subject] if framework.subject else None,
        "description": framework.note,
        "officialSourceURL": framework.source if framework.source.startswith("http") else None,
        "notes": framework.extra.get("notes") or (None if framework.source.startswith("http") else framework.source),
    }
    items = [
        {
            **item.extra,
            "identifier": item.identifier,
            "uri": item.extra.get("uri") or f"{root}/CFItems/{item.identifier}",
            "fullStatement": item.statement,
            "humanCodingScheme": item.code,
            "CFItemType": item.kind,
            "educationLevel": [grade.zfill(2) if grade.isdigit() else grade for grade in item.grades],
            "notes": item.notes,
            "lastChangeDateTime": item.extra.get("lastChangeDateTime") or stamp,
        }
        for item in framework.items
    ]
    links = [_written(link, titles, root, stamp) for link in framework.associations]
    package: dict[str, Any] = {
        "CFDocument": _filled(document),
        "CFItems": [_filled(item) for item in items],
        "CFAssociations": links,
    }
    if framework.definitions:
        package["CFDefinitions"] = dict(framework.definitions)
    return json.dumps(package, ensure_ascii=False, indent=1).encode()


def _name(item: Item) -> str:
    return item.code or item.statement[:120]


def _written(link: Association, titles: Mapping[str, str], root: str, stamp: str) -> dict[str, Any]:
    def end(identifier: str) -> dict[str, str]:
        return {
            "title": titles.get(identifier, identifier),
            "identifier": identifier,
            "uri": f"{root}/CFItems/{identifier}",
        }

    extra = dict(link.extra)
    destination = extra.pop("destination", None)
    return _filled(
        {
            **extra,
            "identifier": link.identifier,
            "uri": extra.get("uri") or f"{root}/CFAssociations/{link.identifier}",
            "associationType": link.kind,
            "sequenceNumber": link.position,
            "originNodeURI": end(link.origin),
            "destinationNodeURI": destination or end(link.destination),
            "lastChangeDateTime": extra.get("lastChangeDateTime") or stamp,
        }
    )


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in (None, "", [])}
