"""Receive files of any size in constant memory: the body streams from the socket through the parser into the store.

    @bp.post("/imports")
    @signed_in
    @upload_route
    def bring_in() -> ResponseReturnValue:
        upload = receive(request, max_file_bytes=50 * MEGABYTE, endings={"docx", "gift", "xml"})
        service.import_questions(current_session(), current_actor(), upload.file("questions"), at=now())

A page's form must name its `csrf_token` before its file fields (browsers send them in the page's order): without a
valid token nothing is written. After `receive` the ordinary fields are in `request.form`, so forms work as usual.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import wraps
from typing import IO, Any, TypeVar

import structlog
from flask import Flask, Request, Response, after_this_request, current_app, g, request
from flask.typing import ResponseReturnValue
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from werkzeug.datastructures import ImmutableMultiDict

from lms.base import media_types, storage, streams
from lms.base.config import Settings
from lms.base.downloads import safe_name
from lms.base.errors import Invalid, TooLarge, Unavailable
from lms.base.i18n_marks import N_
from lms.base.jobs import periodic
from lms.base.text import nfc
from lms.base.web import csrf, current_session

log = structlog.get_logger()
V = TypeVar("V", bound=Callable[..., Any])

MEGABYTE = 1 << 20
_LONGEST_BOUNDARY = 200  # RFC 2046, 5.1.1 says 70, but Werkzeug's client makes 71 and more now and then
_PIECE = 256 << 10
_MAX_FIELDS = 500
_MAX_FIELD_BYTES = MEGABYTE
_OVERHEAD = MEGABYTE  # what part headers and boundaries may add to a body
_DRAIN = 512 * MEGABYTE  # of a refused body, so that a browser gets to read the answer


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that is in the store; `storage.keep(session, file.stored)` makes the database know of it.

    `name` is NFC and without folders, `media_type` says what the content is, `size` is in bytes.
    """

    field: str
    name: str
    sha256: str
    size: int
    media_type: str

    @property
    def stored(self) -> storage.Stored:
        """The content as the store knows it."""
        return storage.Stored(self.sha256, self.size, self.media_type)


@dataclass(slots=True)
class Upload:
    """What a form with files brought: each ordinary field's values, and the files in order."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    files: list[UploadedFile] = field(default_factory=list)

    def get(self, name: str, default: str = "") -> str:
        """Return the first value of a field."""
        return self.fields.get(name, [default])[0]

    def all(self, name: str) -> list[UploadedFile]:
        """Return the files of a field."""
        return [file for file in self.files if file.field == name]

    def file(self, name: str) -> UploadedFile:
        """Return the file of a field.

        Raises:
            Invalid: none was chosen.
        """
        found = self.all(name)
        if not found:
            raise Invalid.at(name, N_("Bạn chưa chọn tệp."))
        return found[0]


def init_app(app: Flask) -> None:
    """Tell the file store where this installation keeps its files."""
    settings: Settings = app.config["GIEO"]
    storage.configure(settings.data_dir)


def upload_route(view: V) -> V:
    """Let a view read its own body: the form parser that keeps everything in memory never sees it.

    The anti-forgery token is checked by `receive`, before the first byte of a file is written.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        _hide_body(request, {})
        g.csrf_valid = False
        after_this_request(_drain_after)
        answer: ResponseReturnValue = view(*args, **kwargs)
        return answer

    csrf.exempt(guarded)
    return guarded  # type: ignore[return-value]  # same signature as *view*


def receive(
    request: Request,
    *,
    max_file_bytes: int,
    max_files: int = 1,
    endings: Collection[str] = (),
    max_fields: int = _MAX_FIELDS,
) -> Upload:
    """Stream a `multipart/form-data` body into the store and return its fields and files.

    *endings* are the file name endings taken (without dot, lower case; empty: any); the content must be what the
    ending says. Ends the database transaction that reading the session began, so that nobody waits for the sender.

    Raises:
        TooLarge: a file is over *max_file_bytes*, or the fields are unreasonably large.
        Invalid: the body is broken off or malformed; a file is empty, encrypted, or not what it says it is.
        CSRFError: no valid token came before the first file.
        Unavailable: too many long transfers at the moment.
    """
    current_session().rollback()
    boundary = _boundary(request)
    if (request.content_length or 0) > max_file_bytes * max_files + _OVERHEAD + _MAX_FIELD_BYTES:
        raise too_large(max_file_bytes)
    with ExitStack() as stack:
        stack.enter_context(streams.Lane())
        intake = _Intake(request, boundary, max_file_bytes, max_files, max_fields, frozenset(endings))
        stack.callback(intake.drop)
        try:
            for piece in _pieces(request.environ["wsgi.input"], request.content_length):
                intake.take(piece)
        except (ConnectionError, FormParserError):
            raise _broken(intake.field) from None
        return intake.finish()


