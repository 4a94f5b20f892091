"""Read a list of pupils, whatever the school's own layout, and say of every line what is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from lms.base.errors import Invalid, Message
from lms.base.i18n_marks import N_
from lms.base.sheets.headings import Headings, find_headings, heading_key
from lms.base.sheets.tables import Table, one_line, read_tables
from lms.base.sheets.xlsx import Value
from lms.school.roster.headings import Role, classify_person
from lms.school.roster.values import (
    name_key,
    read_code,
    read_day,
    read_gender,
    read_ministry_id,
    read_name,
)

LINES_AT_MOST = 5_000
_CLASS = re.compile(r"\b(1[0-2]|[1-9])\s?([^\W\d_]{1,5}\d{0,2})\b|\b(1[0-2]|[1-9])[/.](\d{1,2})\b")
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]{2,}")


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong with a cell; a line with one that is not merely a `notice` is not taken over."""

    role: Role
    message: Message
    notice: bool = False


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One pupil of the list; texts are normalised, what could not be read is empty."""

    row: int  # as the spreadsheet counts, from 1
    sheet: str = ""
    name: str = ""
    born_on: date | None = None
    ministry_id: str = ""
    code: str = ""
    gender: str | None = None  # "female", "male"
    class_name: str = ""
    email: str = ""  # of the parents, as the phone
    phone: str = ""
    parent: str = ""
    problems: tuple[LineProblem, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether the line can be taken over as it stands."""
        return all(problem.notice for problem in self.problems)


@dataclass(frozen=True, slots=True)
class RosterFile:
    """A list as read: its lines in order, the columns that were understood, and what to say of the file as a whole."""

    filename: str
    lines: tuple[RosterLine, ...]
    columns: tuple[Role, ...]
    notes: tuple[Message, ...] = ()

    @property
    def usable(self) -> tuple[RosterLine, ...]:
        """The lines without errors."""
        return tuple(line for line in self.lines if line.usable)

    @property
    def errors(self) -> int:
        """How many lines cannot be taken over."""
        return len(self.lines) - len(self.usable)


def read_roster(
    data: bytes, filename: str = "", *, classes: Collection[str] | None = None, on: date | None = None
) -> RosterFile:
    """Read a list of pupils from .xlsx, .xls or .csv; every visible sheet that has its headings.

    *classes* are the names of the school's classes, if an unknown one is to be pointed out; *on* is the day against
    which an age is judged.

    Raises:
        Invalid: not a spreadsheet, without headings, or without pupils.
        TooLarge: far more than a list of pupils.
    """
    known = None if classes is None else {_class_key(name): name for name in classes}
    lines: list[RosterLine] = []
    columns: set[Role] = set()
    for table in read_tables(data, filename):
        headings = None if table.hidden else find_headings(table, classify_person, Role.NAME)
        if headings is None:
            continue
        reader = _SheetReader(table, headings, known, on)
        lines += reader.lines()
        columns |= {Role(role) for role in headings.roles.values()}
    if not columns:
        raise Invalid.at(
            "file", N_("Không thấy hàng tiêu đề có cột “Họ và tên”. Hãy thêm hàng tiêu đề rồi tải lên lại.")
        )
    if not lines:
        raise Invalid.at("file", N_("Có hàng tiêu đề nhưng không có học sinh nào bên dưới."))
    if len(lines) > LINES_AT_MOST:
        raise Invalid.at("file", N_("Danh sách có hơn %(most)s dòng. Hãy tách ra từng khối."), most=LINES_AT_MOST)
    notes = [] if Role.BIRTH in columns else [Message(N_("Danh sách không có cột Ngày sinh."))]
    return RosterFile(
        filename, tuple(_with_doubles(lines)), tuple(role for role in Role if role in columns), tuple(notes)
    )


