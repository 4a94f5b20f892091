"""Pages that are the same for a whole class but for a few values: made and compressed once, filled in for each person.

The template is rendered with a mark in each personal place. What stands between the marks is kept with its compressed
form; filling in joins the pieces, so that a page costs neither rendering nor compressing. Whatever is personal must
come in through a mark: a page rendered with somebody's own value would be kept for everybody.
"""

from __future__ import annotations

import re
import secrets
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from flask import Response, request
from markupsafe import Markup, escape

LEVEL = 9  # of compression: done once
_FENCE = f"z{secrets.token_hex(8)}"  # nobody can write a mark into a text; letters and digits stand in URLs as they are
_MARK = re.compile(f"{_FENCE}-([a-z_]+)-{_FENCE}")
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # of a gzip member without name and time (RFC 1952)
_LAST = b"\x03\x00"  # an empty block that ends the stream (RFC 1951)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a page, and the same as DEFLATE blocks that begin and end at a byte and refer to nothing before."""

    text: bytes
    packed: bytes


def kept_piece(text: str) -> Piece:
    """A stretch that will be sent often."""
    plain = text.encode()
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Piece(plain, packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH))


_MOST_STORED = 65_535  # bytes of one stored block


def passing_piece(value: object) -> Piece:
    """A value for one answer only, escaped and stored as it is: a few bytes are not worth compressing."""
    plain = str(escape(value)).encode()
    blocks = [plain[start : start + _MOST_STORED] for start in range(0, len(plain), _MOST_STORED)]
    return Piece(plain, b"".join(struct.pack("<BHH", 0, len(one), len(one) ^ 0xFFFF) + one for one in blocks))


Value: TypeAlias = object  # something to be shown, escaped unless it is markup; or a list of pieces


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page with open places: a piece, a name, a piece, and so on."""

    pieces: Sequence[Piece]
    names: Sequence[str]

    def filled(self, values: Mapping[str, Value]) -> Iterator[Piece]:
        """The pieces of the page for one person."""
        yield self.pieces[0]
        for name, piece in zip(self.names, self.pieces[1:], strict=True):
            value = values[name]
            if isinstance(value, list):
                yield from value
            else:
                yield passing_piece(value)
            yield piece


def marks(names: Iterable[str]) -> dict[str, Markup]:
    """What to render the template with, in the place of the personal values."""
    return {name: Markup(f"{_FENCE}-{name}-{_FENCE}") for name in names}  # noqa: S704 - letters and digits


def prepare(page: str) -> Prepared:
    """Cut a page that was rendered with `marks`."""
    parts = _MARK.split(page)
    return Prepared(tuple(kept_piece(part) for part in parts[::2]), tuple(parts[1::2]))


def respond(pieces: Iterable[Piece]) -> Response:
    """Answer with a page of pieces, compressed already for whoever takes gzip."""
    pieces = list(pieces)
    if request.accept_encodings["gzip"] <= 0:
        return Response(b"".join(piece.text for piece in pieces), mimetype="text/html")
    text = b"".join([piece.text for piece in pieces])
    tail = _LAST + struct.pack("<II", zlib.crc32(text), len(text) & 0xFFFFFFFF)
    response = Response(b"".join([_HEAD, *(piece.packed for piece in pieces), tail]), mimetype="text/html")
    response.headers["Content-Encoding"] = "gzip"
    return response
