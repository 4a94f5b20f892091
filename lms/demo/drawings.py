"""Small drawings and sheets of paper for the demo's lessons, questions and materials."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from math import hypot
from types import MappingProxyType

from PIL import Image, ImageDraw, ImageFont

from lms.base import assets
from lms.base.text import fold

Point = tuple[float, float]
FINE = 3  # drawn so many times larger, then made smaller: smooth lines
INK, GREEN, SOFT = "#16241c", "#0b6b3a", "#d9efe0"


def _font(size: int) -> tuple[ImageFont.ImageFont | ImageFont.FreeTypeFont, bool]:
    """The font of the pages where they are built (True: it writes Vietnamese), else the one Pillow brings."""
    built = assets.manifest()
    name = next((built[plain] for plain in sorted(built) if "pro-400" in plain), "")
    try:
        return ImageFont.truetype(str(assets.BUILT / name), size), True
    except OSError:  # no assets, or a Pillow that cannot open woff2
        return ImageFont.load_default(size), False


class Board:
    """A white board in units of its own, the origin at the bottom left."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * FINE, height * FINE), "white")
        self.draw = ImageDraw.Draw(self.image)

    def _at(self, point: Point) -> Point:
        return point[0] * FINE, (self.height - point[1]) * FINE

    def line(self, *points: Point, colour: str = INK, width: float = 2) -> None:
        """A line through the points."""
        self.draw.line([self._at(point) for point in points], fill=colour, width=round(width * FINE), joint="curve")

    def area(self, *points: Point, colour: str = SOFT) -> None:
        """A filled polygon."""
        self.draw.polygon([self._at(point) for point in points], fill=colour)

    def dot(self, point: Point, colour: str = INK) -> None:
        """A point."""
        x, y = self._at(point)
        radius = 3.2 * FINE
        self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def text(self, point: Point, words: str, colour: str = INK, size: int = 17) -> None:
        """Words around a point."""
        font, vietnamese = _font(size * FINE)
        said = words if vietnamese or words.isascii() else fold(words)
        self.draw.text(self._at(point), said, font=font, fill=colour, anchor="mm")

    def arrow(self, start: Point, end: Point) -> None:
        """An axis."""
        self.line(start, end, width=1.6)
        length = hypot(end[0] - start[0], end[1] - start[1])
        along = ((end[0] - start[0]) / length * 9, (end[1] - start[1]) / length * 9)
        across = (-along[1] / 2, along[0] / 2)
        back = (end[0] - along[0], end[1] - along[1])
        self.area(
            end, (back[0] + across[0], back[1] + across[1]), (back[0] - across[0], back[1] - across[1]), colour=INK
        )

    def png(self) -> bytes:
        """The drawing with few colours, so that it is small."""
        small = self.image.resize((self.width, self.height), Image.Resampling.LANCZOS)
        memory = io.BytesIO()
        small.quantize(24).save(memory, "PNG", optimize=True)
        return memory.getvalue()


def _thales() -> bytes:
    board = Board(420, 300)
    a, b, c = (180.0, 270.0), (40.0, 40.0), (390.0, 40.0)
    m = (a[0] + (b[0] - a[0]) * 2 / 3, a[1] + (b[1] - a[1]) * 2 / 3)
    n = (a[0] + (c[0] - a[0]) * 2 / 3, a[1] + (c[1] - a[1]) * 2 / 3)
    board.area(a, m, n)
    board.line(a, b, c, a, b)
    board.line(m, n, colour=GREEN, width=3)
    for point, name, (x, y) in (
        (a, "A", (0, 16)),
        (b, "B", (-16, -6)),
        (c, "C", (16, -6)),
        (m, "M", (-18, 6)),
        (n, "N", (18, 6)),
    ):
        board.dot(point)
        board.text((point[0] + x, point[1] + y), name)
    board.text((120, 200), "4")
    board.text((50, 82), "2")
    board.text((262, 200), "6")
    board.text((372, 82), "?", colour=GREEN)
    return board.png()


def _ladder() -> bytes:
    board = Board(320, 300)
    board.area((20, 20), (60, 20), (60, 280), (20, 280), colour="#e8e2d6")
    board.line((60, 280), (60, 20), (300, 20), width=3)
    board.line((60, 250), (160, 20), colour=GREEN, width=5)
    board.line((60, 38), (78, 38), (78, 20), width=1.4)
    board.text((132, 150), "5 m")
    board.text((112, 36), "1,4 m", size=15)
    board.text((40, 140), "?", colour=GREEN, size=22)
    return board.png()


