"""Drafts → items of QTI 2.2, and the same with the names of QTI 3.0.

Elements are made with the names of QTI 2 and without namespace; `finished` gives them those of a version. Scores are
written so that other programs give the same: as mappings and rules that come to the points of the question, else to 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from lxml import etree

from question_bank.formats import fragments
from question_bank.formats.qti.feedback import GENERAL, HINT, SOLUTION
from question_bank.formats.qti.marks import CLUSTER, GAP, PASSAGE
from question_bank.formats.qti.xhtml import Picture, fill
from question_bank.items.domain import (
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

_STAR = re.compile(r"(?<!\\)\*")


@dataclass(frozen=True, slots=True)
class Version:
    """How a version of QTI names things."""

    name: str
    namespace: str
    templates: str
    third: bool = False


V2 = Version(
    "2.2", "http://www.imsglobal.org/xsd/imsqti_v2p2", "http://www.imsglobal.org/question/qti_v2p2/rptemplates/%s"
)
V3 = Version(
    "3.0",
    "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/%s.xml",
    third=True,
)


def is_writable(draft: ItemDraft) -> bool:
    """Tell whether an item can say the question: it has a key where its type asks for one, and nothing is drawn."""
    key = draft.key
    if draft.body.variables:
        return False
    if isinstance(key, TextKey):
        return any(not _STAR.search(one.text) for one in key.accepted)
    if isinstance(key, GapKey):
        return all(any(not _STAR.search(one.text) for one in accepted) for accepted in key.gaps.values())
    return key is not None or draft.body.type is ItemType.DESCRIPTION


def item(draft: ItemDraft, identifier: str, picture: Picture, version: Version) -> etree._Element:
    """Return a question as an item."""
    return _Writer(draft, picture, version).item(identifier)


class _Writer:
    def __init__(self, draft: ItemDraft, picture: Picture, version: Version) -> None:
        self.draft, self.picture, self.version = draft, picture, version
        self.worth = draft.points if draft.points is not None else Fraction(1)
        self.head: list[etree._Element] = []
        self.rules: list[etree._Element] = []
        self.template = ""
        self.body = etree.Element("itemBody")

    def item(self, identifier: str) -> etree._Element:
        draft = self.draft
        root = etree.Element("assessmentItem", identifier=identifier)
        root.set("title", fragments.tidy(draft.title or fragments.plain(draft.body.prompt)[:60] or identifier))
        root.set("adaptive", "false")
        root.set("timeDependent", "false")
        if draft.body.passage:
            holder = etree.SubElement(self.body, "div", {"class": PASSAGE})
            if draft.body.passage_id:
                holder.set("id", draft.body.passage_id)
            self.html(holder, draft.body.passage)
        self.question()
        feedback = self.feedback()
        if draft.body.type not in (ItemType.DESCRIPTION,):
            self.outcome("SCORE", "float", "0")
        if draft.points is not None:
            self.outcome("MAXSCORE", "float", _number(draft.points))
        root.extend(self.head)
        root.append(self.body)
        if self.rules or self.template:
            root.append(self.processing(bool(feedback)))
        root.extend(feedback)
        return finished(root, self.version)

    def html(self, parent: etree._Element, fragment: str) -> None:
        fill(parent, fragment, self.picture)

    def prompt(self) -> None:
        fragment = self.draft.body.prompt
        self.html(self.body, fragment if fragment.startswith("<") and "<p>" in fragment else f"<p>{fragment}</p>")

    def outcome(self, name: str, base: str, default: str = "", cardinality: str = "single") -> None:
        made = _sub(None, "outcomeDeclaration", identifier=name, cardinality=cardinality, baseType=base)
        if default:
            _sub(_sub(made, "defaultValue"), "value", default)
        self.head.append(made)

    def response(
        self,
        name: str,
        cardinality: str,
        base: str,
        correct: Iterable[str],
        mapping: Mapping[str, Fraction] | None = None,
    ) -> etree._Element:
        made = _sub(None, "responseDeclaration", identifier=name, cardinality=cardinality, baseType=base)
        holder = _sub(made, "correctResponse")
        for value in correct:
            _sub(holder, "value", value)
        if mapping is not None:
            entries = _sub(made, "mapping", defaultValue="0")
            for key, share in mapping.items():
                _sub(entries, "mapEntry", mapKey=key, mappedValue=_number(share))
        self.head.append(made)
        return made

    def processing(self, with_feedback: bool) -> etree._Element:
        made = etree.Element("responseProcessing")
        if self.template and not with_feedback:
            made.set("template", self.version.templates % self.template)
            return made
        if self.template == "map_response":
            _sub(_set(made, "SCORE"), "mapResponse", identifier="RESPONSE")
        elif self.template:
            self.pays_for_match(made, "1")
        made.extend(self.rules)
        if with_feedback:
            shown = _sub(_set(made, "FEEDBACK"), "multiple")
            for name in self.always:
                _sub(shown, "baseValue", name, baseType="identifier")
            if self.by_choice:
                _sub(shown, "variable", identifier="RESPONSE")
        return made

    def pays_for_match(self, parent: etree._Element, worth: str) -> None:
        branch = _sub(_sub(parent, "responseCondition"), "responseIf")
        same = _sub(branch, "match")
        _sub(same, "variable", identifier="RESPONSE")
        _sub(same, "correct", identifier="RESPONSE")
        _sub(_set(branch, "SCORE"), "baseValue", worth, baseType="float")

    def whole(self) -> None:
        """Pay for the whole answer only."""
        if self.worth == 1:
            self.template = "match_correct"
        else:
            holder = etree.Element("x")
            self.pays_for_match(holder, _number(self.worth))
            self.rules += list(holder)

    def question(self) -> None:
        kind = self.draft.body.type
        if kind is ItemType.GAP_FILL:
            self.gaps()
            return
        self.prompt()
        match self.draft.key:
            case ChoiceKey() as key:
                self.choice(key)
            case TruthKey() as key if kind is ItemType.TRUE_FALSE:
                self.truth(key)
            case TruthKey() as key:
                pairs = {name: "true" if holds else "false" for name, holds in key.truths.items()}
                self.pairs(pairs, [("true", "Đúng"), ("false", "Sai")], CLUSTER)
            case PairKey() as key:
                self.pairs(dict(key.pairs), [(one.id, one.html) for one in self.draft.body.targets])
            case OrderKey() as key:
                self.order(key)
            case TextKey() as key:
                self.text(key)
            case NumberKey() as key:
                self.number(key)
            case EssayKey() as key:
                _sub(self.body, "extendedTextInteraction", responseIdentifier="RESPONSE")
                self.head.append(
                    _sub(None, "responseDeclaration", identifier="RESPONSE", cardinality="single", baseType="string")
                )
                if key.rubric:
                    self.html(_sub(self.body, "rubricBlock", view="scorer"), key.rubric)

    def choice(self, key: ChoiceKey) -> None:
        several = self.draft.body.type is ItemType.MULTIPLE_CHOICE
        right = [one.id for one in self.draft.body.options if key.weights.get(one.id, 0) > 0]
        best = [name for name in right if key.weights[name] == max(key.weights.values())]
        plain = not several and key.weights == {best[0]: 1} and self.worth == 1
        mapping = None if plain else {name: share * self.worth for name, share in key.weights.items()}
        self.response(
            "RESPONSE", "multiple" if several else "single", "identifier", right if several else best[:1], mapping
        )
        self.template = "match_correct" if plain else "map_response"
        holder = _sub(
            self.body,
            "choiceInteraction",
            responseIdentifier="RESPONSE",
            shuffle=_yes(self.draft.body.shuffle),
            maxChoices="0" if several else "1",
        )
        self.options(holder, "simpleChoice")

    def options(self, holder: etree._Element, tag: str) -> None:
        for one in self.draft.body.options:
            made = _sub(holder, tag, identifier=one.id, fixed=_yes(one.fixed))
            self.html(made, one.html)

    def truth(self, key: TruthKey) -> None:
        self.response("RESPONSE", "single", "identifier", ["true" if key.truths["s"] else "false"])
        self.whole()
        holder = _sub(self.body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="false", maxChoices="1")
        for name, words in (("true", "Đúng"), ("false", "Sai")):
            _sub(holder, "simpleChoice", words, identifier=name, fixed="true")

    def pairs(self, pairs: Mapping[str, str], targets: list[tuple[str, str]], named: str = "") -> None:
        share = self.worth / len(pairs)
        stated = [f"{left} {right}" for left, right in pairs.items()]
        self.response("RESPONSE", "multiple", "directedPair", stated, dict.fromkeys(stated, share))
        self.template = "map_response"
        holder = _sub(
            self.body,
            "matchInteraction",
            responseIdentifier="RESPONSE",
            shuffle=_yes(self.draft.body.shuffle),
            maxAssociations=str(len(pairs)),
        )
        if named:
            holder.set("class", named)
        left, right = _sub(holder, "simpleMatchSet"), _sub(holder, "simpleMatchSet")
        for one in self.draft.body.options:
            made = _sub(left, "simpleAssociableChoice", identifier=one.id, fixed=_yes(one.fixed), matchMax="1")
            self.html(made, one.html)
        for name, html in targets:
            self.html(_sub(right, "simpleAssociableChoice", identifier=name, matchMax="0"), html)

    def order(self, key: OrderKey) -> None:
        self.response("RESPONSE", "ordered", "identifier", key.order)
        self.whole()
        holder = _sub(self.body, "orderInteraction", responseIdentifier="RESPONSE", shuffle="true")
        self.options(holder, "simpleChoice")

    def texts(self, name: str, accepted: Iterable[AcceptedText], worth: Fraction) -> None:
        """Declare a text that is typed; patterns have no mapping and stay out."""
        kept = [one for one in accepted if not _STAR.search(one.text)]
        best = max(kept, key=lambda one: one.share)
        made = self.response(name, "single", "string", [best.text.replace("\\*", "*")], {})
        entries = made.find("mapping")
        for one in kept:
            _sub(
                entries,
                "mapEntry",
                mapKey=one.text.replace("\\*", "*"),
                mappedValue=_number(one.share * worth),
                caseSensitive=_yes(one.case_sensitive),
            )

    def text(self, key: TextKey) -> None:
        self.texts("RESPONSE", key.accepted, self.worth)
        self.template = "map_response"
        _sub(_sub(self.body, "p"), "textEntryInteraction", responseIdentifier="RESPONSE")

    def number(self, key: NumberKey) -> None:
        best = max(key.accepted, key=lambda one: one.share)
        self.response("RESPONSE", "single", "float", [best.value])
        condition = etree.Element("responseCondition")
        for one in sorted(key.accepted, key=lambda one: -one.share):
            branch = _sub(condition, "responseElseIf" if len(condition) else "responseIf")
            same = _sub(branch, "equal", toleranceMode="absolute", tolerance=f"{one.tolerance} {one.tolerance}")
            _sub(same, "baseValue", one.value, baseType="float")
            _sub(same, "variable", identifier="RESPONSE")
            _sub(_set(branch, "SCORE"), "baseValue", _number(one.share * self.worth), baseType="float")
        self.rules.append(condition)
        _sub(_sub(self.body, "p"), "textEntryInteraction", responseIdentifier="RESPONSE")

    def gaps(self) -> None:
        key, body = self.draft.key, self.draft.body
        assert isinstance(key, GapKey)
        gaps = {gap.id: gap for gap in body.gaps}
        names = {gap.id: f"RESPONSE_{place}" for place, gap in enumerate(body.gaps, 1)}
        worth = self.worth / max(len(gaps), 1)
        for ident, gap in gaps.items():
            accepted = key.gaps[ident]
            if gap.choices:
                best = max(accepted, key=lambda one: one.share)
                shares = {one.text: one.share * worth for one in accepted}
                self.response(names[ident], "single", "identifier", [best.text], shares)
            else:
                self.texts(names[ident], accepted, worth)

        def placed(ident: str) -> etree._Element:
            gap, name = gaps[ident], names[ident]
            if not gap.choices:
                return _sub(None, "textEntryInteraction", responseIdentifier=name, **{"class": GAP})
            made = _sub(None, "inlineChoiceInteraction", responseIdentifier=name, shuffle=_yes(body.shuffle))
            for one in gap.choices:
                self.html(_sub(made, "inlineChoice", identifier=one.id), one.html)
            return made

        prompt = body.prompt if "<p>" in body.prompt else f"<p>{body.prompt}</p>"
        fill(self.body, prompt, self.picture, placed)
        total = _sub(_set(None, "SCORE"), "sum")
        for name in names.values():
            _sub(total, "mapResponse", identifier=name)
        parent = total.getparent()
        assert parent is not None
        self.rules.append(parent)

    @property
    def by_choice(self) -> bool:
        """Whether a feedback comes up with its own choice only."""
        key = self.draft.key
        return isinstance(key, ChoiceKey) or (isinstance(key, TruthKey) and self.draft.body.type is ItemType.TRUE_FALSE)

    @property
    def always(self) -> list[str]:
        """The feedbacks that come up with any answer."""
        notes = self.draft.notes
        own = [] if self.by_choice else [name for name in notes.per_option if name in self.parts]
        return [
            *([GENERAL] if notes.feedback else []),
            *([SOLUTION] if notes.solution else []),
            *(f"{HINT}{place}" for place in range(1, len(notes.hints) + 1)),
            *own,
        ]

    @property
    def parts(self) -> set[str]:
        body = self.draft.body
        own = {option.id for option in body.options} | {gap.id for gap in body.gaps}
        return own | ({"true", "false"} if self.by_choice else set())

    def feedback(self) -> list[etree._Element]:
        notes = self.draft.notes
        said = {GENERAL: notes.feedback, SOLUTION: notes.solution}
        said |= {f"{HINT}{place}": html for place, html in enumerate(notes.hints, 1)}
        said |= {name: html for name, html in notes.per_option.items() if name in self.parts}
        made = []
        for name, html in said.items():
            if not html:
                continue
            holder = _sub(None, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier=name, showHide="show")
            self.html(_sub(holder, "contentBody") if self.version.third else holder, html)
            made.append(holder)
        if made:
            self.outcome("FEEDBACK", "identifier", cardinality="multiple")
        return made


def _sub(parent: etree._Element | None, tag: str, text: str = "", **attributes: str) -> etree._Element:
    made = etree.Element(tag, attributes) if parent is None else etree.SubElement(parent, tag, attributes)
    made.text = fragments.tidy(text) or None
    return made


def _set(parent: etree._Element | None, name: str) -> etree._Element:
    return _sub(parent, "setOutcomeValue", identifier=name)


def _yes(holds: bool) -> str:
    return "true" if holds else "false"


def _number(value: Fraction) -> str:
    """Return a number with at most twelve decimals."""
    text = f"{float(value):.12f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


_CAMEL = re.compile(r"([A-Z])")
_HTML = frozenset(
    "p div span b i u s sub sup ul ol li table tbody tr td th h2 h3 h4 pre code blockquote br img a".split()
)


def finished(root: etree._Element, version: Version) -> etree._Element:
    """Return a tree with the names and the namespace of a version."""
    for element in root.iter():
        name = str(element.tag)
        if name.startswith("{"):
            continue
        if version.third and name not in _HTML:
            name = "qti-" + _CAMEL.sub(lambda match: "-" + match[1].lower(), name)
            for key in list(element.attrib):
                value = element.attrib.pop(key)
                element.set(_CAMEL.sub(lambda match: "-" + match[1].lower(), str(key)), value)
        element.tag = f"{{{version.namespace}}}{name}"
    etree.cleanup_namespaces(root, top_nsmap={None: version.namespace})  # type: ignore[dict-item]
    return root
