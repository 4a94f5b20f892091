"""What of a converter's MathML may reach a page: known elements and attributes, and no `style`.

Our pages forbid style attributes (CSP `style-src 'self'`), so what Temml says in `style="…"` is said otherwise:

| Temml's style                      | becomes                                            |
| ---------------------------------- | -------------------------------------------------- |
| `math-depth: n`                    | `scriptlevel="n"`                                  |
| `color: c`                         | `mathcolor="c"`                                    |
| `display: block math`              | `display="block"`                                  |
| `padding-left/right` of a cell     | class `tex-l-N`, `tex-r-N`, tenths of an em        |
| `border-top` … of a cell           | class `tex-line-t`, `-r`, `-b`, `-l` (`tex-dashed`) |
| `border` and `padding` of a box    | class `tex-box`, `tex-pad`                         |
| `font-weight: bold`, `text-align`  | class `tex-b`, `tml-left`                          |
| `position` (isotopes)              | class `tex-rel`, `tex-abs`                         |

Anything else in a style is dropped. The classes are drawn by `static/css/maths.css`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from lxml import etree

from lms.base.mathml_shape import reshape

_TOKENS = frozenset({"mi", "mn", "mo", "ms", "mtext"})
_ELEMENTS = _TOKENS | frozenset(
    "math mrow mspace msqrt mroot mfrac mstyle mpadded mphantom mover munder munderover msub msup msubsup "
    "mmultiscripts mprescripts none mtable mtr mtd menclose".split()
)
_WORD = re.compile(r"[a-z]{1,12}\Z")
_LENGTH = re.compile(r"([+-]?)(\d{0,6}(?:\.\d{1,6})?)(em|ex|pt|px|cm|mm|%|width|)\Z")
_COLOUR = re.compile(r"(#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,20})\Z")
_LEVEL = re.compile(r"[+-]?[0-3]\Z")
_ATTRIBUTES = {
    **dict.fromkeys("width height depth lspace rspace voffset minsize maxsize linethickness mathsize".split(), _LENGTH),
    **dict.fromkeys(
        "stretchy fence separator symmetric largeop movablelimits accent accentunder form displaystyle".split(), _WORD
    ),
    "display": _WORD,
    "mathcolor": _COLOUR,
    "mathbackground": _COLOUR,
    "scriptlevel": _LEVEL,
}
_CLASSES = frozenset(
    "tml-left tml-right tml-overline tml-underline tml-cancel upstrike downstrike sout tml-xcancel tml-fbox tml-vec "
    "chr-sml-vec chr-med-vec chr-lrg-vec "
    "tml-sml-pad tml-med-pad tml-lrg-pad tml-jot tml-small tml-prime mathscr mathcal circle-pad textcircle".split()
)
_EM_OF = {"em": 1.0, "": 1.0, "ex": 0.5, "pt": 1 / 12, "px": 1 / 16, "cm": 2.4, "mm": 0.24}  # at 16 px
_WIDEST, _NARROWEST = 40.0, -3.0  # em; wider would push the page, narrower would cover other text
_GAPS = (0, 4, 5, 10, 20)  # tenths of an em for which maths.css has a class
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
_LETTERLIKE = re.compile("[\u210e\U0001d400-\U0001d7ff]")


class ForeignMarkup(ValueError):
    """The converter gave something that is not MathML."""


def _em(length: str) -> float:
    """Return a length in em of body text; 0 when it is not one."""
    found = _LENGTH.match(length.strip())
    if not found or not found[2]:
        return 0.0
    return float(f"{found[1]}{found[2]}") * _EM_OF.get(found[3], 0.0)


def _nearest_gap(length: str) -> int:
    return min(_GAPS, key=lambda gap: abs(gap - 10 * _em(length)))


def _kept_attributes(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Give the attributes that are known, with a value of the known kind and of sane size."""
    for name, value in element.attrib.items():
        pattern = _ATTRIBUTES.get(str(name))
        if name == "mathvariant" and value == "normal":
            yield "mathvariant", "normal"
        elif (
            pattern
            and pattern.match(str(value))
            and (pattern is not _LENGTH or _NARROWEST <= _em(str(value)) <= _WIDEST)
        ):
            yield str(name), str(value)


def _declarations(style: str) -> Iterator[tuple[str, str]]:
    for declaration in style.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            yield name.strip(), value.strip()


