"""Run as a process of its own: read one PDF or picture and leave `facts.json` and `preview.webp` in a folder.

    python -I child.py FILE MEDIA_TYPE FOLDER

It imports nothing of ours, bounds its own memory and time first, and may crash: the parent then knows that the file
cannot be read.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

MEMORY = 1 << 30  # bytes of address space beyond what the libraries map
CPU_SECONDS = 40
LARGEST_OUTPUT = 64 << 20  # bytes of any file written
MOST_PAGES = 600
MOST_TEXT = 400_000
MOST_PIXELS = 50_000_000
WIDTH = 640


def main(path: Path, media_type: str, folder: Path) -> None:
    """Read the file within the limits."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_OUTPUT, LARGEST_OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    facts = pdf(path, folder) if media_type == "application/pdf" else picture(path, folder)
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


def pdf(path: Path, folder: Path) -> dict[str, Any]:
    """Read the text of a PDF and draw its first page."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    texts: list[str] = []
    room = MOST_TEXT
    for number in range(min(len(document), MOST_PAGES)):
        page = document[number]
        text = page.get_textpage().get_text_bounded()
        texts.append(text[:room])
        room -= len(texts[-1])
        if room <= 0:
            break
    metadata = document.get_metadata_dict()
    if len(document):
        try:
            page = document[0]
            scale = min(WIDTH / max(page.get_width(), 1), 3.0, 2000 / max(page.get_height(), 1))
            save(page.render(scale=scale).to_pil(), folder)
        except Exception as problem:  # the text stands without a picture
            print(problem, file=sys.stderr)
    return {"text": "\n".join(texts), "title": metadata.get("Title", ""), "pages": len(document)}


def picture(path: Path, folder: Path) -> dict[str, Any]:
    """Make a small copy of a picture, without its metadata."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(path) as image:
        if image.width * image.height > MOST_PIXELS:
            raise SystemExit(1)
        image.draft("RGB", (WIDTH, WIDTH))
        save(ImageOps.exif_transpose(image) or image, folder)
    return {}


def save(image: Any, folder: Path) -> None:
    """Write the preview, on white where the picture is transparent."""
    from PIL import Image

    image.thumbnail((WIDTH, WIDTH * 2))
    solid = Image.new("RGB", image.size, "white")
    rich = image.convert("RGBA")
    solid.paste(rich, mask=rich.getchannel("A"))
    solid.save(folder / "preview.webp", "WEBP", quality=80)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
