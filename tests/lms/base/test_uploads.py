"""Files through HTTP: streamed in, limited, checked, and handed out in ranges."""

import io
import re
import zipfile

import pytest
from flask import Flask, jsonify, request

from lms.base import db, i18n, storage, uploads, web
from lms.base.config import Settings
from lms.base.downloads import safe_name, send_blob
from lms.base.uploads import receive, upload_route
from lms.base.web import public

JSON = {"Accept": "application/json"}
EDGE = b"----edge"
OOXML = "[Content_Types].xml"


@pytest.fixture
def app(tmp_path):
    app = Flask("bare")
    app.config.update(GIEO=Settings(data_dir=tmp_path), SECRET_KEY="k" * 32, PROPAGATE_BUGS=True)
    engine = db.connect(f"sqlite:///{tmp_path / 'gieo.db'}")
    for part_of_base in (web, i18n, uploads):
        part_of_base.init_app(app)

    @app.post("/in")
    @public
    @upload_route
    def bring_in():
        endings = set(filter(None, request.args.get("endings", "").split(",")))
        upload = receive(request, max_file_bytes=100_000, max_files=2, endings=endings, max_fields=20)
        files = [[file.field, file.name, file.sha256, file.size, file.media_type] for file in upload.files]
        return jsonify(fields=upload.fields, files=files, form=request.form.to_dict())

    @app.get("/token")
    @public
    def token():
        from flask_wtf.csrf import generate_csrf

        return generate_csrf()

    @app.get("/out/<sha256>")
    @public
    def out(sha256):
        kind = request.args.get("type", "application/octet-stream")
        return send_blob(sha256, name=request.args["name"], media_type=kind, inline=True)

    yield app
    engine.dispose()


@pytest.fixture
def client(app):
    return app.test_client()


def part(name: str, value: bytes, filename: str | None = None) -> bytes:
    file = "" if filename is None else f'; filename="{filename}"'
    head = f'Content-Disposition: form-data; name="{name}"{file}'
    return b"--" + EDGE + b"\r\n" + head.encode() + b"\r\n\r\n" + value + b"\r\n"


def send(client, *parts: bytes, end: bytes = b"--" + EDGE + b"--\r\n", query: str = "", length: int | None = None):
    body = b"".join(parts) + end
    return client.post(
        "/in" + query,
        input_stream=io.BytesIO(body),
        environ_overrides={} if length is None else {"CONTENT_LENGTH": str(length)},
        content_type="multipart/form-data; boundary=" + EDGE.decode(),
        headers=JSON,
    )


def token_part(client) -> bytes:
    return part("csrf_token", client.get("/token").data)


def said(answer) -> str:
    return answer.get_json()["title"]


def nothing_kept(tmp_path) -> bool:
    return not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


def test_fields_and_files_arrive(client):
    name = "To\u00e1n 8 \u0111\u1ec1.gift"
    answer = send(
        client, token_part(client), part("note", "hoa\u0300".encode()), part("f", b"1+1=2 {}", "C:\\de\\" + name)
    )
    assert answer.status_code == 200, answer.text
    body = answer.get_json()
    assert body["fields"]["note"] == ["hoà"]
    assert body["form"]["note"] == "hoà"
    ((field, got, sha256, size, kind),) = body["files"]
    assert (field, got, size, kind) == ("f", name, 8, "text/plain")
    assert storage.get_bytes(sha256) == b"1+1=2 {}"


def test_every_way_to_cut_the_body_gives_the_same(client, monkeypatch):
    content = b"x\r\n--" + EDGE[:5] + b"\r\n" + bytes(range(256)) * 3
    for size in (1, 2, 3, 7, 64, 1000):
        monkeypatch.setattr(uploads, "_PIECE", size)
        answer = send(client, token_part(client), part("f", content, "a.bin"))
        assert storage.get_bytes(answer.get_json()["files"][0][2]) == content


def test_an_empty_file_field_is_no_file(client):
    assert send(client, token_part(client), part("f", b"", "")).get_json()["files"] == []


