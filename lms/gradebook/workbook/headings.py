"""What the columns of a portal's gradebook are called."""

from __future__ import annotations

import re

from lms.school.roster.headings import classify_person

AVERAGE = "tb"  # ĐTBmhk
COMMENT = "nx"  # nhận xét
MIDTERM, FINAL = "gk", "ck"

_REGULAR_PARENT = re.compile(r"(.* )?(ddg ?)?(d?tx|dgtx|thuong xuyen)( .*)?")
_REGULAR = re.compile(r"(?:ddg ?|dg ?|diem )?(?:d?tx|thuong xuyen|danh gia thuong xuyen)(?: lan| so)? ?([1-9])")
_NUMBER = re.compile(r"(?:lan |cot |bai |so |ktx |tx ?)?([1-9])")
_SEMESTER = r"( ?(1|2|i|ii))?"
_WHOLE: tuple[tuple[str | None, re.Pattern[str]], ...] = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        (None, r".*\b(ca nam|mcn|dtbmcn|tbcn|dtbcn|nam hoc)\b.*|(ma|so) (nhan xet|nx)"),
        (
            AVERAGE,
            r"(diem )?(d?dtb|tbm?|dtbm|dtbmhk|tbmhk|trung binh)( ?(m|mon|hk|mhk|hoc ki|mon hoc ki))?" + _SEMESTER,
        ),
        (
            MIDTERM,
            r"(ddg ?|dg ?|diem |kt ?|kiem tra |danh gia )?(gk|dgk|giua ki|giua hoc ki|ktgk)" + _SEMESTER,
        ),
        (
            FINAL,
            r"(ddg ?|dg ?|diem |kt ?|kiem tra |danh gia |thi )?(ck|dck|hk|cuoi ki|cuoi hoc ki|hoc ki|ktck|kthk)"
            + _SEMESTER,
        ),
        (COMMENT, r"(noi dung )?(nhan xet|nx)( .*)?"),
    )
)


def classify(path: tuple[str, ...]) -> str | None:
    """Return what a column holds: `tx1`…`tx9`, `gk`, `ck`, `tb`, `nx`, or a role of a person's column."""
    if not path:
        return None
    leaf = path[-1]
    if found := _REGULAR.fullmatch(leaf):
        return f"tx{found[1]}"
    under_regular = any(_REGULAR_PARENT.fullmatch(key) for key in path[:-1])
    if under_regular and (found := _NUMBER.fullmatch(leaf)):
        return f"tx{found[1]}"
    for role, pattern in _WHOLE:
        if pattern.fullmatch(leaf):
            return role
    return classify_person(path)
