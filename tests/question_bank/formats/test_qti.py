"""QTI 2 and 3: what is read, whose key is believed, and packages that mean harm."""

from __future__ import annotations

import io
import zipfile
from fractions import Fraction
from pathlib import Path

import pytest

from lms.base.errors import Invalid, TooLarge
from question_bank.formats import archive
from question_bank.formats.detect import read_any
from question_bank.formats.reading import Reading
from question_bank.items.domain import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    GapKey,
    ItemType,
    NumberKey,
    OrderKey,
)

INPUTS = Path(__file__).parents[4] / "shared" / "inputs" / "2-qti"
V2 = "http://www.imsglobal.org/xsd/imsqti_v2p2"
V3 = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
MATCH = "http://www.imsglobal.org/question/qti_v2p2/rptemplates/match_correct"
CHOICE = (
    '<choiceInteraction responseIdentifier="RESPONSE"><prompt>Thủ đô?</prompt>'
    '<simpleChoice identifier="X">Huế</simpleChoice><simpleChoice identifier="Y">Hà Nội</simpleChoice>'
    "</choiceInteraction>"
)


def item(body: str, correct: str = "Y", rules: str = f'<responseProcessing template="{MATCH}"/>') -> bytes:
    return (
        f'<assessmentItem xmlns="{V2}" identifier="q1" title="Câu">'
        '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier">'
        f"<correctResponse><value>{correct}</value></correctResponse></responseDeclaration>"
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
        f"<itemBody>{body}</itemBody>{rules}</assessmentItem>"
    ).encode()


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return out.getvalue()


def test_one_choice() -> None:
    (draft,) = read_any(item(CHOICE), "q.xml").drafts
    assert (draft.body.type, draft.body.prompt) == (ItemType.SINGLE_CHOICE, "<p>Thủ đô?</p>")
    assert [one.html for one in draft.body.options] == ["Huế", "Hà Nội"]
    assert draft.key == ChoiceKey({"b": Fraction(1)})
    assert (draft.title, draft.external_id) == ("Câu", "q1")


def rules(condition: str) -> str:
    return (
        f"<responseProcessing><responseCondition><responseIf>{condition}"
        '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue>'
        "</responseIf></responseCondition></responseProcessing>"
    )


def test_a_key_that_the_rules_deny_is_not_taken() -> None:
    other = rules('<match><variable identifier="RESPONSE"/><baseValue baseType="identifier">X</baseValue></match>')
    (draft,) = read_any(item(CHOICE, rules=other)).drafts
    assert draft.key is None
    assert [one.code for one in draft.problems] == ["rules_disagree"]


def test_rules_that_are_not_run_give_no_key() -> None:
    strange = rules('<customOperator class="x"><variable identifier="RESPONSE"/></customOperator>')
    (draft,) = read_any(item(CHOICE, rules=strange)).drafts
    assert draft.key is None
    assert [one.code for one in draft.problems] == ["rules_unknown"]


INLINE = (
    '<p>Thủ đô: <inlineChoiceInteraction responseIdentifier="RESPONSE"><inlineChoice identifier="X">Huế</inlineChoice>'
    '<inlineChoice identifier="Y">Hà Nội</inlineChoice></inlineChoiceInteraction></p>'
)
WORDS = (
    '<gapMatchInteraction responseIdentifier="RESPONSE"><gapText identifier="X" matchMax="1">Huế</gapText>'
    '<gapText identifier="Y" matchMax="1">Hà Nội</gapText><p>Thủ đô: <gap identifier="G"/></p></gapMatchInteraction>'
)


@pytest.mark.parametrize("body", [CHOICE, INLINE, WORDS])
def test_options_of_one_name_are_not_carried(body: str) -> None:
    assert read_any(item(body)).drafts
    reading = read_any(item(body.replace('"Y"', '"X"')))
    assert (reading.drafts, [one.what for one in reading.not_carried]) == ((), ["qti:unreadable"])


def test_unknown_interactions_are_named() -> None:
    reading = read_any(item('<hotspotInteraction responseIdentifier="RESPONSE"/>'))
    assert (reading.found, reading.drafts) == (1, ())
    assert [(one.what, one.count) for one in reading.not_carried] == [("qti:hotspotInteraction", 1)]


