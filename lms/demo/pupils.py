"""How an invented pupil answers: by how able they are and how hard the question is (a one-parameter logistic model)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from random import Random
from typing import Any

from question_bank import api as bank

HARDNESS = {"NB": -1.6, "TH": -0.5, "VD": 0.6, "VDC": 1.6}
ESSAYS = (
    "a) Diện tích lối đi là x^2 - (x - 4)^2 (m2).\nb) x^2 - (x - 4)^2 = (x - x + 4)(x + x - 4) = 4(2x - 4) = 8(x - 2). "
    "Với x = 24 thì diện tích là 8 . 22 = 176 (m2).",
    "a) Diện tích vườn là x^2, phần còn lại là (x - 4)^2 nên lối đi là x^2 - (x - 4)^2.\n"
    "b) = x^2 - x^2 + 8x - 16 = 8x - 16. Thay x = 24: 8 . 24 - 16 = 176.",
    "Lối đi: x^2 - (x - 4)^2 = x^2 - x^2 - 16 = -16 em thấy không đúng ạ.",
    "Em chưa làm kịp câu này.",
)
"""Four answers to the essay, the best first."""


@dataclass(frozen=True, slots=True)
class PlainForm:
    """Fields of the plain form of a test page, as a browser sends them."""

    fields: Mapping[str, Sequence[str]]

    def getlist(self, key: str) -> Sequence[str]:
        """The values of a field."""
        return self.fields.get(key, ())


def knows(ability: float, level: str, random: Random) -> bool:
    """Say whether a pupil gets a question of this level right this time."""
    return random.random() < 1 / (1 + exp(HARDNESS.get(level, 0.0) - 1.4 * ability))


def answer(item: bank.BankItem, ability: float, random: Random) -> dict[str, Any]:
    """A response to a question; an empty one where the pupil leaves it blank."""
    right = knows(ability, item.level, random)
    if not right and random.random() < 0.08:
        return {}
    body, key = item.body, item.key
    match key:
        case bank.ChoiceKey(weights) if body.type is bank.ItemType.SINGLE_CHOICE:
            wanted = [option.id for option in body.options if (weights.get(option.id, 0) > 0) is right]
            return {"choice": random.choice(wanted)}
        case bank.ChoiceKey(weights):
            good = [option.id for option in body.options if weights.get(option.id, 0) > 0]
            return {"choices": good if right else good[:1]}
        case bank.TruthKey(truths):
            slip = 0.03 if right else 0.45
            return {"truths": {name: holds is not (random.random() < slip) for name, holds in truths.items()}}
        case bank.TextKey(accepted):
            return {"text": accepted[0].text if right else "em không nhớ"}
        case bank.NumberKey(accepted):
            value = accepted[0].value.replace(".", ",")
            return {"text": value if right else str(random.choice((2, 12, 36, 104, 200)))}
        case bank.PairKey(pairs):
            return {"pairs": dict(pairs) if right else _swapped(dict(pairs))}
        case bank.OrderKey(steps):
            return {"order": list(steps) if right else [steps[1], steps[0], *steps[2:]]}
        case bank.GapKey(gaps):
            filled = {gap: words[0].text for gap, words in gaps.items()}
            if not right:
                filled[next(iter(filled))] = "10"
            return {"gaps": filled}
        case _:
            quality = 0 if right else random.choice((1, 2, 2, 3))
            return {"text": ESSAYS[quality]}


def _swapped(pairs: dict[str, str]) -> dict[str, str]:
    first, second, *_ = pairs
    pairs[first], pairs[second] = pairs[second], pairs[first]
    return pairs


def fields_of(response: Mapping[str, Any], prefix: str) -> dict[str, list[str]]:
    """A response as the fields that the question card sends (`question_bank.items.responding` names them)."""
    fields: dict[str, list[str]] = {}
    for name, value in response.items():
        match name:
            case "choice" | "text":
                fields[f"{prefix}{name}"] = [value]
            case "choices":
                fields[f"{prefix}choices"] = list(value)
            case "truths":
                fields |= {f"{prefix}t-{one}": ["true" if holds else "false"] for one, holds in value.items()}
            case "pairs":
                fields |= {f"{prefix}p-{left}": [right] for left, right in value.items()}
            case "order":
                fields |= {f"{prefix}o-{one}": [str(place)] for place, one in enumerate(value, 1)}
            case "gaps":
                fields |= {f"{prefix}g-{gap}": [text] for gap, text in value.items()}
    return fields
