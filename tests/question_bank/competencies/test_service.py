from __future__ import annotations

import json

import pytest
from sqlalchemy.orm import Session

from lms.base.errors import Forbidden, Invalid, NotFound
from question_bank.competencies import service
from question_bank.competencies.models import CompetencyItem
from tests.factories import NOON, World

CSV = "code,statement,grades\nT8,Số học,8\nT8.1,Giải được phương trình,8\nT9,Đại số,9\n".encode()


@pytest.fixture
def maths(session: Session, world: World) -> str:
    return service.install_shipped(session, world.school.id, at=NOON)[0].uid


def texts(items: list[CompetencyItem]) -> list[str]:
    return [item.statement for item in items]


def test_shipped_frameworks_are_installed_once(session: Session, world: World, maths: str) -> None:
    again = service.install_shipped(session, world.school.id, at=NOON)
    assert again[0].uid == maths
    listed = service.list_frameworks(session, world.actor(session, "teacher"))
    assert [(framework.subject_code, count) for framework, count in listed] == [("tin-hoc", 181), ("toan", 366)]


def test_the_tree_keeps_what_is_above_a_find(session: Session, world: World, maths: str) -> None:
    teacher = world.actor(session, "teacher")
    found = service.tree(session, teacher, maths, service.Filter("8", "phuong trinh bac nhat mot an"))
    assert texts(found)[:3] == ["Lớp 8", "Số và Đại số", "Phương trình bậc nhất"]
    assert {item.grades for item in found} == {",8,"}
    assert service.tree(session, teacher, maths, service.Filter("8", "không có đâu nhé")) == []
    assert len(service.tree(session, teacher, maths)) == 366


def test_outcomes_to_tag_with(session: Session, world: World, maths: str) -> None:
    teacher = world.actor(session, "teacher")
    found = service.find_outcomes(session, teacher, subject_code="toan", grade="8", typed="hang dang thuc")
    assert found[0].path == ("Lớp 8", "Số và Đại số", "Hằng đẳng thức đáng nhớ")
    assert found[0].reference == found[0].code == "TOAN8.SĐ.2.1"
    assert service.find_outcomes(session, teacher, subject_code="toan", typed="lập trình") == []
    known = service.get_outcomes(session, world.school.id, [found[0].reference, "CLO1"])
    assert known == {found[0].reference: found[0]}
    assert service.get_outcomes(session, world.other_school.id, [found[0].reference]) == {}


def test_an_import_keeps_rows_and_retires_what_is_gone(session: Session, world: World) -> None:
    admin = world.actor(session, "admin")
    first = service.import_framework(session, admin, CSV, name="a.csv", title="Khung", subject_code="toan", at=NOON)
    assert (first.added, first.changed, first.retired) == (3, 0, 0)
    kept = {item.code: item.id for item in service.tree(session, admin, first.framework.uid)}
    text = CSV.decode().replace("Giải được", "Giải thành thạo").replace("T9,Đại số,9\n", "T8.2,Lập được,8\n")
    second = service.import_framework(
        session, admin, text.encode(), name="a.csv", title="Khung", subject_code="toan", at=NOON
    )
    assert (second.framework.uid, second.added, second.changed, second.retired) == (first.framework.uid, 1, 1, 1)
    now = service.tree(session, admin, first.framework.uid)
    assert texts(now) == ["Số học", "Giải thành thạo phương trình", "Lập được"]
    assert {item.code: item.id for item in now}["T8.1"] == kept["T8.1"]
    assert service.get_outcomes(session, world.school.id, ["T9"])["T9"].statement == "Đại số"  # old tags still read


def test_export_and_import_again_change_nothing(session: Session, world: World, maths: str) -> None:
    admin = world.actor(session, "admin")
    ending, data = service.export_framework(session, admin, maths, form="json", base_url="https://x", at=NOON)
    assert ending == "json"
    assert len(json.loads(data)["CFItems"]) == 366
    change = service.import_framework(session, admin, data, name="toan.json", at=NOON)
    assert (change.added, change.changed, change.retired) == (0, 0, 0)
    before = texts(service.tree(session, admin, maths))
    ending, data = service.export_framework(session, admin, maths, form="csv", at=NOON)
    assert texts(service.tree(session, admin, maths)) == before


@pytest.mark.parametrize("persona", ["teacher", "subject_head", "pupil", "parent"])
def test_only_who_looks_after_frameworks_brings_them_in(session: Session, world: World, persona: str) -> None:
    with pytest.raises(Forbidden):
        service.import_framework(session, world.actor(session, persona), CSV, name="a.csv", title="K", at=NOON)


def test_a_csv_needs_a_name(session: Session, world: World) -> None:
    with pytest.raises(Invalid) as refusal:
        service.import_framework(session, world.actor(session, "admin"), CSV, name="a.CSV", title=" ", at=NOON)
    assert "title" in refusal.value.fields


def test_another_schools_framework_is_not_there(session: Session, world: World, maths: str) -> None:
    outsider = world.actor(session, "outsider")
    assert service.list_frameworks(session, outsider) == []
    with pytest.raises(NotFound):
        service.tree(session, outsider, maths)
    with pytest.raises(Forbidden):
        service.list_frameworks(session, world.actor(session, "pupil"))
