"""Assets: plain names become built ones, and built ones are sent well."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.base import assets


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "built"
    folder.mkdir()
    (folder / "app-AAAA1111.css").write_text("body{}")
    (folder / "app-AAAA1111.css.gz").write_bytes(gzip.compress(b"body{}"))
    (folder / "mark-BBBB2222.svg").write_text("<svg/>")
    (folder / "server").mkdir()
    (folder / "server" / "temml.min.js").write_text("secret")
    (folder / "manifest.json").write_text(json.dumps({"app.css": "app-AAAA1111.css", "mark.svg": "mark-BBBB2222.svg"}))
    monkeypatch.setattr(assets, "BUILT", folder)
    return folder


@pytest.fixture
def client(built: Path, app: Flask) -> FlaskClient:
    return app.test_client()


def test_a_plain_name_becomes_the_built_one(built: Path) -> None:
    assert assets.asset_url("app.css") == "/static/app-AAAA1111.css"


def test_a_name_that_is_not_built_breaks_no_page(built: Path) -> None:
    assert assets.asset_url("later.js") == "/static/later.js"


def test_before_the_first_build_pages_still_render(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "BUILT", tmp_path / "nowhere")
    assert assets.asset_url("app.css") == "/static/app.css"


def test_a_new_build_is_seen_without_a_restart(built: Path) -> None:
    assert assets.asset_url("app.css").endswith("AAAA1111.css")
    fresh = built / "fresh.json"
    fresh.write_text(json.dumps({"app.css": "app-CCCC3333.css"}))
    fresh.replace(built / "manifest.json")
    assert assets.asset_url("app.css").endswith("CCCC3333.css")


def test_a_page_from_before_a_new_build_still_gets_its_files(client: FlaskClient, built: Path) -> None:
    old = assets.asset_url("app.css")
    fresh = built / "fresh.json"
    fresh.write_text(json.dumps({"app.css": "app-CCCC3333.css"}))
    fresh.replace(built / "manifest.json")
    assert client.get(old).status_code == 200


def test_a_built_file_is_kept_for_ever_and_needs_no_sign_in(client: FlaskClient) -> None:
    answer = client.get("/static/app-AAAA1111.css")
    assert answer.status_code == 200
    assert answer.mimetype == "text/css"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in answer.headers


def test_a_compressed_copy_goes_to_whoever_takes_it(client: FlaskClient) -> None:
    answer = client.get("/static/app-AAAA1111.css", headers={"Accept-Encoding": "br, gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.mimetype == "text/css"
    assert gzip.decompress(answer.data) == b"body{}"


@pytest.mark.parametrize(
    "name", ["app.css", "manifest.json", "app-AAAA1111.css.gz", "server/temml.min.js", "../built/manifest.json", "x"]
)
def test_nothing_but_built_files_is_sent(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code in {303, 404}


def test_only_files_of_the_manifest_are_sent(client: FlaskClient, built: Path) -> None:
    (built / "left-behind.css").write_text("old")
    assert client.get("/static/left-behind.css").status_code == 404
