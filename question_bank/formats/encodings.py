"""Vietnamese before Unicode: TCVN3 (ABC), VNI and windows-1258, told apart by whether real syllables come out.

TCVN3 (TCVN 5712:1993 as the .Vn fonts draw it) gives each letter one byte and has no capitals with tones: those were
lower-case letters in a font of capitals, `.VnTimeH`. VNI writes the vowel and its marks as two bytes. Both pass for
Latin-1, so a text in them reads "C©u hái" or "Caâu hoûi". In a Word file the font of a run says which it is
(`from_font`); in a bare text nothing does, and `recognised` looks at the words: every Vietnamese word is one syllable
of few known shapes. Where the words leave a doubt, nothing is changed and the doubt is returned.

>>> from_tcvn3("C©u hái: ®¹o hµm"), from_vni("Caâu hoûi: ñaïo haøm")
('Câu hỏi: đạo hàm', 'Câu hỏi: đạo hàm')
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

_TCVN3 = str.maketrans(
    "µ¸¶·¹" "¨»¾¼½Æ" "©ÇÊÈÉË" "®" "ÌÐÎÏÑ" "ªÒÕÓÔÖ" "×ÝØÜÞ" "ßãáâä" "«åèæçé" "¬êíëìî" "ïóñòô" "\xadõøö÷ù" "úýûüþ"
    "¡¢£¤¥¦§",
    "àáảãạ" "ăằắẳẵặ" "âầấẩẫậ" "đ" "èéẻẽẹ" "êềếểễệ" "ìíỉĩị" "òóỏõọ" "ôồốổỗộ" "ơờớởỡợ" "ùúủũụ" "ưừứửữự" "ỳýỷỹỵ"
    "ĂÂÊÔƠƯĐ",
)  # fmt: skip


_VNI_TONES = {"ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}


def _vni() -> dict[str, str]:
    """Map what VNI writes to the letter that is meant: a vowel and its mark, or one sign."""
    circumflex = {"â": "", "à": "\u0300", "á": "\u0301", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
    breve = {"ê": "", "è": "\u0300", "é": "\u0301", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
    found = {"ñ": "đ", "ô": "ơ", "ö": "ư", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
    for (base, letter), (sign, tone) in product(
        {"a": "a", "e": "e", "o": "o", "u": "u", "y": "y", "ô": "ơ", "ö": "ư"}.items(), _VNI_TONES.items()
    ):
        found[base + sign] = letter + tone
    for base, (sign, tone) in product("aeo", circumflex.items()):
        found[base + sign] = base + "\u0302" + tone
    for sign, tone in breve.items():
        found["a" + sign] = "a\u0306" + tone
    whole = {sign: unicodedata.normalize("NFC", letter) for sign, letter in found.items()}
    mixed = {sign[0].upper() + sign[1:]: letter.upper() for sign, letter in whole.items()}
    return {**whole, **mixed, **{sign.upper(): letter.upper() for sign, letter in whole.items()}}


_VNI = _vni()
_VNI_SIGN = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))
_PRIVATE = {code: code - 0xF000 for code in range(0xF020, 0xF100)}  # where Word keeps the signs of such fonts


class Legacy(StrEnum):
    """An encoding of before Unicode."""

    TCVN3 = "TCVN3"
    VNI = "VNI"
    WINDOWS_1258 = "windows-1258"


def from_tcvn3(text: str, *, capitals: bool = False) -> str:
    """Return TCVN3 as Unicode; *capitals* is for a font that draws every letter as a capital."""
    found = text.translate(_TCVN3)
    return found.upper() if capitals else found


def from_vni(text: str) -> str:
    """Return VNI as Unicode; a mark that begins the text belongs to a vowel before it."""
    cut_off = _VNI_TONES.get(text[:1].lower(), "")
    return cut_off + _VNI_SIGN.sub(lambda sign: _VNI[sign[0]], text[len(cut_off) :])


def legacy_of(font: str) -> Legacy | None:
    """Tell which encoding a font asks for."""
    name = font.strip().lower()
    if name.startswith(".vn"):
        return Legacy.TCVN3
    return Legacy.VNI if name.startswith(("vni-", "vni ")) else None


def from_font(text: str, font: str) -> str:
    """Return the text of a run as its font draws it; a run that is Unicode all the same stays as it is."""
    kind = legacy_of(font)
    if kind is None or text.isascii():
        return text
    bare = text.translate(_PRIVATE)
    if _is_unicode(bare):
        return text
    return from_vni(bare) if kind is Legacy.VNI else from_tcvn3(bare, capitals=font.strip().lower().endswith("h"))


def _is_unicode(text: str) -> bool:
    """Tell whether a text holds letters that no encoding of one byte has."""
    return any(ord(sign) > 0xFF and sign.isalpha() for sign in text)


@dataclass(frozen=True, slots=True)
class Recognised:
    """A text in NFC, what it was written in (None: as it stands), and whether that is in doubt."""

    text: str
    was: Legacy | None = None
    doubtful: bool = False


_ONSET = r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?"
_NUCLEUS = (
    "(?:iêu|yêu|ươu|ươi|uôi|oai|oay|oeo|oao|uây|uya|uyê|uyu|uêu|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|oo|ôi|ôô|"
    "ơi|ua|uâ|uă|ue|uê|ui|uô|uơ|uy|ưa|ươ|ưi|ưu|yê|[aăâeêioôơuưy])"
)
_SYLLABLE = re.compile(f"{_ONSET}{_NUCLEUS}(?:ch|ng|nh|[cmnpt])?")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_WORD = re.compile(r"[^\s\d.,:;!?()\[\]{}\"'“”‘’…/=~#*+|<>\\–-]+")
MARKED_AT_LEAST = 5  # different words with marks, below which nothing is concluded
SURE, DOUBT = 0.85, 0.5  # shares of words that are syllables


def is_syllable(word: str) -> bool:
    """Tell whether a word has the shape of a Vietnamese syllable with one tone at most.

    >>> is_syllable("nghiêng"), is_syllable("C©u"), is_syllable("jurídica")
    (True, False, False)
    """
    bare, tones = _TONES.subn("", unicodedata.normalize("NFD", word.lower()))
    return tones <= 1 and _SYLLABLE.fullmatch(unicodedata.normalize("NFC", bare)) is not None


def _share(text: str) -> tuple[float, int]:
    """Return what share of the different words with marks are syllables, and how many words there are."""
    marked = {word for word in _WORD.findall(text) if not word.isascii()}
    return (sum(map(is_syllable, marked)) / len(marked) if marked else 0.0), len(marked)


def _plain_share(text: str) -> float:
    """Return what share of all different words are syllables: a text in another language has few."""
    words = {word.lower() for word in re.findall(r"[^\W\d_]+", text) if len(word) > 1}
    return sum(map(is_syllable, words)) / len(words) if words else 0.0


_LOOKED_AT = 40_000  # characters


def recognised(text: str) -> Recognised:
    """Return a text that was decoded as Unicode or Latin-1, changed where it is TCVN3 or VNI beyond doubt."""
    composed = unicodedata.normalize("NFC", text)
    sample = text[:_LOOKED_AT]
    if sample.isascii() or _is_unicode(unicodedata.normalize("NFC", sample)):
        return Recognised(composed)
    best, share, kind = sample, _share(sample)[0], None
    for one, change in _CHANGES.items():
        changed = change(sample)
        theirs, count = _share(changed)
        if theirs > share and count and _plain_share(changed) >= DOUBT:
            best, share, kind = changed, theirs, one
    if kind is None or share < DOUBT:
        return Recognised(composed)
    if share < SURE or _share(best)[1] < MARKED_AT_LEAST:
        return Recognised(composed, kind, doubtful=True)
    return Recognised(unicodedata.normalize("NFC", _CHANGES[kind](text)), kind)


_CHANGES: Mapping[Legacy, Callable[[str], str]] = {Legacy.TCVN3: from_tcvn3, Legacy.VNI: from_vni}


def recognised_bytes(data: bytes) -> Recognised:
    """Return bytes that are no UTF-8 as text: windows-1258, TCVN3 or VNI, whichever gives Vietnamese words.

    Where none does, windows-1258 is read, with a doubt.
    """
    windows = unicodedata.normalize("NFC", data.decode("cp1258", "replace"))
    share, count = _share(windows[:_LOOKED_AT])
    other = recognised(data.decode("cp1252", "replace").replace("\ufffd", ""))
    if other.was and not other.doubtful and _share(other.text[:_LOOKED_AT])[0] > share:
        return other
    return Recognised(windows, Legacy.WINDOWS_1258, doubtful=share < SURE or count < MARKED_AT_LEAST)
