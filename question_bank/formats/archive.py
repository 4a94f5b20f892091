"""Archives from strangers: names are checked before anything is unpacked, and only the parts asked for are."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib

from lms.base.errors import Invalid, TooLarge
from lms.base.i18n_marks import N_

FILE_LIMIT = 100_000_000  # bytes of the archive itself
PART_LIMIT = 30_000_000  # bytes of one part, unpacked
TOTAL_LIMIT = 300_000_000  # bytes of all parts together, as they say and as they are read
ENTRY_LIMIT = 5_000
RATIO_LIMIT = 400

DAMAGED = N_("Tệp nén bị hỏng hoặc tải lên chưa trọn. Hãy xuất lại từ chương trình gốc.")
LOCKED = N_("Tệp nén có mật khẩu nên không đọc được. Hãy bỏ mật khẩu rồi tải lên lại.")
BOMB = N_("Tệp nén giải ra quá lớn nên không được mở. Hãy chia thành vài gói.")
UNSAFE = N_("Tệp nén có tên tệp trùng nhau hoặc chỉ ra ngoài gói nên không được mở. Hãy xuất lại từ chương trình gốc.")

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, KeyError)


class Archive:
    """The files of a zip by their names; links, names that lead outside and names given twice are refused."""

    def __init__(self, data: bytes) -> None:
        """Open an archive without unpacking anything.

        Raises:
            Invalid: damaged, locked, or its names are not to be trusted.
            TooLarge: over a limit, packed or unpacked.
        """
        if len(data) > FILE_LIMIT:
            raise TooLarge(BOMB)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except _BROKEN as error:
            raise Invalid.at("file", DAMAGED) from error
        if any(entry.flag_bits & 1 for entry in entries):
            raise Invalid.at("file", LOCKED)
        total = sum(entry.file_size for entry in entries)
        if len(entries) > ENTRY_LIMIT or total > TOTAL_LIMIT or (total > 10**7 and total > RATIO_LIMIT * len(data)):
            raise TooLarge(BOMB)
        files = [entry for entry in entries if not entry.is_dir()]
        if any(_leads_outside(entry.filename) or stat.S_ISLNK(entry.external_attr >> 16) for entry in entries):
            raise Invalid.at("file", UNSAFE)
        if len({entry.filename.lower() for entry in files}) != len(files):
            raise Invalid.at("file", UNSAFE)
        self.names = tuple(entry.filename for entry in files)
        self._known = frozenset(self.names)
        self._left = TOTAL_LIMIT

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def read(self, name: str) -> bytes:
        """Return a file.

        Raises:
            Invalid: it is damaged or not there.
            TooLarge: it unpacks to more than a part, or all parts read so far, may hold.
        """
        try:
            with self._zip.open(name) as part:
                data = part.read(PART_LIMIT + 1)
        except _BROKEN as error:
            raise Invalid.at("file", DAMAGED) from error
        self._left -= len(data)
        if len(data) > PART_LIMIT or self._left < 0:
            raise TooLarge(BOMB)
        return data


def _leads_outside(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name.split("/")[0] or ".." in name.split("/")
