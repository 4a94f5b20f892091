"""Sixty school formulas drawn by the server and looked at in a real Chromium.

The page is laid out with the built style sheets and the subset font, under the content policy of our pages. For every
formula the browser is asked for its box; for roots and long arrows, whether they are really there: without a usable
mathematics font Chromium leaves the sign of a root out and says nothing.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import re
import time
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from bench.outcome import Outcome
from lms.base.maths import MathsError, to_mathml

GOALS = (
    "60 formulas: every one drawn, no error element, no content-policy violation, every root and arrow has ink, "
    "nothing pushes the page of a telephone"
)

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "bench" / "formulas.txt"
BUILT = ROOT / "static" / "built"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
).split()
POLICY = "default-src 'none'; style-src 'nonce-golden'; font-src data:; img-src data:"
PATIENCE = 120_000  # milliseconds that the browser may take for one thing
PHONE = 360  # CSS pixels
INK = 128  # grey level below which a pixel counts as ink

MEASURE = """() => [...document.querySelectorAll('[data-formula]')].map(cell => {
  const rect = e => { const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; };
  const math = cell.querySelector('math');
  const wide = [...cell.querySelectorAll('mover, munder')].filter(e => e.children.length === 2
    && e.children[1].localName === 'mo' && e.children[1].getAttribute('stretchy') === 'true');
  return {
    name: cell.dataset.formula, box: math ? rect(math) : null, cell: rect(cell),
    errors: cell.querySelectorAll('merror, .tex-bad').length,
    roots: [...cell.querySelectorAll('msqrt, mroot')].map(e => [rect(e), rect(e.firstElementChild)]),
    arrows: wide.map(e => [rect(e), rect(e.children[0]), e.localName === 'munder']),
  };
})"""


@dataclass
class Finding:
    """What was seen: how many formulas, how long they took, and what is wrong with which."""

    formulas: int = 0
    roots: int = 0
    arrows: int = 0
    milliseconds_each: float = 0.0
    bytes_each: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return self.formulas >= 60 and self.roots > 0 and not self.faults


def read_list(path: Path = LIST) -> list[tuple[str, str, bool]]:
    """Return name, LaTeX and whether it is a display, line by line."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, latex = line.removeprefix("!").partition("|")
            rows.append((name.strip(), latex.strip(), line.startswith("!")))
    return rows


def styles() -> tuple[str, Path | None]:
    """Return the built style sheets with the mathematics font inside them, and the font."""
    manifest = BUILT / "manifest.json"
    if not manifest.is_file():
        return (ROOT / "static/css/maths.css").read_text().replace("Gieo Maths", "unbuilt"), None
    names: dict[str, str] = json.loads(manifest.read_text())
    css = "".join((BUILT / names[name]).read_text() for name in ("app.css", "maths.css"))

    def inside(found: re.Match[str]) -> str:
        data = base64.b64encode((BUILT / found[1]).read_bytes()).decode()
        return f"url(data:font/woff2;base64,{data})"

    fonts = re.findall(r"gieo-maths[^\"')]*\.woff2", css)
    css = re.sub(r"url\(\"?(?:\./)?([\w.-]+\.woff2)\"?\)", inside, css)
    return css, BUILT / fonts[0] if fonts else None


def page_of(rows: list[tuple[str, str, bool]], finding: Finding) -> str:
    """Return the page with every formula in a cell of its own; what cannot be drawn is a fault."""
    cells = []
    spent = size = 0.0
    for name, latex, display in rows:
        begun = time.perf_counter()
        try:
            drawn = to_mathml(latex, display)
        except MathsError as problem:
            drawn = f'<code class="tex-bad">{escape(latex)}</code>'
            finding.faults.append(f"{name}: {problem.reason}")
        spent += time.perf_counter() - begun
        size += len(drawn.encode())
        if re.search(r"\sstyle=|<merror|\son\w+=", drawn):
            finding.faults.append(f"{name}: an attribute or element that our pages forbid")
        cells.append(
            f'<div class="cell"><small>{escape(name)}</small><p data-formula="{escape(name)}">{drawn}</p></div>'
        )
    finding.formulas = len(rows)
    finding.milliseconds_each = 1000 * spent / len(rows)
    finding.bytes_each = round(size / len(rows))
    css, _ = styles()
    grid = (
        "body{padding:16px;background:#fff}.golden{display:grid;grid-template-columns:repeat(3,1fr);gap:10px}"
        "@media(max-width:560px){.golden{grid-template-columns:minmax(0,1fr)}}"
        ".cell{border:1px solid #ddd;padding:6px 10px;min-width:0}.cell p{font-size:18px}"
    )
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>Công thức</title>'
        f'<style nonce="golden">{css}{grid}</style></head><body>'
        f'<div class="golden">{"".join(cells)}</div></body></html>'
    )


def ink_share(picture: Image.Image, left: float, top: float, width: float, height: float, scale: float) -> float:
    """Return the share of dark pixels in a rectangle given in CSS pixels."""
    box = [round(edge * scale) for edge in (left, top, left + width, top + height)]
    if box[2] <= box[0] or box[3] <= box[1]:
        return 0.0
    histogram = picture.crop((box[0], box[1], box[2], box[3])).histogram()
    return sum(histogram[:INK]) / sum(histogram)


