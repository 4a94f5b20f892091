"""HTML fragments in the vocabulary of questions, made from plain text or from foreign HTML."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import unquote

from lxml import etree
from lxml import html as lxml_html

from lms.base.richtext import clean
from lms.base.text import nfc
from question_bank.formats.reading import Asset

DEPTH_LIMIT = 60

# What stays, by the name it gets. Everything else gives its content to its parent.
KEPT = {
    "p": "p", "div": "p", "h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4", "pre": "pre",
    "code": "code", "blockquote": "blockquote", "b": "b", "strong": "b", "i": "i", "em": "i", "u": "u", "ins": "u",
    "s": "s", "del": "s", "strike": "s", "sub": "sub", "sup": "sup", "ul": "ul", "ol": "ol", "li": "li",
    "table": "table", "tr": "tr", "td": "td", "th": "th",
}  # fmt: skip
DROPPED = {"script", "style", "head", "title", "iframe", "object", "embed", "form", "template", "noscript", "svg"}
BLOCKS = ("p>", "ul>", "ol>", "table>", "pre>", "h2>", "h3>", "h4>", "blockquote>")

# Each alternative stops at the next opener, so that a text of nothing but openers costs one pass.
_TEX = re.compile(
    r"\\\((?P<round>(?:(?!\\[()]).)+)\\\)|\\\[(?P<square>(?:(?!\\[\[\]]).)+)\\\]|\$\$(?P<dollars>(?:(?!\$\$).)+)\$\$",
    re.S,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TAG = re.compile(
    r"</?(?:p|br|b|i|u|em|strong|sub|sup|ul|ol|li|table|tr|td|th|img|span|div|a|font|h\d|pre|code)\b[^<>]*>", re.I
)
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-f]{1,5});", re.I)


@dataclass(slots=True)
class Shelf:
    """The pictures and other files collected while a source is read, and the names that were not found."""

    assets: dict[str, Asset] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)  # files that no fragment can show

    def put(self, data: bytes, name: str = "", media_type: str = "") -> str:
        """Keep a file and return the address that fragments use for it."""
        digest = hashlib.sha256(data).hexdigest()
        kind = media_type or media_type_of(data, name)
        self.assets.setdefault(digest, Asset(digest, data, kind, name))
        return f"asset:{digest}"


def media_type_of(data: bytes, name: str = "") -> str:
    """Tell the media type of a file by its first bytes, else by its name."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[40:44] == b" EMF":
        return "image/emf"
    return _BY_NAME.get(name.rpartition(".")[2].lower(), "application/octet-stream")


_MAGIC = (
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\xd7\xcd\xc6\x9a", "image/wmf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"%PDF", "application/pdf"),
)
_BY_NAME = {
    "svg": "image/svg+xml", "wmf": "image/wmf", "emf": "image/emf", "mp3": "audio/mpeg", "mp4": "video/mp4",
    "ogg": "audio/ogg", "wav": "audio/wav", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
    "gif": "image/gif", "bmp": "image/bmp",
}  # fmt: skip


def tidy(text: str) -> str:
    """Return *text* in NFC without control characters."""
    return nfc(_CONTROL.sub("", text))


def tex(latex: str) -> str:
    """Return a formula as the fragment that shows it."""
    return f'<span class="tex">{escape(latex.strip(), quote=False)}</span>'


def inline(text: str) -> str:
    r"""Return plain text as inline HTML: escaped, newlines as breaks, `\(…\)` and `$$…$$` as formulas."""
    text = tidy(text)
    parts: list[str] = []
    at = 0
    for match in _TEX.finditer(text):
        parts.append(_escaped(text[at : match.start()]))
        parts.append(tex(match["round"] or match["square"] or match["dollars"]))
        at = match.end()
    parts.append(_escaped(text[at:]))
    return "".join(parts)