def _restyled(tag: str, style: str) -> tuple[dict[str, str], list[str]]:
    """Say a style in attributes and classes (the table at the top)."""
    attributes: dict[str, str] = {}
    classes: list[str] = []
    for name, value in _declarations(style):
        if name == "math-depth" and _LEVEL.match(value):
            attributes["scriptlevel"] = value
        elif name == "color" and _COLOUR.match(value):
            attributes["mathcolor"] = value
        elif name == "display" and value == "block math":
            attributes["display"] = "block"
        elif name == "font-weight" and value == "bold":
            classes.append("tex-b")
        elif name == "text-align" and value == "left":
            classes.append("tml-left")
        elif name == "position" and value in {"relative", "absolute"}:
            classes.append("tex-rel" if value == "relative" else "tex-abs")
        elif tag == "mtd" and name in {"padding-left", "padding-right"}:
            classes.append(f"tex-{name[8]}-{_nearest_gap(value)}")
        elif tag == "mtd" and name.startswith("border-"):
            classes += [f"tex-line-{name[7]}"] + (["tex-dashed"] if "dashed" in value else [])
        elif tag in {"mrow", "menclose"} and name == "border":
            classes.append("tex-box")
        elif tag in {"mrow", "menclose"} and name == "padding":
            classes.append("tex-pad")
    return attributes, classes


def _said_plainly(element: etree._Element) -> list[str]:
    r"""Put styled letters back to plain ones and return the classes that style them.

    Temml writes \textbf{đậm} as "đậ𝐦", and bold letters of a formula in an alphabet that the subset font leaves out.
    Italic, double-struck and script letters of a formula stay as they are.
    """
    running_text = element.tag == "mtext"
    styled = [
        letter
        for letter in _LETTERLIKE.findall(element.text or "")
        if running_text or unicodedata.name(letter, "").startswith("MATHEMATICAL BOLD")
    ]
    if not styled:
        return []
    plain = {letter: unicodedata.normalize("NFKC", letter) for letter in styled}
    element.text = "".join(plain.get(letter, letter) for letter in element.text or "")
    names = {unicodedata.name(letter, "") for letter in styled}
    bold = any("BOLD" in name for name in names)
    italic = any("ITALIC" in name or "PLANCK" in name for name in names)
    if element.tag == "mi" and not italic:
        element.set("mathvariant", "normal")  # a lone letter would lean
    return ["tex-b"] * bold + ["tex-i"] * (italic and running_text)


def _flatten_token(element: etree._Element) -> None:
    """Take elements out of a token: in HTML a token holds text only, and MathML inside it would be lost."""
    inner = [part for part in element.iter(etree.Element) if part is not element]
    upright = all(
        part.tag in {"mtext", "mrow", "mspace", "mo", "mn"} or part.get("mathvariant") == "normal" for part in inner
    )
    if not upright:
        element.tag = "mrow"
        element.attrib.clear()
        return
    text = "".join(str(piece) for piece in element.itertext())
    for child in list(element):
        element.remove(child)
    element.text = text


def safe_mathml(markup: str) -> str:
    """Return the `<math>` element of a converter with known elements, attributes and classes only.

    Raises:
        ForeignMarkup: it is not one well-formed `<math>` element.
    """
    try:
        root = etree.fromstring(markup.encode(), _PARSER)
    except etree.XMLSyntaxError as problem:
        raise ForeignMarkup(f"not well-formed: {problem.msg}") from problem
    if root.tag != "math":
        raise ForeignMarkup(f"<{root.tag}> instead of <math>")
    reshape(root)
    for element in list(root.iter(etree.Element)):
        tag = str(element.tag)
        if tag not in _ELEMENTS:
            tag = element.tag = "mrow"
            element.attrib.clear()
        if tag in _TOKENS and len(element):
            _flatten_token(element)
            tag = str(element.tag)
        plain = _said_plainly(element) if tag in _TOKENS else []
        attributes, classes = _restyled(tag, str(element.get("style", "")))
        attributes = dict(_kept_attributes(element)) | attributes
        classes = [name for name in str(element.get("class", "")).split() if name in _CLASSES] + classes + plain
        element.attrib.clear()
        element.attrib.update(attributes)
        if classes:
            element.set("class", " ".join(dict.fromkeys(classes)))
    return etree.tostring(root, encoding="unicode", method="html")
