"""Rules of the school's order, and how people are named when they sign in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor, Role
from lms.base.text import nfc, slug

ROLE_NAMES: Mapping[Role, str] = MappingProxyType(
    {
        Role.TEACHER: N_("Giáo viên"),
        Role.LEADER: N_("Lãnh đạo trường"),
        Role.LIBRARIAN: N_("Thư viện"),
        Role.ADMIN: N_("Quản trị"),
        Role.PARENT: N_("Phụ huynh"),
        Role.PUPIL: N_("Học sinh"),
    }
)


def may_see_class(actor: Actor, class_id: int) -> bool:
    """Say whether the person may know of a class: staff of the school, its pupils, and their parents."""
    return actor.is_staff or class_id in actor.class_ids or class_id in actor.child_class_ids


def suggest_sign_in_name(full_name: str) -> str:
    """Return the given name and the initials of the others, as people are called.

    >>> suggest_sign_in_name("Nguyễn Thị Thu Hà")
    'ha.ntt'
    """
    *others, given = slug(full_name).split("-")
    return ".".join(filter(None, (given[:40], "".join(word[0] for word in others)[:10])))


def check_sign_in_name(text: str) -> str:
    """Return a sign-in name as it is kept.

    Raises:
        Invalid: it holds what cannot be typed on every keyboard, or is too short or long.
    """
    name = text.strip().lower()
    if not re.fullmatch(r"[a-z0-9._-]{2,80}", name):
        raise Invalid.at("sign_in_name", N_("Tên đăng nhập gồm chữ không dấu, số, dấu chấm."))
    return name


def check_title(text: str, field: str, longest: int) -> str:
    """Return a name of something in NFC with single spaces.

    Raises:
        Invalid: nothing was typed, or too much.
    """
    title = " ".join(nfc(text).split())
    if not title:
        raise Invalid.at(field, N_("Hãy đặt tên."))
    if len(title) > longest:
        raise Invalid.at(field, N_("Tên dài nhất %(count)s kí tự."), count=longest)
    return title


def grade_of(class_name: str) -> int:
    """Return the grade that a class's name begins with.

    Raises:
        Invalid: the name does not begin with a grade from 1 to 12.
    """
    found = re.match(r"(1[0-2]|[1-9])(?!\d)", class_name)
    if found is None:
        raise Invalid.at("name", N_("Tên lớp bắt đầu bằng khối, ví dụ: 8A2."))
    return int(found[1])


def check_days(semesters: Sequence[tuple[date, date]]) -> None:
    """Go on only with two semesters that follow each other within a year's length.

    Raises:
        Invalid: a semester ends before it begins, they overlap, or the year is longer than 370 days.
    """
    (starts, ends), (again, last) = semesters
    for number, (first, final) in enumerate(semesters, 1):
        if first >= final:
            raise Invalid.at(f"ends_{number}", N_("Học kì phải kết thúc sau ngày bắt đầu."))
    if again <= ends:
        raise Invalid.at("starts_2", N_("Học kì II phải bắt đầu sau khi học kì I kết thúc."))
    if (last - starts).days > 370:
        raise Invalid.at("ends_2", N_("Năm học dài hơn một năm. Hãy kiểm tra lại các ngày."))
