"""One school day in a real Chromium, against the real server with the demo school at work; leaves pictures if asked.

`GIEO_PICTURES=folder` writes each step as a telephone (360) and a desktop (1280) show it.
"""

from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bench import processes
from lms.demo.drawings import drawing, paper
from lms.demo.office import slides_file
from lms.demo.people import PASSWORD
from tests.browser.pages import DESKTOP, PATIENCE, check_width, follow, resize

pytestmark = pytest.mark.browser
Image = pytest.importorskip("PIL.Image")
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
TELEPHONE = {"width": 360, "height": 640}
WORD = "6-vn-exams/LinhDangDev+Bank_Question_Cloud/sample_word_files/mixed_questions_sample.docx"
QUIZ = "Kiểm tra 15 phút: Phân thức"
LESSON = "Cộng hai phân thức"
DECK = "Giải bài toán bằng cách lập phương trình"


class Town:
    """The running server and those who open it in a browser; makes people and pictures."""

    def __init__(self, new_context: Callable[..., BrowserContext], address: str) -> None:
        self.new_context, self.address = new_context, address
        asked = os.environ.get("GIEO_PICTURES", "")
        self.pictures = Path(asked) if asked else None

    def person(self, sign_in_name: str = "", *, telephone: bool = False) -> Page:
        """A page of somebody's own browser, signed in."""
        page = self.new_context(base_url=self.address, viewport=TELEPHONE if telephone else DESKTOP).new_page()
        if sign_in_name:
            page.goto("/sign-in")
            page.get_by_label("Tên đăng nhập").fill(sign_in_name)
            page.get_by_label("Mật khẩu").first.fill(PASSWORD)
            follow(page.get_by_role("button", name="Đăng nhập"))
            page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    def shoot(self, page: Page, name: str, heading: str = "") -> None:
        """Leave the page with this heading as desktop and telephone show it; nothing may stick out on either."""
        expect(page.locator("h1").first).to_contain_text(heading)
        before = page.viewport_size
        for size in (DESKTOP, TELEPHONE):
            resize(page, size)
            check_width(page)
            if self.pictures is not None:
                page.evaluate("scrollTo(0, 0)")
                self.pictures.mkdir(parents=True, exist_ok=True)
                few = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(96, dither=0)
                few.save(self.pictures / f"{name}-{size['width']}.png", optimize=True)
        if before:
            resize(page, before)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The demo as `./run demo` starts it, in a folder and on a port of its own."""
    port = processes.free_port()
    log = tmp_path / "server.log"
    environment = {"GIEO_DATA_DIR": str(tmp_path / "data"), "GIEO_PORT": str(port), "GIEO_SECRET_KEY": "browser"}
    if request.param == "postgresql":
        environment["GIEO_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    server = processes.start(["-m", "lms.cli", "demo"], environment, log)
    try:
        processes.wait_for(port, "/healthz", server, seconds=600)
        yield f"http://127.0.0.1:{port}"
    finally:
        processes.stop(server)


@pytest.fixture
def town(address: str, new_context: Callable[..., BrowserContext]) -> Town:
    return Town(new_context, address)


def test_a_school_day(town: Town, inputs: Path) -> None:
    signing_in(town)
    teacher = town.person("gv.toan8")
    write_a_lesson(town, teacher)
    bring_in_questions(town, teacher, inputs / WORD)
    approve_questions(town)
    quiz = build_a_quiz(town, teacher)
    take_the_test(town)
    mark_and_release(town, teacher, quiz)
    keep_the_marks(town, teacher)
    share_a_material(town, teacher)
    read_the_log(town)


def signing_in(town: Town) -> None:
    """Step 1: the first page."""
    stranger = town.person()
    stranger.goto("/sign-in")
    town.shoot(stranger, "01-sign-in")


def write_a_lesson(town: Town, teacher: Page) -> None:
    """Step 2: a lesson from the editor (heading, formula, picture, table), a sheet, a video; given to the class."""
    teacher.goto("/courses")
    follow(teacher.get_by_role("link", name="Toán 8A2").first)
    teacher.get_by_role("link", name="Thêm bài học").first.click()
    teacher.get_by_label("Tên bài học").and_(teacher.locator(":visible")).fill(LESSON)
    follow(teacher.get_by_role("button", name="Viết bài").and_(teacher.locator(":visible")))
    bar = teacher.get_by_role("toolbar", name="Định dạng")
    text = teacher.locator(".editor-page .ProseMirror")
    text.click()
    bar.get_by_role("button", name="Tiêu đề", exact=True).click()
    teacher.keyboard.type("Quy tắc cộng")
    teacher.keyboard.press("Enter")
    bar.get_by_role("button", name="Đoạn thường").click()
    teacher.keyboard.type("Với hai phân thức cùng mẫu: ")
    bar.get_by_role("button", name="Chèn công thức").click()
    teacher.get_by_role("dialog").get_by_role("textbox").fill(r"\frac{A}{M}+\frac{B}{M}=\frac{A+B}{M}")
    expect(teacher.get_by_role("dialog").locator("math")).to_be_visible()
    teacher.get_by_role("dialog").get_by_role("button", name="Chèn").click()
    expect(text.locator("math")).to_be_visible()
    with teacher.expect_file_chooser() as chooser:
        bar.get_by_role("button", name="Chèn ảnh").click()
    chooser.value.set_files({"name": "hình vẽ.png", "mimeType": "image/png", "buffer": drawing("o-vuong")})
    expect(text.get_by_role("img", name="hình vẽ")).to_be_visible()
    teacher.keyboard.press("Control+End")
    teacher.keyboard.press("Enter")
    bar.get_by_role("button", name="Chèn bảng").click()
    expect(text.locator("table")).to_be_visible()
    text.locator("th").first.click()
    teacher.keyboard.type("Mẫu thức")
    teacher.keyboard.press("Tab")
    teacher.keyboard.type("Cách làm")
    expect(text.locator("th").nth(1)).to_have_text("Cách làm")
    teacher.get_by_label("Liên kết video").fill("https://youtu.be/YompsDlEdtc")
    town.shoot(teacher, "02-lesson-editor")
    editing = teacher.url
    follow(teacher.get_by_role("button", name="Lưu", exact=True))
    expect(teacher.get_by_role("heading", name="Quy tắc cộng")).to_be_visible()
    teacher.goto(editing)
    teacher.locator("input[name=file]").set_input_files(
        {"name": "phiếu bài tập.pdf", "mimeType": "application/pdf", "buffer": paper("Phiếu bài tập", ("Câu 1",))}
    )
    follow(teacher.get_by_role("button", name="Tải tệp lên"))
    # The chosen file's name stands there before it has arrived; the box to keep it comes with the page after.
    expect(teacher.get_by_role("checkbox", name="phiếu bài tập.pdf")).to_be_visible()
    follow(teacher.get_by_role("button", name="Lưu và giao"))
    expect(teacher.get_by_text("Đã lưu và giao")).to_be_visible()
    pupil = town.person("8a2.01", telephone=True)
    town.shoot(pupil, "02-pupil-today")
    pupil.goto("/courses")
    follow(pupil.get_by_role("link", name="Toán 8A2").first)
    town.shoot(pupil, "02-course", "Toán 8A2")
    follow(pupil.get_by_role("link", name=LESSON))
    expect(pupil.locator("mfrac").first).to_be_visible()
    expect(pupil.locator("main img").first).to_be_visible()
    expect(pupil.get_by_role("link", name="phiếu bài tập.pdf")).to_be_visible()
    pupil.goto("/courses")
    follow(pupil.get_by_role("link", name="Toán 8A2").first)
    follow(pupil.get_by_role("link", name="Bảy hằng đẳng thức"))
    town.shoot(pupil, "02-lesson", "Bảy hằng đẳng thức")


def bring_in_questions(town: Town, teacher: Page, path: Path) -> None:
    """Step 3: a real Word file: look, tag in one sweep, save, submit."""
    teacher.goto("/bank")
    town.shoot(teacher, "03-bank")
    teacher.goto("/bank/import")
    teacher.locator("input[name=file]").set_input_files(path)
    teacher.get_by_label("Khối lớp").select_option("8")
    follow(teacher.get_by_role("button", name="Đọc tệp"))
    expect(teacher.get_by_text(re.compile(r"Đọc được \d+"))).to_be_visible()
    town.shoot(teacher, "03-import-preview")
    teacher.get_by_label("Chọn cả trang").check()
    teacher.get_by_role("link", name="Gắn nhãn câu đã chọn").click()
    sweep = teacher.get_by_role("dialog", name="Gắn nhãn các câu đã chọn")
    sweep.get_by_label("Mức độ").select_option("TH")
    sweep.get_by_label("Chủ đề").fill("Ôn tập")
    follow(sweep.get_by_role("button", name="Gắn nhãn"))
    expect(teacher.get_by_text("Đã gắn nhãn").first).to_be_visible()
    follow(teacher.get_by_role("button", name=re.compile(r"^Lưu \d+ câu")))
    follow(teacher.get_by_role("button", name=re.compile(r"^Gửi duyệt \d+ câu")))
    expect(teacher.get_by_text("Đã gửi duyệt").first).to_be_visible()


def approve_questions(town: Town) -> None:
    """Step 4: the subject head sends one back and approves the rest."""
    head = town.person("tt.toan")
    head.goto("/bank/review")
    town.shoot(head, "04-review-queue")
    follow(head.get_by_role("link", name="Xem và trả lời").first)
    town.shoot(head, "04-review", "Duyệt câu")
    head.get_by_label("Cần sửa gì?").fill("Cần nói rõ đơn vị.")
    follow(head.get_by_role("button", name="Trả lại"))
    head.goto("/bank/review")
    while head.locator("input[name=chosen]").count():
        for box in head.locator("input[name=chosen]").all():
            box.check()
        follow(head.get_by_role("button", name=re.compile("^Duyệt câu đã chọn")))
        head.goto("/bank/review")
    expect(head.get_by_text("Không còn câu nào chờ duyệt")).to_be_visible()


def build_a_quiz(town: Town, teacher: Page) -> str:
    """Step 5: chosen questions and a draw, window, length, column; given to the class."""
    now = datetime.now(VIETNAM)
    teacher.goto("/courses")
    follow(teacher.get_by_role("link", name="Toán 8A2").first)
    follow(teacher.get_by_role("link", name="Tạo bài kiểm tra"))
    teacher.get_by_label("Tên bài").fill(QUIZ)
    teacher.get_by_label("Mở lúc").fill(f"{now - timedelta(minutes=5):%Y-%m-%dT%H:%M}")
    teacher.get_by_label("Đóng lúc").fill(f"{now + timedelta(days=1):%Y-%m-%dT%H:%M}")
    teacher.get_by_label("Thời gian làm bài").fill("15")
    teacher.get_by_label("Thấy đáp án").check()
    column = teacher.locator("select[name=column]")
    column.select_option(
        column.locator("option", has_text=re.compile("ĐĐGtx 4.*1|1.*ĐĐGtx 4")).first.get_attribute("value")
    )
    town.shoot(teacher, "05-quiz-settings")
    follow(teacher.get_by_role("button", name="Chọn câu hỏi"))
    choosing = teacher.url
    for kind, words, worth in (
        ("single_choice", "phan thuc", "1"),
        ("essay", "vuon", "3"),
        ("short_number", "gia tri", "1"),
    ):
        teacher.goto(f"{choosing}?type={kind}&q={words}")
        teacher.locator("input[name=version]").first.check()
        teacher.locator("#worth-chosen").fill(worth)
        if kind == "single_choice":
            town.shoot(teacher, "05-quiz-questions")
        follow(teacher.get_by_role("button", name="Thêm câu đã chọn"))
    teacher.goto(f"{choosing}?type=single_choice&level=NB")
    teacher.get_by_label("Số câu").fill("2")
    teacher.locator("#worth-drawn").fill("0,5")
    follow(teacher.get_by_role("button", name="Thêm lượt rút"))
    quiz = re.search(r"/quizzes/([0-9a-f-]{36})", choosing)
    assert quiz
    teacher.goto(f"/quizzes/{quiz.group(1)}/edit")
    town.shoot(teacher, "05-quiz")
    follow(teacher.get_by_role("button", name="Giao cho lớp 8A2"))
    expect(teacher.get_by_text("Đang mở").first).to_be_visible()
    return quiz.group(1)


def take_the_test(town: Town) -> None:
    """Step 6: answers saved one by one; the network fails for a while, the page is loaded anew, then handed in."""
    pupil = town.person("8a2.02", telephone=True)
    follow(pupil.get_by_role("link", name=QUIZ).first)
    town.shoot(pupil, "06-before-the-test", "Kiểm tra 15 phút")
    follow(pupil.get_by_role("button", name="Bắt đầu làm bài"))
    expect(pupil.locator("[data-ready]")).to_be_visible()
    saved = pupil.locator("[data-saved]")
    choices = pupil.locator("[data-slot]").filter(has=pupil.locator("input[type=radio]"))
    choices.nth(0).locator("input[type=radio]").first.check(force=True)
    expect(saved).to_contain_text("Đã lưu 1 câu")
    pupil.context.set_offline(True)
    choices.nth(1).locator("input[type=radio]").nth(1).check(force=True)
    number = pupil.locator("[data-slot]").filter(has=pupil.locator("input[type=text], input:not([type])")).first
    number.locator("input").first.fill("5")
    expect(saved).to_contain_text("Giữ trên máy 2 câu")
    expect(pupil.get_by_text(re.compile("Mất kết nối lúc")).first).to_be_visible()
    town.shoot(pupil, "06-test-without-network")
    pupil.context.set_offline(False)
    expect(saved).to_contain_text("Đã lưu 3 câu")
    pupil.reload()
    expect(pupil.locator("[data-ready]")).to_be_visible()
    expect(saved).to_contain_text("Đã lưu 3 câu")
    expect(choices.nth(1).locator("input[type=radio]").nth(1)).to_be_checked()
    essay = pupil.locator("[data-slot] textarea").first
    essay.fill("a) x^2 - (x - 4)^2.\nb) = 8x - 16; với x = 24 thì bằng 176 (m2).")
    expect(saved).to_contain_text("Đã lưu 4 câu")
    choices.nth(2).locator("input[type=radio]").first.check(force=True)
    expect(saved).to_contain_text("Đã lưu 5 câu")
    town.shoot(pupil, "06-test")
    pupil.locator("[data-hand-in]").click()
    pupil.get_by_role("dialog", name="Nộp bài?").get_by_role("button", name="Nộp bài").click()
    expect(pupil.get_by_text("Bài của em đã nộp.")).to_be_visible()
    town.shoot(pupil, "06-receipt", QUIZ)


def mark_and_release(town: Town, teacher: Page, quiz: str) -> None:
    """Step 7: the test is ended, the essay marked with a comment, results released; pupil and parent read them."""
    teacher.goto(f"/quizzes/{quiz}/board")
    town.shoot(teacher, "07-board")
    teacher.get_by_role("link", name="Kết thúc ngay").click()
    teacher.get_by_label(re.compile("để xác nhận")).and_(teacher.locator(":visible")).fill("kết thúc")
    follow(teacher.get_by_role("dialog").get_by_role("button", name="Kết thúc"))
    teacher.goto(f"/quizzes/{quiz}/marking")
    follow(teacher.get_by_role("link", name="Chấm", exact=True).first)
    teacher.get_by_label(re.compile("^Điểm")).first.fill("2,5")
    teacher.get_by_label(re.compile("^Nhận xét")).first.fill("Kết quả đúng, thiếu bước phân tích.")
    town.shoot(teacher, "07-marking")
    follow(teacher.get_by_role("button", name=re.compile("^Lưu")).first)
    teacher.goto(f"/quizzes/{quiz}/results")
    follow(teacher.get_by_role("button", name="Công bố kết quả"))
    expect(teacher.get_by_text("Đã công bố").first).to_be_visible()
    teacher.goto("/courses")
    follow(teacher.get_by_role("link", name="Toán 8A2").first)
    follow(teacher.get_by_role("link", name="Hằng đẳng thức và phân thức").first)
    follow(teacher.get_by_role("link", name="Kết quả", exact=True))
    town.shoot(teacher, "07-results", "Hằng đẳng thức và phân thức")
    for name, picture in (("8a2.02", "07-review-pupil"), ("ph.8a2.02", "07-review-parent")):
        reader = town.person(name, telephone=True)
        if name.startswith("ph."):
            follow(reader.get_by_role("link", name="Bài kiểm tra").first)
            follow(reader.get_by_role("row", name=re.compile(QUIZ)).get_by_role("link", name="Xem bài làm"))
        else:
            follow(reader.get_by_role("link", name=QUIZ).first)
        expect(reader.get_by_text("Kết quả đúng, thiếu bước phân tích.")).to_be_visible()
        town.shoot(reader, picture)


def keep_the_marks(town: Town, teacher: Page) -> None:
    """Step 8: the mark stands in the gradebook; typing goes on from cell to cell; a file goes out."""
    teacher.goto("/gradebook")
    follow(teacher.get_by_role("link", name="Học kì I", exact=True))
    town.shoot(teacher, "08-gradebooks")
    follow(teacher.get_by_role("link", name=re.compile("Toán.*Lớp 8A2")))
    boxes = teacher.locator("input[data-mark]")
    expect(boxes.first).to_be_visible()
    filled = teacher.locator("input[data-mark][name$=':tx4']").evaluate_all(
        "(all) => all.map((one) => one.value).filter(Boolean)"
    )
    assert len(filled) == 1
    first = teacher.locator("input[data-mark][name$=':gk']").first
    first.fill("8,5")
    first.press("Enter")
    town.shoot(teacher, "08-gradebook", "Toán · 8A2")
    follow(teacher.get_by_role("button", name="Lưu điểm").first)
    expect(teacher.locator("input[data-mark][name$=':gk']").first).to_have_value("8,5")
    teacher.get_by_role("link", name="Tải về").click()
    with teacher.expect_download() as download:
        teacher.get_by_role("button", name="Tải Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")


def share_a_material(town: Town, teacher: Page) -> None:
    """Step 9: deposited, approved, found without accents, put into another class."""
    teacher.goto("/library/deposit")
    deck = slides_file([(DECK, ["Bước 1. Lập phương trình", "Bước 2. Giải", "Bước 3. Kết luận"])])
    teacher.locator("input[name=files]").set_input_files({"name": f"{DECK}.pptx", "mimeType": "", "buffer": deck})
    follow(teacher.get_by_role("button", name="Tải lên"))
    teacher.get_by_label("Giới thiệu").fill("Ba bước giải, bốn ví dụ có lời giải.")
    teacher.get_by_label("Lớp 8", exact=True).check()
    teacher.locator("select[name=licence]").select_option("CC-BY-4.0")
    teacher.locator("input[name=rights][value=own]").check()
    town.shoot(teacher, "09-describe")
    follow(teacher.get_by_role("button", name="Lưu và xem lại"))
    follow(teacher.get_by_role("button", name="Gửi duyệt"))
    head = town.person("tt.toan")
    head.goto("/library/review")
    town.shoot(head, "09-review-queue")
    follow(head.get_by_role("link", name=DECK))
    follow(head.get_by_role("button", name="Duyệt", exact=True))
    colleague = town.person("gv.toan9")
    until = time.monotonic() + PATIENCE / 1000
    colleague.goto("/library?q=lap+phuong+trinh")
    while not colleague.get_by_role("link", name=DECK).count():  # the index is written by a job, a moment later
        assert time.monotonic() < until, "the job did not write the index"
        colleague.reload()
    colleague.goto("/library?q=phuong+trinh")
    town.shoot(colleague, "09-library")
    follow(colleague.get_by_role("link", name=DECK).first)
    town.shoot(colleague, "09-material", "Giải bài toán")
    expect(colleague.get_by_role("link", name="Đưa vào lớp học")).to_be_visible()


def read_the_log(town: Town) -> None:
    """Step 10: the head of school asks who did what; the chain holds."""
    leader = town.person("hieutruong")
    leader.goto("/reports/acts")
    expect(leader.get_by_role("cell", name="duyệt học liệu", exact=True).first).to_be_visible()
    town.shoot(leader, "10-who-did-what")
    follow(leader.get_by_role("link", name="Kiểm tra tính toàn vẹn"))
    expect(leader.get_by_text("còn nguyên vẹn")).to_be_visible()
    town.shoot(leader, "10-chain")