def test_a_package_brings_its_pictures_and_its_order() -> None:
    manifest = b'<manifest><resources><resource href="b.xml"/><resource href="i/a.xml"/></resources></manifest>'
    shown = item('<p><img src="../h.png" alt="h"/><img src="../../x.png" alt="x"/></p>' + CHOICE)
    png = b"\x89PNG\r\n\x1a\n" + bytes(40)
    files = {"imsmanifest.xml": manifest, "i/a.xml": shown, "b.xml": item(CHOICE, "X"), "h.png": png}
    reading = read_any(packed(files), "de.zip")
    assert [draft.key for draft in reading.drafts] == [ChoiceKey({"a": Fraction(1)}), ChoiceKey({"b": Fraction(1)})]
    (asset,) = reading.assets.values()
    assert f'src="asset:{asset.sha256}"' in reading.drafts[1].body.prompt
    assert [one.code for one in reading.drafts[1].problems] == ["missing_file"]


@pytest.mark.parametrize("name", ["../q.xml", "/etc/q.xml", "a\\..\\q.xml", "C:/q.xml"])
def test_paths_that_lead_outside_are_refused(name: str) -> None:
    with pytest.raises(Invalid):
        archive.Archive(packed({"imsmanifest.xml": b"<m/>", name: b"<m/>"}).replace(b"|", b"\\"))


def test_doubles_bombs_and_document_types_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Invalid):
        read_any(packed({"a.xml": item(CHOICE), "A.xml": item(CHOICE)}))
    with pytest.raises(Invalid):
        read_any(packed({"imsmanifest.xml": b'<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]><m>&x;</m>'}))
    monkeypatch.setattr(archive, "PART_LIMIT", 100)
    with pytest.raises(TooLarge):
        read_any(packed({"a.xml": item(CHOICE)}))


def real(name: str) -> Reading:
    path = next(iter(sorted(INPUTS.rglob(name))))
    return read_any(path.read_bytes(), path.name)


@pytest.mark.skipif(not INPUTS.exists(), reason="the real files are not there")
def test_real_files() -> None:
    water = ChoiceKey(
        {"a": Fraction(1, 2), "d": Fraction(1, 2)} | dict.fromkeys("bce", Fraction(-1)) | {"f": Fraction(-1, 2)}
    )
    for name in ("choice_multiple.xml", "composition_of_water_qti3.xml"):
        assert real(name).drafts[0].key == water
    assert real("order.xml").drafts[0].key == OrderKey(("b", "c", "a"))
    assert real("text_entry.xml").drafts[0].key == GapKey(
        {"g1": (AcceptedText("York", case_sensitive=True), AcceptedText("york", Fraction(1, 2), True))}
    )
    package = real("valid-package.zip")
    assert (package.found, len(package.drafts)) == (47, 47)
    assert not any(draft.blocked for draft in package.drafts)


ENTRY = '<p>Số pi?</p><p><textEntryInteraction responseIdentifier="RESPONSE"/></p>'


def number(condition: str) -> Reading:
    return read_any(item(ENTRY, "3.14", rules(condition)).replace(b'baseType="identifier"', b'baseType="float"', 1))


def test_a_tolerance_of_the_rules_is_the_tolerance_of_the_number() -> None:
    compared = '<variable identifier="RESPONSE"/><correct identifier="RESPONSE"/>'
    (draft,) = number(f'<equal toleranceMode="absolute" tolerance="0.05 0.05">{compared}</equal>').drafts
    assert draft.key == NumberKey((AcceptedNumber("3.14", "0.05"),))
    # Rules that draw another line than a tolerance around the number give no key.
    for condition in (
        f'<equal toleranceMode="absolute" tolerance="0.05 0.5">{compared}</equal>',
        '<gte><variable identifier="RESPONSE"/><baseValue baseType="float">3</baseValue></gte>',
    ):
        (draft,) = number(condition).drafts
        assert (draft.key, [one.code for one in draft.problems]) == (None, ["rules_unknown"])


def test_mathml_is_read_as_latex() -> None:
    maths = (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mfrac><mn>1</mn><msup><mi>x</mi><mn>2</mn></msup></mfrac>'
        "<mo>≤</mo><msqrt><mi>π</mi></msqrt></math>"
    )
    (draft,) = read_any(item(f"<p>{maths}</p>" + CHOICE)).drafts
    assert '<span class="tex">\\frac{1}{x^{2}} \\le \\sqrt{\\pi}</span>' in draft.body.prompt
    assert draft.problems == ()
