"""Uses of questions as they are kept, and what can be expected of a question after them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.base import db
from lms.base.errors import NotFound
from question_bank.analysis.domain.calibration import Parameters
from question_bank.analysis.domain.classical import ItemFigures
from question_bank.analysis.service import Occasion, Use, expected_difficulties, history_of, keep_uses
from question_bank.analysis.views import change_of
from tests.factories import NOON, World
from tests.lms.quizzes.factories import questions
from tests.question_bank.items import samples

SignIn = Callable[[str], FlaskClient]


def use(papers: int, facility: str, parameters: Parameters | None = None) -> Use:
    return Use(ItemFigures(papers, Fraction(facility), 0.5, 31.5, None, None), 2, {"a": 3, "b": 7}, parameters)


def occasion(world: World, uid: str, title: str = "Giữa kì I") -> Occasion:
    return Occasion(world.school.id, uid, title, "2026–2027", NOON)


def test_what_is_kept_is_read_again(session: Session, world: World) -> None:
    [item] = questions(session, world, [samples.choice()])
    found = Parameters("1pl", 1.1, -0.4, 0.05, 0.1)
    keep_uses(session, occasion(world, "quiz-1"), {item.version_uid: use(240, "7/10", found)}, at=NOON)
    history = history_of(session, world.actor(session, "teacher"), item.item_uid)
    [told] = history.uses
    row = told.use
    assert (told.version.uid, told.first, told.known, told.drift) == (item.version_uid, True, True, None)
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
    assert [one.use.title for one in history_of(session, teacher, first.item_uid).uses] == ["Sửa tên"]
    assert history_of(session, teacher, second.item_uid).uses == []


def test_drift_is_judged_by_the_other_questions(session: Session, world: World) -> None:
    """Seven questions, two years: the class is stronger throughout, but the first question became far easier."""
    items = questions(session, world, [samples.choice(f"<p>Câu {place}</p>") for place in range(7)])
    shares = {one.version_uid: 30 + 5 * place for place, one in enumerate(items)}
    before = Occasion(world.school.id, "quiz-1", "Giữa kì I", "2025–2026", NOON - timedelta(days=365))
    keep_uses(session, before, {uid: use(100, f"{share}/100") for uid, share in shares.items()}, at=NOON)
    shares = {uid: share + 10 for uid, share in shares.items()} | {items[0].version_uid: 90}
    now = occasion(world, "quiz-2")
    keep_uses(session, now, {uid: use(100, f"{share}/100") for uid, share in shares.items()}, at=NOON)
    teacher = world.actor(session, "teacher")
    first, second = history_of(session, teacher, items[0].item_uid).uses
    assert (first.first, first.use.year, first.drift) == (True, "2025–2026", None)
    assert second.link is not None
    assert second.drift is not None
    assert (second.link.anchors, second.drift.sure, second.drift.change < -1) == (6, True, True)
    assert change_of(second).startswith("Dễ hơn lần đầu rõ rệt (so với 6 câu chung)")
    calm = history_of(session, teacher, items[3].item_uid).uses[1]
    assert calm.link is not None
    assert calm.link.anchors == 5  # the first question moved, so it is no anchor
    assert change_of(calm).startswith("Không khác lần đầu")


def test_without_anchors_nothing_is_claimed(session: Session, world: World) -> None:
    [item] = questions(session, world, [samples.choice()])
    for place, (uid, papers, facility) in enumerate((("a", 9, "1/3"), ("b", 40, "1/4"), ("c", 40, "3/4"))):
        held = Occasion(world.school.id, uid, "Bài", "2026–2027", NOON + timedelta(days=place))
        keep_uses(session, held, {item.version_uid: use(papers, facility)}, at=NOON)
    told = history_of(session, world.actor(session, "teacher"), item.item_uid).uses
    assert [change_of(one) for one in told] == [
        "Ít hơn 10 bài: chưa nói được gì.",
        "Lần dùng đầu của bản này.",
        "Chưa so được với lần đầu: hai bài có quá ít câu chung.",
    ]


def test_the_page_of_uses(world: World, signed_in: SignIn) -> None:
    with db.transaction() as session:
        used, unused = questions(session, world, [samples.choice("<p>Một</p>"), samples.choice("<p>Hai</p>")])
        found = Parameters("1pl", 1.1, -0.4, 0.05, 0.1)
        keep_uses(session, occasion(world, "a"), {used.version_uid: use(240, "7/10", found)}, at=NOON)
    client = signed_in("colleague")
    page = client.get(f"/bank/{used.item_uid}/uses").text
    assert "Giữa kì I" in page
    assert "b = -0,40 ± 0,10" in page
    assert 'aria-label="Phần điểm đạt được: 2026–2027 · 23/11/2026 70 % (64 – 75)"' in page
    assert "Câu này chưa dùng trong bài kiểm tra nào" in client.get(f"/bank/{unused.item_uid}/uses").text
    assert f"/bank/{used.item_uid}/uses" in client.get(f"/bank/{used.item_uid}").text


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
