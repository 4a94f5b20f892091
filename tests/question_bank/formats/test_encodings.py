"""Vietnamese of before Unicode: files and Word runs in TCVN3, VNI and windows-1258 become NFC, doubts are told."""

from __future__ import annotations

import doctest
import unicodedata

import pytest

from bench.papers.wordml import docx, paragraph
from question_bank.formats import encodings
from question_bank.formats.detect import read_any
from question_bank.formats.encodings import Legacy, from_font, from_tcvn3, from_vni, recognised, recognised_bytes

EXAM = (
    "Đạo hàm của hàm số đã cho bằng bao nhiêu? {=Những phát biểu ấy đúng ~Quyển vở của bạn Nguyễn Thuỵ ở đâu"
    " ~Nước ta đổi mới từ năm nào, thế kỉ mấy ~Bẫy cỡ lớn giữa rừng tràm phủ sương, gọi mãi chẳng thấy}"
)
SPANISH = (
    "¿En qué supuestos podría el Fiscal autorizar a la Policía Judicial la práctica de una diligencia así? {=a ~b}"
)
FRENCH = "Les élèves étaient à l'école où ils ont été très fâchés, à côté du château {=a ~b}"
GERMAN = "Die Größe der Bäume übertrifft früher gezählte Höhen außerhalb der Städte völlig {=ja ~nein}"


def in_tcvn3(text: str) -> str:
    back = {sign: code for code, sign in encodings._TCVN3.items()}
    return "".join(chr(back[ord(sign)]) if ord(sign) in back else sign for sign in text)


def in_vni(text: str) -> str:
    back: dict[str, str] = {}
    for sign, letter in encodings._VNI.items():
        back.setdefault(letter, sign)
    return "".join(back.get(letter, letter) for letter in text)


def in_1258(text: str) -> bytes:
    out = b""
    for letter in text:
        bare = unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFD", letter) if c not in TONES))
        tone = "".join(c for c in unicodedata.normalize("NFD", letter) if c in TONES)
        out += (bare + tone).encode("cp1258")
    return out


TONES = "\u0300\u0301\u0303\u0309\u0323"


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(encodings).failed == 0


@pytest.mark.parametrize("upper", [False, True])
def test_every_letter_of_vni_comes_back(upper: bool) -> None:
    letters = "đàáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
    text = " ".join(letters.upper() if upper else letters)
    assert unicodedata.normalize("NFC", from_vni(in_vni(text))) == text
    if not upper:
        assert from_tcvn3(in_tcvn3(text)) == text


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (EXAM.encode(), ""),
        (EXAM.encode("utf-8-sig"), ""),
        (unicodedata.normalize("NFD", EXAM).encode(), ""),
        (EXAM.encode("utf-16"), ""),
        (EXAM.encode("utf-16-le"), "other_encoding"),
        (EXAM.encode("utf-16-be"), "other_encoding"),
        (in_1258(EXAM), "other_encoding"),
        (in_tcvn3(EXAM).encode("cp1252"), "old_encoding"),
        (in_tcvn3(EXAM).encode(), "old_encoding"),
        (in_vni(EXAM).encode("cp1252"), "old_encoding"),
        (in_vni(EXAM).encode("utf-16"), "old_encoding"),
    ],
)
def test_a_file_in_any_encoding_is_read_alike(data: bytes, code: str) -> None:
    reading = read_any(data, "de.gift")
    assert [problem.code for problem in reading.problems] == ([code] if code else [])
    (draft,) = reading.drafts
    assert draft.body.prompt == "<p>Đạo hàm của hàm số đã cho bằng bao nhiêu?</p>"
    assert draft.body.options[1].html == "Quyển vở của bạn Nguyễn Thuỵ ở đâu"


@pytest.mark.parametrize("text", [SPANISH, FRENCH, GERMAN])
def test_other_languages_stay_as_they_are(text: str) -> None:
    assert recognised(text) == encodings.Recognised(text)
    assert not read_any(text.encode(), "x.gift").problems


def test_a_few_words_are_a_doubt_and_stay() -> None:
    text = in_tcvn3("Câu hỏi {=đúng ~sai}")
    found = recognised(text)
    assert (found.text, found.was, found.doubtful) == (text, Legacy.TCVN3, True)
    assert [one.code for one in read_any(text.encode(), "x.gift").problems] == ["doubtful_encoding"]
    assert recognised_bytes(in_1258("Câu hỏi")).doubtful


@pytest.mark.parametrize(
    ("text", "font", "read"),
    [
        ("C©u hái", ".VnTime", "Câu hỏi"),
        ("®Ò thi", ".VnTimeH", "ĐỀ THI"),
        ("\uf0b9", ".VnArial", "ạ"),
        ("ñeà thi", "VNI-Times", "đề thi"),
        ("ù", "VNI-Helve", "\u0301"),
        ("Đề thi", ".VnTime", "Đề thi"),
        ("x = 1", ".VnTime", "x = 1"),
        ("C©u", "Times New Roman", "C©u"),
    ],
)
def test_the_font_of_a_run_says_what_it_means(text: str, font: str, read: str) -> None:
    assert from_font(text, font) == read


def test_word_runs_in_old_fonts() -> None:
    def run(text: str, font: str, more: str = "") -> str:
        return f'<w:r><w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}"/>{more}</w:rPr><w:t>{text}</w:t></w:r>'

    styles = (
        '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault>'
        '<w:rPr><w:rFonts w:ascii=".VnTime"/></w:rPr></w:rPrDefault></w:docDefaults></w:styles>'
    )
    data = docx(
        paragraph("C©u 1. Sè nµo ch½n?"),
        paragraph(run("A.", "VNI-Times", '<w:u w:val="single"/>'), run(" Soá hai cuûa ba", "VNI-Times")),
        paragraph("B. ", run("Số ba", "Arial")),
        parts={"word/styles.xml": styles},
    )
    reading = read_any(data, "de.docx")
    (draft,) = reading.drafts
    assert draft.body.prompt == "<p>Số nào chẵn?</p>"
    assert [option.html for option in draft.body.options] == ["Số hai của ba", "Số ba"]
    assert [(one.code, one.params["name"]) for one in reading.problems] == [
        ("old_encoding", "TCVN3"),
        ("old_encoding", "VNI"),
    ]
