"""Packages: Common Cartridges, Blackboard pools, pictures by every kind of address, and packages that mean harm."""

from __future__ import annotations

import io
import zipfile
from fractions import Fraction
from pathlib import Path

import pytest

from lms.base.errors import Invalid
from question_bank.formats.detect import read_any
from question_bank.items.domain import AcceptedText, ChoiceKey, EssayKey, ItemType, PairKey, TextKey, TruthKey

INPUTS = Path(__file__).parents[4] / "shared" / "inputs"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def packed(files: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return out.getvalue()


def quiz(*items: str, ident: str = "quiz1", title: str = "Ôn tập") -> str:
    return (
        f'<questestinterop><assessment ident="{ident}" title="{title}"><section ident="root">{"".join(items)}'
        "</section></assessment></questestinterop>"
    )


def item(prompt: str = "Hỏi?") -> str:
    labels = "".join(
        f'<response_label ident="{one}"><material><mattext>{one}</mattext></material></response_label>' for one in "AB"
    )
    return (
        f'<item ident="i"><presentation><material><mattext texttype="text/html">{prompt}</mattext></material>'
        f'<response_lid ident="R"><render_choice>{labels}</render_choice></response_lid></presentation><resprocessing>'
        '<outcomes><decvar varname="SCORE"/></outcomes><respcondition><conditionvar>'
        '<varequal respident="R">B</varequal>'
        '</conditionvar><setvar varname="SCORE">100</setvar></respcondition></resprocessing></item>'
    )


def manifest(*resources: tuple[str, str], schema: str = "IMS Common Cartridge") -> str:
    listed = "".join(
        f'<resource identifier="r{place}" type="{kind}"><file href="{href}"/></resource>'
        for place, (kind, href) in enumerate(resources)
    )
    return (
        f'<manifest xmlns="http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1"><metadata><schema>{schema}</schema>'
        f"</metadata><resources>{listed}</resources></manifest>"
    )


def test_a_cartridge_brings_its_quizzes_and_banks_and_names_the_rest() -> None:
    files = {
        "imsmanifest.xml": manifest(
            ("imsqti_xmlv1p2/imscc_xmlv1p3/question-bank", "bank.xml"),
            ("imsqti_xmlv1p2/imscc_xmlv1p3/assessment", "a/quiz.xml"),
            ("webcontent", "web_resources/h.png"),
            ("webcontent", "trang.html"),
            ("imsdt_xmlv1p3", "topic.xml"),
            ("imswl_xmlv1p3", "link.xml"),
            ("imsbasiclti_xmlv1p3", "lti.xml"),
        ),
        "a/quiz.xml": quiz(item('&lt;img src="$IMS-CC-FILEBASE$h.png?canvas_=1" alt="h"&gt;')),
        "bank.xml": f'<questestinterop><objectbank ident="b1">{item()}{item()}</objectbank></questestinterop>',
        "web_resources/h.png": PNG,
        "topic.xml": "<topic/>",
    }
    reading = read_any(packed(files), "khoa.imscc")
    assert (reading.format, reading.found) == ("common_cartridge", 3)
    assert [one.category for one in reading.drafts] == ["", "", "Ôn tập"]
    (asset,) = reading.assets.values()
    assert f'src="asset:{asset.sha256}"' in reading.drafts[2].body.prompt
    assert {one.what: one.count for one in reading.not_carried} == {
        "cartridge:content": 2,
        "cartridge:discussion": 1,
        "cartridge:link": 1,
        "cartridge:tool": 1,
    }


def test_a_quiz_that_is_written_twice_is_read_once() -> None:
    files = {
        "imsmanifest.xml": manifest(("imsqti_xmlv1p2/imscc_xmlv1p3/assessment", "q/assessment_qti.xml")),
        "q/assessment_qti.xml": quiz(item()),
        "non_cc_assessments/q.xml.qti": quiz(item(), item()),
        "other.xml": quiz(item(), ident="quiz2"),
    }
    assert read_any(packed(files)).found == 3


def test_a_cartridge_without_questions_says_so() -> None:
    with pytest.raises(Invalid) as caught:
        read_any(packed({"imsmanifest.xml": manifest(("webcontent", "a.html")), "a.html": "<p>a</p>"}))
    assert "không có câu hỏi" in str(caught.value)


def test_one_broken_file_is_counted_and_the_rest_is_read() -> None:
    broken = "<questestinterop><assessment ident='x'>"
    evil = '<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + quiz(item("&x;"), ident="quiz3")
    reading = read_any(packed({"a.xml": quiz(item()), "b.xml": broken, "c.xml": evil}))
    assert (reading.found, [(one.what, one.count) for one in reading.not_carried]) == (3, [("qti:unreadable", 2)])


def block(text: str, name: str = "FORMATTED_TEXT_BLOCK") -> str:
    return (
        f'<flow class="{name}"><material><mat_extension><mat_formattedtext type="HTML">{text}</mat_formattedtext>'
        "</mat_extension></material></flow>"
    )


def board(kind: str, presentation: str, rules: str, more: str = "") -> str:
    return (
        f"<item><itemmetadata><bbmd_asi_object_id>_1</bbmd_asi_object_id><bbmd_questiontype>{kind}</bbmd_questiontype>"
        f'</itemmetadata><presentation><flow class="Block"><flow class="QUESTION_BLOCK">{block("Hỏi?")}</flow>'
        f"{presentation}</flow></presentation><resprocessing>"
        f'<outcomes><decvar varname="SCORE" maxvalue="10"/></outcomes>{rules}'
        f"</resprocessing>{more}</item>"
    )


def scored(condition: str) -> str:
    return (
        f'<respcondition title="correct"><conditionvar>{condition}</conditionvar>'
        '<setvar variablename="SCORE" action="Set">SCORE.max</setvar>'
        '<displayfeedback linkrefid="correct" feedbacktype="Response"/></respcondition>'
        '<respcondition title="incorrect"><conditionvar><other/></conditionvar>'
        '<setvar variablename="SCORE" action="Set">0</setvar></respcondition>'
    )


def labels(*idents: str, words: str = "") -> str:
    return "".join(
        f'<flow_label class="Block"><response_label ident="{one}"><flow_mat class="Block">'
        + (block(f"{words}{one}").replace("flow ", "flow_mat ").replace("/flow>", "/flow_mat>") if words else "")
        + "</flow_mat></response_label></flow_label>"
        for one in idents
    )


def picking(ident: str, inside: str) -> str:
    return f'<response_lid ident="{ident}"><render_choice>{inside}</render_choice></response_lid>'


def test_blackboard_pools_of_both_kinds() -> None:
    choice = picking("response", labels("x1", "x2", words="ý "))
    pair = (
        '<flow class="RESPONSE_BLOCK">'
        + "".join(
            f'<flow class="Block">{block(left)}{picking(left, labels(f"{left}1", f"{left}2"))}</flow>'
            for left in ("p", "q")
        )
        + '</flow><flow class="RIGHT_MATCH_BLOCK">'
        + "".join(f'<flow class="Block">{block(right)}</flow>' for right in ("một", "hai"))
        + "</flow>"
    )
    pool = (
        "<questestinterop><assessment title='Kho'><section>"
        + board("Multiple Choice", choice, scored('<varequal respident="response" case="No">x2</varequal>'))
        + board(
            "Matching",
            pair,
            "".join(
                f'<respcondition title="correct"><conditionvar><varequal respident="{left}">{right}</varequal>'
                '</conditionvar><displayfeedback linkrefid="correct"/></respcondition>'
                for left, right in (("p", "p2"), ("q", "q1"))
            ),
        )
        + board(
            "Essay",
            '<response_str ident="response"><render_fib/></response_str>',
            "",
            '<itemfeedback ident="solution"><solution><solutionmaterial><flow_mat>'
            + "<material><mattext>Bài mẫu</mattext></material></flow_mat></solutionmaterial></solution></itemfeedback>",
        )
        + "</section></assessment></questestinterop>"
    )
    old = (
        "<POOL><TITLE value='Cũ'/><QUESTION_FILLINBLANK id='q1'><BODY><TEXT>Thủ đô?</TEXT></BODY>"
        "<ANSWER id='a1'><TEXT>Hà Nội</TEXT></ANSWER></QUESTION_FILLINBLANK>"
        "<QUESTION_ORDER id='q2'><BODY><TEXT>Xếp</TEXT></BODY></QUESTION_ORDER></POOL>"
    )
    listed = (
        "<manifest xmlns:bb='http://www.blackboard.com/content-packaging/'><resources>"
        "<resource bb:file='res2.dat' type='assessment/x-bb-qti-pool'/>"
        "<resource bb:file='res1.dat' type='assessment/x-bb-qti-pool'/></resources></manifest>"
    )
    reading = read_any(packed({"imsmanifest.xml": listed, "res1.dat": old, "res2.dat": pool}), "kho.zip")
    assert (reading.format, reading.found) == ("blackboard", 5)
    assert [one.key for one in reading.drafts] == [
        ChoiceKey({"b": Fraction(1)}),
        PairKey({"l1": "r1", "l2": "r2"}),
        EssayKey("<p>Bài mẫu</p>"),
        TextKey((AcceptedText("Hà Nội"),)),
    ]
    matching = reading.drafts[1].body
    assert ([one.html for one in matching.options], [one.html for one in matching.targets]) == (
        ["p", "q"],
        ["hai", "một"],
    )
    assert [(one.what, one.count) for one in reading.not_carried] == [("blackboard:ORDER", 1)]


@pytest.mark.skipif(not INPUTS.exists(), reason="the real files are not there")
def test_a_real_pool_and_a_real_cartridge() -> None:
    pool = next(INPUTS.rglob("sample_blackboard_pool.dat"))
    reading = read_any(pool.read_bytes(), pool.name)
    assert [one.body.type for one in reading.drafts] == [
        ItemType.TRUE_FALSE,
        ItemType.SINGLE_CHOICE,
        ItemType.MULTIPLE_CHOICE,
        ItemType.MATCHING,
        ItemType.ESSAY,
        ItemType.SHORT_TEXT,
    ]
    assert reading.drafts[0].key == TruthKey({"s": True})
    assert reading.drafts[3].key == PairKey({"l1": "r1", "l2": "r2", "l3": "r1"})
    cartridge = INPUTS / "derived" / "packed" / "all-question-types.imscc"
    reading = read_any(cartridge.read_bytes(), cartridge.name)
    assert (reading.found, len(reading.drafts), any(one.blocked for one in reading.drafts)) == (10, 8, False)
