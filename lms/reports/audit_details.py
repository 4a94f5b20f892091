"""The details of an act in words. A rule test holds that every detail that is recorded anywhere has words here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from lms.base.audit import AuditEntry
from lms.base.errors import Invalid
from lms.base.i18n import N_, _, show_time
from lms.base.permissions import Role
from lms.gradebook.domain.columns import column_of
from lms.quizzes.domain.states import HandedInBy
from lms.quizzes.domain.switches import PART_NAMES
from lms.quizzes.service.printing import SHEET_NAMES
from lms.reports.audit_things import NAMED_IN_DETAIL, Names, first_keys
from lms.school.domain import ROLE_NAMES
from lms.school.standard import LEVEL_NAMES

Tell = Callable[[Any, Names, str], str]  # value, names, the detail's own name → words; "" says nothing

ENDED_BY: Mapping[str, str] = MappingProxyType(
    {
        HandedInBy.PUPIL: N_("học sinh nộp"),
        HandedInBy.SERVER: N_("hết giờ, máy chủ nộp"),
        HandedInBy.TEACHER: N_("giáo viên kết thúc"),
    }
)
KINDS: Mapping[str, str] = MappingProxyType(
    {"lesson": N_("bài học"), "quiz": N_("bài kiểm tra"), "material": N_("học liệu"), "link": N_("liên kết")}
)


def tell(entry: AuditEntry, names: Names) -> tuple[str, ...]:
    """What an entry says beside who, what and about what, in the reader's language.

    A value of a shape that nobody knows any more stands as it was written.
    """
    said = []
    for word, value in entry.detail.items():
        try:
            words = TELL[word](value, names, word)
        except (KeyError, ValueError, TypeError, Invalid):
            words = f"{word}: {value}"
        if words:
            said.append(words)
    return tuple(said)


def _nothing(_value: Any, _names: Names, _word: str) -> str:
    return ""


def _with(label: str) -> Tell:
    """Say the value as it is, behind a label."""
    return lambda value, _names, _word: f"{_(label)}: {value}" if value not in ("", None) else ""


def _if_any(label: str) -> Tell:
    """Say a count behind a label, and nothing of none."""
    return lambda value, _names, _word: f"{_(label)}: {value}" if value else ""


def _when(label: str) -> Tell:
    """Say the label where the value is true."""
    return lambda value, _names, _word: _(label) if value else ""


def _moment(label: str) -> Tell:
    """Say a moment of ISO 8601 on the reader's clock."""
    return lambda value, _names, _word: f"{_(label)}: {show_time(datetime.fromisoformat(value))}" if value else ""


def _one_of(label: str, words: Mapping[Any, str]) -> Tell:
    return lambda value, _names, _word: f"{_(label)}: {_(words[value])}"


def _named(label: str, nobody: str = "") -> Tell:
    """Say whom or what a detail names, the first of them by name."""

    def words(value: Any, names: Names, word: str) -> str:
        if not value:
            return f"{_(label)}: {_(nobody)}" if nobody else ""
        if isinstance(value, int) and word == "pupils":
            return f"{_(label)}: {value}"
        listed = [names.of(NAMED_IN_DETAIL[word], key) or _("không còn tên") for key in first_keys(value)]
        more = len(_all_of(value)) - len(listed)
        if more > 0:
            listed.append(_("và %(count)s nữa", count=more))
        return f"{_(label)}: {', '.join(listed)}"

    return words


def _all_of(value: Any) -> set[Any]:
    """What a detail names, each once."""
    return {one[0] if isinstance(one, list) else one for one in value} if isinstance(value, list) else {value}


def _columns(value: Any, _names: Names, _word: str) -> str:
    keys = value if isinstance(value, list) else [value]
    return f"{_('cột')}: {', '.join(column_of(key).heading for key in keys)}"


def _cells(value: Any, names: Names, word: str) -> str:
    """Cells of a gradebook, `[pupil, column]` each, or only how many."""
    if isinstance(value, int):
        return f"{_('số ô')}: {value}"
    headings = ", ".join(column_of(key).heading for key in dict.fromkeys(column for _pupil, column in value))
    return f"{_named(N_('điểm của'))(value, names, word)} ({headings})" if value else ""


def _roles(value: Any, _names: Names, _word: str) -> str:
    return f"{_('vai trò')}: {', '.join(_(ROLE_NAMES[Role(one)]) for one in value)}"


def _extra(value: Any, _names: Names, _word: str) -> str:
    return f"{_('thêm giờ')}: {value} %" if value else ""


