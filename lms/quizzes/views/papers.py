"""Questions of a form as HTML; what is the same for every pupil of a form is made once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from lms.base.i18n import chosen_language
from lms.quizzes.domain.results import Shown as Visible
from lms.quizzes.models import Form
from lms.quizzes.service.reviewing import ReviewedQuestion
from question_bank import api as bank

MOST_KEPT = 256  # rendered forms in memory
_lock = threading.Lock()
_blank: dict[tuple[str, str], Markup] = {}


@dataclass(frozen=True, slots=True)
class Shown:
    """A question on the paper of a form."""

    number: int
    label: str
    part: str
    worth: str
    body: bank.ItemBody
    presented: bank.Presented
    with_passage: bool

    @property
    def prefix(self) -> str:
        """What the names of its fields begin with."""
        return f"q{self.number}-"


def shown(form: Form) -> Iterator[Shown]:
    """The questions of a form in their order; a passage stands before the first of its questions only."""
    passage = ""
    for slot in form.document:
        body = bank.decode_body(slot["body"])
        yield Shown(
            number=slot["number"],
            label=slot["label"],
            part=slot["part"],
            worth=slot["worth"],
            body=body,
            presented=bank.present(body, lambda sha256: picture_url(form, sha256)),
            with_passage=not body.passage_id or body.passage_id != passage,
        )
        passage = body.passage_id


def staff_picture_url(sha256: str) -> str:
    """The address of a picture in the question bank, for those who may look there."""
    return url_for("bank.asset", sha256=sha256)


def prompt(item: bank.BankItem) -> Markup:
    """What a question asks, for lists that staff read."""
    return bank.show(item.body.prompt or item.body.passage, staff_picture_url)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A question of a finished attempt, ready for the page; what may not be seen is None or empty."""

    number: int
    label: str
    prefix: str
    presented: bank.Presented
    with_passage: bool
    response: Mapping[str, Any]
    key: bank.PresentedKey | None
    outcome: bank.Score | None
    solution: Markup | str
    points: Fraction | None
    worth: Fraction
    comment: str
    waits: bool


def reviewed(form: Form, question: ReviewedQuestion, may: Visible) -> Reviewed:
    """Make a question of a finished attempt ready, without what may not be seen."""
    body = bank.decode_body(question.slot["body"])

    def address(sha256: str) -> str:
        return picture_url(form, sha256)

    number: int = question.slot["number"]
    return Reviewed(
        number=number,
        label=question.slot["label"],
        prefix=f"q{number}-",
        presented=bank.present(body, address),
        with_passage=True,
        response=question.response,
        key=bank.present_key(body, question.item.key, address) if may.key else None,
        outcome=question.outcome,
        solution=bank.show(question.item.notes.solution, address) if may.key else "",
        points=question.points,
        worth=question.worth,
        comment=question.comment,
        waits=question.outcome is not None and question.outcome.needs_marking and question.points is None,
    )


def picture_url(form: Form, sha256: str) -> str:
    """The address of a picture in a form; a form made for looking only has none of its own."""
    if form.id is None:
        return staff_picture_url(sha256)
    return url_for("quizzes.picture", form_uid=form.uid, sha256=sha256)


def paper(form: Form, answers: Mapping[int, Any]) -> Markup:
    """The questions to be answered. Without answers it is the same for everybody, and kept."""
    if answers:
        return _render(form, answers)
    key = (form.uid, chosen_language())
    known = _blank.get(key)
    if known is None:
        known = _render(form, {})
        with _lock:
            while len(_blank) >= MOST_KEPT:
                _blank.pop(next(iter(_blank)))
            _blank[key] = known
    return known


def _render(form: Form, answers: Mapping[int, Any]) -> Markup:
    # Made by an autoescaping template.
    return Markup(render_template("lms/quizzes/_paper.html", questions=list(shown(form)), answers=answers))  # noqa: S704


def navigator(form: Form) -> list[tuple[str, list[tuple[int, str]]]]:
    """The parts of a form, each with its questions as (number, label)."""
    labelled = [slot for slot in form.document if slot["label"]]
    return [
        (part, [(slot["number"], slot["label"]) for slot in slots])
        for part, slots in groupby(labelled, key=lambda slot: slot["part"])
    ]
