"""Equations of MathType made by hand: records of MTEF 5 in the least compound file that holds one stream."""

from __future__ import annotations

import struct

FREE, END_OF_CHAIN, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
HEAD = bytes([5, 1, 0, 6, 9]) + b"DSMT6\x00" + b"\x00"
SETTINGS = (
    bytes([19]) + b"WinAllBasicCodePages\x00"
    + bytes([17, 5]) + b"Times New Roman\x00"
    + bytes([18, 0, 1, 0x21, 0x2F, 1, 0x41, 0x50, 0xF0, 2, 1, 0, 0])
    + bytes([10])
)  # fmt: skip


def char(sign: str, typeface: int = 3, *marks: int) -> bytes:
    embellished = b"".join(bytes([6, 0, mark]) for mark in marks) + b"\x00" if marks else b""
    return bytes([2, 1 if marks else 0, 128 + typeface]) + struct.pack("<H", ord(sign)) + embellished


def chars(text: str, typeface: int = 3) -> bytes:
    return b"".join(char(sign, 8 if sign.isdigit() and typeface == 3 else typeface) for sign in text)


def line(*things: bytes) -> bytes:
    return bytes([1, 0]) + b"".join(things) + b"\x00"


EMPTY = bytes([1, 1])


def template(selector: int, variation: int, *slots: bytes) -> bytes:
    code = bytes([variation]) if variation < 0x80 else bytes([variation & 0x7F | 0x80, variation >> 8])
    return bytes([3, 0, selector]) + code + b"\x00" + b"".join(slots) + b"\x00"


def pile(*lines: bytes) -> bytes:
    return bytes([4, 0, 1, 1]) + b"".join(lines) + b"\x00"


def matrix(rows: int, columns: int, *cells: bytes) -> bytes:
    parts = bytes((2 * (rows + 1) + 7) // 8 + (2 * (columns + 1) + 7) // 8)
    return bytes([5, 0, 1, 1, 1, rows, columns]) + parts + b"".join(cells) + b"\x00"


def native(*things: bytes) -> bytes:
    """Return the stream of an equation: its header, settings and one line."""
    body = HEAD + SETTINGS + line(*things) + b"\x00"
    return struct.pack("<HIHI16x", 28, 0x20000, 0xC1C6, len(body)) + body


def ole(stream: bytes, name: str = "Equation Native") -> bytes:
    """Return a compound file with one stream of under 4096 bytes."""
    assert len(stream) < 4096
    minis = -(-len(stream) // 64)
    sectors = -(-minis * 64 // 512)
    table = [TABLE, END_OF_CHAIN, END_OF_CHAIN, *range(4, 3 + sectors), END_OF_CHAIN]
    small = [*range(1, minis), END_OF_CHAIN]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, 2, 1, END_OF_CHAIN, 0, 0)
    header += struct.pack("<108I", *[FREE] * 108)

    def entry(title: str, kind: int, start: int, size: int, child: int = FREE) -> bytes:
        letters = title.encode("utf-16-le") + b"\x00\x00"
        tree = struct.pack("<HBBIII", len(letters), kind, 1, FREE, FREE, child)
        return letters.ljust(64, b"\x00") + tree + bytes(36) + struct.pack("<III", start, size, 0)

    directory = entry("Root Entry", 5, 3, minis * 64, 1) + entry(name, 2, 0, len(stream)) + bytes(256)
    pad = lambda numbers: struct.pack("<128I", *numbers, *[FREE] * (128 - len(numbers)))  # noqa: E731
    return header + pad(table) + directory + pad(small) + stream.ljust(sectors * 512, b"\x00")