def _straight_line() -> bytes:
    board = Board(360, 320)
    step, origin = 50.0, (160.0, 140.0)
    for number in range(-2, 4):
        board.line((origin[0] + number * step, 20), (origin[0] + number * step, 300), colour="#d8d8d0", width=1)
        board.line((20, origin[1] + number * step), (340, origin[1] + number * step), colour="#d8d8d0", width=1)
        if number:
            board.text((origin[0] + number * step, origin[1] - 13), str(number).replace("-", "−"), size=13)
            board.text((origin[0] - 14, origin[1] + number * step), str(number).replace("-", "−"), size=13)
    board.arrow((20, origin[1]), (345, origin[1]))
    board.arrow((origin[0], 15), (origin[0], 308))
    board.text((340, origin[1] - 16), "x")
    board.text((origin[0] - 14, 302), "y")
    board.text((origin[0] - 11, origin[1] - 12), "O", size=13)
    board.line(
        (origin[0] - 2.4 * step, origin[1] - 1.4 * step),
        (origin[0] + 2.2 * step, origin[1] + 3.2 * step),
        colour=GREEN,
        width=3,
    )
    board.dot((origin[0], origin[1] + step), GREEN)
    board.dot((origin[0] - step, origin[1]), GREEN)
    return board.png()


def _squares() -> bytes:
    """A square of side a + b cut into the parts of (a + b)²."""
    board = Board(360, 340)
    left, low, a, b = 60.0, 30.0, 160.0, 90.0
    for x, y, wide, high, colour, name in (
        (left, low + b, a, a, SOFT, "a²"),
        (left + a, low, b, b, "#f6e3bd", "b²"),
        (left, low, a, b, "#ffffff", "ab"),
        (left + a, low + b, b, a, "#ffffff", "ab"),
    ):
        corners = ((x, y), (x + wide, y), (x + wide, y + high), (x, y + high))
        board.area(*corners, colour=colour)
        board.line(*corners, corners[0])
        board.text((x + wide / 2, y + high / 2), name, size=24)
    board.text((left + a / 2, low + a + b + 20), "a", colour=GREEN, size=20)
    board.text((left + a + b / 2, low + a + b + 20), "b", colour=GREEN, size=20)
    board.text((left - 20, low + b + a / 2), "a", colour=GREEN, size=20)
    board.text((left - 20, low + b / 2), "b", colour=GREEN, size=20)
    return board.png()


def _right_triangle() -> bytes:
    board = Board(420, 300)
    a, b, c = (80.0, 50.0), (80.0, 230.0), (320.0, 50.0)
    board.area(a, b, c)
    board.line(a, b, c, a, b)
    board.line((80, 70), (100, 70), (100, 50), width=1.4)
    for point, name, (x, y) in ((a, "A", (-14, -14)), (b, "B", (-14, 12)), (c, "C", (16, -12))):
        board.dot(point)
        board.text((point[0] + x, point[1] + y), name)
    board.text((58, 140), "3 cm")
    board.text((200, 32), "4 cm")
    board.text((222, 158), "BC = ?", colour=GREEN, size=20)
    return board.png()


DRAWINGS: Mapping[str, tuple[str, Callable[[], bytes]]] = MappingProxyType(
    {
        "thales": ("Tam giác ABC, M trên AB, N trên AC, MN song song với BC", _thales),
        "thang": ("Thang dài 5 mét dựa vào tường, chân thang cách tường 1,4 mét", _ladder),
        "duong-thang": ("Đường thẳng đi qua các điểm (0; 1) và (−1; 0) trên mặt phẳng toạ độ", _straight_line),
        "o-vuong": ("Hình vuông cạnh a + b chia thành hai hình vuông và hai hình chữ nhật", _squares),
        "tam-giac-vuong": ("Tam giác ABC vuông tại A, AB bằng 3 cm, AC bằng 4 cm", _right_triangle),
    }
)
"""Name → what it shows (for those who cannot see it), and how it is drawn."""


def drawing(name: str) -> bytes:
    """A drawing as PNG."""
    return DRAWINGS[name][1]()


def paper(title: str, lines: Sequence[str]) -> bytes:
    """A printed sheet, A4, as PDF."""
    width, height, margin = 827, 1169, 80  # 100 dots an inch
    page = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(page)
    (large, vietnamese), (small, _), (tiny, _) = _font(30), _font(21), _font(16)

    def said(words: str) -> str:
        return words if vietnamese else fold(words)

    draw.text((margin, margin), said(title), font=large, fill=INK)
    draw.text(
        (margin, margin + 48), said("Trường THCS Hoa Phượng · Họ và tên: ……………………  Lớp: ………"), font=tiny, fill=INK
    )
    draw.line((margin, margin + 84, width - margin, margin + 84), fill=GREEN, width=3)
    y = margin + 112
    for line in lines:
        draw.text((margin, y), said(line), font=small, fill=INK)
        y += 46
    memory = io.BytesIO()
    page.quantize(16).convert("RGB").save(memory, "PDF", resolution=100, quality=60, title=title)
    return memory.getvalue()
