"""Arithmetic that authors write: parsed by a grammar of its own, worked out exactly, never handed to Python.

The grammar is that of Moodle's calculated questions (docs.moodle.org, "Calculated question type"): numbers, `{name}`,
the operators `+ - * / %`, comparisons, `&& || !`, `condition ? this : that`, and the functions below. Beyond it a name
may stand without braces, and `**` and `^` both raise to a power,
which Moodle's `^` does not (`writes_power_as_xor` tells where a formula from Moodle holds one).

Fractions stay fractions: `0.1 + 0.2` is `3/10`, `sqrt(9/4)` is `3/2`. Functions that have no exact value give the
nearest double. Whatever a formula says, working it out takes bounded time and memory: its length, its depth, its
exponents and the digits of every result are limited.

>>> evaluate(parse("{a}*2 + sqrt({b})"), {"a": Fraction(3, 2), "b": Fraction(16)})
Fraction(7, 1)
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from lms.base.errors import Message
from lms.base.i18n_marks import N_

LENGTH_LIMIT = 1_000  # characters
DEPTH_LIMIT = 40  # of brackets
HEIGHT_LIMIT = 120  # of steps that wait for each other; a sum of so many terms is one
EXPONENT_LIMIT = 1_000
BITS_LIMIT = 3_400  # about a thousand digits, in numerator or denominator
_ROUNDED_BITS = 400  # what a longer fraction is rounded to

NAME = re.compile(r"[^\W\d]\w{0,30}")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,3})?)"
    r"|\{\s*(?P<braced>[^\W\d]\w{0,30})\s*\}|(?P<name>[^\W\d]\w{0,30})"
    r"|(?P<sign>\*\*|<=|>=|==|!=|&&|\|\||[-+*/%^<>!?:(),]))"
)


class FormulaError(ValueError):
    """A formula that cannot be read or worked out; `message` says why, in the author's words."""

    def __init__(self, text: str, /, **params: str | int) -> None:
        super().__init__(text)
        self.message = Message(text, params)


@dataclass(frozen=True, slots=True)
class Node:
    """A step of a formula: what is done, and to what; a number or a name has no parts."""

    act: str  # "number", "name", an operator, "negate", or the name of a function
    parts: tuple[Node, ...] = ()
    value: Fraction = Fraction(0)
    name: str = ""
    height: int = 1


def _step(act: str, *parts: Node) -> Node:
    height = 1 + max((part.height for part in parts), default=0)
    if height > HEIGHT_LIMIT:
        raise FormulaError(N_("Công thức có quá nhiều phép tính."))
    return Node(act, parts, height=height)


def parse(text: str) -> Node:
    """Return the formula that a text says.

    Raises:
        FormulaError: it says none, or is over a limit.
    """
    if len(text) > LENGTH_LIMIT:
        raise FormulaError(N_("Công thức dài quá %(most)s kí tự."), most=LENGTH_LIMIT)
    return _Parser(tuple(_tokens(text))).whole()


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    text = text.strip().translate({0x2212: "-", 0xD7: "*", 0xF7: "/", 0x22C5: "*"})
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise FormulaError(N_("Công thức có kí tự lạ: “%(text)s”."), text=text[at : at + 12])
        at = found.end()
        kind = str(found.lastgroup)
        yield ("name" if kind == "braced" else kind), found[kind]


_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",), ("&&",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"),
)  # fmt: skip


