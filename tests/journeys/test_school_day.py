"""One school day, end to end, over HTTP: the ten steps of the product's purpose, with real files."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from flask import Flask

from tests.journeys.person import Person

WORD = "6-vn-exams/LinhDangDev+Bank_Question_Cloud/sample_word_files/mixed_questions_sample.docx"
GIFT = "1-moodle-gift/winmagpantay+dps/question/format/gift/examples.txt"
MOODLE = "1-moodle-gift/winmagpantay+dps/question/format/xml/tests/fixtures/truefalse.xml"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0f01f00050001ff89"
    "993d1d0000000049454e44ae426082"
)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
LESSON = (
    "<h2>Phân thức đại số</h2><p>Một phân thức đại số có dạng \\(\\frac{A}{B}\\) với \\(B \\ne 0\\).</p>"
    "<table><tbody><tr><th>x</th><th>\\(x^2\\)</th></tr><tr><td>2</td><td>4</td></tr></tbody></table>"
)


def test_a_school_day(demo: Flask, inputs: Path) -> None:
    teacher = Person(demo, "gv.toan8")
    write_a_lesson(demo, teacher)
    for path in (WORD, GIFT, MOODLE):
        bring_in_questions(teacher, inputs / path)
    approve_questions(demo)
    share_a_material(demo)
    read_the_log(demo)


def write_a_lesson(demo: Flask, teacher: Person) -> None:
    """Step 2: a lesson with headings, picture, table, formula, PDF and video, in a section, published."""
    teacher.open("/courses").sees("Toán 8A2").follow("Toán 8A2")
    teacher.press("Thêm phần", title="Chương VI. Phân thức đại số").sees("Chương VI")
    teacher.press("Viết bài", title="Phân thức đại số")
    editing = teacher.url
    teacher.press("Tải ảnh lên", picture=("hình vẽ.png", PNG))
    teacher.press("Tải tệp lên", file=("phiếu bài tập.pdf", PDF)).sees("phiếu bài tập.pdf")
    sha = re.search(r"asset:([0-9a-f]{64})", teacher.text)
    assert sha is not None
    picture = f'<p><img src="asset:{sha.group(1)}" alt="hình vẽ"></p>'
    pupil = Person(demo, "8a2.01").open("/courses").follow("Toán 8A2").sees_not("Phân thức đại số Ẩn")
    teacher.open(editing).press("Lưu và giao", html=LESSON + picture, video_url="https://youtu.be/dQw4w9WgXcQ")
    teacher.sees("Đã lưu và giao")
    pupil.open(pupil.url).follow("Phân thức đại số").sees("phiếu bài tập.pdf", "Mở video")
    assert "<mfrac>" in pupil.response.text
    assert "<img" in pupil.response.text
    pupil.follow("phiếu bài tập.pdf")
    assert pupil.response.content_type == "application/pdf"


def bring_in_questions(teacher: Person, path: Path) -> None:
    """Step 3: upload, look, mend, tag many at once, save, submit."""
    teacher.open("/bank/import").press("Đọc tệp", file=path, grade="8").sees("Đọc được")
    chosen = re.findall(r'name="chosen" value="([^"]+)"', teacher.response.text)
    assert chosen, teacher.text
    teacher.press("Gắn nhãn", chosen=chosen, level="TH", topic="Phân thức đại số").sees("Đã gắn nhãn")
    teacher.press("Lưu").sees("vào ngân hàng")
    teacher.press("Gửi duyệt").sees("Đã gửi duyệt")


def approve_questions(demo: Flask) -> None:
    """Step 4: one queue; one question goes back with a comment, the rest is approved."""
    head = Person(demo, "tt.toan").open("/bank").follow("Duyệt câu hỏi")
    head.follow("Xem và trả lời").press("Trả lại", comment="Cần nói rõ đơn vị.")
    head.open("/bank/review")
    while "đang chờ" in head.text:
        chosen = re.findall(r'name="chosen" value="([^"]+)"', head.response.text)
        head.press("Duyệt câu đã chọn", chosen=chosen)
        head.open("/bank/review")
    head.sees("Không còn câu nào chờ duyệt")
    Person(demo, "gv.toan8").open("/bank?state=changes_requested").sees("1 câu")


def share_a_material(demo: Flask) -> None:
    """Step 9: deposit, one approval, found without accents by a colleague, put into her own course."""
    author = Person(demo, "gv.toan8").open("/library/deposit")
    author.press("Tải lên", files=("Phương trình bậc nhất một ẩn.pptx", slides("Phương trình bậc nhất một ẩn")))
    described = {"grades": ["8"], "rights": "own", "kind": "slides", "summary": "Tám trang chiếu."}
    subject = author.root.xpath("//select[@name='subject']/option[contains(., 'Toán')]/@value")[0]
    described["licence"] = author.root.xpath("//select[@name='licence']/option[contains(., 'BY')]/@value")[0]
    author.press("Lưu", title="Phương trình bậc nhất một ẩn", subject=subject, **described)
    outcome = author.root.xpath("//input[@name='outcomes']/@value")[0]
    author.press("Lưu và xem lại", outcomes=[outcome])
    author.press("Gửi duyệt")
    head = Person(demo, "tt.toan").open("/library/review").follow("Phương trình bậc nhất một ẩn")
    head.press("Duyệt")
    colleague = Person(demo, "gv.toan9").open("/library?q=phuong+trinh+bac+nhat").sees("Phương trình bậc nhất một ẩn")
    colleague.follow("Phương trình bậc nhất một ẩn").follow("Đưa vào lớp học")
    section = colleague.root.xpath("//select[@name='section']//option[contains(., 'Toán 9A1')]/@value")[0]
    colleague.press("Đưa vào lớp học", section=section).sees("Phương trình bậc nhất một ẩn")
    Person(demo, "9a1.05").open("/courses").follow("Toán 9A1").follow("Phương trình bậc nhất một ẩn")


def slides(text: str) -> bytes:
    """A slide deck with one slide, as PowerPoint writes it, cut down to its bones."""
    memory = io.BytesIO()
    kind = "http://schemas.openxmlformats.org"
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{kind}/package/2006/content-types"><Override PartName="/ppt/presentation.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"/></Types>',
        )
        pack.writestr("ppt/presentation.xml", f'<p:presentation xmlns:p="{kind}/presentationml/2006/main"/>')
        pack.writestr(
            "ppt/slides/slide1.xml",
            f'<p:sld xmlns:p="{kind}/presentationml/2006/main" xmlns:a="{kind}/drawingml/2006/main">'
            f"<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sld>",
        )
    return memory.getvalue()


def read_the_log(demo: Flask) -> None:
    """Step 10: the head of school asks who did what, and the chain verifies."""
    leader = (
        Person(demo, "hieutruong")
        .open("/reports/acts")
        .sees("duyệt câu hỏi", "giao nội dung cho lớp", "duyệt học liệu")
    )
    leader.follow("Kiểm tra tính toàn vẹn").sees("còn nguyên vẹn")
