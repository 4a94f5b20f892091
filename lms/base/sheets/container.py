"""The outer form of a spreadsheet file: what kind it is, whether it is safe to open, its parts byte for byte."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from enum import StrEnum

from lms.base.errors import Invalid, TooLarge
from lms.base.i18n_marks import N_

PARTS_AT_MOST = 4_000
PART_BYTES_AT_MOST = 24 << 20
ALL_BYTES_AT_MOST = 64 << 20

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class Kind(StrEnum):
    """What a file is by its bytes, whatever its name says."""

    XLSX = "xlsx"
    XLS = "xls"
    TEXT = "text"


def kind_of(data: bytes) -> Kind:
    """Return the kind of spreadsheet by its first bytes.

    Raises:
        Invalid: empty, locked by a password, a web page under the name of Excel, or not a spreadsheet.
    """
    if not data.strip(b"\0 \r\n\t"):
        raise Invalid.at("file", N_("Tệp rỗng. Hãy chọn lại tệp."))
    if data.startswith(b"PK\x03\x04"):
        return Kind.XLSX
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise Invalid.at("file", N_("Tệp có mật khẩu. Hãy mở bằng Excel, bỏ mật khẩu rồi tải lên lại."))
        return Kind.XLS
    head = data[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml", b"<meta", b"<style")):
        raise Invalid.at(
            "file", N_("Tệp này là trang web mang tên Excel. Hãy mở bằng Excel, lưu lại dạng .xlsx rồi tải lên.")
        )
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"PK")):
        raise Invalid.at("file", N_("Tệp này không phải là bảng tính (.xlsx, .xls hoặc .csv)."))
    return Kind.TEXT


class Package:
    """The parts of an .xlsx file. Limits hold before a part is unpacked."""

    def __init__(self, data: bytes) -> None:
        """Open the container.

        Raises:
            Invalid: damaged, locked, or not a workbook.
            TooLarge: unpacks to more than a workbook of a school ever has.
        """
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise _damaged() from error
        entries = self._zip.infolist()
        if any(entry.flag_bits & 1 for entry in entries):
            raise Invalid.at("file", N_("Tệp có mật khẩu. Hãy mở bằng Excel, bỏ mật khẩu rồi tải lên lại."))
        if (
            len(entries) > PARTS_AT_MOST
            or sum(entry.file_size for entry in entries) > ALL_BYTES_AT_MOST
            or any(entry.file_size > PART_BYTES_AT_MOST for entry in entries)
        ):
            raise TooLarge(N_("Tệp giải nén ra quá lớn so với một bảng tính của trường. Chưa có gì được đọc."))
        self.names = frozenset(entry.filename for entry in entries)

    def read(self, name: str) -> bytes:
        """Return a part.

        Raises:
            Invalid: missing or damaged.
        """
        try:
            return self._zip.read(name)
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
            raise _damaged() from error

    def rewritten(self, parts: Mapping[str, bytes]) -> bytes:
        """Return the file with some parts replaced; every other part, its order, date and attributes stay."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as target:
            target.comment = self._zip.comment
            for entry in self._zip.infolist():
                content = parts[entry.filename] if entry.filename in parts else self.read(entry.filename)
                kept = zipfile.ZipInfo(entry.filename, entry.date_time)
                kept.compress_type = entry.compress_type
                kept.external_attr = entry.external_attr
                kept.create_system = entry.create_system
                target.writestr(kept, content)
        return out.getvalue()


def _damaged() -> Invalid:
    return Invalid.at("file", N_("Tệp bị hỏng hoặc tải lên chưa trọn. Hãy thử mở bằng Excel rồi tải lên lại."))
