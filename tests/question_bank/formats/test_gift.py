"""GIFT: the grammar, the round trip, and files that mean harm."""

from __future__ import annotations

import base64
from fractions import Fraction
from pathlib import Path

import pytest

from lms.base.errors import Invalid
from question_bank.formats import gift
from question_bank.items.domain import (
    AcceptedNumber,
    ChoiceKey,
    EssayKey,
    ItemDraft,
    ItemType,
    NumberKey,
    PairKey,
    TextKey,
    TruthKey,
)

INPUTS = Path(__file__).parents[4] / "shared" / "inputs" / "1-moodle-gift"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def one(text: str) -> ItemDraft:
    (draft,) = gift.read(text.encode(), "x.gift").drafts
    return draft


def options(draft: ItemDraft) -> list[str]:
    return [option.html for option in draft.body.options]


def test_single_choice_with_feedback_and_title() -> None:
    draft = one("::Thủ đô::Thủ đô của Việt Nam là {~Huế#Cố đô =Hà Nội#Đúng ~Đà Nẵng####Xem bài 3}.")
    assert draft.title == "Thủ đô"
    assert draft.body.type is ItemType.SINGLE_CHOICE
    assert draft.body.prompt == "<p>Thủ đô của Việt Nam là _____ .</p>"
    assert options(draft) == ["Huế", "Hà Nội", "Đà Nẵng"]
    assert draft.key == ChoiceKey({"b": Fraction(1)})
    assert draft.notes.per_option == {"a": "Cố đô", "b": "Đúng"}
    assert draft.notes.feedback == "Xem bài 3"


def test_weights_make_thirds_exact_and_no_equals_sign_means_several_answers() -> None:
    draft = one("Châu lục?{~%33.33333%Á ~%33.33333%Phi ~%-100%Lào ~%33.33333%Âu}")
    assert draft.body.type is ItemType.MULTIPLE_CHOICE
    assert draft.key == ChoiceKey({"a": Fraction(1, 3), "b": Fraction(1, 3), "c": Fraction(-1), "d": Fraction(1, 3)})


@pytest.mark.parametrize(
    ("block", "holds"), [("T", True), ("TRUE", True), ("F", False), ("false", False), ("TRUE#sai rồi#đúng rồi", True)]
)
def test_true_false(block: str, holds: bool) -> None:
    draft = one(f"Trái Đất quay.{{{block}}}")
    assert draft.body.type is ItemType.TRUE_FALSE
    assert draft.key == TruthKey({"s": holds})


def test_first_feedback_of_true_false_is_for_the_wrong_choice() -> None:
    assert one("x{TRUE#sai#đúng}").notes.per_option == {"false": "sai", "true": "đúng"}
    assert one("x{FALSE#sai#đúng}").notes.per_option == {"true": "sai", "false": "đúng"}


@pytest.mark.parametrize(
    ("block", "accepted"),
    [
        ("#5", [AcceptedNumber("5")]),
        ("#-3,5:0,1", [AcceptedNumber("-3.5", "0.1")]),
        ("#3.141..3.142", [AcceptedNumber("3.1415", "0.0005")]),
        ("#=1822:0 =%50%1822:2", [AcceptedNumber("1822"), AcceptedNumber("1822", "2", Fraction(1, 2))]),
        ("#3:2~#Sai hẳn", [AcceptedNumber("3", "2")]),
    ],
)
def test_numbers(block: str, accepted: list[AcceptedNumber]) -> None:
    assert one(f"Bao nhiêu?{{{block}}}").key == NumberKey(tuple(accepted))


def test_a_number_that_is_none_is_reported_and_never_a_key() -> None:
    draft = one("Bao nhiêu?{#=5 =năm}")
    assert draft.key is None
    assert [problem.code for problem in draft.problems] == ["unreadable_number"]
    assert draft.blocked