@dataclass(slots=True)
class _SheetReader:
    table: Table
    headings: Headings
    known: dict[str, str] | None
    on: date | None
    _problems: list[LineProblem] = field(default_factory=list)
    _row: int = 0

    def lines(self) -> list[RosterLine]:
        """Read the rows under the headings; sums and signatures are no lines."""
        usual = self._class_of_sheet()
        found: list[RosterLine] = []
        for row in range(self.headings.bottom + 1, self.table.last_row + 1):
            self._row, self._problems = row, []
            if self._is_pupil():
                line = self._line(usual)
                found.append(replace(line, problems=tuple(self._problems)))
        return found

    def _is_pupil(self) -> bool:
        held = {role: one_line(self._value(role)) for role in Role if self.headings.column(role)}
        name = self._raw_name()
        if heading_key(name) in {"ho va ten", "ho ten"}:
            return False  # the headings once more, on the next printed page
        named = any(letter.isalpha() for letter in name)
        coded = bool(held.get(Role.MINISTRY_ID) or held.get(Role.CODE))
        if not self._has(Role.NUMBER, Role.MINISTRY_ID, Role.CODE, Role.BIRTH):
            return named
        if not named:  # a pupil whose name is missing, not a line of column numbers nor a date under the list
            counting = all(text.isdecimal() for text in held.values() if text)
            return (coded or read_day(self._value(Role.BIRTH)) is not None) and not counting
        return coded or bool(held.get(Role.BIRTH)) or read_code(held.get(Role.NUMBER, "")).isdecimal()

    def _line(self, usual_class: str) -> RosterLine:
        return RosterLine(
            row=self._row,
            sheet=self.table.name,
            name=self._name(),
            born_on=self._birth(),
            ministry_id=self._ministry_id(),
            code=self._short(Role.CODE, read_code(self._value(Role.CODE)), 40),
            gender=self._gender(),
            class_name=self._class(usual_class),
            email=self._email(),
            phone=self._phone(),
            parent=self._short(Role.PARENT, read_name(one_line(self._value(Role.PARENT))), 120),
        )

    def _has(self, *roles: Role) -> bool:
        return any(self.headings.column(role) for role in roles)

    def _value(self, role: Role) -> Value:
        column = self.headings.column(role)
        return self.table.value(self._row, column) if column else None

    def _say(self, role: Role, text: str, *, notice: bool = False, **values: str | int) -> None:
        column = self.headings.column(role)
        heading = self.table.words(self.headings.bottom, column) if column else ""
        params = {"row": self._row, "column": heading or _TITLES[role], **values}
        self._problems.append(LineProblem(role, Message(text, params), notice))

    def _raw_name(self) -> str:
        parts = (self.table.value(self._row, column) for column in self.headings.columns(Role.NAME))
        return " ".join(one_line(part) for part in parts if part is not None)

    def _name(self) -> str:
        name = read_name(self._raw_name())
        if not name:
            self._say(Role.NAME, N_("Dòng %(row)s, cột %(column)s: thiếu họ tên."))
        elif any(letter.isdigit() for letter in name):
            self._say(Role.NAME, N_("Dòng %(row)s, cột %(column)s: họ tên có chữ số (“%(found)s”)."), found=name[:40])
        elif bad := sorted({letter for letter in name if not (letter.isalpha() or letter in " '’.-")}):
            self._say(
                Role.NAME, N_("Dòng %(row)s, cột %(column)s: họ tên có kí tự lạ (%(found)s)."), found=" ".join(bad)[:20]
            )
        elif len(name) > 120:
            self._say(Role.NAME, N_("Dòng %(row)s, cột %(column)s: họ tên quá dài."))
        elif " " not in name:
            self._say(Role.NAME, N_("Dòng %(row)s, cột %(column)s: họ tên chỉ có một chữ."), notice=True)
        if any((self._row, column) in self.table.decomposed for column in self.headings.columns(Role.NAME)):
            self._say(
                Role.NAME,
                N_("Dòng %(row)s, cột %(column)s: chữ có dấu rời đã được chuẩn hoá thành “%(name)s”."),
                notice=True,
                name=name[:60],
            )
        return name

    def _birth(self) -> date | None:
        value = self._value(Role.BIRTH)
        if value is None:
            if self._has(Role.BIRTH):
                self._say(Role.BIRTH, N_("Dòng %(row)s, cột %(column)s: thiếu ngày sinh."))
            return None
        day = read_day(value)
        if day is None:
            self._say(
                Role.BIRTH,
                N_("Dòng %(row)s, cột %(column)s: không có ngày “%(found)s”. Hãy ghi ngày/tháng/năm, như 28/2/2013."),
                found=one_line(value)[:30],
            )
        elif day.year < 1990 or (self.on is not None and not 4 <= self.on.year - day.year <= 25):
            self._say(
                Role.BIRTH,
                N_("Dòng %(row)s, cột %(column)s: ngày sinh %(found)s không hợp với tuổi đi học."),
                found=one_line(day),
            )
        return day

    def _ministry_id(self) -> str:
        found = read_ministry_id(self._value(Role.MINISTRY_ID))
        if found and not (found.isascii() and found.isdecimal() and len(found) == 10):
            self._say(
                Role.MINISTRY_ID,
                N_("Dòng %(row)s, cột %(column)s: mã định danh gồm 10 chữ số, ở đây là “%(found)s”."),
                found=found[:30],
            )
        return found[:20]

    def _gender(self) -> str | None:
        text = one_line(self._value(Role.GENDER))
        gender = read_gender(text)
        if text and gender is None:
            self._say(
                Role.GENDER,
                N_("Dòng %(row)s, cột %(column)s: “%(found)s” không phải Nam hay Nữ, để trống."),
                notice=True,
                found=text[:20],
            )
        return gender

    def _class(self, usual: str) -> str:
        text = one_line(self._value(Role.CLASS))
        name = read_class(text) or text or usual
        if not name:
            if self._has(Role.CLASS):
                self._say(Role.CLASS, N_("Dòng %(row)s, cột %(column)s: thiếu lớp."))
            return ""
        if self.known is not None and _class_key(name) not in self.known:
            self._say(Role.CLASS, N_("Dòng %(row)s, cột %(column)s: trường không có lớp “%(found)s”."), found=name[:20])
            return name[:20]
        return self.known[_class_key(name)] if self.known is not None else name[:20]

    def _email(self) -> str:
        text = read_code(self._value(Role.EMAIL))
        if text and not _EMAIL.fullmatch(text):
            self._say(
                Role.EMAIL, N_("Dòng %(row)s, cột %(column)s: “%(found)s” không phải địa chỉ thư."), found=text[:40]
            )
        return self._short(Role.EMAIL, text, 200)

    def _phone(self) -> str:
        text = re.sub(r"[\s.\-()]", "", read_code(self._value(Role.PHONE)))
        if re.fullmatch(r"[1-9]\d{8}", text):
            text = f"0{text}"  # a number cell loses the leading zero
        if text and not re.fullmatch(r"(\+84|0)\d{9,10}", text):
            self._say(
                Role.PHONE,
                N_("Dòng %(row)s, cột %(column)s: “%(found)s” không giống số điện thoại."),
                notice=True,
                found=text[:30],
            )
        return text[:30]

    def _short(self, role: Role, text: str, most: int) -> str:
        if len(text) > most:
            self._say(role, N_("Dòng %(row)s, cột %(column)s: quá dài."))
        return text[:most]

    def _class_of_sheet(self) -> str:
        """Return the class that the sheet's name or a title above the list names, if it names one."""
        sheet = re.sub(r"(?i)^(lớp|lop)\s*", "", self.table.name.strip())
        if _CLASS.fullmatch(sheet):
            return read_class(sheet)
        for row in range(1, self.headings.top):
            for column in range(1, min(self.table.last_column, 30) + 1):
                words = self.table.words(row, column)
                if (at := re.search(r"\blớp\b", words, re.IGNORECASE)) and (found := read_class(words[at.end() :])):
                    return found
        return ""


