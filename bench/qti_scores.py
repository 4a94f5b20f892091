"""Scores of QTI items by our interpreter of their rules against what two peers publish for the same responses.

Measured on the `cases.json` beside items and on `derived/cito_expected.json` below `--inputs`. A case agrees when every
expected outcome comes out (numbers to nine digits). A disagreement is explained when the item asks for something that
is no part of QTI, that lies beyond an item, or that we refuse on purpose; the list of reasons stands in this file, and
a disagreement without one fails the bench.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from lxml import etree

from bench.outcome import Outcome
from lms.base.errors import AppError
from question_bank.formats.qti import processing
from question_bank.formats.qti.tree import parse, words
from question_bank.formats.qti.values import Declaration, Unprocessable, Value, declaration, value_of

GOALS = "every case agrees or has a written reason; silent disagreements: 0"
ROOT = Path(__file__).resolve().parents[1]

# By the name of a case, by its folder, or by what the interpreter refuses.
REASONS = {
    "duplicate responses are counted (and then clamped)": "QTI 2.2, mapping: a value that stands twice counts once",
    "WORLD upper-case matches mapping caseSensitive=false entry": "caseSensitive is no attribute of mapping in QTI",
    "World mixed-case matches mapping caseSensitive=false entry": "caseSensitive is no attribute of mapping in QTI",
    "random_is_deterministic_with_seed_and_lookupOutcomeValue_maps_match": "another generator draws other values",
    "randomFloat_is_deterministic_with_seed_and_roundTo_and_mathConstant_work": "another generator draws other values",
    "match_nothing": "no response processing template of QTI has this name",
    "outcomeProcessing": "outcome processing belongs to a test, not to an item",
    "mod": "no operator of QTI: integerModulus is",
    "isTypeOf": "no operator of QTI",
    "matchTableEntry": "lookupTable is no operator of QTI: lookupOutcomeValue is",
    "index": "QTI takes the place from the attribute n; the peer from a second operand",
    "fieldValue": "records: no question here is answered with one",
    "patternMatch": "QTI takes the pattern from an attribute; the peer from a second operand",
    "inside_duration_statsOperator_happy_paths_and_nulls": "QTI 2.2, multiple: NULL operands are left out",
    "setDefaultValue": "no response rule of QTI without an expression",
    "boolean": "QTI asks conditions for a truth value; the peer takes numbers and texts for one",
    "customOperator": "operators of one program, never run",
    "test": "a whole test's outcome processing, not an item's",
    "external": "scored by a person or another machine in the result file, not by rules",
    "code": "responses are set in the peer's own code and not in the published facts",
    "point": "mapResponse on points: no mapping of QTI; the peer gives 0, we refuse",
    "refused": "the peer's own check of a broken item; we refuse it too",
}
# Cases that no interpreter of items can be held against: the published facts hold no responses, no item, or no rules.
_NOT_SAID = frozenset(REASONS[name] for name in ("test", "external", "code"))


@dataclass(frozen=True)
class Case:
    """An item with responses and the outcomes that a peer states."""

    source: str
    name: str
    item: etree._Element
    responses: dict[str, list[str]]
    expected: dict[str, Any]
    seed: int = 0


@dataclass(frozen=True)
class Verdict:
    """What became of a case: `agrees`, or the reason of the difference, "" where nobody knows one."""

    case: str
    agrees: bool
    said: str = ""
    reason: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say where the files are."""
    parser.add_argument(
        "--inputs", type=Path, default=ROOT.parent / "shared" / "inputs", help="folder of the real files"
    )
    parser.add_argument("--quick", action="store_true", help="the same: it takes seconds")


def run(options: argparse.Namespace) -> Outcome:
    """Score every case and print the disagreements."""
    verdicts = {"cases": list(_beside(options.inputs)), "cito": list(_cito(options.inputs))}
    figures: dict[str, Any] = {}
    lines = []
    for name, found in verdicts.items():
        agreed = sum(one.agrees for one in found)
        figures[name] = len(found)
        figures[f"{name}_agree"] = agreed
        figures[f"{name}_explained"] = sum(bool(one.reason) for one in found)
        figures[f"{name}_share_percent"] = round(100 * agreed / len(found), 1) if found else None
        open_to_us = [one for one in found if one.reason not in _NOT_SAID]
        figures[f"{name}_with_responses"] = len(open_to_us)
        figures[f"{name}_share_of_those_percent"] = round(100 * agreed / len(open_to_us), 1) if open_to_us else None
        lines += [f"{name}: {one.case}: {one.said} [{one.reason or 'NO REASON'}]" for one in found if not one.agrees]
        reasons = Counter(one.reason for one in found if not one.agrees)
        lines += [f"{name}: {count} × {reason or 'NO REASON'}" for reason, count in reasons.most_common()]
    unexplained = sum(not one.agrees and not one.reason for found in verdicts.values() for one in found)
    figures["unexplained"] = unexplained
    return Outcome(figures, bool(verdicts["cases"] and verdicts["cito"]) and not unexplained, "\n".join(lines))


def _beside(inputs: Path) -> Iterator[Verdict]:
    for path in sorted((inputs / "2-qti").rglob("cases.json")):
        stated = json.loads(path.read_text(encoding="utf-8"))
        item = parse((path.parent / "item.xml").read_bytes())
        for one in stated["cases"]:
            expected = dict(one["expect"].get("outcomes") or {})
            if "score" in one["expect"] and item.find('outcomeDeclaration[@identifier="SCORE"]') is not None:
                expected.setdefault("SCORE", one["expect"]["score"])
            given = {name: _texts(value) for name, value in (one.get("responses") or {}).items()}
            yield judged(Case(path.parent.name, one["name"], item, given, expected, stated.get("seed") or 0))


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, list):
        return [str(one) for one in value]
    return ["true" if value is True else "false" if value is False else str(value)]


