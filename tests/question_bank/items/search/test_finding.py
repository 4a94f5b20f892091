"""Lists of the bank: what they hold, for whom, and that they are exact whatever the index knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from lms.base import db
from lms.base.errors import Forbidden
from lms.base.paging import PageRequest
from question_bank.competencies.service import install_shipped
from question_bank.items.domain import ItemState
from question_bank.items.models import ItemVersion
from question_bank.items.search import index, service
from question_bank.items.search.models import IndexMark
from question_bank.items.search.service import catch_up, find
from question_bank.items.search.wanted import Order, Wanted
from question_bank.items.service import labelling, reviewing, taking_back, writing
from question_bank.items.tagging import Tags
from question_bank.permissions import may_read
from tests.factories import NOON, World
from tests.question_bank.items import samples
from tests.question_bank.items.test_service import PEOPLE, Bank

SignedIn = Callable[[str], FlaskClient]


@pytest.fixture
def bank(session: Session, world: World) -> Bank:
    return Bank(session, world)


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """Every question that is put to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            sent.append(statement)

    event.listen(app.extensions["gieo_engine"], "before_cursor_execute", note)
    yield sent
    event.remove(app.extensions["gieo_engine"], "before_cursor_execute", note)


def count(bank: Bank, typed: str = "", **chosen: str) -> int:
    return find(bank.session, bank.teacher, Wanted(typed, chosen)).page.total


def told(bank: Bank) -> None:
    """Store what was done so far and let the index know."""
    bank.session.commit()
    catch_up()


@pytest.mark.parametrize("knows", ["nothing", "the first", "everything"])
def test_a_list_is_narrowed_by_every_facet_and_by_words_without_accents(bank: Bank, knows: str) -> None:
    bank.item(samples.choice("<p>Giải phương trình bậc nhất</p>"), grade=8, topic="Phương trình", level="TH")
    if knows == "the first":
        told(bank)
    bank.item(samples.cluster(), grade=9, topic="Tứ giác", level="VD", outcomes=("T9.1",))
    if knows == "everything":
        told(bank)
    assert count(bank) == 2
    assert (
        count(bank, "phuong trinh bac nhat") == count(bank, "PHƯƠNG  trình") == count(bank, '"phương trình" -hai') == 1
    )
    assert count(bank, "phuo") == count(bank, "100%_") == 0
    assert count(bank, "phuo*") == 1
    assert (
        count(bank, grade="9")
        == count(bank, type="cluster")
        == count(bank, level="VD")
        == count(bank, outcome="T9.1")
        == 1
    )
    assert count(bank, topic="Tứ giác") == count(bank, topic="Tứ giác", grade="9") == 1
    assert count(bank, topic="Tứ giác", grade="8") == count(bank, state="approved") == 0
    assert count(bank, subject=bank.world.informatics.uid) == 0
    assert count(bank, author=bank.teacher.uid) == 2
    counts = find(bank.session, bank.teacher, Wanted(chosen={"grade": "9"})).counts
    assert counts["grade"] == {"8": 1, "9": 1}  # a chosen value does not narrow its own facet
    assert counts["level"] == {"VD": 1}
    assert counts["subject"] == {bank.world.maths.uid: 1}


@pytest.mark.parametrize("person", ["pupil", "parent", "admin"])
def test_the_bank_is_closed_to_others(bank: Bank, person: str) -> None:
    with pytest.raises(Forbidden):
        find(bank.session, bank.actor(person), Wanted())


@pytest.mark.parametrize("knows", [False, True])
def test_nobody_sees_or_counts_what_is_not_theirs_to_see(bank: Bank, knows: bool) -> None:
    every = [bank.version(state, samples.choice(f"<p>{state}</p>")) for state in ItemState]
    if knows:
        told(bank)
    for name in set(PEOPLE) - {"admin", "pupil", "parent"}:
        actor = bank.actor(name)
        seen = {version.uid for version in every if may_read(actor, version)}
        shown = set()
        for state in ItemState:
            found = find(bank.session, actor, Wanted(chosen={"state": state.value}))
            shown |= {row.uid for row in found.page.rows}
            assert found.page.total == len(found.page.rows)
            assert sum(found.counts["state"].values()) == len(seen), name
        assert shown == seen, name


