"""Lines → questions as they stand in the paper, with their passages, and the answers behind them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from question_bank.formats.docx import grids, labels
from question_bank.formats.docx.answers import Section, key_of_line, spoken
from question_bank.formats.docx.labels import Part, Start, Tags
from question_bank.formats.docx.lines import OBJECT, Block, Grid, Line


@dataclass(slots=True)
class Passage:
    """A text that several questions share; `first` and `last` are question numbers where the paper says them."""

    lines: list[Line] = field(default_factory=list)
    first: int = 0
    last: int = 0
    open: bool = True


@dataclass(slots=True)
class Raw:
    """A question as cut from the paper."""

    number: int | None
    label: str
    part: Part
    tags: Tags = field(default_factory=Tags)
    lines: list[Line] = field(default_factory=list)
    passage: Passage | None = None
    ended: bool = False  # by a separator of its own
    upper: int = 0  # how many option letters have gone by
    lower: int = 0
    solving: bool = False  # past "Lời giải", and no answer stated since

    @property
    def complete(self) -> bool:
        """Whether options have gone by, so that new words are no longer the prompt."""
        return self.upper >= 2 or self.lower >= 2

    def add(self, line: Line) -> None:
        """Append a line and watch for options."""
        self.lines.append(line)
        text = labels.norm(line.text)
        if self.complete and labels.SOLUTION.match(text):
            self.solving = True
        elif self.solving:
            self.solving = key_of_line(" ".join(labels.norm(spoken(line)).split())) is None
        for match in labels.OPTION.finditer(text):
            first, head = labels.before(text, match.start())
            if not first and not head[-1:].isspace():
                continue
            letter = match["letter"] or match["round"]
            if letter == chr(ord("A") + self.upper):
                self.upper += 1
            elif letter == chr(ord("a") + self.lower):
                self.lower += 1


@dataclass(slots=True)
class Cut:
    """A paper cut into its questions."""

    questions: list[Raw]
    section: Section
    loose: int = 0  # pieces of text between questions that belong to none


def cut(blocks: Sequence[Block]) -> Cut:
    """Return the questions of a paper whose frames have been laid out."""
    cutter = _Cutter(blocks)
    shown = [block for block in blocks if isinstance(block, Grid) or not block.blank]
    for block, following in zip(shown, [*shown[1:], None], strict=False):
        cutter.following = following
        if isinstance(block, Grid):
            cutter.close()
            cutter.section.take_grid(block)
        else:
            cutter.feed(block)
    cutter.close()
    return Cut(cutter.kept(), cutter.section, cutter.loose)


class _Cutter:
    def __init__(self, blocks: Sequence[Block]) -> None:
        self.raws: list[Raw] = []
        self.section = Section()
        self.loose = 0
        self.part = Part()
        self.current: Raw | None = None
        self.passage: Passage | None = None
        self.capturing = False
        self.group = False
        self.behind = False  # past "HẾT" or a heading of answers
        self.answers = False
        self.last = 0
        self.fresh = True  # the next line may open a question without a number
        self.following: Block | None = None
        self.mode = _mode(blocks)

    def kept(self) -> list[Raw]:
        """Return the questions without stretches of text that only look like one."""
        kept: list[Raw] = []
        for raw in self.raws:
            if raw.number is None and not raw.complete and not raw.ended and not raw.tags.codes and not raw.tags.level:
                self.loose += 1
            else:
                kept.append(raw)
        return kept

    def close(self, *, ended: bool = False) -> None:
        if self.current is not None:
            self.current.ended = ended
        self.current = None

    def feed(self, line: Line) -> None:
        text = labels.norm(line.text)
        if self.marker(line, text):
            return
        if labels.END.match(text) and (self.raws or self.current):
            self.close()
            self.passage = None
            self.behind = True
            return
        if self.heading(text):
            return
        if self.behind and self.answer(line, text):
            return
        start = labels.question_start(line.text)
        if start is not None and self.accepts(start):
            self.begin(line, start)
            return
        if self.capturing and self.passage is not None:
            self.passage.lines.append(line)
            return
        if self.opens_passage(line, text):
            return
        self.words(line, text)

    def marker(self, line: Line, text: str) -> bool:
        """Take the bracketed signs of the template: separators and groups."""
        if labels.BREAK.match(text):
            self.close(ended=True)
            self.fresh = True
            return True
        if match := labels.GROUP_START.match(text):
            self.close()
            intro = self.passage if self.capturing and self.passage is not None and not self.group else None
            self.passage = intro or Passage()
            self.capturing, self.group = True, True
            rest = line.cut(match.end())
            if not rest.blank:
                self.passage.lines.append(rest)
            return True
        if labels.GROUP_TEXT_END.match(text):
            self.capturing = False
            self.fresh = True
            return True
        if labels.GROUP_END.match(text):
            self.close()
            if self.capturing:
                # The text stood alone between the signs; its questions follow.
                self.capturing = False
                self.group = bool(self.passage and self.passage.last)
            else:
                self.group, self.passage = False, None
            self.fresh = True
            return True
        return False

    def heading(self, text: str) -> bool:
        """Take the heading of a part or of the answers."""
        if (
            OBJECT not in text
            and labels.ANSWERS.match(text)
            and self.raws
            and _is_heading(text, self.current)
            and not self.opens_solution(text)
        ):
            self.close()
            self.passage = None
            self.behind = self.answers = True
            return True
        part = labels.part_heading(text)
        if part is None:
            return False
        if self.answers or (self.behind and part.id in {raw.part.id for raw in self.raws}):
            self.section.part = part.id
            return True
        self.close()
        self.part, self.passage, self.capturing, self.group, self.last = part, None, False, False, 0
        self.fresh = False
        return True

    def opens_solution(self, text: str) -> bool:
        """Tell the heading of one question's solution ("Hướng dẫn giải") from that of all answers, by what follows."""
        if self.current is None or not labels.SOLUTION.match(text) or not isinstance(self.following, Line):
            return False
        following = labels.norm(self.following.text)
        if labels.part_heading(following) is not None or grids.compact(" ".join(following.split())) is not None:
            return False
        start = labels.question_start(following)
        return start is None or start.number == self.last + 1

    def answer(self, line: Line, text: str) -> bool:
        """Take a line behind the questions; False when another paper begins there."""
        start = labels.question_start(line.text)
        if not self.answers and start is not None and start.kind == "strong" and len(text[start.end :].split()) > 6:
            self.behind = False
            self.last = 0
            return False
        self.section.take_line(line)
        return True

    def accepts(self, start: Start) -> bool:
        complete = self.current is None or self.current.complete
        following = start.number == self.last + 1
        if start.kind == "strong":
            return True
        if start.kind == "loose":
            return following and complete
        if start.kind in ("angle", "round") and self.group:
            return True
        if start.kind == "angle":
            return self.mode == "sep"
        if (
            self.passage is not None
            and self.passage.first <= start.number <= self.passage.last
            and (complete or following)
        ):
            return True
        if self.mode == "strong":
            return following and self.current is not None and self.current.complete
        if self.mode == "weak":
            if start.kind == "round" and not (following and complete):
                return False
            return following or (start.number == 1 and complete) or (complete and 0 < start.number - self.last <= 3)
        return False

    def begin(self, line: Line, start: Start) -> None:
        if self.capturing and not (self.group and start.kind in ("weak",)):
            self.capturing = False
        self.close()
        if (
            self.passage is not None
            and self.passage.last
            and not self.passage.first <= start.number <= self.passage.last
        ):
            self.passage, self.group = None, False
        raw = self.open(start.number, start.label)
        labels.question_start(line.text, raw.tags)
        self.last = start.number
        rest = line.cut(start.end)
        at = labels.leading_tags(labels.norm(rest.text), raw.tags)
        raw.add(rest.cut(at))

    def open(self, number: int | None, label: str) -> Raw:
        raw = Raw(number, label, self.part, passage=self.passage)
        self.raws.append(raw)
        self.current = raw
        self.fresh = False
        return raw

    def opens_passage(self, line: Line, text: str) -> bool:
        """Take the line that announces a shared text ("Đọc đoạn trích … từ câu 1 đến câu 5")."""
        if (
            labels.ABOUT_THE_TEST.match(text)
            or labels.OPTION.match(text.lstrip())
            or (len(text) > 600 and not line.soft)
        ):
            return False
        if self.current is not None and not self.current.complete and not (self.current.number and self.current.ended):
            return False
        if own := labels.OWN_PASSAGE.match(text.strip()):
            self.close()
            first, last = int(own["one"] or own["first"]), int(own["one"] or own["last"])
            self.passage = Passage([], first, last)
            self.capturing, self.group = True, False
            return True
        match = labels.RANGE.search(text) or (labels.FROM_TO.search(text) if labels.ASKS_TO_READ.match(text) else None)
        ranged = match is not None and labels.ASKS_TO_READ.match(text) and int(match[1]) < int(match[2])
        instruct = labels.STRONG_INSTRUCTION.match(text) and not line.soft and self.mode in ("strong", "weak")
        if not ranged and not instruct:
            return False
        self.close()
        first, last = (int(match[1]), int(match[2])) if ranged and match else (0, 0)
        self.passage = Passage([line], first, last)
        self.capturing, self.group = True, False
        return True

    def words(self, line: Line, text: str) -> None:
        """Take a line without any sign: more of the question, a question without a number, or a line of the head."""
        if self.current is None or self.new_without_number(line, text):
            tagged = labels.starts_with_tag(text)
            may_open = (
                (self.mode in ("sep", "options") and (bool(self.raws) or not labels.is_letterhead(spoken(line))))
                or (self.fresh and self.separated)
                or (tagged and self.mode != "strong")
            )
            if not may_open:
                self.part.learn(text)
                return
            self.close()
            raw = self.open(None, "")
            raw.add(line.cut(labels.leading_tags(text, raw.tags)))
            return
        if self.mode == "options" and self.current.solving and re.match(r"\*?\(?A\s*[.):]", text.lstrip()):
            # The solution stated no answer, so that nothing told where it ended: its last line asks what follows.
            opening = self.current.lines.pop()
            self.close()
            self.open(None, "").add(opening)
        self.current.add(line)

    @property
    def separated(self) -> bool:
        return bool(self.raws) and self.raws[-1].ended

    def new_without_number(self, line: Line, text: str) -> bool:
        if self.mode not in ("sep", "options") or self.current is None or line.soft:
            return False
        if labels.starts_with_tag(text):
            return True
        if self.mode != "options" or not self.current.complete or line.only_things or self.current.solving:
            return False
        return (
            not labels.OPTION.match(text.lstrip())
            and not labels.ANSWER_SPACE.match(text)
            and key_of_line(text, strict=False) is None
            and not labels.SOLUTION.match(text)
        )


