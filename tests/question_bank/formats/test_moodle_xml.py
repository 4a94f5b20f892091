"""Moodle XML: the types, the round trip, and files that mean harm."""

from __future__ import annotations

import base64
from fractions import Fraction
from pathlib import Path

import pytest

from lms.base.errors import Invalid, TooLarge
from question_bank.formats import moodle_xml, xml
from question_bank.items.domain import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    GapKey,
    ItemBody,
    ItemDraft,
    ItemType,
    NumberKey,
    Option,
    OrderKey,
    PairKey,
    TextKey,
    TruthKey,
)

INPUTS = Path(__file__).parents[4] / "shared" / "inputs" / "1-moodle-gift"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def quiz(*questions: str) -> bytes:
    return ('<?xml version="1.0" encoding="UTF-8"?><quiz>' + "".join(questions) + "</quiz>").encode()


def question(kind: str, inside: str, text: str = "<p>Hỏi?</p>", extra: str = "") -> str:
    return (
        f'<question type="{kind}"><name><text>Tên</text></name>'
        f'<questiontext format="html"><text><![CDATA[{text}]]></text>{extra}</questiontext>'
        f"<defaultgrade>2.5</defaultgrade><idnumber>q&amp;1</idnumber>{inside}</question>"
    )


def answer(fraction: str, text: str, feedback: str = "", more: str = "") -> str:
    return (
        f'<answer fraction="{fraction}" format="html"><text><![CDATA[{text}]]></text>'
        f'<feedback format="html"><text><![CDATA[{feedback}]]></text></feedback>{more}</answer>'
    )


def one(source: str) -> ItemDraft:
    (draft,) = moodle_xml.read(quiz(source)).drafts
    return draft


def test_choice_of_one() -> None:
    draft = one(question("multichoice", "<single>true</single>" + answer("100", "<p>a</p>", "tốt") + answer("0", "b")))
    assert draft.body.type is ItemType.SINGLE_CHOICE
    assert [option.html for option in draft.body.options] == ["a", "b"]
    assert draft.key == ChoiceKey({"a": Fraction(1)})
    assert draft.notes.per_option == {"a": "tốt"}
    assert (draft.points, draft.external_id, draft.title) == (Fraction(5, 2), "q&1", "Tên")


def test_hints_are_carried_and_what_they_do_besides_is_listed() -> None:
    hints = (
        '<hint format="html"><text><![CDATA[<p>Nhìn mẫu số.</p>]]></text><clearwrong/></hint>'
        '<hint format="plain_text"><text>Quy đồng.</text></hint><hint format="html"><text></text></hint>'
    )
    found = moodle_xml.read(quiz(question("multichoice", answer("100", "a") + answer("0", "b") + hints)))
    assert found.drafts[0].notes.hints == ("<p>Nhìn mẫu số.</p>", "<p>Quy đồng.</p>")
    assert [(one.what, one.count) for one in found.not_carried] == [("moodle:hint/clearwrong", 1)]
    again = moodle_xml.read(moodle_xml.write(found.drafts))
    assert again.drafts[0].notes.hints == found.drafts[0].notes.hints
    assert again.not_carried == ()


def test_choice_of_several_with_penalties() -> None:
    inside = "<single>false</single>" + answer("33.33333", "a") + answer("66.66667", "b") + answer("-50", "c")
    draft = one(question("multichoice", inside))
    assert draft.body.type is ItemType.MULTIPLE_CHOICE
    assert draft.key == ChoiceKey({"a": Fraction(1, 3), "b": Fraction(2, 3), "c": Fraction(-1, 2)})


def test_no_right_answer_is_reported() -> None:
    draft = one(question("multichoice", answer("0", "a") + answer("0", "b")))
    assert draft.key is None
    assert draft.blocked


def test_true_false() -> None:
    assert one(question("truefalse", answer("0", "true") + answer("100", "false"))).key == TruthKey({"s": False})
    assert one(question("truefalse", answer("100", "true") + answer("100", "false"))).key is None


