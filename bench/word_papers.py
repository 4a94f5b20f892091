"""Made-up Word exams in every layout × way of marking a key, read and held against what they say.

The papers come from `bench.papers`, which knows nothing of the reader. A question is *exact* when its type, number,
part, words, options, passage, level and solution come back, its key when it is the one written, or when the paper
leaves it open (none, two, two that disagree, one that no option has) and the reader says so. A key that differs without
a problem at its question is *silently wrong*.
"""

from __future__ import annotations

import argparse
import html.parser
import time
from collections import Counter
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from bench.outcome import Outcome
from bench.papers.layouts import LAYOUTS, MARKINGS, Layout, Marking, fits
from bench.papers.paper import Wanted, made
from lms.base.errors import AppError
from question_bank.formats.docx import read
from question_bank.items.domain import ChoiceKey, EssayKey, ItemDraft, NumberKey, TextKey, TruthKey

GOALS = "of 1,000 papers with 40,000 questions items and keys exact ≥ 99.5 % each; silently wrong keys 0"
QUESTIONS = 40
SHARE = 0.995
LINES = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say how many papers, from which seed, and which alone."""
    parser.add_argument("--quick", action="store_true", help="every layout and every way of marking at least once")
    parser.add_argument("--papers", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20_261_125)
    parser.add_argument("--only", type=int, help="one paper by its place, with all that differs")


@dataclass
class Tally:
    """What came back."""

    questions: int = 0
    items: int = 0
    keys: int = 0
    open_keys: int = 0
    silent: int = 0
    refused: int = 0
    differences: Counter[str] = field(default_factory=Counter)
    words: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    all: bool = False  # whether all that differs is told, or the first lines of a paper


def plan(papers: int) -> list[tuple[Layout, Marking]]:
    """Return layouts and markings by turns, so that every pair that fits comes before one comes twice."""
    pairs = [
        (LAYOUTS[(place + shift) % len(LAYOUTS)], marking)
        for shift in range(len(LAYOUTS))
        for place, marking in enumerate(MARKINGS)
        if fits(LAYOUTS[(place + shift) % len(LAYOUTS)], marking)
    ]
    return [pairs[place % len(pairs)] for place in range(papers)]


def run(options: argparse.Namespace) -> Outcome:
    """Make the papers, read them and count."""
    papers = 2 * len(LAYOUTS) if options.quick else options.papers
    tally = Tally(all=options.only is not None)
    for place, (layout, marking) in enumerate(plan(max(papers, (options.only or 0) + 1))):
        if options.only is None or place == options.only:
            measure(options.seed + place, layout, marking, place, tally)
    ok = (
        tally.items >= SHARE * tally.questions and tally.keys >= SHARE * tally.questions and not tally.silent
    )  # fmt: skip
    seconds = sorted(tally.seconds)
    figures = {
        "seed": options.seed, "papers": len(seconds), "layouts": len(LAYOUTS), "markings": len(MARKINGS),
        "questions": tally.questions, "items_exact": tally.items, "keys_exact": tally.keys,
        "left_open": tally.open_keys, "silently_wrong": tally.silent, "refused": tally.refused,
        "items_percent": round(100 * tally.items / tally.questions, 3),
        "keys_percent": round(100 * tally.keys / tally.questions, 3),
        "median_s": round(seconds[len(seconds) // 2], 3), "slowest_s": round(seconds[-1], 3),
    }  # fmt: skip
    lines = [f"{count:>6}  {what}" for what, count in tally.differences.most_common(40)]
    return Outcome(figures, ok, "\n".join([*tally.words[:200], "differences by kind:", *(lines or ["none"])]))


def measure(seed: int, layout: Layout, marking: Marking, place: int, tally: Tally, questions: int = QUESTIONS) -> None:
    """Make one paper, read it and add to the tally."""
    paper = made(seed, layout, marking, questions)
    said = len(tally.words)
    tally.questions += len(paper.wanted)
    began = time.perf_counter()
    try:
        drafts = read(paper.data).drafts
    except AppError as error:
        tally.refused += 1
        tally.words.append(f"#{place} {paper.name}: refused: {error}")
        drafts = ()
    tally.seconds.append(time.perf_counter() - began)
    for want, draft in aligned(paper.wanted, drafts):
        if want is None or draft is None:
            _miss(want, draft, tally, f"#{place} {paper.name}")
            continue
        different = differences(want, draft)
        key, flagged = key_of(draft), bool(draft.problems)
        right_key = key == want.key and (want.key is not None or draft.blocked)
        tally.open_keys += want.key is None
        tally.items += not different
        tally.keys += right_key
        if not right_key:
            silent = key is not None and not flagged
            tally.silent += silent
            different.append("key, silently" if silent else "key")
            codes = ", ".join(problem.code for problem in draft.problems)
            tally.words.append(f"#{place} {paper.name} {want.number}: key {want.key} became {key} [{codes}]")
        for what in different:
            tally.differences[f"{what} · {layout.name}"] += 1
            if what in ("prompt", "options", "solution", "passage", "kind"):
                tally.words.append(f"#{place} {paper.name} {want.number} {what}: {_both(what, want, draft)}")

    if len(tally.words) > said + LINES and not tally.all:
        tally.words[said + LINES :] = [f"#{place} … and {len(tally.words) - said - LINES} more"]


def aligned(wanted: list[Wanted], drafts: tuple[ItemDraft, ...]) -> list[tuple[Wanted | None, ItemDraft | None]]:
    """Pair what a paper says with what was read, by the words of the prompts where the numbers differ."""
    if len(wanted) == len(drafts):
        return list(zip(wanted, drafts, strict=True))
    pairs: list[tuple[Wanted | None, ItemDraft | None]] = []
    shown = [flat(draft.body.prompt) for draft in drafts]
    matcher = SequenceMatcher(None, [bare(one.prompt) for one in wanted], shown, autojunk=False)
    for tag, i, j, k, n in matcher.get_opcodes():
        ours, theirs = list(wanted[i:j]), list(drafts[k:n])
        if (tag == "replace" and len(ours) == len(theirs)) or tag == "equal":
            pairs += zip(ours, theirs, strict=True)
        else:
            pairs += [(one, None) for one in ours] + [(None, one) for one in theirs]
    return pairs


def _miss(want: Wanted | None, draft: ItemDraft | None, tally: Tally, name: str) -> None:
    if want is not None:
        tally.differences["question not found"] += 1
        tally.words.append(f"{name} {want.number}: not found: {want.prompt[:60]}")
    elif draft is not None:
        tally.differences["question out of nothing"] += 1
        silent = draft.key is not None and not draft.problems
        tally.silent += silent
        tally.words.append(f"{name}: out of nothing{', with a key' if silent else ''}: {flat(draft.body.prompt)[:60]}")


def differences(want: Wanted, draft: ItemDraft) -> list[str]:
    """Return in what a draft differs from what the paper says, its key apart."""
    digits = "".join(char for char in draft.number if char.isdigit())
    checks = {
        "kind": draft.body.type.value == want.kind,
        "number": not want.number or digits == want.number,
        "part": not want.part or draft.part == want.part,
        "prompt": flat(draft.body.prompt) == bare(want.prompt),
        "options": [flat(option.html) for option in draft.body.options] == [bare(one) for one in want.options],
        "passage": bare(want.passage) in flat(draft.body.passage) if want.passage else not draft.body.passage,
        "level": draft.level == want.level,
        "solution": bare(want.solution) in flat(draft.notes.solution) if want.solution else not draft.notes.solution
        or want.kind in ("cluster",),
    }  # fmt: skip
    return [what for what, same in checks.items() if not same]


def _both(what: str, want: Wanted, draft: ItemDraft) -> str:
    if what == "options":
        return f"{[bare(one) for one in want.options]} became {[flat(option.html) for option in draft.body.options]}"
    if what == "kind":
        return f"{want.kind} became {draft.body.type.value}: {bare(want.prompt)[:50]}"
    ours = {"prompt": want.prompt, "solution": want.solution, "passage": want.passage}[what]
    theirs = {"prompt": draft.body.prompt, "solution": draft.notes.solution, "passage": draft.body.passage}[what]
    return f"{bare(ours)} became {flat(theirs)}"


def key_of(draft: ItemDraft) -> Any:
    """Return the key of a draft as the papers state keys."""
    key = draft.key
    if isinstance(key, ChoiceKey):
        return "".join(sorted(ident.upper() for ident, share in key.weights.items() if share > 0))
    if isinstance(key, TruthKey):
        return tuple(key.truths.get(option.id) for option in draft.body.options)
    if isinstance(key, NumberKey):
        return key.accepted[0].value
    if isinstance(key, TextKey):
        return key.accepted[0].text
    return "essay" if isinstance(key, EssayKey) else None


class _Flat(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.out: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.out.append("▣")
            return
        if tag == "br":
            return
        sign = {"sub": "_(", "sup": "^("}.get(tag, "[" if tag == "span" and ("class", "tex") in attrs else "")
        self.out.append(sign)
        self.open.append({"_(": ")", "^(": ")", "[": "]"}.get(sign, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("img", "br") and self.open:
            self.out.append(self.open.pop())

    def handle_data(self, data: str) -> None:
        self.out.append(data)


def flat(fragment: str) -> str:
    """Return a fragment as the papers state words."""
    parser = _Flat()
    parser.feed(fragment)
    parser.close()
    return bare("".join(parser.out))


def bare(text: str) -> str:
    """Return text without white space and without what a formula may say either way."""
    text = "".join(text.split()).replace("\\left", "").replace("\\right", "")
    return text.replace("{", "").replace("}", "").replace("\u00a0", "")