def too_large(limit: int, name: str = "") -> TooLarge:
    """Say that a file is over *limit* bytes."""
    megabytes = max(1, limit // MEGABYTE)
    if name:
        return TooLarge(
            N_("Tệp “%(name)s” lớn hơn mức cho phép là %(limit)s MB. Chưa có gì được lưu."), name=name, limit=megabytes
        )
    return TooLarge(N_("Tệp lớn hơn mức cho phép là %(limit)s MB. Chưa có gì được lưu."), limit=megabytes)


def check_content(file: UploadedFile, endings: Collection[str]) -> None:
    """Refuse a file whose ending is not among *endings*, whose content is another, or which asks for a password.

    Raises:
        Invalid: at the file's field.
    """
    ending = media_types.ending(file.name)
    if endings and ending not in endings:
        raise Invalid.at(
            file.field,
            N_("Tệp “%(name)s” không thuộc loại nhận ở đây. Hãy chọn tệp %(kinds)s."),
            name=file.name,
            kinds=", ".join(f".{kind}" for kind in sorted(endings)),
        )
    if media_types.is_encrypted(storage.path_of(file.sha256), file.media_type):
        raise Invalid.at(file.field, N_("Tệp “%(name)s” có mật khẩu. Hãy bỏ mật khẩu rồi tải lên lại."), name=file.name)
    if not media_types.fits_name(file.name, file.media_type):
        raise Invalid.at(
            file.field,
            N_("Tệp “%(name)s” bị hỏng, hoặc nội dung không phải là tệp .%(ending)s."),
            name=file.name,
            ending=ending,
        )


class _BoundaryAtOnce(Exception):
    """A part had no body: its boundary follows the empty line, which the parser takes for a beginning of data."""

    def __init__(self, rest: bytes) -> None:
        self.rest = rest


class _Intake:
    """The parser's listener: ordinary fields into memory (within limits), files into the store."""

    def __init__(
        self,
        request: Request,
        boundary: bytes,
        max_file_bytes: int,
        max_files: int,
        max_fields: int,
        endings: frozenset[str],
    ) -> None:
        self._request = request
        self._limits = (max_file_bytes, max_files, max_fields)
        self._endings = endings
        self._boundary = boundary
        self._upload = Upload()
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._headers: dict[bytes, bytes] = {}
        self._field = ""
        self._value = bytearray()
        self._lead: bytes | None = b""  # of a part, while it may still be its boundary
        self._parts = 0
        self._field_bytes = 0
        self._name: str | None = None  # of the file being received
        self._writer: storage.Writer | None = None
        self._trusted = False
        self._ended = False
        self._parser = self._new_parser()

    def _new_parser(self) -> MultipartParser:
        return MultipartParser(
            self._boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_part_end": self._part_end,
                "on_end": self._end,
            },
        )

    @property
    def field(self) -> str:
        """The file field being received, or "" between files: where to say what is wrong."""
        return self._field if self._name else ""

    def take(self, piece: bytes) -> None:
        """Parse the next piece of the body.

        Raises:
            FormParserError: it is malformed.
        """
        while not self._ended:  # RFC 2046 lets an epilogue follow; nobody reads it
            try:
                self._parser.write(piece)
            except _BoundaryAtOnce as found:
                self._lead = None
                self._part_end()
                self._parser, piece = self._new_parser(), found.rest
            else:
                return

    def finish(self) -> Upload:
        """Return what came, once the last boundary was seen."""
        if not self._ended:
            raise _broken(self.field)
        self._trust()
        for file in self._upload.files:
            check_content(file, self._endings)
        return self._upload

    def drop(self) -> None:
        """Forget a file that never came to its end."""
        if self._writer is not None:
            self._writer.abort()
            self._writer = None

    def _begin(self) -> None:
        self._headers = {}
        self._header = (bytearray(), bytearray())
        self._value = bytearray()
        self._lead = b""
        self._name = None
        self._parts += 1
        if self._parts > self._limits[1] + self._limits[2]:
            raise TooLarge(N_("Biểu mẫu có quá nhiều trường. Chưa có gì được lưu."))

    def _header_end(self) -> None:
        self._headers[bytes(self._header[0]).lower()] = bytes(self._header[1])
        self._header = (bytearray(), bytearray())

    def _headers_finished(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition", b"").decode("latin-1"))
        if kind != b"form-data" or b"name" not in options:
            raise _broken()
        self._field = _decoded(options[b"name"])[:200]
        if b"filename" not in options:
            return
        self._name = _decoded(options[b"filename"])
        if not self._name:
            return  # an empty file field: the browser sends a part without a name
        self._name = safe_name(self._name)
        if len(self._upload.files) >= self._limits[1]:
            raise Invalid.at(self._field, N_("Mỗi lần chỉ gửi được tối đa %(count)s tệp."), count=self._limits[1])
        self._trust()
        self._writer = storage.Writer()

    def _data(self, data: bytes, start: int, end: int) -> None:
        """Take what a part holds; RFC 2046, 5.1.1: a part without a body is followed by its boundary at once."""
        if self._lead is not None:
            delimiter, lead = b"--" + self._boundary, self._lead + data[start:end]
            if lead.startswith(delimiter):
                raise _BoundaryAtOnce(self._lead + data[start:])
            if delimiter.startswith(lead):
                self._lead = lead
                return
            self._lead = None
            data, start, end = lead, 0, len(lead)
        self._keep(data, start, end)

    def _keep(self, data: bytes, start: int, end: int) -> None:
        if self._writer is not None:
            if self._writer.size + end - start > self._limits[0]:
                raise too_large(self._limits[0], self._name or "")
            self._writer.write(memoryview(data)[start:end])
            return
        self._field_bytes += end - start
        if self._field_bytes > _MAX_FIELD_BYTES:
            raise TooLarge(N_("Phần chữ của biểu mẫu quá dài. Chưa có gì được lưu."))
        self._value.extend(data[start:end])

    def _part_end(self) -> None:
        if self._lead:
            self._keep(self._lead, 0, len(self._lead))
        if self._writer is not None:
            self._file_end(self._writer, self._name or "")
        elif self._name is None:
            self._upload.fields.setdefault(self._field, []).append(nfc(self._value.decode("utf-8", "replace")))
        elif self._value:
            raise _broken()

    def _file_end(self, writer: storage.Writer, name: str) -> None:
        self._writer = None
        if writer.size == 0:
            writer.abort()
            raise Invalid.at(
                self._field, N_("Tệp “%(name)s” trống (0 byte). Hãy kiểm tra lại tệp rồi tải lên lại."), name=name
            )
        stored = writer.finish()
        self._upload.files.append(UploadedFile(self._field, name, stored.sha256, stored.size, stored.media_type))

    def _end(self) -> None:
        self._ended = True

    def _trust(self) -> None:
        """Check the anti-forgery token among the fields seen so far, or in the header."""
        _hide_body(self._request, self._upload.fields)
        if self._trusted:
            return
        if current_app.config.get("WTF_CSRF_ENABLED", True):
            csrf.protect()
        g.csrf_valid = True
        self._trusted = True


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("Content-Type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 1 <= len(boundary) <= _LONGEST_BOUNDARY:
        raise _broken()
    return boundary


def _pieces(body: IO[bytes], length: int | None) -> Iterator[bytes]:
    """Yield the body; a sender that goes away before all of it came is a broken upload, not the end of a file."""
    left = length
    while left is None or left > 0:
        try:
            piece = body.read(_PIECE if left is None else min(_PIECE, left))
        except (OSError, EOFError, RuntimeError) as error:
            raise ConnectionAbortedError from error
        if not piece:
            if left:
                raise ConnectionAbortedError
            return
        if left is not None:
            left -= len(piece)
        yield piece


def _drain_after(response: Response) -> Response:
    """Read what is left of a refused body once the answer went out: a browser reads the answer only then."""
    body = request.environ["wsgi.input"]

    def drain() -> None:
        left = _DRAIN
        try:
            with streams.Lane(wait=0):
                while left > 0 and (piece := body.read(_PIECE)):
                    left -= len(piece)
        except (Unavailable, OSError, EOFError, RuntimeError, ValueError):
            return  # the sender is gone, or there is no room to be polite

    response.call_on_close(drain)
    return response


def _hide_body(request: Request, fields: dict[str, list[str]]) -> None:
    """Give the request its form as far as it was read, so that nothing else ever tries to parse the body."""
    pairs = [(name, value) for name, values in fields.items() for value in values]
    request.__dict__["form"] = ImmutableMultiDict(pairs)
    request.__dict__["files"] = ImmutableMultiDict()


def _decoded(raw: bytes) -> str:
    return nfc(raw.decode("utf-8", "replace"))


def _broken(field: str = "") -> Invalid:
    return Invalid.at(field, N_("Tệp gửi lên bị đứt giữa chừng hoặc sai dạng. Chưa có gì được lưu, hãy tải lên lại."))


@periodic(86_400, long=True)
def sweep_files() -> None:
    """Remove what broken-off and refused uploads left in the store a day ago."""
    removed = storage.sweep_incoming() + storage.sweep_unrecorded()
    if removed:
        log.info("files.swept", removed=removed)
