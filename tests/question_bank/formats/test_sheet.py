"""Questions in spreadsheets: the template, each type there and back, problems at their cell, nothing ever run."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from fractions import Fraction

import openpyxl
import pytest

from lms.base.errors import Invalid
from question_bank.formats.detect import read_any
from question_bank.formats.losses import lost_of
from question_bank.formats.sheet import template, write_csv, write_xlsx
from question_bank.formats.sheet.columns import Column
from question_bank.formats.sheet.template import examples
from question_bank.formats.writers import WRITERS
from question_bank.items.checking import problems_in
from question_bank.items.domain import TYPE_NAMES, AcceptedNumber, ChoiceKey, ItemDraft, ItemType, NumberKey, TruthKey
from tests.conftest import INPUTS
from tests.question_bank.items import samples

HEADINGS = "Loại câu;Câu hỏi;A;B;C;D;Đáp án;Mức độ;Điểm"


def rows(*lines: str, headings: str = HEADINGS) -> tuple[ItemDraft, ...]:
    return read_any("\n".join([headings, *lines]).encode(), "de.csv").drafts


def row(line: str) -> ItemDraft:
    (draft,) = rows(line)
    return draft


def test_the_template_reads_as_it_stands_and_shows_every_type() -> None:
    reading = read_any(template(), "mau.xlsx")
    assert reading.format == "xlsx"
    assert [draft.body.type for draft in reading.drafts] == [
        kind for kind in ItemType if kind is not ItemType.DESCRIPTION
    ]
    assert not [
        problem for draft in reading.drafts for problem in (*draft.problems, *problems_in(draft.body, draft.key))
    ]
    for draft, example in zip(reading.drafts, examples(), strict=True):
        assert (draft.body, draft.key, draft.notes) == (example.body, example.key, example.notes)


def test_the_template_offers_lists_and_explains() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template()))
    page, guide = book.worksheets
    lists = [str(one.formula1) for one in page.data_validations.dataValidation]
    assert all(name in lists[0] for name in TYPE_NAMES.values())
    assert "NB,TH,VD,VDC" in lists[1]
    assert {str(cell.value) for cell in guide["A"]} >= {*map(str, TYPE_NAMES.values())} - {"Đoạn dẫn"}


@pytest.mark.parametrize("name", ["xlsx", "csv"])
@pytest.mark.parametrize("make", samples.ALL)
def test_own_samples_come_back(name: str, make: object) -> None:
    draft = make()  # type: ignore[operator]
    allowed = {"look", "per_option"} | ({"words"} if draft.body.type is ItemType.GAP_FILL else set())
    assert lost_of(WRITERS[name], draft, {}) <= allowed, "the choices of a gap come back in the order of the alphabet"


def test_labels_come_back() -> None:
    draft = replace(
        samples.several(), title="Bậc", tags=("thực tế", "ôn tập"), codes=("T8.1",), category="Toán 8/Chương I",
        level="VD", external_id="T8-17", taken_from="Đề số 1", year=2025, grade=8, topic="Đa thức", any_textbook=True,
        points=Fraction(1, 4),
    )  # fmt: skip
    for name in ("xlsx", "csv"):
        assert lost_of(WRITERS[name], draft, {}) == set()


def test_keys_as_teachers_write_them() -> None:
    assert row("Một đáp án;Hỏi?;1;2;3;4;c").key == ChoiceKey({"c": Fraction(1)})
    assert row(";Hỏi?;1;2;3;4;B").body.type is ItemType.SINGLE_CHOICE
    assert row(";Hỏi?;1;2;3;4;A, C").key == ChoiceKey({"a": Fraction(1, 2), "c": Fraction(1, 2)})
    assert row("Nhiều đáp án;Hỏi?;1;2;3;;A 50% B -33,33333% C 50%").key == ChoiceKey(
        {"a": Fraction(1, 2), "b": Fraction(-1, 3), "c": Fraction(1, 2)}
    )
    truths = TruthKey({"a": True, "b": False, "c": True, "d": False})
    for key in ("Đ S Đ S", "ĐSĐS", "a) đúng b) sai c) đúng d) sai", "Đ, S, Đ, S"):
        assert row(f"Đúng/Sai bốn ý;Xét;1;2;3;4;{key}").key == truths
    assert row("Trả lời ngắn (số);Tính;;;;;2,5 ± 0,1").key == NumberKey((AcceptedNumber("2.5", "0.1"),))
    assert row(";Tính;;;;;2,5").body.type is ItemType.SHORT_NUMBER


@pytest.mark.parametrize(
    ("line", "code", "cell"),
    [
        ("Lạ;Hỏi?;1;2;;;A", "unknown_type", "A2"),
        ("Một đáp án;Hỏi?;1;2;;;C", "unknown_key", "G2"),
        ("Một đáp án;Hỏi?;1;2;;;B hoặc A", "unknown_key", "G2"),
        ("Một đáp án;Hỏi?;1;2;;;", "no_key", "G2"),
        ("Đúng/Sai bốn ý;Hỏi?;1;2;3;4;Đ S", "unknown_key", "G2"),
        ("Một đáp án;Hỏi?;1;2;;;A;khó", "unknown_level", "H2"),
        ("Một đáp án;Hỏi?;1;2;;;A;NB;-1", "points", "I2"),
    ],
)
def test_problems_are_named_by_their_cell(line: str, code: str, cell: str) -> None:
    draft = row(line)
    assert [(one.code, one.params["cell"]) for one in draft.problems] == [(code, cell)]
    assert draft.number == "Hàng 2"
    if code in ("unknown_key", "no_key"):
        assert draft.key is None
        assert draft.blocked


def test_two_right_letters_of_one_are_reported() -> None:
    draft = row("Một đáp án;Hỏi?;1;2;;;A, B")
    assert (draft.key, [one.code for one in draft.problems]) == (None, ["several_keys"])


def test_formulas_are_not_run_and_macros_and_links_are_left() -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Câu hỏi", "A", "B", "Đáp án"])
    page.append(["Tính", '=HYPERLINK("http://x","y")', "2", "B"])
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out, "a") as file:
        file.writestr("xl/vbaProject.bin", "x")
        file.writestr("xl/externalLinks/externalLink1.xml", "<x/>")
    reading = read_any(out.getvalue(), "de.xlsm")
    assert [one.code for one in reading.problems] == ["macros", "links"]
    (draft,) = reading.drafts
    assert ("formula", "B2") in [(one.code, one.params["cell"]) for one in draft.problems]
    assert "HYPERLINK" not in str(draft.body)


def test_nothing_written_ever_becomes_a_formula() -> None:
    prompt = '=cmd|"/c calc"!A1'
    draft = replace(
        samples.short_text(), body=replace(samples.short_text().body, prompt=f"<p>{prompt}</p>"), title="@x"
    )
    cells = [cell for line in csv.reader(io.StringIO(write_csv([draft]).decode("utf-8-sig"))) for cell in line]
    assert f"'{prompt}" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    page = openpyxl.load_workbook(io.BytesIO(write_xlsx([draft]))).active
    assert prompt in [cell.value for cell in page[2]]
    assert {cell.data_type for line in page for cell in line} <= {"s", "n"}
    for name in ("csv", "xlsx"):
        (again,) = read_any(WRITERS[name].write([draft], {}), f"x.{name}").drafts
        assert (again.body.prompt, again.title) == (draft.body.prompt, draft.title)


def test_foreign_lists_are_found_by_their_headings() -> None:
    path = INPUTS / "6-vn-exams/meesudzu+trac-nghiem-online/resource/res/files/mau-them-danh-sach-cau-hoi.xlsx"
    if not path.exists():
        pytest.skip("the real files are not here")
    reading = read_any(path.read_bytes(), path.name)
    assert [draft.key for draft in reading.drafts] == [ChoiceKey({"a": Fraction(1)}), ChoiceKey({"b": Fraction(1)})]
    assert [option.html for option in reading.drafts[0].body.options] == ["2", "1", "3", "4"]


def test_columns_that_mean_nothing_here_are_told() -> None:
    reading = read_any("STT;Câu hỏi;Đáp án;Người soạn\n1;Hỏi?;2;Lan\n2;Hỏi nữa?;3;\n".encode(), "de.csv")
    assert [(one.what, one.count) for one in reading.not_carried] == [("csv:Người soạn", 1)]


@pytest.mark.parametrize("data", [b"a;b;c\n1;2;3\n", HEADINGS.encode(), b"x"])
def test_tables_without_questions_are_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        read_any(data, "x.csv")
    assert "hàng tiêu đề" in str(caught.value)


def test_columns_are_named_once() -> None:
    assert len(set(Column)) == len({str(column).lower() for column in Column})


def test_aiken_says_one_choice_in_words() -> None:
    draft = samples.choice("<p>A. Đâu là thủ đô?</p>")
    data = WRITERS["aiken"].write([draft, samples.essay()], {})
    (again,) = read_any(data, "x.txt").drafts
    assert again.key == ChoiceKey({"b": Fraction(1)})
    assert lost_of(WRITERS["aiken"], samples.choice(), {}) == {"solution", "per_option", "level"}
    assert lost_of(WRITERS["aiken"], samples.essay(), {}) == {"question"}
