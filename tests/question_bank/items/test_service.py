from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.paging import PageRequest
from lms.base.permissions import Actor
from question_bank import api
from question_bank.formats.reading import Asset
from question_bank.items.domain import DrawRule, ItemFilter, ItemState, ItemType
from question_bank.items.models import Item, ItemVersion
from question_bank.items.queries import usable_by, visible_to
from question_bank.items.service import drawing, labelling, reading, reviewing, writing
from question_bank.items.service.content import keep_pictures, likeness
from question_bank.items.tagging import Tags
from question_bank.permissions import Permission, can, marks_of, marks_on, may_read
from tests.factories import NOON, World
from tests.question_bank.items import samples

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)
PEOPLE = ("admin", "leader", "teacher", "colleague", "it_teacher", "subject_head", "pupil", "parent", "outsider")


class Bank:
    """The maths bank and who works in it."""

    def __init__(self, session: Session, world: World) -> None:
        self.session, self.world = session, world
        self.teacher = world.actor(session, "teacher")
        self.head = world.actor(session, "subject_head")
        self.subject_id = world.maths.id

    def actor(self, name: str) -> Actor:
        return self.world.actor(self.session, name)

    def item(self, draft: api.ItemDraft | None = None, **tags: object) -> Item:
        made = draft or samples.choice()
        given = Tags(**tags)  # type: ignore[arg-type]
        return writing.new_item(self.session, self.teacher, self.subject_id, made, tags=given, at=NOON)

    def version(self, state: ItemState = ItemState.DRAFT, draft: api.ItemDraft | None = None) -> ItemVersion:
        version = self.item(draft).versions[0]
        if state is ItemState.RETIRED:
            writing.retire(self.session, self.teacher, version.uid)
        elif state is not ItemState.DRAFT:
            writing.submit(self.session, self.teacher, [version.uid], at=NOON)
        if state is ItemState.APPROVED:
            reviewing.approve(self.session, self.head, [version.uid], at=NOON)
        if state is ItemState.CHANGES_REQUESTED:
            reviewing.request_changes(self.session, self.head, version.uid, "Thiếu đơn vị.", at=NOON)
        return version


@pytest.fixture
def bank(session: Session, world: World) -> Bank:
    return Bank(session, world)


@pytest.fixture
def statements(session: Session) -> Iterator[list[str]]:
    """Every statement sent to the database."""
    sent: list[str] = []
    engine = session.get_bind()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("make", samples.ALL)
def test_a_question_of_each_kind_comes_back_as_it_went_in(bank: Bank, make: object) -> None:
    draft = make()  # type: ignore[operator]
    version = bank.item(draft).versions[0]
    bank.session.expire_all()
    assert (version.body.type, version.key, version.notes) == (draft.body.type, draft.key, draft.notes)
    assert [one.id for one in version.body.options] == [one.id for one in draft.body.options]
    assert version.state == ItemState.DRAFT


def test_tags_of_the_source_fill_what_nobody_said(bank: Bank) -> None:
    draft = replace(samples.choice(), codes=("T8.1",), points=Fraction(1, 4))
    version = bank.item(draft, grade=8, topic="Đa thức").versions[0]
    assert (version.level, version.grade, version.topic, version.points) == ("TH", 8, "Đa thức", Fraction(1, 4))
    assert [one.outcome for one in version.outcomes] == ["T8.1"]


def test_html_is_cleaned_on_the_way_in(bank: Bank) -> None:
    version = bank.item(samples.choice('<p onclick="x()">Hỏi<script>alert(1)</script></p>')).versions[0]
    assert "script" not in version.body_json
    assert "onclick" not in version.body_json


