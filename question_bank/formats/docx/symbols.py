"""Characters of the Symbol and Wingdings fonts as the characters they show.

The codes are those of Adobe's Symbol encoding as Unicode's mapping file SYMBOL.TXT lists them; Word stores them in the
private-use area from U+F000, or bare in a run whose font is Symbol.
"""

from __future__ import annotations

_FROM_20 = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
_FROM_A0 = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪"
_FROM_F1 = "〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"

SYMBOL: dict[int, str] = {
    **{0x20 + place: sign for place, sign in enumerate(_FROM_20)},
    **{0xA0 + place: sign for place, sign in enumerate(_FROM_A0)},
    **{0xF1 + place: sign for place, sign in enumerate(_FROM_F1)},
}
WINGDINGS: dict[int, str] = {
    0xFC: "✓", 0xFB: "✗", 0xFE: "☑", 0xFD: "☒", 0xA8: "☐", 0x6F: "☐", 0xA1: "○", 0xE0: "→", 0xDF: "←", 0xE1: "↑",
    0xE2: "↓", 0xF0: "⇨", 0xE8: "➔", 0xD8: "➢", 0xA7: "▪", 0x6E: "■", 0x6C: "●", 0x76: "❖", 0xAB: "★", 0x9F: "•",
    0x46: "☞", 0x4A: "☺",
}  # fmt: skip
_PRIVATE = range(0xF000, 0xF100)


def symbol(code: int, font: str) -> str:
    """Return the character that a code shows in a symbol font, "" where it is not known."""
    table = WINGDINGS if "wingding" in font.lower() or "webding" in font.lower() else SYMBOL
    return table.get(code & 0xFF if code in _PRIVATE else code, "")


def readable(text: str, font: str) -> str:
    """Return the text of a run with symbol characters replaced; private-use characters are taken as Symbol."""
    if font.lower() in ("symbol", "wingdings"):
        return "".join(symbol(ord(char), font) or char for char in text)
    if any(ord(char) in _PRIVATE for char in text):
        return "".join((symbol(ord(char), font) or char) if ord(char) in _PRIVATE else char for char in text)
    return text
