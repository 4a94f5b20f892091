"""Make the parallel forms of a quiz: draw, order, and write down what each pupil will see."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.quizzes.domain.behaviours import Conduct, encode_conduct
from lms.quizzes.domain.flow import FREELY, Navigation, Rules, Section, encode_rules, steps_of
from lms.quizzes.domain.forms import Choice, OptionPlace, form_code, order_options, order_questions
from lms.quizzes.models import Form, Quiz, QuizFlow, QuizSlot
from lms.quizzes.service.behaviours import behaviour_of
from lms.quizzes.service.flow import flow_of
from question_bank import api as bank

Kind = bank.ItemType
PARTS: Mapping[bank.ItemType, str] = MappingProxyType(
    {
        Kind.SINGLE_CHOICE: N_("Trắc nghiệm"),
        Kind.MULTIPLE_CHOICE: N_("Trắc nghiệm"),
        Kind.TRUE_FALSE: N_("Đúng sai"),
        Kind.CLUSTER: N_("Đúng sai"),
        Kind.SHORT_TEXT: N_("Trả lời ngắn"),
        Kind.SHORT_NUMBER: N_("Trả lời ngắn"),
        Kind.GAP_FILL: N_("Trả lời ngắn"),
        Kind.MATCHING: N_("Nối cột và sắp xếp"),
        Kind.ORDERING: N_("Nối cột và sắp xếp"),
        Kind.ESSAY: N_("Tự luận"),
    }
)
_SHUFFLED = frozenset({Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE})


@dataclass(frozen=True, slots=True)
class _Placed:
    item: bank.BankItem
    worth: Fraction
    place: int  # in the plan, counted from 1
    by_form: bool = False  # other forms have another question there


def rule_of(kept: Mapping[str, Any]) -> bank.DrawRule:
    """The draw that a slot keeps."""
    return bank.DrawRule(
        subject_id=kept["subject_id"],
        count=kept["count"],
        grade=kept["grade"],
        types=tuple(Kind(value) for value in kept["types"]),
        level=kept["level"],
        topic=kept["topic"],
        outcome=kept["outcome"],
    )


def freeze_forms(session: Session, actor: Actor, quiz: Quiz) -> list[Form]:
    """Add the forms of a quiz that is being published; one alone when nothing is left to chance.

    Raises:
        Invalid: no question, or the bank has too few for a draw.
    """
    fixed = _chosen(session, actor, quiz)
    flow, conduct = flow_of(session, quiz), behaviour_of(session, quiz).conduct
    if not conduct.is_practice:
        _check_sections(flow, len(quiz.slots))
    differ = any(slot.draw is not None or slot.by_form for slot in quiz.slots)
    by_chance = quiz.shuffle_questions or quiz.shuffle_options or differ
    forms = []
    for index in range(quiz.form_count if by_chance else 1):
        seed = f"{quiz.seed}-{index}"
        placed = _collect(session, actor, quiz.slots, fixed, seed, index)
        form = Form(school_id=quiz.school_id, quiz_id=quiz.id, code=form_code(index))
        form.document, form.rules = _frozen(quiz, flow, conduct, placed, seed)
        session.add(form)
        forms.append(form)
    session.flush()
    return forms


def trial_forms(session: Session, actor: Actor, quiz: Quiz) -> list[Form]:
    """The forms of a draft to look at, which are not kept: one of each set of questions.

    Raises:
        Invalid: as in `freeze_forms`.
    """
    sets = max((len(slot.chosen) for slot in quiz.slots), default=1)
    return [_trial_form(session, actor, quiz, index) for index in range(min(quiz.form_count, max(1, sets)))]


def _trial_form(session: Session, actor: Actor, quiz: Quiz, index: int) -> Form:
    seed = f"{quiz.seed}-{index}"
    placed = _collect(session, actor, quiz.slots, _chosen(session, actor, quiz), seed, index)
    conduct = behaviour_of(session, quiz).conduct
    document, rules = _frozen(quiz, flow_of(session, quiz), conduct, placed, seed)
    return Form(uid="draft", code=form_code(index), document=document, rules=rules)


def _chosen(session: Session, actor: Actor, quiz: Quiz) -> dict[str, bank.BankItem]:
    """The questions that the plan names, by version."""
    versions = list(dict.fromkeys(version for slot in quiz.slots for version in slot.chosen))
    return {item.version_uid: item for item in bank.get_versions(session, actor, versions)}


def _collect(
    session: Session, actor: Actor, slots: Sequence[QuizSlot], fixed: Mapping[str, bank.BankItem], seed: str, index: int
) -> list[_Placed]:
    used = set(fixed)
    placed: list[_Placed] = []
    for place, slot in enumerate(sorted(slots, key=lambda one: one.position), start=1):
        if slot.chosen:
            placed.append(_Placed(fixed[slot.version_in(index)], slot.worth, place, bool(slot.by_form)))
            continue
        rule = rule_of(slot.draw or {})
        drawn = bank.draw(session, actor, rule, seed=f"{seed}-{slot.uid}", exclude=used)
        if len(drawn) < rule.count:
            raise Invalid.at(
                "",
                N_("Một lượt rút cần %(want)s câu nhưng ngân hàng chỉ còn %(there)s câu phù hợp."),
                want=rule.count,
                there=len(drawn),
            )
        used |= {item.version_uid for item in drawn}
        placed += [_Placed(item, slot.worth, place) for item in drawn]
    if not any(one.worth for one in placed):
        raise Invalid.at("", N_("Bài kiểm tra chưa có câu hỏi nào. Hãy chọn câu hỏi từ ngân hàng."))
    return placed


def _check_sections(flow: QuizFlow, places: int) -> None:
    late = next((one for one in flow.sections if one["place"] > places), None)
    if late is not None:
        raise Invalid.at(
            "",
            N_("%(title)s bắt đầu từ mục %(place)s nhưng đề chỉ có %(there)s mục. Hãy sửa ở Cách làm bài."),
            title=late["title"],
            place=late["place"],
            there=places,
        )


def _frozen(
    quiz: Quiz, flow: QuizFlow, conduct: Conduct, placed: Sequence[_Placed], seed: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The document and the rules of a form; sections keep their order and are shuffled each for itself.

    The first section begins at place 1 of the plan, every place holds a question at least. A practice has no sections,
    and its essays are worth nothing: nobody marks them.
    """
    wishes = () if conduct.is_practice else flow.sections
    starts = [one["place"] for one in wishes]
    # Shuffling must be repeatable from the quiz's seed, not secret.
    rng = random.Random(f"{seed}-order")  # noqa: S311
    spans = [list(span) for _section, span in groupby(placed, key=lambda one: bisect_right(starts, one.place))]
    ordered = (_shuffled(span, rng) if quiz.shuffle_questions else _gathered(span) for span in spans)
    placed = [one for span in ordered for one in span]
    document: list[dict[str, Any]] = []
    label = 0
    for number, one in enumerate(placed, start=1):
        body = one.item.body
        if quiz.shuffle_options and body.shuffle and body.type in _SHUFFLED:
            by_id = {option.id: option for option in body.options}
            order = order_options([OptionPlace(option.id, option.fixed) for option in body.options], rng)
            body = replace(body, options=tuple(by_id[option_id] for option_id in order))
        if body.type is not Kind.DESCRIPTION:
            label += 1
        document.append(
            {
                "number": number,
                "label": "" if body.type is Kind.DESCRIPTION else str(label),
                "part": PARTS.get(body.type, ""),
                "version": one.item.version_uid,
                "worth": "0" if conduct.is_practice and body.type is Kind.ESSAY else str(one.worth),
                "body": bank.encode_body(body),
            }
        )
    numbers: list[list[int]] = [[] for _ in starts]
    for slot, one in zip(document, placed, strict=True):
        if starts:
            numbers[bisect_right(starts, one.place) - 1].append(slot["number"])
    sections = tuple(
        Section(wish["title"], own[0], own[-1], wish["seconds"]) for wish, own in zip(wishes, numbers, strict=True)
    )
    steps = steps_of(
        [
            {"number": number, "label": slot["label"], "passage": one.item.body.passage_id}
            for number, (slot, one) in enumerate(zip(document, placed, strict=True), start=1)
        ]
    )
    steps = tuple(sorted({*steps, *(section.first for section in sections)}))
    going = FREELY if conduct.is_practice else Rules(Navigation(flow.navigation), flow.way_back, steps, sections)
    return document, {**encode_rules(going), **encode_conduct(conduct)}


def _gathered(placed: Sequence[_Placed]) -> list[_Placed]:
    """Bring questions on one passage together where the cells of a specification set them apart."""
    blocks: dict[str, list[_Placed]] = {}
    for number, one in enumerate(placed):
        passage = one.item.body.passage_id if one.by_form else ""
        blocks.setdefault(passage or f"#{number}", []).append(one)
    return [one for block in blocks.values() for one in block]


def _shuffled(placed: Sequence[_Placed], rng: random.Random) -> list[_Placed]:
    """Shuffle inside each run of one part: parts of a paper keep their order, a text to read stays where it is."""
    result: list[_Placed] = []
    for part, run in groupby(placed, key=lambda one: PARTS.get(one.item.type, "")):
        members = list(run)
        if not part:
            result += members
            continue
        choices = [Choice(key, one.item.body.passage_id) for key, one in enumerate(members)]
        result += [members[choice.key] for choice in order_questions(choices, rng)]
    return result
