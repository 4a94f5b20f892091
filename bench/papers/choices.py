"""Questions with options: how the options stand, and how the paper tells the right one."""

from __future__ import annotations

from dataclasses import dataclass

from bench.papers import content
from bench.papers.content import Piece, Words, shown, xml
from bench.papers.sheet import Sheet, Wanted
from bench.papers.wordml import paragraph, run, table

FAULTS = (("none", 0.03), ("two", 0.03), ("beyond", 0.02), ("disagree", 0.02))
BEYOND = "H"  # a letter that no option has
BY_TURNS = ("one", "two", "four", "spaces", "square", "row", "glued", "inline")
OPENINGS = ("Lời giải", "Lời giải:", "Hướng dẫn giải", "Giải thích chi tiết:")


@dataclass
class Choice:
    """A question as drawn. `told` are the letters that the paper gives, `other` one that it gives elsewhere."""

    number: int
    options: list[Words]
    letters: str
    told: str
    other: str = ""


def set_choice(sheet: Sheet, number: int) -> None:
    """Write a question with options."""
    dice, layout, marking = sheet.dice, sheet.layout, sheet.marking
    words = content.prompt(dice, sheet.mark)
    # Who underlines whole options cannot mark those that are underlined in part.
    whole = marking.look in ("u", "styled") and marking.where == "text"
    options = content.options(dice, dice.choice(layout.counts), sounds=not whole, sign=marking.sign)
    letters = "ABCDEFGH"[: len(options)]
    right, fault = dice.choice(letters), _fault(sheet, letters)
    another = dice.choice([letter for letter in letters if letter != right])
    told = {"none": "", "two": "".join(sorted(right + another)), "beyond": BEYOND}.get(fault, right)
    one = Choice(number, options, letters, told, another if fault == "disagree" else "")
    opening, level = sheet.opening(number, words)
    second = dice.random() < 0.15 and bool(layout.numbered or layout.frame)
    more = content.one_of(content.SECOND_LINES, dice) if second else ()
    want = Wanted(
        "single_choice", shown((*words, *more)), [shown(option) for option in options], None if fault else right,
        str(number) if layout.numbered else "", sheet.part, level=level,
    )  # fmt: skip
    behind, want.solution = _said(sheet, one)
    sheet.wanted.append(want)
    lines = [opening, *([paragraph(xml(more))] if more else [])]
    if layout.frame == "columns":
        _column_row(sheet, one, lines)
        return
    lines = [*_spread(sheet, one, lines), *behind]
    if layout.frame in ("rows", "boxes"):
        sheet.rows.append([str(number) if layout.frame == "rows" else f"Câu {number}", "".join(lines)])
        return
    sheet.body += lines
    if layout.frame == "break":
        sheet.body.append(paragraph("[<br>]"))
    elif dice.random() < 0.2:
        sheet.body.append(paragraph())


def _fault(sheet: Sheet, letters: str) -> str:
    """Draw what is wrong with a question, as far as this way of marking can be wrong so."""
    fate, marking = sheet.dice.random(), sheet.marking
    drawn = ""
    for name, share in FAULTS:
        fate -= share
        if fate < 0:
            drawn = name
            break
    seen = bool(marking.look or marking.sign)
    possible = {
        "two": not marking.behind,
        "beyond": not seen and BEYOND not in letters,
        "disagree": seen or marking.line == "Đáp án: {}",
    }
    return drawn if possible.get(drawn, True) else ""


def _said(sheet: Sheet, one: Choice) -> tuple[list[str], str]:
    """Return the lines behind the options that tell the key, and the words of the solution."""
    marking, dice = sheet.marking, sheet.dice
    contradiction = [paragraph(f"Chọn {one.other}")] if one.other else []
    if not one.told or not (marking.line or marking.behind):
        return contradiction, ""
    if marking.behind:
        sheet.answer_behind(one.number, one.told)
        if marking.behind != "solutions":
            return contradiction, ""
        reason = content.one_of(content.REASONS, dice)
        sheet.solutions.setdefault(sheet.part, []).append((one.number, one.told, xml(reason)))
        return [], shown(reason)
    if marking.line == "solution":
        reason = content.one_of(content.REASONS, dice)
        lines = [paragraph(run(dice.choice(OPENINGS), "b")), paragraph(xml(reason))]
        return [*lines, *(paragraph(f"Chọn {letter}.") for letter in one.told)], shown(reason)
    looks = ("b",) if dice.random() < 0.5 else ()
    return [paragraph(run(marking.line.format(", ".join(one.told)), *looks)), *contradiction], ""


