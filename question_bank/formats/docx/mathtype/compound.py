"""One stream out of an OLE compound file ([MS-CFB]), read within the file's own bounds."""

from __future__ import annotations

import struct

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LARGEST = 20_000_000  # bytes of a file
_END = 0xFFFFFFFA  # this and above are no sectors
_ENTRY = 128  # bytes of a directory entry
_STREAM, _ROOT = 2, 5


class Broken(ValueError):
    """The file is no compound file, or contradicts itself."""


def stream(data: bytes, name: str) -> bytes | None:
    """Return the first stream of a name, None where there is none.

    Raises:
        Broken: the file is damaged.
    """
    if not data.startswith(MAGIC) or not 1536 <= len(data) <= LARGEST:
        raise Broken("no compound file")
    try:
        return _File(data).stream(name)
    except (struct.error, IndexError) as error:
        raise Broken("cut off") from error


class _File:
    def __init__(self, data: bytes) -> None:
        self.data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 0x1E)
        if shift not in (9, 12) or mini_shift != 6:
            raise Broken("sector size")
        self.size, self.mini_size = 1 << shift, 1 << mini_shift
        directory, self.cutoff, mini, _count, further, _more = struct.unpack_from("<I4xIIIII", data, 0x30)
        self.table = self._table(further)
        self.entries = self._chain(directory)
        self.mini_table = _numbers(self._chain(mini)) if mini < _END else ()
        self.small = b""

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        if start >= len(self.data):
            raise Broken("sector outside the file")
        return self.data[start : start + self.size]

    def _table(self, further: int) -> tuple[int, ...]:
        """Return the table of sectors (FAT): number → the next one."""
        places = list(struct.unpack_from("<109I", self.data, 0x4C))
        for _ in range(len(self.data) // self.size):
            if further >= _END:
                break
            *more, further = _numbers(self._sector(further))
            places += more
        return _numbers(b"".join(self._sector(place) for place in places if place < _END))

    def _chain(self, number: int) -> bytes:
        parts: list[bytes] = []
        while number < _END:
            if len(parts) > len(self.table):
                raise Broken("a ring of sectors")
            parts.append(self._sector(number))
            number = self.table[number]
        return b"".join(parts)

    def _small(self, number: int, length: int) -> bytes:
        parts: list[bytes] = []
        while number < _END and len(parts) * self.mini_size < length:
            start = number * self.mini_size
            parts.append(self.small[start : start + self.mini_size])
            number = self.mini_table[number]
        return b"".join(parts)

    def stream(self, name: str) -> bytes | None:
        for at in range(0, len(self.entries) - _ENTRY + 1, _ENTRY):
            entry = self.entries[at : at + _ENTRY]
            (letters,) = struct.unpack_from("<H", entry, 64)
            start, length = struct.unpack_from("<II", entry, 116)
            if entry[66] == _ROOT:
                self.small = self._chain(start)[:length]
            elif entry[66] == _STREAM and entry[: max(0, min(letters, 64) - 2)].decode("utf-16-le", "replace") == name:
                found = self._small(start, length) if length < self.cutoff else self._chain(start)
                if len(found) < length:
                    raise Broken("a stream is shorter than it says")
                return found[:length]
        return None


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
