"""The many words that portals put over the same column."""

import pytest

from lms.base.sheets.headings import heading_key
from lms.gradebook.workbook.headings import classify


@pytest.mark.parametrize(
    ("path", "role"),
    [
        (("ĐĐGtx", "TX1"), "tx1"),
        (("ĐĐGTX", "1"), "tx1"),
        (("DDGtx", "2"), "tx2"),
        (("Đánh giá thường xuyên", "Lần 3"), "tx3"),
        (("Điểm đánh giá thường xuyên", "TX 4"), "tx4"),
        (("ĐĐGtx 5",), "tx5"),
        (("TX1",), "tx1"),
        (("Điểm TX2",), "tx2"),
        (("ĐGTX", "ĐGTX 3"), "tx3"),
        (("Học kì I", "ĐĐGtx", "1"), "tx1"),
        (("ĐĐGgk",), "gk"),
        (("ĐĐG GK",), "gk"),
        (("Giữa kỳ",), "gk"),
        (("Điểm giữa học kì",), "gk"),
        (("Kiểm tra giữa kì I",), "gk"),
        (("ĐĐGck",), "ck"),
        (("Cuối kỳ",), "ck"),
        (("Điểm cuối học kì II",), "ck"),
        (("HK",), "ck"),
        (("KTHK",), "ck"),
        (("ĐTBmhk",), "tb"),
        (("ĐTBmhkI",), "tb"),
        (("ĐTB mhk II",), "tb"),
        (("TBM",), "tb"),
        (("TBHK",), "tb"),
        (("Điểm trung bình môn học kì",), "tb"),
        (("ĐTBmcn",), None),
        (("TB cả năm",), None),
        (("Nhận xét",), "nx"),
        (("Nội dung nhận xét",), "nx"),
        (("Mã nhận xét",), None),
        (("Mã định danh\nBộ GD&ĐT",), "ministry_id"),
        (("Mã định danh",), "ministry_id"),
        (("Mã HS (Bộ GD)",), "ministry_id"),
        (("Mã học sinh",), "code"),
        (("Mã HS",), "code"),
        (("Họ và tên",), "name"),
        (("Họ, tên học sinh",), "name"),
        (("Họ và tên đệm",), "name"),
        (("Tên",), "name"),
        (("Ngày sinh",), "birth"),
        (("Ngày, tháng, năm sinh",), "birth"),
        (("Tên lớp",), "class"),
        (("STT",), "number"),
        (("Ghi chú",), None),
        (("Số định danh cá nhân",), None),
        (("Họ tên cha",), "parent"),
        ((), None),
    ],
)
def test_a_heading_says_what_its_column_holds(path: tuple[str, ...], role: str | None) -> None:
    assert classify(tuple(heading_key(words) for words in path)) == role
