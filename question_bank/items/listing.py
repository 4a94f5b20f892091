"""What the bank's list shows around its questions: the facets with their counts, what was chosen, the address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from sqlalchemy.orm import Session

from lms.base.i18n import _
from lms.base.i18n_marks import N_
from lms.base.paging import PageRequest
from lms.base.permissions import Actor
from lms.base.subjects import Subject
from lms.base.text import nfc, title_key
from question_bank.competencies.service import get_outcomes
from question_bank.items.domain import LEVELS, STATE_NAMES, TYPE_NAMES
from question_bank.items.search.service import Findings, author_names
from question_bank.items.search.wanted import ANY_TEXTBOOK, FACETS, Order, Wanted

MOST_CHOICES = 60  # values of a facet that can be chosen from the list, the most frequent ones
LONGEST_VALUE = 300
LONGEST_LABEL = 90
LAST_PAGE = 10_000
KEPT = ("q", *FACETS, "sort")
ORDERS = {Order.NEWEST: N_("Mới nhất trước"), Order.OLDEST: N_("Cũ nhất trước"), Order.GRADE: N_("Theo khối và mức độ")}
_ORDERED: Mapping[str, Sequence[str]] = {
    "grade": [str(grade) for grade in range(1, 13)],
    "type": list(TYPE_NAMES),
    "level": list(LEVELS),
    "state": list(STATE_NAMES),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet: how many questions have it besides all else that is chosen."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Group:
    """A facet with its values; `more` are those that are too rare for the list."""

    name: str
    label: str
    every: str  # what stands there while nothing is chosen
    choices: Sequence[Choice]
    chosen: str
    more: int


@dataclass(frozen=True, slots=True)
class Chip:
    """Something that narrows the list, and the address of the list without it."""

    label: str
    href: str


def wanted_from(args: Mapping[str, str], actor: Actor) -> Wanted:
    """Read from the address what is looked for; `mine` is a short word for the author."""
    chosen = {name: nfc(args.get(name, ""))[:LONGEST_VALUE] for name in FACETS}
    if args.get("mine"):
        chosen["author"] = actor.uid
    sort = args.get("sort", "")
    return Wanted(
        nfc(args.get("q", ""))[:LONGEST_VALUE],
        {name: value for name, value in chosen.items() if value},
        Order(sort) if sort in set(Order) else Order.NEWEST,
    )


def page_from(args: Mapping[str, str]) -> PageRequest:
    """Read from the address which page is asked for."""
    number = args.get("page", "1")
    known = number.isascii() and number.isdigit() and len(number) < 7
    return PageRequest(max(1, min(int(number), LAST_PAGE)) if known else 1)


def kept_of(wanted: Wanted) -> dict[str, str]:
    """What an address must hold to ask for the same list."""
    sort = "" if wanted.order is Order.NEWEST else wanted.order.value
    kept = {"q": wanted.typed, **wanted.filters, "sort": sort}
    return {name: value for name, value in kept.items() if value}


def address(kept: Mapping[str, str]) -> str:
    """Return the address of a list."""
    return url_for("bank.index") + ("?" + urlencode(kept) if kept else "")


def groups(
    session: Session, actor: Actor, wanted: Wanted, found: Findings, subjects: Iterable[Subject]
) -> tuple[list[Group], list[Chip]]:
    """Lay out the facets that have something to choose from, and a chip for each value that is chosen."""
    counts, total = found.counts, found.page.total
    frequent = {name: _frequent(counts[name], wanted.filters.get(name, "")) for name in FACETS}
    names: dict[str, Mapping[str, str]] = {
        "subject": {subject.uid: subject.name for subject in subjects},
        "grade": {value: _("Lớp %(grade)s", grade=value) for value in frequent["grade"]},
        "type": {kind: _(name) for kind, name in TYPE_NAMES.items()},
        "level": {level: _(name) for level, name in LEVELS.items()},
        "state": {state: _(name) for state, name in STATE_NAMES.items()},
        "textbook": {ANY_TEXTBOOK: _("Dùng được với mọi bộ sách")},
        "outcome": {
            outcome.reference: f"{outcome.code} · {outcome.statement}" if outcome.code else outcome.statement
            for outcome in get_outcomes(session, actor.school_id, frequent["outcome"]).values()
        },
        "author": {**author_names(session, actor.school_id, frequent["author"]), actor.uid: _("Tôi")},
    }
    laid, chips = [], []
    for name, (label, every) in _labels().items():
        named = names.get(name, {})
        chosen = wanted.filters.get(name, "")
        choices = [
            Choice(value, _short(named.get(value, value)), counts[name].get(value, 0)) for value in frequent[name]
        ]
        choices.sort(key=lambda choice: _place(name, choice))
        if len(choices) > 1 or chosen or (choices and choices[0].count < total):  # else it narrows nothing
            laid.append(Group(name, label, every, choices, chosen, len(counts[name]) - len(choices)))
        if chosen:
            kept = {key: value for key, value in kept_of(wanted).items() if key != name}
            chips.append(Chip(f"{label}: {_short(named.get(chosen, chosen))}", address(kept)))
    if wanted.typed and chips:
        kept = {key: value for key, value in kept_of(wanted).items() if key != "q"}
        chips.insert(0, Chip(f"“{_short(wanted.typed)}”", address(kept)))
    return laid, chips


def _labels() -> dict[str, tuple[str, str]]:
    return {
        "subject": (_("Môn học"), _("Mọi môn")),
        "grade": (_("Khối lớp"), _("Mọi khối")),
        "type": (_("Loại câu"), _("Mọi loại")),
        "level": (_("Mức độ"), _("Mọi mức")),
        "state": (_("Trạng thái"), _("Đang dùng và đang soạn")),
        "topic": (_("Chủ đề"), _("Mọi chủ đề")),
        "competency": (_("Mạch, năng lực"), _("Mọi mạch")),
        "outcome": (_("Yêu cầu cần đạt"), _("Mọi yêu cầu")),
        "label": (_("Nhãn"), _("Mọi nhãn")),
        "source": (_("Nguồn"), _("Mọi nguồn")),
        "year": (_("Năm"), _("Mọi năm")),
        "category": (_("Thư mục"), _("Mọi thư mục")),
        "textbook": (_("Sách giáo khoa"), _("Mọi câu")),
        "author": (_("Người soạn"), _("Mọi người")),
    }


def _frequent(counts: Mapping[str, int], chosen: str) -> list[str]:
    """The values that are offered: the most frequent ones, and the chosen one in any case."""
    values = sorted(counts, key=lambda value: (-counts[value], value))[:MOST_CHOICES]
    return values if not chosen or chosen in values else [*values, chosen]


def _place(name: str, choice: Choice) -> tuple[Any, ...]:
    """Where a choice stands: values that have an order by it, the others as a dictionary has them."""
    order = _ORDERED.get(name, [])
    return (order.index(choice.value) if choice.value in order else len(order), title_key(choice.label))


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1].rstrip() + "…"