def _reason(value: Any, names: Names, word: str) -> str:
    """Say why, from the row in which the words stand."""
    words = names.of(NAMED_IN_DETAIL[word], value)
    return f"{_('lí do')}: “{words}”" if words else ""


TELL: Mapping[str, Tell] = MappingProxyType(
    {
        "added": _if_any(N_("thêm")),
        "adjudicator": _named(N_("người quyết định khi lệch điểm")),
        "anonymous": _when(N_("chấm ẩn danh")),
        "answers": _with(N_("số câu trả lời")),
        "asked_by": _named(N_("người đề nghị")),
        "attempts": _if_any(N_("số bài đang làm")),
        "blocked": _if_any(N_("số câu bị chặn")),
        "by": _one_of(N_("cách nộp"), ENDED_BY),
        "cells": _cells,
        "changed": _if_any(N_("thay đổi")),
        "code": _when(N_("hỏi mã phòng")),
        "column": _columns,
        "columns": _columns,
        "comments": _named(N_("nhận xét của")),
        "count": _with(N_("số liên kết")),
        "course": _named(N_("trang lớp học")),
        "criteria": _with(N_("số tiêu chí")),
        "days": _with(N_("nhận phúc khảo trong (ngày)")),
        "doubles": _if_any(N_("số câu trùng")),
        "down": _with(N_("số điểm giảm")),
        "ending": _with(N_("loại tệp")),
        "events": _with(N_("số sự kiện trong tệp")),
        "everyone": _when(N_("cả lớp")),
        "fed": _when(N_("đưa điểm vào sổ")),
        "file": _named(N_("tệp")),
        "files": _with(N_("số tệp")),
        "format": _with(N_("dạng tệp")),
        "handed_in": _if_any(N_("số bài máy chủ nộp")),
        "heads": _named(N_("tổ trưởng")),
        "identities": _when(N_("kèm mã định danh và ngày sinh")),
        "invigilators": _named(N_("giám thị")),
        "kept": _if_any(N_("số câu giữ lại, không tính")),
        "late_minutes": _with(N_("tự tính câu đến muộn trong (phút)")),
        "level": _one_of(N_("cấp học"), {level.value: name for level, name in LEVEL_NAMES.items()}),
        "members": _with(N_("số thành viên")),
        "minutes": _if_any(N_("thêm phút")),
        "network": _when(N_("chỉ từ máy trong phòng")),
        "networks": lambda value, _names, _word: f"{_('mạng')}: {', '.join(value)}" if value else "",
        "new": _if_any(N_("thêm mới")),
        "number": _with(N_("bản")),
        "out_at": _moment(N_("từ lúc")),
        "parent": _named(N_("phụ huynh")),
        "part": _one_of(N_("phần"), PART_NAMES),
        "password": _when(N_("hỏi mật khẩu của bài")),
        "pause": _reason,
        "percent": _extra,
        "place": _nothing,
        "points": _with(N_("điểm câu")),
        "printed": _one_of(N_("bản in"), SHEET_NAMES),
        "pupil": _named(N_("học sinh")),
        "pupils": _named(N_("học sinh")),
        "questions": _with(N_("số câu")),
        "quiz": _named(N_("bài kiểm tra")),
        "reopening": _reason,
        "receipt": _with(N_("mã nộp bài")),
        "regular": _with(N_("số cột thường xuyên")),
        "retired": _if_any(N_("thôi dùng")),
        "roles": _roles,
        "room": _named(N_("phòng"), nobody=N_("không có")),
        "round": lambda value, _names, _word: f"{_('vòng chấm')}: {value}" if value > 1 else "",
        "run": _nothing,
        "saved": _with(N_("số câu đã lưu")),
        "renewed": _if_any(N_("số câu thành bản mới")),
        "stayed": _if_any(N_("số câu ở lại")),
        "seb": _when(N_("chỉ trong Safe Exam Browser")),
        "seconds": _if_any(N_("thêm giây")),
        "second_marker": _named(N_("người chấm hai")),
        "sheet": _nothing,
        "sitting": _named(N_("ca thi")),
        "slot": _with(N_("câu")),
        "subject": _named(N_("môn")),
        "target": _nothing,
        "teacher": _named(N_("giáo viên"), nobody=N_("không có")),
        "up": _with(N_("số điểm tăng")),
        "version": _nothing,
        "what": _one_of(N_("loại"), KINDS),
        "workbook": _named(N_("tệp của cổng điểm")),
    }
)
