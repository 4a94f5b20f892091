"""Bodies made ready for a page: safe markup, letters, gaps. A key is presented apart, never with the body."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from markupsafe import Markup

from lms.base import richtext
from question_bank.items.domain import (
    AcceptedNumber,
    ChoiceKey,
    EssayKey,
    GapKey,
    ItemBody,
    ItemKey,
    ItemType,
    NumberKey,
    Option,
    OrderKey,
    PairKey,
    TextKey,
    TruthKey,
)


@dataclass(frozen=True, slots=True)
class PresentedOption:
    """An option with the letter it goes by on this page."""

    id: str
    letter: str
    html: Markup
    words: str  # plain text, for a <select>


@dataclass(frozen=True, slots=True)
class PresentedGap:
    """A blank; without choices it is typed."""

    id: str
    number: int
    choices: tuple[PresentedOption, ...]


@dataclass(frozen=True, slots=True)
class PromptPart:
    """A stretch of the prompt and the gap that follows it, if one does."""

    html: Markup
    gap: PresentedGap | None = None


@dataclass(frozen=True, slots=True)
class Presented:
    """What a template needs to show a question."""

    type: str
    passage: Markup
    passage_id: str
    prompt: tuple[PromptPart, ...]
    options: tuple[PresentedOption, ...]
    targets: tuple[PresentedOption, ...]
    gaps: tuple[PresentedGap, ...]


AssetUrl = Callable[[str], str]
_LOWER = frozenset({ItemType.CLUSTER})
_MARK = "\x00"  # stands nowhere in stored text


def present(body: ItemBody, asset_url: AssetUrl) -> Presented:
    """Make a body ready for a page; `asset_url` gives the address of a picture from its SHA-256."""
    gaps = {
        gap.id: PresentedGap(gap.id, place, _options(gap.choices, asset_url)) for place, gap in enumerate(body.gaps, 1)
    }
    return Presented(
        type=body.type.value,
        passage=_shown(body.passage, asset_url),
        passage_id=body.passage_id,
        prompt=_prompt(body, gaps, asset_url),
        options=_options(body.options, asset_url, lower=body.type in _LOWER, numbered=body.type == ItemType.MATCHING),
        targets=_options(body.targets, asset_url, lower=True),
        gaps=tuple(gaps.values()),
    )


def show(html: str, asset_url: AssetUrl) -> Markup:
    """Make a stored text (solution, feedback, rubric) ready for a page."""
    return _shown(html, asset_url)


def asset_hashes(body: ItemBody) -> frozenset[str]:
    """The pictures that pupils see in a question."""
    return pictures_in(texts_of(body))


def pictures_in(texts: Iterable[str]) -> frozenset[str]:
    """The pictures in stored texts."""
    return frozenset[str]().union(*(richtext.assets_in(html) for html in texts))


def words_of(body: ItemBody) -> str:
    """Everything that can be read in a question, as plain text."""
    return " ".join(richtext.to_plain(html) for html in texts_of(body) if html)


def summary(body: ItemBody, length: int = 160) -> str:
    """The first words of the prompt."""
    words = richtext.to_plain(body.prompt).replace("\n", " ")
    return words if len(words) <= length else words[: length - 1].rsplit(" ", 1)[0] + "…"


def texts_of(body: ItemBody) -> list[str]:
    """Every stored text that pupils see in a question, in the order of reading."""
    choices = [option.html for gap in body.gaps for option in gap.choices]
    return [body.passage, body.prompt, *(option.html for option in (*body.options, *body.targets)), *choices]


def _shown(html: str, asset_url: AssetUrl) -> Markup:
    return richtext.render(html, asset_url) if html else Markup()


def _options(
    options: tuple[Option, ...], asset_url: AssetUrl, *, lower: bool = False, numbered: bool = False
) -> tuple[PresentedOption, ...]:
    return tuple(
        PresentedOption(
            option.id,
            str(place + 1) if numbered else _letter(place, lower=lower),
            _shown(option.html, asset_url),
            richtext.to_plain(option.html).replace("\n", " "),
        )
        for place, option in enumerate(options)
    )


def _letter(place: int, *, lower: bool) -> str:
    letter = chr(ord("A") + place) if place < 26 else str(place + 1)
    return letter.lower() if lower else letter


def _prompt(body: ItemBody, gaps: dict[str, PresentedGap], asset_url: AssetUrl) -> tuple[PromptPart, ...]:
    if not gaps:
        return (PromptPart(_shown(body.prompt, asset_url)),)
    marked = richtext.render(body.prompt, asset_url, gap=lambda gap_id: f"{_MARK}{gap_id}{_MARK}")
    pieces = str(marked).split(_MARK)
    parts = []
    for place in range(0, len(pieces), 2):
        follows = pieces[place + 1] if place + 1 < len(pieces) else ""
        # Cut from markup that `render` made; the cut falls only at our own marks.
        parts.append(PromptPart(Markup(pieces[place]), gaps.get(follows)))  # noqa: S704
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """A key as a page shows it, once it may be shown; each kind of question fills its own part."""

    right: frozenset[str] = frozenset()  # options that earn something
    truths: Mapping[str, bool] = field(default_factory=dict)
    texts: tuple[str, ...] = ()  # accepted texts and numbers, in words
    pairs: Mapping[str, PresentedOption] = field(default_factory=dict)  # option id → its target
    order: tuple[PresentedOption, ...] = ()
    gaps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # gap id → accepted texts, in words
    rubric: Markup = field(default_factory=Markup)


def present_key(body: ItemBody, key: ItemKey | None, asset_url: AssetUrl) -> PresentedKey:
    """Make a key ready for a page, with the letters that `present` gives the same body."""
    match key:
        case ChoiceKey(weights):
            return PresentedKey(right=frozenset(name for name, weight in weights.items() if weight > 0))
        case TruthKey(truths):
            return PresentedKey(truths=truths)
        case TextKey(accepted):
            return PresentedKey(texts=tuple(f"{one.text}{share_in_words(one.share)}" for one in accepted))
        case NumberKey(accepted):
            return PresentedKey(texts=tuple(number_in_words(one) for one in accepted))
        case PairKey(pairs):
            targets = {target.id: target for target in present(body, asset_url).targets}
            return PresentedKey(pairs={left: targets[right] for left, right in pairs.items() if right in targets})
        case OrderKey(order):
            options = {option.id: option for option in present(body, asset_url).options}
            return PresentedKey(order=tuple(options[name] for name in order if name in options))
        case GapKey(gaps):
            words = {choice.id: richtext.to_plain(choice.html) for gap in body.gaps for choice in gap.choices}
            return PresentedKey(
                gaps={
                    name: tuple(f"{words.get(one.text, one.text)}{share_in_words(one.share)}" for one in accepted)
                    for name, accepted in gaps.items()
                }
            )
        case EssayKey(rubric):
            return PresentedKey(rubric=_shown(rubric, asset_url))
        case _:
            return PresentedKey()


def present_keys(body: ItemBody, keys: Sequence[ItemKey | None], asset_url: AssetUrl) -> PresentedKey:
    """Make several keys ready as one, where each of them is right; of kinds that cannot be shown so, the first."""
    shown = [present_key(body, key, asset_url) for key in keys]
    first = shown[0]
    return replace(
        first,
        right=frozenset().union(*(one.right for one in shown)) if body.type is ItemType.SINGLE_CHOICE else first.right,
        texts=tuple(dict.fromkeys(text for one in shown for text in one.texts)),
        gaps={
            name: tuple(dict.fromkeys(text for one in shown for text in one.gaps.get(name, ()))) for name in first.gaps
        },
    )


def share_in_words(share: Fraction) -> str:
    """Return " (50%)" for what earns a part; nothing for the whole."""
    return "" if share == 1 else f" ({float(share * 100):.4g}%)".replace(".", ",")


def number_in_words(one: AcceptedNumber) -> str:
    """Return an accepted number with its tolerance and share, as a Vietnamese reader writes it."""
    tolerance = f" ± {one.tolerance}" if one.tolerance.strip("0.") else ""
    return f"{one.value}{tolerance}".replace(".", ",") + share_in_words(one.share)
