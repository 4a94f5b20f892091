"""Hand stored files out: whole or in ranges (RFC 9110, 14), never as a page of our own origin."""

from __future__ import annotations

import io
from typing import IO

from flask import Response, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import FileWrapper

from lms.base import media_types, storage, streams
from lms.base.errors import NotFound
from lms.base.i18n_marks import N_
from lms.base.text import nfc

_PIECE = 256 << 10
_LOCKED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; frame-ancestors 'self'"
)


def send_blob(
    sha256: str, *, name: str, media_type: str, inline: bool = False, cache_seconds: int = 0, public: bool = False
) -> Response:
    """Answer with a stored file: ranges, ETag, If-Range, HEAD, and a name that every browser saves right (RFC 6266).

    *inline* is granted to types that can carry no script; anything else is a download whatever was asked.
    *cache_seconds* lets the browser keep it; *public* lets shared caches keep it too.

    Raises:
        NotFound: the content is not in the store.
        Unavailable: too many long transfers at the moment.
    """
    path = storage.path_of(sha256)
    if not path.is_file():
        raise NotFound(N_("Không tìm thấy tệp này trong kho."))
    long = path.stat().st_size >= streams.LONG
    lane = streams.Lane() if long and request.method == "GET" else None
    shown = inline and media_type in media_types.INLINE
    request.environ["wsgi.file_wrapper"] = lambda file, _size=0: _Pieces(file, lane)
    try:
        response = send_file(
            path if long else io.BytesIO(path.read_bytes()),
            mimetype=media_type if _may_declare(media_type) else media_types.UNKNOWN,
            as_attachment=not shown,
            download_name=safe_name(name),
            etag=sha256,
            conditional=True,
        )
    except RequestedRangeNotSatisfiable as error:
        if lane is not None:
            lane.leave()
        response = Response(status=416, headers={"Content-Range": f"bytes */{error.length}"})
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Content-Security-Policy"] = _LOCKED if media_type == "application/pdf" else _LOCKED + "; sandbox"
    if cache_seconds:
        reach = "public" if public else "private"
        response.headers["Cache-Control"] = f"{reach}, max-age={cache_seconds}, immutable"
    else:
        response.headers["Cache-Control"] = "private, no-cache"
    if response.status_code == 304 or request.method == "HEAD":  # nobody would close the file
        response.close()
    return response


def safe_name(name: str) -> str:
    """Return a file name without folders, control characters or the characters that Windows refuses.

    >>> safe_name("../../đề: thi?.docx"), safe_name("")
    ('đề_ thi_.docx', 'tep')
    """
    last = nfc(name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join("_" if letter in '<>:"|?*' or letter < " " else letter for letter in last if letter.isprintable())
    kept = kept.strip(" .")
    if len(kept) <= 150:
        return kept or "tep"
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[: 149 - len(ending)]}.{ending}" if dot and len(ending) <= 10 else kept[:150]


class _Pieces(FileWrapper):
    """The file as the server asks for it; its end, however it comes, gives the lane back."""

    def __init__(self, file: IO[bytes], lane: streams.Lane | None) -> None:
        super().__init__(file, _PIECE)
        self._lane = lane

    def close(self) -> None:
        """Close the file; Werkzeug passes this on when the transfer ends or breaks off."""
        super().close()
        if self._lane is not None:
            self._lane.leave()


def _may_declare(media_type: str) -> bool:
    """Say whether naming the type is harmless; markup goes out as plain bytes so that no browser renders it."""
    return not (media_type.startswith("text/html") or "xml" in media_type.partition("openxml")[0])
