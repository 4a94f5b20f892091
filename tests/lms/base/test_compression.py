"""Compression: text that is worth it, for browsers that take it, and nothing else."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import brotli
import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from lms.base import compression

LONG = "<p>Phương trình bậc nhất một ẩn</p>" * 200


@pytest.fixture
def client() -> FlaskClient:
    app = Flask("small")
    compression.init_app(app)
    app.add_url_rule("/long", view_func=lambda: LONG, endpoint="long")
    app.add_url_rule("/short", view_func=lambda: "<p>ngắn</p>", endpoint="short")
    app.add_url_rule("/picture", view_func=lambda: Response(b"x" * 5000, mimetype="image/png"), endpoint="picture")

    def stream() -> Response:
        def parts() -> Iterator[str]:
            yield LONG

        return Response(parts(), mimetype="text/csv")

    app.add_url_rule("/stream", view_func=stream, endpoint="stream")
    return app.test_client()


@pytest.mark.parametrize(("accepts", "used"), [("br, gzip", "br"), ("gzip", "gzip"), ("gzip, br;q=0", "gzip")])
def test_a_long_page_is_packed_as_the_browser_likes(client: FlaskClient, accepts: str, used: str) -> None:
    answer = client.get("/long", headers={"Accept-Encoding": accepts})
    assert answer.headers["Content-Encoding"] == used
    assert answer.headers["Vary"] == "Accept-Encoding"
    unpack = brotli.decompress if used == "br" else gzip.decompress
    assert unpack(answer.data).decode() == LONG
    assert int(answer.headers["Content-Length"]) == len(answer.data) < len(LONG) / 10


@pytest.mark.parametrize("path", ["/short", "/picture", "/stream"])
def test_what_gains_nothing_goes_as_it_is(client: FlaskClient, path: str) -> None:
    assert "Content-Encoding" not in client.get(path, headers={"Accept-Encoding": "br"}).headers


def test_a_browser_that_takes_none_gets_plain_text(client: FlaskClient) -> None:
    answer = client.get("/long")
    assert "Content-Encoding" not in answer.headers
    assert answer.text == LONG
