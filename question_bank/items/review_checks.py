"""What a subject head should look at before a question comes into use.

`checking.problems_in` keeps a question that is not whole out of the bank. What is found here keeps nothing out: it is
said to the author and to the head, who decides. Codes are stable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice

from lms.base.i18n_marks import N_
from lms.base.richtext import to_plain
from lms.base.text import fold
from question_bank.items.checking import problems_in
from question_bank.items.domain import ChoiceKey, EssayKey, ItemBody, ItemKey, ItemNotes, ItemType, Option, Problem
from question_bank.items.presenting import texts_of
from question_bank.items.spelling import misspelt

MOST_NAMES = 4
_LONGER = 1.7  # times as long as the longest wrong option, and by so many characters more:
_BY = 15
_CHOICES = frozenset({ItemType.SINGLE_CHOICE, ItemType.MULTIPLE_CHOICE})
_IMAGE = re.compile(r"<img\b[^>]*>")
_ALT = re.compile(r'\balt="([^"]*)"')
_TELLS_NOTHING = re.compile(
    r"\s*(?:[^/\\]*\.(?:png|jpe?g|gif|webp|emf|wmf|bmp|svg)|(?:hinh|anh|image|picture|img|graphic)?[\s_.-]*\d*)\s*"
)
_TEX = re.compile(r'<(span|div) class="tex">[^<]*</\1>')
_COMMAND = re.compile(r"\\[a-zA-Z]+|[{}]")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of a question beside its content.

    `outcomes_known`: the school has requirements of the subject, so that there is something to align to.
    """

    level: str
    aligned: bool
    outcomes_known: bool
    subject_code: str = ""


def findings(body: ItemBody, key: ItemKey | None, notes: ItemNotes, about: Surroundings) -> tuple[Problem, ...]:
    """Say what should be looked at in a question; nothing when there is nothing."""
    return (
        *problems_in(body, key),
        *_of_options(body, key),
        *_of_pictures(body, key, notes),
        *_of_tags(body, about),
        *_of_names(body, notes, about.subject_code),
    )


def _of_options(body: ItemBody, key: ItemKey | None) -> Iterator[Problem]:
    if body.type not in _CHOICES or not isinstance(key, ChoiceKey):
        return
    texts = [" ".join(option.html.split()) for option in body.options]
    if len(set(texts)) < len(texts):
        yield Problem("same_options", N_("Có hai phương án giống hệt nhau."))
    right = [_length(option) for option in body.options if key.weights.get(option.id, 0) > 0]
    wrong = [_length(option) for option in body.options if key.weights.get(option.id, 0) <= 0]
    if len(wrong) < 2 or not right:
        return
    longest = max(wrong)
    if min(right) >= longest * _LONGER and min(right) - longest >= _BY:
        yield Problem("key_stands_out", N_("Đáp án dài hơn hẳn các phương án khác nên dễ đoán."))


def _length(option: Option) -> int:
    """Return about how many characters an option shows; a command of LaTeX counts as one."""
    return len(_COMMAND.sub("x", to_plain(option.html)))


def _of_pictures(body: ItemBody, key: ItemKey | None, notes: ItemNotes) -> Iterator[Problem]:
    texts = [*texts_of(body), notes.solution, notes.feedback, *notes.per_option.values(), *notes.hints]
    if isinstance(key, EssayKey):
        texts.append(key.rubric)
    silent = sum(_is_silent(image) for html in texts for image in _IMAGE.findall(html))
    if silent:
        yield Problem("no_alt", N_("%(count)s hình chưa có lời tả cho người không nhìn thấy hình."), {"count": silent})


def _is_silent(image: str) -> bool:
    """Say whether a picture has no words, or only the name of a file or "hình 1"."""
    alt = _ALT.search(image)
    return alt is None or bool(_TELLS_NOTHING.fullmatch(fold(unescape(alt[1]))))


def _of_tags(body: ItemBody, about: Surroundings) -> Iterator[Problem]:
    if body.type is ItemType.DESCRIPTION:
        return
    if not about.level:
        yield Problem("no_level", N_("Chưa chọn mức độ."))
    if about.outcomes_known and not about.aligned:
        yield Problem("no_outcome", N_("Chưa gắn yêu cầu cần đạt."))


def _of_names(body: ItemBody, notes: ItemNotes, subject_code: str) -> Iterator[Problem]:
    texts = (*texts_of(body), notes.solution)
    words = "\n".join(to_plain(_TEX.sub(" ", html)) for html in texts if html)
    for found, right in islice(misspelt(words, subject_code), MOST_NAMES):
        yield Problem("spelling", N_("“%(found)s” nên viết là “%(right)s”."), {"found": found, "right": right})
