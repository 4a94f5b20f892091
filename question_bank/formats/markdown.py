"""The part of Markdown that question files use: emphasis, code, line breaks, paragraphs, lists."""

from __future__ import annotations

import re

from question_bank.formats.fragments import inline

_ITEM = re.compile(r"^(?P<indent>[ \t]*)(?P<mark>[-*+]|\d{1,3}[.)])[ \t]+(?P<text>.*)$")
_SPANS = (
    (re.compile(r"`([^`]+)`"), r"\1"),
    (re.compile(r"\*\*(?=\S)([^*]+?)(?<=\S)\*\*"), r"<b>\1</b>"),
    (re.compile(r"(?<!\w)__(?=\S)([^_]+?)(?<=\S)__(?!\w)"), r"<b>\1</b>"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])"), r"<i>\1</i>"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_]+?)(?<=\S)_(?![\w_])"), r"<i>\1</i>"),
)


def to_html(text: str) -> str:
    """Return Markdown as a fragment; what is not known stays as it was typed."""
    out: list[str] = []
    for block in re.split(r"\n[ \t]*\n", text.strip("\n")):
        lines = block.split("\n")
        start = next((place for place, line in enumerate(lines) if _ITEM.match(line)), len(lines))
        if words := _lines(lines[:start]):
            out.append(f"<p>{words}</p>")
        if start < len(lines):
            out.append(_list(lines[start:]))
    return "".join(out)


def _lines(lines: list[str]) -> str:
    parts: list[str] = []
    for place, line in enumerate(lines):
        last = place == len(lines) - 1
        hard = line.endswith("  ") or line.endswith("\\")
        parts.append(spans(line.strip().removesuffix("\\")) + ("" if last else "<br>" if hard else " "))
    return "".join(parts).strip()


def spans(text: str) -> str:
    """Return one line of Markdown as inline HTML."""
    html = inline(text)
    for pattern, replacement in _SPANS:
        html = pattern.sub(replacement, html)
    return html


def _list(lines: list[str]) -> str:
    """Nest by indentation; a line without a mark goes on with the item before it."""
    html: list[str] = []
    open_lists: list[tuple[int, str]] = []
    for line in lines:
        match = _ITEM.match(line)
        if match is None:
            html.append(" " + spans(line.strip()))
            continue
        indent = len(match["indent"].expandtabs(4))
        kind = "ol" if match["mark"][0].isdigit() else "ul"
        while open_lists and indent < open_lists[-1][0]:
            html.append(f"</li></{open_lists.pop()[1]}>")
        if open_lists and indent <= open_lists[-1][0] + 1:
            html.append("</li>")
        elif len(open_lists) < 8:
            open_lists.append((indent, kind))
            html.append(f"<{kind}>")
        else:
            html.append("</li>")
        html.append(f"<li>{spans(match['text'].strip())}")
    while open_lists:
        html.append(f"</li></{open_lists.pop()[1]}>")
    return "".join(html)
