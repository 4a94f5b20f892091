"""Pages and data leave compressed: a phone on 3G waits for bytes, not for the server.

A page that repeats what an attacker typed beside a secret could be measured by its length (BREACH). The session
cookie is SameSite=Lax, so another site cannot make a signed-in browser send the many requests which that needs.
"""

from __future__ import annotations

import gzip

import brotli
from flask import Flask, Response, request

WORTH_IT = 1000  # bytes; a smaller answer fits one packet as it is
BROTLI_QUALITY = 4  # 0–11; 4 costs about what gzip's 6 costs and is smaller
GZIP_LEVEL = 6
KINDS = frozenset(
    {"text/html", "text/plain", "text/csv", "application/json", "application/problem+json", "image/svg+xml"}
)


def compress(response: Response) -> Response:
    """Compress an answer of text where the browser takes it; files and streams go as they are."""
    if response.mimetype not in KINDS or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    if "Content-Encoding" in response.headers or response.status_code in {204, 206, 304}:
        return response
    encoding = request.accept_encodings.best_match(["br", "gzip"])
    body = response.get_data()
    if encoding is None or len(body) < WORTH_IT:
        return response
    packed = (
        brotli.compress(body, quality=BROTLI_QUALITY) if encoding == "br" else gzip.compress(body, GZIP_LEVEL, mtime=0)
    )
    response.set_data(packed)
    response.headers["Content-Encoding"] = encoding
    return response


def init_app(app: Flask) -> None:
    """Compress every answer of the application that gains by it."""
    app.after_request(compress)
