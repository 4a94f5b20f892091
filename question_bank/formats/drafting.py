"""Small makers that every reader shares: option ids, shares of a mark, numbers, decoding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from lms.base.errors import Invalid, TooLarge
from lms.base.i18n_marks import N_
from question_bank.formats import encodings
from question_bank.formats.fragments import is_empty, plain
from question_bank.formats.problems import (
    ambiguous_number,
    doubtful_encoding,
    half_key,
    old_encoding,
    other_encoding,
    too_few_options,
)
from question_bank.items.domain import (
    AcceptedNumber,
    AcceptedText,
    ItemBody,
    ItemType,
    NumberKey,
    Option,
    PairKey,
    Problem,
    TextKey,
)
from question_bank.scoring import short_text

NO_TEXT = N_("Đây không phải tệp văn bản. Hãy chọn đúng tệp câu hỏi.")
TEXT_LIMIT = 30_000_000  # bytes of a text or XML file

_STAYS = re.compile(
    r"^\W*(?:cả\s+(?:[a-h]\b|hai|ba|bốn|\d|các)|tất cả\b|không (?:có )?(?:đáp án|phương án|ý|câu|phát biểu|kết luận)"
    r"\s+nào|[a-h]\s*(?:,|và|and|&)\s*[a-h]\b|all of|none of|both\b|neither\b)",
    re.I,
)


def option_id(place: int) -> str:
    """Return the id of the option at *place* (from 0): a, b … z, then o27 and on."""
    return chr(ord("a") + place) if place < 26 else f"o{place + 1}"


def options(fragments: Sequence[str]) -> tuple[Option, ...]:
    """Return options in the order given; one that speaks of the others ("Cả A và B") is fixed to its place."""
    return tuple(
        Option(option_id(place), html, fixed=bool(_STAYS.match(plain(html)))) for place, html in enumerate(fragments)
    )


def share(percent: str | Decimal) -> Fraction:
    """Return a percentage as a share of one, 33.33333 as exactly a third.

    Moodle writes shares with five to seven digits; a denominator up to 20 that fits to a millionth is meant.
    """
    exact = Fraction(Decimal(percent)) / 100
    near = exact.limit_denominator(20)
    return near if abs(near - exact) < Fraction(1, 1_000_000) else exact


def percent(part: Fraction) -> str:
    """Return a share as a percentage with at most five decimals, the way Moodle writes it."""
    value = (Decimal(part.numerator) * 100 / Decimal(part.denominator)).quantize(Decimal("0.00001"))
    text = format(value, "f").rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,3})?")


def number(text: str) -> str | None:
    """Return a number as a decimal string with a point, or None where *text* is no number.

    A decimal comma counts as a point; the digits stay as they were written.
    """
    cleaned = re.sub(r"[\s\u00a0\u202f]", "", text).replace("\u2212", "-").replace("\u2013", "-")
    if not _NUMBER.fullmatch(cleaned):
        return None
    cleaned = cleaned.replace(",", ".").lstrip("+")
    try:
        value = Decimal(cleaned)
    except InvalidOperation:
        return None
    if not value.is_finite():
        return None
    return format(value, "f") if "e" in cleaned.lower() else cleaned


def typed_answer(text: str) -> str:
    """Return a stated answer without the LaTeX around a plain number."""
    bare = re.sub(r"\{\s*([,.])\s*\}", r"\1", text.strip().strip("$").strip())
    bare = re.sub(r"\\[,;!] ?|\\ |~", "", bare)
    return re.sub(r"^\\(?:text|mathrm|boldsymbol)\{([^{}]*)\}$", r"\1", bare).strip()


def short_key(text: str) -> tuple[NumberKey | TextKey | None, Problem | None]:
    """Return the key that an answer to type states: a number, else words; "1.200" may be two numbers and is no key."""
    if re.fullmatch(r"\d{1,3}\.\d{3}", text):
        return None, ambiguous_number(text)
    value = number(text.replace(".", "") if re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}", text) else text)
    if value is not None:
        return NumberKey((AcceptedNumber(value),)), None
    return TextKey((AcceptedText(text.replace("*", "∗")),)), None


def decode(data: bytes) -> tuple[str, tuple[Problem, ...]]:
    """Return a text file as text in NFC, whatever common encoding it is in, with a warning where it is not UTF-8.

    Raises:
        Invalid: the file is empty or no text.
        TooLarge: it is over `TEXT_LIMIT`.
    """
    if len(data) > TEXT_LIMIT:
        raise TooLarge(
            N_("Tệp câu hỏi quá lớn (tối đa %(limit)s MB). Hãy chia thành vài tệp."), limit=TEXT_LIMIT // 10**6
        )
    if not data.strip():
        raise Invalid.at("file", N_("Tệp này trống."))
    for bom, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(bom):
            return _told(encodings.recognised(data.decode(name, errors="replace")))
    sample = data[:2000]
    if b"\x00" in sample:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        if max(even, odd) < len(sample) // 5 or min(even, odd) > len(sample) // 50:
            raise Invalid.at("file", NO_TEXT)
        name = "utf-16-le" if odd > even else "utf-16-be"
        text, found = _told(encodings.recognised(data.decode(name, errors="replace")))
        return text, (other_encoding(), *found)
    if sum(byte < 32 and byte not in b"\t\n\r\f" for byte in sample) > len(sample) // 50:
        raise Invalid.at("file", NO_TEXT)
    try:
        return _told(encodings.recognised(data.decode("utf-8")))
    except UnicodeDecodeError:
        return _told(encodings.recognised_bytes(data))


def _told(read: encodings.Recognised) -> tuple[str, tuple[Problem, ...]]:
    if read.was is None:
        return read.text, ()
    if read.was is encodings.Legacy.WINDOWS_1258:
        return read.text, (other_encoding(),)
    return read.text, (doubtful_encoding(read.was) if read.doubtful else old_encoding(read.was),)


def texts_out_of_order(accepted: Sequence[AcceptedText]) -> bool:
    """Tell whether a later pattern is worth more than an earlier answer that it would match as well.

    Moodle counts the first answer that fits, we count the best one; only then the two disagree.
    """
    patterns = [(place, one) for place, one in enumerate(accepted) if "*" in one.text][:50]
    return any(
        earlier.share < one.share and short_text.matches(one, earlier.text)
        for place, one in patterns
        for earlier in accepted[:place][:200]
    )


def numbers_out_of_order(accepted: Sequence[AcceptedNumber]) -> bool:
    """Tell the same of numbers whose ranges meet."""
    ranges = [
        (Decimal(one.value) - Decimal(one.tolerance), Decimal(one.value) + Decimal(one.tolerance), one.share)
        for one in accepted[:200]
    ]
    return any(
        earlier[2] < later[2] and earlier[0] <= later[1] and later[0] <= earlier[1]
        for place, later in enumerate(ranges)
        for earlier in ranges[:place]
    )


CLUSTER_TAG = "gieo-cluster"  # marks a matching that we wrote from a true/false cluster


def matching(prompt: str, pairs: Sequence[tuple[str, str]]) -> tuple[ItemBody, PairKey | None, list[Problem]]:
    """Return a matching question from (left, right) fragments; an empty left is a target that fits nothing.

    Targets that read the same become one.
    """
    targets = list(dict.fromkeys(right for _, right in pairs if not is_empty(right)))
    kept = [(left, right) for left, right in pairs if not is_empty(left)]
    ids = {html: f"r{place + 1}" for place, html in enumerate(targets)}
    body = ItemBody(
        ItemType.MATCHING,
        prompt,
        tuple(Option(f"l{place + 1}", left) for place, (left, _) in enumerate(kept)),
        tuple(Option(ids[html], html) for html in targets),
    )
    blank = [str(place + 1) for place, (_, right) in enumerate(kept) if is_empty(right)]
    if blank:
        return body, None, [half_key(", ".join(blank))]
    if not kept or len(targets) < 2:
        return body, None, [too_few_options()]
    return body, PairKey({f"l{place + 1}": ids[right] for place, (_, right) in enumerate(kept)}), []
