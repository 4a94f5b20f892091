"""Equations of MathType: what schools write becomes LaTeX, what is not known leaves the picture."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.formats.docx.mathtype import equation
from question_bank.formats.docx.mathtype.compound import Broken, stream
from tests.question_bank.formats.mathtype import (
    EMPTY,
    char,
    chars,
    line,
    matrix,
    native,
    ole,
    pile,
    template,
)

TWO = line(chars("2"))
EQUATIONS = {
    "fraction": (template(11, 0, line(chars("x")), TWO), r"\frac{x}{2}"),
    "square root": (template(10, 0, line(chars("3x")), EMPTY), r"\sqrt{3x}"),
    "cube root": (template(10, 1, line(chars("27")), line(chars("3"))), r"\sqrt[3]{27}"),
    "power": (chars("x") + template(28, 0, EMPTY, TWO), "x^{2}"),
    "index": (chars("u") + template(27, 0, line(chars("n")), EMPTY), "u_{n}"),
    "both": (chars("x") + template(29, 0, line(chars("1")), TWO), "x_{1}^{2}"),
    "power of a bracket": (template(1, 3, line(chars("x"))) + template(28, 0, EMPTY, TWO), r"\left( x \right)^{2}"),
    "sine": (chars("sin", 2) + chars("x"), r"\sin x"),
    "integral": (template(15, 0x31, line(chars("xdx")), line(chars("0")), line(chars("1"))), r"\int_{0}^{1} xdx"),
    "sum": (template(16, 0x70, line(chars("i")), line(chars("i=1")), line(chars("n"))), r"\sum_{i=1}^{n} i"),
    "limit": (template(23, 0x10, line(chars("lim", 2)), line(chars("x→0"))) + chars("f"), r"\lim_{x\to 0} f"),
    "vector": (template(31, 2, line(chars("AB"))), r"\overrightarrow{AB}"),
    "angle": (template(33, 0, line(chars("ABC"))), r"\widehat{ABC}"),
    "bar": (template(13, 0, line(chars("z"))), r"\overline{z}"),
    "hat and prime": (char("x", 3, 9) + char("f", 3, 5), r"\hat{x}f'"),
    "absolute value": (template(4, 3, line(chars("x"))), r"\left| x \right|"),
    "interval": (template(9, 0x12, line(chars("a;b"))), r"\left[ a;b \right)"),
    "system": (template(2, 1, pile(line(chars("x=1")), line(chars("y=2")))),
               r"\left\{ \begin{array}{l}x=1 \\ y=2\end{array} \right."),
    "matrix": (template(1, 3, line(matrix(2, 2, *(line(chars(one)) for one in "1234")))),
               r"\left( \begin{matrix}1 & 2 \\ 3 & 4\end{matrix} \right)"),
    "greek": (chars("α", 4) + chars("≤", 6) + chars("π", 4), r"\alpha \le \pi"),
    "words": (chars("v=") + chars("vận tốc", 1), r"v=\text{vận tốc}"),
    "reaction": (chars("A") + template(14, 0x24, line(chars("t")), EMPTY) + chars("B"), r"A\xrightarrow{t}B"),
}  # fmt: skip


@pytest.mark.parametrize("name", EQUATIONS)
def test_equations(name: str) -> None:
    things, latex = EQUATIONS[name]
    assert equation(ole(native(things))) == latex


@pytest.mark.parametrize(
    "things", [template(30, 3, TWO), char("\ue123", 3), char("x", 3, 99), bytes([99]), template(26, 0, TWO)]
)
def test_half_an_equation_is_none(things: bytes) -> None:
    assert equation(ole(native(chars("x"), things))) is None


def test_other_versions_and_other_streams_are_none() -> None:
    good = native(chars("x"))
    assert equation(ole(good)) == "x"
    assert equation(ole(good[:28] + b"\x03" + good[29:])) is None
    assert equation(ole(good, "Contents")) is None
    assert equation(ole(good[:40])) is None
    assert equation(b"") is None


def test_rings_and_cut_files_end() -> None:
    file = ole(native(chars("x" * 200)))
    ring = bytearray(file)
    ring[512 + 4 : 512 + 8] = struct.pack("<I", 1)  # the directory goes on with itself
    for broken in (bytes(ring), file[:1600]):
        with pytest.raises(Broken):
            stream(broken, "Equation Native")
        assert equation(broken) is None
    assert equation(file[:520] + bytes(2000)) is None
    deep = b"".join(bytes([1, 0]) for _ in range(3000))
    assert equation(ole(native(deep)[:4000])) is None


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_flipped_bytes_never_crash(data: st.DataObject) -> None:
    good = bytearray(ole(native(*(things for things, _ in EQUATIONS.values()))[:4000]))
    for _ in range(data.draw(st.integers(1, 8))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    equation(bytes(good))
