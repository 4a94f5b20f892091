"""Reshape Temml's formulas where browsers and our font would draw them badly.

Every rule was seen to be needed on the golden page of `bench/formulas.py` (Chromium 156, Gieo Maths, a subset of Noto
Sans Math) and says what goes wrong without it.
"""

from __future__ import annotations

from lxml import etree

_TALL = frozenset("mfrac mtable munder mover munderover mroot msqrt msubsup menclose".split())
_PRIME = "\u2032"
_ACCENTS = {"\u02c6": "\u0302", "\u02dc": "\u0303", "~": "\u0303"}  # the font has wide ones of the combining marks only
_SPACES = dict.fromkeys("+\u2212±∓×⋅·", "0.2222em") | dict.fromkeys("=<>≤≥⩽⩾≠≈→⇒⇔", "0.2778em")


def _is_tall(element: etree._Element) -> bool:
    return any(part.tag in _TALL for part in element.iter(etree.Element))


def _text(element: etree._Element) -> str:
    return "".join(str(piece) for piece in element.itertext()).strip()


def _fit_fences(row: etree._Element) -> None:
    r"""Let the brackets of \left(x\right) stay small, and take invisible ones out.

    A stretchy bracket is as wide as its largest form, which leaves holes around a short content; the empty bracket of
    \right. gets the space of an operator.
    """
    fences = [child for child in row if child.tag == "mo" and child.get("fence") == "true"]
    if not any(_is_tall(child) for child in row):
        for fence in fences:
            fence.set("stretchy", "false")
    for fence in fences:
        if not fence.text and len(row) > 1:
            row.remove(fence)


def _lower_prime(power: etree._Element) -> None:
    """Set the primes of f′ beside the letter, or at full size on a tall thing: the font's prime is raised already.

    As an ordinary power it would be a speck above the line.
    """
    if len(power) != 2:
        return
    base, raised = power
    text = _text(raised)
    if not text or text.strip(_PRIME):
        return
    raised.attrib.pop("class", "")
    for mark in raised.iter("mo"):
        mark.attrib.pop("class", "")
        mark.set("scriptlevel", "0")
    if not _is_tall(base):
        power.tag = "mrow"
        return
    lowered = etree.Element("mpadded", {"voffset": "-0.35em", "height": "0em"})
    power.replace(raised, lowered)
    lowered.append(raised)


def _widen_accent(element: etree._Element) -> None:
    """Take the wide hat and tilde of the font in place of a small one that a style would stretch."""
    accent = element[-1] if len(element) == 2 else None
    if accent is not None and accent.tag == "mo" and accent.get("stretchy") == "true" and accent.text in _ACCENTS:
        accent.text = _ACCENTS[accent.text]
        accent.attrib.pop("class", "")


def _space_out(element: etree._Element) -> None:
    """Write out the space around operators under a long brace or arrow: browsers measure the base without it."""
    if len(element) != 2 or element[1].tag != "mo" or element[1].get("stretchy") != "true" or element[0].tag != "mrow":
        return
    row = element[0]
    for operator in [child for child in row if child.tag == "mo" and child.get("lspace") is None]:
        width = _SPACES.get(operator.text or "", "0.1667em" if operator.text == "⋯" else "")
        if not width:
            continue
        operator.set("lspace", "0em")
        operator.set("rspace", "0em")
        place = row.index(operator)
        row.insert(place + 1, etree.Element("mspace", {"width": width}))
        row.insert(place, etree.Element("mspace", {"width": width}))


def _free_arrow(element: etree._Element) -> None:
    """Let a reaction arrow take the width of its label and a margin; Temml's hidden strut sets it off centre."""
    if not len(element) or element[0].tag != "mo" or element[0].get("stretchy") != "true":
        return
    for label in list(element)[1:]:
        if label.tag in {"mover", "munder"} and len(label) == 2 and label[1].tag == "mspace":
            kept = label[0]
            element.replace(label, kept)
            for margin in [kept[0], kept[-1]] if len(kept) else []:
                if margin.tag == "mspace":
                    margin.set("width", "0.9em")


def _letters_of(element: etree._Element) -> str | None:
    """Return the letters of an upright token, or of one in a row with Temml's empty space; None for anything else."""
    if element.tag == "mtext" or (element.tag == "mi" and element.get("mathvariant") == "normal"):
        return element.text or ""
    if element.tag == "mrow" and len(element) == 2 and element[1].tag == "mspace" and not element[1].attrib:
        return _letters_of(element[0])
    return None


def _join_letters(row: etree._Element) -> None:
    r"""Join the letters of \mathrm{ƯCLN}, which would come from two fonts, into one text."""
    letters = [_letters_of(child) for child in row]
    words = [letter for letter in letters if letter is not None]
    if len(words) < 2 or len(words) < len(letters) or not any(child.tag == "mtext" for child in row):
        return
    if any(len(word) > 1 for word in words):
        return
    for child in list(row):
        row.remove(child)
    row.tag = "mtext"
    row.text = "".join(words)


def reshape(root: etree._Element) -> None:
    """Change a formula of Temml in place so that it looks right."""
    for element in list(root.iter(etree.Element)):
        match element.tag:
            case "mrow" | "math":
                _fit_fences(element)
            case "msup":
                _lower_prime(element)
            case "mover" | "munder" | "munderover":
                _free_arrow(element)
                _widen_accent(element)
                _space_out(element)
            case _:
                continue
        if element.tag == "mrow":
            _join_letters(element)
