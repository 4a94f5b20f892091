"""What a table is: a frame for questions, a key, statements to judge, or a table to show."""

from __future__ import annotations

import re
from collections.abc import Sequence

from question_bank.formats.docx import labels
from question_bank.formats.docx.lines import PLAIN, Block, Grid, Line, Thing, option_html, plain_text

_NUMBER_CELL = re.compile(r"^(?:câu|question|bài)?\s*(?:số\s*)?(\d{1,3})\s*[.):]?$", re.I)
_HEAD_NUMBER = re.compile(r"^(?:câu(?:\s*(?:hỏi|số))?|stt|tt|question|số|số câu|no\.?)\s*[:.]?$", re.I)
_HEAD_KEY = re.compile(r"^(?:đáp án(?:\s+đúng)?|đ/?a|đáp số|chọn|trả lời|answer|key|kết quả)\s*[:.]?$", re.I)
_HEAD_TEXT = re.compile(r"nội dung|câu hỏi|đề bài|question", re.I)
_HEAD_SOLUTION = re.compile(r"lời giải|giải thích|hướng dẫn|solution|explanation", re.I)
_HEAD_PICTURE = re.compile(r"hình|ảnh|picture|image", re.I)
_TICK = re.compile(r"^(?:x|✓|✔|v|√|☑|☒|●|đ|s)$", re.I)


def words(cell: Sequence[Block]) -> str:
    """Return the words of a cell on one line."""
    return " ".join(labels.norm(plain_text(cell)).split())


def table_html(grid: Grid) -> str:
    """Return a table to show."""
    rows: list[str] = []
    for cells, spans in zip(grid.rows, grid.spans, strict=True):
        parts: list[str] = []
        for cell, (wide, high) in zip(cells, spans, strict=True):
            size = (f' colspan="{wide}"' if wide > 1 else "") + (f' rowspan="{high}"' if high > 1 else "")
            parts.append(f"<td{size}>{option_html(as_lines(cell))}</td>")
        rows.append(f"<tr>{''.join(parts)}</tr>")
    return f"<table>{''.join(rows)}</table>"


def as_lines(blocks: Sequence[Block]) -> list[Line]:
    """Return blocks as lines, every table standing on a line of its own."""
    found: list[Line] = []
    for block in blocks:
        if isinstance(block, Grid):
            line = Line()
            line.put(Thing("table", table_html(block)), PLAIN)
            found.append(line)
        else:
            found.append(block)
    return found