@pytest.mark.parametrize(
    "draft",
    [
        replace(samples.choice(), key=None),
        replace(samples.choice(), key=api.ChoiceKey({"z": Fraction(1)})),
        replace(samples.cluster(), key=api.TruthKey({"a": True})),
        replace(samples.short_number(), key=api.NumberKey((api.AcceptedNumber("hai"),))),
        replace(samples.choice(), body=replace(samples.choice().body, options=())),
        replace(samples.choice(), body=replace(samples.choice().body, prompt="<p> </p>", options=())),
        replace(samples.matching(), key=api.PairKey({"l1": "r1"})),
        replace(samples.ordering(), key=api.OrderKey(("o1", "o2"))),
        replace(samples.gap_fill(), key=api.GapKey({})),
    ],
)
def test_a_question_that_is_not_whole_stays_out(bank: Bank, draft: api.ItemDraft) -> None:
    with pytest.raises(Invalid):
        bank.item(draft)
    assert bank.session.scalars(select(Item)).all() == []


def test_a_picture_must_be_among_those_given(bank: Bank) -> None:
    asset = Asset("", PIXEL, "image/png", "hinh.png")
    kept = keep_pictures(bank.session, [asset], at=NOON)
    [picture] = kept.values()
    draft = samples.choice(f'<p>Nhìn hình <img src="asset:{picture.sha256}" alt="Tam giác"></p>')
    with pytest.raises(Invalid):
        bank.item(draft)
    item = writing.new_item(
        bank.session, bank.teacher, bank.subject_id, draft, pictures={picture.sha256: picture}, at=NOON
    )
    assert reading.find_asset(bank.session, bank.teacher, picture.sha256).media_type == "image/png"
    for stranger in ("colleague", "it_teacher", "pupil", "outsider", "admin"):
        with pytest.raises(NotFound):
            reading.find_asset(bank.session, bank.actor(stranger), picture.sha256)
    version_uid = item.versions[0].uid
    school_id = bank.teacher.school_id
    assert drawing.holds_asset(bank.session, school_id, [version_uid], picture.sha256) == "image/png"
    assert drawing.holds_asset(bank.session, school_id, [], picture.sha256) is None


def test_only_members_of_the_group_add(bank: Bank) -> None:
    for name in ("it_teacher", "leader", "admin", "pupil"):
        with pytest.raises(Forbidden):
            writing.new_item(bank.session, bank.actor(name), bank.subject_id, samples.choice(), at=NOON)
    with pytest.raises(NotFound):
        writing.new_item(bank.session, bank.actor("outsider"), bank.subject_id, samples.choice(), at=NOON)


def test_the_database_itself_refuses_to_change_content(bank: Bank) -> None:
    version = bank.version(ItemState.APPROVED)
    with pytest.raises(DatabaseError, match="never changes"):
        bank.session.execute(update(ItemVersion).where(ItemVersion.id == version.id).values(key_json="null"))


def test_a_new_version_leaves_the_one_in_use_until_it_is_approved(bank: Bank) -> None:
    first = bank.version(ItemState.APPROVED)
    second = writing.new_version(bank.session, bank.teacher, first.item.uid, samples.choice("<p>Mới</p>"), at=NOON)
    assert (first.state, second.state, second.number) == ("approved", "draft", 2)
    writing.submit(bank.session, bank.teacher, [second.uid], at=NOON)
    with pytest.raises(Conflict):
        writing.new_version(bank.session, bank.teacher, first.item.uid, samples.choice(), at=NOON)
    reviewing.approve(bank.session, bank.head, [second.uid], at=NOON)
    assert (first.state, second.state) == ("retired", "approved")


def test_a_new_version_takes_the_place_of_a_draft_and_keeps_its_tags(bank: Bank) -> None:
    item = bank.item(grade=8, topic="Đa thức", level="VD", outcomes=("T8.1",))
    second = writing.new_version(bank.session, bank.teacher, item.uid, samples.choice("<p>Mới</p>"), at=NOON)
    assert item.versions[0].state == "retired"
    assert (second.grade, second.topic, second.level) == (8, "Đa thức", "VD")
    assert [one.outcome for one in second.outcomes] == ["T8.1"]


