"""CASE JSON and CSV, in and out, with real files and hostile ones."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.base.errors import Invalid
from question_bank.competencies.case_csv import read_csv, write_csv
from question_bank.competencies.case_json import LARGEST, read_case, write_case
from question_bank.competencies.domain import walk
from question_bank.competencies.shipped import SHIPPED, shipped

REAL = Path(__file__).parents[4] / "shared/inputs/7-roster-case-oai/opensalt+opensalt/core"
AT = datetime(2026, 11, 22, tzinfo=UTC)


def package(**more: Any) -> dict[str, Any]:
    def end(name: str) -> dict[str, str]:
        return {"title": name, "identifier": name, "uri": f"https://x/{name}"}

    return {
        "CFDocument": {
            "identifier": "d", "title": "Khung", "creator": "Sở", "uri": "https://x/d", "caseVersion": "1.0"
        },
        "CFItems": [
            {"identifier": "a", "fullStatement": "Số và Đại số", "educationLevel": ["08"], "listEnumeration": "1"},
            {"identifier": "b", "fullStatement": "Giải được phương trình", "humanCodingScheme": "A.1"},
        ],
        "CFAssociations": [
            {"identifier": "l", "associationType": "isChildOf", "originNodeURI": end("b"),
             "destinationNodeURI": end("a")},
            {"identifier": "m", "associationType": "exactMatchOf", "originNodeURI": end("b"),
             "destinationNodeURI": {"title": "Ngoài", "identifier": "z", "uri": "https://elsewhere/z"}},
        ],
        **more,
    }  # fmt: skip


def as_bytes(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_reads_a_package() -> None:
    found = read_case(as_bytes(package()))
    assert (found.title, found.creator) == ("Khung", "Sở")
    assert [(node.item.statement, node.depth) for node in walk(found)] == [
        ("Số và Đại số", 0), ("Giải được phương trình", 1)
    ]  # fmt: skip
    assert found.items[0].grades == ("8",)


def test_what_came_in_goes_out() -> None:
    out = json.loads(write_case(read_case(as_bytes(package())), base_url="https://y", at=AT))
    assert out["CFDocument"]["caseVersion"] == "1.0"
    assert out["CFDocument"]["uri"] == "https://x/d"
    assert out["CFItems"][0]["listEnumeration"] == "1"
    assert out["CFItems"][0]["educationLevel"] == ["08"]
    assert out["CFAssociations"][1]["destinationNodeURI"]["uri"] == "https://elsewhere/z"
    assert out["CFItems"][0]["lastChangeDateTime"] == "2026-11-22T00:00:00+00:00"


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_frameworks_survive_both_formats(name: str) -> None:
    framework = shipped(name)
    back = read_case(write_case(framework, base_url="https://y", at=AT))
    assert [(node.item.identifier, node.item.statement, node.item.code, node.item.grades, node.depth)
            for node in walk(back)] == [
        (node.item.identifier, node.item.statement, node.item.code, node.item.grades, node.depth)
        for node in walk(framework)
    ]  # fmt: skip
    table = read_csv(write_csv(framework), title=framework.title, subject=framework.subject)
    assert table.items == framework.items
    assert [(n.item.code, n.depth) for n in walk(table)] == [(n.item.code, n.depth) for n in walk(framework)]


@pytest.mark.parametrize(
    ("path", "items", "deepest"),
    [
        ("docs/sample files/opensalt-framework-20c5134f-423d-4097-a971-3dd5152bf507.json", 16, 2),
        ("tests/_data/SmartLevelFramework.json", 14, 1),
        ("tests/_data/Utf8TestFramework.json", 1, 0),
        ("tests/_data/ItemTypeTestFramework.json", 1, 0),
        ("tests/_data/MarkdownFramework.json", 2, 0),
    ],
)
def test_real_case_files(path: str, items: int, deepest: int) -> None:
    if not REAL.exists():
        pytest.skip("the real CASE files are not there")
    framework = read_case((REAL / path).read_bytes())
    nodes = list(walk(framework))
    assert (len(nodes), max(node.depth for node in nodes)) == (items, deepest)
    again = read_case(write_case(framework, base_url="https://y", at=AT))
    assert [(n.item.identifier, n.depth) for n in walk(again)] == [(n.item.identifier, n.depth) for n in nodes]


def test_real_csv_files() -> None:
    if not REAL.exists():
        pytest.skip("the real CASE files are not there")
    sample = read_csv((REAL / "docs/sample files/sample_case.csv").read_bytes(), title="Toán")
    assert [(n.item.code, n.depth) for n in walk(sample)][:6] == [
        ("M", 0), ("M.F", 1), ("M.F.1-2", 2), ("M.F.1-2.S1", 3), ("M.F.1-2.S1a", 4), ("M.F.1-2.S1b", 4)
    ]  # fmt: skip
    children = read_csv((REAL / "tests/_data/children.csv").read_bytes(), title="Nghề")
    assert [(n.item.code, n.depth) for n in walk(children)] == [("A.B", 0), ("A.B.C", 1), ("A.B.C.L", 2), ("A.B.D", 1)]


def test_vietnamese_headings_semicolons_and_decomposed_letters() -> None:
    text = "Mã;Nội dung;Lớp\r\nT8;Số học;08\r\nT8.1;Gia\u0309i được;Lớp 8\r\n"
    found = read_csv(text.encode("utf-8-sig"), title="Toán")
    assert [(n.item.statement, n.item.grades, n.depth) for n in walk(found)] == [
        ("Số học", ("8",), 0), ("Giải được", ("8",), 1)
    ]  # fmt: skip


def test_no_cell_becomes_a_formula() -> None:
    found = read_csv(b"code,statement\r\nA,=1+1\r\n", title="x")
    out = write_csv(found)
    assert b"'=1+1" in out
    assert read_csv(out, title="x").items[0].statement == "=1+1"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"  \n", b"{", b"[]", b"null", b"\xff\xfe", b"PK\x03\x04junk", b'{"CFDocument": 5}', b"[" * 100_000,
        b'{"CFDocument": {"identifier": "d", "title": "x"}}',
        as_bytes(package(CFItems={})), as_bytes(package(CFItems=["x"])), as_bytes(package(CFAssociations="x")),
        as_bytes(package(CFItems=[{"identifier": "a"}])),
        as_bytes(package(CFItems=[{"fullStatement": "không mã"}])),
        as_bytes(package(CFItems=[{"identifier": "a", "fullStatement": "x"}] * 2)),
        as_bytes(package(CFDocument={"title": "x"})), b"1" * 10_000, b" " * (LARGEST + 1),
        b'{"CFDocument": {"identifier": "d", "title": "x"}, "CFItems": [' + b"1" * 10_000 + b"]}",
    ],
)  # fmt: skip
def test_hostile_json_is_answered_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        read_case(data)
    assert str(refusal.value.fields["file"][0]).endswith(".")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff\xfe\x00a", b"a,b\n1,2", b"statement", b"statement\n", b"code,statement\nA,\n", b"\x00\x01",
        b"identifier,statement\nx,a\nx,b\n", b"code,parent,statement\nA,B,a\nB,A,b\n", b'statement\n"' + b"x" * 200_000,
        "code,statement\nA,Mục".encode("utf-16"), b"PK\x03\x04\x00\x00", b" " * (LARGEST + 1),
    ],
)  # fmt: skip
def test_hostile_csv_is_answered_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        read_csv(data, title="Khung")
    assert str(refusal.value.fields["file"][0]).endswith(".")


def test_odd_but_harmless_values_are_taken() -> None:
    odd = package()
    odd["CFAssociations"] += [
        {"identifier": "n", "associationType": "isChildOf", "originNodeURI": "https://x/a", "destinationNodeURI": None},
        {"identifier": "o", "associationType": "precedes", "originNodeURI": "https://x/a",
         "destinationNodeURI": "https://x/b", "sequenceNumber": 1e300},
    ]  # fmt: skip
    odd["CFItems"][0]["educationLevel"] = "07,08"
    found = read_case(as_bytes(odd).replace(b"1e+300", b"Infinity"))
    assert found.items[0].grades == ("7", "8")
    assert [link.identifier for link in found.associations] == ["l", "m", "o"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["identifier", "fullStatement", "originNodeURI", "destinationNodeURI", "uri", "educationLevel"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=120, deadline=None)
@given(st.fixed_dictionaries({"CFDocument": json_values, "CFItems": json_values, "CFAssociations": json_values}))
def test_any_json_is_read_or_refused(value: dict[str, Any]) -> None:
    with contextlib.suppress(Invalid):
        read_case(json.dumps(value).encode())


@settings(max_examples=120, deadline=None)
@given(st.text(max_size=200))
def test_any_table_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Invalid):
        read_csv(("code,parent,statement\n" + text).encode("utf-8", "surrogatepass"), title="x")