def _escaped(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")


def paragraphs(text: str) -> str:
    """Return plain text as paragraphs, parted at blank lines."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.strip())]
    return "".join(f"<p>{inline(block)}</p>" for block in blocks if block)


def looks_like_html(text: str) -> bool:
    """Tell whether text that does not say what it is holds tags or entities of HTML."""
    return bool(_TAG.search(text) or _ENTITY.search(text))


def plain(fragment: str) -> str:
    """Return the words of a fragment, formulas in their LaTeX, pictures left out."""
    if "<" not in fragment and "&" not in fragment:
        return " ".join(fragment.split())
    spaced = re.sub(r"<(?:br|/p|/li|/tr|/td|/th)\b[^>]*>", lambda m: m.group() + " ", fragment)
    root = _parse(spaced)
    return " ".join(root.text_content().split()) if root is not None else ""


def is_empty(fragment: str) -> bool:
    """Tell whether a fragment shows nothing: no words, no picture, no formula, no gap."""
    return not plain(fragment) and "<img" not in fragment and 'class="gap"' not in fragment


def unwrap(fragment: str) -> str:
    """Return a fragment that is one plain paragraph without the paragraph, as options want it."""
    if fragment.startswith("<p>") and fragment.endswith("</p>") and fragment.count("<p>") == 1:
        return fragment[3:-4]
    return fragment


Replace = Callable[[str], str]


def import_html(
    source: str, shelf: Shelf, files: Mapping[str, bytes] | None = None, place: Replace | None = None
) -> str:
    """Return foreign HTML in the vocabulary of questions.

    `files` are the embedded files that `@@PLUGINFILE@@/name` speaks of; `data:` pictures are unpacked as well. Other
    addresses lead outside the file and are noted as missing. `place` may turn a stretch of plain text into HTML of
    our own (gaps); without it formulas are looked for.
    """
    source = tidy(source)
    if not source.strip():
        return ""
    put = place or inline_keeping_spaces
    if "<" not in source and "&" not in source:
        return clean(put(source).strip()).strip()
    root = _parse(source)
    if root is None:
        return ""
    walker = _Walker(shelf, files or {}, put)
    html = clean(walker.children(root, 0).strip()).strip()
    if not html and source.count("<") > 200:
        # Nested so deep that the parser gave up: the words are what is left.
        html = inline_keeping_spaces(re.sub(r"<[^<>]*>", " ", source)).strip()
    return html


def _parse(source: str) -> lxml_html.HtmlElement | None:
    try:
        return lxml_html.fragment_fromstring(source, create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def inline_keeping_spaces(text: str) -> str:
    """Return text from HTML, where a newline is only a space."""
    return inline(re.sub(r"[ \t\r\n\f]+", " ", text))


@dataclass(slots=True)
class _Walker:
    shelf: Shelf
    files: Mapping[str, bytes]
    place: Replace

    def children(self, element: etree._Element, depth: int) -> str:
        parts = [self.place(element.text or "")]
        for child in element:
            if isinstance(child.tag, str):
                parts.append(self.element(child, depth + 1))
            parts.append(self.place(child.tail or ""))
        return "".join(parts)

    def element(self, element: etree._Element, depth: int) -> str:
        tag = str(element.tag).lower()
        if tag in DROPPED:
            return ""
        if depth > DEPTH_LIMIT:
            return self.place("".join(str(text) for text in element.itertext()))
        if tag == "img":
            return self.picture(element)
        if tag == "br":
            return "<br>"
        if tag in ("audio", "video", "source"):
            self.leave_out(element.get("src") or "")
        classes = (element.get("class") or "").split()
        if tag == "span" and "tex" in classes:
            return tex("".join(str(text) for text in element.itertext()))
        inner = self.children(element, depth)
        if tag == "a":
            return self.link(element.get("href") or "", inner)
        kept = KEPT.get(tag)
        if kept is None:
            return _styled(inner, element.get("style") or "")
        if kept == "p":
            # A paragraph around blocks would be invalid; its content stands for itself.
            if any(f"<{block}" in inner for block in BLOCKS):
                return inner
            return f"<p>{inner.strip()}</p>" if inner.strip() else ""
        spans = ""
        if kept in ("td", "th"):
            for name in ("colspan", "rowspan"):
                value = element.get(name) or ""
                if value.isdigit() and 1 < int(value) <= 50:
                    spans += f' {name}="{int(value)}"'
        return f"<{kept}{spans}>{inner}</{kept}>"

    def picture(self, element: etree._Element) -> str:
        alt = tidy(element.get("alt") or "")
        address = self.file_address(element.get("src") or "")
        if not address:
            return inline(f"[{alt}]") if alt else ""
        size = ""
        for name in ("width", "height"):
            value = element.get(name) or ""
            if value.isdigit() and 0 < int(value) < 5000:
                size += f' {name}="{int(value)}"'
        return f'<img src="{address}" alt="{escape(alt)}"{size}>'

    def file_address(self, source: str) -> str:
        """Return the asset address of a file that is in the source, else note that it is missing."""
        source = source.strip()
        if re.fullmatch(r"asset:[0-9a-f]{64}", source):
            return source
        if source.startswith("data:"):
            return self.embedded(source)
        if source.startswith("@@PLUGINFILE@@/"):
            name = unquote(source.removeprefix("@@PLUGINFILE@@/").split("?")[0])
            if (data := self.files.get(name)) is not None:
                return self.shelf.put(data, name.rpartition("/")[2])
            self.shelf.missing.append(name)
        elif source and "://" in source and re.search(r"\.(?:png|jpe?g|gif|webp|svg|mp3|mp4)(?:$|\?)", source, re.I):
            self.shelf.missing.append(source)
        return ""

    def link(self, address: str, inner: str) -> str:
        self.leave_out(address)
        if address.startswith(("http://", "https://")) and "<a " not in inner:
            return f'<a href="{escape(address)}">{inner}</a>'
        return inner

    def leave_out(self, source: str) -> None:
        if source.startswith("@@PLUGINFILE@@/"):
            self.shelf.left_out.append(unquote(source.rpartition("/")[2]))

    def embedded(self, source: str) -> str:
        head, _, body = source.partition(",")
        try:
            data = (
                base64.b64decode(unquote(body), validate=False) if head.endswith(";base64") else unquote(body).encode()
            )
        except (binascii.Error, ValueError):
            data = b""
        if not data:
            self.shelf.missing.append(head[:40])
            return ""
        return self.shelf.put(data)


def _styled(inner: str, style: str) -> str:
    """Keep the emphasis that a style attribute gives."""
    style = style.lower().replace(" ", "")
    for pattern, tag in (
        (r"font-weight:(?:bold|[6-9]00)", "b"),
        (r"font-style:italic", "i"),
        (r"text-decoration[^;]*:[^;]*underline", "u"),
        (r"vertical-align:sub", "sub"),
        (r"vertical-align:super", "sup"),
    ):
        if inner.strip() and re.search(pattern, style):
            inner = f"<{tag}>{inner}</{tag}>"
    return inner


def export_html(fragment: str, picture: Callable[[str], str] | None = None) -> str:
    r"""Return a fragment for other programs: formulas as `\(…\)`, picture addresses by `picture(sha256)`."""

    def image(match: re.Match[str]) -> str:
        return f'src="{picture(match[1])}"' if picture else 'src=""'

    fragment = re.sub(r'<span class="tex">(.*?)</span>', r"\\(\1\\)", fragment, flags=re.S)
    fragment = re.sub(r'<div class="tex">(.*?)</div>', r"<p>\\[\1\\]</p>", fragment, flags=re.S)
    return re.sub(r'src="asset:([0-9a-f]{64})"', image, fragment)