def test_typed_answers() -> None:
    draft = one(question("shortanswer", "<usecase>1</usecase>" + answer("100", "Huế") + answer("50", "Hue")))
    assert draft.key == TextKey((AcceptedText("Huế", Fraction(1), True), AcceptedText("Hue", Fraction(1, 2), True)))
    draft = one(question("numerical", answer("100", "6,25", more="<tolerance>0.05</tolerance>") + answer("0", "*")))
    assert draft.key == NumberKey((AcceptedNumber("6.25", "0.05"),))
    draft = one(question("numerical", answer("100", "sáu")))
    assert draft.key is None
    assert draft.blocked


def test_matching_essay_description() -> None:
    sub = "<subquestion><text>{}</text><answer><text>{}</text></answer></subquestion>"
    draft = one(question("matching", sub.format("ếch", "lưỡng cư") + sub.format("mèo", "thú") + sub.format("", "cá")))
    assert draft.key == PairKey({"l1": "r1", "l2": "r2"})
    assert [target.html for target in draft.body.targets] == ["lưỡng cư", "thú", "cá"]
    assert one(question("essay", "<graderinfo><text>ý</text></graderinfo>")).key == EssayKey("<p>ý</p>")
    assert one(question("description", "")).body.type is ItemType.DESCRIPTION


@pytest.mark.parametrize(("kind", "box"), [("gapselect", "selectoption"), ("ddwtos", "dragbox")])
def test_gaps_from_lists_keep_their_groups(kind: str, box: str) -> None:
    words = [("mèo", 1), ("ngồi", 2), ("chó", 1)]
    boxes = "".join(f"<{box}><text>{word}</text><group>{group}</group></{box}>" for word, group in words)
    draft = one(question(kind, boxes, "<p>Con [[1]] đang [[2]].</p>"))
    assert draft.body.prompt == (
        '<p>Con <span class="gap" data-gap="g1"></span> đang <span class="gap" data-gap="g2"></span>.</p>'
    )
    assert [[choice.html for choice in gap.choices] for gap in draft.body.gaps] == [["mèo", "chó"], ["ngồi"]]
    assert draft.key == GapKey({"g1": (AcceptedText("c1"),), "g2": (AcceptedText("c2"),)})


def test_cloze() -> None:
    text = (
        "<p>Thủ đô là {1:SHORTANSWER:=Hà Nội#tốt~%50%Ha Noi}, có {1:NM:=36} phố, "
        r"bên {1:MCV:Đuống~=Hồng~{x\}}.</p>"
    )
    draft = one(question("cloze", "", text))
    assert [len(gap.choices) for gap in draft.body.gaps] == [0, 0, 3]
    assert draft.key == GapKey(
        {
            "g1": (AcceptedText("Hà Nội"), AcceptedText("Ha Noi", Fraction(1, 2))),
            "g2": (AcceptedText("36"),),
            "g3": (AcceptedText("c2"),),
        }
    )
    assert draft.body.gaps[2].choices[2].html == "{x}"
    assert not draft.problems


def test_what_cannot_be_carried_is_listed() -> None:
    reading = moodle_xml.read(
        quiz(
            question("calculated", ""),
            question("stack", ""),
            question("stack", ""),
            question("cloze", "", "{1:MULTIRESPONSE:=a~=b}"),
            question("truefalse", answer("100", "true")),
        )
    )
    assert reading.found == 5
    assert len(reading.drafts) == 1
    assert {one.what: one.count for one in reading.not_carried} == {
        "moodle:calculated": 1,
        "moodle:stack": 2,
        "moodle:cloze": 1,
    }


