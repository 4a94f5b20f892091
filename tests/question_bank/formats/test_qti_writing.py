"""QTI 2.2 and 3.0 out: what is written comes back the same, as far as an item can say it."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from fractions import Fraction

import pytest
from lxml import etree

from question_bank.formats import qti
from question_bank.formats.detect import read_any
from question_bank.formats.reading import Asset
from question_bank.items.domain import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    Gap,
    GapKey,
    ItemBody,
    ItemDraft,
    ItemKey,
    ItemNotes,
    ItemType,
    NumberKey,
    Option,
    OrderKey,
    PairKey,
    TextKey,
    TruthKey,
)

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
SHA = "ab" * 32
ASSETS = {SHA: Asset(SHA, PNG, "image/png")}
WRITERS = [qti.write, qti.write_third]
ABC = (Option("a", "một"), Option("b", "<b>hai</b> &lt; 3"), Option("c", "Cả A và B", fixed=True))
TEX = r'<p>Tính <span class="tex">\frac{1}{2}x^2 &lt; 3</span> với <i>x</i> = 2.</p>'


def draft(kind: ItemType, key: ItemKey | None, prompt: str = "<p>Hỏi?</p>", **body: object) -> ItemDraft:
    return ItemDraft(ItemBody(kind, prompt, **body), key)  # type: ignore[arg-type]


def gap(name: str) -> str:
    return f'<span class="gap" data-gap="{name}"></span>'


ALL = {
    "single": draft(ItemType.SINGLE_CHOICE, ChoiceKey({"b": Fraction(1)}), TEX, options=ABC),
    "part": draft(
        ItemType.SINGLE_CHOICE, ChoiceKey({"a": Fraction(1, 3), "b": Fraction(1)}), options=ABC, shuffle=False
    ),
    "several": draft(
        ItemType.MULTIPLE_CHOICE,
        ChoiceKey({"a": Fraction(1, 3), "b": Fraction(2, 3), "c": Fraction(-1, 3)}),
        options=ABC,
    ),
    "truth": draft(ItemType.TRUE_FALSE, TruthKey({"s": False})),
    "cluster": draft(ItemType.CLUSTER, TruthKey({"a": True, "b": False, "c": True}), options=ABC),
    "text": draft(
        ItemType.SHORT_TEXT,
        TextKey((AcceptedText("Hà Nội"), AcceptedText("Thăng Long", Fraction(1, 2), True), AcceptedText("2 \\* 3"))),
    ),
    "number": draft(
        ItemType.SHORT_NUMBER,
        NumberKey((AcceptedNumber("3.14", "0.01"), AcceptedNumber("-3", "0", Fraction(1, 2)))),
    ),
    "pairs": draft(
        ItemType.MATCHING,
        PairKey({"l1": "r2", "l2": "r1"}),
        options=(Option("l1", "trái"), Option("l2", "phải")),
        targets=(Option("r1", "một"), Option("r2", "hai"), Option("r3", "ba")),
    ),
    "order": draft(ItemType.ORDERING, OrderKey(("b", "a")), options=(Option("a", "hai"), Option("b", "một"))),
    "gaps": draft(
        ItemType.GAP_FILL,
        GapKey({"g1": (AcceptedText("c2"),), "g2": (AcceptedText("sông"), AcceptedText("suối", Fraction(1, 2)))}),
        f"<p>{gap('g1')} có {gap('g2')}</p>",
        gaps=(Gap("g1", (Option("c1", "Huế"), Option("c2", "Hà Nội"))), Gap("g2")),
        shuffle=False,
    ),
    "last gap": draft(
        ItemType.GAP_FILL,
        GapKey({"g1": (AcceptedText("x"),)}),
        f"<p>Là {gap('g1')}.</p>",
        gaps=(Gap("g1"),),
        shuffle=False,
    ),
    "essay": draft(ItemType.ESSAY, EssayKey("<p>Đủ ý: 1 điểm</p>")),
    "words": draft(ItemType.DESCRIPTION, None, "<p>Đọc đoạn sau.</p><ul><li>một</li></ul>"),
    "table": draft(
        ItemType.TRUE_FALSE,
        TruthKey({"s": True}),
        '<p>Bảng</p><table><tbody><tr><td colspan="2">x</td></tr></tbody></table>',
    ),
}


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("name", ALL)
def test_each_type_comes_back(name: str, write) -> None:  # type: ignore[no-untyped-def]
    wanted = ALL[name]
    (found,) = read_any(write([wanted], ASSETS), "x.zip").drafts
    assert found.problems == ()
    assert found.key == wanted.key
    shuffle = found.body.shuffle if name in ("truth", "text", "number", "order", "essay", "words", "table") else None
    body = found.body if shuffle is None else replace(found.body, shuffle=wanted.body.shuffle)
    assert body == wanted.body
    assert found.external_id == ""


FULL = replace(
    ALL["single"],
    notes=ItemNotes("<p>Lời giải</p>", "<p>Chung</p>", {"a": "<p>Xem lại</p>"}, ("<p>Gợi ý 1</p>", "<p>Gợi ý 2</p>")),
    body=replace(
        ALL["single"].body, passage=f'<p>Đoạn <img src="asset:{SHA}" alt="hình"></p>', passage_id="p1", shuffle=False
    ),
    title="Câu về x & y",
    points=Fraction(1, 4),
    external_id="T-8/1",
    category="Toán 8/Chương 1",
    level="VD",
    tags=("đa thức", "hay"),
    codes=("T8.1",),
    year=2024,
)


@pytest.mark.parametrize("write", WRITERS)
def test_what_is_said_of_a_question_comes_back(write) -> None:  # type: ignore[no-untyped-def]
    data = write([FULL, ALL["order"]], ASSETS)
    first, second = read_any(data, "x.zip").drafts
    image = next(iter(read_any(data, "x.zip").assets))
    assert replace(first, source="") == replace(
        FULL, body=replace(FULL.body, passage=FULL.body.passage.replace(SHA, image))
    )
    assert second.key == ALL["order"].key
    assert write([FULL], ASSETS) == write([FULL], ASSETS)


def test_what_an_item_cannot_say_is_left_out() -> None:
    stars = draft(ItemType.SHORT_TEXT, TextKey((AcceptedText("*"),)))
    keyless = draft(ItemType.SINGLE_CHOICE, None, options=ABC)
    (kept,) = read_any(qti.write([stars, keyless, ALL["truth"]])).drafts
    assert kept.key == ALL["truth"].key


@pytest.mark.parametrize(("write", "root"), [(qti.write, "assessmentItem"), (qti.write_third, "qti-assessment-item")])
def test_files_bear_the_names_of_their_version(write, root: str) -> None:  # type: ignore[no-untyped-def]
    with zipfile.ZipFile(io.BytesIO(write(ALL.values(), ASSETS))) as package:
        for name in package.namelist():
            if name.startswith("items/"):
                tree = etree.fromstring(package.read(name))
                assert etree.QName(tree).localname == root
                third = {etree.QName(one).localname.startswith("qti-") for one in tree if isinstance(one.tag, str)}
                assert third == {root.startswith("qti-")}
