"""A question as cut from the paper → its prompt, its options or statements, what it states, its solution."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from question_bank.formats.docx import labels
from question_bank.formats.docx.answers import Stated, judged, key_of_line, spoken, truth_of
from question_bank.formats.docx.lines import PLAIN, Line, Style
from question_bank.formats.docx.segments import Raw

_TICKED = re.compile(r"\s*(?:\(\s*(?:đ|đúng|✓|✔)\s*\)|\[\s*(?:x|đ|đúng|✓|✔)\s*\]|[✓✔☑])\s*\.?\s*$", re.I)
_TRUTH_END = re.compile(
    r"(?:\s*[(\[]\s*(?P<in>(?i:đúng|sai|true|false|đ|s|t|f))\s*[)\]]|(?:\s*(?:[–—→⇒:]|=>|->|\s-)\s*|\t\s*|\s{2,}|(?<=[.;])\s+)"
    r"(?P<out>Đúng|Sai|ĐÚNG|SAI|Đ|S|True|False))\s*\.?\s*$",
)
_TRUTH_IN = re.compile(r"[(\[]\s*(đúng|sai|true|false|đ|s|t|f)\s*[)\]]", re.I)
_TRUTH_START = re.compile(r"^\s*[(\[]\s*(?P<in>đúng|sai|true|false|đ|s|t|f)\s*[)\]]\s*", re.I)


@dataclass(slots=True)
class Choice:
    """An option or a statement with how its label looks."""

    letter: str
    look: Style
    lines: list[Line]
    starred: bool = False
    truth: bool | None = None


@dataclass(slots=True)
class Parsed:
    """A question taken apart. `kind` is choice, cluster, short or essay."""

    raw: Raw
    kind: str
    prompt: list[Line]
    choices: list[Choice]
    stated: list[Stated]
    solution: list[Line]
    loose: bool = False  # words stand behind the last option
    doubtful: bool = False  # statements or options, the paper does not say which


@dataclass(slots=True)
class _Place:
    line: int
    at: int
    end: int
    letter: str
    sign: str
    first: bool  # of its line
    spaced: str  # what stands before: "tab", "space", "glued"
    starred: bool


def parse(raw: Raw) -> Parsed:
    """Return a question taken apart."""
    content, stated, solution = _without_answers(raw)
    upper = _chain(content, "A")
    lower = _chain(content, "a")
    as_statements = raw.tags.true_false or raw.part.kind == "cluster"
    chain = (
        upper if len(upper) >= 2 and not (as_statements and len(lower) >= 2) else lower if len(lower) >= 2 else upper
    )
    if not chain:
        kind = "short" if raw.part.kind == "short" or any(one.value for one in stated) else "essay"
        return Parsed(raw, kind, content, [], stated, solution)
    prompt, choices, loose = _split(content, chain)
    kind, doubtful = _kind(raw, prompt, choices, stated, chain)
    if kind == "essay":
        return Parsed(raw, "essay", content, [], stated, solution)
    if kind == "cluster":
        for choice in choices:
            _take_truth(choice)
    else:
        for choice in choices:
            _take_tick(choice)
    return Parsed(raw, kind, prompt, choices, stated, solution, loose, doubtful)


def _without_answers(raw: Raw) -> tuple[list[Line], list[Stated], list[Line]]:
    """Part the key lines and the solution from the question."""
    content: list[Line] = []
    stated: list[Stated] = []
    solution: list[Line] = []
    solving = keyed = False
    for place, line in enumerate(raw.lines):
        text = " ".join(labels.norm(spoken(line)).split())
        if not solving and place and (match := labels.SOLUTION.match(labels.norm(line.text))):
            solving = True
            line = line.cut(match.end())
            text = " ".join(labels.norm(spoken(line)).split())
            if line.blank:
                continue
        if solving:
            key = key_of_line(text)
            if key is not None and re.match(r"^\W*(?:vậy|ta|chọn|đáp án|đa|đ/a|answer|suy)", text, re.I):
                stated.append(key)
            solution.append(line)
            continue
        key = key_of_line(text, strict=False) if place else None
        if key is not None:
            stated.append(key)
            keyed = True
        elif place and labels.ANSWER_SPACE.match(text):
            keyed = True
        elif keyed and not labels.OPTION.match(text) and not line.only_things:
            solution.append(line)
        else:
            content.append(line)
    if (truths := judged(solution)) is not None:
        stated.append(truths)
    return content, stated, solution


def _places(lines: Sequence[Line], base: str) -> list[_Place]:
    found: list[_Place] = []
    for number, line in enumerate(lines):
        text = labels.norm(line.text)
        for match in labels.OPTION.finditer(text):
            letter = match["letter"] or match["round"]
            if not (base <= letter <= chr(ord(base) + 7)):
                continue
            first, before = labels.before(text, match.start())
            if first or before.endswith(("\t", "  ", "\ufffc ", "\ufffc")):
                spaced = "tab"
            elif before[-1].isspace():
                spaced = "space"
            elif before[-1] in '.;)”"':
                spaced = "glued"
            else:
                continue
            sign = ")" if match["round"] else text[match.start("letter") + 1 : match.start("space")].strip()
            found.append(_Place(number, match.start(), match.end(), letter, sign, first, spaced, bool(match["star"])))
    return found


_FREE = {"tab": 2, "space": 1, "glued": 0}  # how freely a label stands: "tại A. Tính" is less of one than "\tA. 5"


def _chain(lines: Sequence[Line], base: str) -> list[_Place]:
    """Return the places of the labels A, B, C … that make the options, the longest run of them."""
    places = _places(lines, base)
    best: list[_Place] = []
    starts = [place for place in places if place.letter == base]
    any_first = any(place.first for place in starts)
    for start in starts[:40]:
        if not start.first and (any_first or start.sign not in (".", ")")):
            continue
        chain = [start]
        while True:
            wanted = chr(ord(base) + len(chain))
            after = [
                one for one in places if one.letter == wanted and (one.line, one.at) >= (chain[-1].line, chain[-1].end)
            ]
            own = [one for one in after if one.first]
            beside = [one for one in after if not one.first and one.sign in (start.sign, ".")]
            beside = [one for one in beside if one.spaced != "glued"] or beside
            following = own[0] if own else beside[0] if beside else None
            if following is None:
                break
            chain.append(following)
        if not start.first and start.spaced == "space" and len(chain) < 3:
            continue
        if not best or (len(chain), _FREE[start.spaced]) >= (len(best), _FREE[best[0].spaced]):
            best = chain
    return best if len(best) >= 2 or (best and best[0].first) else []


def _split(lines: Sequence[Line], chain: Sequence[_Place]) -> tuple[list[Line], list[Choice], bool]:
    first = chain[0]
    prompt = [*lines[: first.line]]
    if first.at and not lines[first.line].cut(0, first.at).blank:
        prompt.append(lines[first.line].cut(0, first.at))
    choices: list[Choice] = []
    loose = False
    for number, place in enumerate(chain):
        following = chain[number + 1] if number + 1 < len(chain) else None
        own: list[Line] = []
        last_line = following.line if following else len(lines) - 1
        for at in range(place.line, last_line + 1):
            start = place.end if at == place.line else 0
            stop = following.at if following and at == following.line else None
            piece = lines[at].cut(start, stop)
            if not piece.blank:
                own.append(piece.trimmed())
        if following is None:
            own, after, words = _tail(own, lines[place.line].cut(place.end).blank)
            prompt += after
            loose = words
        letter_at = place.at + lines[place.line].text[place.at : place.end].find(
            next((char for char in lines[place.line].text[place.at : place.end] if char.isalpha()), " ")
        )
        styles = lines[place.line].styles
        look = styles[letter_at] if 0 <= letter_at < len(styles) else PLAIN
        truth = lines[place.line].truth
        choices.append(Choice(place.letter.upper(), look, own, place.starred, truth))
    return prompt, choices, loose


def _tail(own: list[Line], label_alone: bool) -> tuple[list[Line], list[Line], bool]:
    """Part what stands behind the last option: pictures go to the prompt, words stay and are reported."""
    keep = 1 if own else 0
    after: list[Line] = []
    kept = own[:keep]
    words = False
    for line in own[keep:]:
        if line.only_things and kept and not line.soft:
            after.append(line)
        else:
            words = words or not line.soft
            kept.append(line)
    return kept, after, words


_JUDGE = re.compile(
    r"đúng\s*(?:/|,|-|–|hay|hoặc|,?\s*câu nào)?\s*sai|mỗi (?:ý|phát biểu|mệnh đề|khẳng định|nhận định)|true or false",
    re.I,
)
_DO = re.compile(
    r"^\s*(?:tính|tìm|chứng minh|viết|giải|vẽ|nêu|xác định|rút gọn|so sánh|phân tích|hãy|trình bày|lập|dựng|gọi|"
    r"cho biết|kể|em|vì sao|tại sao|hoàn thành|thực hiện|thu gọn|khảo sát)\b",
    re.I,
)


def _kind(
    raw: Raw, prompt: Sequence[Line], choices: Sequence[Choice], stated: Sequence[Stated], chain: Sequence[_Place]
) -> tuple[str, bool]:
    """Tell options from statements to judge, and both from the parts of an essay question."""
    if raw.tags.true_false or any(one.truths for one in stated):
        return "cluster", False
    if chain[0].letter == "A":
        if len(choices) == 1:
            return "short" if _looks(choices[0]) or raw.part.kind == "short" else "choice", False
        return "choice", False
    asked = _JUDGE.search(" ".join(line.text for line in prompt))
    told = sum(1 for choice in choices if choice.truth is not None or _states_truth(choice))
    if raw.part.kind == "cluster" or told >= 2 or (asked and raw.part.kind != "choice"):
        return "cluster", False
    if len(choices) < 2 or raw.part.kind in ("essay", "short"):
        return "essay", False
    if any(one.letters for one in stated) or raw.part.kind == "choice":
        return "choice", False
    if any(_DO.match(line.text) for choice in choices for line in choice.lines[:1]):
        return "essay", False
    marked = sum(
        1 for choice in choices if choice.look.underline or choice.starred or choice.look.shade or choice.look.color
    )
    if marked in (0, len(choices)) and not any(choice.starred for choice in choices):
        texts = [" ".join(line.text for line in choice.lines) for choice in choices]
        if len(choices) != 4 or any(text.rstrip().endswith("?") for text in texts):
            return "essay", False
        return ("choice", True) if chain[0].sign == "." else ("cluster", True)
    if marked == 1 and chain[0].sign == ".":
        return "choice", False
    return "cluster", marked == 1


def _looks(choice: Choice) -> bool:
    return (
        choice.look.underline
        or choice.starred
        or bool(choice.look.color)
        or bool(choice.look.shade)
        or any(style.underline for line in choice.lines for style in line.styles)
    )


def _states_truth(choice: Choice) -> bool:
    text = labels.norm(choice.lines[-1].text) if choice.lines else ""
    return bool(_TRUTH_END.search(text) or (choice.lines and _TRUTH_START.match(labels.norm(choice.lines[0].text))))


def _take_truth(choice: Choice) -> None:
    """Take "(Đ)" or "– Sai" off a statement."""
    if not choice.lines:
        return
    text = labels.norm(choice.lines[-1].text)
    if match := _TRUTH_END.search(text):
        choice.truth = truth_of(match["in"] or match["out"])
        choice.lines[-1] = choice.lines[-1].cut(0, match.start())
    elif match := _TRUTH_START.match(labels.norm(choice.lines[0].text)):
        choice.truth = truth_of(match["in"])
        choice.lines[0] = choice.lines[0].cut(match.end())
    elif choice.starred:
        choice.truth = True


def _take_tick(choice: Choice) -> None:
    """Take a tick off an option."""
    if not choice.lines or not (match := _TICKED.search(choice.lines[-1].text)):
        return
    rest = choice.lines[-1].cut(0, match.start())
    if any(char.isalnum() for char in rest.text) or rest.things:
        choice.starred = True
        choice.lines[-1] = rest
