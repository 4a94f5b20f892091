"""The interpreter of QTI's rules: operators, tables, templates, and what it refuses."""

from __future__ import annotations

import random
import time

import pytest
from lxml import etree

from question_bank.formats.qti import patterns, processing
from question_bank.formats.qti.tree import parse
from question_bank.formats.qti.values import Unprocessable, Value, declaration, value_of


def run(rules: str, declared: str = "", seed: int | None = None) -> dict[str, Value | None]:
    item = parse(
        f'<assessmentItem>{declared}<outcomeDeclaration identifier="X" cardinality="single" baseType="string"/>'
        f"{rules}</assessmentItem>".encode()
    )
    tags = ("responseDeclaration", "outcomeDeclaration", "templateDeclaration")
    found = {one.identifier: one for one in (declaration(element) for element in item.iterchildren(*tags))}
    return processing.outcomes(item, found, {}, None if seed is None else random.Random(seed))


def expression(inside: str, declared: str = "", seed: int | None = None) -> str:
    """Return what an expression comes to, as text."""
    rules = f'<responseProcessing><setOutcomeValue identifier="X">{inside}</setOutcomeValue></responseProcessing>'
    found = run(rules, declared, seed)["X"]
    return "NULL" if found is None else " ".join(str(one) for one in found.items)


def values(*texts: str, base: str = "float") -> str:
    return "".join(f'<baseValue baseType="{base}">{text}</baseValue>' for text in texts)


@pytest.mark.parametrize(
    ("inside", "wanted"),
    [
        (f'<equalRounded roundingMode="significantFigures" figures="3">{values("3.175", "3.183")}</equalRounded>',
         "True"),
        (f'<equalRounded roundingMode="decimalPlaces" figures="1">{values("0.25", "0.3")}</equalRounded>', "True"),
        (f'<equal toleranceMode="absolute" tolerance="0.5">{values("10", "9.5")}</equal>', "True"),
        (
            f'<equal toleranceMode="absolute" tolerance="0.5" includeLowerBound="false">{values("10", "9.5")}</equal>',
            "False",
        ),
        (f'<equal toleranceMode="relative" tolerance="10 5">{values("20", "21.5")}</equal>', "False"),
        (f'<roundTo roundingMode="significantFigures" figures="2">{values("-0.0345")}</roundTo>', "-7/200"),
        (f"<round>{values('-6.5')}</round>", "-6"),
        (f"<truncate>{values('-6.9')}</truncate>", "-6"),
        (f"<integerDivide>{values('-7', '2')}</integerDivide>", "-4"),
        (f"<divide>{values('1', '0')}</divide>", "NULL"),
        (f"<power>{values('2', '10')}</power>", "1024"),
        (f"<lcm>{values('4', '6')}</lcm>", "12"),
        (f'<mathOperator name="floor">{values("1.9")}</mathOperator>', "1"),
        (f'<mathOperator name="log">{values("-1")}</mathOperator>', "NULL"),
        (f'<statsOperator name="popVariance"><multiple>{values("1", "2", "3")}</multiple></statsOperator>', "2/3"),
        (f'<statsOperator name="sampleSD"><multiple>{values("1")}</multiple></statsOperator>', "NULL"),
        (f"<contains><multiple>{values('a', 'b', base='identifier')}</multiple>"
         f"<multiple>{values('b', base='identifier')}</multiple></contains>", "True"),
        (f'<substring caseSensitive="false">{values("ab", "XABY", base="string")}</substring>', "True"),
        (f'<stringMatch substring="true" caseSensitive="true">{values("Hà Nội", "Nội", base="string")}</stringMatch>',
         "True"),
        (f'<index n="2"><ordered>{values("a", "b", base="string")}</ordered></index>', "b"),
        (f'<delete>{values("a", base="string")}<multiple>{values("a", "b", base="string")}</multiple></delete>', "b"),
        (f'<repeat numberRepeats="2">{values("a", base="string")}</repeat>', "a a"),
        (f'<containerSize><multiple>{values("a", "b", base="string")}</multiple></containerSize>', "2"),
        ('<containerSize><null/></containerSize>', "0"),
        (f'<inside shape="circle" coords="5,5,2">{values("6 6", base="point")}</inside>', "True"),
        (f'<inside shape="poly" coords="0,0,4,0,0,4">{values("3 3", base="point")}</inside>', "False"),
        (f'<inside shape="ellipse" coords="0,0,4,2">{values("0 2", base="point")}</inside>', "True"),
        (f"<durationLT>{values('PT59S', 'PT1M', base='duration')}</durationLT>", "True"),
        (f'<anyN min="1" max="2">{values("true", "false", base="boolean")}<null/></anyN>', "True"),
        (f'<patternMatch pattern="[0-9]+(,[0-9]{{1,2}})?">{values("12,5", base="string")}</patternMatch>', "True"),
        (f'<patternMatch pattern="^a">{values("a", base="string")}</patternMatch>', "False"),
        # An empty text is NULL (QTI 2.2, 5.1).
        (f"<isNull>{values('', base='string')}</isNull>", "True"),
        ('<mathConstant name="pi"/>', "3141592653589793/1000000000000000"),
    ],
)  # fmt: skip
def test_operators(inside: str, wanted: str) -> None:
    assert expression(inside) == wanted


