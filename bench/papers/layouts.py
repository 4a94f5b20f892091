"""The layouts of papers and the ways of marking a key, each by a name that a teacher would use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """How a paper sets its questions.

    `head` is the label of a question with {} for its number, "auto:…" where Word counts, "" for none. `spread` tells
    how options stand: one, two or four a line, parted by spaces, in tables, glued, behind the prompt, counted by Word.
    `frame` tells what parts or holds questions: "" nothing, "break" a sign, "rows" or "columns" of one table, "boxes".
    """

    name: str
    head: str
    spread: str
    sign: str = ". "
    frame: str = ""
    tag: str = ""  # where levels and codes stand: "before" or "after" the number
    counts: tuple[int, ...] = (4,)  # of options
    cut: bool = False  # runs are cut anywhere
    wrapped: str = ""  # "tracked" or "control"
    own_line: bool = False  # the label of a question stands alone

    @property
    def numbered(self) -> bool:
        return bool(self.head)


LAYOUTS = (
    Layout("Câu 1., a line each", "Câu {}.", "one"),
    Layout("Câu 1:, two by tabs", "Câu {}:", "two"),
    Layout("Câu 1 bare, four by tabs", "Câu {}", "four"),
    Layout("CÂU 1:, four by spaces", "CÂU {}:", "spaces"),
    Layout("options in a table of two rows", "Câu {}.", "square"),
    Layout("options in a row of a table", "Câu {}:", "row"),
    Layout("letters in a column of their own", "Câu {}.", "letters"),
    Layout("a question glued in one paragraph", "Câu {}:", "glued"),
    Layout("options glued in one paragraph", "Câu {}.", "paragraph"),
    Layout("options behind the prompt", "Câu {}.", "inline"),
    Layout("Word counts Câu and A.", "auto:Câu %1.", "auto"),
    Layout("Word counts Câu, four by tabs", "auto:Câu %1:", "four"),
    Layout("Word counts 1. and A.", "auto:%1.", "auto"),
    Layout("Word counts 1., two by tabs", "auto:%1.", "two"),
    Layout("1., a line each", "{}.", "one"),
    Layout("1) and A), two by tabs", "{})", "two", sign=") "),
    Layout("Bài 1., four by tabs", "Bài {}.", "four"),
    Layout("Question 1:, four by tabs", "Question {}:", "four"),
    Layout("signs between, no numbers", "", "one", frame="break"),
    Layout("no numbers at all", "", "one"),
    Layout("one table with a key column", "{}", "one", frame="rows"),
    Layout("one table with option columns", "{}", "one", frame="columns"),
    Layout("a table frames number and question", "{}", "one", frame="boxes"),
    Layout("(A) in brackets", "Câu {}.", "two", sign="() "),
    Layout("A/ with a stroke", "Câu {}/", "one", sign="/ "),
    Layout("levels before the number", "Câu {}.", "one", tag="before"),
    Layout("levels behind the number", "Câu {}", "two", tag="after"),
    Layout("every spread by turns", "Câu {}.", "mixed"),
    Layout("tracked changes", "Câu {}.", "one", wrapped="tracked", cut=True),
    Layout("content controls", "Câu {}:", "two", wrapped="control", cut=True),
    Layout("runs cut anywhere", "Câu {}.", "four", cut=True),
    Layout("two to eight options", "Câu {}.", "one", counts=(2, 3, 4, 5, 6, 8)),
    Layout("the number on a line of its own", "Câu {}.", "one", own_line=True),
    Layout("A.text without a space", "Câu {}.", "two", sign="."),
)


@dataclass(frozen=True)
class Marking:
    """How a paper tells its keys: by a look of the `label`, its `letter`, the `text` or `all`; by words; behind."""

    name: str
    look: str = ""
    where: str = ""
    sign: str = ""  # star, star after, tick, check
    line: str = ""  # a line behind the options, {} for the letters
    behind: str = ""  # a table or a list behind the paper


MARKINGS = (
    Marking("label underlined", "u", "label"),
    Marking("letter underlined", "u", "letter"),
    Marking("text underlined", "u", "text"),
    Marking("all underlined", "u", "all"),
    Marking("label by a style", "styled", "label"),
    Marking("label red", "red", "label"),
    Marking("text red", "red", "text"),
    Marking("all red", "red", "all"),
    Marking("label highlighted", "yellow", "label"),
    Marking("all highlighted", "yellow", "all"),
    Marking("text shaded", "shaded", "text"),
    Marking("label bold", "b", "label"),
    Marking("text bold", "b", "text"),
    Marking("all bold", "b", "all"),
    Marking("star before", sign="star"),
    Marking("star behind the label", sign="star after"),
    Marking("(x)", sign="tick"),
    Marking("✓", sign="check"),
    Marking("Đáp án: B", line="Đáp án: {}"),
    Marking("Chọn B", line="Chọn {}"),
    Marking("Chọn đáp án B.", line="Chọn đáp án {}."),
    Marking("Đáp án đúng là: B", line="Đáp án đúng là: {}"),
    Marking("a solution ends in Chọn B.", line="solution"),
    Marking("rows of numbers over rows of letters", behind="grid"),
    Marking("blocks of ten", behind="blocks"),
    Marking("a column of numbers and one of letters", behind="column"),
    Marking("columns several times", behind="columns"),
    Marking("cells 1-A", behind="cells"),
    Marking("1A 2B 3C", behind="1A"),
    Marking("1.A with tabs", behind="1.A"),
    Marking("lines Câu 1: A", behind="lines"),
    Marking("solutions behind", behind="solutions"),
    Marking("label underlined, and a table behind", "u", "label", behind="grid"),
)


def fits(layout: Layout, marking: Marking) -> bool:
    """Tell whether a teacher could mark this way in this layout."""
    if marking.behind and not layout.numbered:
        return False
    if layout.frame == "columns":
        return not (marking.look or marking.sign or marking.behind or marking.line == "solution")
    if layout.spread == "auto":
        return marking.sign != "star" and marking.where != "letter"
    return True
