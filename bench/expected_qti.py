"""What files of QTI, Common Cartridge and Blackboard say themselves, made apart from the readers that are measured.

Read with the standard library and by the shape of the file alone: no rule is run here. Of each question are taken its
type and what it names as right, as plain words; `right_of` says the same of a draft. A question of a kind that we have
nothing like has no type: it must be named as not carried.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from fractions import Fraction
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from bench.expected import Question, squeezed, words
from question_bank.items.domain import (
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

Questions = list[tuple[str, Question]]  # the ident of a question in its file, and what it is
_OURS = {
    "choiceInteraction", "orderInteraction", "matchInteraction", "gapMatchInteraction", "extendedTextInteraction",
    "textEntryInteraction", "inlineChoiceInteraction",
}  # fmt: skip
_INLINE = {"textEntryInteraction", "inlineChoiceInteraction"}


def right_of(draft: ItemDraft) -> Any:
    """Return what a draft calls right, as plain words."""
    key, body = draft.key, draft.body
    texts = {one.id: words(one.html) for one in (*body.options, *body.targets)}
    if isinstance(key, ChoiceKey):
        return sorted(texts[ident] for ident, share in key.weights.items() if share > 0)
    if isinstance(key, TruthKey):
        return key.truths.get("s", dict(key.truths))
    if isinstance(key, TextKey):
        return sorted({squeezed(one.text.replace("\\*", "*")).casefold() for one in key.accepted})
    if isinstance(key, NumberKey):
        around = [(Fraction(one.value), Fraction(one.tolerance)) for one in key.accepted]
        return sorted((value - half, value + half) for value, half in around)
    if isinstance(key, PairKey):
        return sorted((texts[left], texts[right]) for left, right in key.pairs.items())
    if isinstance(key, OrderKey):
        return [texts[one] for one in key.order]
    if isinstance(key, GapKey):
        choices = {gap.id: {one.id: words(one.html) for one in gap.choices} for gap in body.gaps}
        return [
            sorted({squeezed(choices[name].get(one.text, one.text)).casefold() for one in accepted})
            for name, accepted in key.gaps.items()
        ]
    return "essay" if isinstance(key, EssayKey) else None


def of(name: str, data: bytes) -> Questions | None:
    """Return the questions of a file by their idents, None where it is of no such format or broken."""
    try:
        if data.startswith(b"PK"):
            return _package(data)
        return _file(data)
    except (zipfile.BadZipFile, ParseError, DefusedXmlException, KeyError, ValueError, NotImplementedError):
        return None


def _file(data: bytes) -> Questions | None:
    text = re.sub(rb"^\s*(?:\xef\xbb\xbf)?<\?xml.*?\?>", b"", data)
    if b"questestinterop" in data[:3000]:
        text = re.sub(rb"<!DOCTYPE[^\[>]*(?:\[.*?\])?\s*>", b"", text, count=1, flags=re.S)
    root = ElementTree.fromstring(text)
    for one in root.iter():
        one.tag = _plain(str(one.tag))
        one.attrib = {_plain(name, third=False): value for name, value in one.attrib.items()}
    if root.tag == "assessmentItem":
        return [(root.get("identifier") or "", _item(root))]
    if root.tag == "questestinterop":
        return list(_interop(root))
    if root.tag == "POOL":
        return list(_pool(root))
    return None


def _plain(name: str, third: bool = True) -> str:
    name = name.rpartition("}")[2]
    if third and not name.startswith("qti-"):
        return name
    return re.sub(r"-(.)", lambda match: match[1].upper(), name.removeprefix("qti-"))


def _package(data: bytes) -> Questions | None:
    banks: dict[str, Questions] = {}
    with zipfile.ZipFile(BytesIO(data)) as package:
        names = [name for name in package.namelist() if not name.startswith("__MACOSX/")]
        if any(".." in name.split("/") for name in names) or {"word/document.xml", "xl/workbook.xml"} & {*names}:
            return None
        for name in names:
            if not name.lower().endswith((".xml", ".qti", ".dat")) or posixpath.basename(name) == "imsmanifest.xml":
                continue
            try:
                found = _file(package.read(name))
            except (ParseError, DefusedXmlException):
                continue
            if not found:
                continue
            # Canvas writes a quiz twice under one ident; the fuller one counts.
            bank = re.search(rb'<(?:assessment|objectbank)\b[^>]*\bident="([^"]*)"', package.read(name)[:5000])
            ident = bank[1].decode() if bank else name
            if len(found) >= len(banks.get(ident, [])):
                banks[ident] = found
    return [one for found in banks.values() for one in found]


def _said(element: Element | None) -> str:
    return squeezed("".join(element.itertext())) if element is not None else ""


def _html(element: Element | None) -> str:
    """Return the words of material, whose HTML is often written as text."""
    if element is None:
        return ""
    return squeezed("".join(words(one.text or "") or _said(one) for one in element.iter() if _holds_text(one)))


def _holds_text(element: Element) -> bool:
    return str(element.tag) in ("mattext", "mat_formattedtext", "TEXT")


def _item(root: Element) -> Question:
    body = root.find("itemBody")
    found = [one for one in root.iter() if str(one.tag).endswith("Interaction")]
    kinds = {str(one.tag) for one in found}
    adaptive = root.get("adaptive") == "true" or root.find("templateDeclaration") is not None
    if body is None or adaptive or not kinds <= _OURS or (len(found) > 1 and not kinds <= _INLINE):
        return Question("", None)
    if root.find("templateProcessing") is not None:
        return Question("", None)
    if not found:
        return Question("description", None)
    declared = {one.get("identifier"): one for one in root.iter("responseDeclaration")}
    one = found[0]
    mine = declared.get(one.get("responseIdentifier"))
    if one.tag == "extendedTextInteraction":
        return Question("essay", "essay")
    if mine is None:
        return Question("", None)
    texts = {
        choice.get("identifier"): _shown(choice)
        for choice in one.iter()
        if choice.tag in ("simpleChoice", "simpleAssociableChoice", "gapText", "gapImg", "inlineChoice")
    }
    right = _stated(mine)
    if one.tag == "choiceInteraction":
        several = mine.get("cardinality") != "single"
        if set(texts) == {"true", "false"} and not several and right:
            return Question("true_false", right[0] == "true")  # the identifiers say so, whatever the words
        return Question(
            "multiple_choice" if several else "single_choice", sorted(texts.get(name, "?") for name in right) or None
        )
    if one.tag == "orderInteraction":
        return Question("ordering", [texts.get(name, "?") for name in right] or None)
    pairs = [tuple(texts.get(part, part) for part in name.split()) for name in right]
    if one.tag == "matchInteraction":
        return Question("matching", sorted(pairs) or None)
    if one.tag == "gapMatchInteraction":
        places = {name.split()[1]: texts.get(name.split()[0], "?").casefold() for name in right}
        return Question("gap_fill", [[places.get(gap.get("identifier") or "", "?")] for gap in one.iter("gap")] or None)
    keys = []
    for place in found:
        own = declared.get(place.get("responseIdentifier") or "")
        said = {choice.get("identifier"): _said(choice) for choice in place.iter("inlineChoice")}
        stated = _all_stated(own) if own is not None else []
        keys.append(sorted({squeezed(said.get(name, name)).casefold() for name in stated}))
    return Question("typed", keys if all(keys) else None)


_MATHS = "\ue005"  # begins words with a formula in them, of which only letters and digits are compared


def _shown(choice: Element) -> str:
    if next(choice.iter("math"), None) is None:
        return squeezed("".join(_outside(choice)))
    for math in choice.iter("math"):
        notes = [one.text or "" for one in math.iter("annotation")]
        if notes:
            tail = math.tail
            math.clear()
            math.text, math.tail = notes[0], tail
    return _MATHS + _bare("".join(_outside(choice)))


def _bare(text: str) -> str:
    return re.sub(r"\\[a-zA-Z]+|\W", "", text)


def _outside(element: Element) -> Iterator[str]:
    """Yield the words of a choice that are no feedback."""
    yield element.text or ""
    for child in element:
        if child.tag not in ("feedbackInline", "feedbackBlock"):
            yield from _outside(child)
        yield child.tail or ""


def _stated(declared: Element) -> list[str]:
    correct = [" ".join((one.text or "").split()) for one in declared.iterfind("correctResponse/value")]
    return correct or [
        " ".join((one.get("mapKey") or "").split())
        for one in declared.iterfind("mapping/mapEntry")
        if float(one.get("mappedValue") or 0) > 0
    ]


def _all_stated(declared: Element) -> list[str]:
    found = [(one.text or "").strip() for one in declared.iterfind("correctResponse/value")]
    found += [
        one.get("mapKey") or ""
        for one in declared.iterfind("mapping/mapEntry")
        if float(one.get("mappedValue") or 0) > 0
    ]
    return found


_ASKED = ("response_lid", "response_str", "response_num", "response_xy", "response_grp")
_TRUTHS = ("", "true_false_question", "cc.true_false.v0p1")
_CANVAS_LOST = ("calculated", "file_upload", "hot_spot", "categorization")


def _interop(root: Element) -> Iterator[tuple[str, Question]]:
    above = {
        item.get("ident"): section.get("parent_stimulus_item_ident")
        for section in root.iter("section")
        for item in section.iter("item")
    }
    parents = {_field(item, "parent_stimulus_item_ident") or above.get(item.get("ident")) for item in root.iter("item")}
    for item in root.iter():
        if item.tag == "bankentry_item":
            yield "", Question("", None)
        if item.tag == "item" and item.get("ident") not in parents:
            yield item.get("ident") or "", _interop_item(item)


def _field(item: Element, name: str) -> str:
    for one in item.iter("qtimetadatafield"):
        if _said(one.find("fieldlabel")) == name:
            return (one.findtext("fieldentry") or "").strip()
    return ""


def _interop_item(item: Element) -> Question:
    kind = _field(item, "question_type") or _field(item, "cc_profile")
    presentation = item.find("presentation")
    if kind.startswith(_CANVAS_LOST) or presentation is None:
        return Question("", None)
    asked = [one for one in presentation.iter() if one.tag in _ASKED]
    if not asked:
        return Question("description", None)
    if kind in ("essay_question", "cc.essay.v0p1"):
        return Question("essay", "essay")
    paying = [rule for rule in item.iter("respcondition") if _worth(rule) > 0]
    scored = any(rule.find("setvar") is not None for rule in item.iter("respcondition"))
    if not kind and asked[0].tag == "response_str" and not scored:
        return Question("essay", "essay")
    texts = {
        (one.get("ident"), label.get("ident")): _html(label) for one in asked for label in one.iter("response_label")
    }
    best = max((_worth(rule) for rule in paying), default=Fraction(0))
    named = [(pair, _worth(rule)) for rule in paying for pair in _equals(rule.find("conditionvar"))]
    if asked[0].tag == "response_xy":
        return Question("", None)
    if kind.startswith(("fill_in_multiple", "multiple_dropdowns")):
        listed = kind.startswith("fill")
        return Question("gap_fill", [_blank(one, named, texts, listed) for one in asked])
    if len(asked) > 1 and asked[0].tag == "response_lid":
        pairs = [
            (_html(one.find("material")), texts.get(pair, "?"))
            for one in asked
            for pair, _ in named
            if pair[0] == one.get("ident")
        ]
        return Question("matching", sorted(pair for pair in pairs if pair[0]) or None)
    if asked[0].tag == "response_lid":
        right = [texts.get(pair, "?") for pair, _ in named]
        how = (asked[0].get("rcardinality") or "Single").lower()
        if how == "ordered":
            return Question("ordering", right)
        if how == "multiple":
            return Question("multiple_choice", sorted(set(right)) or None)
        if {text.lower() for text in texts.values()} == {"true", "false"} and kind in _TRUTHS:
            return Question("true_false", right[0].lower() == "true")
        return Question("single_choice", sorted(texts.get(pair, "?") for pair, worth in named if worth > 0) or None)
    if kind == "numerical_question" or any(one.get("fibtype") == "Decimal" for one in item.iter("render_fib")):
        return Question("short_number", sorted({span for rule in paying for span in _spans(rule)}))
    if len(asked) == 1:
        return Question("short_text", sorted({squeezed(pair[1]).casefold() for pair, _ in named}) or None)
    by_place = [
        sorted({squeezed(pair[1]).casefold() for pair, _ in named if pair[0] == one.get("ident")}) for one in asked
    ]
    return Question("gap_fill", by_place if all(by_place) and best else None)


def _blank(one: Element, named: list[Any], texts: dict[Any, str], listed: bool) -> list[str]:
    labels = list(one.iter("response_label"))
    if any(label.get("scoring_algorithm") == "TextRegex" for label in labels):
        return ["?"]
    if listed and not any(label.get("answer_type") in ("dropdown", "wordbank") for label in labels):
        stars = {label: "*" if label.get("scoring_algorithm") == "TextContainsAnswer" else "" for label in labels}
        return sorted({f"{star}{_html(label)}{star}".casefold() for label, star in stars.items()})
    return sorted({texts.get(pair, "?").casefold() for pair, _ in named if pair[0] == one.get("ident")})


def _worth(rule: Element) -> Fraction:
    change = rule.find("setvar")
    text = (change.text or "0").strip() if change is not None else "0"
    return Fraction(text) if re.fullmatch(r"-?[\d.]+", text) else Fraction(0)


def _equals(condition: Element | None) -> Iterator[tuple[str | None, str]]:
    for one in condition if condition is not None else ():
        if one.tag == "varequal":
            yield one.get("respident"), (one.text or "").strip()
        elif one.tag in ("and", "or"):
            yield from _equals(one)


def _spans(rule: Element) -> list[tuple[Fraction, Fraction]]:
    """Return the ranges of a condition; a number within one of them says nothing more."""
    spans = []
    for place in rule.iter():
        low = [one for one in place if one.tag in ("vargt", "vargte")]
        high = [one for one in place if one.tag in ("varlt", "varlte")]
        if low and high:
            spans.append((Fraction((low[0].text or "").strip()), Fraction((high[0].text or "").strip())))
    for one in rule.iter("varequal"):
        value = Fraction((one.text or "").strip())
        half = Fraction(0)
        if one.get("precisiontype") == "decimals":
            half = Fraction(1, 2 * 10 ** int(one.get("precision") or 0))
        if not any(low <= value <= high for low, high in spans):
            spans.append((value - half, value + half))
    return spans


def _pool(root: Element) -> Iterator[tuple[str, Question]]:
    for one in root:
        kind = str(one.tag).removeprefix("QUESTION_")
        if kind == str(one.tag) or kind == "LIST":
            continue
        texts = {answer.get("id"): _html(answer) for answer in one if answer.tag in ("ANSWER", "CHOICE")}
        right = list(one.iterfind("GRADABLE/CORRECTANSWER"))
        said = [texts.get(answer.get("answer_id"), "?") for answer in right]
        ident = one.get("id") or ""
        if kind == "TRUEFALSE":
            yield ident, Question("true_false", said[0].lower() == "true")
        elif kind in ("MULTIPLECHOICE", "MULTIPLEANSWER"):
            yield ident, Question("single_choice" if kind.endswith("CHOICE") else "multiple_choice", sorted(said))
        elif kind == "MATCH":
            pairs = [(texts[answer.get("answer_id")], texts[answer.get("choice_id")]) for answer in right]
            yield ident, Question("matching", sorted(pairs))
        elif kind == "FILLINBLANK":
            yield ident, Question("short_text", sorted(_html(answer).casefold() for answer in one.iter("ANSWER")))
        elif kind == "ESSAY":
            yield ident, Question("essay", "essay")
        else:
            yield ident, Question("", None)


def agrees(draft: ItemDraft, wanted: Question) -> bool:
    """Tell whether a draft is of the type and says right what the file does."""
    given = right_of(draft)
    if isinstance(wanted.key, list) and any(str(one).startswith(_MATHS) for one in wanted.key):
        bare = sorted(_MATHS + _bare(str(one)) for one in given or ())
        return draft.body.type.value == wanted.type and bare == sorted(
            str(one) if str(one).startswith(_MATHS) else _MATHS + _bare(str(one)) for one in wanted.key
        )
    if wanted.type != "typed":
        return draft.body.type.value == wanted.type and given == wanted.key
    if draft.body.type is ItemType.GAP_FILL:
        return bool(given == wanted.key)
    if draft.body.type is ItemType.SHORT_TEXT:
        return bool([given] == wanted.key)
    if draft.body.type is ItemType.SHORT_NUMBER and wanted.key:
        return bool({low for low, _ in given} <= {Fraction(text) for text in wanted.key[0]})
    return False