def _is_heading(text: str, current: Raw | None) -> bool:
    """Tell a heading "ĐÁP ÁN" from the words "Đáp án" in front of an answer."""
    words = re.findall(r"[^\W\d_]+", text)
    return "".join(words).isupper() or len(words) > 2 or (current is None and not text.rstrip().endswith(":"))


def _mode(blocks: Sequence[Block]) -> str:
    """Return what parts the questions of this paper: labels, separators, bare numbers, or nothing but their options."""
    lines = [block for block in blocks if isinstance(block, Line) and not block.blank]
    end = next((at for at, line in enumerate(lines) if at and labels.END.match(labels.norm(line.text))), len(lines))
    lines = lines[:end]  # what lies behind "HẾT" lists answers its own way
    starts = [labels.question_start(line.text) for line in lines]
    strong = sum(1 for start in starts if start and start.kind in ("strong", "loose"))
    numbers = [start.number for start in starts if start and start.kind in ("weak", "round")]
    options = sum(1 for line in lines if re.match(r"\s*\*?\(?A\s*[.):]", labels.norm(line.text)))
    ordered = sum(1 for before, after in zip([0, *numbers], numbers, strict=False) if after == before + 1)
    if strong and not (ordered >= 2 * strong + 2 and ordered <= 2 * options <= 4 * ordered):
        return "strong"
    if any(labels.BREAK.match(labels.norm(line.text)) for line in lines):
        return "sep"
    if numbers and (ordered >= 2 or options <= 1) and ordered * 2 >= options:
        return "weak"
    return "options" if options else "weak"
