"""What a pupil may send for a question, as plain JSON; refused at the door when it is anything else.

| kind                    | response                                                   |
| ----------------------- | ---------------------------------------------------------- |
| one choice              | `{"choice": option or null}`                               |
| several choices         | `{"choices": [option, …]}`                                 |
| true/false, cluster     | `{"truths": {statement: true, false or null}}` (`s` alone) |
| short text and number   | `{"text": "…"}`                                            |
| matching                | `{"pairs": {option: target or null}}`                      |
| ordering                | `{"order": [option, …]}`                                   |
| gap fill                | `{"gaps": {gap: text or id of a choice}}`                  |
| essay                   | `{"text": "…"}`                                            |
| description             | `{}`                                                       |

`{}` is a blank answer to any question. Ids are those of the body, never places on the page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, NoReturn, TypeAlias

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from lms.base.text import nfc
from question_bank.items.domain import ItemBody, ItemType

Response: TypeAlias = dict[str, Any]

SHORT_LIMIT = 200  # characters of a short answer or of one gap
ESSAY_LIMIT = 60_000  # characters, about twenty pages
STATEMENT = "s"  # the one statement of a true/false question

_NOT_FITTING = N_("Câu trả lời không khớp với câu hỏi. Hãy tải lại trang rồi trả lời lại.")
_TOO_LONG = N_("Câu trả lời dài quá %(limit)s kí tự.")


class ResponseNotFitting(Invalid):
    """The response is not one to this question; nothing of it was kept."""


def _refuse() -> NoReturn:
    raise ResponseNotFitting(text=_NOT_FITTING)


def _text(value: object, limit: int) -> str:
    if not isinstance(value, str):
        _refuse()
    if len(value) > limit:
        raise ResponseNotFitting(text=_TOO_LONG, limit=limit)
    return nfc(value)


def _known(value: object, known: Collection[str]) -> str:
    if not isinstance(value, str) or value not in known:
        _refuse()
    return value


def _distinct(value: object, known: Collection[str]) -> list[str]:
    if not isinstance(value, list) or len(value) > len(known):
        _refuse()
    names = [_known(name, known) for name in value]
    if len(set(names)) < len(names):
        _refuse()
    return names


def _entries(value: object, known: Collection[str]) -> list[tuple[str, object]]:
    if not isinstance(value, Mapping) or len(value) > len(known):
        _refuse()
    return [(_known(name, known), entry) for name, entry in value.items()]


def _choice(body: ItemBody, value: object) -> object:
    return None if value is None or value == "" else _known(value, {option.id for option in body.options})


def _distinct_options(body: ItemBody, value: object) -> object:
    return _distinct(value, {option.id for option in body.options})


def _truths(body: ItemBody, value: object) -> object:
    statements = {STATEMENT} if body.type is ItemType.TRUE_FALSE else {option.id for option in body.options}
    truths = dict(_entries(value, statements))
    if any(truth is not None and not isinstance(truth, bool) for truth in truths.values()):
        _refuse()
    return truths


def _short_text(_body: ItemBody, value: object) -> object:
    return _text(value, SHORT_LIMIT)


def _essay(_body: ItemBody, value: object) -> object:
    return _text(value, ESSAY_LIMIT)


def _pairs(body: ItemBody, value: object) -> object:
    targets = {target.id for target in body.targets}
    entries = _entries(value, {option.id for option in body.options})
    return {option: _known(target, targets) for option, target in entries if target not in (None, "")}


def _gaps(body: ItemBody, value: object) -> object:
    choices = {gap.id: {choice.id for choice in gap.choices} for gap in body.gaps}
    filled: dict[str, str] = {}
    for gap, entry in _entries(value, choices):
        if entry is None or entry == "":
            continue
        filled[gap] = _known(entry, choices[gap]) if choices[gap] else _text(entry, SHORT_LIMIT)
    return filled


_SHAPES: Mapping[ItemType, tuple[str, Callable[[ItemBody, object], object]]] = MappingProxyType(
    {
        ItemType.SINGLE_CHOICE: ("choice", _choice),
        ItemType.MULTIPLE_CHOICE: ("choices", _distinct_options),
        ItemType.TRUE_FALSE: ("truths", _truths),
        ItemType.CLUSTER: ("truths", _truths),
        ItemType.SHORT_TEXT: ("text", _short_text),
        ItemType.SHORT_NUMBER: ("text", _short_text),
        ItemType.MATCHING: ("pairs", _pairs),
        ItemType.ORDERING: ("order", _distinct_options),
        ItemType.GAP_FILL: ("gaps", _gaps),
        ItemType.ESSAY: ("text", _essay),
    }
)


def check_response(body: ItemBody, response: object) -> Response:
    """Return a response as it is kept: its text in NFC, its ids those of the question, nothing else in it.

    Raises:
        ResponseNotFitting: another shape, an unknown or repeated id, or a text over the limit.
    """
    if not isinstance(response, Mapping) or len(response) > 1:
        _refuse()
    if not response:
        return {}
    if body.type not in _SHAPES:
        _refuse()
    name, checked = _SHAPES[body.type]
    if name not in response:
        _refuse()
    return {name: checked(body, response[name])}


def _says_something(value: object) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, Mapping):
        return any(_says_something(entry) for entry in value.values())
    if isinstance(value, list | tuple):
        return any(_says_something(entry) for entry in value)
    return value is not None


def is_answered(response: Mapping[str, Any] | None) -> bool:
    """Return whether anything was answered: a chosen option, a judged statement, a text of more than blanks.

    >>> is_answered({"truths": {"a": False, "b": None}}), is_answered({"text": "  "}), is_answered({})
    (True, False, False)
    """
    return bool(response) and _says_something(response)


def text_of(response: Mapping[str, Any] | None) -> str:
    """Return the text of a kept response; empty when there is none."""
    value = (response or {}).get("text")
    return value if isinstance(value, str) else ""


def names_of(response: Mapping[str, Any] | None, name: str) -> list[str]:
    """Return the ids listed under a name in a kept response; empty when there are none."""
    value = (response or {}).get(name)
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list | tuple) else []


def entries_of(response: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    """Return the answers by id under a name in a kept response; empty when there are none."""
    value = (response or {}).get(name)
    return value if isinstance(value, Mapping) else {}