def laid_out(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks of a paper with frames taken apart, so that only lines, keys and shown tables remain."""
    found: list[Block] = []
    for block in blocks:
        if not isinstance(block, Grid):
            found.append(block)
            continue
        full = [row for row in block.rows if any(words(cell) or _shows(cell) for cell in row)]
        if not full:
            continue
        if answers(block) is not None:
            found.append(block)
        elif (paper := one_table_paper(block)) is not None:
            found += laid_out(paper)
        elif (judged := statements(block)) is not None:
            found += judged
        elif is_frame(block):
            for row in numbered_rows(block):
                for cell in _with_letters(row):
                    found += laid_out(cell)
        else:
            found += as_lines([block])
    return found


def _shows(cell: Sequence[Block]) -> bool:
    return any(isinstance(block, Grid) or block.things for block in cell)


def is_frame(grid: Grid) -> bool:
    """Tell whether a table only lays out questions or options."""
    cells = [cell for row in grid.rows for cell in row]
    if len(cells) == 1:
        return True
    firsts = [
        labels.norm(block.text) for cell in cells for block in cell if isinstance(block, Line) and not block.blank
    ]
    if any((start := labels.question_start(text)) and start.kind == "strong" for text in firsts):
        return True
    letters = {(match["letter"] or match["round"]) for text in firsts if (match := labels.OPTION.match(text.strip()))}
    return {"A", "B"} <= letters or {"a", "b", "c"} <= letters or any(labels.PART.match(text) for text in firsts)


def _with_letters(row: Sequence[list[Block]]) -> list[list[Block]]:
    """Return cells with the letters that stand in cells of their own joined to the option beside them."""
    found: list[list[Block]] = []
    letter: Line | None = None
    for cell in row:
        full = [block for block in cell if isinstance(block, Grid) or not block.blank]
        only = full[0] if len(full) == 1 else None
        if letter is not None:
            lines = as_lines(full)
            if lines:
                letter.join(lines[0])
            found.append([letter, *lines[1:]])
            letter = None
        elif isinstance(only, Line) and labels.OPTION.fullmatch(labels.norm(only.text).strip()):
            letter = only.trimmed()
            letter.add(" ", PLAIN)
        else:
            found.append(cell)
    return [*found, [letter]] if letter is not None else found


def numbered_rows(grid: Grid) -> list[list[list[Block]]]:
    """Return rows with a lone number in the first cell read as "Câu n."."""
    numbers = [match for row in grid.rows if row and (match := _NUMBER_CELL.match(words(row[0])))]
    if len(numbers) * 2 < len(grid.rows):
        return [list(row) for row in grid.rows]
    rows: list[list[list[Block]]] = []
    for row in grid.rows:
        match = _NUMBER_CELL.match(words(row[0])) if row else None
        rows.append([[_label(f"Câu {match[1]}. ")], *row[1:]] if match and len(row) > 1 else list(row))
    return rows


def _label(text: str) -> Line:
    line = Line()
    line.add(text, PLAIN)
    return line


def one_table_paper(grid: Grid) -> list[Block] | None:
    """Return the lines of a paper that is one table with a heading: number, text, options, key, picture, solution."""
    if len(grid.rows) < 2 or len(grid.rows[0]) < 2:
        return None
    heads = [words(cell) for cell in grid.rows[0]]
    text_columns = [n for n, head in enumerate(heads) if _HEAD_TEXT.search(head) and not _HEAD_NUMBER.match(head)]
    if not text_columns:  # "STT | Câu hỏi | …": a second column of that name is no number
        text_columns = [n for n, head in enumerate(heads) if n and _HEAD_TEXT.search(head)]
    keys = [n for n, head in enumerate(heads) if _HEAD_KEY.match(head) or re.match(r"đáp án đúng", head, re.I)]
    option_columns = [
        (n, match[1].upper()) for n, head in enumerate(heads)
        if (match := re.match(r"^(?:đáp án|phương án|option|lựa chọn)?\s*([A-H])$", head, re.I))
    ]  # fmt: skip
    if not text_columns or not (keys or option_columns):
        return None
    found: list[Block] = []
    for place, row in enumerate(grid.rows[1:]):
        cells: list[list[Block]] = [list(cell) for cell in row] + [[] for _ in range(len(heads) - len(row))]
        if not any(words(cell) for cell in cells):
            continue
        number = next((match[1] for cell in cells[:2] if (match := _NUMBER_CELL.match(words(cell)))), str(place + 1))
        found.append(_label(f"Câu {number}. "))
        found += cells[text_columns[0]]
        for n, head in enumerate(heads):
            if _HEAD_PICTURE.search(head) and n not in text_columns and not _HEAD_SOLUTION.search(head):
                found += cells[n]
        for n, letter in option_columns:
            found += [_joined(f"{letter}. ", cells[n])]
        for n in keys:
            if words(cells[n]):
                found.append(_label(f"Đáp án: {words(cells[n])}"))
        for n, head in enumerate(heads):
            if _HEAD_SOLUTION.search(head) and words(cells[n]):
                found += [_label("Lời giải:"), *cells[n]]
    return found


def _joined(text: str, cell: Sequence[Block]) -> Line:
    line = _label(text)
    for block in as_lines(cell):
        line.join(block)
    return line


def statements(grid: Grid) -> list[Block] | None:
    """Return the statements of a table with columns "Đúng" and "Sai", each with its tick."""
    if len(grid.rows) < 2:
        return None
    heads = [words(cell).lower() for cell in grid.rows[0]]
    right = next((n for n, head in enumerate(heads) if head in ("đúng", "đ", "true", "t")), None)
    wrong = next((n for n, head in enumerate(heads) if head in ("sai", "s", "false", "f")), None)
    if right is None or wrong is None:
        return None
    found: list[Block] = []
    for place, row in enumerate(grid.rows[1:]):
        if len(row) <= max(right, wrong):
            return None
        said = [cell for n, cell in enumerate(row) if n not in (right, wrong) and words(cell)]
        if not said:
            continue
        line = _joined("", [block for cell in said for block in cell])
        if not labels.OPTION.match(labels.norm(line.text).strip()):
            line = _joined(f"{chr(ord('a') + place)}) ", [line])
        ticks = [bool(_TICK.match(words(row[n]))) for n in (right, wrong)]
        line.truth = ticks[0] if ticks[0] != ticks[1] else None
        found.append(line)
    return found


Found = dict[int, str]


def answers(grid: Grid) -> Found | None:
    """Return question number → answer when a table is a key, None when it is something else.

    An answer is what the cell says; statements a–d come together as "a:Đ b:S". A sheet left blank to be filled in is a
    key without answers.
    """
    rows = [[words(cell) for cell in row] for row in grid.rows]
    rows = [row for row in rows if any(row)]
    if not rows:
        return None
    for reading in (_pairs_in_cells, _rows_in_pairs, _columns, _statement_columns):
        found = reading(rows)
        if found is not None:
            return found
    return None


# Without a heading only letters make a key: a table of numbers may belong to a question.
_LETTER_CELL = re.compile(r"^(?:[A-Ha-h]|[A-H](?:\s*,\s*[A-H])+|[ĐSđs]{2,6}|)$")
_TRUTH_CELL = re.compile(r"^(?:đúng|sai|true|false|[đstfx])?$", re.I)
UNHEADED_AT_LEAST = 3


def _pairs_in_cells(rows: list[list[str]]) -> Found | None:
    cells = [cell for row in rows for cell in row if cell]
    found: Found = {}
    for cell in cells:
        pairs = compact(cell)
        if pairs is None or set(pairs) & set(found):
            return None
        found |= pairs
    return found if len(found) >= 2 else None


_TOKEN = re.compile(
    r"(?:câu\s*)?(?P<n>\d{1,3})\s*[-–.:)=]{0,2}\s*(?P<a>"
    rf"[A-Ha-h]{labels.NOT_LOWER}(?![\d)])|[ĐSđs](?:\s*[-,;]?\s*[ĐSđs]{labels.NOT_LOWER}){{1,5}}"
    r"|(?:[a-d]\s*[-–.:)]\s*(?:đúng|sai|Đ|S)\s*[,;]?\s*){2,6})",
    re.I,
)


def compact(text: str) -> Found | None:
    """Return the answers of "1A 2B", "1-A; 2-B", "Câu 1: ĐSĐĐ"; None when anything else is written there."""
    found: Found = {}
    at = 0
    for match in _TOKEN.finditer(text):
        if text[at : match.start()].strip(" \t,;.|/–-"):
            return None
        if int(match["n"]) in found:
            return None
        found[int(match["n"])] = match["a"]
        at = match.end()
    return found if found and not text[at:].strip(" \t,;.|/–-▢") else None


def _rows_in_pairs(rows: list[list[str]]) -> Found | None:
    """Read a row of numbers over a row of answers, perhaps several times."""
    found: Found = {}
    place = 0
    while place < len(rows):
        row = rows[place]
        headed = bool(row and _HEAD_NUMBER.match(row[0]))
        numbers = {
            n: int(match[1]) for n, cell in enumerate(row) if (n or not headed) and (match := _NUMBER_CELL.match(cell))
        }
        if len(numbers) < (1 if headed else UNHEADED_AT_LEAST) or len(numbers) < sum(1 for cell in row[1:] if cell):
            return None if not found else found if not any(rows[place]) else None
        ordered = list(numbers.values())
        if ordered != sorted(set(ordered)):
            return None
        below = rows[place + 1 :]
        if below and re.match(r"^(?:ý\s*)?a\s*[.):]?$", below[0][0] if below[0] else "", re.I):
            count = 0
            for line in below[:6]:
                letter = re.match(r"^(?:ý\s*)?([a-f])\s*[.):]?$", line[0] if line else "", re.I)
                if not letter:
                    break
                count += 1
                for n, number in numbers.items():
                    if n < len(line) and line[n]:
                        found[number] = f"{found.get(number, '')} {letter[1].lower()}:{line[n]}".strip()
            place += 1 + count
            continue
        if not below:
            return None
        given = below[0]
        if headed and given and given[0] and not _HEAD_KEY.match(given[0]):
            return None
        shift = len(given) - len(row)
        if shift not in (0, -1):
            return None
        for n, number in numbers.items():
            cell = given[n + shift] if 0 <= n + shift < len(given) else ""
            if not headed and not _LETTER_CELL.match(cell):
                return None
            if cell:
                if number in found:
                    return None
                found[number] = cell
        place += 2
    return found


def _columns(rows: list[list[str]]) -> Found | None:
    """Read a column of numbers beside a column of answers, perhaps several times."""
    heads = rows[0]
    pairs = [n for n in range(len(heads) - 1) if _HEAD_NUMBER.match(heads[n]) and _HEAD_KEY.match(heads[n + 1])]
    body = rows[1:]
    if not pairs:
        if len(heads) % 2 or not all(
            _NUMBER_CELL.match(row[n]) and row[n + 1] for row in rows[:-1] for n in range(0, len(row) - 1, 2)
        ):
            return None
        pairs, body = list(range(0, len(heads), 2)), rows
        if len(rows) < 2 or not all(_LETTER_CELL.match(row[n + 1]) for row in rows for n in pairs if n + 1 < len(row)):
            return None
    elif len(heads) > 2 * len(pairs) + 1:
        return None
    found: Found = {}
    for row in body:
        for n in pairs:
            if n + 1 < len(row) and (match := _NUMBER_CELL.match(row[n])):
                if int(match[1]) in found:
                    return None
                if row[n + 1]:
                    if len(row[n + 1]) > 60:
                        return None
                    found[int(match[1])] = row[n + 1]
    return found


def _statement_columns(rows: list[list[str]]) -> Found | None:
    """Read rows "1 | Đ | S | Đ | S" under a heading "Câu | a | b | c | d"."""
    letters = {
        n: match[1].lower()
        for n, head in enumerate(rows[0])
        if (match := re.match(r"^(?:ý\s*)?([a-f])\s*[.):]?$", head, re.I))
    }
    if len(letters) < 2 or not _HEAD_NUMBER.match(rows[0][0]):
        return None
    found: Found = {}
    for row in rows[1:]:
        match = _NUMBER_CELL.match(row[0])
        if not match or int(match[1]) in found:
            return None
        if any(not _TRUTH_CELL.match(row[n]) for n in letters if n < len(row)):
            return None
        given = [f"{letter}:{row[n]}" for n, letter in letters.items() if n < len(row) and row[n]]
        if given:
            found[int(match[1])] = " ".join(given)
    return found