def test_short_answers_with_shares() -> None:
    draft = one("Tác giả?{=Tố Hữu =%50%To Huu =%0%*#Chưa đúng}")
    assert isinstance(draft.key, TextKey)
    assert [(one.text, one.share) for one in draft.key.accepted] == [("Tố Hữu", 1), ("To Huu", Fraction(1, 2))]
    assert draft.notes.per_option == {"*": "Chưa đúng"}


def test_matching_keeps_spare_targets() -> None:
    draft = one("Nối{=Lào -> Viêng Chăn =Nhật->Tô-ki-ô = -> Bắc Kinh}")
    assert draft.body.type is ItemType.MATCHING
    assert [target.html for target in draft.body.targets] == ["Viêng Chăn", "Tô-ki-ô", "Bắc Kinh"]
    assert draft.key == PairKey({"l1": "r1", "l2": "r2"})


def test_essay_description_and_missing_key() -> None:
    assert one("Phân tích.{}").key == EssayKey()
    assert one("Chỉ để đọc.").body.type is ItemType.DESCRIPTION
    draft = one("Chọn{~a ~b}")
    assert draft.key is None
    assert draft.blocked


def test_categories_ids_tags_and_comments() -> None:
    reading = gift.read(
        "// đầu tệp\n$CATEGORY: $course$/top/Toán 12\\: HK1\n\n// [id:q-7] [tag:NB] [tag:hàm số]\n"
        "::A::x{T}\n\n$CATEGORY: Lí/Cơ\ny{F}\n".encode()
    )
    first, second = reading.drafts
    assert (first.category, first.external_id, first.level, first.tags) == ("Toán 12: HK1", "q-7", "NB", ("hàm số",))
    assert (second.category, second.external_id, second.tags) == ("Lí/Cơ", "", ())


def test_escapes_and_latex() -> None:
    draft = one(r"\{x\} \= \~ \# \: \\ và \\(a \\neq \\frac\{1\}\{2\}\\)?{=\=1 ~1 < 2}")
    assert "{x} = ~ # : \\ và " in draft.body.prompt
    assert r'<span class="tex">a \neq \frac{1}{2}</span>' in draft.body.prompt
    assert options(draft) == ["=1", "1 &lt; 2"]


def test_formats_of_text() -> None:
    assert one("[plain]<b>x</b>{T}").body.prompt == "<p>&lt;b&gt;x&lt;/b&gt;</p>"
    assert one("[html]<p>x <strong>y</strong></p>{T}").body.prompt == "<p>x <b>y</b></p>"
    assert one("[markdown]**y** _z_\\n\\n- a\\n- b{T}").body.prompt == (
        "<p><b>y</b> <i>z</i></p><ul><li>a</li><li>b</li></ul>"
    )
    assert one("dòng một\ndòng hai{T}").body.prompt == "<p>dòng một dòng hai</p>"


def test_tags_need_no_escape_and_blank_lines_in_braces_do_no_harm() -> None:
    draft = one('[html]<p class="a">Màu <span style="color:#f00">nào</span>?</p>{\n\n=đỏ\n\n~xanh\n}')
    assert draft.body.prompt == "<p>Màu nào?</p>"
    assert options(draft) == ["đỏ", "xanh"]


def test_an_open_brace_swallows_no_neighbour() -> None:
    first, second = gift.read("một{=a ~b\n\nhai{=c ~d}\n".encode()).drafts
    assert first.key is None
    assert first.blocked
    assert second.key == ChoiceKey({"a": Fraction(1)})


def test_pictures_inside_the_file_become_assets() -> None:
    picture = base64.b64encode(PNG).decode()
    reading = gift.read(f'[html]<p><img src\\="data\\:image/png;base64,{picture}" alt\\="hình"></p>{{T}}'.encode())
    (asset,) = reading.assets.values()
    assert (asset.data, asset.media_type) == (PNG, "image/png")
    assert f'<img src="asset:{asset.sha256}" alt="hình">' in reading.drafts[0].body.prompt


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258"])
def test_encodings(encoding: str) -> None:
    text = "Câu hỏi ở đâu?{=đây ~kia}"
    if encoding == "cp1258":
        text = text.replace("ỏ", "o\u0309").replace("ở", "ơ\u0309")
    draft = gift.read(text.encode(encoding)).drafts[0]
    assert draft.body.prompt == "<p>Câu hỏi ở đâu?</p>"
    assert draft.key == ChoiceKey({"a": Fraction(1)})


