"""Hostile variants of files: bytes, lines and XML elements moved about, archives taken apart and packed again.

A strategy of hypothesis, so that a variant that breaks a reader is made smaller before it is shown. An archive is
opened and one of its parts is changed: with a wrong checksum no reader would look at anything else.
"""

from __future__ import annotations

import copy
import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st
from lxml import etree

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258", "latin-1", "utf-7")
# What formats and parsers trip over; each reader's own words come from its seed files.
WORDS = (
    b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\n", b"\n\n", b"\r", b"\t", b" ", b"{", b"}", b"{=", b"~", b"=",
    b"#", b"####", b"->", b"::", b"//", b"[", b"]", b"[[1]]", b"[html]", b"[markdown]", b"%100%", b"%-33.33333%",
    b"%999%", b"\\", b"\\n", b"\\(", b"\\)", b"$$", b"\\{", b"$CATEGORY: ", b"{#", b"1..5", b"1e999", b"1E-308",
    b"NaN", b"-", b"0", b"99999999999999999999", b"TRUE", b"F", b"ANSWER: B", b"A. ", b"<", b">", b"&", b"&amp;",
    b"&#0;", b"&#x110000;", b"<p>", b"</p>", b"<![CDATA[", b"]]>", b"<!--", b"<!DOCTYPE a>", b"<?xml?>",
    b"<img src=\"@@PLUGINFILE@@/a.png\">", b"data:image/png;base64,AAAA", b"{1:SA:=a}", b"{:MC:%50%a~=b#c}",
    b"{1:NM:=1:0.1}", "Câu 1. ".encode(), "Đáp án: ".encode(), "ế".encode(), "e\u0302\u0301".encode(),
    "\u2028".encode(), "\ufdd0".encode(), b"\xed\xa0\x80", "𝒳".encode(), b"1/0", b"sin(", b"^" * 40, b"(" * 200,
    b"=\"", b"=cmd|", b"'",
)  # fmt: skip
PARTS_MADE = 40  # operations at most on one file


def variants(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Yield changed copies of the seeds, and bytes that never were a file."""
    loose = st.lists(st.sampled_from(WORDS) | st.binary(max_size=8), max_size=60).map(b"".join)
    # By place and not as values, which hypothesis would print whole.
    changed = st.integers(0, len(seeds) - 1).flatmap(lambda place: _changed(place, seeds)) if seeds else loose
    return st.one_of(changed, changed, changed, loose, st.binary(max_size=400))


@st.composite
def _changed(draw: st.DrawFn, place: int, seeds: Sequence[bytes]) -> bytes:
    seed = seeds[place]
    if seed.startswith(b"PK"):
        return draw(_repacked(seed))
    if seed.lstrip()[:1] == b"<" and draw(st.booleans()):
        return draw(_replanted(seed))
    data = draw(_spliced(seed, seeds))
    if draw(st.integers(0, 7)) == 0:
        data = data.decode("utf-8", "replace").encode(draw(st.sampled_from(ENCODINGS)), "replace")
    return data


@st.composite
def _spliced(draw: st.DrawFn, seed: bytes, seeds: Sequence[bytes]) -> bytes:
    """Cut, repeat and insert pieces."""
    data = seed
    for _ in range(draw(st.integers(1, PARTS_MADE))):
        start = draw(st.integers(0, max(0, len(data))))
        length = draw(st.sampled_from((0, 1, 2, 5, 20, 100, 1000)))
        piece = data[start : start + length]
        kind = draw(st.integers(0, 5))
        if kind == 0:
            data = data[:start] + data[start + length :]
        elif kind == 1:
            data = data[:start] + piece * draw(st.sampled_from((2, 3, 50))) + data[start + length :]
        elif kind == 2:
            data = data[:start] + draw(st.sampled_from(WORDS)) + data[start:]
        elif kind == 3:
            other = seeds[draw(st.integers(0, len(seeds) - 1))]
            at = draw(st.integers(0, len(other)))
            data = data[:start] + other[at : at + length] + data[start:]
        elif kind == 4:
            data = data[:start] + draw(st.binary(min_size=1, max_size=4)) + data[start + 1 :]
        else:
            data = data[:start]
        if len(data) > 400_000:
            return data[:400_000]
    return data


@st.composite
def _replanted(draw: st.DrawFn, source: bytes) -> bytes:
    """Move, repeat, rename and refill elements of XML; bytes that are none are cut instead."""
    try:
        root = etree.fromstring(source, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except (etree.XMLSyntaxError, ValueError):
        return draw(_spliced(source, [source]))
    elements = list(root.iter(etree.Element))  # what is taken out may come back elsewhere
    for _ in range(draw(st.integers(1, PARTS_MADE))):
        element = elements[draw(st.integers(0, len(elements) - 1))]
        other = elements[draw(st.integers(0, len(elements) - 1))]
        draw(st.sampled_from(_PLANTINGS))(draw, element, other)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=draw(st.booleans())))


def _words(draw: Any) -> str:
    word = b"".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))).decode("utf-8", "ignore")
    return "".join(sign for sign in word if sign in "\t\n\r" or " " <= sign < "\ud800" or sign > "\uffff")


def _remove(draw: Any, element: etree._Element, other: etree._Element) -> None:
    if (parent := element.getparent()) is not None:
        parent.remove(element)


def _repeat(draw: Any, element: etree._Element, other: etree._Element) -> None:
    if (parent := element.getparent()) is not None:
        for _ in range(draw(st.sampled_from((1, 2, 30)))):
            parent.append(copy.deepcopy(element))


def _move(draw: Any, element: etree._Element, other: etree._Element) -> None:
    if element is not other and element not in other.iterancestors() and element.getparent() is not None:
        other.append(element)


def _nest(draw: Any, element: etree._Element, other: etree._Element) -> None:
    for _ in range(draw(st.sampled_from((1, 5, 90)))):
        element = etree.SubElement(element, other.tag)


def _rename(draw: Any, element: etree._Element, other: etree._Element) -> None:
    element.tag = other.tag


def _fill(draw: Any, element: etree._Element, other: etree._Element) -> None:
    element.text = _words(draw)


def _follow(draw: Any, element: etree._Element, other: etree._Element) -> None:
    element.tail = _words(draw)


def _attribute(draw: Any, element: etree._Element, other: etree._Element) -> None:
    names = [*element.keys(), *other.keys()]
    if not names:
        return
    name = draw(st.sampled_from(names))
    if draw(st.booleans()) and name in element.attrib:
        del element.attrib[name]
    else:
        element.set(name, _words(draw) if draw(st.booleans()) else other.get(name) or "")


def _comment(draw: Any, element: etree._Element, other: etree._Element) -> None:
    element.insert(0, draw(st.sampled_from((etree.Comment("x"), etree.ProcessingInstruction("x", "y")))))


_PLANTINGS: tuple[Callable[[Any, etree._Element, etree._Element], None], ...] = (
    _remove, _repeat, _move, _nest, _rename, _fill, _follow, _attribute, _comment,
)  # fmt: skip


@st.composite
def _repacked(draw: st.DrawFn, seed: bytes) -> bytes:
    """Change one or two parts of an archive, sometimes the archive itself."""
    if draw(st.integers(0, 9)) == 0:
        return draw(_spliced(seed, [seed]))
    try:
        with zipfile.ZipFile(io.BytesIO(seed)) as file:
            parts = {name: file.read(name) for name in file.namelist()}
    except (zipfile.BadZipFile, OSError):
        return draw(_spliced(seed, [seed]))
    texts = sorted((name for name, data in parts.items() if data.lstrip()[:1] == b"<"), key=lambda name: len(name))
    for _ in range(draw(st.integers(1, 2))):
        name = draw(st.sampled_from(texts if texts and draw(st.integers(0, 4)) else sorted(parts)))
        change = draw(st.integers(0, 9))
        if change == 0:
            parts.pop(name, None)
            texts = [one for one in texts if one != name] or texts
            if not parts:
                break
        elif name in parts:
            data = parts[name]
            parts[name] = draw(_replanted(data) if change > 2 and name in texts else _spliced(data, [data]))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return out.getvalue()
