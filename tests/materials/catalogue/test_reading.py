"""Files that strangers made: what is read out of them, and what they cannot do."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from materials.catalogue.reading import contents, office, read_contents
from tests.materials.samples import DECK, TITLE, archive, pptx

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


@pytest.fixture
def file(tmp_path: Path):
    def write(data: bytes, name: str = "file") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def test_slides_in_their_order(file) -> None:
    deck = pptx(*((f"Trang {number}", f"Nội dung {number}") for number in range(1, 12)))
    found = read_contents(file(deck), PPTX)
    assert (found.state, found.pages, found.title) == ("done", 11, "Trang 1")
    assert found.text.split("\n")[:4] == ["Trang 1", "Nội dung 1", "Trang 2", "Nội dung 2"]
    assert found.text.index("Trang 2") < found.text.index("Trang 10")


def test_the_first_title_names_a_deck(file) -> None:
    assert read_contents(file(DECK), PPTX).title == TITLE


def test_words_of_a_document_join_their_runs(file) -> None:
    runs = "<w:r><w:t>Phương </w:t></w:r><w:r><w:t>trình</w:t></w:r>"
    body = f"<w:document {W}><w:body><w:p>{runs}</w:p><w:p/></w:body></w:document>"
    data = archive(**{"[Content_Types].xml": "<Types/>", "word/document.xml": body})
    assert read_contents(file(data), DOCX).text == "Phương trình"


def test_open_document(file) -> None:
    words = "<text:h>Bài 1</text:h><text:p>Xin <i>chào</i></text:p>"
    body = f'<d xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">{words}</d>'
    found = read_contents(file(archive(**{"content.xml": body})), ODT)
    assert found.text == "Bài 1\nXin chào"


def bomb() -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made,
        made.open("word/document.xml", "w") as part,
    ):
        for _ in range(64):
            part.write(b"<w>" * (1 << 18))
    return out.getvalue()


def twice() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("word/document.xml", f"<w:document {W}/>")
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr("word/document.xml", f"<w:document {W}/>")
    return out.getvalue()


ENTITIES = (
    '<!DOCTYPE d [<!ENTITY a "hahaha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
    f'<!ENTITY f SYSTEM "file:///etc/passwd">]><w:document {W}><w:p><w:r><w:t>&c;&f;ok</w:t></w:r></w:p></w:document>'
)


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04", DECK[:300], archive(**{"readme.txt": "x"}), archive(**{"word/document.xml": "<w"}), bomb()],
)
def test_damaged_and_swollen_archives_are_put_down(file, data: bytes) -> None:
    assert read_contents(file(data), DOCX).state == "failed"


def test_two_parts_of_one_name_are_put_down(file) -> None:
    assert read_contents(file(twice()), DOCX).state == "failed"


def test_entities_are_neither_expanded_nor_fetched(file) -> None:
    found = read_contents(file(archive(**{"word/document.xml": ENTITIES})), DOCX)
    assert "root:" not in found.text
    assert "haha" not in found.text


def test_a_part_is_read_only_so_far(file, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "LARGEST_SUM", 100)
    assert read_contents(file(DECK), PPTX).state == "failed"


def test_a_pdf_gives_text_pages_and_its_first_page(file, inputs: Path) -> None:
    path = inputs / "8-curriculum/BapCai2024+Dekiemtra/16__CT_Tin_hoc_ed30a.pdf"
    if not path.is_file():
        pytest.skip("the curriculum of Tin học is not there")
    found = read_contents(path, "application/pdf")
    assert (found.state, found.pages) == ("done", 85)
    assert "CHƯƠNG TRÌNH MÔN TIN HỌC" in " ".join(found.text.upper().split())
    assert found.preview is not None
    assert Image.open(io.BytesIO(found.preview)).width == 640


PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj "
    b"4 0 obj<</Length 44>>stream\nBT /F 24 Tf 20 100 Td (Can dia) Tj ET        \nendstream endobj "
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>"
)


def test_a_small_pdf_of_our_own(file) -> None:
    found = read_contents(file(PDF), "application/pdf")
    assert (found.state, found.text.strip(), found.pages) == ("done", "Can dia", 1)
    assert found.preview is not None


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"%PDF-1.4\n" + b"1 0 obj<<" * 1000, PDF[:200]])
def test_a_broken_pdf_harms_nobody(file, data: bytes) -> None:
    assert read_contents(file(data), "application/pdf").preview is None


def test_a_picture_becomes_small_and_loses_where_it_was_taken(file) -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Máy ảnh của cô Hà"
    Image.new("RGB", (2000, 1000), "green").save(out, "JPEG", exif=exif)
    found = read_contents(file(out.getvalue()), "image/jpeg")
    assert found.state == "none"
    assert found.preview is not None
    small = Image.open(io.BytesIO(found.preview))
    assert (small.size, dict(small.getexif())) == ((640, 320), {})


def test_a_picture_too_large_to_open_gets_no_preview(file) -> None:
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    assert read_contents(file(out.getvalue()), "image/png") == contents.Contents("failed")


def test_a_reader_that_takes_too_long_is_stopped(file, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "SECONDS", 0.001)
    assert read_contents(file(PDF), "application/pdf").state == "failed"


def test_other_files_are_left_alone(file) -> None:
    assert read_contents(file(b"\0" * 10), "video/mp4") == contents.Contents("none")
    assert read_contents(file("Phiếu học tập".encode()), "text/plain").text == "Phiếu học tập"
