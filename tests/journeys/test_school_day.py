"""One school day, end to end, over HTTP: the ten steps of the product's purpose, with real files."""

from __future__ import annotations

import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from random import Random

import openpyxl
from flask import Flask
from sqlalchemy import func, select

from lms.base import clock, db
from lms.base.marks import round_half_up
from lms.base.users import User
from lms.gradebook.models import Mark
from lms.quizzes.domain.states import AttemptState
from lms.quizzes.models import Attempt, Submission
from lms.quizzes.service import closing
from lms.school.models import SchoolClass
from lms.school.service import list_pupils
from tests.journeys.person import Person
from tests.journeys.pupils import TestTaker, some_answer
from tests.lms.gradebook.workbook import templates

WORD = "6-vn-exams/LinhDangDev+Bank_Question_Cloud/sample_word_files/mixed_questions_sample.docx"
GIFT = "1-moodle-gift/winmagpantay+dps/question/format/gift/examples.txt"
MOODLE = "1-moodle-gift/winmagpantay+dps/question/format/xml/tests/fixtures/truefalse.xml"
ESSAY = "1-moodle-gift/winmagpantay+dps/question/type/essay/tests/fixtures/testquestion.moodle.xml"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0f01f00050001ff89"
    "993d1d0000000049454e44ae426082"
)
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
LESSON = (
    "<h2>Phân thức đại số</h2><p>Một phân thức đại số có dạng \\(\\frac{A}{B}\\) với \\(B \\ne 0\\).</p>"
    "<table><tbody><tr><th>x</th><th>\\(x^2\\)</th></tr><tr><td>2</td><td>4</td></tr></tbody></table>"
)


def test_a_school_day(demo: Flask, inputs: Path) -> None:
    teacher = Person(demo, "gv.toan8")
    write_a_lesson(demo, teacher)
    for path in (WORD, GIFT, MOODLE, ESSAY):
        bring_in_questions(teacher, inputs / path)
    approve_questions(demo)
    quiz = build_a_quiz(teacher)
    take_the_test(demo, quiz)
    mark_and_release(demo, teacher, quiz)
    keep_the_marks(demo, teacher)
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
    for _page in range(9):  # pages of the queue; what the checks found is looked at on the page itself
        chosen = re.findall(r'name="chosen" value="([^"]+)"', head.response.text)
        if not chosen:
            break
        head.press("Duyệt câu đã chọn", chosen=chosen, even_found="y")
        head.open("/bank/review")
    head.sees("Không còn câu nào chờ duyệt")
    Person(demo, "gv.toan8").open("/bank?state=changes_requested").sees("1 câu")


TITLE = "Kiểm tra giữa học kì I – Phân thức đại số"


def build_a_quiz(teacher: Person) -> str:
    """Step 5: chosen questions and a random draw, window, duration, shuffle, release, gradebook column; published."""
    today = clock.now()
    teacher.open("/courses").follow("Toán 8A2").follow("Tạo bài kiểm tra")
    column = teacher.root.xpath("//select[@name='column']/option[contains(., 'ĐĐGgk') and contains(., 'kì 1')]/@value")[
        0
    ]
    teacher.press(
        "Chọn câu hỏi",
        title=TITLE,
        opens_at=f"{today - timedelta(days=1):%Y-%m-%dT07:00}",
        closes_at=f"{today + timedelta(days=30):%Y-%m-%dT17:00}",
        minutes="45",
        attempts_allowed="1",
        shuffle_questions="y",
        shuffle_options="y",
        release_policy="by_hand",
        show_key="y",
        column=column,
    )
    quiz = re.search(r"/quizzes/([0-9a-f-]{36})", teacher.url)
    assert quiz is not None, teacher.url
    choosing = teacher.url
    for kind in ("essay", "matching", "single_choice"):
        teacher.open(f"{choosing}?type={kind}")
        chosen = teacher.root.xpath("//input[@name='version']/@value")[:2]
        assert chosen, f"no {kind} among the approved questions: {teacher.text}"
        teacher.press("Thêm câu đã chọn", version=chosen, worth="1")
    teacher.open(f"{choosing}?type=true_false").press("Thêm lượt rút", count="4", worth="0,5")
    teacher.open(f"/quizzes/{quiz.group(1)}/edit").press("Giao cho lớp 8A2")
    return quiz.group(1)


