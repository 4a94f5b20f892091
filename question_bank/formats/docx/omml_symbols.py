r"""The signs of formulas and their LaTeX commands (the names are those of unicode-math and amssymb)."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from question_bank.formats.docx.symbols import symbol

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _table(text: str) -> dict[str, str]:
    pairs = (entry.split(" ") for entry in text.split("\n") if entry.strip())
    return {sign: "\\" + name for line in pairs for sign, name in zip(line[::2], line[1::2], strict=True)}


CHARACTERS: Mapping[str, str] = {
    **_table("""α alpha β beta γ gamma δ delta ε varepsilon ϵ epsilon ζ zeta η eta θ theta ϑ vartheta ι iota κ kappa
λ lambda μ mu µ mu ν nu ξ xi π pi ϖ varpi ρ rho ϱ varrho σ sigma ς varsigma τ tau υ upsilon φ varphi ϕ phi χ chi
ψ psi ω omega Γ Gamma Δ Delta ∆ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega Ω Omega
≤ le ≥ ge ⩽ leqslant ⩾ geqslant ≠ ne ≡ equiv ≈ approx ≃ simeq ≅ cong ∼ sim ∽ backsim ∝ propto ≪ ll ≫ gg
≺ prec ≻ succ ≐ doteq ≜ triangleq ⊥ perp ⟂ perp ∥ parallel ∦ nparallel ∣ mid ∤ nmid ⋮ vdots … ldots ⋯ cdots ⋱ ddots
∈ in ∉ notin ∋ ni ⊂ subset ⊃ supset ⊆ subseteq ⊇ supseteq ⊄ not\\subset ⊊ subsetneq ∪ cup ∩ cap ∅ varnothing
∀ forall ∃ exists ∄ nexists ¬ neg ∧ wedge ∨ vee ⊕ oplus ⊗ otimes ⊖ ominus ⊙ odot ∴ therefore ∵ because
× times ÷ div ± pm ∓ mp · cdot ⋅ cdot ∙ bullet • bullet ∘ circ ∗ ast ⋆ star √ surd ∞ infty ∂ partial ∇ nabla
→ to ← leftarrow ↔ leftrightarrow ⇒ Rightarrow ⇐ Leftarrow ⇔ Leftrightarrow ↦ mapsto ↑ uparrow ↓ downarrow
⟶ longrightarrow ⟵ longleftarrow ⟷ longleftrightarrow ⟹ Longrightarrow ⟸ Longleftarrow ⟺ Longleftrightarrow
⇌ rightleftharpoons ⇄ rightleftarrows ↗ nearrow ↘ searrow ↙ swarrow ↖ nwarrow ⇑ Uparrow ⇓ Downarrow ⇕ Updownarrow
∠ angle ∡ measuredangle △ triangle ▵ triangle □ square ◻ square ⊿ triangle ⌀ varnothing ℓ ell ℏ hbar ℜ Re ℑ Im
ℵ aleph ′ prime ″ prime\\prime ‴ prime\\prime\\prime ∑ sum ∏ prod ∐ coprod ∫ int ∬ iint ∭ iiint ∮ oint ⟨ langle
⟩ rangle 〈 langle 〉 rangle ⌊ lfloor ⌋ rfloor ⌈ lceil ⌉ rceil ‖ | { { } } # # $ $ % % & & _ _ ■ blacksquare"""),
    "ℝ": "\\mathbb{R}", "ℕ": "\\mathbb{N}", "ℤ": "\\mathbb{Z}", "ℚ": "\\mathbb{Q}", "ℂ": "\\mathbb{C}",
    "ℙ": "\\mathbb{P}", "−": "-", "–": "-", "⁄": "/", "∶": ":", "∖": "\\setminus", "\\": "\\backslash", "~": "\\sim",
    "^": "\\hat{}", "°": "^{\\circ}", "º": "^{\\circ}", "\u2061": "", "\u2062": "", "\u2063": "", "\u200b": "",
    "\u2009": "\\,", "\u2003": "\\quad", "\u2002": "\\ ", "\u00a0": "\\ ", "²": "^{2}", "³": "^{3}", "¹": "^{1}",
    "½": "\\frac{1}{2}", "¼": "\\frac{1}{4}", "¾": "\\frac{3}{4}", "Å": "\\text{Å}", "\u2032\u2032": "''",
}  # fmt: skip