def test_only_owner_and_head_write_anew(bank: Bank) -> None:
    version = bank.version(ItemState.APPROVED)
    with pytest.raises(Forbidden):
        writing.new_version(bank.session, bank.actor("colleague"), version.item.uid, samples.choice(), at=NOON)
    for stranger in ("it_teacher", "pupil", "outsider"):
        with pytest.raises(NotFound):
            writing.new_version(bank.session, bank.actor(stranger), version.item.uid, samples.choice(), at=NOON)
    renewed = writing.new_version(bank.session, bank.head, version.item.uid, samples.choice("<p>?</p>"), at=NOON)
    assert renewed.author_id == bank.head.user_id


def test_many_are_tagged_at_once(bank: Bank) -> None:
    uids = [bank.item(samples.choice(f"<p>Câu {n}</p>"), grade=7).versions[0].uid for n in range(3)]
    tags = Tags(topic="Hằng đẳng thức", level="VD", outcomes=("T8.1", "T8.2"))
    assert labelling.tag_many(bank.session, bank.teacher, uids, tags) == 3
    bank.session.expire_all()
    for uid in uids:
        version = reading.get_version(bank.session, bank.teacher, uid)
        assert (version.grade, version.topic, version.level) == (7, "Hằng đẳng thức", "VD")
        assert [one.outcome for one in version.outcomes] == ["T8.1", "T8.2"]
    with pytest.raises(NotFound):
        labelling.tag_many(bank.session, bank.actor("colleague"), uids, tags)
    with pytest.raises(Invalid):
        labelling.tag_many(bank.session, bank.teacher, uids, Tags(level="Khó"))
    with pytest.raises(Invalid):
        labelling.tag_many(bank.session, bank.teacher, [], tags)


def test_what_is_said_of_a_question_is_kept_and_goes_on_to_the_next_version(bank: Bank) -> None:
    draft = replace(
        samples.choice(),
        tags=("Thực tế", "thực  tế", "THỰC TẾ", "hình vẽ"),
        category=" Toán 8 / Đa thức ",
        external_id="T8-17",
        taken_from="Đề thi thử Sở Hà Nội",
        year=2025,
        any_textbook=True,
    )
    item = bank.item(draft)
    bank.session.expire_all()
    first = reading.get_version(bank.session, bank.teacher, item.versions[0].uid)
    said = labelling.tags_of(first)
    assert said.labels == ("hình vẽ", "THỰC TẾ")
    assert (said.category, said.topic, said.external_id) == ("Toán 8/Đa thức", "Đa thức", "T8-17")
    assert (said.taken_from, said.year, said.any_textbook) == ("Đề thi thử Sở Hà Nội", 2025, True)
    again = writing.new_version(
        bank.session, bank.teacher, item.uid, samples.choice("<p>?</p>"), tags=Tags(year=2026), at=NOON
    )
    assert labelling.tags_of(again) == replace(said, year=2026)
    assert first.year == 2025
    # Words are added to, or set anew; what is emptied is gone.
    labelling.tag_many(bank.session, bank.teacher, [again.uid], Tags(added=("hình vẽ", "ôn tập"), year=0, grade=0))
    bank.session.expire_all()
    now = labelling.tags_of(reading.get_version(bank.session, bank.teacher, again.uid))
    assert (now.labels, now.year, now.grade) == (("hình vẽ", "ôn tập", "THỰC TẾ"), 0, 0)
    labelling.tag_many(bank.session, bank.teacher, [again.uid], Tags(labels=(), any_textbook=False))
    bank.session.expire_all()
    now = labelling.tags_of(reading.get_version(bank.session, bank.teacher, again.uid))
    assert (now.labels, now.any_textbook, now.category) == ((), False, "Toán 8/Đa thức")


