"""XML from strangers: no entities, no document types, no network, no odd encodings."""

from __future__ import annotations

import re

from lxml import etree

from lms.base.errors import Invalid, TooLarge
from lms.base.i18n_marks import N_
from question_bank.formats.fragments import tidy

LIMIT = 100_000_000  # bytes

DOCTYPE = N_("Tệp XML có khai báo DOCTYPE nên không được nhận. Hãy xuất lại từ chương trình gốc.")
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*?\?>")
_ENCODING = re.compile(rb"""<\?xml\b[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.S)
_PLAIN_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[<>]{0,500}(?:\[(?P<inside>[^\]]{0,5000})\]\s*)?>")
_READABLE = re.compile(r"utf-?8|us-ascii|ascii|iso-8859-\d{1,2}|windows-125\d|cp125\d", re.I)
BROKEN = N_("Tệp XML bị hỏng hoặc bị cắt ngang. Hãy xuất lại rồi thử lần nữa.")


def parse(data: bytes, *, huge: bool = False, cut_doctype: bool = False) -> etree._Element:
    """Return the root element of an XML file; `huge` allows single texts over 10 MB (embedded files).

    A document type is refused before the parser sees it, so there is no entity to expand or to fetch. For formats
    whose own files name one (QTI 1.2), `cut_doctype` cuts it out unread instead, unless it declares entities.

    Raises:
        Invalid: the bytes are no well-formed XML, or hold a document type.
        TooLarge: over `LIMIT`.
    """
    if len(data) > LIMIT:
        raise TooLarge(N_("Tệp quá lớn (tối đa %(limit)s MB). Hãy chia thành vài tệp."), limit=LIMIT // 10**6)
    if not data.strip():
        raise Invalid.at("file", N_("Tệp này trống."))
    text = _text(data)
    if declaration := _DECLARATION.match(text):
        text = text[declaration.end() :]
    start = _PROLOG.match(text)
    text = text[start.end() if start else 0 :]
    if text.startswith("<!"):
        plain = _PLAIN_DOCTYPE.match(text) if cut_doctype else None
        if plain is None or "<!ENTITY" in (plain["inside"] or "").upper():
            raise Invalid.at("file", DOCTYPE)
        text = text[plain.end() :]
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=huge, encoding="utf-8"
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        pass
    try:
        # Control characters slip into exports; without them most such files are sound.
        return etree.fromstring(tidy(text).encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Invalid.at("file", BROKEN) from error


def _text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if data[:4] in (b"<\x00?\x00", b"<\x00q\x00"):
        return data.decode("utf-16-le", "replace")
    data = data.removeprefix(b"\xef\xbb\xbf")
    declared = _ENCODING.match(data.lstrip()[:300])
    name = declared[1].decode("ascii") if declared else "utf-8"
    if not _READABLE.fullmatch(name):
        raise Invalid.at("file", N_("Tệp XML dùng bảng mã lạ. Hãy lưu lại dạng UTF-8."))
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return data.decode("cp1258", "replace")
    except LookupError as error:
        raise Invalid.at("file", BROKEN) from error


def text_of(element: etree._Element | None, path: str = "") -> str:
    """Return the text at *path* below an element, "" where there is none."""
    if element is None:
        return ""
    found = element.find(path) if path else element
    return "".join(str(part) for part in found.itertext()) if found is not None else ""