def test_settings_of_moodle_are_told_by_name_and_count() -> None:
    settings = (
        "<penalty>0.3333333</penalty><hidden>0</hidden><answernumbering>123</answernumbering>"
        "<correctfeedback><text>Đúng rồi.</text></correctfeedback><incorrectfeedback><text></text></incorrectfeedback>"
        "<shownumcorrect/><plugin_setting>1</plugin_setting>"
    )
    choices = answer("100", "a", more="<colour>red</colour>") + answer("0", "b")
    category = (
        '<question type="category"><category><text>top/A</text></category><info><text>Về A</text></info></question>'
    )
    reading = moodle_xml.read(
        quiz(
            category,
            question("multichoice", settings + choices),
            question("multichoice", settings + choices),
            question("truefalse", "<penalty>1.0</penalty>" + answer("100", "true") + answer("0", "false")),
            question("truefalse", "<penalty>0</penalty>" + answer("100", "true") + answer("0", "false")),
        )
    )
    assert {one.what: one.count for one in reading.not_carried} == {
        "moodle:category/info": 1,
        "moodle:penalty": 3,
        "moodle:correctfeedback": 2,
        "moodle:shownumcorrect": 2,
        "moodle:plugin_setting": 2,
        "moodle:answer/colour": 2,
    }
    assert {one.what: one.count for one in reading.changed} == {"moodle:answernumbering": 2}


def test_drag_and_drop_becomes_what_we_have_and_says_so() -> None:
    boxes = "<dragbox><text>mèo</text><group>1</group></dragbox><dragbox><text>chó</text><group>1</group></dragbox>"
    sub = '<subquestion format="html"><text>{}</text><answer format="html"><text>&lt;b&gt;{}&lt;/b&gt;</text></answer>'
    pairs = (sub.format("ếch", "lưỡng cư") + "</subquestion>") + (sub.format("mèo", "thú") + "</subquestion>")
    reading = moodle_xml.read(quiz(question("ddwtos", boxes, "<p>[[1]]</p>"), question("ddmatch", pairs)))
    assert [target.html for target in reading.drafts[1].body.targets] == ["<b>lưỡng cư</b>", "<b>thú</b>"]
    assert {one.what: one.count for one in reading.changed} == {
        "moodle:ddwtos": 1,
        "moodle:dragbox": 1,
        "moodle:ddmatch": 1,
    }
    assert reading.not_carried == ()


def test_answers_that_moodle_takes_in_order_are_pointed_at() -> None:
    draft = one(question("shortanswer", answer("0", "Hà Tây") + answer("100", "Hà*")))
    assert [problem.code for problem in draft.problems] == ["first_match"]
    assert not one(question("shortanswer", answer("100", "Hà*") + answer("0", "*"))).problems
    wide = "<tolerance>2</tolerance>"
    draft = one(
        question("numerical", answer("50", "5", more=wide) + answer("100", "6", more="<tolerance>0</tolerance>"))
    )
    assert [problem.code for problem in draft.problems] == ["first_match"]
    assert not draft.blocked
    draft = one(question("numerical", answer("100", "5") + answer("25", "*")))
    assert [problem.code for problem in draft.problems] == ["any_number"]


def test_categories_tags_and_formats() -> None:
    category = '<question type="category"><category><text>$course$/top/A/B</text></category></question>'
    tags = "<tags><tag><text>VDC</text></tag><tag><text>hàm số</text></tag></tags>"
    source = quiz(category, question("essay", tags)).replace(b'"html"', b'"markdown"', 1).replace(b"<p>H", b"**H")
    (draft,) = moodle_xml.read(source).drafts
    assert (draft.category, draft.level, draft.tags) == ("A/B", "VDC", ("hàm số",))
    assert "**" in draft.body.prompt


def test_files_become_assets_and_missing_ones_are_named() -> None:
    file = f'<file name="h 1.png" path="/" encoding="base64">{base64.b64encode(PNG).decode()}</file>'
    text = '<p><img src="@@PLUGINFILE@@/h%201.png" alt="hình"><img src="@@PLUGINFILE@@/../../etc/passwd" alt="x"></p>'
    reading = moodle_xml.read(quiz(question("essay", "", text, file)))
    (asset,) = reading.assets.values()
    assert asset.data == PNG
    assert f'src="asset:{asset.sha256}"' in reading.drafts[0].body.prompt
    assert [problem.code for problem in reading.drafts[0].problems] == ["missing_file"]