NOTHING = [("empty", None), ("chosen", ""), ("last", None)]


def as_browsers_write(filled: str, end: bytes) -> bytes:
    """Empty fields and a file field without a file: an empty line, then the line break of the boundary."""
    return b"".join(part(name, b"", file) for name, file in NOTHING) + part("note", filled.encode()) + end


def without_bodies(filled: str, end: bytes) -> bytes:
    """The same with no body at all in a part (RFC 2046, 5.1.1), as Werkzeug's test client and others write it."""
    return as_browsers_write(filled, end).replace(b"\r\n\r\n\r\n", b"\r\n\r\n")


@pytest.mark.parametrize("write", [as_browsers_write, without_bodies])
@pytest.mark.parametrize("size", [1, 5, 64, 4096])
def test_an_empty_part_is_empty_however_it_is_written(client, monkeypatch, write, size):
    monkeypatch.setattr(uploads, "_PIECE", size)
    for end in (part("f", b"GIF89a", "a.gif") + b"--" + EDGE + b"--\r\n", part("end", b"") + b"--" + EDGE + b"--"):
        got = send(client, token_part(client), write("--x", end), end=b"").get_json()
        assert (got["fields"]["empty"], got["fields"]["last"], got["fields"]["note"]) == ([""], [""], ["--x"])
        assert "chosen" not in got["fields"]
        assert [file[:2] for file in got["files"]] == ([["f", "a.gif"]] if b"GIF" in end else [])


@pytest.mark.parametrize("write", [as_browsers_write, without_bodies])
def test_an_empty_file_is_refused_however_it_is_written(client, tmp_path, write):
    answer = send(client, token_part(client), write("x", part("f", b"", "đề.docx")))
    assert answer.status_code == 422
    assert "“đề.docx” trống" in said(answer)
    assert nothing_kept(tmp_path)


def test_what_only_begins_like_the_boundary_is_data(client):
    almost = [b"-", b"--", b"--" + EDGE[:5], b"--" + EDGE[:-1] + b"\r\n", b"\r\n--" + EDGE[:-1]]
    sent = [part(f"n{place}", value) for place, value in enumerate(almost)]
    got = send(client, token_part(client), *sent, part("f", b"--" + EDGE[:4], "a.bin")).get_json()
    assert [got["fields"][f"n{place}"] for place in range(len(almost))] == [[value.decode()] for value in almost]
    assert storage.get_bytes(got["files"][0][2]) == b"--" + EDGE[:4]


def test_werkzeugs_client_is_understood(client):
    data = {"csrf_token": client.get("/token").text, "a": "", "f": (io.BytesIO(b"x"), "a.txt"), "g": (io.BytesIO(), "")}
    got = client.post("/in", data=data, headers=JSON).get_json()
    assert got["fields"]["a"] == [""]
    assert [file[:2] for file in got["files"]] == [["f", "a.txt"]]


@pytest.mark.parametrize("end", [b"", b"--" + EDGE, b"--" + EDGE[:4]])
def test_a_body_broken_off_is_refused(client, tmp_path, end):
    answer = send(client, token_part(client), part("f", b"abc", "a.txt"), end=end)
    assert answer.status_code == 422
    assert "đứt giữa chừng" in said(answer)
    assert list(answer.get_json()["fields"]) == ["f"], "beside the field it came in"
    assert nothing_kept(tmp_path) or end != b""


def test_a_body_shorter_than_it_said_is_refused(client, tmp_path):
    body = token_part(client) + part("f", b"abc" * 100, "a.txt")[:-50]
    answer = send(client, body, end=b"", length=len(body) + 5000)
    assert answer.status_code == 422
    assert nothing_kept(tmp_path)