_TITLES = {
    Role.NUMBER: "STT", Role.MINISTRY_ID: "Mã định danh", Role.CODE: "Mã học sinh", Role.NAME: "Họ và tên",
    Role.BIRTH: "Ngày sinh", Role.GENDER: "Giới tính", Role.CLASS: "Lớp", Role.EMAIL: "Email", Role.PHONE: "SĐT",
    Role.PARENT: "Phụ huynh",
}  # fmt: skip


def read_class(text: str) -> str:
    """Return the name of a class as schools write it, or nothing.

    >>> read_class("Lớp 8a2"), read_class("6/3"), read_class("danh sách")
    ('8A2', '6/3', '')
    """
    found = _CLASS.search(unicodedata.normalize("NFC", text))
    if not found:
        return ""
    return f"{found[1]}{found[2].upper()}" if found[1] else f"{found[3]}/{found[4]}"


def _class_key(name: str) -> str:
    return "".join(name.split()).casefold()


def _with_doubles(lines: Sequence[RosterLine]) -> list[RosterLine]:
    """Point out codes that stand twice, and pupils who have name, birth date and class in common."""
    seen: dict[tuple[Role, object], list[int]] = defaultdict(list)
    for place, line in enumerate(lines):
        if line.ministry_id:
            seen[Role.MINISTRY_ID, line.ministry_id].append(place)
        if line.code:
            seen[Role.CODE, line.code.casefold()].append(place)
        if line.name and line.born_on:
            seen[Role.NAME, (name_key(line.name), line.born_on, line.class_name)].append(place)
    out = list(lines)
    for (role, _), places in seen.items():
        for place in places if len(places) > 1 else ():
            others = ", ".join(str(lines[other].row) for other in places if other != place)
            text = (
                N_("Dòng %(row)s, cột %(column)s: cùng tên, ngày sinh, lớp với dòng %(others)s. Có phải hai em?")
                if role is Role.NAME
                else N_("Dòng %(row)s, cột %(column)s: mã trùng với dòng %(others)s.")
            )
            message = Message(text, {"row": lines[place].row, "column": _TITLES[role], "others": others[:60]})
            problem = LineProblem(role, message, notice=role is Role.NAME)
            out[place] = replace(out[place], problems=(*out[place].problems, problem))
    return out
