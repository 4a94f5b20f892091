"""An answer in a few words, for lists in which the whole question has no room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lms.base.i18n import _, pgettext
from question_bank import api as bank

MOST_WORDS = 300  # characters


def said(presented: bank.Presented, response: Mapping[str, Any] | None) -> str:
    """What was answered, by the letters that the pupil saw; what was left blank says so."""
    if not response or not bank.is_answered(response):
        return str(_("(bỏ trống)"))
    options = {option.id: option for option in presented.options}
    targets = {target.id: target for target in presented.targets}
    if "choice" in response:
        return _letters(options, [response["choice"]])
    if "choices" in response:
        return _letters(options, response["choices"])
    if "truths" in response:
        parts = [_judged(options, name, truth) for name, truth in response["truths"].items() if truth is not None]
        return ", ".join(sorted(parts))
    if "order" in response:
        return " → ".join(options[name].words for name in response["order"] if name in options)
    if "pairs" in response:
        known = ((options.get(one), targets.get(other)) for one, other in response["pairs"].items())
        return ", ".join(f"{one.letter}–{other.letter}" for one, other in known if one and other)
    if "gaps" in response:
        return "; ".join(_filled(gap, response["gaps"].get(gap.id, "")) for gap in presented.gaps)
    text = str(response.get("text", ""))
    return text if len(text) <= MOST_WORDS else text[:MOST_WORDS].rsplit(" ", 1)[0] + "…"


def _letters(options: Mapping[str, bank.PresentedOption], names: Iterable[str]) -> str:
    return ", ".join(sorted(options[name].letter for name in names if name in options))


def _judged(options: Mapping[str, bank.PresentedOption], name: str, truth: bool) -> str:
    word = pgettext("phát biểu", "Đúng") if truth else pgettext("phát biểu", "Sai")
    return f"{options[name].letter}) {word}" if name in options else str(word)


def _filled(gap: bank.PresentedGap, given: str) -> str:
    words = next((choice.words for choice in gap.choices if choice.id == given), given)
    return f"({gap.number}) {words or '…'}"
