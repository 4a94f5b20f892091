"""Pictures are written anew; what is none, or a trap, is refused with a sentence."""

import io
import struct
import zlib

import pytest
from PIL import Image

from lms.base import images
from lms.base.errors import Invalid


def picture(kind="PNG", size=(40, 30), mode="RGB", **options) -> bytes:
    memory = io.BytesIO()
    image = Image.effect_noise(size, 80).convert(mode) if mode != "RGBA" else Image.new(mode, size, (1, 2, 3, 4))
    image.save(memory, kind, **options)
    return memory.getvalue()


def claimed_png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100_000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_pictures_of_every_taken_kind_are_kept(kind):
    kept = images.clean(picture(kind))
    assert (kept.width, kept.height) == (40, 30)
    with Image.open(io.BytesIO(kept.data)) as again:
        assert again.get_format_mimetype() == kept.media_type


def test_where_a_photo_was_taken_does_not_stay_and_it_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "nhà riêng 12 Lê Lợi"
    kept = images.clean(picture("JPEG", exif=exif.tobytes()))
    assert (kept.width, kept.height) == (30, 40)
    assert b"Exif" not in kept.data
    assert "Lê Lợi".encode() not in kept.data


def test_what_hangs_behind_a_picture_goes():
    kept = images.clean(picture("PNG", pnginfo=None) + b"PK\x03\x04<script>alert(1)</script>")
    assert b"script" not in kept.data


def test_wide_pictures_are_narrowed_and_variants_are_smaller():
    assert images.clean(picture(size=(3000, 1000)), max_width=1600).width == 1600
    assert [kept.width for kept in images.variants(picture(size=(1000, 500)), (320, 640, 1280))] == [320, 640]
    assert [kept.width for kept in images.variants(picture(size=(100, 50)), (320,))] == [100]


def test_transparency_stays():
    assert images.clean(picture(mode="RGBA")).media_type == "image/png"


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "I"])
def test_unusual_colour_modes_are_taken(mode):
    assert images.clean(picture("TIFF", mode=mode)).width == 40


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no picture",
        b"\x89PNG\r\n\x1a\n",
        picture()[:200],
        picture("JPEG")[:300],
        b"GIF89a" + b"\xff" * 40,
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        claimed_png(100, 100)[:80],
    ],
)
def test_what_is_no_whole_picture_is_refused(data):
    with pytest.raises(Invalid, match="Không mở được ảnh"):
        images.clean(data, field="photo")


@pytest.mark.parametrize("size", [(60_000, 60_000), (10_000, 10_000), (30_000, 2), (2_000_000_000, 1)])
def test_bombs_are_refused_before_they_are_unpacked(size):
    with pytest.raises(Invalid, match="Ảnh quá lớn"):
        images.clean(claimed_png(*size), field="photo")
    with pytest.raises(Invalid):
        images.size_of(claimed_png(*size))


def test_the_size_is_told():
    assert images.size_of(picture(size=(7, 9))) == (7, 9)
