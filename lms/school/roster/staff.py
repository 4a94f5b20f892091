"""Read a list of the staff as schools keep it, and say of every line what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lms.base.errors import Invalid, Message
from lms.base.i18n_marks import N_
from lms.base.sheets.headings import Headings, find_headings
from lms.base.sheets.tables import Table, one_line, read_tables
from lms.base.text import fold
from lms.school.roster.values import read_code, read_name

LINES_AT_MOST = 1_000
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]{2,}")


class StaffColumn(StrEnum):
    """What a column of a list of the staff holds."""

    NUMBER = "number"
    NAME = "name"
    CODE = "code"  # mã cán bộ, mã giáo viên
    GROUP = "group"  # tổ chuyên môn
    POST = "post"  # chức vụ
    EMAIL = "email"
    PHONE = "phone"


class Post(StrEnum):
    """What a post means here. Administrators are never made from a list."""

    TEACHER = "teacher"
    HEAD = "head"  # tổ trưởng: a teacher who heads the group
    LEADER = "leader"
    LIBRARIAN = "librarian"
    NONE = "none"  # kế toán, bảo vệ …: nothing to do here


_PATTERNS: tuple[tuple[StaffColumn | None, re.Pattern[str]], ...] = tuple(
    (column, re.compile(pattern))
    for column, pattern in (
        (None, r".*\b(cccd|cmnd|can cuoc|ngay sinh|gioi tinh)\b.*"),
        (StaffColumn.EMAIL, r".*\b(e ?mail|thu dien tu)\b.*"),
        (StaffColumn.PHONE, r"(.* )?(sdt|so dt|dien thoai|di dong|zalo)( .*)?|dt"),
        (StaffColumn.CODE, r"(ma|ma so|so hieu) ?(can bo|giao vien|gv|cbgv|cb|nhan vien|nhan su|vien chuc)( .*)?|magv"),
        (StaffColumn.GROUP, r"to( (chuyen mon|bo mon|cm|cong tac))?|bo mon|thuoc to"),
        (StaffColumn.POST, r"chuc (vu|danh)( .*)?|vi tri( viec lam)?|nhiem vu"),
        (StaffColumn.NUMBER, r"stt|tt|so tt|so thu tu"),
        (StaffColumn.NAME, r"(ho (va )?)?ten( (khai sinh|giao vien|gv|can bo|day du))?|ho( va)?( chu)? ?(dem|lot)|ho"),
    )
)


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One person of the list; what could not be read is empty."""

    row: int  # as the spreadsheet counts, from 1
    name: str
    code: str = ""
    group: str = ""
    post: Post = Post.TEACHER
    email: str = ""
    phone: str = ""
    problems: tuple[Message, ...] = ()


def read_staff(data: bytes, filename: str = "") -> tuple[StaffLine, ...]:
    """Read a list of the staff from .xlsx, .xls or .csv; every visible sheet that has its headings.

    Raises:
        Invalid: not a spreadsheet, without headings, or without people.
        TooLarge: far more than a list of people.
    """
    lines: list[StaffLine] = []
    found = False
    for table in read_tables(data, filename):
        headings = None if table.hidden else find_headings(table, classify_staff, StaffColumn.NAME)
        if headings is not None:
            found = True
            lines += _lines(table, headings)
    if not found:
        raise Invalid.at(
            "file", N_("Không thấy hàng tiêu đề có cột “Họ và tên”. Hãy thêm hàng tiêu đề rồi tải lên lại.")
        )
    if not lines:
        raise Invalid.at("file", N_("Có hàng tiêu đề nhưng không có ai bên dưới."))
    if len(lines) > LINES_AT_MOST:
        raise Invalid.at("file", N_("Danh sách có hơn %(most)s dòng."), most=LINES_AT_MOST)
    return tuple(_with_doubles(lines))