def test_what_this_transaction_did_is_there_at_once(bank: Bank) -> None:
    version, other = bank.version(), bank.version(draft=samples.essay())
    told(bank)
    with db.open_session(writes=True) as session:
        again = Bank(session, bank.world)
        labelling.tag_many(session, again.teacher, [version.uid], Tags(topic="Mới tinh"))
        writing.retire(session, again.teacher, other.uid)
        new = again.item(samples.choice("<p>Câu viết thêm</p>"))
        assert count(again, topic="Mới tinh") == 1
        assert count(again) == 2
        assert count(again, "viet them") == 1
        assert find(session, again.teacher, Wanted()).page.rows[0].item is new
        session.rollback()
    with db.open_session(writes=False) as session:
        again = Bank(session, bank.world)
        assert (count(again), count(again, topic="Mới tinh"), count(again, "viet them")) == (2, 0, 0)


def test_the_index_follows_reviews_and_questions_that_go(bank: Bank) -> None:
    version = bank.version(ItemState.SUBMITTED)
    imported = writing.new_items(
        bank.session, bank.teacher, bank.subject_id, [(samples.essay(), Tags())], import_uid="import-1", at=NOON
    )
    told(bank)
    reviewing.approve(bank.session, bank.head, [version.uid], at=NOON)
    assert len(imported) == len(taking_back.take_back(bank.session, bank.teacher, "import-1").items) == 1
    bank.session.commit()
    assert catch_up() == 2
    assert catch_up() == 0
    look = index.current().look()
    assert look is not None
    assert len(look) == 1
    for name in ("colleague", "leader"):
        assert find(bank.session, bank.actor(name), Wanted()).page.total == 1


def test_the_names_above_an_outcome_are_a_facet_and_follow_the_framework(bank: Bank) -> None:
    [code] = ["TOAN6.SĐ.1.1"]
    bank.item(outcomes=(code, "NO.SUCH"))
    told(bank)
    assert find(bank.session, bank.teacher, Wanted()).counts["competency"] == {}
    install_shipped(bank.session, bank.teacher.school_id, at=NOON)
    for _ in range(2):
        counts = find(bank.session, bank.teacher, Wanted()).counts
        assert counts["outcome"] == {code: 1, "NO.SUCH": 1}
        assert counts["competency"]["Số và Đại số"] == 1
        assert "Lớp 6" not in counts["competency"]
        told(bank)
    assert count(bank, competency="Số và Đại số") == 1


@pytest.mark.parametrize("order", Order)
def test_pages_join_what_the_index_knows_with_what_it_does_not(bank: Bank, order: Order) -> None:
    made = [
        bank.item(samples.choice(f"<p>Câu {n}</p>"), grade=6 + n * 5 % 7, level="NB").versions[0] for n in range(24)
    ]
    told(bank)
    labelling.tag_many(bank.session, bank.teacher, [version.uid for version in made[::5]], Tags(grade=6, level="VD"))
    keys = {
        Order.NEWEST: lambda version: -version.id,
        Order.OLDEST: lambda version: version.id,
        Order.GRADE: lambda version: (version.grade, ["NB", "TH", "VD", "VDC"].index(version.level), version.id),
    }
    expected = [version.uid for version in sorted(made, key=keys[order])]
    for size, number in product((1, 5, 7), range(1, 6)):
        page = find(bank.session, bank.teacher, Wanted(order=order), PageRequest(number, size)).page
        assert [row.uid for row in page.rows] == expected[(number - 1) * size : number * size], (size, number)
        assert page.total == 24


