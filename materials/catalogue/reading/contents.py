"""Read a file by what it is."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lms.base.text import nfc
from materials.catalogue.reading.office import Unreadable, read_office

MOST_TEXT = 400_000  # characters kept for the search
LARGEST_PLAIN = 2 << 20  # bytes of a plain text file that are read
SECONDS = 60  # that the child may take, on the clock
CHILD = Path(__file__).with_name("child.py")
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
BY_CHILD = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp"})


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds. `state` is "done", "failed" (it should hold text but does not open) or "none".

    `preview` is a WebP picture, at most 640 pixels wide.
    """

    state: str
    text: str = ""
    title: str = ""
    pages: int | None = None
    preview: bytes | None = None


def read_contents(path: Path, media_type: str) -> Contents:
    """Read what can be read; never raises for what a file holds."""
    if media_type.startswith((OFFICE, OPEN_DOCUMENT)):
        try:
            document = read_office(path)
        except Unreadable:
            return Contents("failed")
        return Contents("done", document.text[:MOST_TEXT], document.title, document.pages)
    if media_type in BY_CHILD:
        return _by_child(path, media_type)
    if media_type == "text/plain":
        with path.open("rb") as file:
            return Contents("done", nfc(file.read(LARGEST_PLAIN).decode("utf-8", "replace"))[:MOST_TEXT])
    return Contents("none")


def _by_child(path: Path, media_type: str) -> Contents:
    with tempfile.TemporaryDirectory(prefix="gieo-read-") as folder:
        command = [sys.executable, "-I", str(CHILD), str(path), media_type, folder]
        try:
            subprocess.run(  # noqa: S603 - our own script and interpreter; the arguments are paths we made
                command, timeout=SECONDS, check=True, stdin=subprocess.DEVNULL, capture_output=True, cwd=folder
            )
            facts = json.loads((Path(folder) / "facts.json").read_text(encoding="utf-8"))
        except (subprocess.SubprocessError, OSError, ValueError):
            return Contents("failed")
        picture = Path(folder) / "preview.webp"
        return Contents(
            state="done" if media_type == "application/pdf" else "none",
            text=nfc(str(facts.get("text", "")))[:MOST_TEXT],
            title=nfc(str(facts.get("title", "")))[:500],
            pages=facts.get("pages"),
            preview=picture.read_bytes() if picture.is_file() else None,
        )