FUNCTIONS: Mapping[str, str] = {
    **{name: name for name in (
        "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "coth", "log",
        "ln", "lg", "exp", "lim", "max", "min", "sup", "inf", "gcd", "det", "dim", "ker", "arg", "deg", "Pr", "hom",
    )},
    "tg": "tan", "cotg": "cot", "arctg": "arctan", "limsup": "limsup", "liminf": "liminf",
}  # fmt: skip
WITH_LIMITS = frozenset({"lim", "max", "min", "sup", "inf", "limsup", "liminf", "sum", "prod", "det", "gcd", "Pr"})

LARGE: Mapping[str, str] = {
    "∑": "\\sum", "∏": "\\prod", "∐": "\\coprod", "∫": "\\int", "∬": "\\iint", "∭": "\\iiint", "∮": "\\oint",
    "⋃": "\\bigcup", "⋂": "\\bigcap", "⋁": "\\bigvee", "⋀": "\\bigwedge", "⨁": "\\bigoplus", "⨂": "\\bigotimes",
    "⨀": "\\bigodot", "⨄": "\\biguplus",
}  # fmt: skip
ALPHABETS: Mapping[str, str] = {
    "double-struck": "\\mathbb", "script": "\\mathcal", "fraktur": "\\mathfrak", "sans-serif": "\\mathsf",
    "monospace": "\\mathtt",
}  # fmt: skip
ACCENTS: Mapping[str, tuple[str, str]] = {
    "\u0302": ("\\hat", "\\widehat"), "^": ("\\hat", "\\widehat"), "\u0303": ("\\tilde", "\\widetilde"),
    "~": ("\\tilde", "\\widetilde"), "\u0304": ("\\bar", "\\overline"), "\u0305": ("\\bar", "\\overline"),
    "¯": ("\\bar", "\\overline"), "‾": ("\\bar", "\\overline"), "\u0307": ("\\dot", "\\dot"),
    "\u0308": ("\\ddot", "\\ddot"), "\u20db": ("\\dddot", "\\dddot"), "\u0300": ("\\grave", "\\grave"),
    "\u0301": ("\\acute", "\\acute"), "\u0306": ("\\breve", "\\breve"), "\u030c": ("\\check", "\\check"),
    "\u20d7": ("\\vec", "\\overrightarrow"), "→": ("\\vec", "\\overrightarrow"),
    "\u20d6": ("\\overleftarrow", "\\overleftarrow"), "\u20e1": ("\\overleftrightarrow", "\\overleftrightarrow"),
    "\u20d1": ("\\overset{\\rightharpoonup}", "\\overset{\\rightharpoonup}"),
    "\u0311": ("\\overset{\\frown}", "\\overset{\\frown}"), "⏜": ("\\overset{\\frown}", "\\overset{\\frown}"),
    "\u0332": ("\\underline", "\\underline"), "\u033f": ("\\overline", "\\overline"),
    "⏞": ("\\overbrace", "\\overbrace"), "⏟": ("\\underbrace", "\\underbrace"),
}  # fmt: skip
GROUP_SIGNS: Mapping[tuple[str, bool], str] = {
    ("⏟", False): "\\underbrace", ("⏞", True): "\\overbrace", ("⏜", True): "\\overset{\\frown}",
    ("→", True): "\\overrightarrow", ("←", True): "\\overleftarrow", ("↔", True): "\\overleftrightarrow",
    ("¯", True): "\\overline", ("‾", True): "\\overline", ("\u0302", True): "\\widehat",
}  # fmt: skip

_FENCES = {
    "": ".", "(": "(", ")": ")", "[": "[", "]": "]", "{": "\\{", "}": "\\}", "|": "|", "∣": "|", "‖": "\\|",
    "⌊": "\\lfloor", "⌋": "\\rfloor", "⌈": "\\lceil", "⌉": "\\rceil", "⟨": "\\langle", "⟩": "\\rangle",
    "〈": "\\langle", "〉": "\\rangle", "<": "\\langle", ">": "\\rangle", "/": "/", "↑": "\\uparrow",
    "↓": "\\downarrow",
}  # fmt: skip


def fence(sign: str) -> str:
    r"""Return a sign as it may stand after `\left`; one that cannot is left open."""
    return _FENCES.get(sign, ".")


def is_arrow(sign: str) -> bool:
    """Tell whether a sign is an arrow that takes text over or under it."""
    return len(sign) == 1 and (0x2190 <= ord(sign) <= 0x21FF or 0x27F0 <= ord(sign) <= 0x27FF)


def from_font(element: etree._Element) -> str:
    """Return the character of a `w:sym`."""
    code = element.get(f"{_W}char") or ""
    font = element.get(f"{_W}font") or ""
    try:
        return symbol(int(code, 16), font)
    except ValueError:
        return ""