@pytest.mark.parametrize(
    ("tags", "at"),
    [
        (Tags(labels=("x" * 121,)), "labels"),
        (Tags(added=tuple(f"từ {n}" for n in range(31))), "labels"),
        (Tags(year=1492), "year"),
        (Tags(taken_from="x" * 201), "taken_from"),
        (Tags(category="x" * 501), "category"),
        (Tags(external_id="x" * 201), "external_id"),
    ],
)
def test_what_cannot_be_said_is_refused_at_its_field(tags: Tags, at: str) -> None:
    with pytest.raises(Invalid) as caught:
        tags.check()
    assert list(caught.value.fields) == [at]


def test_the_way_into_use(bank: Bank) -> None:
    version = bank.version(ItemState.SUBMITTED)
    assert [one.uid for one in reviewing.list_queue(bank.session, bank.head, PageRequest()).rows] == [version.uid]
    assert reviewing.list_queue(bank.session, bank.teacher, PageRequest()).total == 0
    reviewing.request_changes(bank.session, bank.head, version.uid, "Thiếu đơn vị ở phương án B.", at=NOON)
    assert version.state == "changes_requested"
    assert [said.text for said in version.comments] == ["Thiếu đơn vị ở phương án B."]
    with pytest.raises(Conflict):
        reviewing.approve(bank.session, bank.head, [version.uid], at=NOON)
    writing.submit(bank.session, bank.teacher, [version.uid], at=NOON)
    reviewing.approve(bank.session, bank.head, [version.uid], at=NOON)
    assert (version.state, version.approved_by_id, version.approved_at) == ("approved", bank.head.user_id, NOON)
    with pytest.raises(Conflict):
        writing.submit(bank.session, bank.teacher, [version.uid], at=NOON)


def test_nobody_approves_their_own(bank: Bank) -> None:
    item = writing.new_item(bank.session, bank.head, bank.subject_id, samples.choice(), at=NOON)
    [version] = item.versions
    writing.submit(bank.session, bank.head, [version.uid], at=NOON)
    with pytest.raises(Forbidden):
        reviewing.approve(bank.session, bank.head, [version.uid], at=NOON)
    assert version.state == "submitted"


def test_review_is_for_the_head_alone(bank: Bank) -> None:
    version = bank.version(ItemState.SUBMITTED)
    with pytest.raises(Forbidden):
        reviewing.approve(bank.session, bank.teacher, [version.uid], at=NOON)
    for stranger in ("colleague", "it_teacher", "leader", "admin", "pupil", "outsider"):
        for verb in (
            lambda actor: reviewing.approve(bank.session, actor, [version.uid], at=NOON),
            lambda actor: reviewing.request_changes(bank.session, actor, version.uid, "?", at=NOON),
            lambda actor: reviewing.comment(bank.session, actor, version.uid, "?", at=NOON),
        ):
            with pytest.raises(NotFound):
                verb(bank.actor(stranger))


def test_sending_back_needs_words(bank: Bank) -> None:
    version = bank.version(ItemState.SUBMITTED)
    for said in ("", "   ", "x" * 2001):
        with pytest.raises(Invalid):
            reviewing.request_changes(bank.session, bank.head, version.uid, said, at=NOON)


def test_one_wrong_state_stops_all(bank: Bank) -> None:
    waiting, draft = bank.version(ItemState.SUBMITTED), bank.version(draft=samples.essay())
    with pytest.raises(NotFound):  # the head does not see drafts
        reviewing.approve(bank.session, bank.head, [waiting.uid, draft.uid], at=NOON)
    assert waiting.state == "submitted"


def test_retiring_is_the_authors_until_review_and_the_heads_after(bank: Bank) -> None:
    draft = bank.version()
    assert writing.retire(bank.session, bank.teacher, draft.uid).state == "retired"
    approved = bank.version(ItemState.APPROVED, samples.essay())
    with pytest.raises(Forbidden):
        writing.retire(bank.session, bank.teacher, approved.uid)
    writing.retire(bank.session, bank.head, approved.uid)
    with pytest.raises(Conflict):
        writing.retire(bank.session, bank.head, approved.uid)
    assert drawing.list_usable(bank.session, bank.teacher, ItemFilter(), PageRequest()).total == 0
    pinned = drawing.load_versions(bank.session, bank.teacher.school_id, [approved.uid])
    assert pinned[approved.uid].state is ItemState.RETIRED


