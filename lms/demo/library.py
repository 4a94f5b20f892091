"""Eight materials of the demo's library, in each state, with small real files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lms.base import storage
from lms.base.permissions import Actor
from lms.base.subjects import Subject
from lms.demo.drawings import drawing, paper
from lms.demo.office import sheet_file, slides_file, word_file
from materials import api as materials

State = materials.State
NOTE = "Phần hoạt động nhóm cần ghi rõ thời gian và sản phẩm của học sinh. Thầy cô bổ sung giúp tôi nhé."


@dataclass(frozen=True, slots=True)
class Kept:
    """A material as it stands: who deposited it, its description, its file, how far the review is."""

    author: str  # sign-in name
    subject: str
    title: str
    summary: str
    kind: str
    licence: str
    outcomes: tuple[str, ...]
    file: tuple[str, Callable[[], bytes]]
    state: State
    days_ago: int
    credit: str = ""


def _slides_equations() -> bytes:
    return slides_file(
        (
            ("Phương trình bậc nhất một ẩn", ["Toán 8 · Bài 25", "Trường THCS Hoa Phượng"]),
            (
                "Khởi động",
                [
                    "Một cân đĩa thăng bằng: bên trái ba quả táo và 200 g, bên phải 1 kg 100 g.",
                    "Mỗi quả táo nặng bao nhiêu?",
                ],
            ),
            ("Định nghĩa", ["Phương trình dạng ax + b = 0, với a, b là hai số đã cho và a khác 0."]),
            ("Quy tắc chuyển vế", ["Chuyển một hạng tử từ vế này sang vế kia và đổi dấu hạng tử đó."]),
            ("Ví dụ", ["5(x − 2) = 3x + 4", "5x − 10 = 3x + 4", "2x = 14", "x = 7"]),
            ("Luyện tập", ["Giải các phương trình: a) 3x − 12 = 0   b) 7 − 2x = x + 1   c) 4(x + 1) = 2x − 6"]),
        )
    )


def _slides_internet() -> bytes:
    return slides_file(
        (
            ("Thông tin trong môi trường số", ["Tin học 8 · Chủ đề C"]),
            ("Đặc điểm của thông tin số", ["Đa dạng", "Được thu thập nhanh và nhiều", "Có độ tin cậy khác nhau"]),
            ("Trước khi tin", ["Ai viết?", "Viết khi nào?", "Nguồn khác có nói như vậy không?"]),
        )
    )


def _plan_pythagoras() -> bytes:
    return word_file(
        "Kế hoạch bài dạy: Định lí Pythagore",
        [
            "Môn Toán 8. Thời gian thực hiện: 2 tiết.",
            "I. Mục tiêu. Học sinh giải thích được định lí Pythagore; tính được độ dài cạnh trong tam giác vuông.",
            "II. Thiết bị. Giấy kẻ ô vuông, kéo, thước dây, máy chiếu.",
            "III. Hoạt động 1. Mở đầu (7 phút): đo chiếc bàn học và kiểm tra góc vuông bằng bộ ba 3, 4, 5.",
            "Hoạt động 2. Hình thành kiến thức (20 phút): cắt ghép hai hình vuông cạnh a + b.",
            "Hoạt động 3. Luyện tập (35 phút): bài 1 đến bài 4 của phiếu học tập.",
            "Hoạt động 4. Vận dụng (28 phút): chiều cao của thang dựa tường, đường chéo màn hình.",
        ],
    )


def _plan_quadrilaterals() -> bytes:
    return word_file(
        "Kế hoạch bài dạy: Hình bình hành",
        ["Môn Toán 8. Thời gian thực hiện: 3 tiết.", "Hoạt động nhóm: tìm hình bình hành trong lớp học."],
    )


def _test_paper() -> bytes:
    return word_file(
        "Đề kiểm tra giữa học kì I, Toán 8 (đề minh hoạ)",
        [
            "PHẦN I. Câu trắc nghiệm nhiều phương án lựa chọn.",
            "Câu 1. Khai triển (x + 3)² ta được: A. x² + 9  B. x² + 6x + 9  C. x² + 3x + 9  D. x² + 6x + 3",
            "Câu 2. Điều kiện xác định của phân thức 1/(x − 5) là: A. x ≠ 5  B. x ≠ 0  C. x = 5  D. x ≠ −5",
            "PHẦN II. Tự luận. Bài 1. Phân tích đa thức thành nhân tử: x² − 49; x³ − 8.",
        ],
    )


def _survey() -> bytes:
    return sheet_file(
        "Khảo sát",
        [
            ["Phương tiện đến trường", "Khối 6", "Khối 7", "Khối 8", "Khối 9"],
            ["Đi bộ", 38, 35, 31, 22],
            ["Xe đạp", 51, 60, 74, 88],
            ["Bố mẹ đưa đón", 62, 55, 41, 30],
            ["Xe buýt", 9, 10, 14, 20],
        ],
    )


def _worksheet() -> bytes:
    return paper(
        "Phiếu học tập: Định lí Thalès",
        (
            "Câu 1. Cho tam giác ABC, M trên AB, N trên AC, MN song song với BC.",
            "   Biết AM = 4 cm, MB = 2 cm, AN = 6 cm. Tính NC.",
            "Câu 2. Bóng của một cây dài 12 m, cùng lúc bóng của cọc cao 1 m dài 1,5 m.",
            "   Tính chiều cao của cây.",
            "Câu 3. Nêu cách đo bề rộng một khúc sông mà không cần sang bờ bên kia.",
        ),
    )


MATERIALS = (
    Kept(
        "gv.toan8",
        "Toán",
        "Phương trình bậc nhất một ẩn",
        "Sáu trang chiếu cho một tiết: cân đĩa, định nghĩa, quy tắc chuyển vế, luyện tập.",
        "slides",
        "CC-BY-4.0",
        ("TOAN8.SĐ.6.1", "TOAN8.SĐ.6.2"),
        ("Phương trình bậc nhất một ẩn.pptx", _slides_equations),
        State.APPROVED,
        20,
    ),
    Kept(
        "gv.toan9",
        "Toán",
        "Kế hoạch bài dạy: Định lí Pythagore",
        "Kế hoạch hai tiết theo bốn hoạt động, có phần cắt ghép hình và vận dụng đo đạc.",
        "lesson_plan",
        "CC-BY-SA-4.0",
        ("TOAN8.HĐ.2.1", "TOAN8.HĐ.2.2"),
        ("KHBD Dinh li Pythagore.docx", _plan_pythagoras),
        State.APPROVED,
        16,
    ),
    Kept(
        "gv.toan8",
        "Toán",
        "Đường thẳng y = x + 1 trên mặt phẳng toạ độ",
        "Hình vẽ sẵn để chiếu hoặc chèn vào bài kiểm tra.",
        "picture",
        "CC0-1.0",
        ("TOAN8.SĐ.5.2",),
        ("duong thang.png", lambda: drawing("duong-thang")),
        State.APPROVED,
        12,
    ),
    Kept(
        "gv.tin8",
        "Tin học",
        "Thông tin trong môi trường số",
        "Ba trang chiếu mở đầu chủ đề C, có câu hỏi thảo luận về độ tin cậy.",
        "slides",
        "CC-BY-NC-4.0",
        ("TIN8.C.1.1", "TIN8.C.1.2"),
        ("Thong tin so.pptx", _slides_internet),
        State.APPROVED,
        9,
    ),
    Kept(
        "gv.toan8",
        "Toán",
        "Phiếu học tập: Định lí Thalès",
        "Một trang A4, ba câu từ dễ đến khó; câu cuối gắn với đo đạc ngoài trời.",
        "worksheet",
        "CC-BY-4.0",
        ("TOAN8.HĐ.5.4", "TOAN8.HĐ.5.5"),
        ("Phieu hoc tap Thales.pdf", _worksheet),
        State.SUBMITTED,
        2,
    ),
    Kept(
        "gv.toan7",
        "Toán",
        "Đề minh hoạ kiểm tra giữa học kì I, Toán 8",
        "Đề hai phần, 45 phút, phỏng theo cấu trúc của tổ.",
        "test",
        "SCHOOL",
        ("TOAN8.SĐ.2.2", "TOAN8.SĐ.3.1"),
        ("De minh hoa giua ki I.docx", _test_paper),
        State.SUBMITTED,
        1,
    ),
    Kept(
        "gv.toan6",
        "Toán",
        "Kế hoạch bài dạy: Hình bình hành",
        "Kế hoạch ba tiết, hoạt động nhóm tìm hình bình hành trong lớp học.",
        "lesson_plan",
        "CC-BY-4.0",
        ("TOAN8.HĐ.4.3",),
        ("KHBD Hinh binh hanh.docx", _plan_quadrilaterals),
        State.CHANGES_REQUESTED,
        4,
    ),
    Kept(
        "gv.toan8",
        "Toán",
        "Khảo sát phương tiện đến trường",
        "Số liệu của trường để vẽ biểu đồ cột kép và so sánh các cách biểu diễn.",
        "other",
        "CC-BY-4.0",
        ("TOAN8.TX.2.1",),
        ("Khao sat phuong tien.xlsx", _survey),
        State.DRAFT,
        1,
    ),
)


def stock_library(
    session: Session, people: Mapping[str, Actor], subjects: Mapping[str, Subject], *, at: datetime
) -> dict[str, materials.Edition]:
    """Deposit, describe, submit and decide, each by who does it in a school; returns the editions by title.

    *people* maps sign-in names to actors, the subject heads among them.
    """
    heads = {"Toán": people["tt.toan"], "Tin học": people["tt.tin"]}
    made: dict[str, materials.Edition] = {}
    for one in MATERIALS:
        author, day = people[one.author], at - timedelta(days=one.days_ago)
        name, write = one.file
        stored = storage.put_bytes(write())
        edition = materials.deposit(session, author, [materials.Incoming(stored, name)], at=day)
        said = materials.Description(
            one.title,
            one.summary,
            one.kind,
            subjects[one.subject].uid,
            ("8",),
            one.licence,
            materials.Rights.OWN,
            one.credit,
            one.outcomes,
        )
        materials.describe(session, author, edition.uid, said, at=day)
        later = day + timedelta(hours=5)
        if one.state is not State.DRAFT:
            materials.submit(session, author, edition.uid, at=day)
        if one.state is State.APPROVED:
            materials.approve(session, heads[one.subject], edition.uid, at=later, note="Rõ ràng, dùng được ngay.")
        elif one.state is State.CHANGES_REQUESTED:
            materials.request_changes(session, heads[one.subject], edition.uid, note=NOTE, at=later)
        made[one.title] = edition
    return made
