"""Lists of the staff as schools keep them."""

from __future__ import annotations

import pytest

from lms.base.errors import Invalid
from lms.school.roster.staff import Post, read_post, read_staff

HEAD = "STT,Họ và tên,Mã giáo viên,Tổ chuyên môn,Chức vụ,Email,Số điện thoại\n"


def test_a_usual_list_is_read() -> None:
    text = (
        "TRƯỜNG THCS SÔNG MÃ,,,,,,\n"
        + HEAD
        + "1,Lý Thu Trang,GV01,Tổ Toán,Tổ trưởng CM,trang@example.vn,912345678\n"
        + "2,Đỗ Nam,GV02,Tổ 4,,,\n,Người lập,,,,,\n"
    )
    first, second = read_staff(text.encode("utf-8-sig"), "cb.csv")
    assert (first.name, first.code, first.group, first.post) == ("Lý Thu Trang", "GV01", "Toán", Post.HEAD)
    assert (first.email, first.phone, first.problems) == ("trang@example.vn", "0912345678", ())
    assert (second.group, second.post, second.row) == ("Tổ 4", Post.TEACHER, 4)


@pytest.mark.parametrize(
    ("text", "post"),
    [
        ("Hiệu trưởng", Post.LEADER),
        ("P. Hiệu trưởng", Post.LEADER),
        ("Tổ trưởng Toán", Post.HEAD),
        ("Tổ phó", Post.TEACHER),
        ("GVCN 8A2", Post.TEACHER),
        ("Nhân viên thư viện", Post.LIBRARIAN),
        ("Kế toán", Post.NONE),
        ("Quản trị mạng", Post.NONE),
    ],
)
def test_posts_become_roles_but_never_an_administrator(text: str, post: Post) -> None:
    assert read_post(text) is post


def test_what_is_wrong_is_said_at_its_line() -> None:
    lines = read_staff((HEAD + "1,Anh 3,GV1,,,không,\n2,Đỗ Nam,GV1,,,,\n").encode(), "cb.csv")
    assert [len(line.problems) for line in lines] == [3, 1]


@pytest.mark.parametrize("data", [b"", b"\x00" * 60, b"PK\x03\x04broken", "xin chào".encode(), HEAD.encode()])
def test_files_that_are_no_list_are_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        read_staff(data, "cb.csv")
