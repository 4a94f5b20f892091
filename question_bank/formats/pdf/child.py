"""Run as a process of its own: print the text of each page of a PDF as one JSON list.

    python -I child.py FILE

It imports nothing of ours and bounds its own memory and time first. Exit status 3: the file has a password.
"""

from __future__ import annotations

import json
import resource
import sys

MEMORY = 1 << 30  # bytes of address space
CPU_SECONDS = 30
MOST_PAGES = 200
MOST_TEXT = 4_000_000  # characters


def pages(path: str) -> list[str]:
    """Return the text of each page."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise SystemExit(3 if "password" in str(error).lower() else 1) from error
    found: list[str] = []
    room = MOST_TEXT
    for number in range(min(len(document), MOST_PAGES)):
        text = document[number].get_textpage().get_text_bounded()
        found.append(text[:room])
        room -= len(found[-1])
        if room <= 0:
            break
    return found


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(pages(sys.argv[1]), sys.stdout)