@pytest.mark.parametrize(
    "raw",
    [
        b"not multipart at all",
        b"--" + EDGE + b"\r\nContent-Disposition: attachment\r\n\r\nx\r\n--" + EDGE + b"--\r\n",
        b"--" + EDGE + b"\r\n\r\nx\r\n--" + EDGE + b"--\r\n",
        b"--" + EDGE + b"\r\nX: " + b"y" * 100_000,
        b"--" + EDGE + b"\r\n" + b"A: b\r\n" * 1000,
        b"\x00" * 1000,
    ],
)
def test_hostile_bodies_are_refused(client, raw):
    assert send(client, raw, end=b"").status_code == 422


def test_a_boundary_longer_than_it_should_be_is_understood(client):
    edge = b"x" * 100
    body = b"--" + edge + b'\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--' + edge + b"--\r\n"
    kind = "multipart/form-data; boundary=" + edge.decode()
    headers = {"X-CSRFToken": client.get("/token").text}
    assert client.post("/in", data=body, content_type=kind, headers=headers).json["fields"] == {"a": ["1"]}


@pytest.mark.parametrize(
    "kind", ["", "multipart/form-data", "multipart/form-data; boundary=" + "x" * 300, "text/plain"]
)
def test_other_content_types_are_refused(client, kind):
    assert client.post("/in", data=b"x", content_type=kind, headers=JSON).status_code == 422


def test_a_large_file_is_refused_before_it_is_read(client, tmp_path):
    answer = send(client, token_part(client), part("f", b"x" * 100_001, "a.bin"))
    assert answer.status_code == 413
    assert "“a.bin” lớn hơn mức cho phép" in said(answer)
    assert nothing_kept(tmp_path)
    answer = send(client, b"", end=b"", length=200_000_000)
    assert answer.status_code == 413


def test_the_file_count_is_limited(client):
    answer = send(client, token_part(client), *(part("f", b"x", f"{n}.bin") for n in range(3)))
    assert answer.status_code == 422
    assert "tối đa 2 tệp" in said(answer)


def test_parts_are_limited(client):
    assert send(client, *(part("f", b"", "") for _ in range(30))).status_code == 413
    assert send(client, *(part(f"n{n}", b"x") for n in range(30))).status_code == 413
    assert send(client, part("n", b"x" * (1 << 20) + b"x")).status_code == 413


@pytest.mark.parametrize("parts", [[], [part("csrf_token", b"forged")]])
def test_without_a_token_nothing_is_written(client, tmp_path, parts):
    answer = send(client, *parts, part("f", b"x", "a.txt"))
    assert answer.status_code == 403
    assert nothing_kept(tmp_path)


def test_a_token_after_the_file_comes_too_late(client, tmp_path):
    token = token_part(client)
    assert send(client, part("f", b"x", "a.txt"), token).status_code == 403
    assert nothing_kept(tmp_path)


def test_the_token_may_come_as_a_header(client):
    token = client.get("/token").text
    body = part("f", b"x", "a.txt") + b"--" + EDGE + b"--"
    kind = "multipart/form-data; boundary=" + EDGE.decode()
    assert client.post("/in", data=body, content_type=kind, headers={**JSON, "X-CSRFToken": token}).status_code == 200


def encrypted_zip() -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("word/document.xml", "x")
        archive.writestr(OOXML, "x")
    data = bytearray(memory.getvalue())
    for found in re.finditer(b"PK\x01\x02", bytes(data)):
        data[found.start() + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("content", "name", "endings", "words"),
    [
        (encrypted_zip(), "đề.docx", "docx", "có mật khẩu"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx", "docx", "có mật khẩu"),
        (b"%PDF-1.7 trailer << /Encrypt 5 0 R >>", "a.pdf", "pdf", "có mật khẩu"),
        (b"%PDF-1.7", "a.docx", "docx", "không phải là tệp .docx"),
        (b"MZ\x90\x00", "a.gift", "gift", "không phải là tệp .gift"),
        (b"PK\x03\x04 cut", "a.docx", "docx", "không phải là tệp .docx"),
        (b"MZ\x90\x00", "a.exe", "docx,gift", "Hãy chọn tệp .docx, .gift"),
        (b"<html><script>", "a.png", "", "không phải là tệp .png"),
    ],
)
def test_a_file_must_be_what_it_says(client, content, name, endings, words):
    answer = send(client, token_part(client), part("f", content, name), query=f"?endings={endings}")
    assert answer.status_code == 422
    assert words in said(answer)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("..", "tep"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("C:\\Windows\\đề.docx", "đề.docx"),
        ("x" * 400 + ".docx", "x" * 145 + ".docx"),
    ],
)
def test_names_are_made_safe(name, safe):
    assert safe_name(name) == safe