def judged(case: Case) -> Verdict:
    """Score a case and hold it against what is expected."""
    label = f"{case.source}: {case.name}"
    try:
        found = scored(case)
    except Unprocessable as error:
        said = f"refused: {error}"
        reason = _reason(case, str(error))
        return Verdict(label, False, said, reason)
    wrong = {
        name: _shown(found.get(name)) for name, value in case.expected.items() if not _same(found.get(name), value)
    }
    if not wrong:
        return Verdict(label, True)
    said = ", ".join(f"{name} {shown} for {case.expected[name]}" for name, shown in wrong.items())
    return Verdict(label, False, said, _reason(case, ""))


def _reason(case: Case, refused: str) -> str:
    if case.item.find("outcomeProcessing") is not None:
        return REASONS["outcomeProcessing"]
    if refused == "mapping" and any(one.get("baseType") == "point" for one in case.item.iter("responseDeclaration")):
        return REASONS["point"]
    return REASONS.get(case.name) or REASONS.get(refused) or ""


def scored(case: Case) -> dict[str, Value | None]:
    """Return the outcomes of an item after the responses of a case."""
    tags = ("responseDeclaration", "outcomeDeclaration", "templateDeclaration")
    declared = {one.identifier: one for one in (declaration(element) for element in case.item.iterchildren(*tags))}
    given: dict[str, Value] = {}
    for name, texts in case.responses.items():
        value = _given(declared[name], texts) if name in declared else None
        if value is not None:
            given[name] = value
    return processing.outcomes(case.item, declared, given, random.Random(case.seed))


def _given(declared: Declaration, texts: list[str]) -> Value | None:
    try:
        return value_of(texts, declared.base, declared.cardinality == "ordered")
    except Unprocessable:
        return None  # not of the type that was asked for: nothing was answered


def _same(found: Value | None, wanted: Any) -> bool:
    if found is None or wanted is None or wanted == "":
        return found is None and wanted in (None, "")
    value = found.items[0]
    if isinstance(wanted, bool) or isinstance(value, bool):
        return str(value).lower() == str(wanted).lower()
    if isinstance(value, Fraction):
        try:
            return abs(value - Fraction(str(wanted))) <= abs(value) / 10**9
        except ValueError:
            return False
    return str(value) == str(wanted)


def _shown(found: Value | None) -> str:
    return "NULL" if found is None else " ".join(str(one) for one in found.items)


def _cito(inputs: Path) -> Iterator[Verdict]:
    listed = inputs / "derived" / "cito_expected.json"
    if not listed.exists():
        return
    home = next((inputs / "2-qti").glob("Citolab*")) / "Scoring.Tests"
    for stated in json.loads(listed.read_text(encoding="utf-8"))["cases"]:
        yield _cito_case(home, stated)


def _cito_case(home: Path, stated: dict[str, Any]) -> Verdict:
    name = stated["test"]
    roots: list[etree._Element] = []
    for file in stated["files"]:
        try:
            roots.append(parse((home / file).read_bytes()))
        except (AppError, OSError):
            return Verdict(name, False, f"{file} cannot be read", REASONS["refused"])
    items = [one for one in roots if one.tag == "assessmentItem"]
    results = [one for one in roots if one.tag == "assessmentResult"]
    expected = _expected(stated)
    if not items or stated.get("expected", {}).get("of") == "Test":
        return Verdict(name, False, "no item", REASONS["test"])
    if not expected:
        return Verdict(name, False, "no value stated", REASONS["code"])
    item = items[-1]
    responses = _responses(results, item.get("identifier") or "")
    for step in stated["steps"]:
        if "response" in step:
            found = re.findall(r'"((?:[^"\\]|\\.)*)"', step["response"])
            own = found[0] == item.get("identifier")
            rest = found[1:] if own else found
            responses[rest[0]] = rest[1:]
    if not responses and not any("response" in step for step in stated["steps"]):
        return Verdict(name, False, "no responses stated", REASONS["code"])
    if item.find("responseProcessing") is None or "Human" in name or "ExternalMachine" in name:
        return Verdict(name, False, "no rules", REASONS["external"])
    return judged(Case(name, "", item, responses, expected))


def _expected(stated: dict[str, Any]) -> dict[str, str]:
    if stated.get("expected"):
        return {stated["expected"]["variable"]: stated["expected"]["value"]}
    if stated.get("expected_many"):
        return {one["variable"]: one["value"] for one in stated["expected_many"]}
    reads = [step["read"][1] for step in stated["steps"] if "read" in step] or ["SCORE"]
    values = [
        found[1]
        for step in stated["steps"]
        if step.get("assert") == "Equal" and (found := re.match(r'"([^"]*)", ', step["args"]))
    ]
    # Values that are read twice under one name come from two runs of the peer's code.
    return dict(zip(reads, values, strict=False)) if len(set(reads)) == len(reads) == len(values) else {}


def _responses(results: list[etree._Element], ident: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for result in results:
        for place in result.iter("itemResult"):
            if place.get("identifier") != ident:
                continue
            for variable in place.iterchildren("responseVariable"):
                values = [words(one) for one in variable.iterfind("candidateResponse/value")]
                found[variable.get("identifier") or ""] = values
    return found
