"""Word papers: every layout and every place of a key that teachers use."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from bench.papers.wordml import (
    docx,
    formula,
    math,
    numbering,
    old_equation,
    paragraph,
    picture,
    run,
    table,
)
from question_bank.formats.docx import read
from question_bank.items.domain import ChoiceKey, EssayKey, ItemDraft, ItemType, NumberKey, TextKey, TruthKey
from tests.question_bank.formats import mathtype

INPUTS = Path(__file__).parents[4] / "shared" / "inputs" / "6-vn-exams"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def paper(*lines: str) -> tuple[ItemDraft, ...]:
    return read(docx(*(line if line.startswith("<") else paragraph(line) for line in lines))).drafts


def options(draft: ItemDraft) -> list[str]:
    return [option.html for option in draft.body.options]


def key_of(draft: ItemDraft) -> str:
    """Return the letter of the only right option, "" without a key."""
    if not isinstance(draft.key, ChoiceKey):
        return ""
    ((ident, share),) = draft.key.weights.items()
    assert share == 1
    return ident.upper()


def codes(draft: ItemDraft) -> list[str]:
    return [problem.code for problem in draft.problems]


MARKED = {
    "label underlined": lambda text: run(text[:2], "u") + run(text[2:]),
    "label coloured": lambda text: run(text[:2], "red") + run(text[2:]),
    "label highlighted": lambda text: run(text[:2], "yellow") + run(text[2:]),
    "label bold": lambda text: run(text[:2], "b") + run(text[2:]),
    "text underlined": lambda text: run(text[:3]) + run(text[3:], "u"),
    "text coloured": lambda text: run(text[:3]) + run(text[3:], "red"),
    "all bold": lambda text: run(text, "b"),
    "letter only": lambda text: run(text[:1], "u") + run(text[1:]),
    "star": lambda text: run("*" + text),
    "star after the label": lambda text: run(text[:3] + "*" + text[3:]),
    "x behind": lambda text: run(text + " (x)"),
}


@pytest.mark.parametrize("mark", MARKED)
@pytest.mark.parametrize("across", [1, 2, 4])
def test_marks_and_layouts(mark: str, across: int) -> None:
    labelled = ["A. 1 m", "B. 2 m", "C. 3 m", "D. 4 m"]
    body = []
    for number, right in enumerate("BDA", 1):
        body.append(paragraph(f"Câu {number}. Độ dài nào đúng?"))
        pieces = [MARKED[mark](text) if text[0] == right else run(text) for text in labelled]
        for start in range(0, 4, across):
            body.append(paragraph(run("\t").join(pieces[start : start + across])))
    drafts = read(docx(*body)).drafts
    assert [key_of(draft) for draft in drafts] == ["B", "D", "A"]
    for draft in drafts:
        assert options(draft) == ["1 m", "2 m", "3 m", "4 m"]
        assert draft.body.prompt == "<p>Độ dài nào đúng?</p>"
        assert not draft.problems


def test_a_look_that_all_options_share_is_no_key() -> None:
    (draft,) = paper(
        "Câu 1: Chọn.", *(paragraph(run(f"{letter}.", "b", "blue"), run(" x" + letter)) for letter in "ABCD")
    )
    assert draft.key is None
    assert codes(draft) == ["no_key"]


def test_the_odd_colour_among_coloured_labels_is_the_key() -> None:
    looks = {"A": "blue", "B": "blue", "C": "red", "D": "blue"}
    (draft,) = paper(
        "Câu 1: Chọn.", *(paragraph(run(f"{letter}.", "b", look), run(" x" + letter)) for letter, look in looks.items())
    )
    assert key_of(draft) == "C"


def test_underlined_parts_of_words_are_no_key_and_stay() -> None:
    (draft,) = paper(
        "Câu 1: Chọn từ có phần gạch chân đọc khác.",
        *(
            paragraph(f"{letter}. ", run(word[:2], "u"), run(word[2:]))
            for letter, word in zip("ABCD", ("head", "bean", "seat", "meat"), strict=True)
        ),
    )
    assert draft.key is None
    assert options(draft) == ["<u>he</u>ad", "<u>be</u>an", "<u>se</u>at", "<u>me</u>at"]


def test_two_marks_and_three_marks_are_reported_with_their_letters() -> None:
    for marked in ("AB", "ABD"):
        (draft,) = paper(
            "Câu 1: Chọn.",
            *(
                paragraph(run(f"{letter}.", *(["u"] if letter in marked else [])), run(" x" + letter))
                for letter in "ABCD"
            ),
        )
        assert draft.key is None
        assert [(problem.code, problem.params["labels"]) for problem in draft.problems] == [
            ("several_keys", ", ".join(marked))
        ]


def test_a_stray_bold_option_is_no_key_where_the_paper_underlines() -> None:
    body = []
    for number in range(1, 9):
        body.append(paragraph(f"Câu {number}. Hỏi?"))
        for letter in "ABCD":
            looks = ["u"] if letter == "B" and number < 8 else ["b"] if letter == "C" and number == 8 else []
            body.append(
                paragraph(
                    run(f"{letter}. ", *(["u"] if looks == ["u"] else [])),
                    run("x" + letter, *(["b"] if looks == ["b"] else [])),
                )
            )
    drafts = read(docx(*body)).drafts
    assert [key_of(draft) for draft in drafts] == ["B"] * 7 + [""]


def test_disagreement_is_reported() -> None:
    (draft,) = paper(
        "Câu 1. Hỏi?", paragraph(run("A.", "u"), run(" a")), "B. b", "C. c", "D. d", "Lời giải", "Vì thế.", "Chọn C."
    )
    assert draft.key is None
    assert [(problem.code, dict(problem.params)) for problem in draft.problems] == [
        ("keys_disagree", {"first": "A", "second": "C"})
    ]
    assert draft.notes.solution == "<p>Vì thế.</p><p>Chọn C.</p>"


@pytest.mark.parametrize(
    "line",
    [
        "Đáp án: B",
        "Đáp án B",
        "ĐÁP ÁN: B.",
        "Chọn B",
        "Chọn đáp án B.",
        "=> Chọn B",
        "Answer: B",
        "Key: b",
        "Đáp án đúng là: B",
    ],
)
def test_key_lines(line: str) -> None:
    (draft,) = paper("Câu 1: Hỏi?", "A. a", "B. b", "C. c", "D. d", line)
    assert key_of(draft) == "B"
    assert options(draft) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("line", ["Đáp án A, B sai vì thiếu điều kiện.", "Đáp án A: sai", "Chọn câu đúng nhất"])
def test_lines_about_options_are_no_keys(line: str) -> None:
    (draft,) = paper("Câu 1: Hỏi?", "A. a", "B. b", "C. c", "D. d", "Lời giải:", line)
    assert draft.key is None


@pytest.mark.parametrize(
    "rows",
    [
        [["Câu", "1", "2", "3"], ["Đáp án", "C", "A", "D"]],
        [["1", "2", "3"], ["C", "A", "D"]],
        [["Câu", "Đáp án"], ["1", "C"], ["2", "A"], ["3", "D"]],
        [["1-C", "2-A", "3-D"]],
        [["1.C", "2.A"], ["3.D", ""]],
        [["Câu", "Đáp án", "Câu", "Đáp án"], ["1", "C", "3", "D"], ["2", "A", "", ""]],
    ],
)
def test_answer_tables(rows: list[list[str]]) -> None:
    body: list[str] = []
    for number in range(1, 4):
        body += [f"Câu {number}. Hỏi {number}?", "A. a\tB. b\tC. c\tD. d"]
    drafts = paper(*body, "--- HẾT ---", "ĐÁP ÁN", table(rows))
    assert [key_of(draft) for draft in drafts] == ["C", "A", "D"]


@pytest.mark.parametrize(
    "line", ["1C 2A 3D", "1-C, 2-A, 3-D", "1.C\t2.A\t3.D", "1c 2a 3d", "Câu 1: C; Câu 2: A; Câu 3: D"]
)
def test_answer_lists(line: str) -> None:
    body: list[str] = []
    for number in range(1, 4):
        body += [f"Câu {number}. Hỏi {number}?", "A. a\tB. b\tC. c\tD. d"]
    drafts = paper(*body, "BẢNG ĐÁP ÁN", line)
    assert [key_of(draft) for draft in drafts] == ["C", "A", "D"]


def test_parts_restart_their_numbers_and_answers_find_their_part() -> None:
    drafts = paper(
        "SỞ GD&ĐT HÀ NỘI",
        "Thời gian: 50 phút",
        "PHẦN I. Câu trắc nghiệm nhiều phương án lựa chọn.",
        "Thí sinh trả lời từ câu 1 đến câu 2. Mỗi câu hỏi thí sinh chỉ chọn một phương án.",
        "Câu 1. Một?",
        "A. a\tB. b\tC. c\tD. d",
        "Câu 2. Hai?",
        "A. a\tB. b",
        "C. c\tD. d",
        "PHẦN II. Câu trắc nghiệm đúng sai. Trong mỗi ý a), b), c), d) ở mỗi câu, thí sinh chọn đúng hoặc sai.",
        "Câu 1. Cho hàm số.",
        "a) Đồng biến.",
        "b) Nghịch biến.",
        "c) Có cực trị.",
        "d) Liên tục.",
        "PHẦN III. Câu trắc nghiệm trả lời ngắn.",
        "Câu 1. Tính x.",
        "Câu 2. Tính y.",
        "HẾT",
        "ĐÁP ÁN",
        "PHẦN I",
        table([["Câu", "1", "2"], ["Đáp án", "B", "D"]]),
        "PHẦN II",
        table([["Câu", "a", "b", "c", "d"], ["1", "Đ", "S", "S", "Đ"]]),
        "PHẦN III",
        table([["Câu", "1", "2"], ["Đáp án", "12,5", "-3"]]),
    )
    assert [(draft.part, draft.number, draft.body.type) for draft in drafts] == [
        ("PHẦN I", "Câu 1", ItemType.SINGLE_CHOICE),
        ("PHẦN I", "Câu 2", ItemType.SINGLE_CHOICE),
        ("PHẦN II", "Câu 1", ItemType.CLUSTER),
        ("PHẦN III", "Câu 1", ItemType.SHORT_NUMBER),
        ("PHẦN III", "Câu 2", ItemType.SHORT_NUMBER),
    ]
    assert [key_of(draft) for draft in drafts[:2]] == ["B", "D"]
    assert drafts[2].key == TruthKey({"a": True, "b": False, "c": False, "d": True})
    assert [draft.key.accepted[0].value for draft in drafts[3:] if isinstance(draft.key, NumberKey)] == ["12.5", "-3"]
    assert not any(draft.problems for draft in drafts)


def test_answers_without_parts_go_where_they_can_belong_only() -> None:
    drafts = paper(
        "PHẦN I. Trắc nghiệm",
        "Câu 1. Một?",
        "A. a\tB. b\tC. c\tD. d",
        "PHẦN II. Đúng sai",
        "Câu 1. Cho:",
        "a) x",
        "b) y",
        "c) z",
        "d) t",
        "PHẦN III. Trả lời ngắn",
        "Câu 1. Tính.",
        "BẢNG ĐÁP ÁN",
        "Câu 1: B",
        "Câu 1: ĐSĐS",
        "Câu 1: 0,5",
    )
    assert key_of(drafts[0]) == "B"
    assert drafts[1].key == TruthKey({"a": True, "b": False, "c": True, "d": False})
    assert isinstance(drafts[2].key, NumberKey)


@pytest.mark.parametrize(
    "statements",
    [
        [run("a)", "u") + run(" Một."), run("b) Hai."), run("c)", "u") + run(" Ba."), run("d) Bốn.")],
        ["a) Một. (Đ)", "b) Hai. (S)", "c) Ba. (Đ)", "d) Bốn. (S)"],
        ["a) Một. – Đúng", "b) Hai. – Sai", "c) Ba. – Đúng", "d) Bốn. – Sai"],
        ["a) [Đ] Một.", "b) [S] Hai.", "c) [Đ] Ba.", "d) [S] Bốn."],
        ["a) Một.", "b) Hai.", "c) Ba.", "d) Bốn.", "Đáp án: a) Đúng, b) Sai, c) Đúng, d) Sai"],
        ["a) Một.", "b) Hai.", "c) Ba.", "d) Bốn.", "Đáp án: ĐSĐS"],
        ["a) Một.\tb) Hai.", "c) Ba.\td) Bốn.", "Đáp án: Đ-S-Đ-S"],
    ],
)
def test_statements(statements: list[str]) -> None:
    (draft,) = paper("Câu 1. Mỗi phát biểu sau đúng hay sai?", *(paragraph(one) for one in statements))
    assert draft.body.type is ItemType.CLUSTER
    assert options(draft) == ["Một.", "Hai.", "Ba.", "Bốn."]
    assert draft.key == TruthKey({"a": True, "b": False, "c": True, "d": False})


def test_statements_in_a_table_with_ticks() -> None:
    (draft,) = paper(
        "Câu 1. Cho hàm số.",
        table(
            [
                ["Phát biểu", "Đúng", "Sai"],
                ["a) Một.", "X", ""],
                ["b) Hai.", "", "X"],
                ["c) Ba.", "x", ""],
                ["d) Bốn.", "", "x"],
            ]
        ),
    )
    assert draft.key == TruthKey({"a": True, "b": False, "c": True, "d": False})
    assert options(draft) == ["Một.", "Hai.", "Ba.", "Bốn."]


def test_statements_judged_in_the_solution() -> None:
    (draft,) = paper(
        "PHẦN II. Câu trắc nghiệm đúng sai",
        "Câu 1. Cho:",
        "a) Một.",
        "b) Hai.",
        "Lời giải",
        "a) Đúng vì 1.",
        "b) Sai vì 2.",
    )
    assert draft.key == TruthKey({"a": True, "b": False})
    assert "vì 2" in draft.notes.solution


def test_tables_of_numbers_are_no_keys() -> None:
    first, second = paper(
        "Câu 1. Cho bảng, tính.",
        table([["x", "1", "2", "3"], ["y", "2", "4", "6"]]),
        "Đáp án: 5",
        "Câu 2. Cho bảng:",
        table([["1", "2", "3"], ["4", "5", "6"]]),
        "A. a\tB. b",
    )
    assert "<table>" in first.body.prompt
    assert isinstance(first.key, NumberKey)
    assert "<table>" in second.body.prompt
    assert second.key is None


def test_statements_without_a_key_are_reported() -> None:
    (draft,) = paper("PHẦN II. Câu trắc nghiệm đúng sai", "Câu 1. Cho:", "a) Một.", "b) Hai.", "c) Ba.", "d) Bốn. Đúng")
    assert draft.key is None
    assert codes(draft) == ["half_key"]


def test_parts_of_an_essay_question_are_no_statements() -> None:
    (draft,) = paper("Câu 1 (2,0 điểm). Cho tam giác ABC.", "a) Tính AB.", "b) Chứng minh AB = AC.")
    assert draft.body.type is ItemType.ESSAY
    assert draft.key == EssayKey()
    assert "Chứng minh" in draft.body.prompt
    assert draft.points == Fraction(2)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Đáp án: 12,5", "12.5"),
        ("Đáp số: -3", "-3"),
        ("Trả lời: 0,25", "0.25"),
        ("A. 200", "200"),
        ("Đáp án: $2{,}5$", "2.5"),
    ],
)
def test_short_numbers(line: str, value: str) -> None:
    said = paragraph(run("A. ") + run("200", "u")) if line.startswith("A.") else paragraph(line)
    (draft,) = paper("Câu 1. Tính.", said)
    assert draft.body.type is ItemType.SHORT_NUMBER
    assert isinstance(draft.key, NumberKey)
    assert draft.key.accepted[0].value == value


def test_short_words_and_numbers_in_doubt() -> None:
    first, second, third = paper(
        "Câu 1. Ai?",
        "Đáp án: Tố Hữu",
        "Câu 2. Bao nhiêu?",
        "Đáp án: 1.200",
        "PHẦN III. Trả lời ngắn",
        "Câu 3. Tính.",
        "Đáp án: ……",
    )
    assert isinstance(first.key, TextKey)
    assert codes(second) == ["ambiguous_number"]
    assert second.key is None
    assert (third.body.type, third.key, codes(third)) == (ItemType.SHORT_NUMBER, None, ["no_key"])


def test_automatic_numbers() -> None:
    lists = numbering([("decimal", "Câu %1."), ("upperLetter", "%2.")])
    body = []
    for right in "BC":
        body.append(paragraph("Hỏi?", numbered=(1, 0)))
        body += [paragraph("x" + letter, numbered=(1, 1), mark="u" if letter == right else "") for letter in "ABCD"]
    data = docx(*body, parts={"word/numbering.xml": lists})
    drafts = read(data).drafts
    assert [draft.number for draft in drafts] == ["Câu 1", "Câu 2"]
    assert [key_of(draft) for draft in drafts] == ["B", "C"]
    assert options(drafts[1]) == ["xA", "xB", "xC", "xD"]


def test_options_in_tables_and_glued_lines() -> None:
    first, second = paper(
        "Câu 1. Hỏi?",
        table([["A. a", "B. b"], ["C. c", paragraph(run("D.", "u"), run(" d"))]]),
        paragraph(run("Câu 2. Nữa?\nA. a\nB. b\n"), run("C", "u"), run(". c\nD. d")),
    )
    assert (key_of(first), options(first)) == ("D", ["a", "b", "c", "d"])
    assert (key_of(second), options(second)) == ("C", ["a", "b", "c", "d"])


def test_one_table_paper() -> None:
    (draft, other) = paper(
        table(
            [
                ["STT", "Nội dung câu hỏi", "Đáp án", "Lời giải"],
                ["1", paragraph("Hỏi?") + paragraph("A. a") + paragraph("B. b"), "B", "Vì b."],
                ["2", paragraph("Nữa?") + paragraph("A. a") + paragraph("B. b"), "A", ""],
            ]
        )
    )
    assert (key_of(draft), key_of(other)) == ("B", "A")
    assert draft.notes.solution == "<p>Vì b.</p>"


def test_separators_groups_and_codes() -> None:
    drafts = paper(
        "(CLO1) Một?",
        "A. a",
        paragraph(run("B.", "u"), run(" b")),
        "[<br>]",
        "[<sg>] (CLO2) Đọc: {<1>}_____ và {<2>}_____.",
        "[<egc>]",
        "(<1>)",
        "A. a",
        paragraph(run("B.", "u"), run(" b")),
        "[<br>]",
        "(<2>) Hai?",
        paragraph(run("A.", "u"), run(" a")),
        "B. b",
        "[<br>]",
        "[</sg>]",
        "[NB] Cuối?",
        paragraph(run("A.", "u"), run(" a")),
        "B. b",
        "[<br>]",
    )
    assert [key_of(draft) for draft in drafts] == ["B", "B", "A", "A"]
    assert [draft.codes for draft in drafts] == [("CLO1",), ("CLO2",), ("CLO2",), ()]
    assert drafts[3].level == "NB"
    assert drafts[1].body.prompt == "<p>(1) _____</p>"
    assert drafts[1].body.passage == "<p>Đọc: (1)_____ và (2)_____.</p>"
    assert drafts[1].body.passage_id == drafts[2].body.passage_id != drafts[3].body.passage_id


def test_a_passage_for_a_range_of_questions() -> None:
    drafts = paper(
        "Câu 1. Một?",
        "A. a\tB. b",
        "Đọc đoạn trích sau và trả lời các câu từ 2 đến 3:",
        "Trời xanh.",
        "Mây trắng.",
        "Câu 2. Hai?",
        "A. a\tB. b",
        "Câu 3. Ba?",
        "A. a\tB. b",
        "Câu 4. Bốn?",
        "A. a\tB. b",
    )
    assert [bool(draft.body.passage) for draft in drafts] == [False, True, True, False]
    assert "Mây trắng" in drafts[1].body.passage
    assert options(drafts[0]) == ["a", "b"]


def test_bare_numbers_with_lists_inside() -> None:
    drafts = paper(
        "1. Một?", "A. a\tB. b", "2. Cho các ý:", "1. ý này", "2. ý kia", "A. a\tB. b", "3) Ba?", "A. a\tB. b"
    )
    assert [draft.number for draft in drafts] == ["Câu 1", "Câu 2", "Câu 3"]
    assert "ý kia" in drafts[1].body.prompt


def test_formulas_pictures_scripts_and_symbols() -> None:
    fraction = formula(f"<m:f><m:num>{math('x')}</m:num><m:den>{math('2')}</m:den></m:f>")
    drafts = read(
        docx(
            paragraph("Câu 1. H", run("2", "sub"), run("O, "), fraction, run(" và "), picture("rId1", "hình")),
            paragraph("A. ", formula(math("α≤β")), run("\tB. m"), run("2", "sup")),
            paragraph(
                '<w:r><w:t>Câu 2. </w:t></w:r><w:r><w:sym w:font="Symbol" w:char="F061"/></w:r>', old_equation("rId2")
            ),
            paragraph("A. \\(x^2\\)\tB. $y$"),
            media={"rId1": PNG, "rId2": b"\xd7\xcd\xc6\x9a" + bytes(30)},
        )
    )
    first, second = drafts.drafts
    assert "H<sub>2</sub>O" in first.body.prompt
    assert '<span class="tex">\\frac{x}{2}</span>' in first.body.prompt
    assert 'alt="hình" width="100" height="50"' in first.body.prompt
    assert options(first) == ['<span class="tex">\\alpha\\le\\beta</span>', "m<sup>2</sup>"]
    assert second.body.prompt.startswith("<p>α<img")
    assert "docx_mathtype" in codes(second)
    assert options(second) == ['<span class="tex">x^2</span>', '<span class="tex">y</span>']
    assert {asset.media_type for asset in drafts.assets.values()} == {"image/png", "image/wmf"}


def test_a_missing_letter_is_reported() -> None:
    (draft,) = paper("Câu 1. Hỏi?", "A. a", paragraph(run("B.", "u"), run(" b")), "D. c", "D. d")
    assert draft.key is None
    assert "labels_unclear" in codes(draft)


def test_levels_points_and_fixed_options() -> None:
    (draft,) = paper("Câu 1 (0,25 điểm) [VDC]: Hỏi?", "*A. a", "B. b", "C. Cả A và B", "D. Tất cả đều sai")
    assert (draft.level, draft.points, key_of(draft)) == ("VDC", Fraction(1, 4), "A")
    assert [option.fixed for option in draft.body.options] == [False, False, True, True]


@pytest.mark.skipif(not INPUTS.exists(), reason="the real files are not there")
@pytest.mark.parametrize(
    ("name", "count", "keys"),
    [
        ("basic_questions_sample.docx", 5, "ACAB-"),
        ("fill_blank_sample.docx", 4, "AABA"),
        ("group_questions_sample.docx", 4, "BBCA"),
        ("mixed_questions_sample.docx", 5, "CABBD"),
        ("Test_CauHoiDon.docx", 3, "BCB"),
        ("TOT NGHIEP.docx", 23, "ABBCBBABADAABDBABCBBCBC"),
        ("ĐỀ THI TEST.docx", 13, "B---CC-----CC"),
    ],
)
def test_real_papers(name: str, count: int, keys: str) -> None:
    (path,) = INPUTS.rglob(name)
    reading = read(path.read_bytes(), name)
    assert reading.found == len(reading.drafts) == count
    assert "".join(key_of(draft) or "-" for draft in reading.drafts) == keys


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Nghiệm của $x^{2}=4$ là", '<span class="tex">x^{2}=4</span> là'),
        ("Tính $ \\dfrac{1}{2} $ xong", '<span class="tex">\\dfrac{1}{2}</span> xong'),
        ("Số$\\log_{2}8$ bằng", 'Số<span class="tex">\\log_{2}8</span> bằng'),
        ("Giá từ $5 đến $10 một kg", "Giá từ $5 đến $10 một kg"),
    ],
)
def test_latex_between_dollars_is_a_formula(typed: str, shown: str) -> None:
    (draft,) = paper(f"Câu 1. {typed}", "*A. a", "B. b")
    assert shown in draft.body.prompt
    assert "docx_bare_latex" not in codes(draft)


@pytest.mark.parametrize("typed", ["x^{4}", "x_{1} + 2", "\\log_{2}8", "\\dfrac{1}{2}", "y = x^2 - 1"])
def test_bare_latex_is_kept_and_flagged(typed: str) -> None:
    (draft,) = paper("Câu 1. Tính.", f"*A. {typed}", "B. b")
    assert options(draft)[0] == typed
    assert codes(draft) == ["docx_bare_latex"]


def test_names_of_programs_are_no_latex() -> None:
    (draft,) = paper("Câu 1. Tệp C:\\Users\\lan thuộc ai, biến dem_so là gì?", "*A. a_1", "B. b")
    assert not draft.problems


def test_a_star_or_cross_is_a_mark_only_where_the_paper_marks_so() -> None:
    lines: list[str] = []
    for number in range(1, 11):
        right = {True: "A. *một", False: "A. một"}[number < 9]
        lines += [f"Câu {number}. Hỏi?", right, "B. hai" if number < 9 else "B. f (x)", "C. ba", "D. bốn"]
    drafts = paper(*lines)
    assert [key_of(draft) for draft in drafts] == ["A"] * 8 + ["", ""]
    assert options(drafts[9]) == ["một", "f (x)", "ba", "bốn"]


def test_a_look_on_a_formula_marks_its_option() -> None:
    red = '<w:rPr><w:color w:val="FF0000"/></w:rPr>'
    body = [paragraph("Câu 1. Tính?")]
    body += [
        paragraph(f"{letter}. ", formula(f"<m:r>{red if letter == 'C' else ''}<m:t>{letter.lower()}</m:t></m:r>"))
        for letter in "ABCD"
    ]
    (draft,) = read(docx(*body)).drafts
    assert key_of(draft) == "C"


def test_solutions_end_without_numbers_too() -> None:
    lines = [
        "Hỏi một?",
        "A. a",
        "B. b",
        "Lời giải",
        "Vì a.",
        "Thế nên.",
        "Chọn A",
        "Hỏi hai?",
        "A. a",
        "B. b",
        "Lời giải",
        "Vì b.",
    ]
    first, second, third = paper(*lines, "Hỏi ba?", "A. a", "B. b", "Chọn B")
    assert [key_of(draft) for draft in (first, second, third)] == ["A", "", "B"]
    assert third.body.prompt == "<p>Hỏi ba?</p>"


def test_a_solution_of_one_question_is_no_section_of_answers() -> None:
    drafts = paper("Câu 1. Một?", "*A. a", "B. b", "Hướng dẫn giải", "Vì a.", "Câu 2. Hai?", "A. a", "*B. b")
    assert [key_of(draft) for draft in drafts] == ["A", "B"]
    assert drafts[0].notes.solution == "<p>Vì a.</p>"


def test_an_equation_of_mathtype_becomes_a_formula() -> None:
    fraction = mathtype.ole(
        mathtype.native(mathtype.template(11, 0, *(mathtype.line(mathtype.chars(x)) for x in "a2")))
    )
    relation = '<Relationship Id="rId99" Type="x/oleObject" Target="embeddings/oleObject1.bin"/>'
    relations = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relation}'
    parts = {"word/_rels/document.xml.rels": relations + "</Relationships>", "word/embeddings/oleObject1.bin": fraction}
    body = [paragraph("Câu 1. Tính ", old_equation("rId1")), paragraph("*A. a"), paragraph("B. b")]
    (draft,) = read(docx(*body, parts=parts)).drafts
    assert draft.body.prompt == '<p>Tính <span class="tex">\\frac{a}{2}</span></p>'
    assert not draft.problems


def test_a_group_of_shapes_around_a_picture_is_flagged() -> None:
    shapes = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
    grouped = picture("rId1", "hình").replace("</pic:pic>", f'</pic:pic><wps:wsp xmlns:wps="{shapes}"/>')
    old = (
        '<w:r><w:pict><v:group><v:line/><v:shape style="width:30pt;height:15pt"><v:imagedata r:id="rId1"/></v:shape>'
        "</v:group></w:pict></w:r>"
    )
    for drawn in (grouped, old):
        data = docx(paragraph("Câu 1. Xem ", drawn), paragraph("*A. a"), paragraph("B. b"), media={"rId1": PNG})
        (draft,) = read(data).drafts
        assert draft.body.prompt.count("<img") == 1
        assert codes(draft) == ["docx_group"]


def test_options_that_begin_with_a_truth_are_no_list_of_answers() -> None:
    (draft,) = paper("Câu 1. Hỏi?", "Kết quả làm tròn.  A. Đúng vì a  *B. hai  C. ba  D. Sai vì d")
    assert options(draft) == ["Đúng vì a", "hai", "ba", "Sai vì d"]
    assert key_of(draft) == "B"
