"""QTI 1.2: every kind of item of the programs that write it, and keys taken only from what the rules pay for."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from lms.base.errors import Invalid
from question_bank.formats.detect import read_any
from question_bank.formats.qti12.rules import MOST
from question_bank.formats.reading import Reading
from question_bank.items.domain import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    GapKey,
    ItemDraft,
    ItemType,
    NumberKey,
    OrderKey,
    PairKey,
    TextKey,
    TruthKey,
)

INPUTS = Path(__file__).parents[4] / "shared" / "inputs"
CANVAS = INPUTS / "2-qti" / "instructure+qti" / "spec" / "fixtures" / "items_1.2"


def label(ident: str, text: str = "", more: str = "") -> str:
    words = f"<material><mattext>{text}</mattext></material>" if text else ""
    return f'<response_label ident="{ident}"{more}>{words}</response_label>'


def lid(labels: str, ident: str = "R", cardinality: str = "Single", left: str = "") -> str:
    beside = f"<material><mattext>{left}</mattext></material>" if left else ""
    return (
        f'<response_lid ident="{ident}" rcardinality="{cardinality}">{beside}<render_choice>{labels}</render_choice>'
        "</response_lid>"
    )


def fib(ident: str = "R", kind: str = "String") -> str:
    return (
        f'<response_str ident="{ident}"><render_fib fibtype="{kind}"><response_label ident="x"/></render_fib>'
        "</response_str>"
    )


def pays(condition: str, value: str = "100", action: str = "Set", more: str = "") -> str:
    return (
        f"<respcondition{more}><conditionvar>{condition}</conditionvar>"
        f'<setvar varname="SCORE" action="{action}">{value}</setvar></respcondition>'
    )


def equal(text: str, ident: str = "R", more: str = "") -> str:
    return f'<varequal respident="{ident}"{more}>{text}</varequal>'


def interop(body: str, rules: str = "", kind: str = "", prompt: str = "Hỏi?", more: str = "", head: str = "") -> bytes:
    meta = (
        f"<itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>{kind}"
        "</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>"
        if kind
        else ""
    )
    words = f'<material><mattext texttype="text/html">{prompt}</mattext></material>' if prompt else ""
    return (
        f'<?xml version="1.0"?>{head}<questestinterop><item ident="i1" title="Câu">{meta}<presentation>{words}{body}'
        '</presentation><resprocessing><outcomes><decvar varname="SCORE" maxvalue="100" minvalue="0"/></outcomes>'
        f"{rules}</resprocessing>{more}</item></questestinterop>"
    ).encode()


def only(data: bytes) -> ItemDraft:
    (draft,) = read_any(data, "q.xml").drafts
    return draft


TWO = label("A", "Huế") + label("B", "Hà Nội")


def test_one_choice_with_part_marks() -> None:
    draft = only(interop(lid(TWO), pays(equal("B")) + pays(equal("A"), "50")))
    assert (draft.body.type, draft.body.prompt) == (ItemType.SINGLE_CHOICE, "<p>Hỏi?</p>")
    assert draft.key == ChoiceKey({"a": Fraction(1, 2), "b": Fraction(1)})
    assert (draft.title, draft.external_id, draft.problems) == ("Câu", "i1", ())


def test_true_and_false_become_a_statement() -> None:
    draft = only(interop(lid(label("t", "True") + label("f", "False")), pays(equal("f"))))
    assert (draft.body.type, draft.key) == (ItemType.TRUE_FALSE, TruthKey({"s": False}))


THREE = label("A", "a") + label("B", "b") + label("C", "c")


def test_several_choices_paid_one_by_one_or_only_whole() -> None:
    each = pays(equal("A"), "2", "Add") + pays(equal("B"), "-1", "Add") + pays(equal("C"), "2", "Add")
    draft = only(interop(lid(THREE, cardinality="Multiple"), each))
    assert draft.key == ChoiceKey({"a": Fraction(1, 2), "b": Fraction(-1, 4), "c": Fraction(1, 2)})
    whole = pays(f"<and>{equal('A')}<not>{equal('B')}</not>{equal('C')}</and>")
    reading = read_any(interop(lid(THREE, cardinality="Multiple"), whole))
    assert reading.drafts[0].key == ChoiceKey({"a": Fraction(1, 2), "c": Fraction(1, 2)})
    assert [(one.what, one.count) for one in reading.changed] == [("qti:all_or_nothing", 1)]


def test_rules_that_contradict_themselves_give_no_key() -> None:
    rules = pays(f"<and>{equal('A')}{equal('B')}</and>", "60") + pays(f"{equal('A')}{equal('B')}{equal('C')}", "100")
    draft = only(interop(lid(THREE, cardinality="Multiple"), rules))
    assert draft.key is None
    assert [one.code for one in draft.problems] == ["rules_disagree"]


def test_a_condition_that_is_not_known_gives_no_key() -> None:
    draft = only(interop(lid(TWO), pays('<varinside respident="R" areatype="Ellipse">1,2</varinside>')))
    assert draft.key is None
    assert [one.code for one in draft.problems] == ["rules_unknown"]


def test_short_texts() -> None:
    rules = pays(equal("Huế") + equal("HUẾ") + equal("Cố đô")) + pays(equal("Thừa Thiên", more=' case="Yes"'), "50")
    draft = only(interop(fib(), rules, "short_answer_question"))
    assert draft.body.type is ItemType.SHORT_TEXT
    assert draft.key == TextKey(
        (AcceptedText("Huế"), AcceptedText("Cố đô"), AcceptedText("Thừa Thiên", Fraction(1, 2), True))
    )


def bound(tag: str, value: str) -> str:
    return f'<{tag} respident="R">{value}</{tag}>'


def test_numbers_with_ranges_margins_and_open_ends() -> None:
    around = f"<or>{equal('77.0')}<and>{bound('vargte', '70')}{bound('varlte', '84.0')}</and></or>"
    draft = only(interop(fib(kind="Decimal"), pays(around)))
    assert (draft.body.type, draft.key) == (ItemType.SHORT_NUMBER, NumberKey((AcceptedNumber("77", "7"),)))
    percent = equal("200", more=' margintype="percent" margin="20"')
    assert only(interop(fib(kind="Decimal"), pays(percent))).key == NumberKey((AcceptedNumber("200", "40"),))
    opened = only(interop(fib(), pays(bound("vargt", "1") + bound("varlte", "2")), "numerical_question"))
    assert opened.key == NumberKey((AcceptedNumber("1.5", "0.5"),))
    assert [one.code for one in opened.problems] == ["open_range"]
    endless = only(interop(fib(kind="Decimal"), pays(bound("vargte", "1"))))
    assert (endless.key, [one.code for one in endless.problems]) == (None, ["rules_unknown"])


def test_blanks_between_words() -> None:
    body = (
        f"<flow>{fib('F1')}<material><mattext> là thủ đô, </mattext></material>{fib('F2')}"
        "<material><mattext> là cố đô.</mattext></material></flow>"
    )
    draft = only(interop(body, pays(equal("Hà Nội", "F1") + equal("Huế", "F2")), prompt=""))
    assert draft.body.prompt == (
        '<p><span class="gap" data-gap="g1"></span> là thủ đô, <span class="gap" data-gap="g2"></span> là cố đô.</p>'
    )
    assert draft.key == GapKey({"g1": (AcceptedText("Hà Nội"),), "g2": (AcceptedText("Huế"),)})
    assert [one.code for one in draft.problems] == ["all_or_nothing"]


def test_canvas_blanks_and_lists_by_name() -> None:
    body = lid(TWO, "response_x") + lid(label("C", "sông") + label("D", "núi"), "response_y")
    rules = pays(equal("B", "response_x"), "50", "Add") + pays(equal("C", "response_y"), "50", "Add")
    picked = only(interop(body, rules, "multiple_dropdowns_question", "[y] ở [x]"))
    assert picked.body.prompt.index("g2") < picked.body.prompt.index("g1")
    assert picked.key == GapKey({"g1": (AcceptedText("c2"),), "g2": (AcceptedText("c1"),)})
    typed = only(interop(body, rules, "fill_in_multiple_blanks_question", "[y] ở [x]"))
    # Canvas lists every text that counts as a choice, and pays for the first one only.
    assert typed.key == GapKey(
        {"g1": (AcceptedText("Huế"), AcceptedText("Hà Nội")), "g2": (AcceptedText("sông"), AcceptedText("núi"))}
    )


def test_pairs_with_a_spare_target() -> None:
    body = lid(TWO + label("X", "Vinh"), "r1", left="Thủ đô") + lid(TWO + label("X", "Vinh"), "r2", left="Cố đô")
    rules = pays(equal("B", "r1"), "50", "Add") + pays(equal("A", "r2"), "50", "Add")
    draft = only(interop(body, rules, "matching_question"))
    assert [one.html for one in draft.body.targets] == ["Hà Nội", "Huế", "Vinh"]
    assert draft.key == PairKey({"l1": "r1", "l2": "r2"})


def test_an_order() -> None:
    draft = only(interop(lid(THREE, cardinality="Ordered"), pays(equal("C") + equal("A") + equal("B")), prompt="Xếp:"))
    assert draft.key == OrderKey(("c", "a", "b"))


def test_an_essay_a_text_and_what_has_no_form_here() -> None:
    essay = only(interop(fib(), kind="essay_question"))
    assert (essay.body.type, essay.key) == (ItemType.ESSAY, EssayKey())
    assert only(interop("", kind="text_only_question")).body.type is ItemType.DESCRIPTION
    lost = read_any(interop(fib(), kind="calculated_question"))
    assert (lost.found, [(one.what, one.count) for one in lost.not_carried]) == (1, [("qti12:calculated", 1)])


def feedback(ident: str, words: str) -> str:
    return f'<itemfeedback ident="{ident}"><material><mattext>{words}</mattext></material></itemfeedback>'


def test_feedback_goes_to_its_option_and_the_rest_is_counted() -> None:
    shows = (
        f"<respcondition><conditionvar>{equal('A')}</conditionvar>"
        '<displayfeedback feedbacktype="Response" linkrefid="A_fb"/></respcondition>'
    )
    more = feedback("A_fb", "Xem lại") + feedback("general_fb", "Chung") + feedback("correct_fb", "Giỏi")
    reading = read_any(interop(lid(TWO), shows + pays(equal("B")), more=more))
    notes = reading.drafts[0].notes
    assert (dict(notes.per_option), notes.feedback) == ({"a": "<p>Xem lại</p>"}, "<p>Chung</p>")
    assert [(one.what, one.count) for one in reading.not_carried] == [("qti12:feedback", 1)]


def test_formula_pictures_of_canvas_are_formulas() -> None:
    image = '&lt;img class="equation_image" data-equation-content="\\frac{1}{2}" src="/equation_images/x"&gt;'
    assert only(interop(lid(TWO), pays(equal("B")), prompt=image)).body.prompt == (
        '<p><span class="tex">\\frac{1}{2}</span></p>'
    )


def test_a_document_type_is_cut_out_unless_it_declares_entities() -> None:
    plain = '<!DOCTYPE questestinterop SYSTEM "ims_qtiasiv1p2.dtd" [<!ELEMENT x (y)>]>'
    assert only(interop(lid(TWO), pays(equal("B")), head=plain)).key == ChoiceKey({"b": Fraction(1)})
    for evil in (
        '<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE q [<!entity x "ha">]>',
        '<!DOCTYPE q [<!-- ] --><!ENTITY x "ha">]>',
        "<!DOCTYPE q [" + "<!ELEMENT a (b)>" * 1000 + "]>",
    ):
        with pytest.raises(Invalid):
            read_any(interop(lid(TWO), pays(equal("B")), head=evil, prompt="&x;"))


def test_giant_rules_are_given_up() -> None:
    many = "".join(label(f"L{n}", f"{n}") for n in range(1200))
    rules = "".join(pays(equal(f"L{n}"), "1", "Add") for n in range(1200))
    assert MOST < 1200 * 1200
    draft = only(interop(lid(many, cardinality="Multiple"), rules))
    assert draft.key is None
    deep = only(interop(lid(TWO), pays("<not>" * 100 + equal("A") + "</not>" * 100)))
    assert [one.code for one in deep.problems] == ["rules_unknown"]


def real(name: str) -> Reading:
    return read_any((CANVAS / name).read_bytes(), name)


@pytest.mark.skipif(not INPUTS.exists(), reason="the real files are not there")
def test_real_files_of_canvas() -> None:
    assert real("numeric_precision.xml").drafts[0].key == NumberKey((AcceptedNumber("1000", "0.005"),))
    group = real("question_group.xml")
    assert (group.found, {one.category for one in group.drafts}) == (
        10,
        {"Question Groups", "Question Groups/Group 1 (1 4)", "Question Groups/Group 2(3 5)"},
    )
    (child,) = real("stimulus_with_child_item.xml").drafts
    assert (child.body.passage, child.body.passage_id) == ("<p>some content</p>", "6e2618d0f5e795a363f1eefec748fb68")
    (pairs,) = real("matching_feedback.xml").drafts
    assert dict(pairs.notes.per_option) == {"l1": "<p>A:1</p>", "l2": "<p>B:2</p>"}
