"""GIFT files → drafts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from question_bank.formats import drafting, fragments, markdown, problems, tag_words
from question_bank.formats.gift import syntax
from question_bank.formats.reading import Changed, NotCarried, Reading
from question_bank.items.domain import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    ItemBody,
    ItemDraft,
    ItemKey,
    ItemNotes,
    ItemType,
    NumberKey,
    Option,
    Problem,
    TextKey,
    TruthKey,
)

BLANK = "_____"
WHY_COMMENT = N_("Dòng ghi chú của người soạn (//) không thuộc câu hỏi nào.")
HOW_BLANK = N_("Chỗ trống giữa câu được ghi là _____; câu trả lời vẫn chọn hoặc gõ bên dưới.")
TRUE_WORDS = {"T", "TRUE"}
FALSE_WORDS = {"F", "FALSE"}


def read(data: bytes, filename: str = "") -> Reading:
    """Return the questions of a GIFT file.

    Raises:
        Invalid: the file is empty or no text.
        TooLarge: it is over the limit for text files.
    """
    text, warnings = drafting.decode(data)
    shelf = fragments.Shelf()
    readers = [_Reader(shelf, question) for question in syntax.questions(text)]
    drafts = tuple(reader.draft() for reader in readers)
    if not drafts and "$CATEGORY:" not in text.upper():
        raise Invalid.at("file", N_("Không thấy câu hỏi nào trong tệp GIFT này."))
    blanks, comments = sum(reader.has_blank for reader in readers), syntax.count_comments(text)
    return Reading(
        "gift",
        drafts,
        len(drafts),
        shelf.assets,
        (NotCarried("gift:comment", comments, WHY_COMMENT),) if comments else (),
        warnings,
        (Changed("gift:missing_word", blanks, HOW_BLANK),) if blanks else (),
    )


class _Reader:
    """Reads one question."""

    def __init__(self, shelf: fragments.Shelf, question: syntax.Question) -> None:
        self.shelf = shelf
        self.question = question
        self.parts = syntax.parts(question.text)
        self.problems: list[Problem] = []
        self.missing_before = len(shelf.missing)
        self.has_blank = self.parts.block is not None and bool(self.after)

    def draft(self) -> ItemDraft:
        body, key, notes = self.content()
        if self.parts.general_feedback:
            general = self.html(syntax.take_format(self.parts.general_feedback, self.parts.format))
            notes = replace(notes, feedback=general)
        if fragments.is_empty(body.prompt):
            self.problems.append(problems.empty_prompt())
        self.problems += [problems.missing_picture(name) for name in self.shelf.missing[self.missing_before :]]
        draft = ItemDraft(
            body,
            key,
            notes,
            title=fragments.tidy(self.parts.title),
            category=fragments.tidy(self.question.category),
            external_id=self.question.external_id,
            source=fragments.tidy(self.question.raw),
            problems=tuple(self.problems),
        )
        return tag_words.with_tags(draft, self.question.tags)

    def content(self) -> tuple[ItemBody, ItemKey | None, ItemNotes]:
        block, form = self.parts.block, self.parts.format
        if block is None:
            if "{" in self.parts.before or "}" in self.parts.before:
                self.problems.append(problems.broken(N_("dấu { } không đủ đôi")))
            return ItemBody(ItemType.DESCRIPTION, self.prompt()), None, ItemNotes()
        if not block:
            return ItemBody(ItemType.ESSAY, self.prompt()), EssayKey(), ItemNotes()
        if block.startswith("#"):
            return self.numerical(block[1:])
        if "~" in block:
            return self.choice(syntax.answers(block, form))
        first = block.partition("#")[0].strip().upper()
        if first in TRUE_WORDS | FALSE_WORDS:
            return self.truth(first in TRUE_WORDS, block.partition("#")[2])
        given = [answer for answer in syntax.answers(block, form, "=") if answer.sign]
        if not given:
            self.problems.append(problems.broken(syntax.shown(block)))
            return ItemBody(ItemType.ESSAY, self.prompt()), None, ItemNotes()
        paired = ["->" in answer.words.text for answer in given]
        if all(paired):
            return self.matching(given)
        if paired[0]:
            # Moodle takes the whole for a matching by its first pair and refuses the file.
            self.problems.append(problems.broken(syntax.shown(given[paired.index(False)].words.text)))
            return ItemBody(ItemType.ESSAY, self.prompt()), None, ItemNotes()
        return self.short(given)

    @property
    def after(self) -> str:
        """What follows the braces, if more than the signs that end a sentence."""
        return "" if self.parts.after.strip("\"';,") == "" else self.parts.after

    def prompt(self) -> str:
        """Join what stands around the braces; a blank stands for braces inside a sentence."""
        before, after = self.parts.before, self.after
        return self.html(syntax.Words(f"{before} {BLANK} {after}" if after else before, self.parts.format), block=True)

    def html(self, words: syntax.Words, *, block: bool = False) -> str:
        raw = words.text.strip()
        if words.format == "markdown":
            html = markdown.to_html(syntax.shown(raw))
        else:
            # A line end in the file only wraps the text; an escaped one is meant.
            text = syntax.shown(" ".join(raw.split()))
            if words.format == "html":
                html = fragments.import_html(text, self.shelf)
            elif words.format == "moodle" and fragments.looks_like_html(text):
                html = fragments.import_html(text.replace("\n", "<br>"), self.shelf)
            else:
                html = fragments.paragraphs(text) if block else fragments.inline(text)
        if block:
            return html if html.startswith("<") or not html else f"<p>{html}</p>"
        return fragments.unwrap(html)

    def plain(self, words: syntax.Words) -> str:
        text = syntax.shown(" ".join(words.text.split()))
        formatted = words.format == "html" or (words.format == "moodle" and fragments.looks_like_html(text))
        return fragments.tidy(fragments.plain(text) if formatted else text).strip()

    def choice(self, given: Sequence[syntax.Answer]) -> tuple[ItemBody, ItemKey | None, ItemNotes]:
        given = [answer for answer in given if answer.sign]
        several = not any(answer.sign == "=" for answer in given)
        options = drafting.options([self.html(answer.words) for answer in given])
        weights: dict[str, Fraction] = {}
        for option, answer in zip(options, given, strict=True):
            share = drafting.share(answer.weight) if answer.weight else Fraction(int(answer.sign == "="))
            if share:
                weights[option.id] = share
        key: ChoiceKey | None = ChoiceKey(weights)
        if not any(share > 0 for share in weights.values()):
            key = None
            self.problems.append(problems.no_key())
        self.check_options(options)
        kind = ItemType.MULTIPLE_CHOICE if several else ItemType.SINGLE_CHOICE
        notes = ItemNotes(per_option=self.feedback([option.id for option in options], given))
        return ItemBody(kind, self.prompt(), options), key, notes

    def check_options(self, options: Sequence[Option]) -> None:
        if len(options) < 2:
            self.problems.append(problems.too_few_options())
        self.problems += [
            problems.empty_option(option.id.upper()) for option in options if fragments.is_empty(option.html)
        ]

    def feedback(self, ids: Sequence[str], given: Sequence[syntax.Answer]) -> dict[str, str]:
        said = {ident: self.html(answer.feedback) for ident, answer in zip(ids, given, strict=True) if answer.feedback}
        return {ident: html for ident, html in said.items() if html}

    def truth(self, holds: bool, rest: str) -> tuple[ItemBody, ItemKey, ItemNotes]:
        # The first feedback answers the wrong choice, the second the right one.
        said = [self.html(syntax.take_format(piece, self.parts.format)) for piece in rest.split("#")] if rest else []
        names = ("false", "true") if holds else ("true", "false")
        per_option = {name: html for name, html in zip(names, said, strict=False) if html}
        return ItemBody(ItemType.TRUE_FALSE, self.prompt()), TruthKey({"s": holds}), ItemNotes(per_option=per_option)

    def short(self, given: Sequence[syntax.Answer]) -> tuple[ItemBody, ItemKey | None, ItemNotes]:
        texts = [self.plain(answer.words) for answer in given]
        shares = [drafting.share(answer.weight) if answer.weight else Fraction(1) for answer in given]
        accepted = tuple(
            AcceptedText(text, share) for text, share in zip(texts, shares, strict=True) if text and share > 0
        )
        if not accepted:
            self.problems.append(problems.no_key())
        elif drafting.texts_out_of_order([AcceptedText(*pair) for pair in zip(texts, shares, strict=True)]):
            self.problems.append(problems.first_match())
        notes = ItemNotes(per_option=self.feedback(texts, given))
        return ItemBody(ItemType.SHORT_TEXT, self.prompt()), TextKey(accepted) if accepted else None, notes

    def matching(self, given: Sequence[syntax.Answer]) -> tuple[ItemBody, ItemKey | None, ItemNotes]:
        pairs: list[tuple[str, str]] = []
        for answer in given:
            left, _, right = answer.words.text.rpartition("->")
            words = syntax.Words(left, answer.words.format)
            pairs.append((self.html(words), fragments.inline(syntax.shown(" ".join(right.split())))))
        if drafting.CLUSTER_TAG in self.question.tags and all(right in ("Đúng", "Sai") for _, right in pairs):
            options = drafting.options([left for left, _ in pairs])
            truths = {option.id: right == "Đúng" for option, (_, right) in zip(options, pairs, strict=True)}
            return ItemBody(ItemType.CLUSTER, self.prompt(), options), TruthKey(truths), ItemNotes()
        body, key, found = drafting.matching(self.prompt(), pairs)
        self.problems += found
        return body, key, ItemNotes()

    def numerical(self, block: str) -> tuple[ItemBody, ItemKey | None, ItemNotes]:
        block, _, wrong = block.strip().partition("~")
        given = syntax.answers(block, self.parts.format, "=")
        accepted: list[AcceptedNumber] = []
        said: dict[str, str] = {}
        for answer in given:
            text = self.plain(answer.words)
            share = drafting.share(answer.weight) if answer.weight else Fraction(1)
            read = interval(text)
            if read is None:
                if text != "*":
                    self.problems.append(problems.unreadable_number(text))
                elif share > 0:
                    self.problems.append(problems.any_number())
                name = text
            else:
                name = read[0]
                if share > 0:
                    accepted.append(AcceptedNumber(read[0], read[1], share))
            if answer.feedback and (html := self.html(answer.feedback)):
                said[name] = html
        if wrong and (html := self.html(syntax.take_format(wrong.partition("#")[2], self.parts.format))):
            said["*"] = html
        blocked = any(problem.code == "unreadable_number" for problem in self.problems)
        if drafting.numbers_out_of_order(accepted):
            self.problems.append(problems.first_match())
        if not accepted and not blocked:
            self.problems.append(problems.no_key())
        key = NumberKey(tuple(accepted)) if accepted and not blocked else None
        return ItemBody(ItemType.SHORT_NUMBER, self.prompt()), key, ItemNotes(per_option=said)


def interval(text: str) -> tuple[str, str] | None:
    """Return value and tolerance of "5", "5:0.1" or "4.9..5.1", or None where the text is none of these."""
    low, dots, high = text.partition("..")
    if dots:
        first, last = drafting.number(low), drafting.number(high)
        if first is None or last is None:
            return None
        smaller, larger = sorted((Decimal(first), Decimal(last)))
        return format((smaller + larger) / 2, "f"), format((larger - smaller) / 2, "f")
    value, colon, tolerance = text.partition(":")
    middle = drafting.number(value)
    around = drafting.number(tolerance) if colon and tolerance.strip() else "0"
    if middle is None or around is None:
        return None
    return middle, around.lstrip("-")
