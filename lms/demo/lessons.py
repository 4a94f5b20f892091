"""Three lessons of Toán 8A2, in two sections, as their teacher wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lms.base import storage
from lms.base.permissions import Actor
from lms.courses import service as courses
from lms.courses.domain import ActivityKind
from lms.courses.models import Course, Section
from lms.demo.drawings import DRAWINGS, drawing, paper

ALGEBRA = "Chương II. Hằng đẳng thức và phân thức"
GEOMETRY = "Chương IV. Định lí Pythagore và định lí Thalès"

_IDENTITIES = r"""
<h2>1. Mở đầu</h2>
<p>Một mảnh vườn hình vuông cạnh \(a\) mét được mở rộng thêm \(b\) mét về hai phía. Diện tích mảnh vườn mới là bao
nhiêu?
Ta có thể tính bằng hai cách: coi mảnh vườn mới là hình vuông cạnh \(a+b\), hoặc cộng diện tích của bốn phần.</p>
{picture}
<h2>2. Bình phương của một tổng, một hiệu</h2>
<p>Với hai biểu thức \(A\), \(B\) tuỳ ý, ta có:</p>
<p>\[(A+B)^2=A^2+2AB+B^2\]</p>
<p>\[(A-B)^2=A^2-2AB+B^2\]</p>
<h3>Ví dụ 1</h3>
<p>Khai triển \((2x+3)^2\):</p>
<p>\[(2x+3)^2=(2x)^2+2\cdot 2x\cdot 3+3^2\]</p>
<p>\[=4x^2+12x+9\]</p>
<h3>Ví dụ 2. Tính nhẩm</h3>
<p>Để tính \(99^2\), ta viết \(99=100-1\):</p>
<p>\[(100-1)^2=10\,000-200+1=9\,801\]</p>
<h2>3. Bảng các hằng đẳng thức</h2>
<table><tbody>
<tr><th>Tên gọi</th><th>Hằng đẳng thức</th></tr>
<tr><td>Bình phương của một tổng</td><td>\((A+B)^2=A^2+2AB+B^2\)</td></tr>
<tr><td>Bình phương của một hiệu</td><td>\((A-B)^2=A^2-2AB+B^2\)</td></tr>
<tr><td>Hiệu hai bình phương</td><td>\(A^2-B^2=(A-B)(A+B)\)</td></tr>
<tr><td>Lập phương của một tổng</td><td>\((A+B)^3=A^3+3A^2B+3AB^2+B^3\)</td></tr>
<tr><td>Lập phương của một hiệu</td><td>\((A-B)^3=A^3-3A^2B+3AB^2-B^3\)</td></tr>
<tr><td>Tổng hai lập phương</td><td>\(A^3+B^3=(A+B)(A^2-AB+B^2)\)</td></tr>
<tr><td>Hiệu hai lập phương</td><td>\(A^3-B^3=(A-B)(A^2+AB+B^2)\)</td></tr>
</tbody></table>
<h2>4. Chỗ hay nhầm</h2>
<ul><li>\((A+B)^2\) <b>không</b> bằng \(A^2+B^2\): hình vẽ cho thấy còn hai hình chữ nhật \(ab\).</li>
<li>Trong \(A^3+B^3\), thừa số thứ hai có dấu trừ: \(A^2-AB+B^2\).</li></ul>
<h2>5. Em tự làm</h2>
<ol><li>Khai triển \((x-5)^2\), \((3x+y)^2\), \((x+2)^3\).</li>
<li>Viết \(x^2-14x+49\) thành bình phương của một hiệu.</li>
<li>Tính nhanh \(103^2\) và \(47\cdot 53\).</li></ol>
<p>Tải phiếu bài tập ở cuối trang, làm ra giấy và nộp vào tiết sau.</p>
"""

_FRACTIONS = r"""
<h2>1. Phân thức đại số là gì?</h2>
<p>Một <b>phân thức đại số</b> là biểu thức có dạng \(\dfrac{A}{B}\), trong đó \(A\), \(B\) là những đa thức và \(B\)
khác
đa thức \(0\). \(A\) gọi là tử thức, \(B\) gọi là mẫu thức.</p>
<blockquote><p>Mỗi đa thức cũng là một phân thức với mẫu bằng \(1\). Số \(0\) và số \(1\) cũng là phân
thức.</p></blockquote>
<h2>2. Điều kiện xác định</h2>
<p>Phân thức \(\dfrac{A}{B}\) xác định khi giá trị của \(B\) khác \(0\). Ví dụ \(\dfrac{x+2}{x^2-9}\) xác định khi
\(x\ne 3\) và \(x\ne -3\).</p>
<h2>3. Tính chất cơ bản</h2>
<p>Với \(M\) là đa thức khác đa thức \(0\) và \(N\) là nhân tử chung của \(A\) và \(B\):</p>
<p>\[\frac{A}{B}=\frac{A\cdot M}{B\cdot M}\qquad\text{và}\qquad\frac{A}{B}=\frac{A:N}{B:N}\]</p>
<h3>Ví dụ. Rút gọn</h3>
<p>\[\frac{x^2-4x+4}{x^2-4}=\frac{(x-2)^2}{(x-2)(x+2)}=\frac{x-2}{x+2}\]</p>
<h2>4. Bốn phép tính</h2>
<table><tbody>
<tr><th>Phép tính</th><th>Quy tắc</th><th>Cần nhớ</th></tr>
<tr><td>Cộng, trừ cùng mẫu</td><td>\(\dfrac{A}{M}\pm\dfrac{B}{M}=\dfrac{A\pm B}{M}\)</td><td>Giữ nguyên mẫu</td></tr>
<tr><td>Cộng, trừ khác mẫu</td><td>Quy đồng rồi cộng, trừ</td><td>Phân tích mẫu thành nhân tử trước</td></tr>
<tr><td>Nhân</td><td>\(\dfrac{A}{B}\cdot\dfrac{C}{D}=\dfrac{A\cdot C}{B\cdot D}\)</td><td>Rút gọn trước khi
nhân</td></tr>
<tr><td>Chia</td><td>\(\dfrac{A}{B}:\dfrac{C}{D}=\dfrac{A}{B}\cdot\dfrac{D}{C}\)</td><td>\(\dfrac{C}{D}\ne 0\)</td></tr>
</tbody></table>
<h2>5. Bài tập</h2>
<ol><li>Tìm điều kiện xác định của \(\dfrac{3x}{x^2+x}\).</li>
<li>Rút gọn \(\dfrac{6x^2y^3}{9xy^4}\).</li>
<li>Tính \(\dfrac{2}{x-1}-\dfrac{1}{x+1}\).</li></ol>
"""

_PYTHAGORAS = r"""
<h2>1. Bài toán mở đầu</h2>
<p>Một người thợ muốn biết hai bức tường có vuông góc với nhau không mà chỉ có một cuộn thước dây. Anh đo dọc theo một
bức
tường \(3\) m, dọc theo bức kia \(4\) m, rồi đo khoảng cách giữa hai điểm vừa đánh dấu. Nếu khoảng cách ấy đúng \(5\)
m thì
hai bức tường vuông góc. Vì sao?</p>
{picture}
<h2>2. Định lí Pythagore</h2>
<p>Trong một tam giác vuông, bình phương của cạnh huyền bằng tổng các bình phương của hai cạnh góc vuông. Nếu
\(\widehat{A}=90^\circ\) thì</p>
<p>\[BC^2=AB^2+AC^2\qquad\text{hay}\qquad BC=\sqrt{AB^2+AC^2}\]</p>
<p>Với tam giác trong hình: \(BC=\sqrt{3^2+4^2}=\sqrt{25}=5\) (cm).</p>
<h2>3. Định lí đảo</h2>
<p>Nếu một tam giác có bình phương của một cạnh bằng tổng các bình phương của hai cạnh kia thì tam giác đó là tam giác
vuông.
Đó chính là điều người thợ đã dùng.</p>
<h2>4. Một số bộ ba quen thuộc</h2>
<table><tbody><tr><th>Cạnh góc vuông</th><th>Cạnh góc vuông</th><th>Cạnh huyền</th></tr>
<tr><td>3</td><td>4</td><td>5</td></tr><tr><td>5</td><td>12</td><td>13</td></tr><tr><td>8</td><td>15</td><td>17</td></tr>
</tbody></table>
<h2>5. Vận dụng</h2>
<p>Đường chéo của một màn hình hình chữ nhật dài \(32\) inch, hai cạnh tỉ lệ với \(16\) và \(9\). Gọi hai cạnh là
\(16k\) và
\(9k\) thì \((16k)^2+(9k)^2=32^2\), suy ra \(k=\dfrac{32}{\sqrt{337}}\approx 1{,}74\). Vậy màn hình rộng khoảng
\(27{,}9\)
inch và cao khoảng \(15{,}7\) inch.</p>
<p>Xem video để thấy vài cách chứng minh định lí bằng hình vẽ.</p>
"""

_SHEET = (
    "Bài 1. Khai triển:",
    "   a) (x + 4)²          b) (2x − 1)²          c) (x − 3)(x + 3)",
    "Bài 2. Viết thành bình phương của một tổng hoặc một hiệu:",
    "   a) x² + 8x + 16      b) 4x² − 12x + 9      c) x² − x + 1/4",
    "Bài 3. Phân tích thành nhân tử:",
    "   a) x² − 49           b) x³ + 27            c) 8x³ − 1",
    "Bài 4. Tính nhanh:",
    "   a) 98²               b) 105² − 95²         c) 71 × 69",
    "Bài 5. Chứng minh rằng x² − 4x + 5 luôn dương với mọi x.",
    "",
    "Hướng dẫn: bài 5 viết x² − 4x + 5 = (x − 2)² + 1.",
)


@dataclass(frozen=True, slots=True)
class Written:
    """A lesson as it is written: which drawing stands in it, which sheet goes along, which video."""

    section: str
    title: str
    html: str
    days_ago: int
    picture: str = ""
    sheet: str = ""
    video_url: str = ""


LESSONS = (
    Written(ALGEBRA, "Bảy hằng đẳng thức đáng nhớ", _IDENTITIES, 33, "o-vuong", "Phiếu bài tập số 3"),
    Written(ALGEBRA, "Phân thức đại số và các phép tính", _FRACTIONS, 19),
    Written(
        GEOMETRY,
        "Định lí Pythagore",
        _PYTHAGORAS,
        5,
        "tam-giac-vuong",
        video_url="https://www.youtube.com/watch?v=YompsDlEdtc",
    ),
)


def write_lessons(session: Session, teacher: Actor, course: Course, *, at: datetime) -> list[Section]:
    """Write the lessons into their sections and publish them on their days; one more waits unpublished."""
    sections = {title: courses.add_section(session, teacher, course.uid, title) for title in (ALGEBRA, GEOMETRY)}
    for plan in LESSONS:
        day = (at - timedelta(days=plan.days_ago)).replace(minute=0, second=0, microsecond=0)
        lesson = courses.new_lesson(session, teacher, sections[plan.section].uid, plan.title, at=day)
        html = plan.html
        if plan.picture:
            stored = storage.put_bytes(drawing(plan.picture))
            courses.attach_file(session, teacher, lesson.uid, stored, f"{plan.picture}.png", inline=True, at=day)
            shown = f'<p><img src="asset:{stored.sha256}" alt="{DRAWINGS[plan.picture][0]}"></p>'
            html = html.replace("{picture}", shown)
        if plan.sheet:
            stored = storage.put_bytes(paper("Phiếu bài tập: Hằng đẳng thức", _SHEET))
            courses.attach_file(session, teacher, lesson.uid, stored, f"{plan.sheet}.pdf", inline=False, at=day)
        courses.save_lesson(session, teacher, lesson.uid, title=plan.title, html=html, video_url=plan.video_url, at=day)
        line = courses.find_activity(session, ActivityKind.LESSON, lesson.uid)
        assert line is not None
        courses.publish_activity(session, teacher, line.uid, at=day)
    waiting = courses.new_lesson(session, teacher, sections[GEOMETRY].uid, "Định lí Thalès trong tam giác", at=at)
    courses.save_lesson(
        session,
        teacher,
        waiting.uid,
        title=waiting.title,
        html=r"<h2>1. Đoạn thẳng tỉ lệ</h2>"
        r"<p>Tỉ số \(\dfrac{AB}{CD}\) của hai đoạn thẳng là tỉ số độ dài của chúng.</p>",
        video_url="",
        at=at,
    )
    return list(sections.values())
