"""The text layer of a PDF → drafts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from lms.base.errors import Invalid, TooLarge
from lms.base.i18n_marks import N_
from question_bank.formats import plain_paper, problems
from question_bank.formats.reading import Reading

FILE_LIMIT = 60_000_000  # bytes
SECONDS = 60
LETTERS_A_PAGE = 20  # fewer on average, and it is a scan
CHILD = Path(__file__).with_name("child.py")

SCAN = N_("Tệp PDF này là ảnh chụp hoặc bản quét, không có chữ để đọc. Hãy dùng tệp Word (.docx) gốc của đề.")
LOCKED = N_("Tệp PDF có mật khẩu nên không đọc được. Hãy bỏ mật khẩu rồi tải lên.")
DAMAGED = N_("Không đọc được tệp PDF này. Hãy dùng tệp Word (.docx) gốc của đề.")


def read(data: bytes, filename: str = "") -> Reading:
    """Return the questions of a PDF, each with the warning that much is lost on this way.

    Raises:
        Invalid: damaged, locked, a scan, or without a question.
        TooLarge: over the limit.
    """
    if len(data) > FILE_LIMIT:
        raise TooLarge(N_("Tệp PDF quá lớn (tối đa %(limit)s MB)."), limit=FILE_LIMIT // 10**6)
    pages = _pages(data)
    if sum(char.isalpha() for page in pages for char in page) < LETTERS_A_PAGE * max(len(pages), 1):
        raise Invalid.at("file", SCAN)
    return plain_paper.of_lines("pdf", _lines(pages), (), (problems.from_pdf(),))


def _pages(data: bytes) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paper.pdf"
        path.write_bytes(data)
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter and file
                [sys.executable, "-I", str(CHILD), str(path)], capture_output=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise Invalid.at("file", DAMAGED) from error
    if done.returncode:
        raise Invalid.at("file", LOCKED if done.returncode == 3 else DAMAGED)
    return [str(page) for page in json.loads(done.stdout)]


def _lines(pages: list[str]) -> list[str]:
    """Return the lines of all pages without the heads and feet that every page repeats."""
    split = [[line.strip() for line in re.split(r"\r\n?|\n", page) if line.strip()] for page in pages]
    edges = Counter(re.sub(r"\d+", "0", line) for page in split for line in {*page[:1], *page[-2:]})
    repeated = {line for line, count in edges.items() if count > 1 and count * 2 > len(split)}
    return [
        line
        for page in split
        for place, line in enumerate(page)
        if not ((place == 0 or place >= len(page) - 2) and re.sub(r"\d+", "0", line) in repeated)
    ]