class _Parser:
    def __init__(self, tokens: Sequence[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def sign(self, *wanted: str) -> str:
        """Take one of these signs if it comes next."""
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "sign" and self.tokens[self.at][1] in wanted:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def need(self, sign: str) -> None:
        if not self.sign(sign):
            raise FormulaError(N_("Công thức thiếu dấu “%(sign)s”."), sign=sign)

    def whole(self) -> Node:
        if not self.tokens:
            raise FormulaError(N_("Công thức trống."))
        node = self.choice()
        if self.at < len(self.tokens):
            raise FormulaError(N_("Công thức thừa ở chỗ “%(text)s”."), text=self.tokens[self.at][1])
        return node

    def choice(self) -> Node:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise FormulaError(N_("Công thức lồng nhau quá sâu."))
        node = self.level(0)
        if self.sign("?"):
            then = self.choice()
            self.need(":")
            node = _step("?", node, then, self.choice())
        self.depth -= 1
        return node

    def level(self, place: int) -> Node:
        if place == len(_LEVELS):
            return self.signed()
        node = self.level(place + 1)
        while operator := self.sign(*_LEVELS[place]):
            node = _step(operator, node, self.level(place + 1))
        return node

    def signed(self) -> Node:
        """A sign in front binds looser than a power: -2^2 is -4."""
        signs = []
        while operator := self.sign("-", "+", "!"):
            signs.append(operator)
            if len(signs) > DEPTH_LIMIT:
                raise FormulaError(N_("Công thức lồng nhau quá sâu."))
        node = self.power()
        for operator in reversed(signs):
            node = node if operator == "+" else _step("negate" if operator == "-" else "!", node)
        return node

    def power(self) -> Node:
        base = self.single()
        if self.sign("^", "**"):
            self.depth += 1
            if self.depth > DEPTH_LIMIT:
                raise FormulaError(N_("Công thức lồng nhau quá sâu."))
            base = _step("pow", base, self.signed())
            self.depth -= 1
        return base

    def single(self) -> Node:
        if self.sign("("):
            node = self.choice()
            self.need(")")
            return node
        if self.at == len(self.tokens):
            raise FormulaError(N_("Công thức dừng nửa chừng."))
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return Node("number", value=Fraction(text))
        if kind == "name":
            return self.call(text) if self.sign("(") else Node("name", name=text)
        raise FormulaError(N_("Công thức thừa ở chỗ “%(text)s”."), text=text)

    def call(self, name: str) -> Node:
        known = FUNCTIONS.get(name.lower())
        if known is None:
            raise FormulaError(N_("Không có hàm “%(name)s”."), name=name)
        parts: list[Node] = []
        if not self.sign(")"):
            parts.append(self.choice())
            while self.sign(","):
                parts.append(self.choice())
            self.need(")")
        if not known.least <= len(parts) <= known.most:
            raise FormulaError(N_("Hàm “%(name)s” nhận số đối số khác."), name=name)
        return _step(name.lower(), *parts)


def names_in(node: Node) -> frozenset[str]:
    """Return the names that a formula asks for."""
    found = {node.name} if node.act == "name" else set()
    return frozenset(found.union(*(names_in(part) for part in node.parts)))


def writes_power_as_xor(text: str) -> bool:
    """Tell whether a formula holds `^`, which in Moodle is not a power."""
    return "^" in text


def evaluate(node: Node, values: Mapping[str, Fraction]) -> Fraction:
    """Work a formula out.

    Raises:
        FormulaError: a name has no value, or the result does not exist or is beyond any use.
    """
    if node.act == "number":
        return node.value
    if node.act == "name":
        if node.name in values:
            return values[node.name]
        raise FormulaError(N_("Chưa có giá trị cho “%(name)s”."), name=node.name)
    if node.act == "?":
        return evaluate(node.parts[1 if evaluate(node.parts[0], values) else 2], values)
    parts = [evaluate(part, values) for part in node.parts]
    try:
        result = _ACTS[node.act](*parts)
    except (ZeroDivisionError, ValueError, OverflowError) as error:
        if isinstance(error, FormulaError):
            raise
        raise FormulaError(N_("Công thức không tính được với các số này (chia cho 0, căn của số âm …).")) from error
    return _kept(result)


def _kept(number: Fraction) -> Fraction:
    if number.numerator.bit_length() - number.denominator.bit_length() > BITS_LIMIT:
        raise FormulaError(N_("Kết quả quá lớn."))
    if number.denominator.bit_length() <= BITS_LIMIT:
        return number
    return Fraction(round(number * (1 << _ROUNDED_BITS)), 1 << _ROUNDED_BITS)


def _truth(holds: object) -> Fraction:
    return Fraction(bool(holds))


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator == 1:
        if abs(exponent) > EXPONENT_LIMIT:
            raise FormulaError(N_("Số mũ lớn quá %(most)s."), most=EXPONENT_LIMIT)
        size = max(base.numerator.bit_length(), base.denominator.bit_length()) * abs(exponent.numerator)
        if size > BITS_LIMIT * 4:
            return _near(math.pow(float(base), float(exponent)))
        return Fraction(base**exponent.numerator)
    if exponent == Fraction(1, 2):
        return _root(base)
    return _near(math.pow(float(base), float(exponent)))


def _root(number: Fraction) -> Fraction:
    if number < 0:
        raise ValueError
    over, under = math.isqrt(number.numerator), math.isqrt(number.denominator)
    if over * over == number.numerator and under * under == number.denominator:
        return Fraction(over, under)
    return _near(math.sqrt(number))


def _near(value: float) -> Fraction:
    if not math.isfinite(value):
        raise OverflowError
    return Fraction(value)


def _remainder(over: Fraction, under: Fraction) -> Fraction:
    """As PHP's `%`: whole numbers, the sign of the dividend."""
    first, second = int(over), int(under)
    return Fraction(abs(first) % abs(second) * (1 if first >= 0 else -1))


def _float_remainder(over: Fraction, under: Fraction) -> Fraction:
    rest = abs(over) % abs(under)
    return rest if over >= 0 else -rest


def rounded(number: Fraction, places: int = 0) -> Fraction:
    """Round to *places* after the point, half away from zero."""
    scale = Fraction(10) ** places
    whole = math.floor(abs(number) * scale + Fraction(1, 2))
    return Fraction(whole) / scale * (1 if number >= 0 else -1)


def _round(number: Fraction, places: Fraction = Fraction(0)) -> Fraction:
    if places.denominator != 1 or abs(places) > 60:
        raise ValueError
    return rounded(number, int(places))


def _log(number: Fraction, base: Fraction | None = None) -> Fraction:
    return _near(math.log(number) if base is None else math.log(number, base))


@dataclass(frozen=True, slots=True)
class Function:
    """A function with how many arguments it takes."""

    work: Callable[..., Fraction]
    least: int = 1
    most: int = 1


def _by(function: Callable[..., float], count: int = 1) -> Function:
    return Function(lambda *given: _near(function(*map(float, given))), count, count)


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "abs": Function(abs),
        "ceil": Function(lambda number: Fraction(math.ceil(number))),
        "floor": Function(lambda number: Fraction(math.floor(number))),
        "round": Function(_round, 1, 2),
        "min": Function(min, 1, 50),
        "max": Function(max, 1, 50),
        "sqrt": Function(_root),
        "pow": Function(_power, 2, 2),
        "fmod": Function(_float_remainder, 2, 2),
        "log": Function(_log, 1, 2),
        "pi": Function(lambda: _near(math.pi), 0, 0),
        "deg2rad": _by(math.radians),
        "rad2deg": _by(math.degrees),
        "atan2": _by(math.atan2, 2),
        "log10": _by(math.log10),
        "log1p": _by(math.log1p),
        "exp": _by(math.exp),
        "expm1": _by(math.expm1),
        "bindec": Function(lambda number: Fraction(int(str(int(number)), 2))),
        "octdec": Function(lambda number: Fraction(int(str(int(number)), 8))),
        "decbin": Function(lambda number: Fraction(int(format(_natural(number), "b")))),
        "decoct": Function(lambda number: Fraction(int(format(_natural(number), "o")))),
        "is_finite": Function(lambda number: _truth(True)),
        "is_infinite": Function(lambda number: _truth(False)),
        "is_nan": Function(lambda number: _truth(False)),
        **{
            name: _by(getattr(math, name))
            for name in ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh")
        },
    }
)


def _natural(number: Fraction) -> int:
    if number < 0 or number >= 1 << 63:
        raise ValueError
    return int(number)


_ACTS: Mapping[str, Callable[..., Fraction]] = MappingProxyType(
    {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "%": _remainder,
        "<": lambda a, b: _truth(a < b),
        ">": lambda a, b: _truth(a > b),
        "<=": lambda a, b: _truth(a <= b),
        ">=": lambda a, b: _truth(a >= b),
        "==": lambda a, b: _truth(a == b),
        "!=": lambda a, b: _truth(a != b),
        "&&": lambda a, b: _truth(a and b),
        "||": lambda a, b: _truth(a or b),
        "!": lambda a: _truth(not a),
        "negate": lambda a: -a,
        **{name: function.work for name, function in FUNCTIONS.items()},
    }
)
