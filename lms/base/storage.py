"""Files by their content: each is kept once, under the SHA-256 of its bytes, outside the web root.

A file is written aside, synced, and only then given its name; so a name in the store always stands for the whole
content, whatever dies when. The `blob` row tells what is kept; rows that refer to a file hold its `sha256` as a
foreign key.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from sqlalchemy import BigInteger, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.base import media_types
from lms.base.clock import now
from lms.base.db import Base, open_session
from lms.base.errors import NotFound
from lms.base.i18n_marks import N_

_PLACE: dict[str, Path] = {}
_SYNC_EVERY = 32 << 20  # bytes after which written pages go to disk, so that a large file does not flood the cache


class Blob(Base):
    """A stored file."""

    __tablename__ = "blob"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(127))
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Stored:
    """Content that is on disk already; `keep` makes the database know of it. Size in bytes."""

    sha256: str
    size: int
    media_type: str


def configure(data_dir: Path) -> None:
    """Keep files under *data_dir* from now on; clear away what an earlier process left half-written."""
    root = data_dir.resolve() / "blobs"
    incoming = root / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    _PLACE["root"] = root


def free_bytes() -> int:
    """Say how much the disk of the files can still take."""
    return shutil.disk_usage(_root()).free


def sweep_incoming(older_than_seconds: float = 86_400) -> int:
    """Remove half-written files that nobody has touched for that long; return how many."""
    removed = 0
    for path in (_root() / "incoming").iterdir():
        if now().timestamp() - path.stat().st_mtime > older_than_seconds:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def sweep_unrecorded(older_than_seconds: float = 86_400) -> int:
    """Remove files that no row tells of (refused uploads) and return how many; young ones may still get their row."""
    removed = 0
    for folder in _root().glob("[0-9a-f][0-9a-f]"):
        old = {path.name: path for path in folder.glob("*/*") if _age(path) > older_than_seconds}
        names = sorted(old)
        for start in range(0, len(names), 500):
            some = names[start : start + 500]
            with open_session(writes=False) as session:
                recorded = set(session.scalars(select(Blob.sha256).where(Blob.sha256.in_(some))))
            removed += sum(_remove_if_old(old[name], older_than_seconds) for name in some if name not in recorded)
    return removed


def _age(path: Path) -> float:
    return now().timestamp() - path.stat().st_mtime


def _remove_if_old(path: Path, older_than_seconds: float) -> bool:
    """Take the file aside, look again, and put it back when somebody stored the same content just now."""
    aside = _root() / "incoming" / secrets.token_hex(16)
    path.rename(aside)
    if _age(aside) <= older_than_seconds:
        aside.rename(path)
        return False
    aside.unlink()
    return True


def path_of(sha256: str) -> Path:
    """Return where the content is (or would be).

    Raises:
        NotFound: this is no SHA-256.
    """
    if len(sha256) != 64 or not all(letter in "0123456789abcdef" for letter in sha256):
        raise NotFound
    return _root() / sha256[:2] / sha256[2:4] / sha256


def exists(sha256: str) -> bool:
    """Say whether the content is there."""
    return path_of(sha256).is_file()


def open_blob(sha256: str) -> BinaryIO:
    """Open the content for reading.

    Raises:
        NotFound: it is not in the store.
    """
    try:
        return path_of(sha256).open("rb")
    except FileNotFoundError:
        raise NotFound(N_("Không tìm thấy tệp này trong kho.")) from None


def get_bytes(sha256: str) -> bytes:
    """Return the content; for small files only (pictures, question files).

    Raises:
        NotFound: it is not in the store.
    """
    with open_blob(sha256) as file:
        return file.read()


def put_bytes(data: bytes) -> Stored:
    """Write the content to the store; `keep` it in the same transaction as what refers to it."""
    return put_stream([data])


def put_stream(chunks: Iterable[bytes]) -> Stored:
    """Write a content that comes piece by piece, in constant memory."""
    with Writer() as writer:
        for chunk in chunks:
            writer.write(chunk)
        return writer.finish()


def keep(session: Session, stored: Stored, *, at: datetime | None = None) -> Blob:
    """Record content in the database; the same content twice is the same row."""
    found = session.get(Blob, stored.sha256)
    if found is not None:
        return found
    blob = Blob(sha256=stored.sha256, size=stored.size, media_type=stored.media_type, created_at=at or now())
    try:
        with session.begin_nested():
            session.add(blob)
    except IntegrityError:  # another transaction kept the same content just now
        blob = session.get_one(Blob, stored.sha256, populate_existing=True)
    return blob


def keep_bytes(session: Session, data: bytes, *, at: datetime | None = None) -> Blob:
    """Write content to the store and record it."""
    return keep(session, put_bytes(data), at=at)


def verify(sha256: str) -> bool:
    """Read the content again and say whether it still is what its name says."""
    digest = hashlib.sha256()
    with open_blob(sha256) as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest() == sha256


class Writer:
    """Takes one content piece by piece, hashing while it writes; left without `finish`, nothing stays behind."""

    def __init__(self) -> None:
        self._path = _root() / "incoming" / secrets.token_hex(16)
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        self._digest = hashlib.sha256()
        self._unsynced = 0
        self.size = 0

    def write(self, chunk: bytes | memoryview) -> None:
        """Add a piece."""
        self._digest.update(chunk)
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        self.size += len(chunk)
        self._unsynced += len(chunk)
        if self._unsynced >= _SYNC_EVERY:
            os.fdatasync(self._file)
            self._unsynced = 0

    def finish(self) -> Stored:
        """Sync the content and give it its name; from here on it survives a power cut."""
        os.fsync(self._file)
        self._close()
        sha256 = self._digest.hexdigest()
        media_type = media_types.sniff_file(self._path)
        place = path_of(sha256)
        try:
            os.utime(place)  # there already; now young again, so that no sweep takes it before it is recorded
            self._path.unlink()
        except FileNotFoundError:
            _make_folder(place.parent)
            self._path.rename(place)
            _sync_folder(place.parent)
        return Stored(sha256, self.size, media_type)

    def abort(self) -> None:
        """Forget what was written."""
        self._close()
        self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file >= 0 or error is not None:
            self.abort()


def _root() -> Path:
    try:
        return _PLACE["root"]
    except KeyError:
        raise RuntimeError("The file store has no place yet: call storage.configure(data_dir) first.") from None


def _make_folder(folder: Path) -> None:
    """Make the two levels of folders durable, not only the file in them."""
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    _sync_folder(folder.parent)
    _sync_folder(folder.parent.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
