"""Uses of questions as they are kept, and what can be expected of a question after them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from lms.base.errors import NotFound
from question_bank.analysis.domain.calibration import Parameters
from question_bank.analysis.domain.classical import ItemFigures
from question_bank.analysis.service import Occasion, Use, expected_difficulties, history_of, keep_uses
from tests.factories import NOON, World
from tests.lms.quizzes.factories import questions
from tests.question_bank.items import samples


def use(papers: int, facility: str, parameters: Parameters | None = None) -> Use:
    return Use(ItemFigures(papers, Fraction(facility), 0.5, 31.5, None, None), 2, {"a": 3, "b": 7}, parameters)


def occasion(world: World, uid: str, title: str = "Giữa kì I") -> Occasion:
    return Occasion(world.school.id, uid, title, "2026–2027", NOON)


def test_what_is_kept_is_read_again(session: Session, world: World) -> None:
    [item] = questions(session, world, [samples.choice()])
    found = Parameters("1pl", 1.1, -0.4, 0.05, 0.1)
    keep_uses(session, occasion(world, "quiz-1"), {item.version_uid: use(240, "7/10", found)}, at=NOON)
    history = history_of(session, world.actor(session, "teacher"), item.item_uid)
    [(version, row)] = history.uses
    assert version.uid == item.version_uid
    assert (row.title, row.year, row.papers, row.facility, row.blanks) == (
        "Giữa kì I", "2026–2027", 240, Fraction(7, 10), 2,
    )  # fmt: skip
    assert (row.model, row.slope, row.difficulty, row.difficulty_error) == ("1pl", 1.1, -0.4, 0.1)
    assert (row.counts, row.discrimination) == ({"a": 3, "b": 7}, 31.5)


def test_an_occasion_is_kept_once(session: Session, world: World) -> None:
    first, second = questions(session, world, [samples.choice(), samples.short_number()])
    keep_uses(session, occasion(world, "quiz-1"), {one.version_uid: use(30, "1/2") for one in (first, second)}, at=NOON)
    keep_uses(session, occasion(world, "quiz-1", "Sửa tên"), {first.version_uid: use(31, "2/5")}, at=NOON)
    teacher = world.actor(session, "teacher")
    assert [row.title for _, row in history_of(session, teacher, first.item_uid).uses] == ["Sửa tên"]
    assert history_of(session, teacher, second.item_uid).uses == []


def test_what_to_expect(session: Session, world: World) -> None:
    first, second = questions(session, world, [samples.choice(), samples.short_number()])
    for uid, papers, facility in (("quiz-1", 80, "1/2"), ("quiz-2", 100, "1/4")):
        keep_uses(session, occasion(world, uid), {first.version_uid: use(papers, facility)}, at=NOON)
    found = expected_difficulties(session, world.school.id, {first.version_uid: "VD", second.version_uid: "NB"})
    assert (found[first.version_uid].facility, found[first.version_uid].papers) == (Fraction(74, 200), 180)
    assert (found[second.version_uid].facility, found[second.version_uid].papers) == (Fraction(4, 5), 0)
    elsewhere = expected_difficulties(session, world.other_school.id, {first.version_uid: "VD"})
    assert elsewhere[first.version_uid].papers == 0


def test_who_reads_the_history(session: Session, world: World) -> None:
    [item] = questions(session, world, [samples.choice()])
    for who in ("teacher", "colleague", "subject_head", "leader"):
        assert history_of(session, world.actor(session, who), item.item_uid).item.uid == item.item_uid
    for who in ("it_teacher", "outsider", "pupil", "admin"):
        with pytest.raises(NotFound):
            history_of(session, world.actor(session, who), item.item_uid)
