"""The answer sheet (phiếu trả lời) of the format of 2025: bubbles that a pupil blackens and a machine reads.

A page a form. Four black squares at the corners say where the page lies, the QR code says of which test and form it is;
every bubble stands at a place that follows from the form alone. What is not answered by bubbles goes on other paper.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence

from lms.base.documents.typst import FONT, compiled, words
from lms.quizzes.printing import Head, Kind, Printed
from question_bank import api as bank

_CANDIDATE = 6  # digits of a candidate's number
_ROWS = 10  # questions of part I below each other
_CHOICES = frozenset({Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE})
_NUMBERS = frozenset({Kind.SHORT_NUMBER})
_TRUTHS = frozenset({Kind.CLUSTER, Kind.TRUE_FALSE})
_SIGNS = ("−", ",", *"0123456789")
_PLACES = 4  # signs of a short answer
_SIGN_PLACES: Mapping[str, tuple[int, ...]] = {"−": (0,), ",": (1, 2)}

_HEAD = """#set page(paper: "a4", margin: (x: 16mm, y: 14mm), background: {
  for (at, dx, dy) in ((top + left, 7mm, 7mm), (top + right, -7mm, 7mm), (bottom + left, 7mm, -7mm),
    (bottom + right, -7mm, -7mm)) { place(at, dx: dx, dy: dy, square(size: 5mm, fill: black)) }
})
#set text(font: "FONT", lang: "vi", size: 10pt)
#set par(spacing: 0.5em)
#let bubble(sign, full: false) = box(baseline: 25%, circle(radius: 2mm, stroke: 0.5pt, inset: 0pt,
  fill: if full { black } else { none })[#set align(center + horizon);#text(size: 6.5pt)[#sign]])
#let blank = box(width: 4mm, height: 4mm)
#let cell = box(width: 4.6mm, height: 5.4mm, stroke: 0.5pt)
#let title(said) = block(above: 3mm, below: 1.6mm, text(weight: "bold", said))
"""


def answer_sheets(head: Head, quiz_uid: str, forms: Sequence[Printed]) -> bytes:
    """Return the answer sheets of forms as one PDF."""
    files: dict[str, bytes] = {}
    pages = []
    for form in forms:
        name = f"code-{form.code}.svg"
        files[name] = code(quiz_uid, form.code)
        pages.append("\n".join(_page(head, form, name)))
    return compiled(_HEAD.replace("FONT", FONT) + "\n#pagebreak()\n".join(pages), files)


def said_by_code(quiz_uid: str, form: str) -> str:
    """What the code on a sheet says: whose it is and in which version, the test, the form."""
    return f"GIEO1 {quiz_uid} {form}"


def code(quiz_uid: str, form: str) -> bytes:
    """Return the QR code of a form as SVG."""
    import segno

    out = io.BytesIO()
    segno.make(said_by_code(quiz_uid, form), error="m", micro=False).save(out, kind="svg", border=2)
    return out.getvalue()


def _page(head: Head, form: Printed, picture: str) -> Iterator[str]:
    yield (
        f'#grid(columns: (1fr, 26mm), [#text(weight: "bold")[{words(head.school)}] #linebreak()'
        f'#text(size: 13pt, weight: "bold")[{words("PHIẾU TRẢ LỜI")}] #linebreak()'
        f"{words(f'{head.title} – {head.subject} {head.grade}')} #v(2mm)"
        f"{words('Họ và tên: …………………………………………………… Lớp: ……………')} #v(1mm)"
        f"{words('Tô kín một ô tròn cho mỗi lựa chọn; muốn đổi thì tẩy sạch rồi tô ô khác.')}],"
        f'[#image("{picture}", width: 26mm)])'
    )
    yield (
        f"#grid(columns: (auto, auto, 1fr), column-gutter: 12mm, [#title[{words('Số báo danh')}]{_digits(_CANDIDATE)}],"
        f"[#title[{words('Mã đề')}]{_digits(len(form.code), form.code)}],"
        f"[#title[{words('Chữ kí giám thị')}]#box(width: 100%, height: 26mm, stroke: 0.5pt)])"
    )
    bodies = [(slot["label"], bank.decode_body(slot["body"])) for slot in form.slots if slot["label"]]
    choices = [(label, len(body.options)) for label, body in bodies if body.type in _CHOICES]
    truths = [(label, max(1, len(body.options))) for label, body in bodies if body.type in _TRUTHS]
    numbers = [label for label, body in bodies if body.type in _NUMBERS]
    if choices:
        yield f"#title[{words('PHẦN I. Nhiều lựa chọn')}]{_choices(choices)}"
    if truths:
        yield f"#title[{words('PHẦN II. Đúng – Sai')}]{_truths(truths)}"
    if numbers:
        yield f"#title[{words('PHẦN III. Trả lời ngắn')}]{_numbers(numbers)}"
    others = [label for label, body in bodies if body.type not in _CHOICES | _TRUTHS | _NUMBERS]
    if others:
        yield f"#v(2mm)#emph[{words('Làm trên giấy: câu ' + ', '.join(others) + '.')}]"


def _grid(columns: int | str, cells: Sequence[str], gutter: str = "1mm") -> str:
    gutters = f"column-gutter: {gutter}, row-gutter: 0.7mm"
    return f"#grid(columns: {columns}, {gutters}, align: center + horizon, {', '.join(cells)})"


def _bubble(sign: str, *, full: bool = False) -> str:
    return f"[#bubble([{words(sign)}]{', full: true' if full else ''})]"


def _digits(places: int, filled: str = "") -> str:
    """A grid of digits below boxes to write in; `filled` are those that are black already."""
    cells = [
        f"[#box(width: 4.6mm, height: 5.4mm, stroke: 0.5pt)[#set align(center + horizon);{words(filled[at : at + 1])}]]"
        for at in range(places)
    ]
    for digit in "0123456789":
        cells += [_bubble(digit, full=filled[at : at + 1] == digit) for at in range(places)]
    return _grid(places, cells)


def _choices(questions: Sequence[tuple[str, int]]) -> str:
    """Part I: ten questions below each other, the next ten beside them."""
    blocks = []
    for start in range(0, len(questions), _ROWS):
        rows = questions[start : start + _ROWS]
        widest = max(options for _label, options in rows)
        cells = []
        for label, options in rows:
            cells.append(f'[#text(size: 9pt, weight: "bold")[{words(label)}]]')
            cells += [_bubble(chr(ord("A") + at)) for at in range(options)]
            cells += ["[]"] * (widest - options)
        blocks.append(f"[{_grid(f'(7mm,) + (auto,) * {widest}', cells)}]")
    return _beside(blocks, 4)


def _truths(questions: Sequence[tuple[str, int]]) -> str:
    """Part II: a block a question, a row a statement."""
    blocks = []
    for label, statements in questions:
        cells = [f'[#text(size: 9pt, weight: "bold")[{words(f"Câu {label}")}]]', f"[{words('Đ')}]", f"[{words('S')}]"]
        for at in range(statements):
            name = f"{chr(ord('a') + at)})" if statements > 1 else ""
            cells += [f"[{words(name)}]", _bubble("Đ"), _bubble("S")]
        blocks.append(f"[{_grid('(13mm, auto, auto)', cells)}]")
    return _beside(blocks, 6)


def _numbers(labels: Sequence[str]) -> str:
    """Part III: a block a question, four signs; a minus stands first, a comma second or third."""
    blocks = []
    for label in labels:
        name = f'[#text(size: 9pt, weight: "bold")[{words(f"Câu {label}")}]]'
        cells = [f"grid.cell(colspan: {_PLACES + 1}, align: left + horizon){name}"]
        cells += ["[]", *["[#cell]"] * _PLACES]
        for sign in _SIGNS:
            allowed = _SIGN_PLACES.get(sign, tuple(range(_PLACES)))
            cells += [f"[#text(size: 7pt)[{words(sign)}]]"]
            cells += [_bubble(sign) if at in allowed else "[#blank]" for at in range(_PLACES)]
        blocks.append(f"[{_grid(f'(3mm,) + (auto,) * {_PLACES}', cells, '0.6mm')}]")
    return _beside(blocks, 6)


def _beside(blocks: Sequence[str], most: int) -> str:
    return f"#grid(columns: (1fr,) * {most}, row-gutter: 3mm, {', '.join(blocks)})"