def test_round_trip() -> None:
    two = (Option("a", "x"), Option("b", "y"))
    drafts = [
        ItemDraft(ItemBody(ItemType.CLUSTER, "<p>c</p>", two), TruthKey({"a": True, "b": False})),
        ItemDraft(ItemBody(ItemType.ORDERING, "<p>o</p>", two), OrderKey(("b", "a"))),
        one(question("cloze", "", "<p>{1:SA_C:=x}</p>").replace("SA_C", "SAC")),
        one(question("cloze", "", "<p>{1:SA:=a = b ~%50%c/d}</p><p>{1:MCS:=1~2}</p>")),
        one(question("multichoice", answer("100", r"\(x<1\)", "ừ") + answer("0", "b<br>c"))),
        one(question("numerical", answer("100", "-2", more="<tolerance>1</tolerance>"))),
        one(question("shortanswer", answer("100", "x") + answer("0", "*", "sai"))),
        one(question("truefalse", answer("100", "true", "đ") + answer("0", "false", "s"))),
    ]  # fmt: skip
    again = moodle_xml.read(moodle_xml.write(drafts)).drafts
    for before, after in zip(drafts, again, strict=True):
        assert after.body == before.body
        assert after.key == before.key
        assert after.notes == before.notes


BOMB = (
    '<!DOCTYPE quiz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{9 * f"&{a};"}">' for a, b in zip("abcdef", "bcdefg", strict=True))
    + "]><quiz>&g;</quiz>"
)  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<quiz><question>",
        b"<html></html>",
        b"plain",
        BOMB.encode(),
        ('<?xml version="1.0"?>\n<!-- x -->' + BOMB).encode(),
        BOMB.encode("utf-16"),
        b'<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz><question type="essay"/>&x;</quiz>',
        b'<!DOCTYPE quiz SYSTEM "http://127.0.0.1:9/x.dtd"><quiz/>',
        b'<?xml version="1.0" encoding="UTF-7"?>+ADw-!DOCTYPE quiz []><quiz/>',
        quiz(question("truefalse", ""))[:-40],
    ],
)
def test_what_is_no_quiz_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        moodle_xml.read(data)
    assert str(caught.value)


def test_a_file_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "LIMIT", 1000)
    with pytest.raises(TooLarge):
        moodle_xml.read(b"<quiz>" + b" " * 2000 + b"</quiz>")


def test_other_encodings() -> None:
    text = quiz(question("truefalse", answer("100", "true"), "<p>Huế xa</p>")).decode()
    for encoding in ("utf-16", "windows-1258"):
        data = text.replace("UTF-8", encoding).replace("ế", "ê\u0301").replace("ỏ", "o\u0309").encode(encoding)
        assert moodle_xml.read(data).drafts[0].body.prompt == "<p>Huế xa</p>"


def test_deep_nesting_ends() -> None:
    draft = one(question("essay", "", "<div>" * 5000 + "x" + "</div>" * 5000))
    assert "x" in draft.body.prompt


@pytest.mark.skipif(not INPUTS.exists(), reason="the real files are not there")
def test_real_files() -> None:
    files = sorted(INPUTS.rglob("*.xml"))
    assert len(files) >= 12
    for path in files:
        reading = moodle_xml.read(path.read_bytes(), path.name)
        assert reading.found == len(reading.drafts), path
        assert not any(draft.blocked for draft in reading.drafts), path
        again = moodle_xml.read(moodle_xml.write(reading.drafts, reading.assets))
        assert [draft.body for draft in again.drafts] == [draft.body for draft in reading.drafts], path
        assert [draft.key for draft in again.drafts] == [draft.key for draft in reading.drafts], path
