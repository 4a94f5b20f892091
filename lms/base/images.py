"""Pictures from strangers: opened with limits, turned upright, written anew.

What is kept was written by us: no position, camera or thumbnail of the sender's stays, and a file that is a picture and
something else at once becomes only the picture.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_

MAX_PIXELS = 50_000_000  # a phone's largest photo; 200 MB once unpacked
MAX_SIDE = 20_000
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
_QUALITY = 84
_BROKEN = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, OverflowError, MemoryError)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept. Sizes in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int


def clean(source: bytes | IO[bytes], *, max_width: int = 1600, field: str = "") -> Picture:
    """Return the picture written anew, at most *max_width* wide.

    Drawings (few colours, transparency) become PNG, photos JPEG; of a moving picture the first frame stays.

    Raises:
        Invalid: at *field*: it is no picture, a broken one, or too large.
    """
    image = _read(source, field)
    return _write(_narrowed(image, max_width))


def variants(source: bytes | IO[bytes], widths: tuple[int, ...], *, field: str = "") -> list[Picture]:
    """Return the picture in each of the widths that are smaller than it, and at its own if none is.

    Raises:
        Invalid: as `clean`.
    """
    image = _read(source, field)
    fitting = [width for width in sorted(widths) if width < image.width] or [image.width]
    return [_write(_narrowed(image, width)) for width in fitting]


def size_of(source: bytes | IO[bytes], *, field: str = "") -> tuple[int, int]:
    """Return width and height without unpacking the picture.

    Raises:
        Invalid: as `clean`.
    """
    with _opened(source, field) as image:
        return image.size


def _opened(source: bytes | IO[bytes], field: str) -> Image.Image:
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own limit only warns at first; ours refuses, below
            image = Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError:
        raise _too_large(field) from None
    except _BROKEN:
        raise _broken(field) from None
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
        image.close()
        raise _too_large(field)
    if min(image.size) < 1:
        image.close()
        raise _broken(field)
    return image


def _read(source: bytes | IO[bytes], field: str) -> Image.Image:
    with _opened(source, field) as image:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                image.seek(0)
                image.load()
                upright = ImageOps.exif_transpose(image)
                return _plain(upright)
        except Image.DecompressionBombError:
            raise _too_large(field) from None
        except _BROKEN:
            raise _broken(field) from None


def _plain(image: Image.Image) -> Image.Image:
    """Bring it to one of the modes that every browser shows alike; nothing but pixels goes along."""
    clear = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    mode = "RGBA" if clear else "L" if image.mode in {"1", "L"} else "RGB"
    if image.mode in {"I;16", "I;16B", "I;16L", "I"}:
        image = image.point(lambda value: value / 256).convert("L")
        mode = "L"
    plain = Image.new(mode, image.size)
    plain.paste(image.convert(mode))
    return plain


def _narrowed(image: Image.Image, width: int) -> Image.Image:
    if image.width <= width:
        return image
    return image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)


def _write(image: Image.Image) -> Picture:
    memory = io.BytesIO()
    if image.mode == "RGBA" or image.getcolors(maxcolors=256) is not None:
        media_type = "image/png"
        image.save(memory, "PNG", optimize=True)
    else:
        media_type = "image/jpeg"
        image.save(memory, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return Picture(memory.getvalue(), media_type, image.width, image.height)


def _broken(field: str) -> Invalid:
    return Invalid.at(field, N_("Không mở được ảnh này. Hãy dùng ảnh PNG, JPEG, GIF hoặc WebP không bị hỏng."))


def _too_large(field: str) -> Invalid:
    return Invalid.at(
        field, N_("Ảnh quá lớn: tối đa %(pixels)s triệu điểm ảnh. Hãy thu nhỏ ảnh."), pixels=MAX_PIXELS // 1_000_000
    )
