"""The zip around a Word document: is it one, is it whole, is it safe to unpack."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib

from lxml import etree

from lms.base.errors import Invalid, TooLarge
from lms.base.i18n_marks import N_
from question_bank.formats import xml

FILE_LIMIT = 60_000_000  # bytes of the .docx itself
PART_LIMIT = 80_000_000  # bytes of one part, unpacked
TOTAL_LIMIT = 300_000_000  # bytes of all parts together
ENTRY_LIMIT = 5_000
RATIO_LIMIT = 400  # a real document packs below 1:100; a bomb above 1:1000

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"

OLD_WORD = N_("Đây là tệp Word đời cũ (.doc). Hãy mở bằng Word, chọn “Lưu thành” .docx rồi tải lên lại.")
LOCKED = N_("Tệp có mật khẩu nên không đọc được. Hãy mở bằng Word, bỏ mật khẩu, lưu lại rồi tải lên.")
DAMAGED = N_("Tệp Word bị hỏng hoặc tải lên chưa trọn. Hãy mở thử bằng Word, lưu lại rồi tải lên.")
NOT_WORD = N_("Đây không phải tệp Word (.docx). Hãy chọn đúng tệp, hoặc mở bằng Word và lưu thành .docx.")
BOMB = N_("Tệp giải nén ra quá lớn nên không được mở. Hãy lưu lại bằng Word rồi tải lên.")

# ISO 29500 Strict writes the same elements under other names.
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W.encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", b"http://schemas.openxmlformats.org/officeDocument/2006/math"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
    (
        b"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing",
        b"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    ),
)


class Package:
    """The parts of a Word document, each read at most up to its limit."""

    def __init__(self, data: bytes) -> None:
        """Open a document.

        Raises:
            Invalid: no Word document, damaged, or locked; says the way out.
            TooLarge: over a limit, packed or unpacked.
        """
        if len(data) > FILE_LIMIT:
            raise TooLarge(
                N_("Tệp Word quá lớn (tối đa %(limit)s MB). Hãy nén hình hoặc chia thành vài tệp."),
                limit=FILE_LIMIT // 10**6,
            )
        refuse_other_kinds(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, UnicodeDecodeError) as error:
            raise Invalid.at("file", DAMAGED) from error
        if any(entry.flag_bits & 1 for entry in entries):
            raise Invalid.at("file", LOCKED)
        total = sum(entry.file_size for entry in entries)
        if len(entries) > ENTRY_LIMIT or total > TOTAL_LIMIT or (total > 10**7 and total > RATIO_LIMIT * len(data)):
            raise TooLarge(BOMB)
        self.names = {entry.filename for entry in entries}
        self.main = self._main_part()

    def read(self, name: str) -> bytes | None:
        """Return a part, None where there is none.

        Raises:
            Invalid: the part is damaged.
            TooLarge: it unpacks to more than it says or than a part may hold.
        """
        if name not in self.names:
            return None
        try:
            with self._zip.open(name) as part:
                data = part.read(PART_LIMIT + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise Invalid.at("file", DAMAGED) from error
        if len(data) > PART_LIMIT:
            raise TooLarge(BOMB)
        return data

    def tree(self, name: str) -> etree._Element | None:
        """Return a part as XML, None where there is none."""
        data = self.read(name)
        if data is None:
            return None
        for strict, usual in _STRICT:
            data = data.replace(strict, usual)
        try:
            return xml.parse(data)
        except Invalid as error:
            raise Invalid.at("file", DAMAGED if error.message.text == xml.BROKEN else str(error.message)) from error

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return what a part refers to: id → (kind, path inside the package, or "" for an outside address)."""
        folder, name = posixpath.split(part)
        tree = self.tree(posixpath.join(folder, "_rels", name + ".rels"))
        found: dict[str, tuple[str, str]] = {}
        for relation in tree.iterchildren(RELATIONS) if tree is not None else ():
            kind = (relation.get("Type") or "").rpartition("/")[2]
            target = relation.get("Target") or ""
            outside = relation.get("TargetMode") == "External"
            path = "" if outside else posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
            found[relation.get("Id") or ""] = (kind, path)
        return found

    def _main_part(self) -> str:
        if "[Content_Types].xml" not in self.names and "word/document.xml" not in self.names:
            raise Invalid.at("file", NOT_WORD)
        main = next(
            (path for kind, path in self.relations("").values() if kind == "officeDocument"), "word/document.xml"
        )
        if main not in self.names:
            raise Invalid.at("file", NOT_WORD)
        if (
            not main.startswith("word/")
            and "word/" not in main
            and any(n.startswith(("xl/", "ppt/")) for n in self.names)
        ):
            raise Invalid.at("file", NOT_WORD)
        return main


def refuse_other_kinds(data: bytes) -> None:
    """Say what a file is that is no .docx, and the way out.

    Raises:
        Invalid: always, unless the bytes start as a zip.
    """
    if not data:
        raise Invalid.at("file", N_("Tệp này trống. Hãy chọn lại tệp."))
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        raise Invalid.at("file", LOCKED if locked else OLD_WORD)
    if data.startswith(b"PK\x03\x04"):
        return
    if data.lstrip()[:5] == b"{\\rtf":
        raise Invalid.at("file", N_("Đây là tệp RTF. Hãy mở bằng Word, chọn “Lưu thành” .docx rồi tải lên lại."))
    if data.startswith(b"%PDF"):
        raise Invalid.at("file", N_("Đây là tệp PDF, không giữ được câu hỏi. Hãy dùng tệp Word (.docx) gốc của đề."))
    raise Invalid.at("file", NOT_WORD)
