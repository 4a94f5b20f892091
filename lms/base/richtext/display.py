"""Stored text as it stands in a page: formulas drawn, pictures and gaps in place."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape, unescape

from markupsafe import Markup

from lms.base.maths import MathsError, MathsLimit, to_mathml
from lms.base.richtext.reading import TEX
from lms.base.richtext.vocabulary import final

_PLACE = re.compile(r'(?<=<img src="asset:)[0-9a-f]{64}(?=")|<span class="gap" data-gap="[A-Za-z0-9_-]{1,40}"></span>')
_IMAGE = re.compile(r'<img ((?:[^">]|"[^"]*")*)>')
_SOURCE = re.compile(r'src="asset:[0-9a-f]{64}"')
_REMEMBERED = 60_000  # characters; a longer text is drawn each time, its formulas are remembered anyway
_COSTLY = 3  # formulas over the limit after which the rest of a text is shown as source


def _as_source(latex: str) -> str:
    return f'<code class="tex-bad">{escape(latex, quote=False)}</code>'


def _with_formulas(markup: str) -> str:
    costly = 0

    def drawn(found: re.Match[str]) -> str:
        nonlocal costly
        latex, display = unescape(found[2]), found[1] == "div"
        try:
            if costly >= _COSTLY:
                raise MathsError(latex, "too many costly formulas")
            formula = to_mathml(latex, display)
        except MathsError as problem:
            costly += isinstance(problem, MathsLimit)
            formula = _as_source(latex)
        return f'<div class="tex">{formula}</div>' if display else formula

    return TEX.sub(drawn, markup)


def _source_first(found: re.Match[str]) -> str:
    """Write the address of a picture as its first attribute, where `_PLACE` finds it."""
    source = _SOURCE.search(found[1])
    if source is None:
        return ""
    rest = f"{found[1][: source.start()].strip()} {found[1][source.end() :].strip()}".strip()
    return f'<img {source[0]} loading="lazy" {rest}'.rstrip() + ">"


def _prepare(markup: str) -> tuple[str, ...]:
    """Return a text cut at its places: literal HTML at even indexes, an asset's hash or a gap element at odd ones."""
    drawn = _with_formulas(_IMAGE.sub(_source_first, final(markup)))
    parts: list[str] = []
    end = 0
    for found in _PLACE.finditer(drawn):
        parts += [drawn[end : found.start()], found[0]]
        end = found.end()
    return (*parts, drawn[end:])


_prepared = lru_cache(maxsize=2048)(_prepare)


def render(markup: str, asset_url: Callable[[str], str], *, gap: Callable[[str], str | Markup] | None = None) -> Markup:
    """Return a stored text ready for a page.

    Args:
        markup: what `clean` gave; anything else in it is left out here too.
        asset_url: from the SHA-256 of a picture to its address.
        gap: from the id of a gap to what stands in its place (escaped unless Markup); without it an empty
            `<span class="gap" data-gap="…">` stays.

    A formula that cannot be drawn shows its LaTeX in `<code class="tex-bad">`.
    """
    parts = _prepared(markup) if len(markup) <= _REMEMBERED else _prepare(markup)
    shown: list[str] = []
    for index, part in enumerate(parts):
        if index % 2 == 0:
            shown.append(part)
        elif part.startswith("<span"):
            shown.append(part if gap is None else str(Markup.escape(gap(part.split('"')[3]))))
        else:
            # The prefix "asset:" stands at the end of the literal before.
            shown[-1] = shown[-1].removesuffix("asset:")
            shown.append(escape(asset_url(part)))
    return Markup("".join(shown))  # noqa: S704 -- made from sanitised HTML, MathML and escaped addresses only


def has_maths(rendered: str) -> bool:
    """Return whether a rendered text holds a formula, so that the page needs the font of mathematics."""
    return "<math" in rendered
