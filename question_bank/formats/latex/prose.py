r"""Running text in LaTeX → a fragment: formulas kept, emphasis, lists and tables turned, drawings kept as source."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape

from question_bank.formats.fragments import tex, tidy
from question_bank.formats.latex.syntax import DEPTH, group, optional

_MATH = re.compile(
    r"\$\$(?P<double>.+?)\$\$|(?<!\\)\$(?P<single>(?:\\.|[^$\\])+)\$|\\\((?P<round>.+?)\\\)|\\\[(?P<square>.+?)\\\]|"
    r"\\begin\{(?P<name>equation|align|gather|eqnarray|multline)(?P<star>\*?)\}(?P<inner>.+?)\\end\{(?P=name)(?P=star)\}",
    re.S,
)
_DRAWING = re.compile(r"\\begin\{(tikzpicture|pspicture|asy|circuitikz)\}.*?\\end\{\1\}", re.S)
_TABLE = re.compile(r"\\begin\{(tabular\*?|tabularx|array)\}(.*?)\\end\{\1\}", re.S)
_LIST = re.compile(r"\\begin\{(itemize|enumerate|enumEX|itemchoice|listEX)\}(.*?)\\end\{\1\}", re.S)
_COMMAND = re.compile(r"\\([a-zA-Z]+)\*?\s*|\\(.)", re.S)
_EMPHASIS = {
    "textbf": "b", "textit": "i", "emph": "i", "underline": "u", "uline": "u", "textsubscript": "sub",
    "textsuperscript": "sup", "textsl": "i", "bfseries": "", "itshape": "",
}  # fmt: skip
_SIGNS = {
    "ldots": "…", "dots": "…", "dotfill": "……", "quad": " ", "qquad": " ", "newline": "\n", "linebreak": "\n",
    "par": "\n\n", "textbackslash": "\\", "textdegree": "°", "degree": "°", "textquotedblleft": "“",
    "textquotedblright": "”", "lq": "‘", "rq": "’", "dag": "†", "S": "§", "copyright": "©", "textendash": "–",
    "textemdash": "—", "times": "×", "noindent": "", "centering": "", "hfill": " ", "hline": "", "smallskip": "\n",
    "medskip": "\n", "bigskip": "\n", "indent": "", "item": "\n", "allowdisplaybreaks": "", "displaystyle": "",
    "small": "", "large": "", "normalsize": "", "footnotesize": "", "bf": "", "it": "", "True": "", "relax": "",
    "vfill": "", "newpage": "", "pagebreak": "", "raggedright": "", "selectfont": "",
}  # fmt: skip
_SWALLOWED = {
    "vspace", "hspace", "label", "hypertarget", "setlength", "phantom", "vphantom", "hphantom", "begin", "end",
}  # fmt: skip
_UNWRAPPED = {
    "text", "mbox", "textrm", "textnormal", "centerline", "fbox", "boxed", "ensuremath", "textsf", "texttt", "parbox",
    "allcaps", "textsc", "MakeUppercase", "color", "textcolor", "colorbox", "footnote", "indam", "indamm",
}  # fmt: skip
_MACROS = (("heva", "\\left\\{", "\\right."), ("hoac", "\\left[", "\\right."))
MARK = "\ue000{}\ue001"
_MARKED = re.compile("\ue000(\\d+)\ue001")


@dataclass(slots=True)
class Prose:
    """Fragments made so far of one question: what could not be turned is noted."""

    drawings: int = 0
    pictures: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def html(self, source: str, depth: int = 0) -> str:
        """Return text as paragraphs."""
        kept: list[str] = []
        text = self._lifted(re.sub("[\ue000\ue001]", "", source), kept, depth)
        out: list[str] = []
        for block in re.split(r"\n\s*\n", self._plain(text, depth)):
            words = re.sub(r"[ \t]*\n[ \t]*", " ", block).strip().replace("\ue002", "<br>")
            words = re.sub(r"^(?:<br>\s*)+|(?:\s*<br>)+$", "", words)
            for piece in re.split("((?:\ue000\\d+\ue001))", words):
                shown = _MARKED.fullmatch(piece)
                if shown and kept[int(shown[1])].startswith(("<ul", "<ol", "<table", "<pre")):
                    out.append("\n" + kept[int(shown[1])] + "\n")
                else:
                    out.append(_MARKED.sub(lambda match: kept[int(match[1])], piece))
            out.append("\n\n")
        return _paragraphs("".join(out))

    def inline(self, source: str) -> str:
        """Return text as an option wants it: one paragraph stays bare."""
        html = self.html(source)
        return html[3:-4] if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1 else html

    def _lifted(self, text: str, kept: list[str], depth: int) -> str:
        """Put aside what is no running text, leaving a mark in its place."""

        def keep(html: str) -> str:
            kept.append(html)
            return MARK.format(len(kept) - 1)

        def drawing(match: re.Match[str]) -> str:
            self.drawings += 1
            return keep(f"<pre>{escape(match[0], quote=False)}</pre>")

        def formula(match: re.Match[str]) -> str:
            inner = match["double"] or match["single"] or match["round"] or match["square"]
            if inner is None:
                aligned = "&" in match["inner"] or "\\\\" in match["inner"]
                inner = f"\\begin{{aligned}}{match['inner']}\\end{{aligned}}" if aligned else match["inner"]
            return keep(tex(with_macros(" ".join(inner.split()))))

        def table(match: re.Match[str]) -> str:
            return keep(self._table(match[2], kept, depth))

        def items(match: re.Match[str]) -> str:
            tag = "ol" if match[1].startswith("enum") else "ul"
            parts = re.split(r"\\item\b(?:\s*\[[^\[\]]*\])?", match[2])[1:]
            inner = "".join(f"<li>{self._restored(part, kept, depth)}</li>" for part in parts)
            return keep(f"<{tag}>{inner}</{tag}>")

        text = _MATH.sub(formula, _DRAWING.sub(drawing, text))
        return _LIST.sub(items, _TABLE.sub(table, text)) if depth < 5 else text

    def _restored(self, part: str, kept: list[str], depth: int) -> str:
        words = " ".join(self._plain(part, depth + 1).split()).replace("\ue002", "<br>")
        return _MARKED.sub(lambda match: kept[int(match[1])], words)

    def _table(self, inner: str, kept: list[str], depth: int) -> str:
        first = group(inner, 0)
        inner = inner[first[1] :] if first else inner
        inner = re.sub(r"\\(?:hline|cline\{[^}]*\})", "", inner)
        rows = [re.split(r"(?<!\\)&", row) for row in re.split(r"\\\\(?:\[[^\]]*\])?", inner) if row.strip()]
        shown = [[f"<td>{self._restored(cell, kept, depth)}</td>" for cell in row] for row in rows]
        return "<table>" + "".join(f"<tr>{''.join(row)}</tr>" for row in shown) + "</table>"

    def _plain(self, text: str, depth: int) -> str:
        """Return text with its commands turned, HTML escaped; U+E002 stands for a break."""
        if depth > DEPTH:
            return escape(text, quote=False)
        out: list[str] = []
        at = 0
        while at < len(text):
            match = _COMMAND.match(text, at)
            if match is None:
                stop = text.find("\\", at)
                stop = len(text) if stop < 0 else stop
                out.append(_typed(text[at:stop]))
                at = stop if stop > at else at + 1
            elif match[2] is not None or match[1] is None:
                out.append("\ue002" if match[2] == "\\" else " " if match[2] in ",;:! \n" else escape(match[2] or ""))
                at = optional(text, match.end()) if match[2] == "\\" else match.end()
            else:
                at = self._command(match[1], text, match.end(), out, depth)
        return "".join(out)

    def _command(self, name: str, text: str, at: int, out: list[str], depth: int) -> int:
        if name in _SIGNS:
            out.append(escape(_SIGNS[name], quote=False))
            return at
        after = optional(text, at)
        inner = group(text, after)
        if name == "includegraphics":
            self.pictures.append((inner[0] if inner else "").strip() or "?")
            return inner[1] if inner else after
        if name in _SWALLOWED:
            return optional(text, inner[1]) if inner else after
        if name in ("textcolor", "colorbox", "parbox") and inner:
            second = group(text, inner[1])
            inner = second or inner
        if name == "color":
            return inner[1] if inner else after
        if inner is None:
            self._note(name)
            return at
        tag = _EMPHASIS.get(name, "")
        if not tag and name not in _UNWRAPPED:
            self._note(name)
        words = self._plain(inner[0], depth + 1)
        out.append(f"<{tag}>{words}</{tag}>" if tag and words.strip() else words)
        return inner[1]

    def _note(self, name: str) -> None:
        if name not in self.unknown:
            self.unknown.append(name)


def with_macros(latex: str) -> str:
    r"""Return a formula with the class's own `\heva{…}` and `\hoac{…}` (all of, one of) written out."""
    for name, left, right in _MACROS:
        at = latex.find(f"\\{name}")
        for _ in range(50):
            inner = group(latex, at + len(name) + 1) if at >= 0 else None
            if inner is None:
                break
            latex = f"{latex[:at]}{left}\\begin{{aligned}}{inner[0]}\\end{{aligned}}{right}{latex[inner[1] :]}"
            at = latex.find(f"\\{name}", at)
    return latex


def _typed(text: str) -> str:
    """Return plain characters: TeX's quotes, dashes and ties as they print, braces dropped."""
    text = text.replace("``", "“").replace("''", "”").replace("---", "—").replace("--", "–").replace("~", "\u00a0")
    return escape(tidy(text.replace("{", "").replace("}", "")), quote=False)


def _paragraphs(text: str) -> str:
    out: list[str] = []
    for block in re.split(r"\n\s*", text):
        words = block.strip()
        if words:
            out.append(words if words.startswith(("<ul", "<ol", "<table", "<pre")) else f"<p>{words}</p>")
    return "".join(out)