def test_an_index_of_another_database_or_day_is_made_anew(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    bank.item()
    told(bank)
    bank.session.execute(update(IndexMark).values(token="of another day"))
    bank.item(samples.essay())
    bank.session.commit()
    assert count(bank) == 2  # without the index
    assert catch_up() == 2
    monkeypatch.setattr(service, "entries", None)  # with the index alone
    assert count(bank) == 2


def test_marks_that_no_index_asks_for_go(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MARKS_KEPT", 3)
    for n in range(10):
        bank.item(samples.choice(f"<p>{n}</p>"))
    told(bank)
    assert bank.session.query(IndexMark).count() == 4
    assert count(bank) == 10


def test_a_list_costs_the_same_however_long_it_is(bank: Bank, statements: list[str]) -> None:
    costs = []
    for more in (2, 18):
        for n in range(more):
            bank.item(samples.choice(f"<p>{more}-{n}</p>"), outcomes=("T8.1",))
        told(bank)
        bank.session.expire_all()
        statements.clear()
        page = find(bank.session, bank.teacher, Wanted()).page
        assert [row.item.uid and row.outcomes and row.body for row in page.rows]
        costs.append(len(statements))
    assert costs == [3, 3]  # what was marked, the rows, their outcomes


def test_the_page_shows_chips_that_can_be_taken_off_and_keeps_the_order(signed_in: SignedIn, world: World) -> None:
    with db.transaction() as session:
        bank = Bank(session, world)
        for grade in (6, 8):
            bank.item(samples.choice(f"<p>Giải phương trình lớp {grade}</p>"), grade=grade, topic="Đại số & số học")
    page = signed_in("teacher").get("/bank?q=phuong+trinh&grade=8&sort=oldest&mine=y").text
    assert "1 câu" in page
    for said in ("Khối lớp: Lớp 8", "Người soạn: Tôi", "“phuong trinh”", "Lớp 6 (1)"):
        assert said in page
    assert f'href="/bank?q=phuong+trinh&amp;author={world.teacher.uid}&amp;sort=oldest"' in page
    assert "Không có câu nào khớp" in signed_in("teacher").get("/bank?grade=7").text


def test_the_number_of_statements_of_the_page_is_known(
    signed_in: SignedIn, world: World, statements: list[str]
) -> None:
    with db.transaction() as session:
        bank = Bank(session, world)
        for n in range(30):
            bank.item(samples.choice(f"<p>Câu {n}</p>"), grade=6 + n % 4, outcomes=("T8.1",))
    catch_up()
    client = signed_in("teacher")
    client.get("/bank")
    statements.clear()
    assert client.get("/bank?grade=8").status_code == 200
    assert len(statements) == 10  # four of them ask who it is


def test_versions_keep_their_marks_whoever_writes_them(bank: Bank) -> None:
    version = bank.version()
    told(bank)
    bank.session.execute(update(ItemVersion).where(ItemVersion.id == version.id).values(topic="Bằng SQL"))
    assert count(bank, topic="Bằng SQL") == 1


def test_what_is_said_of_sources_can_be_narrowed_by(bank: Bank) -> None:
    said = Tags(
        labels=("Ôn hè", "HSG"), taken_from="Đề thi thử số 3", year=2025, category="Toán 8/Đại số", any_textbook=True
    )
    uids = [bank.version(draft=make()).uid for make in (samples.choice, samples.essay)]
    told(bank)
    labelling.tag_many(bank.session, bank.teacher, uids[:1], said)
    asked = {
        "label": "Ôn hè",
        "source": "Đề thi thử số 3",
        "year": "2025",
        "category": "Toán 8/Đại số",
        "textbook": "any",
    }
    for _ in range(2):
        for name, value in asked.items():
            found = find(bank.session, bank.teacher, Wanted(chosen={name: value}))
            assert [row.uid for row in found.page.rows] == uids[:1], name
            assert found.counts["label"] == {"Ôn hè": 1, "HSG": 1}
        told(bank)
    labelling.tag_many(bank.session, bank.teacher, uids[:1], Tags(labels=("ôn hè",)))
    assert find(bank.session, bank.teacher, Wanted()).counts["label"] == {"ôn hè": 1}
