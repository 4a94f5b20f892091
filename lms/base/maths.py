"""LaTeX to MathML on the server, by Temml and mhchem inside a small JavaScript engine.

Pupils get plain MathML, so a page with formulas needs no script. The engine has no network, no files and no clock; it
runs with a time and a memory limit, and a context that hit a limit is thrown away. Temml runs untrusted: links,
pictures, classes and styles in LaTeX are refused, and `lms.base.mathml` lets only known elements through.
"""

from __future__ import annotations

import json
import re
import threading
from functools import cache, lru_cache
from pathlib import Path

import quickjs

from lms.base.mathml import ForeignMarkup, safe_mathml
from lms.base.text import nfc

LONGEST = 4_000  # characters of LaTeX in one formula; the longest seen in school papers has about 700
SECONDS = 0.4  # of processor time for one formula; an ordinary one takes half a millisecond
MEMORY = 48 * 2**20  # bytes for one context, which needs 2 MB at rest
STACK = 512 * 1024  # bytes
EXPANSIONS = 400  # of macros in one formula

_STATIC = Path(__file__).resolve().parents[2] / "static"
_SOURCES = (
    (_STATIC / "built/server/temml.min.js", _STATIC / "built/server/mhchem.min.js"),
    (
        _STATIC / "node_modules/temml/dist/temml.min.js",
        _STATIC / "node_modules/temml/contrib/mhchem/mhchem.min.js",
    ),
)

# \heva and \hoac (system, alternative) come from the LaTeX package of Vietnamese teachers, \vv from esvect. Temml makes
# a power of an \overset in the line, so it is read as the \stackrel it means.
_PRELUDE = r"""
var macros = {
  "\\heva": "\\left\\{\\begin{aligned}#1\\end{aligned}\\right.",
  "\\hoac": "\\left[\\begin{aligned}#1\\end{aligned}\\right.",
  "\\vv": "\\overrightarrow{#1}",
  "\\ang": "#1^\\circ",
  "\\arc": "\\overparen{#1}",
  "\\mbox": "\\text{#1}",
  "\\overset": "\\stackrel{#1}{#2}"
};
function convert(latex, display, expansions) {
  function attempt(block) {
    return temml.renderToString(latex, {
      displayMode: block, throwOnError: true, trust: false, maxExpand: expansions, maxSize: [20, 20],
      macros: Object.assign({}, macros)
    });
  }
  try {
    try { return JSON.stringify({mathml: attempt(display)}); }
    catch (problem) {
      // Only display formulas may hold {align} or \tag; an author who wrote them inline means a display.
      if (display || !/display mode/.test(problem.message)) { throw problem; }
      return JSON.stringify({mathml: attempt(true)});
    }
  } catch (problem) {
    if (problem instanceof temml.ParseError) { return JSON.stringify({problem: String(problem.message)}); }
    throw problem;
  }
}
"""

# What Vietnamese papers write and Temml would refuse or draw as something else.
_HABITS = (
    (re.compile(r"\\begin\{eqnarray\*?\}"), r"\\begin{array}{rcl}"),
    (re.compile(r"\\end\{eqnarray\*?\}"), r"\\end{array}"),
    (re.compile(r"\\(?:overset|stackrel)\s*(?:\{\s*\\frown\s*\}|\\frown(?![a-zA-Z]))"), r"\\overparen"),  # an arc
)

_local = threading.local()  # an engine belongs to the thread that made it


class MathsError(ValueError):
    """The formula cannot be drawn; `latex` is its source, to be shown instead."""

    def __init__(self, latex: str, reason: str) -> None:
        super().__init__(reason)
        self.latex = latex
        self.reason = reason


class MathsLimit(MathsError):
    """The formula cost more time, memory or nesting than one formula may."""


@cache
def _scripts() -> tuple[str, ...]:
    """Return Temml and mhchem as installed at set-up.

    Raises:
        MathsError: they are not installed.
    """
    for pair in _SOURCES:
        if all(path.is_file() for path in pair):
            return tuple(path.read_text(encoding="utf-8") for path in pair)
    raise MathsError("", "Temml is not installed; run ./run once")


def _context() -> quickjs.Context:
    context: quickjs.Context | None = getattr(_local, "context", None)
    if context is None:
        context = quickjs.Context()
        context.set_memory_limit(MEMORY)
        context.set_max_stack_size(STACK)
        for script in (*_scripts(), _PRELUDE):
            context.eval(script)
        _local.context = context
    return context


def _converted(latex: str, *, display: bool) -> str:
    """Return what Temml makes of a formula, as it comes.

    Raises:
        MathsError: Temml does not understand it, or a limit was hit.
    """
    context = _context()
    context.set_time_limit(SECONDS)
    try:
        answer = context.get("convert")(latex, display, EXPANSIONS)
    except (quickjs.JSException, quickjs.StackOverflow, MemoryError) as problem:
        _local.context = None  # a context that hit a limit may be left half way through something
        raise MathsLimit(latex, str(problem).partition("\n")[0]) from problem
    told: dict[str, str] = json.loads(answer)
    if "mathml" not in told:
        raise MathsError(latex, told["problem"].partition("\n")[0].strip())
    return told["mathml"]


@lru_cache(maxsize=4096)
def _drawn(latex: str, display: bool) -> str | MathsError:
    try:
        return safe_mathml(_converted(latex, display=display))
    except MathsError as problem:
        return problem
    except ForeignMarkup as problem:
        return MathsError(latex, str(problem))


def _meant(latex: str) -> str:
    """Return a formula as it is given to Temml, its habits of Vietnamese papers mended.

    Raises:
        MathsError: it is empty or too long.
    """
    source = nfc(latex).strip()
    for habit, meant in _HABITS:
        source = habit.sub(meant, source)
    if not source:
        raise MathsError(latex, "empty formula")
    if len(source) > LONGEST:
        raise MathsLimit(latex, f"longer than {LONGEST} characters")
    return source


def to_structure(latex: str) -> str:
    r"""Return a formula as Temml's own `<math>`, unfit for a page: for programs that draw it in another notation.

    It still tells \left(x\right) from (x), which the MathML of a page does not.

    Raises:
        MathsError: it is no formula.
    """
    return _converted(_meant(latex), display=False)


def to_mathml(latex: str, display: bool = False) -> str:
    r"""Return a formula as a `<math>` element that may stand in a page as it is.

    LaTeX of mathematics and `\ce{…}`, `\pu{…}` of chemistry; no delimiters around it. The answer is remembered.

    Raises:
        MathsError: it cannot be drawn; show the source.
    """
    drawn = _drawn(_meant(latex), display)
    if isinstance(drawn, MathsError):
        # A fresh exception each time: a remembered one would collect tracebacks.
        raise type(drawn)(drawn.latex, drawn.reason)
    return drawn
