"""Vietnamese names drawn by how often their parts occur.

The weights of family names are counts of a public list of 8,757 entries (surnames with at least 20 bearers); given and
middle names are common ones. Combinations are drawn at random: any likeness to a person is chance.
"""

from __future__ import annotations

from random import Random

FAMILY = {
    "Nguyễn": 2746, "Trần": 850, "Lê": 790, "Phạm": 561, "Võ": 287, "Huỳnh": 258, "Phan": 232, "Bùi": 225,
    "Hoàng": 222, "Vũ": 195, "Trương": 179, "Đỗ": 176, "Đặng": 169, "Hồ": 146, "Ngô": 132, "Dương": 110,
    "Đoàn": 103, "Đinh": 90, "Trịnh": 84, "Cao": 82, "Đào": 72, "Mai": 72, "Lương": 61, "Lưu": 57, "Lâm": 55,
    "Hà": 42, "Thái": 38, "Phùng": 37, "Tạ": 33, "Lý": 32, "Tô": 24, "Vương": 24, "Châu": 22,
}  # fmt: skip
MIDDLE = {
    "male": (
        "Minh Quang Hữu Đức Quốc Việt Gia Duy Xuân Thanh Ngọc Đình Tuấn Thành Hoàng Bảo Anh Tiến Nhật Khánh Văn"
    ).split(),
    "female": (
        "Ngọc Thanh Kim Hồng Phương Minh Bích Thu Mỹ Xuân Thúy Quỳnh Mai Tuyết Thị Bảo Gia Khánh Hoài Diệu"
    ).split(),
}
GIVEN = {
    "male": (
        "Minh Sơn Dũng Anh Long Hải Hòa Thành Phong Giang Nhân Bình Việt Thiện Hùng Hoàng Nguyên Nam Cường Vũ Tuấn "
        "Thắng Khang An Đức Trung Lâm Quân Khánh Huy Thịnh Thông Quang Duy Vinh Toàn Hưng Bảo Tâm Lộc Đạt Hiệp Hiếu Tài"
    ).split(),
    "female": (
        "Nhi Linh Anh Trang Phương Mai Vân Lan Hương Thảo Hà Uyên Thanh Tâm Hồng Ngọc Chi Vy Nga Quỳnh Giang Yến Liên "
        "Hạnh Hoa Quyên My Thu Oanh Trinh Tiên Hằng Châu Ly Hiền Thủy Thư Dung Trâm Huyền Khanh Duyên Thi"
    ).split(),
}


def draw_name(random: Random, gender: str) -> str:
    """Draw a full name for "male" or "female"; some have a double middle name."""
    family = random.choices(list(FAMILY), weights=list(FAMILY.values()))[0]
    middles = random.sample(MIDDLE[gender], 2 if random.random() < 0.12 else 1)
    given = random.choice(GIVEN[gender])
    return " ".join([family, *(middle for middle in middles if middle != given), given])