def _option(sheet: Sheet, letter: str, words: Words, right: bool) -> tuple[str, str]:
    """Return the runs of a label and those of its text."""
    marking, habit = sheet.marking, sheet.habit
    dice = sheet.dice if sheet.layout.cut else None
    label = f"({letter}) " if sheet.layout.sign == "() " else letter + sheet.layout.sign
    if not right:
        return run(label, *habit), xml(words, dice=dice)
    if marking.sign == "star":
        label = "*" + label
    elif marking.sign == "star after":
        words = (Piece("*"), *words)
    elif marking.sign:
        words = (*words, Piece(" (x)" if marking.sign == "tick" else " ✓"))
    if not marking.look:
        return run(label, *habit), xml(words, dice=dice)
    on = (*(look for look in habit if (marking.look, look) != ("red", "blue")), marking.look)
    bare_things = not any(piece.text.strip() for piece in words) and marking.look in ("u", "styled", "b")
    text = xml(words, *((marking.look,) if marking.where in ("text", "all") else ()), dice=dice)
    if marking.where == "letter":
        at = label.index(letter)
        before = run(label[:at], *habit) if at else ""
        return before + run(letter, *on) + run(label[at + 1 :], *habit), text
    return run(label, *(on if marking.where in ("label", "all") or bare_things else habit)), text


def _spread(sheet: Sheet, one: Choice, lines: list[str]) -> list[str]:
    """Return the paragraphs and tables of a question; *lines* are those of its prompt."""
    spread = sheet.dice.choice(BY_TURNS) if sheet.layout.spread == "mixed" else sheet.layout.spread
    if spread in ("four", "spaces") and any(len(piece.text) > 60 for words in one.options for piece in words):
        spread = "one"
    if spread == "auto":
        return [*lines, *_counted(sheet, one)]
    pairs = [
        _option(sheet, letter, words, letter in one.told)
        for letter, words in zip(one.letters, one.options, strict=True)
    ]
    pieces = [label + text for label, text in pairs]
    if spread in ("square", "row"):
        wide = 2 if spread == "square" else len(pieces)
        cells = [paragraph(piece) for piece in pieces]
        return [*lines, table([cells[at : at + wide] for at in range(0, len(cells), wide)])]
    if spread == "letters":
        return [*lines, table([[paragraph(label), paragraph(text)] for label, text in pairs])]
    if spread == "glued":
        return [_glued([*lines, *(paragraph(piece) for piece in pieces)], "\n")]
    if spread == "inline":
        return [*lines[:-1], _glued([lines[-1], *(paragraph(piece) for piece in pieces)], "  ")]
    if spread == "paragraph":
        return [*lines, paragraph(run("\n").join(pieces))]
    if spread == "spaces":
        return [*lines, paragraph(run("     ").join(pieces))]
    across = {"two": 2, "four": 4}.get(spread, 1)
    indent = run("\t") if across == 4 and sheet.dice.random() < 0.5 else ""
    rows = [pieces[at : at + across] for at in range(0, len(pieces), across)]
    return [*lines, *(paragraph(indent + run("\t").join(sheet.wrapped(piece) for piece in row)) for row in rows)]


def _glued(paragraphs: list[str], joint: str) -> str:
    """Return paragraphs as one; the first keeps its number."""
    head, *rest = [
        one.removesuffix("</w:p>") for one in "".join(paragraphs).replace("</w:p>", "</w:p>\0").split("\0") if one
    ]
    return head + "".join(run(joint) + one.partition("</w:pPr>")[2] for one in rest) + "</w:p>"


def _counted(sheet: Sheet, one: Choice) -> list[str]:
    """Return options whose letters Word counts: the look of such a label is that of the paragraph's mark."""
    found = []
    for letter, words in zip(one.letters, one.options, strict=True):
        right = letter in one.told
        _, text = _option(sheet, letter, words, right)
        bare_things = not any(piece.text.strip() for piece in words)
        labelled = right and (sheet.marking.where in ("label", "all") or (bare_things and bool(sheet.marking.look)))
        found.append(paragraph(text, numbered=(sheet.list, 1), mark=sheet.marking.look if labelled else ""))
    return found


def _column_row(sheet: Sheet, one: Choice, lines: list[str]) -> None:
    """Add a row of the one table whose options have columns."""
    if not sheet.rows:
        sheet.rows.append(["STT", "Câu hỏi", "A", "B", "C", "D", "Đáp án"])
    told = sorted({*one.told, *one.other})
    cells = [paragraph(xml(words)) for words in one.options]
    sheet.rows.append([str(one.number), "".join(lines), *cells, ", ".join(told)])
