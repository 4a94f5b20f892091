"""What the columns of a list of people are called in schools and portals."""

from __future__ import annotations

import re
from enum import StrEnum


class Role(StrEnum):
    """What a column of a list of people holds."""

    NUMBER = "number"  # STT
    MINISTRY_ID = "ministry_id"  # mã định danh Bộ GD&ĐT
    CODE = "code"  # mã học sinh
    NAME = "name"  # họ và tên, in one or two columns
    BIRTH = "birth"  # ngày sinh
    GENDER = "gender"
    CLASS = "class"
    EMAIL = "email"
    PHONE = "phone"
    PARENT = "parent"  # họ tên phụ huynh


_PATTERNS: tuple[tuple[Role | None, str], ...] = (
    (None, r".*\b(ca nhan|cccd|cmnd|can cuoc|nguoi than|lop truong)\b.*"),  # a citizen's ID is none of our business
    (Role.EMAIL, r".*\b(e ?mail|thu dien tu)\b.*"),
    (Role.PHONE, r"(.* )?(sdt|so dt|dien thoai|di dong|zalo)( .*)?|dt"),
    (Role.PARENT, r"(ho (va )?ten )?(phu huynh|cha me|cha|me|bo|nguoi giam ho)( hoc sinh)?"),
    (Role.MINISTRY_ID, r"(ma|so)? ?(so )?dinh danh( .*)?|ma (hoc sinh |hs )?(moet|bo gd.*|csdl.*|nganh)|ma csdl( .*)?"),
    (Role.CODE, r"(ma|ma so) ?(hoc sinh|hs)( .*)?|mahs|mshs|student code"),
    (Role.NUMBER, r"stt|tt|so tt|so thu tu"),
    (Role.NAME, r"(ho (va )?)?ten( (khai sinh|hoc sinh|hs|day du))?|ho (va )?ten .*|ho( va)?( chu)? ?(dem|lot)|ho"),
    (Role.BIRTH, r"(ngay|ng)( thang nam)? ?sinh( .*)?|nam sinh|sinh ngay|ntns"),
    (Role.GENDER, r"gioi tinh|gt|phai|nu"),
    (Role.CLASS, r"(ten |ma )?lop( hoc)?"),
)  # fmt: skip
_COMPILED = tuple((role, re.compile(pattern)) for role, pattern in _PATTERNS)


def classify_person(path: tuple[str, ...]) -> Role | None:
    """Return what a column holds by its headings, top to bottom, as bare words (`lms.base.sheets.headings`)."""
    for key in (*path[-1:], " ".join(path)):
        for role, pattern in _COMPILED:
            if pattern.fullmatch(key):
                return role
    return None