def classify_staff(path: tuple[str, ...]) -> StaffColumn | None:
    """Return what a column holds by its headings, top to bottom, as bare words (`lms.base.sheets.headings`)."""
    for key in (*path[-1:], " ".join(path)):
        for column, pattern in _PATTERNS:
            if pattern.fullmatch(key):
                return column
    return None


def read_post(text: str) -> Post:
    """Return what a post means; an empty one is a teacher's.

    >>> read_post("Phó Hiệu trưởng"), read_post("TTCM"), read_post("Giáo viên"), read_post("Kế toán")
    (<Post.LEADER: 'leader'>, <Post.HEAD: 'head'>, <Post.TEACHER: 'teacher'>, <Post.NONE: 'none'>)
    """
    key = " ".join(fold(text).split())
    if re.search(r"\b(hieu truong|hieu pho|ban giam hieu|bgh|pht?)\b", key):
        return Post.LEADER
    if re.search(r"\b(to truong|ttcm)\b", key):
        return Post.HEAD
    if re.search(r"\bthu vien\b", key):
        return Post.LIBRARIAN
    if not key or re.search(r"\b(giao vien|gv|gvcn|gvbm|to pho|tpcm|tong phu trach|tpt)\b", key):
        return Post.TEACHER
    return Post.NONE


def _lines(table: Table, headings: Headings) -> list[StaffLine]:
    found = []
    for row in range(headings.bottom + 1, table.last_row + 1):
        line = _line(table, headings, row)
        numbered = headings.column(StaffColumn.NUMBER) is None or _text(table, headings, row, StaffColumn.NUMBER)
        if any(letter.isalpha() for letter in line.name) and (numbered or line.code):
            found.append(line)
    return found


def _line(table: Table, headings: Headings, row: int) -> StaffLine:
    parts = (one_line(table.value(row, column)) for column in headings.columns(StaffColumn.NAME))
    name = read_name(" ".join(filter(None, parts)))
    problems = []
    if any(letter.isdigit() for letter in name):
        problems.append(Message(N_("Dòng %(row)s: họ tên có chữ số (“%(found)s”)."), {"row": row, "found": name[:40]}))
    if len(name) > 120:
        problems.append(Message(N_("Dòng %(row)s: họ tên quá dài."), {"row": row}))
    email = read_code(_text(table, headings, row, StaffColumn.EMAIL))
    if email and not _EMAIL.fullmatch(email):
        problems.append(
            Message(N_("Dòng %(row)s: “%(found)s” không phải địa chỉ thư."), {"row": row, "found": email[:40]})
        )
    phone = re.sub(r"[\s.\-()]", "", read_code(_text(table, headings, row, StaffColumn.PHONE)))
    return StaffLine(
        row=row,
        name=name[:120],
        code=read_code(_text(table, headings, row, StaffColumn.CODE))[:40],
        group=_group_name(_text(table, headings, row, StaffColumn.GROUP)),
        post=read_post(_text(table, headings, row, StaffColumn.POST)),
        email=email[:200],
        phone=(f"0{phone}" if re.fullmatch(r"[1-9]\d{8}", phone) else phone)[:30],
        problems=tuple(problems),
    )


def _text(table: Table, headings: Headings, row: int, column: StaffColumn) -> str:
    place = headings.column(column)
    return one_line(table.value(row, place)) if place else ""


def _group_name(text: str) -> str:
    return re.sub(r"(?i)^tổ\s+(?!\d)", "", read_name(text))[:120]


def _with_doubles(lines: Sequence[StaffLine]) -> list[StaffLine]:
    """Point out codes that stand twice."""
    rows: dict[str, list[int]] = {}
    for line in lines:
        if line.code:
            rows.setdefault(line.code.casefold(), []).append(line.row)
    return [
        replace(
            line,
            problems=(
                *line.problems,
                Message(N_("Dòng %(row)s: mã “%(code)s” có nhiều người mang."), {"row": line.row, "code": line.code}),
            ),
        )
        if len(rows.get(line.code.casefold(), ())) > 1
        else line
        for line in lines
    ]