def test_a_file_goes_out_whole_in_ranges_and_as_head(client):
    stored = storage.put_bytes(bytes(range(256)) * 8)
    url = f"/out/{stored.sha256}?name=a.bin"
    whole = client.get(url)
    assert whole.data == bytes(range(256)) * 8
    assert whole.headers["Accept-Ranges"] == "bytes"
    etag = whole.headers["ETag"]
    some = client.get(url, headers={"Range": "bytes=10-19"})
    assert (some.status_code, some.data) == (206, bytes(range(10, 20)))
    assert some.headers["Content-Range"] == "bytes 10-19/2048"
    assert client.get(url, headers={"Range": "bytes=-5"}).data == bytes(range(251, 256))
    beyond = client.get(url, headers={"Range": "bytes=5000-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, "bytes */2048")
    assert client.get(url, headers={"Range": "bytes=0-1", "If-Range": etag}).status_code == 206
    assert client.get(url, headers={"Range": "bytes=0-1", "If-Range": '"other"'}).status_code == 200
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    head = client.head(url)
    assert (head.data, head.headers["Content-Length"]) == (b"", "2048")


def test_the_name_reaches_the_browser(client):
    stored = storage.put_bytes(b"x")
    sent = client.get(f"/out/{stored.sha256}", query_string={"name": 'Đề "số 1".docx'})
    found = sent.headers["Content-Disposition"]
    assert found.startswith("attachment;")
    assert "filename*=UTF-8''%C4%90%E1%BB%81%20_s%E1%BB%91%201_.docx" in found
    assert sent.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("kind", "shown", "declared"),
    [
        ("image/png", True, "image/png"),
        ("application/pdf", True, "application/pdf"),
        ("image/svg+xml", False, "application/octet-stream"),
        ("text/html", False, "application/octet-stream"),
        ("application/xhtml+xml", False, "application/octet-stream"),
        ("application/zip", False, "application/zip"),
    ],
)
def test_only_harmless_types_are_shown_in_place(client, kind, shown, declared):
    stored = storage.put_bytes(b"<script>alert(1)</script>")
    sent = client.get(f"/out/{stored.sha256}", query_string={"name": "a", "type": kind})
    assert sent.headers["Content-Disposition"].startswith("inline" if shown else "attachment")
    assert sent.mimetype == declared


def test_a_missing_file_is_not_found(client):
    assert client.get(f"/out/{'0' * 64}?name=a", headers=JSON).status_code == 404


def test_transfers_have_their_own_lanes(client, monkeypatch):
    from lms.base import streams

    stored = storage.put_bytes(b"x" * streams.LONG)
    url = f"/out/{stored.sha256}?name=a.bin"
    for _ in range(streams.LANES * 2):
        with client.get(url) as answer:
            assert answer.status_code == 200
            assert streams._free._value == streams.LANES - 1
    assert client.head(url).status_code == 200
    assert client.get(url, headers={"Range": f"bytes={streams.LONG}-"}).status_code == 416
    assert client.get(url, headers={"If-None-Match": f'"{stored.sha256}"'}).status_code == 304
    assert streams._free._value == streams.LANES
    held = [streams.Lane() for _ in range(streams.LANES)]
    monkeypatch.setattr(streams.Lane.__init__, "__defaults__", (0.01,))
    assert client.get(url, headers=JSON).status_code == 503
    assert send(client, token_part(client), part("f", b"x", "a.txt")).status_code == 503
    for lane in held:
        lane.leave()
    with client.get(url) as answer:
        assert answer.status_code == 200