def take_the_test(demo: Flask, quiz: str) -> None:
    """Step 6: forty pupils at once; one loses the network and goes on, one never hands in."""

    def sit(place: int) -> tuple[int, int, str]:
        pupil = TestTaker(demo, f"8a2.{place:02d}").begin(TITLE)
        random = Random(place)
        if place == 7:  # the reply is lost on the way: the page sends the same event again and gets the same answer
            number, question = next(pupil.slots())
            first = pupil.send(number, some_answer(question, random))
            pupil.seq -= 1
            assert pupil.send(number, some_answer(question, Random(99))) == first
        applied = pupil.answer_everything(random)
        return place, applied, "" if place == 40 else pupil.hand_in()

    with ThreadPoolExecutor(8) as pool:
        sittings = list(pool.map(sit, range(1, 41)))
    assert all(applied >= 9 for _place, applied, _receipt in sittings), sittings
    receipts = [receipt for _place, _applied, receipt in sittings if receipt]
    assert len(set(receipts)) == 39
    with db.transaction() as session:  # time passes: the bell rings for the one who forgot
        late = session.scalars(select(Attempt).where(Attempt.state == AttemptState.OPEN)).one()
        ring = late.accept_until_at + timedelta(seconds=1)
        assert closing.close_some(session, at=ring) == 1
    with db.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 40


def mark_and_release(demo: Flask, teacher: Person, quiz: str) -> None:
    """Step 7: the essay is marked by hand, results come out, pupil and parent see their own."""
    teacher.open(f"/quizzes/{quiz}/marking")
    for link in teacher.root.xpath("//a[contains(@href, '/marking/')][normalize-space() = 'Chấm']/@href"):
        for _ in range(41):
            teacher.open(link)
            if "Đã chấm hết" in teacher.text:
                break
            last = "Còn 1 bài chờ chấm" in teacher.text
            teacher.press("Lưu điểm" if last else "Lưu và sang bài sau", points="0,75", comment="Trình bày rõ ràng.")
    pupil = Person(demo, "8a2.01")
    pupil.open("/").sees_not("Kết quả mới")
    teacher.open(f"/quizzes/{quiz}/board").press("Kết thúc", confirm="kết thúc")
    teacher.open(f"/quizzes/{quiz}/results").press("Công bố kết quả")
    pupil.open("/").follow(TITLE).sees("Trình bày rõ ràng.", "0,75")
    attempt = pupil.url
    Person(demo, "8a2.02").open(attempt, expect=404)
    parent = Person(demo, "ph.8a2.01").open("/").follow("Bài kiểm tra").follow("Xem bài làm").sees("Trình bày rõ ràng.")
    Person(demo, "ph.8a2.02").open(parent.url, expect=404)


def keep_the_marks(demo: Flask, teacher: Person) -> None:
    """Step 8: the marks stand in the gradebook by Circular 22, go out as files and fill the portal's own workbook."""
    book = teacher.open("/gradebook").follow("Học kì I").follow("Lớp 8A2").url
    typed = {}
    for box in teacher.root.xpath("//input[@data-mark]"):
        kind = box.get("name").rpartition(":")[2]
        if kind == "gk":
            assert box.get("value"), "the test's mark is missing"
        elif kind in {"tx1", "tx2", "tx3", "tx4", "ck"}:
            typed[box.get("name")] = "8,5" if kind == "ck" else "7"
    teacher.press("Lưu điểm", **typed)
    first = teacher.root.xpath("//tbody/tr[1]//input[@data-mark]/@value")
    mid_term = Fraction(first[-2].replace(",", "."))
    average = (4 * 7 + 2 * mid_term + 3 * Fraction("8.5")) / 9
    shown = str(round_half_up(average, Fraction(1, 10))).replace(".", ",")
    assert shown in teacher.root.xpath("//tbody/tr[1]")[0].text_content()
    teacher.open(book).press("Tải CSV")
    assert teacher.response.data.startswith(b"\xef\xbb\xbf")
    assert shown in teacher.response.get_data(as_text=True)
    teacher.open(book).press("Tải Excel")
    assert len(list(openpyxl.load_workbook(io.BytesIO(teacher.response.data)).active.iter_rows())) > 40
    fill_the_portal_file(demo, teacher, book)


def fill_the_portal_file(demo: Flask, teacher: Person, book: str) -> None:
    """The portal's own workbook, pupils shuffled, comes back with each mark in its pupil's row."""
    with db.transaction() as session:
        found = session.scalars(select(SchoolClass).where(SchoolClass.name == "8A2")).one()
        pupils = [
            templates.Pupil(number, one.full_name, one.born_on, one.ministry_id, one.code)
            for number, one in enumerate(list_pupils(session, found.id), 1)
            if one.born_on and one.ministry_id and one.code
        ]
    given = templates.sector(Random(8).sample(pupils, len(pupils)))
    teacher.open(book).follow("Điền vào tệp").press("Xem trước", file=("mau_cong.xlsx", given))
    teacher.press("Tải tệp đã điền")
    sheet = openpyxl.load_workbook(io.BytesIO(teacher.response.data)).active
    filled = {row[2].value: row[9].value for row in sheet.iter_rows(min_row=8)}
    with db.transaction() as session:
        told = {
            one.ministry_id: value
            for one, value in session.execute(
                select(User, Mark.value).join(Mark, Mark.pupil_id == User.id).where(Mark.column_key == "gk")
            )
        }
    assert len(filled) == 40
    assert {code: Fraction(str(mark).replace(",", ".")) for code, mark in filled.items()} == told


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