@pytest.mark.parametrize("data", [b"", b"  \n ", b"// only a comment\n", bytes(range(256)) * 20])
def test_what_is_no_gift_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        gift.read(data)


@pytest.mark.parametrize(
    "text",
    [
        "{" * 300_000,
        "\\(" * 300_000,
        "<p " * 300_000,
        "=" * 300_000 + "{}",
        "x{" + "~a" * 100_000 + "}",
        "a" * 10_000_000,
    ],
)
def test_long_lines_end(text: str) -> None:
    assert gift.read(text.encode()).found == 1


def test_script_never_gets_through() -> None:
    draft = one('[html]<p onclick\\="x()">a<script>alert(1)</script><img src\\=x onerror\\=y()></p>{T}')
    assert draft.body.prompt == "<p>a</p>"


def test_round_trip() -> None:
    source = """$CATEGORY: Toán/Hàm số

// [id:1] [tag:đại số] [tag:VD]
::Một \\: hai::[html]<p>Cho \\\\(x^2 \\= \\\\frac\\{1\\}\\{2\\}\\\\)</p>{~[html]<b>a</b>#sai =b#đúng ~%-50%c####hết}

[html]<p>Chọn hai</p>{~%50%a ~%50%b ~%-100%c}

[html]<p>Đúng không?</p>{TRUE#sai#đúng}

[html]<p>Số?</p>{#=5\\:0.1#ừ =%50%6:1}

[html]<p>Chữ?</p>{=một =%50%hai#nửa =%0%*#không}

[html]<p>Nối</p>{=a->b =c->d =->e}

[html]<p>Viết</p>{}

[html]<p>Đọc</p>
"""
    first = gift.read(source.encode())
    again = gift.read(gift.write(first.drafts, first.assets))
    assert len(first.drafts) == 8
    for before, after in zip(first.drafts, again.drafts, strict=True):
        for name in ("body", "key", "notes", "title", "category", "tags", "level", "external_id", "problems"):
            assert getattr(after, name) == getattr(before, name), name


@pytest.mark.skipif(not INPUTS.exists(), reason="the real files are not there")
def test_real_files_are_carried_and_come_back() -> None:
    files = [
        path
        for path in INPUTS.rglob("*")
        if path.suffix == ".gift" or ("gift" in path.parent.name and path.suffix == ".txt")
    ]
    assert len(files) >= 20
    for path in files:
        reading = gift.read(path.read_bytes(), path.name)
        again = gift.read(gift.write(reading.drafts, reading.assets)) if reading.drafts else reading
        assert [draft.key for draft in again.drafts] == [draft.key for draft in reading.drafts], path.name
        assert [draft.body for draft in again.drafts] == [draft.body for draft in reading.drafts], path.name
        assert not [draft.problems for draft in reading.drafts if draft.problems], path.name


def test_what_gift_loses_or_changes_is_told() -> None:
    source = """// question: 12  name: Thủ đô
Thủ đô là {=Hà Nội}, phải không?

// soạn vội, xem lại
//-------
// [tag:địa lí]
Hỏi {=a ~b}.
"""
    reading = gift.read(source.encode())
    assert [(one.what, one.count) for one in reading.changed] == [("gift:missing_word", 2)]
    assert [(one.what, one.count) for one in reading.not_carried] == [("gift:comment", 1)]


def test_a_pair_without_its_arrow_is_no_short_answer() -> None:
    (draft,) = gift.read("Nối {=ếch -> lưỡng cư =mèo thú =cá -> cá}".encode()).drafts
    assert draft.key is None
    assert [problem.code for problem in draft.problems] == ["broken"]
