"""Say what a file is by looking into it; what its name or its sender claims is not believed."""

from __future__ import annotations

import zipfile
from pathlib import Path

import puremagic

HEAD = 8192  # bytes that a first look needs
UNKNOWN = "application/octet-stream"

_STARTS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"{\\rtf", "application/rtf"),
)
_MARKUP = (
    (b"<svg", "image/svg+xml"),
    (b"<!doctype html", "text/html"),
    (b"<html", "text/html"),
    (b"<head", "text/html"),
    (b"<body", "text/html"),
    (b"<script", "text/html"),
    (b"<?xml", "application/xml"),
)
_OFFICE = (
    ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_OLE_STREAMS = (
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)

EXTENSIONS: dict[str, tuple[str, ...]] = {
    "pdf": ("application/pdf",),
    "png": ("image/png",),
    "jpg": ("image/jpeg",),
    "jpeg": ("image/jpeg",),
    "gif": ("image/gif",),
    "webp": ("image/webp",),
    "svg": ("image/svg+xml",),
    "docx": (_OFFICE[0][1],),
    "xlsx": (_OFFICE[1][1],),
    "pptx": (_OFFICE[2][1],),
    "doc": ("application/msword", "application/rtf"),
    "xls": ("application/vnd.ms-excel",),
    "ppt": ("application/vnd.ms-powerpoint",),
    "rtf": ("application/rtf",),
    "odt": ("application/vnd.oasis.opendocument.text",),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet",),
    "odp": ("application/vnd.oasis.opendocument.presentation",),
    "epub": ("application/epub+zip",),
    "zip": ("application/zip",),
    "h5p": ("application/zip",),
    "imscc": ("application/zip",),
    "mp4": ("video/mp4",),
    "m4v": ("video/mp4",),
    "m4a": ("audio/mp4", "video/mp4"),
    "webm": ("video/webm",),
    "mp3": ("audio/mpeg",),
    "ogg": ("audio/ogg",),
    "oga": ("audio/ogg",),
    "wav": ("audio/x-wav",),
    "xml": ("application/xml", "text/plain"),
    "html": ("text/html", "application/xml", "text/plain"),
    "htm": ("text/html", "application/xml", "text/plain"),
    "txt": ("text/plain",),
    "csv": ("text/plain",),
    "gift": ("text/plain",),
    "md": ("text/plain",),
    "json": ("text/plain",),
    "vtt": ("text/plain",),
}
"""Which contents a file with this ending may hold."""

INLINE = frozenset(
    {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "audio/mpeg",
        "audio/mp4",
        "audio/ogg",
        "audio/x-wav",
        "video/mp4",
        "video/webm",
    }
)
"""What a browser may show in place: nothing that can carry a script of the page's origin."""

PACKED = ("application/zip", "application/epub+zip", "application/vnd.openxmlformats-officedocument.")


def sniff_bytes(head: bytes) -> str:
    """Say what the file that begins with *head* is, as far as its beginning tells.

    >>> sniff_bytes(b"%PDF-1.7"), sniff_bytes("Câu 1".encode()), sniff_bytes(b"")
    ('application/pdf', 'text/plain', 'application/octet-stream')
    """
    for start, media_type in _STARTS:
        if head.startswith(start):
            return media_type
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/x-wav"}.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return _isobmff(head[8:12])
    if _is_text(head):
        return _text(head)
    return _by_library(head)


def sniff_file(path: Path) -> str:
    """Say what the file at *path* is; archives and old Office files are told apart by what they contain."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    found = sniff_bytes(head)
    if found == "application/zip":
        return _zip(path)
    if found == "application/x-ole-storage":
        return _ole(path)
    return found


def is_encrypted(path: Path, media_type: str) -> bool:
    """Say whether the content asks for a password: an encrypted archive, PDF or Office document."""
    if media_type.startswith(PACKED):
        try:
            with zipfile.ZipFile(path) as archive:
                return any(entry.flag_bits & 0x1 for entry in archive.infolist())
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return False
    if media_type == "application/x-ole-storage":
        return _holds(path, "EncryptedPackage".encode("utf-16-le"))
    return media_type == "application/pdf" and _ends_with(path, b"/Encrypt")


def fits_name(name: str, media_type: str) -> bool:
    """Say whether a file of that content may bear that name; an ending nobody knows fits everything.

    >>> fits_name("Đề.pdf", "application/pdf"), fits_name("Đề.docx", "application/pdf")
    (True, False)
    """
    allowed = EXTENSIONS.get(ending(name))
    return allowed is None or media_type in allowed


def ending(name: str) -> str:
    """Return what follows the last dot of a file name, lower case; empty without one."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def _isobmff(brand: bytes) -> str:
    if brand.startswith((b"heic", b"heix", b"mif1", b"avif")):
        return "image/avif" if brand == b"avif" else "image/heic"
    return "audio/mp4" if brand == b"M4A " else "video/mp4"


def _is_text(head: bytes) -> bool:
    if not head:
        return False
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16 with its mark, as Windows writes
        return True
    if any(byte < 9 or 13 < byte < 27 for byte in head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and len(head) >= HEAD  # a letter cut in two by the end of the look
    return True


def _text(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1024].lower()
    if start.startswith(b"<?xml") and b"<svg" in head.lower():
        return "image/svg+xml"
    return next((media_type for mark, media_type in _MARKUP if start.startswith(mark)), "text/plain")


def _by_library(head: bytes) -> str:
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    # Nothing may be declared showable by the library's guess alone: those are all in the table above.
    return str(found) if found and found not in INLINE and not str(found).startswith("text/") else UNKNOWN


def _zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:2000]
            if names[:1] == ["mimetype"] and archive.getinfo("mimetype").file_size < 100:
                with archive.open("mimetype") as file:
                    return file.read(100).decode("ascii", "replace").strip() or "application/zip"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return "application/zip"
    if "[Content_Types].xml" in names:
        for folder, media_type in _OFFICE:
            if any(name.startswith(folder) for name in names):
                return media_type
    return "application/zip"


def _ole(path: Path) -> str:
    if _holds(path, "EncryptedPackage".encode("utf-16-le")):
        return "application/x-ole-storage"
    for stream, media_type in _OLE_STREAMS:
        if _holds(path, stream.encode("utf-16-le")):
            return media_type
    return "application/x-ole-storage"


def _holds(path: Path, mark: bytes) -> bool:
    """Search a file piece by piece, since the directory of an OLE file may stand anywhere; gives up after 256 MiB."""
    before = b""
    with path.open("rb") as file:
        for _ in range(256):
            piece = file.read(1 << 20)
            if not piece:
                break
            if mark in before + piece:
                return True
            before = piece[-len(mark) :]
    return False


def _ends_with(path: Path, mark: bytes) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 4096))
        return mark in file.read()