def test_rule_and_query_agree_for_everyone_in_every_state(bank: Bank) -> None:
    versions = [bank.version(state, samples.choice(f"<p>{state}</p>")) for state in ItemState]
    retired_later = bank.version(ItemState.APPROVED, samples.essay())
    writing.retire(bank.session, bank.head, retired_later.uid)
    own = writing.new_item(bank.session, bank.head, bank.subject_id, samples.cluster(), at=NOON).versions[0]
    for version, name in product([*versions, retired_later, own], PEOPLE):
        actor = bank.actor(name)
        seen = select(ItemVersion.id).where(ItemVersion.id == version.id)
        found = bank.session.scalar(seen.where(visible_to(actor))) is not None
        assert found == may_read(actor, version), (name, version.state)
        usable = bank.session.scalar(seen.where(usable_by(actor))) is not None
        assert usable == can(actor, Permission.USE, version), (name, version.state)
        assert bool(marks_of(actor) & marks_on(version)) == may_read(actor, version), (name, version.state)


def test_a_draw_is_the_same_for_the_same_seed(bank: Bank) -> None:
    made = api.save_new_items(
        bank.session,
        bank.teacher,
        bank.subject_id,
        [samples.choice(f"<p>Câu {n}</p>") for n in range(12)],
        tags=Tags(grade=8, level="NB"),
        state=ItemState.APPROVED,
        reviewer=bank.head,
        at=NOON,
    )
    rule = DrawRule(bank.subject_id, count=5, grade=8, types=(ItemType.SINGLE_CHOICE,), level="NB")
    assert drawing.count_matching(bank.session, bank.teacher, rule) == 12
    once = drawing.draw(bank.session, bank.teacher, rule, seed=7)
    assert once == drawing.draw(bank.session, bank.teacher, rule, seed=7)
    assert once == drawing.draw_for_school(bank.session, bank.teacher.school_id, rule, seed=7)
    assert once != drawing.draw(bank.session, bank.teacher, rule, seed=8)
    left_out = [item.version_uid for item in made[:9]]
    rest = drawing.draw(bank.session, bank.teacher, rule, seed=7, exclude=left_out)
    assert {item.version_uid for item in rest} == {item.version_uid for item in made[9:]}
    assert drawing.draw(bank.session, bank.actor("it_teacher"), rule, seed=7) == []


def test_versions_come_in_the_order_asked_or_not_at_all(bank: Bank) -> None:
    approved = [bank.version(ItemState.APPROVED, samples.choice(f"<p>{n}</p>")).uid for n in range(3)]
    draft = bank.version(draft=samples.essay()).uid
    got = drawing.get_versions(bank.session, bank.actor("colleague"), approved[::-1])
    assert [item.version_uid for item in got] == approved[::-1]
    for name, uids in (("teacher", [draft]), ("it_teacher", approved), ("outsider", approved), ("pupil", approved)):
        with pytest.raises(NotFound):
            drawing.get_versions(bank.session, bank.actor(name), uids)


def test_every_act_is_in_the_audit_log(bank: Bank) -> None:
    bank.version(ItemState.APPROVED)
    kinds = [entry.kind for entry in bank.session.info["audit"]]
    assert kinds == ["item.created", "item.submitted", "item.approved"]


def test_likeness_forgets_spelling_case_and_the_order_of_options() -> None:
    body = samples.choice("<p>Môn Vật lý hòa nhịp</p>").body
    turned = replace(body, prompt="<p>môn <b>Vật lí</b>  hoà nhịp</p>", options=body.options[::-1])
    assert likeness(body) == likeness(turned)
    assert likeness(body) != likeness(replace(body, prompt="<p>Môn Vật li hòa nhịp</p>"))
