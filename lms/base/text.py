"""Vietnamese text as people type it: one form to store, keys to search, to compare and to sort by.

The same word comes in many spellings: composed or decomposed letters, the tone of "hoà" on either vowel, "Vật lí" and
"Vật lý", Icelandic Ð where Đ is meant. Stored text keeps what was typed (in NFC); the keys below forget what does not
matter to the question asked.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import product

_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền hỏi ngã sắc nặng, in dictionary order
_ETH = str.maketrans({"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ"})  # look-alikes from other alphabets
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PLACE = {letter: f"{20 + place}" for place, letter in enumerate(_LETTERS)} | {
    digit: f"{10 + place}" for place, digit in enumerate("0123456789")
}


def nfc(text: str) -> str:
    r"""Return text in the form in which it is stored: NFC, without characters that a database or XML refuses.

    Tabs and line ends stay; other control characters and lone surrogates go.

    >>> nfc("Toa\u0301n\x00")
    'Toán'
    """
    return unicodedata.normalize("NFC", _UNFIT.sub("", text))


def _moved_tones() -> dict[str, str]:
    """Map each pair of vowels with its tone on the wrong vowel to the pair with the tone on the right one."""
    pairs = [("", first, second) for first, second in ("oa", "oe", "uy")]
    pairs += [("", first, second) for first, second in product("iyuưo", "ăâêôơ")]  # tíêng, đựơc: on the marked vowel
    pairs += [("q", "u", second) for second in "aei"] + [("g", "i", second) for second in "aeou"]  # qúa, gìa
    return {
        onset + unicodedata.normalize("NFC", first + tone) + second: onset
        + first
        + unicodedata.normalize("NFC", second + tone)
        for onset, first, second in pairs
        for tone in _TONES
    }


_MOVED = _moved_tones()
_MISPLACED = re.compile("|".join(map(re.escape, _MOVED)))
_Y_FOR_I = re.compile(r"\b([hklmst])([yỳỷỹýỵ])\b")
_I_OF_Y = dict(zip("yỳỷỹýỵ", "iìỉĩíị", strict=True))
_LONE_Y = re.compile(r"\b([hklmst])y\b")


def placed_tones(text: str) -> str:
    """Return text in lower case and NFC with every tone on the vowel that bears it: hòa → hoà.

    >>> placed_tones("Hòa, thủy; My")
    'hoà, thuỷ; my'
    """
    lowered = unicodedata.normalize("NFC", nfc(text).translate(_ETH).lower())
    return _MISPLACED.sub(lambda found: _MOVED[found[0]], lowered)


def exact_key(text: str) -> str:
    """Return a key under which two spellings of the same words are equal, accents kept, case ignored.

    The tone goes on one vowel of a group (hòa → hoà) and y after h, k, l, m, s, t becomes i (lý → lí), as the 2018
    curriculum writes.

    >>> exact_key("Vật lý") == exact_key("vật lí")
    True
    >>> exact_key("HÒA khỏe thủy qúy")
    'hoà khoẻ thuỷ quý'
    >>> exact_key("ma") == exact_key("má")
    False
    """
    return _Y_FOR_I.sub(lambda found: found[1] + _I_OF_Y[found[2]], placed_tones(text))


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", nfc(text).translate(_ETH).lower())
    bare = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return unicodedata.normalize("NFC", bare.replace("đ", "d"))


def fold(text: str) -> str:
    """Return a search key: lower case, without accents, đ as d, and the y of "lý" as i.

    >>> fold("Đường Đà Nẵng"), fold("Vật lý"), fold("thuỷ THỦY")
    ('duong da nang', 'vat li', 'thuy thuy')
    """
    return _LONE_Y.sub(r"\1i", _without_accents(text))


def words(text: str) -> list[str]:
    """Return the words (for Vietnamese: the syllables) of a text in order, in NFC, without punctuation.

    >>> words("Câu 1: Tính 2,5 + x_1?")
    ['Câu', '1', 'Tính', '2', '5', 'x', '1']
    """
    return re.findall(r"[^\W_]+", nfc(text))


def slug(text: str, limit: int = 80) -> str:
    """Return a name for files and addresses: ASCII letters, digits and hyphens, at most `limit` long, perhaps empty.

    >>> slug("Đề thi HK1 – Môn Vật lý (đợt 2)")
    'de-thi-hk1-mon-vat-ly-dot-2'
    """
    return re.sub(r"[^a-z0-9]+", "-", _without_accents(text)).strip("-")[:limit].rstrip("-")


def _word_key(word: str) -> str:
    """Return digits that sort as a Vietnamese dictionary sorts a syllable: its letters first, then its tone."""
    decomposed = unicodedata.normalize("NFD", word)
    tone = next((mark for mark in decomposed if mark in _TONES), "")
    letters = unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark not in _TONES))
    places = (_PLACE.get(letter) or _PLACE.get(_without_accents(letter), "60") for letter in letters)
    return "".join(places) + "00" + (f"{_TONES.index(tone) + 1}" if tone else "0")


def _keyed_words(text: str) -> list[str]:
    lowered = nfc(text).translate(_ETH).lower()
    bare = ("".join(mark for mark in word if mark.isalnum()) for word in lowered.split())
    return [_word_key(word) for word in bare if word]


def title_key(text: str) -> str:
    """Return a key that sorts titles word by word as a Vietnamese dictionary does (a ă â … d đ …; tones last).

    The key holds digits only, so that every database collation orders it the same way.

    >>> sorted(["đa", "da", "dạ", "dà", "dan"], key=title_key)
    ['da', 'dà', 'dạ', 'dan', 'đa']
    """
    return "".join(_keyed_words(text))


def collation_key(name: str) -> str:
    """Return a key that sorts people as a Vietnamese class list does: by given name, then family, then middle names.

    >>> sorted(["Nguyễn Văn Đạt", "Trần Thị Dung", "Lê Thị Dung", "Lê An Dung"], key=collation_key)
    ['Lê An Dung', 'Lê Thị Dung', 'Trần Thị Dung', 'Nguyễn Văn Đạt']
    """
    keyed = _keyed_words(name)
    return "".join(keyed[-1:] + keyed[:-1])


def initials(name: str) -> str:
    """Return one or two capitals that stand for a person: family name, then given name.

    >>> initials("đặng Thị Ánh"), initials("An"), initials("")
    ('ĐÁ', 'A', '')
    """
    firsts = [word[0].upper() for word in words(name)]
    return "".join(firsts[:1] + firsts[1:][-1:])
