"""The content store: whole or not at all, once each, in constant memory."""

import hashlib
import io
import os
import zipfile

import pytest

from lms.base import db, media_types, storage
from lms.base.errors import NotFound


@pytest.fixture(autouse=True)
def _store(tmp_path):
    storage.configure(tmp_path)
    return tmp_path


def zipped(*names: str, first: bytes = b"") -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        if first:
            archive.writestr("mimetype", first)
        for name in names:
            archive.writestr(name, "x")
    return memory.getvalue()


def test_content_is_found_again_under_its_hash():
    stored = storage.put_bytes("Bài 1".encode())
    assert stored.sha256 == hashlib.sha256("Bài 1".encode()).hexdigest()
    assert storage.get_bytes(stored.sha256) == "Bài 1".encode()
    assert storage.path_of(stored.sha256).parts[-3:-1] == (stored.sha256[:2], stored.sha256[2:4])
    assert storage.verify(stored.sha256)


def test_the_same_content_is_kept_once(tmp_path):
    first, second = storage.put_bytes(b"same"), storage.put_stream([b"sa", b"me"])
    assert first == second
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_an_abandoned_writer_leaves_nothing(tmp_path):
    def broken():
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        storage.put_stream(broken())
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_half_written_files_of_a_dead_process_are_swept():
    writer = storage.Writer()
    writer.write(b"half")
    assert storage.sweep_incoming() == 0
    assert storage.sweep_incoming(older_than_seconds=-1) == 1
    writer._close()


def test_damage_is_noticed():
    stored = storage.put_bytes(b"right")
    storage.path_of(stored.sha256).write_bytes(b"wrong")
    assert not storage.verify(stored.sha256)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65, "/" * 64])
def test_what_is_no_hash_is_not_a_path(name):
    with pytest.raises(NotFound):
        storage.path_of(name)


def test_missing_content_is_not_found():
    with pytest.raises(NotFound):
        storage.get_bytes("0" * 64)
    assert not storage.exists("0" * 64)


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        ("Câu 1. Tính".encode(), "text/plain"),
        ("\ufeffCâu 1".encode("utf-16-le"), "text/plain"),
        (b"\x00\x01\x02\x03", media_types.UNKNOWN),
        (b"<?xml version='1.0'?><quiz/>", "application/xml"),
        (b"<?xml version='1.0'?>\n<svg onload='x()'/>", "image/svg+xml"),
        (b"  <SCRIPT>alert(1)</SCRIPT>", "text/html"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "text/html"),
        (zipped("[Content_Types].xml", "word/document.xml"), media_types.EXTENSIONS["docx"][0]),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), media_types.EXTENSIONS["xlsx"][0]),
        (zipped("imsmanifest.xml"), "application/zip"),
        (zipped("META-INF/container.xml", first=b"application/epub+zip"), "application/epub+zip"),
        (b"PK\x03\x04 broken", "application/zip"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypisom", "video/mp4"),
    ],
)
def test_a_file_is_what_its_content_is(data, media_type):
    assert storage.put_bytes(data).media_type == media_type


def test_a_letter_cut_by_the_end_of_the_look_does_not_make_text_binary():
    head = ("a" + "ế" * media_types.HEAD).encode()
    assert storage.put_bytes(head).media_type == "text/plain"


def test_a_large_content_is_written_in_pieces():
    stored = storage.put_stream(b"x" * (8 << 20) for _ in range(5))
    assert stored.size == 40 << 20


def test_files_nobody_recorded_go_after_a_day(tmp_path):
    engine = db.connect(f"sqlite:///{tmp_path / 'gieo.db'}")
    storage.Blob.metadata.create_all(engine, tables=[storage.Blob.__table__])
    kept, refused, young, again = (storage.put_bytes(word) for word in (b"kept", b"refused", b"young", b"again"))
    with db.transaction() as session:
        storage.keep(session, kept)
    for stored in (kept, refused, again):
        os.utime(storage.path_of(stored.sha256), (0, 0))
    storage.put_bytes(b"again")
    assert storage.sweep_unrecorded() == 1
    assert [storage.exists(stored.sha256) for stored in (kept, refused, young, again)] == [True, False, True, True]
    engine.dispose()


def test_the_same_content_is_one_row(tmp_path):
    engine = db.connect(f"sqlite:///{tmp_path / 'gieo.db'}")
    storage.Blob.metadata.create_all(engine, tables=[storage.Blob.__table__])
    with db.transaction() as session:
        assert storage.keep_bytes(session, b"x") is storage.keep_bytes(session, b"x")
    with db.transaction() as session:
        assert storage.keep_bytes(session, b"x").size == 1
    engine.dispose()
