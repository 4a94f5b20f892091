"""The columns of a sheet of questions: their headings as we write them, and as others do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from lms.base.sheets.headings import heading_key
from lms.base.text import fold
from question_bank.items.domain import TYPE_NAMES, ItemType

LETTERS = "ABCDEFGHIJKL"


class Column(StrEnum):
    """What a column holds; the options have columns of their own, named by their letters."""

    TYPE = "Loại câu"
    PROMPT = "Câu hỏi"
    KEY = "Đáp án"
    SOLUTION = "Lời giải"
    LEVEL = "Mức độ"
    TOPIC = "Chủ đề"
    CODES = "Yêu cầu cần đạt"
    POINTS = "Điểm"
    GRADE = "Khối"
    TAGS = "Từ khoá"
    FEEDBACK = "Nhận xét chung"
    HINTS = "Gợi ý"
    PASSAGE = "Đoạn dẫn"
    TITLE = "Tên câu"
    CATEGORY = "Danh mục"
    TAKEN_FROM = "Nguồn"
    YEAR = "Năm"
    ANY_TEXTBOOK = "Mọi bộ sách"
    SHUFFLE = "Trộn phương án"
    EXTERNAL_ID = "Mã câu"


_OTHERS: Mapping[str, Column] = MappingProxyType(
    {
        "loai": Column.TYPE,
        "dang cau": Column.TYPE,
        "dang cau hoi": Column.TYPE,
        "loai cau hoi": Column.TYPE,
        "noi dung": Column.PROMPT,
        "noi dung cau hoi": Column.PROMPT,
        "cau dan": Column.PROMPT,
        "de bai": Column.PROMPT,
        "dap an dung": Column.KEY,
        "phuong an dung": Column.KEY,
        "giai thich": Column.SOLUTION,
        "huong dan giai": Column.SOLUTION,
        "loi giai chi tiet": Column.SOLUTION,
        "muc": Column.LEVEL,
        "chuyen de": Column.TOPIC,
        "chuong": Column.TOPIC,
        "bai": Column.TOPIC,
        "ma yccd": Column.CODES,
        "yccd": Column.CODES,
        "lop": Column.GRADE,
        "khoi lop": Column.GRADE,
        "nhan": Column.TAGS,
        "ma cau hoi": Column.EXTERNAL_ID,
    }
)
_KNOWN: Mapping[str, Column] = MappingProxyType({**{heading_key(column): column for column in Column}, **_OTHERS})
_OPTION = re.compile(r"(?:(?:phuong an|dap an|lua chon|y|option) )?([a-l])")
_TYPES: Mapping[str, ItemType] = MappingProxyType(
    {
        **{fold(name): kind for kind, name in TYPE_NAMES.items()},
        **{kind.value: kind for kind in ItemType},
        "trac nghiem": ItemType.SINGLE_CHOICE,
        "dung sai": ItemType.CLUSTER,
        "tra loi ngan": ItemType.SHORT_TEXT,
    }
)


def column_of(heading: str) -> Column | str | None:
    """Return the column that a heading names, an option by its letter, None where it names nothing we know.

    >>> column_of("Phương án A"), column_of("ĐÁP ÁN ĐÚNG"), column_of("STT")
    ('A', <Column.KEY: 'Đáp án'>, None)
    """
    key = heading_key(re.sub(r"\(.*", "", heading, flags=re.S))
    if key in _KNOWN:
        return _KNOWN[key]
    option = _OPTION.fullmatch(key)
    return option[1].upper() if option else None


def type_of(text: str) -> ItemType | None:
    """Return the type that a cell names, in Vietnamese or by its machine name."""
    return _TYPES.get(" ".join(fold(text).split()))
