"""Questions of a form as HTML; what is the same for every pupil of a form is made once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol

from flask import Response, render_template, url_for
from flask import session as cookie
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from lms.base.assets import built_at
from lms.base.frame import save_data
from lms.base.i18n import _, chosen_language
from lms.base.kept import Kept
from lms.base.prepared import Piece, Prepared, Value, kept_piece, marks, passing_piece, prepare, respond
from lms.quizzes.domain.flow import Navigation
from lms.quizzes.hot.wire import encode
from lms.quizzes.service.frozen import TYPED, FrozenForm
from lms.quizzes.service.taking import ExamPage
from question_bank import api as bank

MOST_PIECES = 8_000  # questions with an answer in them, some two kilobytes each
MOST_PAGES = 256
_slots: Kept[tuple[str, str, int, bytes], Piece] = Kept(MOST_PIECES)
_pages: Kept[tuple[object, ...], Prepared] = Kept(MOST_PAGES)
_presented: Kept[tuple[str, str], Mapping[int, tuple[Shown, bool]]] = Kept(MOST_PAGES)


class Paper(Protocol):
    """A form as far as it is shown: frozen, or made for looking only."""

    @property
    def id(self) -> int: ...
    @property
    def uid(self) -> str: ...
    @property
    def document(self) -> Sequence[Mapping[str, Any]]: ...


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


def shown(form: Paper) -> Iterator[Shown]:
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


def option(one: bank.Option) -> Markup:
    """What an option says, for lists that staff read."""
    return bank.show(one.html, staff_picture_url)


def picture_url(form: Paper, sha256: str) -> str:
    """The address of a picture in a form; a form made for looking only has none of its own."""
    if form.id is None:
        return staff_picture_url(sha256)
    return url_for("quizzes.picture", form_uid=form.uid, sha256=sha256)


def exam_page(page: ExamPage, personal: Mapping[str, Value]) -> Response:
    """The page of a running attempt: kept once for each form, its questions once for each answer to them.

    `personal` is what belongs to this pupil and this moment; `templates/lms/quizzes/exam.html` names it.
    """
    form, answers, reached = page.form, page.answers, page.place.reached
    own = bool(answers) or reached > 1
    values: dict[str, Value] = {**personal, "flashed": _flashed(), "csrf": generate_csrf()}
    if own:
        values |= {
            "paper": slots(form, answers, reached),
            "cells": _cells(form, set(answers)),
            "saved": _saved(len(answers)),
        }
    paused = page.attempt.paused_at is not None
    key = (form.uid, page.title, page.subject, paused, own, chosen_language(), save_data(), built_at())

    def make() -> Prepared:
        # Made by an autoescaping template.
        blank = Markup("".join(piece.text.decode() for piece in slots(form, {})))  # noqa: S704
        shared = {
            "quiz_uid": page.quiz_uid,
            "questions": sum(1 for slot in form.document if slot["label"]),
            "title": page.title,
            "subject": page.subject,
            "code": form.code,
            "paused": paused,
            "rules": form.kept_rules,
            "with_maths": "<math" in blank,
            "paper": blank,
            "cells": _cells(form, set()),
            "saved": _saved(0),
        }
        return prepare(render_template("lms/quizzes/exam.html", **shared | marks(values)))

    return respond(_pages.get(key, make).filled(values))


def slots(form: FrozenForm, answers: Mapping[int, Any], reached: int = 1) -> list[Piece]:
    """The questions of a form to be answered from slot *reached* on, with what was answered so far."""
    language = chosen_language()
    numbers = [slot["number"] for slot in form.document if slot["number"] >= reached]
    if not form.kept_rules:
        return [_slot(form, number, answers.get(number), language) for number in numbers]
    if not numbers:
        return [passing_piece(_("Em đã làm hết các phần. Hãy nộp bài."))]
    pieces: list[Piece] = []
    before: int | None = None
    for number in numbers:
        pieces += [*_turn(form, before, number), _slot(form, number, answers.get(number), language)]
        before = number
    return [*pieces, *_turn(form, before, None)]


def _turn(form: FrozenForm, before: int | None, number: int | None) -> list[Piece]:
    """What ends behind one question and begins with the next, where the form has steps or sections."""
    rules = form.rules
    one_by_one = rules.navigation is Navigation.ONE_BY_ONE
    section, former = (rules.section_of(at) if at else None for at in (number, before))
    turns = section != former
    if number and before and not turns and not (one_by_one and number in rules.steps):
        return []
    key = (form.uid, chosen_language(), before or 0, encode([number]))
    text = {
        "ends": before,
        "ends_section": former and turns,
        "section": section if turns else None,
        "begins": number,
    }
    return [_slots.get(key, lambda: kept_piece(render_template("lms/quizzes/_turn.html", **text)))]


def _slot(form: FrozenForm, number: int, response: Any, language: str) -> Piece:
    def text() -> str:
        one, begins = _questions(form, language)[number]
        return render_template("lms/quizzes/_slot.html", one=one, part=one.part if begins else "", response=response)

    if response and form.bodies[number].type in TYPED:
        # Made by an autoescaping template.
        return passing_piece(Markup(text()))  # noqa: S704
    key = (form.uid, language, number, encode(response or {}))
    return _slots.get(key, lambda: kept_piece(text()))


def _questions(form: FrozenForm, language: str) -> Mapping[int, tuple[Shown, bool]]:
    """The questions of a form by slot number, each with whether a part of the paper begins with it."""

    def make() -> Mapping[int, tuple[Shown, bool]]:
        part, found = "", {}
        for one in shown(form):
            found[one.number] = (one, bool(one.part) and one.part != part)
            part = one.part or part
        return found

    return _presented.get((form.uid, language), make)


def _saved(count: int) -> str:
    return str(_("Đã lưu %(count)s câu", count=count))


def _flashed() -> Markup:
    # Made by an autoescaping template.
    return Markup(render_template("lms/quizzes/_flashes.html")) if "_flashes" in cookie else Markup()  # noqa: S704


def _cells(form: FrozenForm, answered: Collection[int]) -> Markup:
    """The board of questions beside the paper, by the parts of the form."""
    labelled = [slot for slot in form.document if slot["label"]]
    parts = [
        (part, [(slot["number"], slot["label"]) for slot in slots])
        for part, slots in groupby(labelled, key=lambda slot: slot["part"])
    ]
    return Markup(render_template("lms/quizzes/_cells.html", parts=parts, answered=answered))  # noqa: S704 - as above
