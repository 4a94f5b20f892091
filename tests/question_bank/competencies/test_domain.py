from __future__ import annotations

import pytest

from lms.base.errors import Invalid
from question_bank.competencies.domain import (
    CHILD_OF,
    LEVEL_SCHEMES,
    Association,
    Framework,
    Item,
    check,
    code_parts,
    find_level,
    grade_of,
    walk,
)
from question_bank.competencies.shipped import SHIPPED, shipped


def framework(*children: tuple[str, str], **more: object) -> Framework:
    names = dict.fromkeys(name for pair in children for name in pair if name != "root")
    return Framework(
        identifier="root",
        title="Khung",
        items=tuple(Item(name, f"Mục {name}") for name in names),
        associations=tuple(
            Association(f"l{number}", child, CHILD_OF, parent, number)
            for number, (child, parent) in enumerate(children)
        ),
        **more,  # type: ignore[arg-type]
    )


def test_walks_parents_before_children_in_order() -> None:
    nodes = list(walk(framework(("b", "root"), ("a", "root"), ("b2", "b"), ("b1", "b"))))
    assert [(node.item.identifier, node.depth, node.parent) for node in nodes] == [
        ("b", 0, None), ("b2", 1, "b"), ("b1", 1, "b"), ("a", 0, None)
    ]  # fmt: skip


def test_an_item_under_a_foreign_parent_stands_at_the_top() -> None:
    lone = Framework("f", "Khung", items=(Item("a", "Mục"),), associations=(Association("l", "a", CHILD_OF, "afar"),))
    assert [node.depth for node in walk(lone)] == [0]


def test_a_second_parent_does_not_repeat_the_item() -> None:
    assert len(list(walk(framework(("a", "root"), ("b", "root"), ("c", "a"), ("c", "b"))))) == 3


@pytest.mark.parametrize("children", [(("a", "b"), ("b", "a")), (("a", "a"),), (("x", "root"), ("a", "b"), ("b", "a"))])
def test_a_circle_is_no_tree(children: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(Invalid, match="vừa là cha vừa là con"):
        check(framework(*children))


def test_too_deep() -> None:
    chain = [("n0", "root"), *((f"n{n}", f"n{n - 1}") for n in range(1, 30))]
    with pytest.raises(Invalid, match="sâu quá"):
        check(framework(*chain))


@pytest.mark.parametrize(
    "broken",
    [
        Framework("f", "", items=(Item("a", "Mục"),)),
        Framework("f", "Khung"),
        Framework("f", "Khung", items=(Item("a", "Mục"), Item("a", "Mục"))),
        Framework("f", "Khung", items=(Item("f", "Trùng với khung"),)),
        Framework("f", "Khung", items=(Item("a", "  "),)),
    ],
)
def test_unsound(broken: Framework) -> None:
    with pytest.raises(Invalid):
        check(broken)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_frameworks_are_whole(name: str) -> None:
    found = shipped(name)
    assert check(found) is found
    outcomes = [item for item in found.items if item.kind == "outcome"]
    assert {item.grades for item in outcomes} == {("6",), ("7",), ("8",), ("9",)}
    assert len({item.code for item in found.items}) == len(found.items)
    assert all(item.statement == item.statement.strip() and item.statement.endswith((".", "…")) for item in outcomes)


def test_shipped_grade_8_holds_what_a_teacher_looks_for() -> None:
    text = "\n".join(item.statement.casefold() for item in shipped("toan").items if item.grades == ("8",))
    for topic in (
        "hằng đẳng thức", "phân thức đại số", "phương trình bậc nhất một ẩn", "hàm số bậc nhất", "tứ giác",
        "định lí thalès", "tam giác đồng dạng", "pythagore", "hình chóp", "thống kê", "xác suất",
    ):  # fmt: skip
        assert topic in text
    informatics = [item for item in shipped("tin-hoc").items if item.kind == "outcome"]
    assert len(informatics) == 121  # as many as the annex has, "+" lines drawn into their sentence


def test_levels_by_any_of_their_names() -> None:
    assert [scheme.name for scheme in LEVEL_SCHEMES.values()] == [
        "Biết – Hiểu – Vận dụng", "Nhận biết – Thông hiểu – Vận dụng – Vận dụng cao", "Mức 1 – Mức 2 – Mức 3"
    ]  # fmt: skip
    written = ("nb", "Thông hiểu", "VDC", "biết")
    assert [level.code for text in written if (level := find_level(text))] == ["NB", "TH", "VDC", "NB"]
    assert find_level("VDC", "three") == LEVEL_SCHEMES["three"].levels[2]
    assert find_level("2", "primary") == LEVEL_SCHEMES["primary"].levels[1]
    assert find_level("khó lắm") is None
    assert [level.rank for level in LEVEL_SCHEMES["four"].levels] == [1, 2, 3, 4]


def test_codes_of_decision_791() -> None:
    parts = code_parts("020108.0202d3")
    assert parts is not None
    assert (parts.level, parts.subject, parts.grade, parts.strand, parts.topic, parts.outcome, parts.thinking) == (
        "02", "01", "08", "02", "02", "d", "3",
    )  # fmt: skip
    assert code_parts("CCSS.Math.Content.6.RP.A") is None


def test_grades() -> None:
    assert [grade_of(text) for text in ("06", "12", "lớp 7", "K")] == ["6", "12", "7", "K"]