def inked_columns(picture: Image.Image, left: float, top: float, width: float, height: float, scale: float) -> float:
    """Return the share of pixel columns of a rectangle that hold any ink."""
    columns = max(round(width * scale), 1)
    step = width / columns
    return (
        sum(ink_share(picture, left + column * step, top, step, height, scale) > 0 for column in range(columns))
        / columns
    )


def judge(measured: list[dict[str, Any]], picture: Image.Image, scale: float, finding: Finding) -> None:
    """Add a fault for every formula without a box, every root without its sign and every arrow that is too short."""
    for one in measured:
        name, box = one["name"], one["box"]
        if one["errors"] or not box or box[2] < 4 or box[3] < 4:
            finding.faults.append(f"{name}: not drawn")
            continue
        if ink_share(picture, *box, scale) == 0:
            finding.faults.append(f"{name}: no ink")
        if box[2] > one["cell"][2] + 4:  # the room for hats and primes stands outside the measure
            finding.faults.append(f"{name}: wider than its cell")
        for (left, top, width, height), (inner, inner_top, inner_width, _) in one["roots"]:
            finding.roots += 1
            sign = ink_share(picture, left, top, inner - left, height, scale)
            bar = ink_share(picture, inner, top, min(inner_width, width), max(inner_top - top, 3.0), scale)
            if sign < 0.02 or bar < 0.1:
                finding.faults.append(f"{name}: a root without its sign ({sign:.3f}, {bar:.3f})")
        for whole, base, below in one["arrows"]:
            finding.arrows += 1
            top = base[1] + base[3] if below else whole[1]
            height = (whole[1] + whole[3] if below else base[1]) - top
            drawn = inked_columns(picture, base[0], top, base[2], height, scale)
            if drawn < 0.75:
                finding.faults.append(f"{name}: an arrow, hat or brace over {drawn:.0%} of its width")


def missing_letters(markup: str, font: Path | None) -> list[str]:
    """Return the characters of the formulas that the subset font leaves to the device."""
    if font is None:
        return []
    known = set(TTFont(font).getBestCmap())
    maths = re.sub(r"<mtext[^>]*>[^<]*</mtext>", "", "".join(re.findall(r"<math.*?</math>", markup, re.DOTALL)))
    used = set(re.sub(r"<[^>]*>", "", maths))
    invisible = set("\u2061\u2062\u2063\u00a0")
    return sorted(letter for letter in used - invisible if ord(letter) not in known)


def look(page: Page, markup: str, target: Path, scale: float, finding: Finding) -> None:
    """Show the page, keep its picture, and judge it."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.set_content(markup)
    page.evaluate("document.fonts.ready.then(() => null)")
    measured = page.evaluate(MEASURE)
    shot = page.screenshot(path=target, full_page=True)
    judge(measured, Image.open(io.BytesIO(shot)).convert("L"), scale, finding)
    page.set_viewport_size({"width": PHONE, "height": 640})
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > PHONE:
        finding.faults.append(f"on a telephone the page is {wide} px wide")
    finding.faults += [f"browser: {text}" for text in complaints]


def examine(browser: Browser, target: Path, width: int = 1180, scale: float = 2.0) -> Finding:
    """Draw all formulas, look at them in *browser* and return what was found; the picture goes to *target*."""
    finding = Finding()
    to_mathml("x")  # the first formula of a thread loads the engine
    markup = page_of(read_list(), finding)
    _, font = styles()
    finding.faults += [f"font: U+{ord(letter):04X} {letter} is missing" for letter in missing_letters(markup, font)]
    page = browser.new_page(viewport={"width": width, "height": 800}, device_scale_factor=scale, locale="vi-VN")
    page.set_default_timeout(PATIENCE)
    look(page, markup, target, scale, finding)
    page.close()
    return finding


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--picture", type=Path, default=Path("formulas.png"), help="where the picture of the page goes")
    parser.add_argument("--chromium", default="/usr/bin/chromium")


def report(finding: Finding) -> str:
    """Return the finding as lines for a person."""
    head = (
        f"{finding.formulas} formulas, {finding.roots} roots, {finding.arrows} arrows and braces, "
        f"{finding.milliseconds_each:.2f} ms and {finding.bytes_each} bytes each, {len(finding.faults)} faults"
    )
    return "\n".join([head, *finding.faults])


def run(options: argparse.Namespace) -> Outcome:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=FLAGS, timeout=PATIENCE)
        finding = examine(browser, options.picture)
        browser.close()
    figures = {
        "formulas": finding.formulas,
        "roots": finding.roots,
        "arrows": finding.arrows,
        "milliseconds_each": round(finding.milliseconds_each, 2),
        "bytes_each": finding.bytes_each,
        "faults": len(finding.faults),
    }
    return Outcome(figures=figures, ok=finding.passed, text=f"{report(finding)}\npicture: {options.picture}")