@pytest.mark.parametrize(
    "inside",
    [
        f"<customOperator>{values('1')}</customOperator>",
        f"<power>{values('9', '999999')}</power>",
        f"<roundTo figures='999'>{values('1')}</roundTo>",
        '<randomInteger max="6"/>',
        "<variable identifier='nobody'/>",
        f'<inside shape="star" coords="1">{values("1 1", base="point")}</inside>',
        f"<anyN min='1'>{values('true', base='boolean')}</anyN>",
        "<not>" * 70 + values("true", base="boolean") + "</not>" * 70,
    ],
)
def test_what_is_not_run_is_refused(inside: str) -> None:
    with pytest.raises(Unprocessable):
        expression(inside)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b",
        "(a|a)*b",
        "((a{1,9})*)*",
        r"(a)\1",
        "a*a*a*a*b",
        "a?" * 30 + "a" * 30,
        "(?=a)",
        "a" * 300,
        "[a-z",
        "a)",
    ],
)
def test_patterns_that_could_run_away_are_refused(pattern: str) -> None:
    with pytest.raises(Unprocessable):
        patterns.fits(pattern, "a" * 50)


def test_the_boldest_pattern_that_is_run_is_quick() -> None:
    started = time.process_time()
    assert not patterns.fits("a*a*a*b", "a" * patterns.LONGEST_TEXT)
    assert time.process_time() - started < 5


def test_tables_and_areas() -> None:
    match = (
        '<outcomeDeclaration identifier="L" cardinality="single" baseType="float"><matchTable defaultValue="9">'
        '<matchTableEntry sourceValue="1" targetValue="5"/></matchTable></outcomeDeclaration>'
        '<outcomeDeclaration identifier="I" cardinality="single" baseType="float"><interpolationTable defaultValue="0">'
        '<interpolationTableEntry sourceValue="8" targetValue="2"/>'
        '<interpolationTableEntry sourceValue="4" targetValue="1" includeBoundary="false"/></interpolationTable>'
        "</outcomeDeclaration>"
    )
    for source, wanted in (("1", "5 0"), ("4", "9 0"), ("5", "9 1"), ("8", "9 2")):
        look = "".join(f'<lookupOutcomeValue identifier="{one}">{values(source)}</lookupOutcomeValue>' for one in "LI")
        found = run(f"<responseProcessing>{look}</responseProcessing>", match)
        assert " ".join(str(one.items[0]) for one in (found["L"], found["I"]) if one) == wanted
    areas = etree.fromstring(
        '<responseDeclaration identifier="R" cardinality="multiple" baseType="point"><areaMapping defaultValue="-1" '
        'lowerBound="0"><areaMapEntry shape="rect" coords="0,0,9,9" mappedValue="2"/></areaMapping>'
        "</responseDeclaration>"
    )
    declared = declaration(areas)
    # An area counts once; the second point in it counts as outside.
    assert processing.mapped_points(declared, value_of(["1 1", "2 2"], "point")) == 1
    assert processing.mapped_points(declared, value_of(["20 20"], "point")) == 0


TEMPLATE = (
    '<templateDeclaration identifier="N" cardinality="single" baseType="integer"/>'
    '<responseDeclaration identifier="R" cardinality="single" baseType="integer"/>'
    '<templateProcessing><setTemplateValue identifier="N"><randomInteger min="2" max="11" step="3"/></setTemplateValue>'
    '<templateConstraint><gt><variable identifier="N"/><baseValue baseType="integer">5</baseValue></gt>'
    '</templateConstraint><setCorrectResponse identifier="R"><variable identifier="N"/></setCorrectResponse>'
    "</templateProcessing>"
)


def test_templates_are_drawn_by_seed_and_meet_their_constraints() -> None:
    drawn = {expression('<correct identifier="R"/>', TEMPLATE, seed) for seed in range(20)}
    assert drawn == {"8", "11"}
    assert expression('<correct identifier="R"/>', TEMPLATE, 7) == expression('<correct identifier="R"/>', TEMPLATE, 7)
    with pytest.raises(Unprocessable):
        expression('<correct identifier="R"/>', TEMPLATE)  # without a seed nothing is drawn
    never = TEMPLATE.replace(">5<", ">50<")
    with pytest.raises(Unprocessable):
        expression('<correct identifier="R"/>', never, 1)
